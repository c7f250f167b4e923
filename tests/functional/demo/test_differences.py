# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from tests.demo import differences
from tests.demo.playbook import Run
from tests.demo.results import FileResult

OLD = {"size": 5181, "sha256": "aaaaaaaaaaaa", "is_protected": False, "processed": True, "is_expose": True}
NEW = {**OLD, "size": 5207, "sha256": "bbbbbbbbbbbb", "is_protected": True}


def test_shows_both_versions_of_a_replaced_file() -> None:
    assert differences.lines(FileResult("A", before={"a.p12": OLD}, after={"a.p12": NEW})) == [
        "- a.p12  5,181 bytes  sha256 aaaaaaaa",
        "+ a.p12  5,207 bytes  sha256 bbbbbbbb  protected",
    ]


def test_shows_which_of_two_files_with_the_same_name_is_kept() -> None:
    before = {"a.p12 (SLUG1)": OLD, "a.p12 (SLUG2)": {**NEW, "processed": False}}

    assert differences.lines(FileResult("A", before=before, after={"a.p12": OLD})) == [
        "- a.p12  5,207 bytes  half-uploaded",
        "  a.p12  5,181 bytes  sha256 aaaaaaaa",
    ]


def test_shows_passwords_only_if_one_is_wrong() -> None:
    right, wrong = ({**OLD, "certificate_password": word} for word in ("as declared", "not as declared"))

    assert not any("password" in line for line in differences.lines(FileResult("A", after={"a.p12": right})))
    assert differences.lines(FileResult("A", before={"a.p12": wrong}, after={"a.p12": right})) == [
        "- a.p12  5,181 bytes  sha256 aaaaaaaa  wrong password",
        "+ a.p12  5,181 bytes  sha256 aaaaaaaa  right password",
    ]


def test_shows_each_combination_of_actions_once() -> None:
    def file(app: str, **action: Any) -> FileResult:
        return FileResult(app, [action] if action else [])

    run = Run("check")
    run.files = [
        file("A"),
        file("B", action="delete", reason="leftover"),
        file("C", action="delete", reason="leftover"),
        file("D", action="delete", reason="replaced"),
        file("E", action="update", changes={"is_protected": True}),
    ]

    assert differences.changed_apps(run) == ["B", "C", "D", "E"]
    assert differences.example_apps(run, limit=9) == ["B", "D", "E"]
    assert differences.example_apps(run, limit=2) == ["B", "D"]
