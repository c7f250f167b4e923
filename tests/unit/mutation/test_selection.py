# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests that mutation testing selects for a mutant, and the lines of a mutant."""

from __future__ import annotations

import pytest

from tests.mutation.child import Usage
from tests.mutation.mutants import mutants_of
from tests.mutation.selection import RecordedTests, files_of

FILE = "module.py"
TRACES = {
    "a.py::slow": ({(FILE, 1), (FILE, 2)}, 5.0),
    "a.py::fast": ({(FILE, 1)}, 1.0),
    "b.py::other": ({(FILE, 9)}, 0.5),
}
SOURCE = """\
def first(value):
    if value == 1 and (
        value
    ):
        return [
            value + 1,
        ]
    return 2
"""


def test_tests_that_run_a_line_come_in_the_order_of_their_time_and_their_success() -> None:
    tests = RecordedTests(TRACES, Usage(7.0, 1.0))
    assert tests.that_run(FILE, range(1, 3)) == ["a.py::fast", "a.py::slow"]
    assert tests.that_run(FILE, [2]) == ["a.py::slow"]
    assert tests.that_run("other.py", [1]) == []
    assert tests.all() == ["b.py::other", "a.py::fast", "a.py::slow"]
    tests.note_failure("a.py::slow")
    assert tests.that_run(FILE, [1]) == ["a.py::slow", "a.py::fast"]
    assert files_of(tests.all()) == ["a.py", "b.py"]


def test_a_limit_includes_the_start() -> None:
    tests = RecordedTests(TRACES, Usage(7.0, 1.0))
    assert tests.limit(["a.py::fast"]) == Usage(1.0 + 0.5, 1.0).limit()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("if value == 1 and ( | and becomes or", range(2, 5)),
        ("value + 1, | add becomes sub", range(5, 8)),
        ("return 2 | 2 becomes 3", range(8, 9)),
    ],
)
def test_a_mutant_knows_the_lines_of_its_statement(text: str, lines: range) -> None:
    (mutant,) = [one for one in mutants_of(SOURCE) if one.text == text]
    assert mutant.lines == lines
