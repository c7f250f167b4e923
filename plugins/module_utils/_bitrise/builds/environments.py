# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment variables that a build is started with: those that anybody may see, and secret ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._errors import OptionError
from ansible_collections.mobileops.ci.plugins.module_utils._options import OptionGroup

# Only the second option is no_log: ansible-core then takes each value out of everything that is shown, as a part of
# words too. For a value such as "1" or "main" that would make the results useless.
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


def refuse_text(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as they are, unless secrets are plain text instead of a dictionary.

    ansible-core would split it at spaces and =, lose quotation marks, and show what has no = as a name.
    """
    secrets = arguments.get("secret_environments")
    if isinstance(secrets, str) and not secrets.lstrip().startswith("{"):
        raise OptionError("secret_environments: this is text; give a dictionary of names and values.")
    return dict(arguments)


def environments_of(options: dict[str, Any]) -> list[dict[str, Any]]:
    """Both, in the service's form. Secret values are taken as they are: no $ in them is expanded.

    Makes text of secret values that are numbers; raises OptionError for what is no text at all.
    """
    found = [dict(entry) for entry in options["environments"]]
    secrets = options["secret_environments"]
    for key, value in secrets.items():
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise OptionError(f"secret_environments: the value of {key} is not text; put it in quotation marks.")
        secrets[key] = str(value)
        found.append({"key": str(key), "value": secrets[key], "is_expand": False})
    keys = [entry["key"] for entry in found]
    for key in keys:
        if not key or keys.count(key) > 1:
            raise OptionError(f"environments: the key {key!r} is there twice." if key else "environments: empty key.")
    return found
