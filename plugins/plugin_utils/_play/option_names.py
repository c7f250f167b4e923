# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors about options of modules, in the words of a user who sets variables of a role."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...module_utils._core.errors import Kind

Json = dict[str, Any]

# In messages of reject_unknown_options. Such names come from module_defaults, where variables are no options.
_UNKNOWN = " is not an option here"


def with_variables(result: Json, variables: Mapping[str, str]) -> Json:
    """Return the result of a module whose errors of the kind option name variables. `variables`: by option."""
    if not variables:
        return result
    renamed = dict(result)
    if (result.get("error") or {}).get("kind") == Kind.OPTION and result.get("msg"):
        renamed["msg"] = _renamed(str(result["msg"]), variables)
    apps = result.get("apps")
    if isinstance(apps, Mapping):
        renamed["apps"] = {slug: _app(app, variables) for slug, app in apps.items()}
    return renamed


def _app(app: Json, variables: Mapping[str, str]) -> Json:
    error = app.get("error") or {}
    if error.get("kind") != Kind.OPTION:
        return app
    return {**app, "error": {**error, "msg": _renamed(str(error.get("msg")), variables)}}


def _renamed(text: str, variables: Mapping[str, str]) -> str:
    """Replace options by variables. An option that is also a common word is one only at the start, or after "Set"."""
    if _UNKNOWN in text:
        return text
    names = sorted(variables, key=len, reverse=True)
    anywhere = "|".join(re.escape(name) for name in names if "_" in name) or r"(?!)"
    at_start = "|".join(map(re.escape, names))
    pattern = (
        rf"(?<![\w.=/-])(?:{anywhere})(?![\w-]|\.\w)|(?:(?<=^)|(?<=: )|(?<=\. )|(?<=Set ))(?:{at_start})(?=[ :=,])"
    )
    return re.sub(pattern, lambda found: variables[found[0]], text)
