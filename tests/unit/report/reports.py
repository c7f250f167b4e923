# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports as the role writes them, of results that are given."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ..plugins.action.playbook import Playground, Run
from .html import Document, parsed
from .material import TODAY, Json

_COLLECTION = Path(__file__).resolve().parents[3]
ROLE = _COLLECTION / "roles" / "code_signing_report"
PAGE = _COLLECTION / "plugins" / "plugin_utils" / "_report" / "html"


@dataclass(frozen=True)
class Report:
    """The three files, and what they were made of."""

    folder: Path
    found: Json

    @cached_property
    def html(self) -> str:
        return (self.folder / "index.html").read_text(encoding="utf-8")

    @cached_property
    def page(self) -> Document:
        return parsed(self.html)

    @cached_property
    def json(self) -> Json:
        found: Json = json.loads((self.folder / "report.json").read_text(encoding="utf-8"))
        return found

    @cached_property
    def csv(self) -> list[dict[str, str]]:
        with (self.folder / "report.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, strict=True))


class Writer:
    """Has the role write what it is given, by a real ansible-playbook."""

    def __init__(self, folder: Path) -> None:
        self.ground = Playground(folder / "ground")
        actions = self.ground.play / "action_plugins"
        actions.mkdir()
        shutil.copy(Path(__file__).with_name("given.py"), actions)
        self.folder = folder

    def tasks(self, name: str, **variables: Any) -> list[Json]:
        """Takes what was given under that name, and writes the report of it."""
        write = {"name": "mobileops.ci.code_signing_report", "tasks_from": "write.yml"}
        return [
            {"given": {"path": str(self.given(name))}, "register": "__code_signing_report_found"},
            {
                "ansible.builtin.include_role": write,
                "vars": {"code_signing_report_dest": str(self.folder / name), **variables},
            },
        ]

    def given(self, name: str) -> Path:
        return self.folder / f"{name}-given.json"

    def write(self, answers: Mapping[str, tuple[Json, Json]]) -> dict[str, Report]:
        """By name: what the module has found, and variables of the role."""
        tasks = []
        for name, (found, variables) in answers.items():
            self.given(name).write_text(json.dumps(found), encoding="utf-8")
            tasks += self.tasks(name, **variables)
        run = self.run(tasks)
        assert run.status == 0, run.screen
        return {name: Report(self.folder / name, found) for name, (found, _variables) in answers.items()}

    def run(self, tasks: list[Json], *options: str) -> Run:
        """As on the day that the answers are made for."""
        env = {"ANSIBLE_PIPELINING": "1"}
        return self.ground.run(tasks, "-e", f"__code_signing_report_today={TODAY}", *options, env=env)
