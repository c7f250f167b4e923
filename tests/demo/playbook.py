# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs ansible-playbook isolated from the user's configuration, and reads its results."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .results import FileResult, file_results
from .workspace import CHECKOUT, HERE, Workspace

PLAYBOOK = "mobileops.ci.rollout"
INVENTORY = "fleet.bitrise.yml"
CHECK_MODE = "--check"
GRACE_SECONDS = 10.0

Json = dict[str, Any]


@dataclasses.dataclass
class Run:
    """The results of one run of the playbook."""

    name: str
    is_check: bool = False
    exit_code: int = 0
    seconds: float = 0.0
    in_play: int = 0  # number of apps that the playbook reported with set_stats
    declared: int = 0  # number of declared files
    # One for each declared file of each app that changed.
    files: list[FileResult] = dataclasses.field(default_factory=list)
    failures: list[str] = dataclasses.field(default_factory=list)

    @property
    def apps(self) -> list[str]:
        return sorted({file.app for file in self.files})

    @property
    def changed(self) -> int:
        return sum(file.changed for file in self.files)

    @property
    def unchanged(self) -> int:
        return self.declared - self.changed

    @property
    def actions(self) -> list[Json]:
        return [action for file in self.files for action in file.actions]

    def count(self, action: str) -> int:
        return sum(entry["action"] == action for entry in self.actions)

    def add_event(self, event: Json) -> None:
        """Add an event of the callback plugin."""
        result = event["result"]
        if event["failed"]:
            self.failures.append(f"{event['host']}: {result.get('msg', 'no message')}")
        elif "apps" in result:
            self.in_play = result["apps"]
        else:
            self.files += file_results(event["host"], result)


def command(*arguments: str) -> list[str]:
    """Return the command that a user would type."""
    return ["ansible-playbook", PLAYBOOK, "-i", INVENTORY, *arguments]


class Playbooks:
    """Runs playbooks in the workspace's project."""

    def __init__(self, workspace: Workspace, variables: Mapping[str, str]) -> None:
        self._workspace = workspace
        self._environment = {**clean_environment(workspace), **variables}

    def run(self, name: str, *arguments: str, on_event: Callable[[Run], None]) -> Run:
        run = Run(name, is_check=CHECK_MODE in arguments)
        started = time.monotonic()
        reading, writing = os.pipe()
        with self._workspace.log(name).open("wb") as log, os.fdopen(reading, encoding="utf-8") as events:
            try:
                # In its own process group, so that Ctrl-C reaches only the demo, which then ends ansible-playbook.
                process = subprocess.Popen(
                    [sys.executable, "-m", "ansible", "playbook", *command(*arguments)[1:]],
                    cwd=self._workspace.project,
                    env={**self._environment, "DEMO_EVENTS_FD": str(writing)},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    pass_fds=[writing],
                    start_new_session=True,
                )
            finally:
                os.close(writing)
            with _terminated_on_exit(process):
                for line in events:
                    run.add_event(json.loads(line))
                    on_event(run)
                run.exit_code = process.wait()
        run.seconds = time.monotonic() - started
        return run


@contextlib.contextmanager
def _terminated_on_exit(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Terminate the process and its children when the `with` block ends."""
    try:
        yield
    finally:
        if process.poll() is None:
            # Ansible forwards the signal to its workers, which have their own process groups.
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(GRACE_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def clean_environment(workspace: Workspace) -> dict[str, str]:
    """Return an environment without the user's Ansible configuration, collections, caches, proxies and tokens."""
    kept = {name: value for name, value in os.environ.items() if name in {"USER", "LOGNAME", "TMPDIR", "TZ"}}
    home = workspace.ansible_home
    bin_folder = os.path.dirname(sys.executable)  # noqa: PTH120 -- resolving the link would leave the environment
    return {
        **kept,
        "HOME": str(home),
        "PATH": os.pathsep.join([bin_folder, os.environ.get("PATH", os.defpath)]),
        # Ansible requires UTF-8.
        "LC_ALL": "C.UTF-8",
        # Keep compiled code, which saves time in every module process, but not beside the sources.
        "PYTHONPYCACHEPREFIX": str(CHECKOUT / ".build" / "pycache"),
        "PYTHONNOUSERSITE": "1",
        "NO_COLOR": "1",
        "NO_PROXY": "127.0.0.1,localhost",
        "ANSIBLE_CONFIG": str(workspace.project / "ansible.cfg"),
        "ANSIBLE_HOME": str(home),
        "ANSIBLE_REMOTE_TEMP": str(home / "tmp"),
        "ANSIBLE_COLLECTIONS_PATH": str(home / "collections"),
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": "demo_events",
    }
