# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""phonegap_app_info, phonegap_key_info and phonegap_user_info: read apps, keys and the account."""

from __future__ import annotations

from typing import Any

from .._core.fields import number, text
from .._core.option_groups import OptionGroup, reject_empty
from .._task.module_spec import ModuleSpec, Outcome, TaskContext
from .app_module import find_app
from .apps_and_keys import App, Key
from .client import PhoneGapClient
from .phonegap_options import KEY_PLATFORMS, PHONEGAP

APP_FILTER = OptionGroup({"id": {"type": "int"}, "title": {"type": "str"}}, mutually_exclusive=(("id", "title"),))
KEY_FILTER = OptionGroup(
    {
        "platform": {"type": "str", "choices": list(KEY_PLATFORMS)},
        "id": {"type": "int"},
        "title": {"type": "str"},
    },
    mutually_exclusive=(("id", "title"),),
)


def _run_apps(options: dict[str, Any], client: PhoneGapClient, _context: TaskContext) -> Outcome:
    reject_empty(options, "title")
    if options["id"] is not None:
        return Outcome({"apps": [App.from_service(client.app(options["id"])).as_result()]})
    selected = [app for app in client.apps() if options["title"] in (None, app.get("title"))]
    # The list has neither keys nor collaborators. An app may be deleted between the list and its own request.
    found = [find_app(client, app["id"]) for app in selected]
    return Outcome({"apps": [app.as_result() for app in found if app is not None]})


def _run_keys(options: dict[str, Any], client: PhoneGapClient, _context: TaskContext) -> Outcome:
    reject_empty(options, "title")
    if options["id"] is not None and options["platform"] is not None:
        return Outcome({"signing_keys": [Key.from_service(client.key(options["platform"], options["id"])).as_result()]})
    keys = (Key.from_service(key) for key in client.signing_keys(options["platform"]))
    return Outcome(
        {
            "signing_keys": [
                key.as_result()
                for key in keys
                if options["title"] in (None, key.title) and options["id"] in (None, key.id)
            ]
        }
    )


def _run_user(_options: dict[str, Any], client: PhoneGapClient, _context: TaskContext) -> Outcome:
    me = client.me()
    groups = me.get("keys")
    user = {
        "id": me["id"],
        "username": text(me.get("username")),
        "email": text(me.get("email")),
        "apps": [
            {"id": number(app.get("id")), "title": text(app.get("title")), "role": text(app.get("role"))}
            for app in _all(me.get("apps"))
        ],
        "signing_keys": [
            {"id": number(key.get("id")), "platform": platform, "title": text(key.get("title"))}
            for platform, group in (groups.items() if isinstance(groups, dict) else ())
            for key in _all(group)
        ],
    }
    return Outcome({"user": user})


def _all(group: Any) -> list[dict[str, Any]]:
    found = group.get("all") if isinstance(group, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


APP_INFO = ModuleSpec("phonegap_app_info", PHONEGAP + APP_FILTER, PhoneGapClient.from_options, _run_apps)
KEY_INFO = ModuleSpec("phonegap_key_info", PHONEGAP + KEY_FILTER, PhoneGapClient.from_options, _run_keys)
USER_INFO = ModuleSpec("phonegap_user_info", PHONEGAP, PhoneGapClient.from_options, _run_user)
