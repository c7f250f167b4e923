# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps for tests that drive a pace by hand, with times as arguments."""

from __future__ import annotations

import random

from ansible_collections.mobileops.ci.plugins.module_utils._http.pace import NO_LIMIT, AnnouncedLimit, Pace, Turn

LATENCY = 0.1
# Seconds until the probe after a refusal, at this latency.
FIRST_WAIT_S = 3 * LATENCY


class Longest(random.Random):
    """Dice that return the upper bound."""

    def uniform(self, a: float, b: float) -> float:
        return b


class Shortest(random.Random):
    """Dice that return the lower bound."""

    def uniform(self, a: float, b: float) -> float:
        return a


def new_pace() -> Pace:
    """Return a pace that always waits as long as possible."""
    return Pace(Longest())


def turn_at(pace: Pace, now: float, owner: int = 0) -> Turn:
    claim = pace.claim(owner, now)
    assert isinstance(claim, Turn), claim
    return claim


def turns_at(pace: Pace, now: float, count: int) -> list[Turn]:
    return [turn_at(pace, now, owner) for owner in range(count)]


def wait_at(pace: Pace, now: float) -> float:
    """Return the seconds that a request has to wait."""
    claim = pace.claim(0, now)
    assert claim is not None
    assert not isinstance(claim, Turn)
    return claim


def must_queue(pace: Pace, now: float) -> bool:
    """Return whether a request has to wait for the end of another one."""
    claim = pace.claim(0, now)
    assert claim is None or isinstance(claim, Turn), claim
    return claim is None


def serve(pace: Pace, now: float, announced: AnnouncedLimit = NO_LIMIT, latency: float = LATENCY) -> None:
    """Send a request at this time, and let the host serve it."""
    pace.note_served(turn_at(pace, now), now + latency, announced)


def serve_many(pace: Pace, now: float, count: int) -> float:
    """Let the host serve requests one after the other. Return the time after the last one."""
    for _request in range(count):
        serve(pace, now)
        now += LATENCY
    return now


def refuse(
    pace: Pace, now: float, announced: AnnouncedLimit = NO_LIMIT, status: int = 429, latency: float = LATENCY
) -> float | None:
    """Send a request at this time, and let the host refuse it. Return the seconds that only this request waits."""
    return pace.note_refused(turn_at(pace, now), now + latency, status, announced)


def fail(pace: Pace, now: float, status: int | None = None) -> None:
    """Close the gate by three requests without a response."""
    for turn in turns_at(pace, now, 3):
        pace.note_failed(turn, now, status)
