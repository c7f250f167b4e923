# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of the doctor and its record, without a service."""

from __future__ import annotations

import json
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import LocalFileError
from ansible_collections.mobileops.ci.plugins.plugin_utils._doctor.record import write_record
from ansible_collections.mobileops.ci.plugins.plugin_utils._doctor.text import lines_of, needs_ascii, verdict


def check(status: str, message: str = "It is so", advice: str = "", group: str = "connection") -> dict[str, Any]:
    return {"group": group, "name": "x", "status": status, "message": message, "advice": advice}


CHECKS = [
    check("ok", "Caf\u00e9"),
    check("warning", advice="Change it."),
    check("failed"),
    check("skipped", group="token"),
]


def text(checks: list[dict[str, Any]], *, ascii_only: bool = False) -> list[str]:
    return [line for line, _color in lines_of(checks, ascii_only=ascii_only)]


def test_one_line_for_each_check() -> None:
    assert text(CHECKS) == [
        "Connection",
        "[\u2713] Caf\u00e9",
        "[!] It is so",
        "    -> Change it.",
        "[\u2717] It is so",
        "",
        "Token",
        "[-] It is so",
    ]


def test_equal_advice_is_shown_once_in_a_group() -> None:
    advised = [check("warning", advice="Change it."), check("failed", advice="Change it.")]
    again = {**advised[0], "group": "token"}
    assert [line for line in text([*advised, again]) if "->" in line] == ["    -> Change it."] * 2


def test_plain_ascii() -> None:
    found = text(CHECKS, ascii_only=True)
    assert found[1:5] == ["[+] Caf?", "[!] It is so", "    -> Change it.", "[x] It is so"]
    assert "".join(found).isascii()


@pytest.mark.parametrize(("encoding", "needed"), [("utf-8", False), ("ascii", True), ("latin-1", True)])
def test_the_encoding_of_the_screen_counts(monkeypatch: pytest.MonkeyPatch, encoding: str, needed: bool) -> None:
    monkeypatch.setattr(sys, "__stdout__", TextIOWrapper(BytesIO(), encoding))
    assert needs_ascii() is needed


def test_long_and_hostile_messages() -> None:
    found = text([check("failed", "word " * 60 + "\x1b[31m\nred\r")])
    assert max(map(len, found)) <= 120
    assert all(line.isprintable() for line in found)
    assert all(line.startswith("    ") for line in found[2:])


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["ok", "skipped"], "The doctor found no problem."),
        (["ok", "warning"], "The doctor found no problem, but 1 warning."),
        (["failed"], "The doctor found 1 problem."),
        (["failed", "failed", "warning", "warning"], "The doctor found 2 problems, and 2 warnings."),
    ],
)
def test_the_last_line(statuses: list[str], expected: str) -> None:
    assert verdict([check(status) for status in statuses]) == expected


def test_a_record_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "doctor.json"
    path.write_text("old")
    assert write_record(str(path), {"checks": [], "behaviors": {"me": None}}) == str(path)
    record = json.loads(path.read_text())
    assert (record["format"], record["checks"], record["behaviors"]) == (1, [], {"me": None})
    assert [found.name for found in tmp_path.iterdir()] == ["doctor.json"]


def test_a_record_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(LocalFileError, match=r"doctor_record: .*missing/doctor.json cannot be written"):
        write_record(str(tmp_path / "missing" / "doctor.json"), {})
    with pytest.raises(LocalFileError, match=r"doctor_record: .* is not a file"):
        write_record(str(tmp_path), {})
    assert list(tmp_path.iterdir()) == []
