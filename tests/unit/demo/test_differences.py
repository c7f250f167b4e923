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


def test_replaced_file() -> None:
    assert differences.lines(FileResult("A", before={"a.p12": OLD}, after={"a.p12": NEW})) == [
        "- a.p12  5,181 bytes  sha256 aaaaaaaa",
        "+ a.p12  5,207 bytes  sha256 bbbbbbbb  protected",
    ]


def test_of_two_files_of_one_name_one_stays() -> None:
    before = {"a.p12 (SLUG1)": OLD, "a.p12 (SLUG2)": {**NEW, "processed": False}}

    assert differences.lines(FileResult("A", before=before, after={"a.p12": OLD})) == [
        "- a.p12  5,207 bytes  half-uploaded",
        "  a.p12  5,181 bytes  sha256 aaaaaaaa",
    ]


def test_a_password_shows_only_where_it_is_wrong() -> None:
    right, wrong = ({**OLD, "certificate_password": word} for word in ("as declared", "not as declared"))

    assert not any("password" in line for line in differences.lines(FileResult("A", after={"a.p12": right})))
    assert differences.lines(FileResult("A", before={"a.p12": wrong}, after={"a.p12": right})) == [
        "- a.p12  5,181 bytes  sha256 aaaaaaaa  wrong password",
        "+ a.p12  5,181 bytes  sha256 aaaaaaaa  right password",
    ]


def test_apps_to_which_the_same_happens_are_shown_once() -> None:
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
    assert differences.instructive_apps(run, limit=9) == ["B", "D", "E"]
    assert differences.instructive_apps(run, limit=2) == ["B", "D"]
