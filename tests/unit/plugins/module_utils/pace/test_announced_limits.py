# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Headers that describe a limit, in every form that services use, and invalid ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from ansible_collections.mobileops.ci.plugins.module_utils._http.announced_limits import (
    LONGEST_ANNOUNCED_S,
    read_announced_limit,
)
from ansible_collections.mobileops.ci.plugins.module_utils._http.pace import NO_LIMIT, AnnouncedLimit

NOW = 1_767_312_000.0
DATE = {"Date": "Fri, 02 Jan 2026 00:00:00 GMT"}

FORMS = {
    "seconds": ({"Retry-After": "7"}, AnnouncedLimit(7)),
    "fraction": ({"Retry-After": " 2.5 "}, AnnouncedLimit(2.5)),
    "date": ({"Retry-After": "Fri, 02 Jan 2026 00:00:20 GMT"}, AnnouncedLimit(20)),
    "reset": ({"RateLimit-Reset": "12", "RateLimit-Remaining": "0"}, AnnouncedLimit(12, 0)),
    "x-reset": ({"X-RateLimit-Reset": "12", "X-RateLimit-Remaining": "3"}, AnnouncedLimit(12, 3)),
    "epoch": ({"X-RateLimit-Reset": f"{NOW + 30:.0f}"}, AnnouncedLimit(30)),
    "epoch in milliseconds": ({"X-RateLimit-Reset": f"{(NOW + 30) * 1000:.0f}"}, AnnouncedLimit(30)),
    "both": ({"Retry-After": "3", "X-RateLimit-Reset": "12", "X-RateLimit-Remaining": "0"}, AnnouncedLimit(3, 0)),
    "draft": ({"RateLimit": '"default";r=0;t=12'}, AnnouncedLimit(12, 0)),
    "draft with rest": ({"RateLimit": '"default";r=50;t=30'}, AnnouncedLimit(30, 50)),
    "older draft": ({"RateLimit": "limit=100, remaining=4, reset=12"}, AnnouncedLimit(12, 4)),
    "two limits": ({"RateLimit": '"burst";r=2;t=1, "day";r=900;t=3600'}, AnnouncedLimit(1, 2)),
    "the second one is tighter": ({"RateLimit": '"day";r=900;t=3600, "burst";r=2;t=1'}, AnnouncedLimit(1, 2)),
    "two used up": ({"RateLimit": '"burst";r=0;t=1, "day";r=0;t=3600'}, AnnouncedLimit(3600, 0)),
    "two signs": ({"RateLimit": '"a";x=1=2;r=0;t=5'}, AnnouncedLimit(5, 0)),
    "two signs in the older draft": ({"RateLimit": "limit=9=1, remaining=1, reset=2"}, AnnouncedLimit(2, 1)),
    "window of the policy": ({"RateLimit": '"a";r=0', "RateLimit-Policy": '"a";q=100;w=60'}, AnnouncedLimit(60, 0)),
}
NONSENSE = {
    "draft without a number": {"RateLimit": '"default";t=12'},
    "words": {"Retry-After": "soon"},
    "negative": {"Retry-After": "-5"},
    "zero": {"Retry-After": "0"},
    "infinite": {"Retry-After": "inf"},
    "not a number": {"Retry-After": "nan"},
    "exponent": {"Retry-After": "1e3"},
    "underscore": {"Retry-After": "1_0"},
    "absurd": {"Retry-After": str(int(LONGEST_ANNOUNCED_S) + 1)},
    "date that has passed": {"Retry-After": "Thu, 01 Jan 2026 00:00:00 GMT"},
    "date far away": {"Retry-After": "Fri, 02 Jan 2099 00:00:00 GMT"},
    "no date": {"Retry-After": "Fri, 99 Foo"},
    "epoch that has passed": {"X-RateLimit-Reset": "1500000000"},
    "rest without reset": {"X-RateLimit-Remaining": "0"},
    "draft without time": {"RateLimit": '"default";r=0'},
    "draft without sense": {"RateLimit": "=;=,=;"},
    "nothing": {},
}


@pytest.mark.parametrize(("headers", "expected"), FORMS.values(), ids=FORMS)
def test_form(headers: dict[str, str], expected: AnnouncedLimit) -> None:
    assert read_announced_limit(CaseInsensitiveDict({**headers, **DATE}), None) == expected


@pytest.mark.parametrize("headers", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_ignored(headers: dict[str, str]) -> None:
    assert read_announced_limit(CaseInsensitiveDict({**headers, **DATE}), None) == NO_LIMIT


def test_clock_of_the_service_counts() -> None:
    date = {"Retry-After": "Fri, 02 Jan 2026 00:00:20 GMT"}
    assert read_announced_limit(CaseInsensitiveDict(date), NOW - 10) == AnnouncedLimit(30)
    assert read_announced_limit(CaseInsensitiveDict(date), None) == NO_LIMIT


@pytest.mark.parametrize(("value", "wait_s"), [("86400", 86_400), ("86401", None)])
def test_a_wait_of_more_than_a_day_is_a_mistake(value: str, wait_s: float | None) -> None:
    assert read_announced_limit(CaseInsensitiveDict({"Retry-After": value}), None).wait_s == wait_s


@pytest.mark.parametrize("value", ["1000000000", "1000000000000"], ids=["seconds", "milliseconds"])
def test_the_smallest_number_that_is_a_time(value: str) -> None:
    headers = {"X-RateLimit-Reset": value}
    assert read_announced_limit(CaseInsensitiveDict(headers), 1e9 - 10) == AnnouncedLimit(10)
    assert read_announced_limit(CaseInsensitiveDict(headers), None) == NO_LIMIT


@given(
    st.dictionaries(
        st.sampled_from(["Retry-After", "RateLimit-Reset", "X-RateLimit-Remaining", "RateLimit", "RateLimit-Policy"]),
        st.text(st.sampled_from('0123456789;,=rtqw"- .eE') | st.characters(), max_size=20),
    )
)
def test_anything(headers: dict[str, str]) -> None:
    limit = read_announced_limit(CaseInsensitiveDict(headers), NOW)
    assert limit.wait_s is None or 0 < limit.wait_s <= LONGEST_ANNOUNCED_S
    assert limit.remaining is None or limit.remaining >= 0
