# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the page says."""

from __future__ import annotations

from collections import Counter

import pytest

from .html import Element
from .material import NOW, TROUBLES, Json
from .reports import Report

# One worker for all that look at what one run of ansible-playbook wrote.
pytestmark = pytest.mark.xdist_group("report")

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def files_of(found: Json) -> list[Json]:
    return [
        file for app in found["apps"].values() for files in app.values() if isinstance(files, list) for file in files
    ]


def rows_of(page: Element) -> list[Element]:
    return [row for row in page.all("tr") if "data-kind" in row.attributes]


def test_the_answer_comes_first(fleet: Report, reports: dict[str, Report]) -> None:
    expiring = {entry["app_slug"] for entry in fleet.found["expiring"]}
    assert len(expiring) > 10
    answer = fleet.page.one("p", "answer").words
    assert answer == (
        f"{len(expiring)} apps have a signing file that expires within 30 days, the next in 9 days; "
        "1 app has one that has expired already."
    )
    assert reports["one"].page.one("p", "answer").words == "1 app has one that has expired already."
    assert reports["nothing"].page.one("p", "answer").words == "There are no apps to report on."


def test_tiles_count_what_was_found(report: Report) -> None:
    tiles = {
        tile.attributes.get("data-state", "unreadable"): int(tile.one("b").text)
        for tile in report.page.one("ul", "tiles").all("a")
    }
    assert tiles == {name: len(report.found[name]) for name in (*TROUBLES, "unreadable")}


def test_what_to_do_is_listed_by_urgency(fleet: Report) -> None:
    items = [item for item in fleet.page.by_id("todo").all("li") if item.all("span", "badge")]
    labels = [item.one("span", "badge").text for item in items]
    assert list(dict.fromkeys(labels)) == [
        "Expired",
        "Expires soon",
        "Upload unfinished",
        "Unpaired",
        "Not verifiable",
    ]
    days = [item.one("span", "when").words for item in items if item.all("span", "when")]
    assert days == ["12 days ago", "in 9 days", "in 17 days", "in 23 days"]
    assert items[0].words == (
        "Expired 12 days ago Wetter 1.mobileprovision Profile in Wetter 1. "
        "It expired on 2026-11-09. Renew it in the developer portal and roll it out."
    )
    assert not fleet.page.by_id("todo").all("details", "more")


def test_the_rest_is_folded_away(hostile: Report) -> None:
    todo = hostile.page.by_id("todo")
    shown, folded = todo.all("ol")
    assert len(shown.all("li")) == 15
    assert folded in list(todo.one("details", "more"))
    assert folded.attributes["start"] == "16"
    assert todo.one("details", "more").one("summary").words == f"{len(folded.all('li'))} more"


def test_a_file_that_many_apps_have_is_one_thing_to_do(fleet: Report) -> None:
    (item,) = [item for item in fleet.page.by_id("todo").all("li") if "Distribution.p12" in item.text]
    titles = {entry["app_title"] for entry in fleet.found["expiring"] if entry["name"] == "Distribution.p12"}
    assert len(titles) == 9
    assert item.one("summary").words.startswith("in 9 apps: ")
    assert item.one("summary").words.endswith(" and 4 more")
    assert {name.text for name in item.one("details").all("p")[0].all("bdi")} == titles


def test_nothing_to_do(reports: dict[str, Report]) -> None:
    assert reports["nothing"].page.by_id("todo").one("p", "nothing").words.startswith("Nothing")
    assert not reports["nothing"].page.by_id("todo").all("li")


def test_timeline_has_every_date(report: Report) -> None:
    now = f"{NOW:%Y-%m-%dT%H:%M:%SZ}"
    dates = [file["details"]["expires_at"] for file in files_of(report.found) if file["details"]]
    last = f"{NOW.year + 1}-{NOW.month:02}"
    wanted = Counter(
        "expired" if date < now else "later" if date[:7] > last else date[:7] for date in dates if date is not None
    )
    shown: dict[str, int] = {}
    for link in report.page.one("ol", "months").all("a"):
        month = link.attributes["data-month"]
        number = link.one("span", "number").children[0]
        assert isinstance(number, str)
        shown[month] = int(number)
        label = link.one("span", "label").text
        expected = month.capitalize() if "-" not in month else f"{MONTHS[int(month[5:]) - 1]} {month[:4]}"
        assert label == expected
    assert list(shown)[:2] == ["expired", "2026-11"]
    assert list(shown)[-2:] == ["2027-11", "later"]
    assert len(shown) == 15
    assert {month: number for month, number in shown.items() if number} == dict(wanted)


def test_filters_find_what_tiles_and_months_count(report: Report) -> None:
    rows = rows_of(report.page)
    assert len(rows) == len(files_of(report.found))
    states = Counter(state for row in rows for state in row.attributes["data-state"].split())
    assert {name: states[name] for name in TROUBLES} == {name: len(report.found[name]) for name in TROUBLES}
    months = Counter(row.attributes["data-month"] for row in rows)
    for link in report.page.one("ol", "months").all("a"):
        number = link.one("span", "number").children[0]
        assert isinstance(number, str)
        assert months[link.attributes["data-month"]] == int(number)


def test_every_app_and_file_is_there_with_what_is_inside(fleet: Report) -> None:
    bodies = {body.one("tr", "of-app").one("bdi").text: body for body in fleet.page.all("tbody", "app")}
    assert len(bodies) == len(fleet.found["apps"])
    for app in fleet.found["apps"].values():
        body = bodies[app["title"]]
        for file in files_of({"apps": {"one": app}}):
            (row,) = [row for row in rows_of(body) if file["slug"] in row.text]
            assert row.one("th").one("bdi").text == file["upload_file_name"]
            for key, value in (file["details"] or {}).items():
                if isinstance(value, str) and key != "expires_at":
                    assert value in row.text, key
            if file["details"]:
                assert row.one("time").attributes["datetime"] == file["details"]["expires_at"]
    troubles = {(entry["slug"], entry["reason"]) for name in TROUBLES for entry in fleet.found[name]}
    assert all(any(slug in row.text and reason in row.text for row in rows_of(fleet.page)) for slug, reason in troubles)


def test_what_expires_first_stands_first(fleet: Report) -> None:
    titles = [body.one("tr", "of-app").one("bdi").text for body in fleet.page.all("tbody", "app")]
    expired = [entry["app_title"] for entry in fleet.found["expired"]]
    expiring = {entry["app_title"] for entry in fleet.found["expiring"]}
    others = {entry["app_title"] for name in TROUBLES for entry in fleet.found[name]} - expiring - set(expired)
    first, then = len(expired), len(expired) + len(expiring - set(expired))
    assert titles[:first] == expired
    assert set(titles[first:then]) == expiring - set(expired)
    assert titles[first] == fleet.found["expiring"][0]["app_title"]
    assert set(titles[then : then + len(others)]) == others


def test_kinds_that_were_not_asked_for_have_no_column(reports: dict[str, Report]) -> None:
    page = reports["one"].page
    assert [cell.text for cell in page.one("table", "matrix").all("thead")[0].all("th")] == [
        "App",
        "Profiles",
        "Certificates",
    ]
    # An app without a title goes by its slug.
    assert page.one("tbody", "app").one("tr", "of-app").one("bdi").text == "0123456789abcdef"


def test_apps_that_could_not_be_read_say_why(hostile: Report) -> None:
    (app,) = hostile.found["unreadable"]
    assert app["reason"] in hostile.page.by_id("todo").one("ul", "unreadable").text
    (cell,) = hostile.page.all("td", "problem")
    assert app["reason"] in cell.text
