# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test RETURN of the modules: its shared parts come from one source, and its samples have the documented types."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import ErrorKind

from . import return_blocks

PLUGINS = [
    file
    for folder in ("modules", "lookup", "filter")
    for file in sorted((return_blocks.CHECKOUT / "plugins" / folder).glob("*.py"))
]
SOURCE = return_blocks.Source(return_blocks.SOURCE.read_text(encoding="utf-8"))
TYPES: Mapping[str, type | tuple[type, ...]] = {
    "str": str,
    "int": int,
    "float": (int, float),
    "bool": bool,
    "dict": dict,
    "list": list,
    "raw": object,
}


def values_of(documented: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield path and documentation of each value in RETURN."""
    for key, value in documented.items():
        yield f"{path}{key}", value
        yield from values_of(value.get("contains", {}), f"{path}{key}.")


def problem_of(value: Mapping[str, Any]) -> str | None:
    """Return what is wrong with the sample of a value."""
    if "sample" not in value:
        # The samples of its keys are an example of the whole value.
        return None if value.get("contains") else "has no sample"
    sample, kind = value["sample"], value["type"]
    if sample is None:
        return None if "Always V(null)" in str(value["description"]) else "has null as its sample"
    if not isinstance(sample, TYPES[kind]) or (isinstance(sample, bool) and kind in ("int", "float")):
        return f"has the sample {sample!r}, which is not a {kind}"
    if kind == "list" and not all(isinstance(item, TYPES[value["elements"]]) for item in sample):
        return f"has the sample {sample!r}, which is not a list of {value['elements']}"
    return None


@pytest.mark.parametrize("module", SOURCE.modules)
def test_shared_parts_come_from_the_source(module: str) -> None:
    text = (return_blocks.MODULES / f"{module}.py").read_text(encoding="utf-8")
    assert text == return_blocks.updated(module, text, SOURCE), "run python -m tests.unit.docs.return_blocks"


def test_each_error_and_each_list_of_actions_comes_from_the_source() -> None:
    for file in return_blocks.MODULES.glob("[a-z]*.py"):
        documented = return_blocks.documented(file)
        shared = SOURCE.modules.get(file.stem, {})
        for key in ("error", "actions"):
            assert (key in documented) == (key in shared), f"{file.stem}: {key}"


def test_documented_kinds_exist() -> None:
    known = {kind.value for kind in ErrorKind}
    for module, entries in SOURCE.modules.items():
        kinds = SOURCE.kinds(entries["error"])
        assert set(kinds) <= known, module
        assert len(kinds) == len(set(kinds)), module


@pytest.mark.parametrize("file", PLUGINS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_each_value_has_a_sample_of_its_type(file: Path) -> None:
    documented = return_blocks.documented(file)
    problems = {path: problem for path, value in values_of(documented) if (problem := problem_of(value))}
    assert problems == {}


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({"type": "str", "sample": "x"}, None),
        ({"type": "dict", "contains": {"a": {}}}, None),
        ({"type": "str"}, "no sample"),
        ({"type": "str", "sample": 1}, "not a str"),
        ({"type": "int", "sample": True}, "not a int"),
        ({"type": "list", "elements": "str", "sample": [1]}, "not a list of str"),
        ({"type": "str", "sample": None, "description": "A name."}, "null"),
    ],
)
def test_a_wrong_sample_is_found(value: dict[str, Any], problem: str | None) -> None:
    found = problem_of(value)
    assert re.search(problem, found or "") if problem else found is None


def test_a_difference_is_found() -> None:
    file = return_blocks.MODULES / "bitrise_app_info.py"
    text = file.read_text(encoding="utf-8")
    changed = text.replace("HTTP status of the response.", "HTTP status.")
    assert changed != text
    assert return_blocks.updated("bitrise_app_info", changed, SOURCE) == text
