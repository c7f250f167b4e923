# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unpaired profiles and certificates, and profiles that a newer one replaces."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._signing.findings import finding
from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspection import CERTIFICATE, PROFILE, Inspection
from ansible_collections.mobileops.ci.plugins.module_utils._signing.pairing import Unpaired, superseded, unpaired


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


def a_profile(created_at: str | None, *, kind: str = PROFILE, is_valid: bool = True, **changes: Any) -> Inspection:
    details = {
        "name": "Acme Shop",
        "uuid": created_at,
        "team_id": "A1B2C3D4E5",
        "app_id": "A1B2C3D4E5.com.acme.shop",
        "type": "ad-hoc",
        "platforms": ["iOS"],
        "created_at": created_at,
        "expires_at": "2027-01-01T00:00:00Z",
    }
    return Inspection(kind, {**details, **changes}, () if is_valid else (finding("expired", "It has expired."),))


OLD, MIDDLE, NEW = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"


def test_the_newest_profile_replaces_the_others() -> None:
    found = superseded({"m": a_profile(MIDDLE), "n": a_profile(NEW), "o": a_profile(OLD), "unreadable": None})
    assert list(found) == ["m", "o"]
    assert {one.code for one in found.values()} == {"superseded"}
    assert found["o"].message == (
        f"There is a newer profile with the name Acme Shop, created at {NEW}. Xcode may use either. "
        "Delete the older one."
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": CERTIFICATE},
        {"is_valid": False},
        {"name": None},
        {"name": "Other"},
        {"team_id": "other"},
        {"app_id": "other"},
        {"type": "app-store"},
        {"platforms": ["iOS", "xrOS"]},
    ],
)
def test_a_profile_of_another_kind_replaces_none(changes: dict[str, Any]) -> None:
    assert superseded({"old": a_profile(OLD), "new": a_profile(NEW, **changes)}) == {}
    assert superseded({"old": a_profile(OLD, **changes), "new": a_profile(NEW)}) == {}


@pytest.mark.parametrize("changes", [{"kind": CERTIFICATE}, {"is_valid": False}, {"name": None}])
def test_files_that_are_not_compared(changes: dict[str, Any]) -> None:
    assert superseded({"old": a_profile(OLD, **changes), "new": a_profile(NEW, **changes)}) == {}


def test_one_profile_twice() -> None:
    assert superseded({1: a_profile(OLD, uuid="one"), 2: a_profile(NEW, uuid="one")}) == {}
    # Two profiles of the same second.
    assert superseded({1: a_profile(OLD, uuid="one"), 2: a_profile(OLD, uuid="two")}) == {}


def test_profiles_without_dates() -> None:
    """Count a profile without a date of creation as the oldest, then compare the ends."""
    assert list(superseded({1: a_profile(None), 2: a_profile(OLD)})) == [1]
    later = a_profile(None, uuid="later", expires_at="2027-06-01T00:00:00Z")
    assert list(superseded({1: later, 2: a_profile(None)})) == [2]
    never = a_profile(OLD, uuid="never", expires_at=None)
    assert list(superseded({1: never, 2: a_profile(OLD)})) == [1]
