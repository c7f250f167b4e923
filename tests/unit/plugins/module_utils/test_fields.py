# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times as services write them, with the same result on every Python."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core.fields import moment, utc_text


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-01-31T13:00:00Z", "2026-01-31T13:00:00+00:00"),
        ("2026-01-31T13:00:00", "2026-01-31T13:00:00+00:00"),
        ("2026-01-31", "2026-01-31T00:00:00+00:00"),
        ("2026-01-31 13:00:00 UTC", "2026-01-31T13:00:00+00:00"),
        ("2026-01-31 13:00:00 +0200", "2026-01-31T13:00:00+02:00"),
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
    assert utc_text(value) is None


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2026-01-31T13:00:00Z", "2026-01-31T13:00:00Z"),
        ("2026-01-31 13:00:00", "2026-01-31T13:00:00Z"),
        ("2026-01-31T13:00:00.999+02:00", "2026-01-31T11:00:00Z"),
        ("2026-01-31T23:30:00-01:00", "2026-02-01T00:30:00Z"),
        # Beyond what there is a date for.
        ("9999-12-31T23:59:59-01:00", None),
    ],
)
def test_one_form_for_all_times(written: str, shown: str | None) -> None:
    assert utc_text(written) == shown
