# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Option groups of every phonegap_* module."""

from __future__ import annotations

from .._core.environment import environment_fallback
from .._core.option_groups import RUN, TRANSPORT, OptionGroup

# Options of every module. The account's password is not among them, because phonegap_key has a `password` of its own.
CONNECTION = OptionGroup(
    {
        "api_url": {"type": "str", "required": True, "fallback": (environment_fallback, ["PHONEGAP_API_URL"])},
        "api_token": {"type": "str", "no_log": True, "fallback": (environment_fallback, ["PHONEGAP_TOKEN"])},
        "username": {"type": "str", "fallback": (environment_fallback, ["PHONEGAP_USERNAME"])},
    },
    required_one_of=(("api_token", "username"),),
)
_PASSWORD = {"type": "str", "no_log": True, "fallback": (environment_fallback, ["PHONEGAP_PASSWORD"])}
LOGIN = OptionGroup({"password": {**_PASSWORD, "aliases": ["login_password"]}})
LOGIN_OF_KEY = OptionGroup({"login_password": _PASSWORD})

PHONEGAP = CONNECTION + LOGIN + TRANSPORT + RUN
PHONEGAP_KEY = CONNECTION + LOGIN_OF_KEY + TRANSPORT + RUN

STATE = OptionGroup({"state": {"type": "str", "choices": ["present", "absent"], "default": "present"}})
APP_ID = OptionGroup({"app_id": {"type": "int", "required": True}})
KEY_PLATFORMS = ("ios", "android", "blackberry", "winphone", "windows")
