# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors about options of modules, in the words of a user who sets variables of a role."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...module_utils._core.errors import CiError, ErrorKind

Json = dict[str, Any]

# In messages of reject_unknown_options. Such names come from module_defaults, where variables are no options.
_UNKNOWN = " is not an option here"
_MISSING = "missing required arguments: "
# Kinds of errors about something else than an option, whose advice names options.
_WITH_ADVICE = frozenset(
    {
        ErrorKind.UNAUTHORIZED,
        ErrorKind.NOT_FOUND,
        ErrorKind.DNS,
        ErrorKind.CONNECTION,
        ErrorKind.PROXY,
        ErrorKind.TLS,
        ErrorKind.TIMEOUT,
        ErrorKind.RATE_LIMITED,
        ErrorKind.TIME_LIMIT,
        ErrorKind.REDIRECT,
        ErrorKind.INVALID_RESPONSE,
        ErrorKind.MAX_PURGE,
        ErrorKind.MAX_PURGE_TOTAL,
        ErrorKind.MAX_ARTIFACTS,
    }
)


def with_variables(result: Json, variables: Mapping[str, str]) -> Json:
    """Return the result of a module whose errors name variables instead of options. `variables`: by option."""
    if not variables:
        return result
    renamed = dict(result)
    text = str(result.get("msg") or "")
    if text.startswith(_MISSING) and " found in " not in text:
        # The validation of ansible-core, whose errors have no kind.
        text = _missing(text.removeprefix(_MISSING), variables)
        return {**renamed, "msg": text, "error": CiError(text, kind=ErrorKind.OPTION).as_dict()}
    if text:
        renamed["msg"] = _renamed(text, (result.get("error") or {}).get("kind"), variables)
    apps = result.get("apps")
    if isinstance(apps, Mapping):
        renamed["apps"] = {slug: _app(app, variables) for slug, app in apps.items()}
    return renamed


def _missing(names: str, variables: Mapping[str, str]) -> str:
    missing = [variables.get(name, name) for name in names.split(", ")]
    if missing == [variables.get("api_token")]:
        return f"The API token is missing. Set {missing[0]}, or BITRISE_API_TOKEN in the environment."
    return f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} required."


def _app(app: Json, variables: Mapping[str, str]) -> Json:
    error = app.get("error") or {}
    if not error.get("msg"):
        return app
    return {**app, "error": {**error, "msg": _renamed(str(error["msg"]), error.get("kind"), variables)}}


def _renamed(text: str, kind: str | None, variables: Mapping[str, str]) -> str:
    """Replace options by variables. An option that is also a common word is one only at the start, or after "Set"."""
    if _UNKNOWN in text or (kind != ErrorKind.OPTION and kind not in _WITH_ADVICE):
        return text
    names = sorted(variables, key=len, reverse=True)
    anywhere = "|".join(re.escape(name) for name in names if "_" in name) or r"(?!)"
    at_start = "|".join(map(re.escape, names))
    starts = r"(?<=Set )|(?<=Raise )" + (r"|(?<=^)|(?<=: )|(?<=\. )" if kind == ErrorKind.OPTION else "")
    pattern = rf"(?<![\w.=/-])(?:{anywhere})(?![\w-]|\.\w)|(?:{starts})(?:{at_start})(?=[ :=,])"
    return re.sub(pattern, lambda found: variables[found[0]], text)
