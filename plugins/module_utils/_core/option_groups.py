# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Option groups: the parts of argument specifications and their rules.

Each group is defined once here or beside its subject, and once as a documentation fragment of the same name. A unit
test compares the two.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .errors import OptionError

_HALF_OF_PAIR = re.compile("[\ud800-\udc7f\udd00-\udfff]")

RULES = ("mutually_exclusive", "required_together", "required_one_of", "required_if")


@dataclass(frozen=True)
class OptionGroup:
    """A part of an argument specification, with its rules."""

    argument_spec: dict[str, dict[str, Any]]
    mutually_exclusive: tuple[tuple[str, ...], ...] = ()
    required_together: tuple[tuple[str, ...], ...] = ()
    required_one_of: tuple[tuple[str, ...], ...] = ()
    required_if: tuple[tuple[Any, ...], ...] = ()
    # Functions that convert the validated options of a task to the form that run() expects. They raise OptionError.
    refine: tuple[Callable[[dict[str, Any]], None], ...] = ()

    def __add__(self, other: OptionGroup) -> OptionGroup:
        twice = set(self.argument_spec) & set(other.argument_spec)
        if twice:
            raise ValueError(f"declared in two option groups: {', '.join(sorted(twice))}")
        rules = {rule: getattr(self, rule) + getattr(other, rule) for rule in RULES}
        return OptionGroup({**self.argument_spec, **other.argument_spec}, refine=self.refine + other.refine, **rules)

    @property
    def rules(self) -> dict[str, Any]:
        return {rule: [list(entry) for entry in getattr(self, rule)] for rule in RULES if getattr(self, rule)}

    def check_required(self, options: Mapping[str, Any]) -> None:
        """Raise OptionError for a required option that is null or an empty text, which ansible-core accepts."""
        for name, described in self.argument_spec.items():
            if described.get("required") and _is_empty(options.get(name)):
                raise OptionError(f"{name} is required and must not be empty.")
        for names in self.required_one_of:
            if all(options.get(name) is None for name in names):
                raise OptionError(f"One of {', '.join(names)} is required, and must not be null.")
        for condition, value, names in self.required_if:
            for name in names:
                if options.get(condition) == value and _is_empty(options.get(name)):
                    raise OptionError(f"{name} is required with {condition}={value}, and must not be empty.")
        for names in self.required_together:
            given = [name for name in names if not _is_empty(options.get(name))]
            for name in names:
                if given and name not in given:
                    raise OptionError(f"{name} is required with {given[0]}, and must not be empty.")

    @property
    def secrets(self) -> tuple[str, ...]:
        return tuple(name for name, option in self.argument_spec.items() if option.get("no_log"))


def _is_empty(value: Any) -> bool:
    return value is None or value == ""


# In which process a task runs. Only the action plugin reads this option.
RUN = OptionGroup({"run_in": {"type": "str", "choices": ["auto", "controller", "target"], "default": "auto"}})

DEFAULT_TIMEOUT_S = 30.0
DEFAULT_MAX_RETRIES = 5
DEFAULT_TIME_LIMIT_S = 14_400.0
# Options for the requests of every service.
TRANSPORT = OptionGroup(
    {
        "validate_certs": {"type": "bool", "default": True},
        "ca_path": {"type": "path"},
        "timeout": {"type": "float", "default": DEFAULT_TIMEOUT_S},
        "max_retries": {"type": "int", "default": DEFAULT_MAX_RETRIES},
        "time_limit": {"type": "float", "default": DEFAULT_TIME_LIMIT_S},
    }
)

# Number of requests that a task sends at the same time.
CONCURRENCY = OptionGroup({"concurrency": {"type": "int", "default": 16}})


def reject_empty(options: Mapping[str, Any], *names: str) -> None:
    """Raise OptionError for an empty text: usually a variable that is not set. As a filter it would match all."""
    for name in names:
        if options.get(name) == "":
            raise OptionError(f"{name} must not be empty. Omit the option instead.")


def reject_unusable(value: Any, where: str = "") -> None:
    """Raise OptionError for numbers that are infinite or NaN, and for text with halves of surrogate pairs.

    Such numbers make ansible-core fail with a traceback, and neither services nor disks accept such text. Bytes that
    are not UTF-8 are represented by halves, too (PEP 383). Those are accepted, because file names may contain them.
    """
    if isinstance(value, float) and not math.isfinite(value):
        raise OptionError(f"{where} must be a finite number, got {value}.")
    if isinstance(value, str) and _HALF_OF_PAIR.search(value):
        raise OptionError(f"{where} contains half of a surrogate pair, which is not a character.")
    if isinstance(value, Mapping):
        for name, item in value.items():
            reject_unusable(name, f"a name in {where or 'the task'}")
            reject_unusable(item, f"{where}.{name}".lstrip("."))
    elif isinstance(value, (list, tuple)):
        for number, item in enumerate(value, 1):
            reject_unusable(item, f"{where}, entry {number}")


def with_entries(arguments: Mapping[str, Any], option: str, key: str, expected: str) -> dict[str, Any]:
    """Return the arguments with this option as a list of dicts, as its specification describes it.

    Users may also write text with commas (-e apps=...), a single dict, or a list in which a text stands for a dict
    that has only `key`. Raise OptionError for any other element, because ansible-core would repeat the element in its
    message. `expected` completes "entry 1 is neither ...".
    """
    result = dict(arguments)
    entries = result.get(option)
    if isinstance(entries, str):
        entries = [text.strip() for text in entries.split(",")]
    elif isinstance(entries, Mapping):
        entries = [entries]
    if isinstance(entries, (list, tuple)):
        result[option] = [_as_entry(entry, number, option, key, expected) for number, entry in enumerate(entries, 1)]
    return result


def _as_entry(entry: Any, number: int, option: str, key: str, expected: str) -> dict[str, Any]:
    if isinstance(entry, str):
        return {key: entry}
    if not isinstance(entry, Mapping):
        hint = " Put it into quotes." if isinstance(entry, (int, float)) else ""
        raise OptionError(f"{option}: entry {number} is neither {expected}.{hint}")
    return dict(entry)
