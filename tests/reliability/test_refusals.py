# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks that the collection refuses: they change nothing, whatever happens, and each run has the same error."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from functools import partial

from tests.helpers.service import CERTIFICATES, PROFILES

from .cases import count_case, named, report, some
from .clients import Disturbance
from .faults import EXPECTED, FAULTS
from .lab import Lab, Ran
from .material import PASSWORD, material
from .scenarios import APPS, CLOSED, HIDDEN, NEW, NO_DIGESTS, OLD, SHORT, Scenario, expected, fleet, old, single
from .service import File

_PROFILE = partial(single, PROFILES)
_KEPT = [expected(OLD, **CLOSED)]
# By name: the scenario and the kind of the error.
REFUSED: Mapping[str, tuple[Scenario, str]] = {
    "protected, same size, fail": (_PROFILE([old(OLD, **CLOSED)], _KEPT, on_unverifiable="fail"), "unverifiable"),
    "protected, no digests, fail": (
        _PROFILE([old(OLD, **CLOSED)], _KEPT, on_unverifiable="fail", scenario={"switches": NO_DIGESTS}),
        "unverifiable",
    ),
    "several protected files": (
        _PROFILE([old(OLD, **CLOSED), old(SHORT, **CLOSED)], [expected(OLD, **CLOSED), expected(SHORT, **CLOSED)]),
        "duplicates",
    ),
    "files of two teams": (
        _PROFILE(
            [old(material(1).profile), old(material(1).profile_of_others)],
            [expected(material(1).profile), expected(material(1).profile_of_others)],
            data=material(2).profile,
        ),
        "duplicates",
    ),
    "protection removed": (
        _PROFILE([old(NEW, **CLOSED)], [expected(NEW, **CLOSED)], is_protected=False),
        "one_way_flag",
    ),
    "protected file hidden": (
        _PROFILE([old(NEW, **CLOSED)], [expected(NEW, **CLOSED)], data=None, **HIDDEN),
        "one_way_flag",
    ),
    "unknown password": (
        single(
            CERTIFICATES,
            [old(material(1).certificate, certificate_password=PASSWORD, **CLOSED)],
            [expected(material(1).certificate, password=PASSWORD, **CLOSED)],
            data=material(2).certificate,
        ),
        "password",
    ),
    "too many files to purge": (
        fleet(
            {PROFILES: [old(OLD)]},
            {PROFILES: [expected(OLD)]},
            apps=APPS[:1],
            purge=[PROFILES],
            max_purge=0,
            provisioning_profiles=[],
        ),
        "max_purge",
    ),
}


def files(lab: Lab) -> list[list[File]]:
    return [lab.service.files(app) for app in APPS if app in lab.service.service.world.apps]


def judge(lab: Lab, ran: Ran, before: list[list[File]], kind: str, others: frozenset[str] = frozenset()) -> list[str]:
    """Return what is wrong with a run that has to be refused. `others` are further kinds of errors it may have."""
    wrong = [] if files(lab) == before else [f"the files changed:\n{lab.state()}"]
    if ran.client.wrote:
        wrong.append(f"it sent {' '.join(ran.client.trace)}")
    if ran.result is not None and (not ran.failed or ran.error not in {kind, *others} or "exception" in ran.result):
        wrong.append(f"an error of the kind {ran.error}: {ran.message}")
    return wrong


@named(REFUSED)
def test_refused_task_changes_nothing(lab: Lab, name: str) -> None:
    scenario, kind = REFUSED[name]
    lab.begin(scenario)
    before = files(lab)
    ran = lab.run()
    assert judge(lab, ran, before, kind) == []
    numbers = range(1, ran.client.sent + 1)
    kills = [Disturbance(number, "kill", before=earlier) for number in numbers for earlier in (True, False)]
    faults = [
        Disturbance(number, fault.what, fault.before, fault.times)
        for number, fault in itertools.product(numbers, FAULTS.values())
    ]
    cases = some([*kills, *faults], 9, of=name)
    wrong = []
    for disturbance in cases:
        lab.begin(scenario)
        disturbed = judge(lab, lab.run(disturbance=disturbance), before, kind, EXPECTED)
        again = judge(lab, lab.run(), before, kind)
        count_case()
        wrong += [f"{disturbance}: {text}" for text in (*disturbed, *again)]
    assert not wrong, report(wrong, len(cases))
