# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text of a service as terminals show it: no escape sequences, control characters, or marks that change direction."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.adopt.variables import variables_file
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import CiError, join_errors
from ansible_collections.mobileops.ci.plugins.module_utils._core.option_groups import OptionGroup
from ansible_collections.mobileops.ci.plugins.module_utils._core.plan import Plan
from ansible_collections.mobileops.ci.plugins.module_utils._core.text import (
    LONGEST_LINE,
    LONGEST_WORD,
    clean,
    clean_diff,
    cut,
    name_some,
    one_line,
)
from ansible_collections.mobileops.ci.plugins.module_utils._http.redact import Redactor
from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import ModuleSpec, Outcome, TaskContext

HOSTILE = "a\x1b[31;1mb\x1b]0;title\x07c\x9b2Jd\x85e\r\nf\u202eg\u2066h\u2028i\ud800j\U000e0041k"


def is_harmless(text: str) -> bool:
    return not [mark for mark in text if unicodedata.category(mark) in ("Cc", "Cs", "Zl", "Zp")] and not (
        set(text) & set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    )


def test_clean() -> None:
    assert clean(HOSTILE) == "abcd e f\ufffdg\ufffdh i\ufffdj\ufffdk"


@pytest.mark.parametrize("text", ["caf\u00e9 \u65e5\u672c", "\U0001f468\u200d\U0001f469", "a  b", "C:\\x"])
def test_other_text_stays(text: str) -> None:
    assert one_line(text) == text


@settings(max_examples=50)
@given(st.text(st.characters(min_codepoint=0, max_codepoint=0x202F), max_size=60) | st.text(max_size=60))
def test_any_text(text: str) -> None:
    assert is_harmless(clean(text))
    assert clean(clean(text)) == clean(text)
    clean(text).encode()


def test_long_names_are_cut() -> None:
    message = CiError(f"Could not create profile {'n' * 1_000_000} in app 1. Do this.").message
    assert len(message) < LONGEST_WORD + 100
    assert message.endswith("n in app 1. Do this.")
    many = CiError("word " * 10_000 + "Do this.").message
    assert len(many) == LONGEST_LINE
    assert many.endswith("Do this.")


def test_cut() -> None:
    assert cut("x" * 10, 10) == "x" * 10
    assert cut("a" * 50 + "b" * 50, 20) == f"{'a' * 11} ... {'b' * 4}"


def test_names_in_a_sentence() -> None:
    assert name_some(iter("ab")) == "a, b"
    # Counting a single name would not be shorter.
    assert name_some("abc", 2) == "a, b, c"
    assert name_some("abcd", 2) == "a, b and 2 more"


def test_messages_of_many_errors() -> None:
    errors = [CiError(f"No {number}.") for number in range(12)]
    assert join_errors(errors[:2]) == "No 0. | No 1."
    assert join_errors(errors).endswith("No 9. | 2 more failed.")
    assert join_errors(errors[:1], 3) == "No 0. | 2 more failed."


def test_a_comment_of_an_export() -> None:
    assert variables_file([HOSTILE], {}).decode().splitlines()[1] == f"# {clean(HOSTILE)}"


def test_a_diff() -> None:
    before = {"a\x1b[0m": {"b\u202e": ["c\x85", 1, None]}, "a": 2}
    assert clean_diff(before) == {"a": {"b\ufffd": ["c ", 1, None]}, "a (2)": 2}


def test_a_secret_that_an_escape_sequence_divides() -> None:
    assert Redactor(["s3cret"]).quote("no s3\x1b[0mcret") == "no ********"


def test_everything_that_a_task_shows() -> None:
    """Redact messages, warnings, diffs and lines of progress, and keep values that a playbook uses."""

    def run(_options: dict[str, Any], _client: object, context: TaskContext) -> Outcome:
        context.report_progress(f"{HOSTILE}: 1 MiB")
        context.report_detail(HOSTILE)
        plan = Plan((), {HOSTILE: {"size": 1}}, {HOSTILE: {"size": 2}})
        return Outcome({"name": HOSTILE}, plan, warnings=(HOSTILE,), error=CiError(HOSTILE))

    said: list[str] = []
    spec = ModuleSpec("x", OptionGroup({}), lambda _options, _env: None, run, requires=())
    result = spec.execute({}, TaskContext({}, report_progress=said.append, report_detail=said.append), diff=True)
    assert len(said) == 2
    for text in (*said, *result["warnings"], result["msg"], *result["diff"]["before"]):
        assert is_harmless(text), text
    assert result["name"] == HOSTILE
