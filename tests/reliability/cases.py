# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which cases run: all of them with `make test-reliability`, some of them with `make test`."""

from __future__ import annotations

import os
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest

# How many cases each test function has tried, and how long that took. A case ends with a look at the final state.
COUNTS: Counter[str] = Counter()
SECONDS: defaultdict[str, float] = defaultdict(float)
_running = [""]

ALL_CASES = os.environ.get("MOBILEOPS_CI_RELIABILITY") == "all"
T = TypeVar("T")

exhaustive = pytest.mark.skipif(not ALL_CASES, reason="make test-reliability runs it")


def named(cases: Mapping[str, Any]) -> Any:
    """Parametrize a test with these cases."""
    return pytest.mark.parametrize("name", list(cases))


def some(cases: Sequence[T], every: int, *, of: object = 0) -> Sequence[T]:
    """Return each n-th case, beginning at a place that depends on `of`; all of them if all are to run."""
    if ALL_CASES or len(cases) <= 1:
        return cases
    offset = sum(str(of).encode()) % every
    return [case for number, case in enumerate(cases) if number % every == offset]


def report(wrong: Sequence[str], cases: int) -> str:
    """Return the message for a test of many cases: the first problems, and how many there are."""
    shown = "\n".join(wrong[:20])
    return f"{len(wrong)} problems in {cases} cases:\n{shown}"


def count_case() -> None:
    """Count one case of the test that is running."""
    COUNTS[_running[0]] += 1


@contextmanager
def counting(test: str) -> Iterator[None]:
    """Count the cases for this test function, and its time."""
    _running[0] = test
    begun = time.monotonic()
    try:
        yield
    finally:
        SECONDS[test] += time.monotonic() - begun
