# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults of requests, by names that reports show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """A disturbance of a request: whether before its effect, and of how many requests.

    `is_blind`: the response claims success although the service did nothing, so a run cannot know that it failed.
    """

    what: str | int
    before: bool = True
    times: int = 1
    is_blind: bool = False


FAULTS: Mapping[str, Fault] = {
    "refused": Fault(500),
    "refused after the effect": Fault(500, before=False),
    "bad gateway": Fault(502),
    "bad gateway after the effect": Fault(502, before=False),
    "unavailable": Fault(503),
    "gateway timeout": Fault(504),
    "gateway timeout after the effect": Fault(504, before=False),
    "reset": Fault("reset"),
    "reset after the effect": Fault("reset", before=False),
    "timeout": Fault("timeout"),
    "timeout after the effect": Fault("timeout", before=False),
    "response cut": Fault("cut", before=False),
    "a page instead": Fault("html", is_blind=True),
    "{} instead": Fault("{}", is_blind=True),
    "nothing instead": Fault("empty", is_blind=True),
    "malformed": Fault("malformed", is_blind=True),
    "wrong shape": Fault("wrong shape", is_blind=True),
    "a list instead": Fault("a list", is_blind=True),
    "no text": Fault("no text", is_blind=True),
    "redirect to another host": Fault("redirect"),
    "redirect to another port": Fault("redirect to a port"),
    "too many, seconds": Fault("429 seconds"),
    "too many, a date": Fault("429 date"),
    "too many, nonsense": Fault("429 nonsense"),
    "too many, negative": Fault("429 negative"),
    "too many, huge": Fault("429 huge"),
    "two hours late": Fault("late", before=False),
    "gone from then on": Fault("reset", times=1000),
    "gone after the effect": Fault("reset", before=False, times=1000),
}

# Kinds of errors that a failing service may cause.
EXPECTED = frozenset(
    {
        "bad_request",
        "server_error",
        "connection",
        "timeout",
        "invalid_response",
        "storage",
        "rate_limit",
        "rate_limited",
        "redirect",
        "unclear_outcome",
        "wait_timeout",
        "signed_url_expired",
        "no_effect",
        "backup",
    }
)
