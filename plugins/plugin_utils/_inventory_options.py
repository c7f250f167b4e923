# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validate the options in an inventory file.

ansible-core ignores options that do not exist, reads any word that it does not know as false, and reports other wrong
values in long messages that may contain a secret.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean

from ..module_utils._core.closest_name import did_you_mean, without_value
from ..module_utils._core.errors import OptionError

_KEYED_GROUP_KEYS = ("key", "prefix", "separator", "parent_group", "default_value", "trailing_separator")


def check_options(plugin: str, config: Mapping[Any, Any], definitions: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise OptionError for the first unknown option or wrong value, given the plugin's option definitions."""
    for name, value in config.items():
        if name not in definitions:
            bare, shown, advice = without_value(str(name))
            hint = did_you_mean(bare, definitions) or f" To list all options, run: ansible-doc -t inventory {plugin}"
            raise OptionError(f"Unknown option {shown}.{hint}{advice}")
        if value is not None:
            _check_type(name, value, definitions[name].get("type", "str"))
            _check_choices(name, value, definitions[name].get("choices"))
    for number, entry in enumerate(config.get("keyed_groups") or (), 1):
        _check_keyed_group(number, entry)


def _check_type(name: str, value: Any, expected: str) -> None:
    # Only values that cannot be secrets are quoted: no option of these types is one.
    if expected in ("dict", "list"):
        accepted = isinstance(value, Mapping) if expected == "dict" else not isinstance(value, Mapping)
        if not accepted:
            raise OptionError(f"{name} must be a {'dictionary' if expected == 'dict' else 'list'}.")
    elif isinstance(value, (Mapping, list, tuple)):
        raise OptionError(
            f"{name} must be a single value, not a {'dictionary' if isinstance(value, Mapping) else 'list'}."
        )
    elif expected in _CONVERTERS:
        convert, description = _CONVERTERS[expected]
        try:
            convert(value)
        except (TypeError, ValueError):
            raise OptionError(f"{name} must be {description}, got {str(value)!r}.") from None


_CONVERTERS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "bool": (boolean, "true or false"),
    "int": (lambda value: int(str(value)), "a whole number"),
    "integer": (lambda value: int(str(value)), "a whole number"),
    "float": (float, "a number"),
}


def _check_choices(name: str, value: Any, choices: Any) -> None:
    if not choices:
        return
    values = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else [value]
    for chosen in (str(part).strip() for part in values):
        if chosen not in choices:
            allowed = ", ".join(map(str, choices))
            raise OptionError(f"{name} must be one of {allowed}, got {chosen!r}.{did_you_mean(chosen, choices)}")


def _check_keyed_group(number: int, entry: Any) -> None:
    if not isinstance(entry, Mapping) or not entry.get("key"):
        raise OptionError(f"keyed_groups: entry {number} must be a dictionary with the key 'key'.")
    for name in map(str, entry):
        if name not in _KEYED_GROUP_KEYS:
            bare, shown, advice = without_value(name)
            hint = did_you_mean(bare, _KEYED_GROUP_KEYS) or f" Allowed keys: {', '.join(_KEYED_GROUP_KEYS)}."
            raise OptionError(f"keyed_groups: entry {number} has the unknown key '{shown}'.{hint}{advice}")
