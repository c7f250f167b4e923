# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The model of a report: one finding for each file, tasks, the answer, dates and changes."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.plugin_utils._report import formats
from ansible_collections.mobileops.ci.plugins.plugin_utils._report.answer import answer
from ansible_collections.mobileops.ci.plugins.plugin_utils._report.changes import changes
from ansible_collections.mobileops.ci.plugins.plugin_utils._report.model import Earlier, Model
from ansible_collections.mobileops.ci.plugins.plugin_utils._report.tasks import tasks
from ansible_collections.mobileops.ci.plugins.plugin_utils._report.timeline import timeline
from ansible_collections.mobileops.ci.plugins.plugin_utils._report.words import REPORTED_FINDINGS, natural
from tests.helpers.report import material
from tests.helpers.report.material import FINDING_NAMES, NOW, Json

TODAY = NOW.date()
PROFILE, CERTIFICATE, KEYSTORE = "provisioning_profile", "build_certificate", "android_keystore"


def model(found: Json, previous: Json | None = None) -> Model:
    return Model(found, TODAY, "Signing", None if previous is None else Earlier(previous))


def fleet_of(**apps: list[tuple[str, float | None] | tuple[str, float | None, Json]]) -> Json:
    """Return the result for apps by title, with files as kind and days to their expiry, and more of their fields."""
    described = {}
    for title, files in apps.items():
        made = []
        for number, (kind, days, *more) in enumerate(files):
            fields: Json = more[0] if more else {}
            identity = fields.get("identity", f"{title} {number}")
            one = material.file(kind, fields.get("name", f"{title}{number}"), identity, days)
            one["slug"] = f"{title}-{number}"
            if "serial" in one["details"]:
                one["details"]["serial"] = identity
            made.append((kind, {**one, **({"listed_in": fields["listed_in"]} if "listed_in" in fields else {})}))
        described[f"slug-{title}"] = material.app(title, made, owner="Example")
    return material.answer(described)


def phrases(found: Json) -> list[str]:
    return [f"{task.text}: {', '.join(item.label for item in task.items)}" for task in tasks(model(found))]


@pytest.mark.parametrize("found", [material.fleet(60), material.hostile()], ids=["fleet", "hostile"])
def test_every_file_with_a_finding_is_in_one_task(found: Json) -> None:
    one = model(found)
    in_tasks = Counter(id(file) for task in tasks(one) for file in task.files)
    expected = {(entry["app_slug"], entry["kind"], entry["slug"]) for name in FINDING_NAMES for entry in found[name]}
    assert set(in_tasks.values()) == {1}
    assert len(in_tasks) == len(expected)
    assert sum(len(files) for files in one.by_finding.values()) == len(expected)


def test_the_most_urgent_finding_counts() -> None:
    reasons = {"unverifiable": "Closed.", "unpaired": "Alone."}
    found = fleet_of(A=[(PROFILE, 5, {"listed_in": reasons})], B=[(PROFILE, 400, {"listed_in": reasons})])
    one = model(found)
    assert {app.title: dict(app.finding_counts) for app in one.apps} == {"A": {"expiring": 1}, "B": {"unpaired": 1}}
    assert [entry.finding.name for entry in one.files[0].findings] == ["expiring", "unpaired", "unverifiable"]


def test_tasks_are_grouped_by_action() -> None:
    found = fleet_of(
        A=[(PROFILE, -12), (CERTIFICATE, 9, {"identity": "shared", "name": "dist.p12"})],
        B=[(PROFILE, -12), (CERTIFICATE, 9, {"identity": "shared", "name": "dist.p12"})],
        C=[(PROFILE, -50), (PROFILE, 10), (PROFILE, 29)],
        D=[(KEYSTORE, 12), (PROFILE, 11)],
        E=[(PROFILE, 200, {"listed_in": {"unpaired": "It embeds none."}})],
        F=[(CERTIFICATE, 200, {"listed_in": {"invalid": "Wrong password."}})],
    )
    assert phrases(found) == [
        "Renew 2 profiles that expired on 9 Nov: A, B",
        "Renew 1 profile that expired on 2 Oct: C",
        "Repair 1 certificate that no build can use: F",
        "Replace 1 certificate in 2 apps that expires on 30 Nov: dist.p12 (Example Mobile GmbH) in 2 apps",
        "Renew 2 profiles that expire between 1 Dec and 2 Dec: C, D",
        "Replace 1 keystore that expires on 3 Dec: D",
        "Renew 1 profile that expires on 20 Dec: C",
        "Add the certificate for 1 profile that does not embed a certificate of its app: E",
    ]


def test_profiles_that_outlive_their_certificates() -> None:
    found = fleet_of(
        A=[(CERTIFICATE, -6), (PROFILE, 353, {"listed_in": {"expired": "All its certificates have expired."}})],
        B=[(PROFILE, -3)],
    )
    assert phrases(found) == [
        "Replace 1 certificate that expired on 15 Nov: A",
        "Renew 1 profile that expired on 18 Nov: B",
        "Renew 1 profile whose certificates have expired: A",
    ]
    assert tasks(model(found))[2].view == "finding=expired&kind=provisioning_profile&expires=2026-11-21.."
    assert answer(model(found)).text == "2 apps already have an expired file: B and A."


def test_a_file_that_a_newer_one_replaces_need_not_be_renewed() -> None:
    renewed = {"name": "shop.mobileprovision"}
    found = fleet_of(
        A=[(PROFILE, 3, renewed), (PROFILE, 300, renewed)],
        B=[(PROFILE, -3, renewed), (PROFILE, -1, renewed)],
        C=[(CERTIFICATE, -3, {"name": "old.p12"}), (CERTIFICATE, 300, {"name": "new.p12"})],
    )
    one = model(found)
    assert {app.title: dict(app.finding_counts) for app in one.apps} == {
        "A": {"duplicated": 1},
        "B": {"expired": 2},
        "C": {"expired": 1},
    }
    assert answer(one).text == "2 apps already have an expired file: B and C."
    assert phrases(found)[-1] == "Clean up 1 profile that its app has twice, or that a newer one replaces: A"
    assert next(app for app in one.apps if app.title == "A").first_day == 300
    assert [column.files for column in timeline(one).weeks] == [[]] * 13
    assert one.entries["expiring"] == []
    assert len(one.entries["expired"]) == 3


@pytest.mark.parametrize(
    ("apps", "text"),
    [
        ({}, "There are no apps to report on."),
        ({"A": []}, "The app has no signing file."),
        ({"A": [], "B": []}, "0 of 2 apps have a signing file."),
        ({"A": [(PROFILE, 31)]}, "The app does not break because of an expiry within 30 days, by 21 Dec 2026."),
        (
            {"A": [(PROFILE, 31)], "B": []},
            "0 of 2 apps break because of an expiry within 30 days, by 21 Dec 2026.",
        ),
        (
            {"A": [(PROFILE, 31)], "B": [(CERTIFICATE, None, {"listed_in": {"unverifiable": "Protected."}})]},
            (
                "0 of 2 apps break because of an expiry within 30 days, by 21 Dec 2026, but 1 app has a file whose "
                "date of expiry is not known."
            ),
        ),
        (
            {"A": [(PROFILE, 9)], "B": [(PROFILE, 90)]},
            "1 of 2 apps breaks within 30 days, by 21 Dec 2026, because a profile expires on 30 Nov: A.",
        ),
        (
            {
                "B": [(CERTIFICATE, 3)],
                "A": [(PROFILE, 9)],
                "C": [(PROFILE, 9)],
                "D": [(PROFILE, 9)],
                "E": [(PROFILE, -1)],
            },
            (
                "4 of 5 apps break within 30 days, by 21 Dec 2026, because a profile or a certificate expires, the "
                "first on 24 Nov: B, A, C and 1 more; 1 app already has an expired file: E."
            ),
        ),
    ],
)
def test_the_first_sentence(apps: dict[str, Any], text: str) -> None:
    assert answer(model(fleet_of(**apps))).text == text


def test_days_are_those_of_the_calendar() -> None:
    """Count calendar days: a file that expired this morning has expired, one that expires tonight does so tomorrow."""
    found = fleet_of(A=[(PROFILE, -0.2), (PROFILE, 0)])
    early, late = found["apps"]["slug-A"]["provisioning_profiles"]
    early["details"] |= {"expires_at": "2026-11-21T03:00:00Z", "days_left": -1}
    late["details"] |= {"expires_at": "2026-11-22T03:00:00Z", "days_left": 0}
    assert [(file.day, file.has_expired) for file in model(found).files] == [(0, True), (1, False)]
    assert phrases(found)[0] == "Renew 1 profile that expired on 21 Nov: A"


def test_timeline_has_every_file_once() -> None:
    one = model(material.fleet(60))
    found = timeline(one)
    columns = [*found.expired, *found.weeks, *found.months, found.later]
    counted = Counter(id(file) for column in columns for file in column.files)
    counted.update(id(file) for file in found.undated)
    assert len(counted) == len(one.files)
    assert set(counted.values()) == {1}
    assert len(found.weeks) == 13
    assert [column.label for column in found.weeks][:2] == ["21 Nov", "28 Nov"]
    assert [column.label for column in found.months] == [
        "Feb",
        "Mar",
        "Apr",
        "May",
        "Jun",
        "Jul",
        "Aug",
        "Sep",
        "Oct",
        "Nov",
    ]
    following = [(one.last, other.first) for one, other in pairwise(columns)]
    assert all(last is not None and first == last + 1 for last, first in following)
    assert found.weeks[1].title == "28 Nov to 4 Dec 2026: 1 file in 1 app"
    assert found.weeks[1].view == "expires=2026-11-28..2026-12-04"


@pytest.mark.parametrize("day", ["2026-11-21", "2024-02-29", "2026-12-31", "2027-01-01", "2026-09-30"])
def test_timeline_of_other_days(day: str) -> None:
    one = Model(material.nothing(), dt.date.fromisoformat(day), "Signing")
    found = timeline(one)
    columns = [*found.weeks, *found.months, found.later]
    assert columns[0].first == 0
    assert all(other.first == (one.last or 0) + 1 for one, other in pairwise(columns))
    assert 9 <= len(found.months) <= 12


def test_apps_are_ordered_by_urgency() -> None:
    found = fleet_of(
        Fine=[(PROFILE, 400)],
        Later=[(PROFILE, 500)],
        Soon=[(PROFILE, 20)],
        Sooner=[(PROFILE, 2)],
        Broken=[(PROFILE, -2)],
    )
    assert [app.title for app in model(found).apps] == ["Broken", "Sooner", "Soon", "Fine", "Later"]


def test_the_change_since_the_report_before() -> None:
    before = fleet_of(
        A=[(PROFILE, -12), (PROFILE, 20)],
        B=[(PROFILE, -12)],
        C=[(PROFILE, 9)],
        Gone=[(PROFILE, 9)],
        Hidden=[(PROFILE, 9)],
    )
    earlier = json.loads(formats.render("json", Model(before, TODAY - dt.timedelta(7), "Signing"), formats.Links()))
    now = fleet_of(
        A=[(PROFILE, -19), (PROFILE, 13)], B=[(PROFILE, 300)], C=[(PROFILE, -1)], D=[(PROFILE, 4)], Hidden=[]
    )
    now["apps"]["slug-Hidden"]["error"] = {"msg": "The token may not."}
    found = changes(model(now, earlier))
    assert found.since == "14 Nov 2026"
    # From expiring to expired is news.
    assert sorted(file.app.title for file in found.new) == ["C", "D"]
    assert [file.app.title for file in found.solved] == ["B"]
    assert (found.unchanged, found.lost) == (2, 2)
    assert not changes(model(now)).since


@pytest.mark.parametrize(
    "report", [None, [], {}, {"date": "x"}, {"date": "2026-11-01"}, {"date": "2026-11-01", "apps": 3}]
)
def test_a_damaged_report_before(report: Any) -> None:
    with pytest.raises(ValueError, match="it is not a report in JSON"):
        Earlier(report)


def test_the_order_of_titles() -> None:
    assert sorted(["Shop 10", "shop 9", "Bank", "Shop", "7"], key=natural) == ["7", "Bank", "Shop", "shop 9", "Shop 10"]


def test_each_finding_completes_the_sentence_of_zeros() -> None:
    assert all(finding.none.split()[0] in {"has", "is", "expires"} for finding in REPORTED_FINDINGS)
