# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Scenarios of provisioning profiles."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.helpers.service import PROFILES
from tests.reliability.material import material

from .model import (
    CLOSED,
    HIDDEN,
    HOUR_S,
    LEFTOVER,
    NEW,
    NO_DIGESTS,
    OLD,
    SHORT,
    SLUG,
    YOUNG,
    Scenario,
    old,
    single,
    wanted,
)


def profiles() -> dict[str, Scenario]:
    make = partial(single, PROFILES)
    hidden_and_closed: dict[str, Any] = {**HIDDEN, **CLOSED}
    genuine = material(2).profile
    size = len(genuine)
    return {
        "first upload": make([], [wanted(NEW)]),
        "first upload, flags": make([], [wanted(NEW, **hidden_and_closed)], **hidden_and_closed),
        "replacement": make([old(OLD)], [wanted(NEW)]),
        "replacement, flags": make([old(OLD)], [wanted(NEW, **hidden_and_closed)], **hidden_and_closed),
        "replacement, inherits is_expose": make([old(OLD, **HIDDEN)], [wanted(NEW, **HIDDEN)]),
        "replacement, another is_expose": make([old(OLD, **HIDDEN)], [wanted(NEW)], is_expose=True),
        "protected, another size": make([old(SHORT, **CLOSED)], [wanted(NEW, **CLOSED)]),
        "protected and hidden, another size": make(
            [old(SHORT, **hidden_and_closed)], [wanted(NEW, **hidden_and_closed)]
        ),
        "protected, protection declared": make([old(SHORT, **CLOSED)], [wanted(NEW, **CLOSED)], is_protected=True),
        "protected, another is_expose": make(
            [old(SHORT, **CLOSED)], [wanted(NEW, **hidden_and_closed)], is_expose=False
        ),
        "protected, same size, warn": make([old(OLD, **CLOSED)], [wanted(OLD, **CLOSED)], scenario={"changes": False}),
        "protected, same size, trust": make(
            [old(OLD, **CLOSED)], [wanted(OLD, **CLOSED)], on_unverifiable="trust", scenario={"changes": False}
        ),
        "protected, same size, replace": make(
            [old(OLD, **CLOSED)],
            [wanted(NEW, **CLOSED)],
            on_unverifiable="replace",
            scenario={"switches": NO_DIGESTS, "repeats": True},
        ),
        "protected, same size, older than the declared one": make(
            [old(b"o" * size, **CLOSED)], [wanted(genuine, **CLOSED)], data=genuine
        ),
        "protected, same size, newer than the declared one": make(
            [old(b"o" * size, age_s=HOUR_S, **CLOSED)],
            [wanted(b"o" * size, **CLOSED)],
            data=genuine,
            scenario={"changes": False},
        ),
        "renewal": make([old(material(1).profile)], [wanted(genuine)], data=genuine),
        "renewal, protected": make([old(material(1).profile, **CLOSED)], [wanted(genuine, **CLOSED)], data=genuine),
        "several generations": make(
            [old(material(0).profile), old(material(1).profile, **HIDDEN)], [wanted(genuine, **HIDDEN)], data=genuine
        ),
        "cut-off replacement": make([old(OLD, **HIDDEN), old(NEW)], [wanted(NEW, **HIDDEN)]),
        "cut-off replacement, protected": make([old(OLD, **CLOSED), old(NEW)], [wanted(NEW, **CLOSED)]),
        "copies": make([old(NEW), old(NEW)], [wanted(NEW)]),
        "copies, to be protected": make([old(NEW), old(NEW)], [wanted(NEW, **CLOSED)], is_protected=True),
        "duplicates, all but the declared one": make(
            [old(OLD), old(NEW), old(SHORT)], [wanted(NEW)], duplicates="remove"
        ),
        "leftover": make([LEFTOVER], [wanted(NEW)]),
        "leftover beside the old one": make([LEFTOVER, old(OLD)], [wanted(NEW)]),
        "leftover beside the declared one": make([LEFTOVER, old(NEW)], [wanted(NEW)]),
        "an upload that may be under way": make([old(OLD), YOUNG], [wanted(NEW)]),
        "replacement by slug": make(
            [old(SHORT, slug=SLUG, **CLOSED), old(b"a third")],
            [wanted(NEW, **CLOSED), wanted(b"a third")],
            slug=SLUG,
        ),
        "flags": make([old(NEW)], [wanted(NEW, **hidden_and_closed)], **hidden_and_closed),
        "flags only": make(
            [old(OLD)],
            [wanted(OLD, **hidden_and_closed)],
            data=None,
            scenario={"tidies": False},
            **hidden_and_closed,
        ),
        "absent": make([old(OLD)], [], data=None, state="absent", scenario={"gaps": frozenset({"dist"})}),
        "absent, duplicates": make(
            [old(OLD), old(NEW, **CLOSED)],
            [],
            data=None,
            state="absent",
            duplicates="remove",
            scenario={"gaps": frozenset({"dist"})},
        ),
    }
