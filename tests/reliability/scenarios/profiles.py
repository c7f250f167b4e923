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
    expected,
    old,
    single,
)


def profiles() -> dict[str, Scenario]:
    make = partial(single, PROFILES)
    hidden_and_closed: dict[str, Any] = {**HIDDEN, **CLOSED}
    genuine = material(2).profile
    size = len(genuine)
    return {
        "first upload": make([], [expected(NEW)]),
        "first upload, flags": make([], [expected(NEW, **hidden_and_closed)], **hidden_and_closed),
        "replacement": make([old(OLD)], [expected(NEW)]),
        "replacement, flags": make([old(OLD)], [expected(NEW, **hidden_and_closed)], **hidden_and_closed),
        "replacement, inherits is_expose": make([old(OLD, **HIDDEN)], [expected(NEW, **HIDDEN)]),
        "replacement, another is_expose": make([old(OLD, **HIDDEN)], [expected(NEW)], is_expose=True),
        "protected, another size": make([old(SHORT, **CLOSED)], [expected(NEW, **CLOSED)]),
        "protected and hidden, another size": make(
            [old(SHORT, **hidden_and_closed)], [expected(NEW, **hidden_and_closed)]
        ),
        "protected, protection declared": make([old(SHORT, **CLOSED)], [expected(NEW, **CLOSED)], is_protected=True),
        "protected, another is_expose": make(
            [old(SHORT, **CLOSED)], [expected(NEW, **hidden_and_closed)], is_expose=False
        ),
        "protected, same size, warn": make(
            [old(OLD, **CLOSED)], [expected(OLD, **CLOSED)], scenario={"changes": False}
        ),
        "protected, same size, trust": make(
            [old(OLD, **CLOSED)], [expected(OLD, **CLOSED)], on_unverifiable="trust", scenario={"changes": False}
        ),
        "protected, same size, replace": make(
            [old(OLD, **CLOSED)],
            [expected(NEW, **CLOSED)],
            on_unverifiable="replace",
            scenario={"switches": NO_DIGESTS, "repeats": True},
        ),
        "protected, same size, older than the declared one": make(
            [old(b"o" * size, **CLOSED)], [expected(genuine, **CLOSED)], data=genuine
        ),
        "protected, same size, newer than the declared one": make(
            [old(b"o" * size, age_s=HOUR_S, **CLOSED)],
            [expected(b"o" * size, **CLOSED)],
            data=genuine,
            scenario={"changes": False},
        ),
        "renewal": make([old(material(1).profile)], [expected(genuine)], data=genuine),
        "renewal, protected": make([old(material(1).profile, **CLOSED)], [expected(genuine, **CLOSED)], data=genuine),
        "several generations": make(
            [old(material(0).profile), old(material(1).profile, **HIDDEN)], [expected(genuine, **HIDDEN)], data=genuine
        ),
        "cut-off replacement": make([old(OLD, **HIDDEN), old(NEW)], [expected(NEW, **HIDDEN)]),
        "cut-off replacement, protected": make([old(OLD, **CLOSED), old(NEW)], [expected(NEW, **CLOSED)]),
        "copies": make([old(NEW), old(NEW)], [expected(NEW)]),
        "copies, to be protected": make([old(NEW), old(NEW)], [expected(NEW, **CLOSED)], is_protected=True),
        "duplicates, all but the declared one": make(
            [old(OLD), old(NEW), old(SHORT)], [expected(NEW)], duplicates="remove"
        ),
        "leftover": make([LEFTOVER], [expected(NEW)]),
        "leftover beside the old one": make([LEFTOVER, old(OLD)], [expected(NEW)]),
        "leftover beside the declared one": make([LEFTOVER, old(NEW)], [expected(NEW)]),
        "an upload that may be under way": make([old(OLD), YOUNG], [expected(NEW)]),
        "replacement by slug": make(
            [old(SHORT, slug=SLUG, **CLOSED), old(b"a third")],
            [expected(NEW, **CLOSED), expected(b"a third")],
            slug=SLUG,
        ),
        "flags": make([old(NEW)], [expected(NEW, **hidden_and_closed)], **hidden_and_closed),
        "flags only": make(
            [old(OLD)],
            [expected(OLD, **hidden_and_closed)],
            data=None,
            scenario={"removes_leftovers": False},
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
