# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values, errors and options of a task on their way in and out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import (
    CiError,
    ServiceError,
    UnclearOutcomeError,
)
from ansible_collections.mobileops.ci.plugins.module_utils._core.option_groups import OptionGroup
from ansible_collections.mobileops.ci.plugins.module_utils._core.plan import Plan
from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import ModuleSpec, Outcome, TaskContext

NOTHING = OptionGroup({})


def carried_out(run: Any, options: dict[str, Any] | None = None, *, diff: bool = False) -> dict[str, Any]:
    spec = ModuleSpec("test", NOTHING, lambda _options, _env: "client", run, requires=())
    return spec.execute(options or {}, TaskContext({}), diff=diff)


class Text(str):
    """A subclass that JSON does not know, as ansible-core's tagged strings are."""

    __slots__ = ()


class Number(int):
    pass


def test_values_become_plain() -> None:
    values = {
        "text": Text("a"),
        "number": Number(3),
        "float": 1.5,
        "flag": True,
        "nothing": None,
        "list": (1, [Text("b")]),
        "dict": {Text("k"): Text("v"), 1: 2},
        "date": dt.date(2026, 1, 2),
    }
    result = carried_out(lambda *_given: Outcome(values))
    assert result == {
        "changed": False,
        "text": "a",
        "number": 3,
        "float": 1.5,
        "flag": True,
        "nothing": None,
        "list": [1, ["b"]],
        "dict": {"k": "v", "1": 2},
        "date": "2026-01-02",
    }
    assert {type(value) for value in result.values()} <= {str, int, float, bool, list, dict, type(None)}
    assert {key.__class__ for key in result["dict"]} == {str}


def test_a_value_of_no_plain_type_is_a_bug() -> None:
    assert "this is a bug" in carried_out(lambda *_given: Outcome({"x": object()}))["msg"]


def test_diff_only_where_asked_for() -> None:
    outcome = Outcome({}, Plan(before={"a": 1}))
    assert "diff" not in carried_out(lambda *_given: outcome)
    assert carried_out(lambda *_given: outcome, diff=True)["diff"] == {"before": {"a": 1}, "after": {}}


def test_warnings_only_where_there_are_some() -> None:
    assert "warnings" not in carried_out(lambda *_given: Outcome())
    assert carried_out(lambda *_given: Outcome(warnings=("careful",)))["warnings"] == ["careful"]


def test_options_of_the_caller_stay_as_they_are() -> None:
    given = {"list": [1]}

    def run(options: dict[str, Any], _client: object, _context: TaskContext) -> Outcome:
        options["list"].append(2)
        return Outcome()

    carried_out(run, given)
    assert given == {"list": [1]}


def fail_with(error: BaseException) -> Any:
    def run(*_given: object) -> Outcome:
        raise error

    return run


def test_expected_error() -> None:
    error = ServiceError("Said.", kind="forbidden", status=403, method="GET", path="/x", request_id="r")
    error.notes.append("Tidied up.")
    expected = {"kind": "forbidden", "status": 403, "method": "GET", "path": "/x", "request_id": "r"}
    assert carried_out(fail_with(error)) == {"failed": True, "msg": "Said. Tidied up.", "error": expected}


@pytest.mark.parametrize("error", [ValueError("x"), SystemExit(3)], ids=["exception", "exit"])
def test_unexpected_error(error: BaseException) -> None:
    result = carried_out(fail_with(error))
    assert result["failed"] is True
    assert type(error).__name__ in result["msg"]
    assert result["error"] == CiError("", kind="bug").as_dict()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), GeneratorExit()], ids=["interrupt", "exit"])
def test_exceptions_that_end_a_task_pass(error: BaseException) -> None:
    with pytest.raises(type(error)):
        carried_out(fail_with(error))


@pytest.mark.parametrize("fails", [False, True])
def test_client_is_closed(fails: bool) -> None:
    class Client:
        closed = False

        def close(self) -> None:
            self.closed = True

    client = Client()
    run = fail_with(CiError("x")) if fails else lambda *_given: Outcome()
    ModuleSpec("test", NOTHING, lambda _options, _env: client, run, requires=()).execute(
        {}, TaskContext({}), diff=False
    )
    assert client.closed


def test_a_required_option_that_is_empty_is_refused() -> None:
    options = OptionGroup({"app_slug": {"type": "str", "required": True}, "reason": {"type": "str"}})
    spec = ModuleSpec("test", options, lambda _options, _env: None, lambda *_given: Outcome(), requires=())
    failed = spec.execute({"app_slug": "", "reason": ""}, TaskContext({}), diff=False)
    assert (failed["msg"], failed["error"]["kind"]) == ("app_slug is required and must not be empty.", "option")
    assert spec.execute({"app_slug": "a", "reason": ""}, TaskContext({}), diff=False) == {"changed": False}


def test_options_that_are_null_are_not_given() -> None:
    option: dict[str, Any] = {"type": "str"}
    options = OptionGroup({"app_slug": {**option, "required": True}})
    one_of = OptionGroup({"slug": option, "title": option}, required_one_of=(("slug", "title"),))
    only_if = OptionGroup({"state": option, "role": option}, required_if=(("state", "present", ("role",)),))
    together = OptionGroup({"key": option, "store": option}, required_together=(("key", "store"),))
    for group, given, text in (
        (options, {"app_slug": None}, "app_slug is required and must not be empty."),
        (one_of, {"slug": None, "title": None}, "One of slug, title is required, and must not be null."),
        (only_if, {"state": "present", "role": None}, "role is required with state=present, and must not be empty."),
        (together, {"key": "x", "store": None}, "store is required with key, and must not be empty."),
        (together, {"key": "x", "store": ""}, "store is required with key, and must not be empty."),
    ):
        spec = ModuleSpec("test", group, lambda _options, _env: None, lambda *_arguments: Outcome(), requires=())
        failed = spec.execute(given, TaskContext({}), diff=False)
        assert (failed["msg"], failed["error"]["kind"]) == (text, "option")
        assert not spec.execute({**given, list(given)[-1]: "x"}, TaskContext({}), diff=False).get("failed")


def test_unclear_outcome_keeps_the_words_of_its_cause() -> None:
    error = UnclearOutcomeError(ServiceError("Said.", kind="server_error", status=500))
    assert (error.message, error.kind, error.status) == ("Said.", "server_error", 500)


def test_groups_are_added_with_their_rules() -> None:
    one = OptionGroup({"a": {"type": "str"}}, mutually_exclusive=(("a", "b"),))
    two = OptionGroup({"b": {"type": "str", "no_log": True}}, required_if=(("b", "x", ("a",)),))
    both = one + two
    assert list(both.argument_spec) == ["a", "b"]
    assert both.rules == {"mutually_exclusive": [["a", "b"]], "required_if": [["b", "x", ("a",)]]}
    assert both.secrets == ("b",)


def test_an_option_of_two_groups_is_a_mistake() -> None:
    group = OptionGroup({"a": {"type": "str"}})
    with pytest.raises(ValueError, match="declared in two option groups: a"):
        _both = group + group
