# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unpaired profiles and certificates."""

from __future__ import annotations

from ansible_collections.mobileops.ci.plugins.module_utils._signing.pairing import Unpaired, unpaired


def test_all_belong_together() -> None:
    assert unpaired({"p": ["aa", "bb"], "q": ["BB"]}, {"c": ["AA"], "d": ["bb"]}) == Unpaired((), ())


def test_unpaired_files() -> None:
    assert unpaired({"p": ["aa"], "q": ["cc"], "r": []}, {"c": ["aa", "dd"], "d": ["ee"]}) == Unpaired(
        profiles=("q", "r"), certificates=("d",)
    )
    assert unpaired({}, {"c": ["aa"]}) == Unpaired((), ("c",))
    assert unpaired({"p": ["aa"]}, {}) == Unpaired(("p",), ())


def test_a_file_that_cannot_be_read_may_pair_with_any_other() -> None:
    assert unpaired({"p": ["aa"], "q": ["bb"]}, {"c": None, "d": ["cc"]}) == Unpaired((), ("d",))
    assert unpaired({"p": None, "q": ["bb"]}, {"c": ["aa"]}) == Unpaired(("q",), ())
