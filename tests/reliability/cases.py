# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Choose which cases run: those of `make test-reliability`, or the few of `make test`."""

from __future__ import annotations

import math
import os
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest

# Number of cases and seconds of the processor by test, such as test_kills.test_killed_twice.
COUNTS: Counter[str] = Counter()
SECONDS: defaultdict[str, float] = defaultdict(float)
_running = [""]

ALL_CASES = os.environ.get("MOBILEOPS_CI_RELIABILITY") == "all"
# Samples of the long form depend on it. The workers of pytest-xdist inherit it.
SEED = int(os.environ.setdefault("MOBILEOPS_CI_SEED", str(random.randrange(10**6))))
# The share of each test that the long form runs, from 0 to 1.
SHARE = float(os.environ.get("MOBILEOPS_CI_SHARE") or 1)
T = TypeVar("T")

exhaustive = pytest.mark.skipif(not ALL_CASES, reason="make test-reliability runs it")


def named(cases: Mapping[str, Any]) -> Any:
    """Parametrize a test with the names of these cases."""
    return pytest.mark.parametrize("name", list(cases))


def some(cases: Sequence[T], every: int, *, of: object = 0) -> Sequence[T]:
    """Return all cases in the long form (or its share of them); else each n-th, from a position that `of` decides."""
    if len(cases) <= 1:
        return cases
    if ALL_CASES:
        return sample(cases, len(cases), of=of)
    offset = sum(str(of).encode()) % min(every, len(cases))
    return [case for number, case in enumerate(cases) if number % every == offset]


def dice(of: object) -> random.Random:
    """Return a source of random numbers that depends on the seed and on `of`."""
    return random.Random(f"{SEED} {of}")


def share(most: int) -> int:
    """Return how many of so many cases the long form runs."""
    return math.ceil(most * SHARE) if ALL_CASES else most


def sample(cases: Sequence[T], most: int, *, of: object) -> Sequence[T]:
    """Return up to `most` of the cases in their order, chosen with the seed."""
    count = share(min(most, len(cases)))
    if count == len(cases):
        return cases
    return [cases[number] for number in sorted(dice(of).sample(range(len(cases)), count))]


def report(wrong: Sequence[str], cases: int) -> str:
    """Return the message for a test of many cases: the first problems, and how many there are."""
    shown = "\n".join(wrong[:20])
    return f"{len(wrong)} problems in {cases} cases (MOBILEOPS_CI_SEED={SEED}):\n{shown}"


def count_case(cases: int = 1) -> None:
    """Count cases of the test that is running. A case ends with a check of the final state."""
    COUNTS[_running[0]] += cases


@contextmanager
def counting(test: str) -> Iterator[None]:
    """Count the cases of this test, and the time of the processor that it and its ended children take."""
    _running[0] = test
    begun = sum(os.times()[:4])
    try:
        yield
    finally:
        SECONDS[test] += sum(os.times()[:4]) - begun
