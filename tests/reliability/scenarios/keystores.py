# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Scenarios of Android keystores."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.helpers.service import KEYSTORES
from tests.reliability.material import PASSWORD, material

from .model import LEFTOVER, NEW, OLD, TWO, Scenario, expected, old, single


def keystores() -> dict[str, Scenario]:
    make = partial(single, KEYSTORES)
    new, previous = material(2).keystore, material(1).keystore
    fields: dict[str, Any] = {"alias": "release", "password": PASSWORD}
    first: dict[str, Any] = {"env_key": "ANDROID_KEYSTORE"}
    named: dict[str, Any] = {"keystore_file_name": "TWO", "password": PASSWORD, "alias": "release"}
    gap: dict[str, Any] = {"scenario": {"gaps": frozenset({"dist"})}, "replace_order": "delete_first"}
    # An old file with another key pair stays if a list hides it, and the next run asks which one is meant.
    other_pair: dict[str, Any] = {"scenario": {**gap["scenario"], "inherits": True}, "replace_order": "delete_first"}
    return {
        # A slot of a run that was killed has the key of the first keystore until it is too old to be under way.
        "first upload": make(
            [],
            [expected(new, password=PASSWORD, **first)],
            data=new,
            beside=False,
            scenario={"waits": frozenset({"env_key"})},
            **fields,
        ),
        "replacement, keeps its key": make(
            [old(NEW, **named)], [expected(OLD, password=PASSWORD, **TWO)], data=OLD, keystore_name="TWO", **fields
        ),
        "replacement, inherits its key": make(
            [old(NEW, **named)],
            [expected(OLD, password=PASSWORD, **TWO)],
            data=OLD,
            scenario={"inherits": True},
            **fields,
        ),
        "old one first": make(
            [old(NEW, **named)],
            [expected(new, password=PASSWORD, **TWO)],
            data=new,
            keystore_name="TWO",
            **fields,
            **gap,
        ),
        "old one first, the only one": make(
            [old(NEW)], [expected(new, password=PASSWORD, **first)], data=new, beside=False, **fields, **gap
        ),
        "leftover": make(
            [LEFTOVER], [expected(new, password=PASSWORD, **TWO)], data=new, keystore_name="TWO", **fields
        ),
        "renewal of another key pair, old one first": make(
            [old(previous, **named)],
            [expected(new, password=PASSWORD, **TWO)],
            data=new,
            keystore_name="TWO",
            **fields,
            **other_pair,
        ),
    }
