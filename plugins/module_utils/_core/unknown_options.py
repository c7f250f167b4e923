# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reject options that do not exist, and suggest the closest names. ansible-core only lists all options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .closest_name import closest_option, without_value
from .errors import OptionError

_MOST_SHOWN = 5


@dataclass(frozen=True)
class _Unknown:
    where: str  # such as "apps, entry 2: "
    name: str
    known: tuple[str, ...]

    def __str__(self) -> str:
        name, shown, more = without_value(self.name)
        closest = closest_option(name, self.known)
        if closest:
            advice = f"; did you mean {closest}?"
        else:
            advice = f"; allowed are {', '.join(self.known)}." if self.where else "."
        return f"{self.where}{shown} is not an option here{advice}{more}"


def reject_unknown_options(arguments: Mapping[str, Any], spec: Mapping[str, Any], module: str) -> None:
    """Raise OptionError for names that the argument specification of the module does not contain.

    The message contains no values, because a misspelt option may hold a secret, and no name that contains the value of
    a secret option of the task.
    """
    secrets = {
        value
        for name, value in arguments.items()
        if (spec.get(name) or {}).get("no_log") and isinstance(value, str) and value
    }
    found = [
        replace(one, name="********") if any(secret in one.name for secret in secrets) else one
        for one in _unknown(arguments, spec, "")
    ]
    if found:
        more = len(found) - _MOST_SHOWN
        text = " ".join(map(str, found[:_MOST_SHOWN]))
        if more > 0:
            text += f" {more} more {'name is not an option' if more == 1 else 'names are not options'}."
        raise OptionError(f"{text} For a list of all options, run: ansible-doc mobileops.ci.{module}")


def _unknown(arguments: Mapping[str, Any], spec: Mapping[str, Any], where: str) -> Iterator[_Unknown]:
    for name, value in arguments.items():
        option = spec.get(name) or _by_alias(spec).get(name)
        inner = option.get("options") if option else None
        if option is None:
            if not str(name).startswith("_ansible_"):
                yield _Unknown(where, str(name), (*spec, *_by_alias(spec)))
        elif inner and isinstance(value, Mapping):
            yield from _unknown(value, inner, f"{where}{name}: ")
        elif inner and isinstance(value, (list, tuple)):
            for number, item in enumerate(value, 1):
                if isinstance(item, Mapping):
                    yield from _unknown(item, inner, f"{where}{name}, entry {number}: ")


def _by_alias(spec: Mapping[str, Any]) -> dict[str, Any]:
    return {alias: option for option in spec.values() for alias in option.get("aliases") or ()}
