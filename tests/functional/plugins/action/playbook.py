# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks run by a real ansible-playbook, in a separate folder, with the result of every task.

The environment variable MOBILEOPS_CI_TEST_ANSIBLE names the `bin` folder of the ansible-core to run them with,
which must have this collection and `requests`. The default is the one that runs the tests.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible.parsing.vault import VaultLib, VaultSecret

from tests.helpers.interpreters import without_spaces

HERE = Path(__file__).parent
BIN = Path(os.environ.get("MOBILEOPS_CI_TEST_ANSIBLE") or Path(sys.executable).parent)

VAULT_PASSWORD = "a-vault-password"
ENDS = ("ok", "failed", "skipped", "unreachable")
UNSAFE, VAULTED = "unsafe:", "vaulted:"

# Layout of the collection with the example module.
_COLLECTION = {
    "module_spec.py": "module_utils/module_spec.py",
    "module.py": "modules/example.py",
    "action.py": "action/example.py",
    "elsewhere.py": "connection/elsewhere.py",
    "same_user.py": "become/same_user.py",
}
_INVENTORY = """
here ansible_connection=local
other ansible_connection=local
away ansible_connection=testing.example.elsewhere
narrow ansible_connection=testing.example.elsewhere narrow=true
unreachable ansible_connection=ssh ansible_host=127.0.0.1 ansible_port=1
[all:vars]
ansible_python_interpreter={python}
"""
# Variables of a host that cannot be reached, with another user. Tasks that run here must not use them.
ELSEWHERE = {
    "ansible_connection": "ssh",
    "ansible_host": "192.0.2.1",
    "ansible_become": True,
    "ansible_python_interpreter": "/no/such/python",
}


@dataclass(frozen=True)
class Event:
    """An event of a callback."""

    event: str
    host: str
    task: str
    result: dict[str, Any]


@dataclass(frozen=True)
class Run:
    """The outcome of a playbook."""

    events: list[Event]
    screen: str
    status: int

    def event(self, task: str) -> Event:
        """Return the last event of the only task with that name."""
        (found,) = [event for event in self.events if event.task == task and event.event in ENDS]
        return found

    def result(self, task: str) -> dict[str, Any]:
        return self.event(task).result


class Playground:
    """A folder with an inventory, the test collection, and a playbook."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.play = folder / "play"
        self.home = folder / "home"
        self.files = self.play / "files"
        for path in (self.files, self.home, folder / "callbacks"):
            path.mkdir(parents=True)
        plugins = folder / "ansible_collections" / "testing" / "example" / "plugins"
        for source, target in _COLLECTION.items():
            (plugins / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(HERE / "example_collection" / source, plugins / target)
        shutil.copy(HERE / "example_collection" / "recorder.py", folder / "callbacks")
        (folder / "ansible.cfg").touch()
        (folder / "password").write_text(VAULT_PASSWORD + "\n")
        (folder / "hosts").write_text(_INVENTORY.format(python=without_spaces(BIN / "python", folder)))

    def vault(self, data: bytes) -> bytes:
        """Encrypt data with the vault password of every run."""
        secret = VaultSecret(VAULT_PASSWORD.encode())
        return bytes(VaultLib([("default", secret)]).encrypt(data))

    def environment(self) -> dict[str, str]:
        """Return an environment without variables of the user."""
        environment = {"PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}", "LANG": "C.UTF-8"}
        settings = {
            "HOME": self.home,
            "RECORD": self.folder / "record",
            # The order of a set decides which of several unsupported options the message names.
            "PYTHONHASHSEED": 0,
            "ANSIBLE_CONFIG": self.folder / "ansible.cfg",
            "ANSIBLE_REMOTE_TEMP": self.home / ".ansible" / "tmp",
            "ANSIBLE_ASYNC_DIR": self.home / ".ansible_async",
            "ANSIBLE_COLLECTIONS_PATH": self.folder,
            "ANSIBLE_CALLBACK_PLUGINS": self.folder / "callbacks",
            "ANSIBLE_CALLBACKS_ENABLED": "recorder",
            "ANSIBLE_NOCOLOR": 1,
            "ANSIBLE_LOCALHOST_WARNING": 0,
            "ANSIBLE_DEVEL_WARNING": 0,
        }
        return {**environment, **{name: str(value) for name, value in settings.items()}}

    def run(
        self,
        tasks: Sequence[Mapping[str, Any]],
        *options: str | Path,
        env: Mapping[str, str] | None = None,
        **play: Any,
    ) -> Run:
        """Run a play with these tasks. Convert texts that start with UNSAFE or VAULTED to such values."""
        return self.run_plays([{**play, "tasks": list(tasks)}], *options, env=env)

    def run_plays(
        self, plays: Sequence[Mapping[str, Any]], *options: str | Path, env: Mapping[str, str] | None = None
    ) -> Run:
        """Run plays of the host `here`, unless they name other hosts."""
        site = [{"hosts": "here", "gather_facts": False, **play} for play in plays]
        text = json.dumps(site, indent=1).replace(f'"{UNSAFE}', '!unsafe "')
        text = re.sub(rf'"{VAULTED}([^"]*)"', lambda found: self._vaulted(found[1]), text)
        (self.play / "site.json").write_text(text)
        return self.run_playbook(self.play / "site.json", self.folder / "hosts", *options, env=env)

    def run_playbook(
        self, playbook: str | Path, inventory: str | Path, *options: str | Path, env: Mapping[str, str] | None = None
    ) -> Run:
        """Run an existing playbook, such as one of the collection."""
        record = self.folder / "record"
        record.unlink(missing_ok=True)
        record.touch()
        done = subprocess.run(
            [
                BIN / "ansible-playbook",
                *("-i", inventory),
                *("--vault-password-file", self.folder / "password"),
                *options,
                playbook,
            ],
            cwd=self.home,  # not the playbook's folder: nothing may depend on where the user is
            env={**self.environment(), **(env or {})},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=1800,
            check=False,
        )
        events = [Event(*json.loads(line)) for line in record.read_text().splitlines()]
        assert events, done.stdout + done.stderr  # no playbook of a test is without any
        return Run(events, done.stdout + done.stderr, done.returncode)

    def _vaulted(self, text: str) -> str:
        return "!vault " + json.dumps(self.vault(text.encode()).decode())


def core_version() -> tuple[int, int]:
    """Return the version of the ansible-core that runs the playbooks."""
    done = subprocess.run([BIN / "ansible", "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"core (\d+)\.(\d+)", done.stdout)
    assert found
    return int(found[1]), int(found[2])
