# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many runs of ansible-core's programs, each in a fork of one process, which saves the imports of each run."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

PROGRAMS = {
    "ansible-galaxy": "ansible.cli.galaxy",
    "ansible-inventory": "ansible.cli.inventory",
    "ansible-playbook": "ansible.cli.playbook",
    "ansible-vault": "ansible.cli.vault",
}


class AnsibleRuns:
    """The process, and a context manager that ends it. ansible-core reads its settings from `settings` once."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            env={**os.environ, **settings},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> AnsibleRuns:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def run(self, words: list[str], folder: Path, *, answer: str = "") -> tuple[int, str]:
        """Run a program without a terminal. Return its status and its output, with that to stderr."""
        assert self._process.stdin
        assert self._process.stdout
        paths = {name: str(self._folder / name) for name in ("answer", "output")}
        Path(paths["answer"]).write_text(answer, encoding="utf-8")
        self._process.stdin.write(json.dumps({"words": words, "folder": str(folder), **paths}) + "\n")
        self._process.stdin.flush()
        status = int(self._process.stdout.readline())
        return status, Path(paths["output"]).read_text(encoding="utf-8")


def _serve() -> None:
    for module in PROGRAMS.values():
        importlib.import_module(module)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _run(**json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _run(words: list[str], folder: str, answer: str, output: str) -> None:
    """Run the program, and end the fork. A prompt reads its answer from stdin, because the session has no terminal."""
    status = 1
    try:
        os.setsid()
        os.chdir(folder)
        os.dup2(os.open(answer, os.O_RDONLY), 0)
        os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
        os.dup2(1, 2)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 (until the process ends)
        sys.argv = words
        importlib.import_module(PROGRAMS[words[0]]).main(words)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    _serve()
