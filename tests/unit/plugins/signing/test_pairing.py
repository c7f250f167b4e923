# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Profiles and certificates that do not belong to each other."""

from __future__ import annotations

from ansible_collections.mobileops.ci.plugins.module_utils._signing.pairing import Unpaired, unpaired


def test_all_belong_together() -> None:
    assert unpaired({"p": ["aa", "bb"], "q": ["BB"]}, {"c": ["AA"], "d": ["bb"]}) == Unpaired((), ())


def test_what_lacks_its_counterpart() -> None:
    assert unpaired({"p": ["aa"], "q": ["cc"], "r": []}, {"c": ["aa", "dd"], "d": ["ee"]}) == Unpaired(
        profiles=("q", "r"), certificates=("d",)
    )
    assert unpaired({}, {"c": ["aa"]}) == Unpaired((), ("c",))
    assert unpaired({"p": ["aa"]}, {}) == Unpaired(("p",), ())


def test_what_could_not_be_read_may_be_the_counterpart_of_anything() -> None:
    assert unpaired({"p": ["aa"], "q": ["bb"]}, {"c": None, "d": ["cc"]}) == Unpaired((), ("d",))
    assert unpaired({"p": None, "q": ["bb"]}, {"c": ["aa"]}) == Unpaired(("q",), ())
