# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command-line entry point: ``python -m tests.demo``."""

from __future__ import annotations

import argparse
import os
import pathlib
import signal
import sys
from types import FrameType
from typing import NoReturn

INTERRUPTED = 130
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    # Import late: as long as there is nothing to clean up, Ctrl-C ends the process at once.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from tests.emulator.process import EmulatorError

    from .display import Display
    from .rollout import Demo, DemoError
    from .workspace import Workspace

    parser = argparse.ArgumentParser(prog="python -m tests.demo", description=__doc__)
    parser.add_argument("--workspace", type=pathlib.Path, help="folder to work in; its contents are deleted")
    arguments = parser.parse_args()
    workspace = Workspace(arguments.workspace.resolve()) if arguments.workspace else Workspace()

    os.umask(0o077)
    for number in SIGNALS:
        signal.signal(number, _interrupt)
    display = Display()
    try:
        Demo(workspace, display).show()
    except DemoError as error:
        display.failure(str(error), error.details)
        return 1
    except (EmulatorError, OSError) as error:
        display.failure("The demo failed.", [str(error)])
        return 1
    except KeyboardInterrupt:
        display.failure("Stopped. No process is left running.")
        return INTERRUPTED
    display.success("Converged: the second run found every file as declared and wrote nothing.")
    display.note(f"Logs and project: {workspace.display_path(workspace.root)}")
    return 0


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    """Raise KeyboardInterrupt, and ignore further signals, so that they do not interrupt the cleanup."""
    for other in SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
