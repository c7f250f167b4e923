# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of each module are valid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from tests.helpers.documentation import COLLECTION, MODULES, documentation, read_yaml, spec_of


def tasks_of(module: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield module and options of the tasks in the module's examples that use the collection."""
    for task in read_yaml(documentation()[module]["examples"]):
        assert task["name"]
        for key, options in task.items():
            if key.startswith(f"{COLLECTION}."):
                yield key.removeprefix(f"{COLLECTION}."), options


# Values in place of a template, by the type of its option.
STANDS_FOR: dict[str, Any] = {"dict": {}, "list": [], "bool": True, "int": 1, "float": 1.0}


def filled_in(specification: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Replace each template that is not text by a value."""

    def value(name: str, given: Any) -> Any:
        template = isinstance(given, str) and given.startswith("{{")
        return STANDS_FOR.get(specification.get(name, {}).get("type"), given) if template else given

    return {name: value(name, given) for name, given in options.items()}


@pytest.mark.parametrize("module", MODULES)
def test_examples(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Check that every option exists and has an accepted value."""
    # An example may leave out what module_defaults or the environment gives.
    monkeypatch.setenv("BITRISE_API_TOKEN", "from the environment")
    used = set()
    for name, options in tasks_of(module):
        used.add(name)
        spec = spec_of(name)
        validator = ArgumentSpecValidator(dict(spec.options.argument_spec), **spec.options.rules)
        given = filled_in(spec.options.argument_spec, options)
        assert validator.validate(dict(spec.normalize(given))).error_messages == []
    assert module in used


@pytest.mark.parametrize("module", MODULES)
def test_secrets_in_examples_are_variables(module: str) -> None:
    for name, options in tasks_of(module):
        for option in spec_of(name).options.secrets:
            given = options.get(option, {})
            for value in given.values() if isinstance(given, dict) else [given]:
                assert value.startswith("{{ "), f"{name}: {option}"
