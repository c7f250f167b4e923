# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run is killed at each of its requests. A rerun that knows nothing but the state of the service finishes its work."""

from __future__ import annotations

from .cases import named
from .clients import Disturbance
from .lab import Lab
from .scenarios import SCENARIOS


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
    length = lab.run().client.sent
    wrong = []
    for number in range(1, length + 1):
        for before in (True, False):
            kill = Disturbance(number, "kill", before=before)
            lab.begin(scenario)
            killed = lab.run(disturbance=kill)
            assert killed.result is None
            state = lab.state()
            wrong += [f"{kill} ({' '.join(killed.client.trace)}): {text}\n{state}" for text in lab.check()]
    assert not wrong, f"{len(wrong)} of {2 * length}:\n" + "\n".join(wrong)
