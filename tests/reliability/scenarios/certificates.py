# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Scenarios of build certificates."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.helpers.service import CERTIFICATES
from tests.reliability.material import PASSWORD, material

from .model import CLOSED, HIDDEN, LEFTOVER, NEW, OLD, SHORT, Scenario, expected, old, single


def certificates() -> dict[str, Scenario]:
    make = partial(single, CERTIFICATES)
    new, previous = material(2).certificate, material(1).certificate
    opens: dict[str, Any] = {"scenario": {"passwords": {new: PASSWORD, previous: PASSWORD}}}
    inherits = expected(new, password=PASSWORD)
    closed = expected(new, password=PASSWORD, **CLOSED)
    return {
        "first upload, password": make([], [inherits], data=new, certificate_password=PASSWORD, **opens),
        "first upload, password, protected": make(
            [], [closed], data=new, certificate_password=PASSWORD, is_protected=True, **opens
        ),
        "replacement": make([old(OLD)], [expected(NEW)]),
        "replacement, inherits password": make(
            [old(previous, certificate_password=PASSWORD)], [inherits], data=new, **opens
        ),
        "replacement, another password": make(
            [old(OLD, certificate_password="one")],
            [expected(NEW, password="two", **HIDDEN)],
            certificate_password="two",
            is_expose=False,
            scenario={"passwords": {OLD: "one", NEW: "two"}},
        ),
        "replacement, becomes protected": make(
            [old(previous, certificate_password=PASSWORD)], [closed], data=new, is_protected=True, **opens
        ),
        "protected": make(
            [old(previous, certificate_password=PASSWORD, **CLOSED)],
            [closed],
            data=new,
            certificate_password=PASSWORD,
            **opens,
        ),
        "protected, protection declared": make(
            [old(previous, certificate_password=PASSWORD, **CLOSED, **HIDDEN)],
            [expected(new, password=PASSWORD, **CLOSED, **HIDDEN)],
            data=new,
            certificate_password=PASSWORD,
            is_protected=True,
            **opens,
        ),
        "password": make(
            [old(NEW, certificate_password="wrong")], [expected(NEW, password="two")], certificate_password="two"
        ),
        "cut-off replacement, password": make(
            [old(previous, certificate_password=PASSWORD), old(new)], [inherits], data=new, **opens
        ),
        "duplicates and a leftover": make([old(OLD), old(SHORT), LEFTOVER], [expected(NEW)], duplicates="remove"),
        "absent, duplicates": make(
            [old(OLD), old(NEW)],
            [],
            data=None,
            state="absent",
            duplicates="remove",
            scenario={"gaps": frozenset({"dist"})},
        ),
    }
