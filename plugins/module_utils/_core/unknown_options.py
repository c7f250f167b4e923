# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reject options that do not exist, and suggest the closest names. ansible-core only lists all options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .closest_name import closest_name
from .errors import OptionError

_MOST_SHOWN = 5


def reject_unknown_options(arguments: Mapping[str, Any], spec: Mapping[str, Any], module: str) -> None:
    """Raise OptionError for names that the argument specification of the module does not contain, at every level.

    The message contains no values, because a misspelt option may hold a secret.
    """
    found = list(dict.fromkeys(_unknown(arguments, spec, "")))
    if found:
        more = f" There are {len(found) - _MOST_SHOWN} more." if len(found) > _MOST_SHOWN else ""
        text = " ".join(found[:_MOST_SHOWN])
        raise OptionError(f"{text}{more} For a list of all options, run: ansible-doc mobileops.ci.{module}")


def _unknown(arguments: Mapping[str, Any], spec: Mapping[str, Any], where: str) -> Iterator[str]:
    described = {alias: option for name, option in spec.items() for alias in (name, *(option.get("aliases") or ()))}
    for name, value in arguments.items():
        inner = described.get(name, {}).get("options")
        if name not in described and not str(name).startswith("_ansible_"):
            closest = closest_name(str(name), described)
            yield f"{where}{name} is not an option here{f'; did you mean {closest}?' if closest else '.'}"
        elif inner and isinstance(value, Mapping):
            yield from _unknown(value, inner, f"{name}: ")
        elif inner and isinstance(value, (list, tuple)):
            for number, item in enumerate(value, 1):
                if isinstance(item, Mapping):
                    yield from _unknown(item, inner, f"{name}, entry {number}: ")
