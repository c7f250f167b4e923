# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare results with the RETURN block of their module."""

from __future__ import annotations

from typing import Any

from .documentation import documentation

# Keys of ansible-core, which no module documents.
COMMON = {"changed", "diff", "warnings", "failed", "msg"}
TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "bool": (bool,),
    "dict": (dict,),
    "list": (list,),
    "float": (float, int),
}


def check(where: str, description: dict[str, Any], values: list[Any], seen: set[str]) -> None:
    """Check that each value has the documented type, and add the keys that it has to `seen`."""
    for value in values:
        if value is None:
            continue
        assert isinstance(value, TYPES[description["type"]]), where
        if description["type"] == "list":
            check(where, {**description, "type": description["elements"]}, value, seen)
        elif description["type"] == "dict" and "contains" in description:
            check_keys(where, description["contains"], value, seen)


def check_keys(where: str, described: dict[str, Any], result: dict[str, Any], seen: set[str]) -> None:
    for key, value in result.items():
        assert key in described, f"{where}.{key} is not documented"
        seen.add(f"{where}.{key}")
        check(f"{where}.{key}", described[key], [value], seen)


def every_key(where: str, described: dict[str, Any]) -> set[str]:
    found = set()
    for key, description in described.items():
        found |= {f"{where}.{key}", *every_key(f"{where}.{key}", description.get("contains", {}))}
    return found


def check_results(module: str, *results: dict[str, Any]) -> None:
    described = documentation()[module]["return"]
    seen: set[str] = set()
    for result in results:
        check_keys(module, described, {key: value for key, value in result.items() if key not in COMMON}, seen)
    assert every_key(module, described) - seen == set(), "documented, but in no result"


def check_actions(module: str, *results: dict[str, Any]) -> None:
    """Check that each action has every documented key; keys that do not apply are null."""
    described = documentation()[module]["return"]["actions"]["contains"]
    actions = [action for result in results for action in result.get("actions", [])]
    assert actions
    assert [sorted(action) for action in actions] == [sorted(described)] * len(actions)
