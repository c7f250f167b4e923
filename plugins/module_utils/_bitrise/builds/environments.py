# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment variables that a build is started with: public and secret ones, in one form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..._core.errors import OptionError
from ..._core.option_groups import OptionGroup
from ..._core.text_values import require_text

PUBLIC, SECRET = "environments", "secret_environments"
# Only secret values are no_log: ansible-core then removes each value from everything that it shows, also where it is a
# part of a word. A value such as "1" would make the results useless.
SHORTEST_SECRET = 4
# What results show and later tasks use.
_SHOWN = (
    "app_slug",
    "branch",
    "tag",
    "commit_hash",
    "workflow",
    "pipeline",
    "commit_message",
    "stack",
    "machine_type_id",
)


def _list_of_variables(*, secret: bool) -> dict[str, Any]:
    value = {"type": "str", "required": True}
    return {
        "type": "list",
        "elements": "dict",
        "default": [],
        "no_log": False,
        "options": {
            "key": {"type": "str", "required": True, "no_log": False},
            "value": {**value, "no_log": True} if secret else value,
            "is_expand": {"type": "bool", "default": not secret},
        },
    }


ENVIRONMENTS = OptionGroup(
    {
        PUBLIC: _list_of_variables(secret=False),
        SECRET: _list_of_variables(secret=True),
        "secret_environments_as": {
            "type": "str",
            "choices": ["secrets", "environments"],
            "default": "secrets",
            "no_log": False,
        },
    }
)


def with_variables(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments with both options as lists of dicts with key and value.

    Raises OptionError for a value that is not text, and for a secret that cannot be hidden. ansible-core would convert
    the one silently, and would remove the other from the message, too.
    """
    result = dict(arguments)
    for option in (PUBLIC, SECRET):
        if result.get(option) is not None:
            result[option] = _as_list(option, result[option])
    _check_secrets(result)
    return result


def _as_list(option: str, given: Any) -> list[Any]:
    secret = option == SECRET
    if isinstance(given, str):
        given = _from_json(option, given)
    if isinstance(given, Mapping):
        given = [{"key": key, "value": value} for key, value in given.items()]
    if not isinstance(given, (list, tuple)):
        raise OptionError(f"{option} must be a list of dictionaries with key and value, or one dictionary of names.")
    found = []
    for number, entry in enumerate(given, 1):
        if not isinstance(entry, Mapping):
            raise OptionError(f"{option}: entry {number} must be a dictionary with key and value.")
        checked = dict(entry)
        if "key" in entry:
            checked["key"] = require_text(f"{option}: the name in entry {number}", entry["key"], secret=secret)
        if "value" in entry:
            name = entry.get("key", "an unnamed variable")
            what = f"{option}: the value of {name} (entry {number})"
            checked["value"] = require_text(what, entry["value"], secret=secret)
        found.append(checked)
    return found


def _from_json(option: str, given: str) -> Any:
    """Return what the text stands for, as with -e. The messages do not quote it."""
    if given.lstrip()[:1] not in ("{", "["):
        raise OptionError(f"{option}: this is text. Use a list of dictionaries with key and value, or a dictionary.")
    try:
        return json.loads(given)
    except ValueError:
        raise OptionError(f"{option}: this text is not valid JSON.") from None


def _check_secrets(arguments: Mapping[str, Any]) -> None:
    """Raise OptionError for a value that cannot be removed from the results without making them useless."""
    shown = {arguments[name]: name for name in _SHOWN if isinstance(arguments.get(name), str)}
    shown.update({str(entry.get("value")): PUBLIC for entry in arguments.get(PUBLIC) or ()})
    for entry in arguments.get(SECRET) or ():
        key, secret = entry.get("key"), entry.get("value")
        if not secret:
            continue
        if len(secret) < SHORTEST_SECRET:
            raise OptionError(
                f"{SECRET}: the value of {key} is too short to be hidden: it would be removed from every word of the "
                f"result. A secret must have at least {SHORTEST_SECRET} characters. Use {PUBLIC} for other values."
            )
        if secret in shown:
            raise OptionError(
                f"{SECRET}: the value of {key} is also that of {shown[secret]}, which is public and would be removed "
                f"from the result. Use {PUBLIC} for values that are not secret."
            )


def variables_of(options: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the lists of variables in the request. Raises OptionError for a key that is empty or used twice."""
    _check_secrets(options)
    public = [dict(entry) for entry in options[PUBLIC]]
    secret = [dict(entry) for entry in options[SECRET]]
    keys = [entry["key"] for entry in (*public, *secret)]
    for key in keys:
        if not key or keys.count(key) > 1:
            raise OptionError(f"{PUBLIC}: the key {key!r} is there twice." if key else f"{PUBLIC}: empty key.")
    lists = (
        {PUBLIC: public + secret}
        if options["secret_environments_as"] == PUBLIC
        else {PUBLIC: public, "secrets": secret}
    )
    return {name: entries for name, entries in lists.items() if entries}
