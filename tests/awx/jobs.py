# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs as AWX runs them: a private data folder for ansible-runner, credentials, survey answers and events."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from .inventories import Inventory

CHECKOUT = Path(__file__).resolve().parents[2]
EXAMPLE = CHECKOUT / "examples" / "awx"
BIN = Path(os.environ.get("MOBILEOPS_CI_TEST_ANSIBLE") or Path(sys.executable).parent)
VAULT_PASSWORD = "the-vault-password-0f-awx"
# AWX removes the result of a task from its event if it is longer.
MAX_CHARACTERS = 700_000

_ENVIRONMENT = {
    "ANSIBLE_FORCE_COLOR": "True",
    "ANSIBLE_HOST_KEY_CHECKING": "False",
    "ANSIBLE_INVENTORY_UNPARSED_FAILED": "True",
    "ANSIBLE_RETRY_FILES_ENABLED": "False",
    "MAX_EVENT_RES": str(MAX_CHARACTERS),
    "AWX_HOST": "https://awx.example.com",
    "JOB_ID": "7",
    "INVENTORY_ID": "2",
    "PROJECT_REVISION": "0123456789abcdef",
}
_EXTRA = {"awx_job_id": 7, "awx_job_launch_type": "manual", "awx_user_name": "admin", "awx_inventory_name": "Apps"}


class _Unsafe(str):
    """A text that must not be templated."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    pass


_Dumper.add_representer(_Unsafe, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text)))


def survey_yaml(answers: Mapping[str, Any]) -> str:
    """Return extra variables as AWX writes them, with all texts of users marked as unsafe."""

    def marked(value: Any) -> Any:
        if isinstance(value, str):
            return _Unsafe(value)
        if isinstance(value, Mapping):
            return {marked(key): marked(item) for key, item in value.items()}
        return [marked(item) for item in value] if isinstance(value, list) else value

    return yaml.dump(marked(answers), Dumper=_Dumper, default_flow_style=False)


@dataclass(frozen=True)
class Credential:
    """The environment variables of a credential."""

    environment: Mapping[str, str]

    @classmethod
    def of_type(cls, injectors: Mapping[str, Any], inputs: Mapping[str, str]) -> Credential:
        """Fill the templates of a credential type. A field without a value is empty."""
        return cls(
            {
                name: re.sub(r"\{\{ *(\w+) *\}\}", lambda found: inputs.get(found[1], ""), template)
                for name, template in injectors["env"].items()
            }
        )


@dataclass
class Result:
    """The result of a finished job in AWX."""

    status: int
    stdout: str
    folder: Path

    @cached_property
    def events(self) -> list[dict[str, Any]]:
        files = sorted(
            (self.folder / "artifacts").glob("*/job_events/*-*.json"), key=lambda path: int(path.name.partition("-")[0])
        )
        return [json.loads(file.read_text(encoding="utf-8")) for file in files]

    @property
    def largest_event(self) -> int:
        return max(len(json.dumps(event)) for event in self.events)

    @property
    def changed(self) -> list[str]:
        """Return the host of each event that reports a change."""
        found = [event.get("event_data", {}) for event in self.events if event["event"] == "runner_on_ok"]
        return [data["host"] for data in found if data["res"].get("changed")]

    @property
    def recap(self) -> dict[str, dict[str, int]]:
        """Return the numbers of the last event, by kind and host."""
        (stats,) = [event["event_data"] for event in self.events if event["event"] == "playbook_on_stats"]
        return {kind: stats[kind] for kind in ("ok", "changed", "failures")}

    @property
    def artifacts(self) -> dict[str, Any]:
        """Return the variables that the job passes on to the next one of a workflow."""
        (stats,) = [event["event_data"] for event in self.events if event["event"] == "playbook_on_stats"]
        found: dict[str, Any] = stats.get("artifact_data", {})
        return found

    @property
    def text(self) -> str:
        """Return the text of the job as AWX shows it, without colors."""
        return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(event["stdout"] for event in self.events))


@dataclass
class Job:
    """One job. `folder` is its private data folder."""

    folder: Path
    project: Path
    inventory: Inventory
    credentials: Sequence[Credential] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)
    arguments: Sequence[str] = ()
    hosts: Sequence[str] | None = None

    def prepare(self, playbook: str) -> list[str]:
        """Create the folder. Return the arguments of ansible-runner after its action."""
        environment = dict(_ENVIRONMENT, AWX_PRIVATE_DATA_DIR=str(self.folder))
        environment["HOME"] = str(self.folder / "home")
        for credential in self.credentials:
            environment.update(credential.environment)
        shutil.copytree(self.project, self.folder / "project")
        self.inventory.write_script(self.folder / "inventory" / "hosts", self.hosts)
        env = self.folder / "env"
        env.mkdir()
        (self.folder / "home").mkdir()
        (env / "envvars").write_text(json.dumps(environment))
        (env / "passwords").write_text(json.dumps({r"Vault password \(default\):\s*?$": VAULT_PASSWORD}))
        (env / "settings").write_text(json.dumps({"suppress_ansible_output": True, "suppress_output_file": True}))
        (env / "extravars").write_text(yaml.safe_dump(_EXTRA) + (survey_yaml(self.answers) if self.answers else ""))
        (env / "cmdline").write_text(" ".join(["--vault-id default@prompt", *self.arguments]))
        # Without --inventory the runner would use the whole folder, which in AWX contains only this file.
        return [str(self.folder), "-p", playbook, "--inventory", str(self.folder / "inventory" / "hosts")]

    def command(self, playbook: str) -> list[str]:
        return [str(BIN / "ansible-runner"), "run", *self.prepare(playbook), "--ident", "7"]

    def run(self, playbook: str) -> Result:
        done = subprocess.run(
            self.command(playbook),
            env=base_environment(),
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=300,
            check=False,
        )
        return Result(done.returncode, done.stdout + done.stderr, self.folder)

    def run_remotely(self, playbook: str, worker: Path, folder: Path) -> tuple[Result, bytes]:
        """Run the job on a worker, as on a separate node. Return the result and the bytes that the worker sent back."""
        runner = str(BIN / "ansible-runner")
        env = base_environment()

        def step(*command: str, data: bytes = b"") -> bytes:
            return subprocess.run([runner, *command], env=env, input=data, capture_output=True, check=True).stdout

        sent = step("transmit", *self.prepare(playbook), "--ident", "7")
        returned = step("worker", "--private-data-dir", str(worker), data=sent)
        folder.mkdir()
        step("process", str(folder), "--ident", "7", data=returned)
        returned = b"".join(line for line in returned.splitlines(True) if not _shows_environment(line))
        status = (folder / "artifacts" / "7" / "status").read_text().strip()
        return Result(0 if status == "successful" else 1, status, folder), returned


def _shows_environment(line: bytes) -> bool:
    """Return whether the line reports the start of the job. AWX masks its environment before storing it."""
    try:
        content = json.loads(line)
    except ValueError:
        return False
    return isinstance(content, dict) and content.get("status") == "starting"


def base_environment() -> dict[str, str]:
    """Return an environment without settings of the developer."""
    kept = {name: os.environ[name] for name in ("LC_ALL", "ANSIBLE_CONFIG", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "PYTHONNOUSERSITE": "1",
        "ANSIBLE_DEVEL_WARNING": "0",
    }


def sync(project: Path, source: str, credential: Credential) -> tuple[dict[str, Any], str]:
    """Run ansible-inventory as the update of an inventory source does. Return the inventory and the log."""
    environment = {**base_environment(), "ANSIBLE_INVENTORY_UNPARSED_FAILED": "True", **credential.environment}
    command = [str(BIN / "ansible-inventory"), "-i", str(project / source), "--list", "--export"]
    command += ["--playbook-dir", str(project), "-v"]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    # -v prints a line about the configuration first.
    return json.loads(done.stdout[done.stdout.index("{") :]), done.stderr


def leaks(secrets: Iterable[bytes], places: Iterable[Path], texts: Iterable[bytes] = ()) -> list[str]:
    """Return the places that contain a secret: as it is, in base64 or in a URL."""
    found = []
    forms = [form for secret in secrets for form in _forms(secret)]
    for name, content in (*_contents(places), *(("a stream", text) for text in texts)):
        found += [name for form in forms if form in content]
    return found


def _forms(secret: bytes) -> Iterator[bytes]:
    yield secret
    yield quote(secret, safe="").encode()
    for shift in range(3):
        # base64 within a longer text, without the characters at both ends that depend on adjacent bytes
        yield base64.b64encode(bytes(shift) + secret)[4 if shift else 0 : -4]


def _contents(places: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    for place in places:
        for path in (place, *place.rglob("*")):
            # In "command" ansible-runner writes the environment of the job. AWX removes the file after the job.
            if path.is_file() and path.name != "command":
                yield str(path), path.read_bytes()
