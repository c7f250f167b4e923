# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment variables that a build is started with: those that anybody may see, and secret ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.validation import check_type_dict

from ansible_collections.mobileops.ci.plugins.module_utils._errors import OptionError
from ansible_collections.mobileops.ci.plugins.module_utils._options import OptionGroup

# Only the second option is no_log: ansible-core then takes each value out of everything that is shown, as a part of
# words too. A value such as "1" would make the results useless.
SHORTEST_SECRET = 4
# What results show and later tasks go by.
_SHOWN = ("app_slug", "branch", "tag", "commit_hash", "workflow", "commit_message", "stack", "machine_type_id")

ENVIRONMENTS = OptionGroup(
    {
        "environments": {
            "type": "list",
            "elements": "dict",
            "default": [],
            "options": {
                "key": {"type": "str", "required": True, "no_log": False},
                "value": {"type": "str", "required": True},
                "is_expand": {"type": "bool", "default": True},
            },
        },
        "secret_environments": {"type": "dict", "default": {}, "no_log": True},
    }
)


def refuse_unfit_secrets(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as they are, unless the secrets are plain text instead of a dictionary, or cannot be hidden.

    ansible-core would split text at spaces and =, lose quotation marks, and show what has no = as a name. And once it
    has validated the options it takes the values out of messages too, even the one that tells why they are refused.
    """
    secrets = arguments.get("secret_environments")
    if isinstance(secrets, str):
        if not secrets.lstrip().startswith("{"):
            raise OptionError("secret_environments: this is text; give a dictionary of names and values.")
        try:
            secrets = check_type_dict(secrets)
        except TypeError:  # ansible-core tells so, without the text
            secrets = None
    if isinstance(secrets, Mapping):
        _check_secrets(secrets, arguments)
    return dict(arguments)


def _check_secrets(secrets: Mapping[Any, Any], arguments: Mapping[str, Any]) -> None:
    """Raises OptionError for a value that cannot be taken out of the results without spoiling them."""
    shown = {str(arguments[name]): name for name in _SHOWN if arguments.get(name) is not None}
    others = arguments.get("environments")
    for entry in others if isinstance(others, list) else []:
        if isinstance(entry, Mapping):
            shown[str(entry.get("value"))] = "environments"
    for key, value in secrets.items():
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise OptionError(f"secret_environments: the value of {key} is not text; put it in quotation marks.")
        secret = str(value)
        if not secret:
            continue
        if len(secret) < SHORTEST_SECRET:
            raise OptionError(
                f"secret_environments: the value of {key} is too short to be hidden: it would be taken out of every "
                f"word of the result. A secret has at least {SHORTEST_SECRET} characters; what is none belongs in "
                "environments."
            )
        if secret in shown:
            raise OptionError(
                f"secret_environments: the value of {key} is that of {shown[secret]} too, which is no secret and would "
                "be taken out of the result. What is no secret belongs in environments."
            )


def environments_of(options: dict[str, Any]) -> list[dict[str, Any]]:
    """Both, in the service's form. Secret values are taken as they are: no $ in them is expanded.

    Makes text of secret values that are numbers; raises OptionError for what is no text at all, or cannot be hidden.
    """
    found = [dict(entry) for entry in options["environments"]]
    secrets = options["secret_environments"]
    _check_secrets(secrets, options)
    for key, value in secrets.items():
        secrets[key] = str(value)
        found.append({"key": str(key), "value": secrets[key], "is_expand": False})
    keys = [entry["key"] for entry in found]
    for key in keys:
        if not key or keys.count(key) > 1:
            raise OptionError(f"environments: the key {key!r} is there twice." if key else "environments: empty key.")
    return found
