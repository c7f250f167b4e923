# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment variables for a build: normalize and check public and secret ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..._core.errors import OptionError
from ..._core.option_groups import OptionGroup
from ..._core.text_values import require_text

PUBLIC, SECRET = "environments", "secret_environments"
# Only secret values are no_log, because ansible-core removes such a value from all output, even within a word. A value
# such as "1" would make the results useless.
SHORTEST_SECRET = 4
# Options whose values are part of the result. Later tasks use them.
_IN_RESULT = (
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

    Raise OptionError for a value that is not text, and for a secret that cannot be redacted. ansible-core would convert
    the former silently, and would remove the latter from the error message.
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
    """Parse JSON, which ansible-playbook -e can pass. The messages do not quote it, because it may contain secrets."""
    if given.lstrip()[:1] not in ("{", "["):
        raise OptionError(f"{option} must be a list of dictionaries with key and value, or a dictionary, got a text.")
    try:
        return json.loads(given)
    except ValueError:
        raise OptionError(f"{option} is not valid JSON.") from None


def _check_secrets(arguments: Mapping[str, Any]) -> None:
    """Raise OptionError for a secret whose removal would make the results useless."""
    public = {arguments[name]: name for name in _IN_RESULT if isinstance(arguments.get(name), str)}
    public.update({str(entry.get("value")): PUBLIC for entry in arguments.get(PUBLIC) or ()})
    for entry in arguments.get(SECRET) or ():
        key, secret = entry.get("key"), entry.get("value")
        if not secret:
            continue
        if len(secret) < SHORTEST_SECRET:
            raise OptionError(
                f"{SECRET}: the value of {key} must have at least {SHORTEST_SECRET} characters. ansible-core would "
                f"remove a shorter one from every word of the result. Use {PUBLIC} for values that are not secret."
            )
        if secret in public:
            raise OptionError(
                f"{SECRET}: the value of {key} is also that of {public[secret]}, which ansible-core would remove from "
                f"the result. Use {PUBLIC} for values that are not secret."
            )


def variables_of(options: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the lists of variables in the request. Raise OptionError for a key that is empty or used twice."""
    _check_secrets(options)
    public = [dict(entry) for entry in options[PUBLIC]]
    secret = [dict(entry) for entry in options[SECRET]]
    keys = [entry["key"] for entry in (*public, *secret)]
    for key in keys:
        if not key or keys.count(key) > 1:
            raise OptionError(f"{PUBLIC}: the key {key!r} is used twice." if key else f"{PUBLIC}: a key is empty.")
    lists = (
        {PUBLIC: public + secret}
        if options["secret_environments_as"] == PUBLIC
        else {PUBLIC: public, "secrets": secret}
    )
    return {name: entries for name, entries in lists.items() if entries}
