# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each field of each response holds each odd value in turn. There is an error or a result, and no traceback."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.plugins.responses.cases import CASES, Case
from tests.unit.plugins.responses.description import DescribedResponses
from tests.unit.plugins.responses.test_odd_responses import FakeHttp, carried_out, check

from .cases import count_case, exhaustive, report, some
from .virtual_time import VirtualTime

Place = tuple["str | int", ...]
LIST_AS_DICT = {"0": "a"}
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 7, 2**31, 2**63, -(10**30), 10**90, 0.5, 1e308),
    *("", " ", "0", "true", "false", "null", "x", "s1", "n" * 100_000, "9" * 400, "../../x", "/etc/passwd", "a\0b"),
    *("a\x1b[31mb", "\x1b]0;t\x07", "\x9b2J", "\r\nb", "\u202eb", "\u2066b", "\ud800", "{{ 1 + 1 }}", "{% raw %}"),
    *("<script>alert(1)</script>", "=cmd|' /C calc'!A0", "!vault |", "a: b\n- c", "http://127.0.0.1/other"),
    *("https://169.254.169.254/other", "https://u:other@storage.example/f", "file:///other", "https://[other"),
    *([], [None], [[]], ["a"], [{}], {}, LIST_AS_DICT, {"slug": "x"}, {"a": {"b": []}}),
    "2026-01-31T13:00:00Z",
    "99999-99-99T99:99:99Z",
    "0001-01-01T00:00:00Z",
)


class AsDescribed(DescribedResponses):
    """Responses without anything odd."""

    def _of(self, schema: dict[str, Any], name: str = "") -> Any:
        found = super()._of(schema, name)
        while found is None or found in ("", [], {}) or not isinstance(found, (str, bool, int, float, list, dict)):
            found = super()._of(schema, name)
        return found


def places(value: Any, before: Place = ()) -> Iterator[Place]:
    """Yield where values are; of a list, only its first entry."""
    yield before
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "new_in_2027":
                continue  # nothing knows it
            yield from places(item, (*before, key))
    elif isinstance(value, list) and value:
        yield from places(value[0], (*before, 0))


def with_value(response: Any, place: Place, value: Any) -> Any:
    if not place:
        return value
    changed = copy.deepcopy(response)
    holder = changed
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    return changed


def trials(case: Case) -> list[tuple[str, Place, Any]]:
    responses = baseline(case)
    return [
        (operation, place, odd)
        for operation in case.operations
        for place in places(responses[operation])
        for odd in ODD
    ]


def baseline(case: Case) -> dict[str, Any]:
    described = AsDescribed(1)
    return {operation: described.to(operation) for operation in case.operations}


def tried(case: Case, described: dict[str, Any], trial: tuple[str, Place, Any], folder: str) -> str | None:
    operation, place, odd = trial
    responses = {**described, operation: with_value(described[operation], place, odd)}
    with pytest.MonkeyPatch.context() as patch:
        FakeHttp(responses).replace_network(patch)
        try:
            check(case, carried_out(case, folder))
        except AssertionError as error:
            return f"{operation} {'.'.join(map(str, place))} = {odd!r:.100}: {error!s:.3000}"
    return None


def run(case: Case, chosen: list[tuple[str, Place, Any]], folder: Path) -> None:
    described = baseline(case)
    with VirtualTime().in_force():
        wrong = [problem for trial in chosen if (problem := tried(case, described, trial, str(folder)))]
    count_case(len(chosen))
    assert not wrong, report(wrong, len(chosen))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_odd_values_in_some_fields(case: Case, tmp_path: Path) -> None:
    found = trials(case)
    run(case, list(some(found, max(1, len(found) // 25), of=case)), tmp_path)


@exhaustive
@pytest.mark.parametrize("case", CASES, ids=str)
def test_odd_values_in_all_fields(case: Case, tmp_path: Path) -> None:
    run(case, list(some(trials(case), 1, of=case)), tmp_path)


def test_what_is_tried() -> None:
    assert len(ODD) >= 41
    assert sum(len(trials(case)) for case in CASES) > 65_928
    json.dumps(ODD)
