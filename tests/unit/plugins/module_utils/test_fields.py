# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Moments as services write them, the same on every Python."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._fields import moment


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-01-31T13:00:00Z", "2026-01-31T13:00:00+00:00"),
        ("2026-01-31T13:00:00", "2026-01-31T13:00:00+00:00"),
        ("2026-01-31", "2026-01-31T00:00:00+00:00"),
        ("2026-01-31T13:00:00.5z", "2026-01-31T13:00:00.500000+00:00"),
        ("2026-01-31T13:00:00.123456789+02:00", "2026-01-31T13:00:00.123456+02:00"),
    ],
)
def test_moment(written: str, read: str) -> None:
    found = moment(written)
    assert found is not None
    assert found.isoformat() == read


NEVER = ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00", "0001-01-01", "0001-01-01T07:07:00+07:07")


@pytest.mark.parametrize("value", [None, "", "soon", 1769864400, True, {}, "2026-13-01T00:00:00Z", *NEVER])
def test_no_moment(value: Any) -> None:
    assert moment(value) is None
