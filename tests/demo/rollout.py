# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The complete demo."""

from __future__ import annotations

import time
from collections.abc import Iterable

from tests.emulator.process import Emulator

from . import checks
from .checks import Traffic
from .display import Display
from .fleet import APPS, ORGANIZATIONS, ROLLED_OUT
from .material import Material, fixture, make_material
from .playbook import CHECK_MODE, Playbooks, Run, command
from .workspace import Workspace

# One certificate and one profile per app.
DECLARED_FILES = 2 * len(ROLLED_OUT)
LOG_LINES_SHOWN = 20
PROBLEMS_SHOWN = 8


class DemoError(Exception):
    """A claim of the demo is not true."""

    def __init__(self, message: str, details: Iterable[str]) -> None:
        super().__init__(message)
        self.details = list(details)


class Demo:
    def __init__(self, workspace: Workspace, display: Display) -> None:
        self._workspace = workspace
        self._display = display
        self._rows: list[tuple[Run, Traffic]] = []

    def show(self) -> None:
        """Run the demo. Raise DemoError if one of its claims is not true."""
        self._display.title()
        self._workspace.prepare()
        try:
            material = self._make_signing_files()
            with Emulator(fixture(material)) as emulator:
                self._introduce(emulator)
                self._converge(emulator, material)
                self._check_logs(material, emulator)
        finally:
            self._workspace.remove_secrets()
        self._display.summary(self._rows)

    def _make_signing_files(self) -> Material:
        started = time.monotonic()
        material = make_material()
        material.write(self._workspace.signing_files)
        seconds = time.monotonic() - started
        self._display.step(
            "Signing files",
            f"{len(ORGANIZATIONS)} certificates with their keys (PKCS#12) and {len(ROLLED_OUT)} profiles (CMS), "
            f"created in {seconds:.1f} s",
        )
        return material

    def _introduce(self, emulator: Emulator) -> None:
        self._display.step("Emulator", f"{len(APPS)} apps of {len(ORGANIZATIONS)} organizations at {emulator.api_url}")
        self._display.fleet(APPS)
        project = self._workspace.project
        self._display.step("Declaration", f"in {self._workspace.display_path(project)}")
        inventory, example, *others = sorted(project.rglob("*.yml"))
        for path in (inventory, example):
            self._display.file(str(path.relative_to(project)), path.read_text(encoding="utf-8"))
        for path in others:
            self._display.file(str(path.relative_to(project)))

    def _converge(self, emulator: Emulator, material: Material) -> None:
        variables = {
            **material.passwords,
            "BITRISE_API_TOKEN": emulator.tokens["owner"],
            "BITRISE_API_BASE_URL": emulator.api_url,
        }
        before = emulator.state()
        playbooks = Playbooks(self._workspace, variables)
        emulator.clear_requests()

        check, traffic = self._run(playbooks, emulator, "check", CHECK_MODE, "--diff")
        self._display.differences(check)
        self._require("check", checks.problems_in_check(check, traffic, before, emulator.state()))

        rollout, _traffic = self._run(playbooks, emulator, "rollout")
        self._display.note(
            f"{rollout.count('upload')} files uploaded, {rollout.count('delete')} deleted, "
            f"{rollout.count('update')} updated in place"
        )
        after = emulator.state()
        self._require("rollout", checks.problems_in_rollout(check, rollout))
        self._require("rollout", checks.problems_in_state(before, after, material))
        self._display.note("The service now has all declared files, and no other file was changed.")

        again, traffic = self._run(playbooks, emulator, "again")
        self._require("again", checks.problems_in_second_run(again, traffic))
        self._require("again", () if emulator.state() == after else ["the service changed after the rollout"])
        self._display.note("In sync: no file needed a change.")

    def _run(self, playbooks: Playbooks, emulator: Emulator, name: str, *arguments: str) -> tuple[Run, Traffic]:
        self._display.step(name.capitalize(), " ".join(command(*arguments)))
        with self._display.progress(DECLARED_FILES) as progress:
            run = playbooks.run(name, *arguments, on_event=progress)
        traffic = checks.read_traffic(emulator)
        run.declared = DECLARED_FILES
        self._rows.append((run, traffic))
        self._require(name, checks.problems_in_run(run, apps=len(ROLLED_OUT)))
        return run, traffic

    def _check_logs(self, material: Material, emulator: Emulator) -> None:
        secrets = [*material.passwords.values(), *emulator.tokens.values()]
        for run, _traffic in self._rows:
            log = self._workspace.log(run.name).read_text(encoding="utf-8", errors="replace")
            if any(secret in log for secret in secrets):
                raise DemoError(f"The log of '{run.name}' contains a secret.", [])

    def _require(self, name: str, problems: Iterable[str]) -> None:
        found = list(problems)
        if not found:
            return
        if len(found) > PROBLEMS_SHOWN:
            found[PROBLEMS_SHOWN:] = [f"... and {len(found) - PROBLEMS_SHOWN} more"]
        log = self._workspace.log(name)
        last_lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES_SHOWN:]
        end = [f"The end of {self._workspace.display_path(log)}:", *(f"| {line}" for line in last_lines)]
        raise DemoError(f"The run '{name}' failed its checks:", [*found, *end])
