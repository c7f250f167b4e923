# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run is killed at each of its requests. A rerun that knows only the state of the service finishes its work."""

from __future__ import annotations

from .cases import exhaustive, named, report, some
from .clients import Disturbance
from .lab import Lab
from .scenarios import SCENARIOS

# The runs of fleets are long.
LONG_RUN = 15


def kills(length: int, name: str) -> list[Disturbance]:
    """Return kills before and after each request. The short form has some of them, other ones for each scenario."""
    every = [Disturbance(number, "kill", before=before) for number in range(1, length + 1) for before in (True, False)]
    return list(some(every, 3 if length < LONG_RUN else 11, of=name))


@named(SCENARIOS)
def test_undisturbed(lab: Lab, name: str) -> None:
    """The scenario itself: one run brings what it wants, and the next has nothing to do."""
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
    """What a run leaves in its home folder does not make its rerun worse."""
    scenario = SCENARIOS[name]
    lab.begin(scenario)
    length = lab.run().client.sent
    cases = kills(length, name)[:: 1 if length < LONG_RUN else 5]
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
    """The rerun is killed, too."""
    scenario = SCENARIOS[name]
    lab.begin(scenario)
    length = lab.run().client.sent
    wrong = []
    cases = 0
    for first in kills(length, name)[:: 1 if length < LONG_RUN else 7]:
        for number in range(1, length + 4, 1 if length < LONG_RUN else 7):
            lab.begin(scenario)
            lab.run(disturbance=first)
            again = lab.run(disturbance=Disturbance(number, "kill"))
            cases += 1
            wrong += [f"{first}, then {number} ({' '.join(again.client.trace)}): {text}" for text in lab.check()]
            if again.result is not None:
                break
    assert not wrong, report(wrong, cases)


def test_keystore_key_that_a_rerun_could_not_know(lab: Lab) -> None:
    """A key that only the old file tells would be lost with it if the run were killed after the deletion."""
    scenario = SCENARIOS["keystore: old one first"]
    entry, options = scenario.task
    lab.begin(scenario)
    ran = lab.run((entry, {name: value for name, value in options.items() if name != "keystore_name"}))
    assert ran.failed
    assert "keystore_name" in ran.message
    assert not ran.client.wrote
