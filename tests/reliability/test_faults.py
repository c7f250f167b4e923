# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each request of a run fails in each way, or is answered falsely. Nothing is lost, and the next run finishes."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import pytest

from .cases import exhaustive, named, report, some
from .clients import Disturbance
from .lab import Lab, Ran
from .scenarios import SCENARIOS, Scenario

# What happens, whether before the effect, and how many requests.
FAULTS: dict[str, tuple[str | int, bool, int]] = {
    "refused": (500, True, 1),
    "refused after the effect": (500, False, 1),
    "reset": ("reset", True, 1),
    "reset after the effect": ("reset", False, 1),
    "timeout": ("timeout", True, 1),
    "timeout after the effect": ("timeout", False, 1),
    "answer cut": ("cut", False, 1),
    "a page instead": ("html", True, 1),
    "{} instead": ("{}", True, 1),
    "gone from then on": ("reset", True, 1000),
    "gone after the effect": ("reset", False, 1000),
}


def judge(lab: Lab, ran: Ran, *, believed: bool = False) -> list[str]:
    """Return what is wrong after a run that was disturbed. `believed`: it could not see that it failed."""
    assert ran.result is not None
    wrong = []
    if "exception" in ran.result:
        wrong.append(f"a traceback: {ran.result['exception']}")
    elif not ran.failed and not believed:
        wrong += [f"success, and yet {text}" for text in lab.differences()]
    return wrong + lab.check()


def tried(lab: Lab, scenario: Scenario, disturbance: Disturbance, **options: Any) -> list[str]:
    lab.begin(scenario)
    ran = lab.run(disturbance=disturbance, **options)
    state = lab.state()
    case = f"{disturbance} ({' '.join(ran.client.trace)}): "
    said = f"\n{ran.message if ran.failed else 'success'}\n{state}"
    return [f"{case}{text}{said}" for text in judge(lab, ran)]


@named(SCENARIOS)
def test_each_request_fails(lab: Lab, name: str) -> None:
    scenario = SCENARIOS[name]
    lab.begin(scenario)
    numbers = range(1, lab.run().client.sent + 1)
    cases = some(list(itertools.product(numbers, FAULTS)), 97 if len(numbers) > 15 else 31, of=name)
    wrong = []
    for number, fault in cases:
        what, before, times = FAULTS[fault]
        wrong += tried(lab, scenario, Disturbance(number, what, before, times))
    assert not wrong, report(wrong, len(cases))


@exhaustive
@named(SCENARIOS)
def test_each_request_fails_and_is_repeated(lab: Lab, name: str) -> None:
    scenario = SCENARIOS[name]
    lab.begin(scenario)
    numbers = range(1, lab.run().client.sent + 1)
    cases = list(itertools.product(numbers, FAULTS))[:: 1 if len(numbers) < 15 else 9]
    wrong = []
    for number, fault in cases:
        what, before, times = FAULTS[fault]
        wrong += tried(lab, scenario, Disturbance(number, what, before, times), max_retries=2)
    assert not wrong, report(wrong, len(cases))


# False answers: the words of the requests that they can be answers to, the switches for that one request, and those
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


def is_protected(scenario: Scenario) -> bool:
    return any(file.more.get("is_protected") for files in scenario.before.values() for file in files)


@pytest.mark.parametrize("false", FALSE)
@named(SCENARIOS)
def test_false_answer(lab: Lab, name: str, false: str) -> None:
    scenario = SCENARIOS[name]
    word, switch, service = FALSE[false]
    lists = word == "list"
    if lists and is_protected(scenario):
        pytest.skip("two protected files may come of it, and nothing tells which one is wanted")
    lab.begin(scenario, **service)
    trace = lab.run().client.trace
    numbers = [number for number, asked in enumerate(trace, 1) if asked == word]
    wrong = []
    for number in some(numbers, 3, of=name):
        lab.begin(scenario, **service)
        ran = lab.run(disturbance=Disturbance(number, switch))
        said = f"{ran.message if ran.failed else 'success'}\n{lab.state()}"
        problems = judge(lab, ran, believed=lists)
        wrong += [f"at {number} ({' '.join(ran.client.trace)}): {text}\n{said}" for text in problems]
    assert not wrong, report(wrong, len(numbers))
