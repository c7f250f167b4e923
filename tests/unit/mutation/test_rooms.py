# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration of mutation testing refers to existing modules, tests and mutants."""

from __future__ import annotations

import pytest

from tests.mutation.__main__ import equivalents, paths_of
from tests.mutation.child import ROOT, UTILS
from tests.mutation.mutants import mutants_of
from tests.mutation.rooms import ROOMS


@pytest.mark.parametrize("name", ROOMS)
def test_modules_and_tests_of_a_room_exist(name: str) -> None:
    room = ROOMS[name]
    assert [module for module in room.modules if not (UTILS / module).is_file()] == []
    assert [path for path in paths_of(room) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("module", equivalents())
def test_equivalent_mutants_exist(module: str) -> None:
    mutants = {mutant.text for mutant in mutants_of((UTILS / module).read_text(encoding="utf-8"))}
    assert set(equivalents()[module]) <= mutants
