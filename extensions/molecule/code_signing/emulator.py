# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts or stops the emulator of the scenario: emulator.py start|stop FILE. FILE contains its URLs and tokens."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.emulator.process import Emulator, EmulatorError

# Ends an emulator that is never stopped. The time allows a manual check after "molecule converge".
IDLE_S = 900


def start(file: Path) -> None:
    """Start the emulator, which continues to run after this program, and write the file."""
    emulator = Emulator("empty", idle=IDLE_S, arguments=("--no-parent",)).start()
    connection = {"pid": emulator.process.pid, "api_url": emulator.api_url, "admin_url": emulator.admin_url}
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
        json.dump({**connection, "tokens": emulator.tokens}, stream)


def stop(file: Path) -> None:
    """Stop the emulator if it responds. Otherwise its PID may belong to another process."""
    connection = json.loads(file.read_text(encoding="utf-8"))
    emulator = Emulator()
    emulator.admin_url = connection["admin_url"]
    try:
        emulator.admin("GET", "")
    except (EmulatorError, OSError, ValueError):
        return
    os.kill(connection["pid"], signal.SIGTERM)


if __name__ == "__main__":
    {"start": start, "stop": stop}[sys.argv[1]](Path(sys.argv[2]))
