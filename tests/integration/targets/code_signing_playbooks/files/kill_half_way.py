# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a command, and kills it with all its children once the service has seen so many requests that write.

Arguments: URL of the emulator's admin path, the number of requests, and the command. Fails if the command ends before.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request


def written(admin: str) -> int:
    # The emulator is on this machine, whatever proxy the environment names.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{admin}/requests", timeout=10) as response:
        return sum(request["method"] not in ("GET", "HEAD") for request in json.load(response))


def main(admin: str, enough: int, command: list[str]) -> None:
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True) as running:
        while running.poll() is None and written(admin) < enough:
            time.sleep(0.01)
        if running.poll() is not None:
            output = running.stdout.read().decode() if running.stdout else ""
            sys.exit(f"It was done before it could be killed:\n{output}")
        os.killpg(running.pid, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
