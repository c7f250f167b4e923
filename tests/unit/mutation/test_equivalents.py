# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of equivalent mutants matches the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutation.__main__ import equivalents
from tests.mutation.mutants import mutants_of

UTILS = Path(__file__).resolve().parents[3] / "plugins" / "module_utils"


@pytest.mark.parametrize("module", equivalents())
def test_equivalent_mutants_exist(module: str) -> None:
    mutants = {mutant.text for mutant in mutants_of((UTILS / module).read_text(encoding="utf-8"))}
    assert set(equivalents()[module]) <= mutants
