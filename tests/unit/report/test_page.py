# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page without its script: the answer, tiles, tasks, the plain table and the data."""

from __future__ import annotations

import pytest

from ansible_collections.mobileops.ci.plugins.plugin_utils._report.page import MAX_PLAIN_APPS
from tests.helpers.report import material
from tests.helpers.report.html import Element
from tests.helpers.report.material import FINDING_NAMES, Json
from tests.helpers.report.reports import Report, Writer

# One worker for all tests of the same written reports.
pytestmark = pytest.mark.xdist_group("report")


def files_of(found: Json) -> list[Json]:
    return [
        file for app in found["apps"].values() for files in app.values() if isinstance(files, list) for file in files
    ]


def tiles_of(page: Element) -> dict[str, int]:
    lists = page.all("ul", "tiles")
    return {
        link.attributes["href"].partition("=")[2]: int(link.one("b").text) for one in lists for link in one.all("a")
    }


def test_the_first_sentence_comes_first(fleet: Report, reports: dict[str, Report]) -> None:
    answer = fleet.page.one("p", "answer")
    assert answer.words == (
        "11 of 45 apps break within 30 days, by 21 Dec 2026, because a profile or a certificate expires, the first on "
        "30 Nov: Health 1, Kiosk 1, Kiosk 2 and 8 more; 1 app already has an expired file: Wetter 1."
    )
    assert [link.text for link in answer.all("a")] == ["Health 1", "Kiosk 1", "Kiosk 2", "8 more", "Wetter 1"]
    assert reports["one"].page.one("p", "answer").words == "1 app already has an expired file: 0123456789abcdef."
    assert reports["nothing"].page.one("p", "answer").words == "There are no apps to report on."


def test_tiles_count_what_is_not_zero(fleet: Report) -> None:
    numbers = {name: len(fleet.found[name]) for name in FINDING_NAMES}
    assert tiles_of(fleet.page) == {name: number for name, number in numbers.items() if number}
    assert fleet.page.one("p", "facts").words == (
        "No file is unusable or is a duplicate. This is the first report, so there is no comparison."
    )


def test_tiles_count_each_file_once(hostile: Report) -> None:
    number = len(material.HOSTILE)
    assert tiles_of(hostile.page) == {"expired": number, "invalid": number, "unreadable": 1}


def test_apps_without_files_are_counted(writer: Writer) -> None:
    apps = {f"a{number}": material.app(f"Empty {number}", []) for number in range(3)}
    writer.changed("without", material.answer(apps))
    assert tiles_of(Report(writer.folder / "without", {}).page) == {"none": 3}


def test_tasks(fleet: Report, reports: dict[str, Report]) -> None:
    items = fleet.page.by_id("tasks").all("li")
    assert [item.one("p", "what").words for item in items][:4] == [
        "Expired Renew 1 profile that expired on 9 Nov 12 days ago",
        "Expires soon Renew 1 profile that expires on 30 Nov in 9 days",
        "Expires soon Replace 2 certificates in 9 apps that expire on 8 Dec in 17 days",
        "Expires soon Renew 1 profile that expires on 14 Dec in 23 days",
    ]
    assert items[0].one("p", "names").words == "Wetter 1"
    assert items[0].one("p", "what").one("a").attributes["href"] == (
        "#finding=expired&kind=provisioning_profile&expires=2026-11-09..2026-11-09"
    )
    assert reports["nothing"].page.by_id("tasks").one("p", "nothing").words == "There is nothing to do."


def test_many_tasks_are_folded_away_and_many_names_are_counted(writer: Writer) -> None:
    reasons = {"unpaired": "Alone.", "unprocessed": "Not finished."}
    files: list[tuple[str, int, Json]] = [("provisioning_profile", day, {}) for day in (-200, -3, 1, 8, 15, 22)]
    files += [("build_certificate", day, {}) for day in (-200, -3, 1, 8)]
    files += [("android_keystore", 300, {"listed_in": reasons})]
    apps = {}
    for number in range(30):
        made = [
            (kind, material.file(kind, f"{number} {place}", f"{number} {place}", day, **more))
            for place, (kind, day, more) in enumerate(files)
        ]
        apps[f"a{number}"] = material.app(f"App {number}", made)
    writer.changed("many", material.answer(apps))
    tasks = Report(writer.folder / "many", {}).page.by_id("tasks")
    shown, folded = tasks.all("ol")
    assert len(shown.all("li")) == 8
    assert folded in list(tasks.one("details", "more"))
    assert folded.attributes["start"] == "9"
    assert all(len(item.one("p", "names").all("a")) <= 11 for item in tasks.all("li"))
    assert tasks.all("li")[0].one("p", "names").words.endswith(" and 20 more")


def test_apps_that_could_not_be_read_say_why(hostile: Report) -> None:
    (app,) = hostile.found["unreadable"]
    assert app["reason"] in hostile.page.by_id("tasks").one("ul").text
    assert app["reason"] in hostile.page.one("noscript").text


def test_the_plain_table_has_every_app(fleet: Report) -> None:
    rows = fleet.page.one("noscript").one("tbody").all("tr")
    assert {row.one("th").text for row in rows} == {app["title"] for app in fleet.found["apps"].values()}
    first = [cell.words for cell in rows[0].all("td")]
    assert first == ["Example Mobile", "9 Nov 2026", "1 expired"]


def test_a_large_fleet_has_no_plain_table(writer: Writer) -> None:
    for number, tables in ((MAX_PLAIN_APPS, 1), (MAX_PLAIN_APPS + 1, 0)):
        found = material.answer({f"a{index}": material.app(f"App {index}", []) for index in range(number)})
        writer.changed(f"plain {number}", found)
        plain = Report(writer.folder / f"plain {number}", {}).page.one("noscript")
        assert len(plain.all("table")) == tables
    assert "The other formats of this report" in plain.text


def test_the_data_has_every_file_with_its_details(fleet: Report) -> None:
    data = fleet.data
    apps = {app[1]: app for app in data["apps"]}
    assert len(apps) == len(data["apps"]) == len(fleet.found["apps"])
    for slug, app in fleet.found["apps"].items():
        assert apps[slug][0] == app["title"]
        assert data["texts"][apps[slug][2]] == app["owner"]
        rows = {row[2]: row for row in apps[slug][3]}
        assert len(rows) == len(files_of({"apps": {"one": app}}))
        for file in files_of({"apps": {"one": app}}):
            row = rows[file["slug"]]
            assert data["texts"][row[1]] == file["upload_file_name"]
            for key in ("uuid", "serial", "sha256_fingerprint", "app_id"):
                value = (file["details"] or {}).get(key)
                assert value is None or value in [data["texts"][place] for place in row[11]]


def test_a_thousand_apps_are_less_than_two_megabytes(writer: Writer) -> None:
    writer.changed("thousand", material.fleet(1000), formats=["html"])
    assert (writer.folder / "thousand" / "index.html").stat().st_size < 1_300_000
