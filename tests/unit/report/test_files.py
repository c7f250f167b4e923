# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON and CSV beside the page, and how they are written."""

from __future__ import annotations

import re
import stat

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._errors import CiError

from .material import PLURALS, TODAY, TROUBLES, WITHIN, Json
from .reports import Report, Writer

# One worker for all that look at the same written reports.
pytestmark = pytest.mark.xdist_group("report")


def test_json_is_what_was_found(report: Report, reports: dict[str, Report]) -> None:
    if report is reports["one"]:
        assert sorted(path.name for path in report.folder.iterdir()) == ["index.html"]
        return
    assert report.json["date"] == TODAY
    assert report.json["expires_within"] == WITHIN
    assert report.json["summary"] == {
        key: value for key, value in report.found["summary"].items() if key not in {"requests", "seconds"}
    }
    for key in ("apps", "unreadable", *TROUBLES):
        assert report.json[key] == report.found[key], key
    assert report.json.keys() == {"title", "date", "expires_within", "summary", "apps", "unreadable", *TROUBLES}


def plain(text: str | None) -> str:
    """As in a cell: no control characters, and nothing that a spreadsheet would calculate."""
    cell = re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", " ", text or "")
    # Where a semicolon separates cells, one begins after it.
    return ";".join(f"'{part}" if re.match(r"\s*[-=+@|%]", part) else part for part in cell.split(";"))


def wanted_rows(found: Json) -> list[dict[str, str]]:
    rows = []
    for slug, app in found["apps"].items():
        base = {"app_slug": plain(slug), "app_title": plain(app["title"])}
        if app["error"]:
            rows.append({**base, "states": "unreadable", "reasons": plain(app["error"]["msg"])})
        for kind, plural in PLURALS.items():
            for file in app[plural]:
                details = file["details"] or {}
                own = [
                    (name, entry["reason"])
                    for name in (
                        "expired",
                        "invalid",
                        "expiring",
                        "unprocessed",
                        "unpaired",
                        "duplicated",
                        "unverifiable",
                    )
                    for entry in found[name]
                    if (entry["app_slug"], entry["kind"], entry["slug"]) == (slug, kind, file["slug"])
                ]
                subject = details.get("bundle_id") or details.get("common_name") or details.get("alias")
                row = {
                    **base,
                    "kind": kind,
                    "file_slug": plain(file["slug"]),
                    "file_name": plain(file["upload_file_name"]),
                    "states": " ".join(name for name, _reason in own),
                    "expires_at": details.get("expires_at") or "",
                    "days_left": str(details.get("days_left", "")).replace("None", ""),
                    "subject": plain(subject),
                    "type": plain(details.get("type")),
                    "team_id": plain(details.get("team_id")),
                    "is_protected": "yes" if file["is_protected"] else "no",
                    "sha256": plain(file["sha256"]),
                    "reasons": " ".join(plain(reason) for _name, reason in own),
                }
                rows.append(row)
    return rows


def test_csv_has_a_row_for_each_file(report: Report, reports: dict[str, Report]) -> None:
    if report is reports["one"]:
        return
    rows = [{key: value for key, value in row.items() if value} for row in report.csv]
    wanted = [{key: value for key, value in row.items() if value} for row in wanted_rows(report.found)]

    def order(row: dict[str, str]) -> tuple[str, ...]:
        return row["app_slug"], row.get("kind", ""), row.get("file_slug", "")

    assert sorted(rows, key=order) == sorted(wanted, key=order)


def test_no_cell_is_a_formula(hostile: Report) -> None:
    numbers = 0
    for row in hostile.csv:
        for name, value in row.items():
            if name == "days_left":
                numbers += bool(value and int(value) < 0)
            else:
                assert not re.search(r"(^|;)\s*[-=+@|%\uff0b\uff0d\uff1d\uff20]", value), (name, value)
    assert numbers > 0
    assert any(row["app_title"] == "'=cmd|' /C calc'!A0" for row in hostile.csv)


def test_modes(fleet: Report) -> None:
    assert stat.S_IMODE(fleet.folder.stat().st_mode) == 0o750
    assert {stat.S_IMODE(path.stat().st_mode) for path in fleet.folder.iterdir()} == {0o640}


def test_writes_only_what_differs_and_nothing_in_check_mode(writer: Writer, reports: dict[str, Report]) -> None:
    found = reports["nothing"].found
    before = {path.name: path.stat().st_mtime_ns for path in reports["nothing"].folder.iterdir()}
    assert writer.changed("nothing", found) == []
    assert writer.changed("nothing", found, check_mode=True, title="Another title") == ["report.json", "index.html"]
    assert writer.changed("nothing", found, check_mode=True, mode="0600") == ["report.json", "report.csv", "index.html"]
    assert {path.name: path.stat().st_mtime_ns for path in reports["nothing"].folder.iterdir()} == before
    assert writer.changed("elsewhere", found, check_mode=True) == [
        "elsewhere",
        "report.json",
        "report.csv",
        "index.html",
    ]
    assert not (writer.folder / "elsewhere").exists()


@pytest.mark.parametrize("mode", ["0600", 0o600])
def test_a_mode_as_yaml_has_it(writer: Writer, reports: dict[str, Report], mode: str | int) -> None:
    name = f"mode {type(mode).__name__}"
    writer.changed(name, reports["nothing"].found, mode=mode)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (writer.folder / name).iterdir()} == {0o600}


def test_a_folder_that_cannot_be_written(writer: Writer, reports: dict[str, Report]) -> None:
    (writer.folder / "file").touch()
    with pytest.raises(CiError, match=r"code_signing_report_dest: .*file/below cannot be written"):
        writer.changed("file/below", reports["nothing"].found)
