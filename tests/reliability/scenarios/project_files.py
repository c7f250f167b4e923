# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Scenarios of project files."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.helpers.service import PROJECT_FILES

from .model import CLOSED, HIDDEN, KEY, LEFTOVER, NEW, OLD, SHORT, Scenario, expected, old, single


def project_files() -> dict[str, Scenario]:
    make = partial(single, PROJECT_FILES)
    gap: dict[str, Any] = {"scenario": {"gaps": frozenset({"dist"})}, "replace_order": "delete_first"}
    both: dict[str, Any] = {**HIDDEN, **CLOSED}
    return {
        "first upload": make([], [expected(NEW, **KEY, **HIDDEN)], is_expose=False),
        "replacement": make([old(OLD)], [expected(NEW, **KEY)]),
        "replacement, flags": make([old(OLD)], [expected(NEW, **KEY, **both)], **both),
        "protected, another size": make([old(SHORT, **CLOSED)], [expected(NEW, **KEY, **CLOSED)]),
        "protected, same size, warn": make(
            [old(OLD, **CLOSED)], [expected(OLD, **KEY, **CLOSED)], scenario={"changes": False}
        ),
        "old one first": make([old(OLD)], [expected(NEW, **KEY)], **gap),
        "old one first, leftover": make([old(OLD), LEFTOVER], [expected(NEW, **KEY)], **gap),
        "old one first, unique keys": make(
            [old(OLD)],
            [expected(NEW, **KEY)],
            replace_order="delete_first",
            scenario={"gaps": frozenset({"dist"}), "switches": {"unique_env_keys": True}},
        ),
    }
