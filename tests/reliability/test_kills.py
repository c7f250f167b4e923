# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kill a run at each of its requests. A rerun that knows only the state of the service finishes the work."""

from __future__ import annotations

import itertools

from .cases import exhaustive, named, report, sample, some
from .clients import Disturbance
from .lab import Lab
from .scenarios import SCENARIOS

# The runs of fleets are long.
LONG_RUN = 15


def kills(length: int, name: str) -> list[Disturbance]:
    """Return kills before and after each request. The short form has some of them, other ones for each scenario."""
    every = [Disturbance(number, "kill", before=before) for number in range(1, length + 1) for before in (True, False)]
    return list(some(every, 9 if length < LONG_RUN else 31, of=name))


@named(SCENARIOS)
def test_undisturbed(lab: Lab, name: str) -> None:
    """Run each scenario without a disturbance: one run is enough, and the next one changes nothing."""
    scenario = SCENARIOS[name]
    lab.begin(scenario)
    ran = lab.run()
    assert not ran.failed, ran.message
    assert ran.result is not None
    assert ran.result["changed"] is scenario.changes
    assert lab.check(finish=False) == [], lab.state()


@named(SCENARIOS)
def test_killed_at_each_request(lab: Lab, name: str) -> None:
    scenario = SCENARIOS[name]
    lab.begin(scenario)
    cases = kills(lab.run().client.sent, name)
    wrong = []
    for kill in cases:
        lab.begin(scenario)
        killed = lab.run(disturbance=kill)
        assert killed.result is None
        state = lab.state()
        wrong += [f"{kill} ({' '.join(killed.client.trace)}): {text}\n{state}" for text in lab.check()]
    assert not wrong, report(wrong, len(cases))


@exhaustive
@named(SCENARIOS)
def test_killed_with_the_same_home(lab: Lab, name: str) -> None:
    """Keep what the killed run has left in its home folder: it must not harm the rerun."""
    scenario = SCENARIOS[name]
    lab.begin(scenario)
    length = lab.run().client.sent
    cases = sample(kills(length, name), 20, of=name)
    wrong = []
    for kill in cases:
        lab.begin(scenario)
        home = lab.home()
        killed = lab.run(disturbance=kill, home=home)
        state = lab.state()
        trace = " ".join(killed.client.trace)
        wrong += [f"{kill} ({trace}): {text}\n{state}" for text in lab.check(home=home)]
    assert not wrong, report(wrong, len(cases))


@exhaustive
@named(SCENARIOS)
def test_killed_twice(lab: Lab, name: str) -> None:
    """Kill the rerun as well."""
    scenario = SCENARIOS[name]
    lab.begin(scenario)
    length = lab.run().client.sent
    # The second run may be a little longer than the first: it also removes what that has left.
    cases = sample(list(itertools.product(kills(length, name), range(1, length + 4))), 60, of=name)
    wrong = []
    for first, number in cases:
        lab.begin(scenario)
        lab.run(disturbance=first)
        again = lab.run(disturbance=Disturbance(number, "kill"))
        wrong += [f"{first}, then {number} ({' '.join(again.client.trace)}): {text}" for text in lab.check()]
    assert not wrong, report(wrong, len(cases))


def test_keystore_key_that_a_rerun_could_not_know(lab: Lab) -> None:
    """Refuse a deletion after which only the deleted file would have known the key."""
    scenario = SCENARIOS["keystore: old one first"]
    entry, options = scenario.task
    lab.begin(scenario)
    ran = lab.run((entry, {name: value for name, value in options.items() if name != "keystore_name"}))
    assert ran.failed
    assert "keystore_name" in ran.message
    assert not ran.client.wrote
