# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON and CSV, and the way in which files are written."""

from __future__ import annotations

import json
import re
import stat

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import CiError
from ansible_collections.mobileops.ci.plugins.plugin_utils._report.formats import FORMATS
from tests.helpers.report import material
from tests.helpers.report.material import FINDING_NAMES, PLURALS, TODAY, WITHIN, Json
from tests.helpers.report.reports import Report, Writer

# One worker for all tests of the same written reports.
pytestmark = pytest.mark.xdist_group("report")

FROM_RUN_TO_RUN = {"requests", "seconds", "waited_s", "refused"}


def test_json_holds_the_findings(report: Report, reports: dict[str, Report]) -> None:
    if report is reports["one"]:
        assert sorted(path.name for path in report.folder.iterdir()) == ["index.html"]
        return
    assert report.json["date"] == TODAY
    assert report.json["expires_within"] == WITHIN
    assert report.json["summary"] == {
        key: value for key, value in report.found["summary"].items() if key not in FROM_RUN_TO_RUN
    }
    for key in ("apps", "unreadable", *FINDING_NAMES):
        assert report.json[key] == report.found[key], key
    assert report.json.keys() == {"title", "date", "expires_within", "summary", "apps", "unreadable", *FINDING_NAMES}


def plain(text: str | None) -> str:
    """Return the text as in a cell: no control characters, and nothing that a spreadsheet would calculate."""
    cell = re.sub(r"[\t\n\r]", " ", text or "")
    cell = re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", "\ufffd", cell)
    # Where a semicolon separates cells, one begins after it.
    return ";".join(f"'{part}" if re.match(r"\s*[-=+@|%]", part) else part for part in cell.split(";"))


def expected_rows(found: Json) -> list[dict[str, str]]:
    rows = []
    for slug, app in found["apps"].items():
        base = {"app_slug": plain(slug), "app_title": plain(app["title"]), "owner": plain(app["owner"])}
        if app["error"]:
            reason = plain(app["error"]["msg"])
            rows.append({**base, "findings": "unreadable", "finding": "unreadable", "reasons": reason})
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
                    "findings": " ".join(name for name, _reason in own),
                    "expires_at": details.get("expires_at") or "",
                    "days_left": str(details.get("days_left", "")).replace("None", ""),
                    "subject": plain(subject),
                    "type": plain(details.get("type")),
                    "team_id": plain(details.get("team_id")),
                    "is_protected": "yes" if file["is_protected"] else "no",
                    "sha256": plain(file["sha256"]),
                    "reasons": plain(" ".join(reason for _name, reason in own)),
                    "finding": next((name for name, _reason in own), ""),
                }
                rows.append(row)
    return rows


def test_csv_has_a_row_for_each_file(report: Report, reports: dict[str, Report]) -> None:
    if report is reports["one"]:
        return
    rows = [{key: value for key, value in row.items() if value} for row in report.csv]
    expected = [{key: value for key, value in row.items() if value} for row in expected_rows(report.found)]

    def order(row: dict[str, str]) -> tuple[str, ...]:
        return row["app_slug"], row.get("kind", ""), row.get("file_slug", "")

    assert sorted(rows, key=order) == sorted(expected, key=order)


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


def test_writes_changed_files_only_and_none_in_check_mode(writer: Writer, reports: dict[str, Report]) -> None:
    found = reports["nothing"].found
    before = {path.name: path.stat().st_mtime_ns for path in reports["nothing"].folder.iterdir()}
    assert writer.changed("nothing", found) == []
    assert writer.changed("nothing", found, check_mode=True, title="Another title") == ["report.json", "index.html"]
    assert writer.changed("nothing", found, check_mode=True, date="2026-11-22") == [
        "previous.json",
        "report.json",
        "index.html",
    ]
    assert writer.changed("nothing", found, check_mode=True, mode="0600") == ["report.csv", "report.json", "index.html"]
    assert {path.name: path.stat().st_mtime_ns for path in reports["nothing"].folder.iterdir()} == before
    assert writer.changed("elsewhere", found, check_mode=True) == [
        "elsewhere",
        "report.csv",
        "report.json",
        "index.html",
    ]
    assert not (writer.folder / "elsewhere").exists()


@pytest.mark.parametrize("mode", ["0600", 0o600])
def test_a_mode_as_yaml_has_it(writer: Writer, reports: dict[str, Report], mode: str | int) -> None:
    name = f"mode {type(mode).__name__}"
    writer.changed(name, reports["nothing"].found, mode=mode)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (writer.folder / name).iterdir()} == {0o600}


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("dest", ["file", "file/below"])
def test_a_file_is_no_folder(writer: Writer, reports: dict[str, Report], dest: str, check_mode: bool) -> None:
    (writer.folder / "file").touch()
    with pytest.raises(CiError, match=r"^code_signing_report_dest: .*/file is a file\. Name a folder\.$"):
        writer.changed(dest, reports["nothing"].found, check_mode=check_mode)


@pytest.mark.parametrize("dest", [".", "new/below"])
def test_check_mode_fails_if_the_folder_cannot_be_written(
    writer: Writer, reports: dict[str, Report], monkeypatch: pytest.MonkeyPatch, dest: str
) -> None:
    monkeypatch.setattr("os.access", lambda path, _mode: str(path) != str(writer.folder))
    place = re.escape(str(writer.folder))
    with pytest.raises(CiError, match=f"^code_signing_report_dest: {place} cannot be written: Permission denied"):
        writer.changed(dest, reports["nothing"].found, check_mode=True)


def test_apps_without_files_have_a_row(writer: Writer) -> None:
    writer.changed("empty", material.answer({"a1": material.app("Empty", [], owner="Acme")}))
    (row,) = Report(writer.folder / "empty", {}).csv
    assert {key: value for key, value in row.items() if value} == {
        "app_slug": "a1",
        "app_title": "Empty",
        "owner": "Acme",
        "findings": "no_files",
        "finding": "no_files",
    }


def test_the_report_of_an_earlier_day_is_kept_and_compared(writer: Writer) -> None:
    fleet = material.fleet(30)
    folder = writer.folder / "kept"

    def facts() -> str:
        return Report(folder, fleet).page.one("p", "facts").words

    writer.changed("kept", fleet, date="2026-11-07")
    first = (folder / "report.json").read_bytes()
    assert facts().endswith("This is the first report, so there is no comparison.")
    assert writer.changed("kept", fleet, date="2026-11-07") == []

    assert "previous.json" in writer.changed("kept", fleet, date="2026-11-14")
    assert (folder / "previous.json").read_bytes() == first
    assert "Since 7 Nov 2026: 0 new, 0 solved and" in facts()
    # Another report of the same day is compared with the same one.
    assert writer.changed("kept", fleet, date="2026-11-14") == []
    assert (folder / "previous.json").read_bytes() == first

    # A run that ended after the first file was written does no harm.
    second = (folder / "report.json").read_bytes()
    (folder / "previous.json").write_bytes(second)
    writer.changed("kept", fleet, date="2026-11-21")
    assert (folder / "previous.json").read_bytes() == second
    assert json.loads((folder / "report.json").read_text())["date"] == "2026-11-21"


def test_a_damaged_report_of_an_earlier_day(writer: Writer) -> None:
    folder = writer.folder / "damaged"
    folder.mkdir()
    (folder / "report.json").write_text("{")
    written = writer.written("damaged", material.fleet(3))
    (warning,) = written.warnings
    assert (
        "damaged/report.json cannot be compared with this report: it is not a report" in warning
        or "Expecting" in warning
    )
    assert json.loads((folder / "report.json").read_text())["date"] == TODAY
    assert not (folder / "previous.json").exists()


def test_chosen_formats(writer: Writer) -> None:
    assert writer.changed("chosen", material.fleet(3), formats=["ics", "markdown", "html"]) == [
        "chosen",
        "summary.md",
        "expiries.ics",
        "index.html",
    ]
    links = {
        link.text: link.attributes["href"] for link in Report(writer.folder / "chosen", {}).page.one("footer").all("a")
    }
    assert links == {"Summary in Markdown": "summary.md", "Calendar": "expiries.ics"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"formats": ["html", "htm"]},
            f"code_signing_report_formats: 'htm' is not a format. Use {', '.join(FORMATS)}. Did you mean html?",
        ),
        (
            {"json": "index.html"},
            "code_signing_report_json and code_signing_report_html must have different names, got index.html for both.",
        ),
    ],
)
def test_mistakes_in_formats(writer: Writer, options: Json, message: str) -> None:
    with pytest.raises(CiError) as error:
        writer.changed("mistaken", material.nothing(), **options)
    assert error.value.message == message
    assert not (writer.folder / "mistaken").exists()
