# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts a program and reports its figures: starter.py DESCRIPTOR COMMAND...

It writes wall seconds, processor seconds and peak memory in KiB to the file descriptor, and exits with the program's
status. It imports few modules, because on Linux a program begins with the peak memory of its parent.
"""

import os
import sys
import time


def main(descriptor: int, command: list[str]) -> int:
    os.set_inheritable(descriptor, False)
    started = time.perf_counter()
    process = os.fork()
    if not process:
        try:
            os.execvpe(command[0], command, os.environ)
        finally:
            os._exit(127)
    _pid, status, usage = os.wait4(process, 0)
    seconds = time.perf_counter() - started
    os.write(descriptor, f"{seconds} {usage.ru_utime + usage.ru_stime} {usage.ru_maxrss}".encode())
    return os.waitstatus_to_exitcode(status) & 0xFF


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
