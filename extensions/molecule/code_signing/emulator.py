# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator of the scenario: emulator.py start|stop FILE, where FILE tells how to reach it."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.emulator.process import Emulator, EmulatorError

# In case that it is never told to end; long enough to look around after "molecule converge".
IDLE_S = 900


def start(file: Path) -> None:
    """Leaves it running: this program ends, and what uses the emulator comes later."""
    emulator = Emulator("empty", idle=IDLE_S, arguments=("--no-parent",)).start()
    told = {"pid": emulator.process.pid, "api_url": emulator.api_url, "admin_url": emulator.admin_url}
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
        json.dump({**told, "tokens": emulator.tokens}, stream)


def stop(file: Path) -> None:
    """Ends it if it is still there: once it is gone, its number may be that of another process."""
    told = json.loads(file.read_text(encoding="utf-8"))
    emulator = Emulator()
    emulator.admin_url = told["admin_url"]
    try:
        emulator.admin("GET", "")
    except (EmulatorError, OSError, ValueError):
        return
    os.kill(told["pid"], signal.SIGTERM)


if __name__ == "__main__":
    {"start": start, "stop": stop}[sys.argv[1]](Path(sys.argv[2]))
