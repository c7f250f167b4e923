# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs ansible-playbook and ansible-inventory with the same settings for all contestants."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.emulator.process import CHECKOUT, Emulator

from .measured import Measured, ProgramError, run_measured

HERE = Path(__file__).resolve().parent
CONCURRENCY = 8  # forks and connections

Json = dict[str, Any]

_SETTINGS = f"""[defaults]
forks = {CONCURRENCY}
gathering = explicit
localhost_warning = false
nocows = true
retry_files_enabled = false
[inventory]
enable_plugins = mobileops.ci.bitrise, ansible.builtin.yaml, ansible.builtin.host_list
"""


@dataclass(frozen=True)
class PlaybookRun:
    measured: Measured
    tasks: dict[str, Json]  # by name: seconds, changed (hosts), failed (messages), summary (if requested)

    def task(self, name: str) -> Json:
        return self.tasks[name]


class Controller:
    """Runs programs in one folder. They get the emulator's token through the environment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._settings = folder / "ansible.cfg"
        self._settings.write_text(_SETTINGS, encoding="utf-8")
        self._count = 0

    def playbook(
        self,
        name: str,
        emulator: Emulator,
        variables: Mapping[str, Any],
        inventory: str | Path = "localhost,",
        *,
        summary: bool = False,
    ) -> PlaybookRun:
        """Run a playbook of the benchmark or of the collection. Raise ProgramError if a task fails.

        `summary` also collects the `summary` that the module returns.
        """
        log = self._log()
        values, events = log.with_suffix(".json"), log.with_suffix(".events")
        values.write_text(json.dumps({"api_url": emulator.api_url, **variables}), encoding="utf-8")
        path = name if "." in name else str(HERE / "playbooks" / f"{name}.yml")
        command = ["playbook", path, "-i", str(inventory), "-e", f"@{values}"]
        measured = run_measured(
            [sys.executable, "-m", "ansible", *command],
            log,
            cwd=self.folder,
            env={
                **self.environment(emulator),
                "BENCH_EVENTS": str(events),
                **({"BENCH_SUMMARY": "1"} if summary else {}),
            },
        )
        tasks = json.loads(events.read_text(encoding="utf-8"))
        failed = {task: figures["failed"] for task, figures in tasks.items() if figures["failed"]}
        if failed:
            raise ProgramError(f"playbook {name}: {failed}")
        return PlaybookRun(measured, tasks)

    def list_inventory(
        self, source: Path, emulator: Emulator, *, output: Path | None = None, settings: Mapping[str, str] | None = None
    ) -> Measured:
        """Run ansible-inventory --list, with the output in a file or discarded."""
        more = ["--output", str(output)] if output else []
        return self._run_inventory(["--list", *more], source, emulator, settings or {})

    def load_inventory(self, source: Path, emulator: Emulator) -> Measured:
        """Run ansible-inventory for one host: it loads all hosts, as ansible-playbook does, and prints one."""
        return self._run_inventory(["--host", "localhost"], source, emulator, {})

    def _run_inventory(
        self, arguments: Sequence[str], source: Path, emulator: Emulator, settings: Mapping[str, str]
    ) -> Measured:
        return run_measured(
            [sys.executable, "-m", "ansible", "inventory", "-i", str(source), *arguments],
            self._log(),
            cwd=self.folder,
            env={**self.environment(emulator), **settings},
            keep_output=False,
        )

    def run(self, module: str, arguments: Sequence[str]) -> tuple[Measured, Json]:
        """Run a module of the benchmark and return its measurement and the JSON object that it prints."""
        log = self._log()
        command = [sys.executable, "-m", module, *arguments]
        measured = run_measured(command, log, cwd=CHECKOUT, env=self.environment(None))
        return measured, json.loads(log.read_text(encoding="utf-8"))

    def _log(self) -> Path:
        self._count += 1
        return self.folder / f"run-{self._count}.log"

    def environment(self, emulator: Emulator | None) -> dict[str, str]:
        """Return an environment without the user's settings, except for PATH."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        bin_folder = os.path.dirname(sys.executable)  # noqa: PTH120 -- resolving the link would leave the environment
        as_collection = CHECKOUT.parent.parent.name == "ansible_collections"
        return {
            "HOME": str(home),
            "PATH": os.pathsep.join([bin_folder, os.environ.get("PATH", os.defpath)]),
            "LC_ALL": "C.UTF-8",
            # Keep compiled code for all contestants, but not beside the sources.
            "PYTHONPYCACHEPREFIX": str(CHECKOUT / ".build" / "pycache"),
            "PYTHONNOUSERSITE": "1",
            "NO_PROXY": "127.0.0.1,localhost",
            "ANSIBLE_CONFIG": str(self._settings),
            "ANSIBLE_HOME": str(home),
            "ANSIBLE_REMOTE_TEMP": str(home / "tmp"),
            "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT.parents[2] if as_collection else home / "collections"),
            "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "bench_tasks",
            **({"BITRISE_API_TOKEN": emulator.tokens["owner"]} if emulator else {}),
        }
