# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All scenarios by name, and what describes them. Every test of this folder drives them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .certificates import certificates
from .fleets import fleets
from .keystores import keystores
from .model import (
    APPS,
    BYSTANDER,
    CLOSED,
    HIDDEN,
    HOUR_S,
    KEY,
    LEFTOVER,
    NEW,
    NO_DIGESTS,
    OLD,
    SHORT,
    SLUG,
    TWO,
    YOUNG,
    Expected,
    Files,
    Options,
    Scenario,
    Task,
    There,
    bystander,
    declared,
    declared_project_file,
    expected,
    fleet,
    old,
    single,
    there,
)
from .profiles import profiles
from .project_files import project_files

__all__ = [
    "APPS",
    "BYSTANDER",
    "CLOSED",
    "HIDDEN",
    "HOUR_S",
    "KEY",
    "LEFTOVER",
    "NEW",
    "NO_DIGESTS",
    "OLD",
    "SCENARIOS",
    "SHORT",
    "SLUG",
    "TWO",
    "YOUNG",
    "Expected",
    "Files",
    "Options",
    "Scenario",
    "Task",
    "There",
    "bystander",
    "declared",
    "declared_project_file",
    "expected",
    "fleet",
    "old",
    "single",
    "there",
]


def _gathered(groups: Mapping[str, Callable[[], dict[str, Scenario]]]) -> dict[str, Scenario]:
    return {f"{group}: {name}": scenario for group, made in groups.items() for name, scenario in made().items()}


SCENARIOS = _gathered(
    {
        "profile": profiles,
        "certificate": certificates,
        "project file": project_files,
        "keystore": keystores,
        "fleet": fleets,
    }
)
