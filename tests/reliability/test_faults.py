# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let each request of a run fail in each way, or return a false response. The next run finishes without a lost file."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .cases import ALL_CASES, exhaustive, named, report, sample, some
from .clients import RESPONSES, Disturbance
from .faults import EXPECTED, FAULTS
from .lab import Lab, Ran
from .scenarios import SCENARIOS, Scenario

# Kinds of errors after a list that lacks a file.
OF_LISTS = frozenset({"concurrent_change", "missing_file"})


def judge(lab: Lab, ran: Ran, *, blind: bool = False, allows_leftovers: bool = False) -> list[str]:
    """Return what is wrong after a run that was disturbed.

    `blind`: it could not see that it failed. `allows_leftovers`: the next run may find markers and leftovers.
    """
    assert ran.result is not None
    wrong = []
    if ran.failed and "exception" not in ran.result and ran.error not in EXPECTED | (OF_LISTS if blind else set()):
        wrong.append(f"an error of the kind {ran.error}: {ran.message}")
    if "exception" in ran.result:
        wrong.append(f"a traceback: {ran.result['exception']}")
    elif not ran.failed and not blind:
        wrong += [f"success, and yet {text}" for text in lab.differences(slots=not allows_leftovers)]
    return wrong + lab.check()


# From this number of requests on, a run is a long one.
LONG_RUN = 15


def disturbance(number: int, name: str) -> Disturbance:
    fault = FAULTS[name]
    return Disturbance(number, fault.what, fault.before, fault.times)


def tried(lab: Lab, scenario: Scenario, disturbance: Disturbance, **options: Any) -> list[str]:
    lab.begin(scenario)
    ran = lab.run(disturbance=disturbance, **options)
    state = lab.state()
    case = f"{disturbance} ({' '.join(ran.client.trace)}): "
    said = f"\n{ran.message if ran.failed else 'success'}\n{state}"
    request = ran.client.trace[disturbance.number - 1]
    allows_leftovers = (
        disturbance.what == "late"  # in two hours, young leftovers of others get old
        or (disturbance.what in RESPONSES and request == "delete")
        or (not disturbance.before and request == "create")  # what a lost response has created
    )
    return [f"{case}{text}{said}" for text in judge(lab, ran, allows_leftovers=allows_leftovers)]


@named(SCENARIOS)
def test_each_request_fails(lab: Lab, name: str) -> None:
    scenario = SCENARIOS[name]
    lab.begin(scenario)
    numbers = range(1, lab.run().client.sent + 1)
    every = list(itertools.product(numbers, FAULTS))
    # Runs of fleets are long and consist of the same steps.
    is_long = len(numbers) > LONG_RUN
    if ALL_CASES:
        cases = sample(every, 8 * len(FAULTS) if is_long else len(every), of=name)
    else:
        cases = some(every, 661 if is_long else 167, of=name)
    wrong = []
    for number, fault in cases:
        wrong += tried(lab, scenario, disturbance(number, fault))
    assert not wrong, report(wrong, len(cases))


@exhaustive
@named(SCENARIOS)
def test_each_request_fails_and_is_repeated(lab: Lab, name: str) -> None:
    scenario = SCENARIOS[name]
    lab.begin(scenario)
    numbers = range(1, lab.run().client.sent + 1)
    cases = sample(list(itertools.product(numbers, FAULTS)), 3 * len(FAULTS), of=name)
    wrong = []
    for number, fault in cases:
        wrong += tried(lab, scenario, disturbance(number, fault), max_retries=2)
    assert not wrong, report(wrong, len(cases))


BRIDGED: dict[str, tuple[str | int, bool]] = {
    "service unavailable": (503, True),
    "too many requests": (429, True),
    "reset": ("reset", True),
    "reset after the effect": ("reset", False),
    "response cut": ("cut", False),
}


@named(SCENARIOS)
def test_repetitions_bridge_a_fault(lab: Lab, name: str) -> None:
    """Repeat what is safe to repeat, and check first what is not. In the end the run succeeds."""
    scenario = SCENARIOS[name]
    lab.begin(scenario)
    numbers = range(1, lab.run().client.sent + 1)
    cases = some(list(itertools.product(numbers, BRIDGED)), 113 if len(numbers) > 15 else 53, of=name)
    wrong = []
    for number, fault in cases:
        lab.begin(scenario)
        what, before = BRIDGED[fault]
        ran = lab.run(disturbance=Disturbance(number, what, before), max_retries=1)
        case = f"{fault} at {number} ({' '.join(ran.client.trace)})"
        state = lab.state()
        # The next run removes what a lost response has created. Until then it may hold the key of the new file.
        waits = not before and ran.failed and "An unfinished upload" in ran.message
        problems = [] if waits else [ran.message] if ran.failed else lab.differences(slots=False)
        problems += lab.check() if waits or not ran.failed else []
        wrong += [f"{case}: {text}\n{state}" for text in problems]
    assert not wrong, report(wrong, len(cases))


# False responses: the words of the requests that they can be responses to, the switches for that one request, and those
# of the whole service.
FALSE: dict[str, tuple[str, Mapping[str, Any], Mapping[str, Any]]] = {
    "DELETE not done": ("delete", {"delete": "ignored"}, {}),
    "DELETE answered by a page": ("delete", {"delete": "ignored_html"}, {}),
    "DELETE answered by {}": ("delete", {"delete": "ignored_json"}, {}),
    "confirmation not done": ("confirm", {"confirm": "ignored"}, {}),
    "confirmation done after seconds": ("confirm", {"confirm_delay_s": 4}, {}),
    "confirmation done after ten minutes": ("confirm", {"confirm_delay_s": 600}, {}),
    "upload lost": ("put", {"upload": "lost"}, {}),
    "upload lost, page": ("put", {"upload": "lost_html"}, {}),
    "upload lost, {}": ("put", {"upload": "lost_json"}, {}),
    "upload lost, blind service": ("put", {"upload": "lost"}, {"confirm_without_upload": "accept"}),
    "upload lost, page, blind service": ("put", {"upload": "lost_html"}, {"confirm_without_upload": "accept"}),
    "upload lost, service says no": ("put", {"upload": "lost"}, {"confirm_without_upload": "ignore"}),
    "upload lost, blind service without ETags": (
        "put",
        {"upload": "lost"},
        {"confirm_without_upload": "accept", "upload_etag": "none", "file_sha256": "later"},
    ),
    "list without the newest": ("list", {"list_lacks": "newest"}, {}),
}


def cannot_converge(scenario: Scenario, false: str) -> bool:
    """Return whether a rerun has no evidence of what the false response has hidden."""
    word, switch, service = FALSE[false]
    if word == "list":
        # With a protected old file, the app may end up with two protected files.
        is_protected = any(file.more.get("is_protected") for files in scenario.before.values() for file in files)
        return scenario.inherits or is_protected
    # A rerun about a slug leaves other files of that name alone, also that of the run that failed.
    return scenario.is_by_slug and ("confirm_without_upload" in service or switch.get("confirm_delay_s") == 600)


@named(SCENARIOS)
def test_false_responses(lab: Lab, name: str) -> None:
    wrong = []
    cases = 0
    for false in list(FALSE) if ALL_CASES else some(list(FALSE), 7, of=name):
        scenario = SCENARIOS[name]
        if cannot_converge(scenario, false):
            continue
        word, switch, service = FALSE[false]
        if service.get("confirm_without_upload") == "accept":
            # A keystore without content may hold the key of the new one. The rerun asks what to do.
            scenario = replace(scenario, refuses=frozenset({"env_key"}))
        lab.begin(scenario, **service)
        trace = lab.run().client.trace
        numbers = [number for number, asked in enumerate(trace, 1) if asked == word]
        for number in some(numbers, 5, of=f"{name} {false}"):
            cases += 1
            lab.begin(scenario, **service)
            ran = lab.run(disturbance=Disturbance(number, switch))
            said = f"{ran.message if ran.failed else 'success'}\n{lab.state()}"
            problems = judge(lab, ran, blind=word == "list", allows_leftovers=word == "delete")
            wrong += [f"{false} at {number} ({' '.join(ran.client.trace)}): {text}\n{said}" for text in problems]
    assert not wrong, report(wrong, cases)


DELAY_S = 3

# Services that differ in undocumented behavior. The whole lifecycle of a file must work with each.
SERVICES: dict[str, Mapping[str, Any]] = {
    "no ETags": {"upload_etag": "none"},
    "other ETags": {"upload_etag": "other"},
    "other ETags, digests later": {"upload_etag": "other", "file_sha256": "later"},
    "no digests": {"file_sha256": "never"},
    "no digest fields, no ETags": {"hash_fields": False, "upload_etag": "none"},
    "no change of unprocessed files": {"patch_unprocessed": "refuse"},
    "withheld values absent": {"withheld": "absent"},
    "withheld values empty": {"withheld": "empty"},
    "shuffled lists": {"list_order": "shuffled"},
    "newest first": {"list_order": "newest_first"},
    "no URL of unprocessed files": {"slot_download_url": False},
    "processed after seconds": {"confirm_delay_s": DELAY_S},
    "processed at once, without looking": {"confirm_without_upload": "accept"},
}


@exhaustive
@named(SERVICES)
def test_lifecycle_with_another_service(lab: Lab, name: str) -> None:
    """Run each scenario without a disturbance, and kill it at some requests."""
    wrong = []
    cases = 0
    for label in sample(list(SCENARIOS), len(SCENARIOS), of=name):
        scenario = SCENARIOS[label]
        lab.begin(scenario, **SERVICES[name])
        ran = lab.run()
        said = f"{ran.message if ran.failed else 'success'} ({' '.join(ran.client.trace)})\n{lab.state()}"
        wrong += [f"{label}: {text}\n{said}" for text in judge(lab, ran)]
        kills = [Disturbance(number, "kill") for number in range(1, ran.client.sent + 1)]
        cases += 1
        for kill in sample(kills, 3, of=f"{name} {label}"):
            cases += 1
            lab.begin(scenario, **SERVICES[name])
            killed = lab.run(disturbance=kill)
            said = f"({' '.join(killed.client.trace)})\n{lab.state()}"
            # A rerun that starts before the file is processed uploads a copy, which the run after it removes.
            lab.service.time.seconds += DELAY_S
            wrong += [f"{label}, {kill}: {text}\n{said}" for text in lab.check()]
    assert not wrong, report(wrong, cases)
