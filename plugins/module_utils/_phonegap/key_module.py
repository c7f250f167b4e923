# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""phonegap_key: a signing key of the account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core.errors import (
    CiError,
    OptionError,
    ServiceError,
    UnclearOutcomeError,
)
from .._core.option_groups import OptionGroup, reject_empty
from .._core.plan import Plan
from .._task.module_spec import ModuleSpec, Outcome, TaskContext
from .apps_and_keys import Key, only_one
from .chosen_keys import PASSWORDS
from .client import PhoneGapClient, has_number
from .key_plan import (
    FILES,
    TEXTS,
    CreateKey,
    DeleteKey,
    DesiredKey,
    KeyAction,
    LockKey,
    UnlockKey,
    UpdateKey,
    plan_absent,
    plan_present,
)
from .key_verify import VERIFY, verify_key
from .local import read_named
from .phonegap_options import KEY_PLATFORMS, PHONEGAP_KEY, STATE

_FILE_OPTIONS = ("cert", "profile", "keystore", "db", "csk")
_PASSWORD_OPTIONS = ("password", "key_pw", "keystore_pw")
KEY = (
    OptionGroup(
        {
            "platform": {"type": "str", "required": True, "choices": list(KEY_PLATFORMS)},
            "id": {"type": "int"},
            "title": {"type": "str"},
            "cert": {"type": "path"},
            "profile": {"type": "path"},
            "keystore": {"type": "path", "no_log": False},
            "alias": {"type": "str"},
            "db": {"type": "path"},
            "csk": {"type": "path"},
            "publisher_id": {"type": "str"},
            "password": {"type": "str", "no_log": True},
            "key_pw": {"type": "str", "no_log": True},
            "keystore_pw": {"type": "str", "no_log": True},
            "locked": {"type": "bool"},
        },
        required_together=(("key_pw", "keystore_pw"),),
        required_one_of=(("id", "title"),),
    )
    + VERIFY
)


def run_key(options: dict[str, Any], client: PhoneGapClient, context: TaskContext) -> Outcome:
    reject_empty(options, "title", "alias", "publisher_id", *_FILE_OPTIONS)
    client.hide(*(options[name] for name in _PASSWORD_OPTIONS))
    platform = options["platform"]
    present = options["state"] == "present"
    desired = _desired(options, context) if present else None
    key = _find(client, platform, options["id"], options["title"])
    warnings: tuple[str, ...] = ()
    if desired is None:
        plan, after = plan_absent(key), None
    else:
        if key is None and options["id"] is not None:
            raise ServiceError(
                f"id: this account has no {platform} key {options['id']}. To create a key, omit id. The service "
                "assigns it.",
                kind="not_found",
            )
        plan, after = plan_present(key, desired)
        warnings = verify_key(plan, desired, options["verify"])
    if plan.changed and not context.check_mode:
        for number, action in enumerate(plan.actions):
            try:
                after = _apply(client, action)
            except CiError as error:
                if not number:
                    raise
                return Outcome({}, Plan(plan.actions[:number]), warnings, error)
    return Outcome({"key": after.as_result() if after else None}, plan, warnings)


def _desired(options: Mapping[str, Any], context: TaskContext) -> DesiredKey:
    platform = options["platform"]
    for option in (*_FILE_OPTIONS, "alias", "publisher_id", *_PASSWORD_OPTIONS):
        takes = (*FILES.get(platform, ()), *TEXTS.get(platform, ()), *PASSWORDS[platform])
        if options[option] is not None and option not in takes:
            raise OptionError(f"{option} is not an option of a key for {platform}. Use {', '.join(takes)}.")
    return DesiredKey(
        platform=platform,
        title=options["title"],
        texts={name: options[name] for name in TEXTS.get(platform, ()) if options[name] is not None},
        files={
            name: read_named(name, options[name], context)
            for name in FILES.get(platform, ())
            if options[name] is not None
        },
        passwords={name: options[name] for name in PASSWORDS[platform] if options[name]},
        locked=options["locked"],
    )


def _find(client: PhoneGapClient, platform: str, number: int | None, title: str | None) -> Key | None:
    keys = client.signing_keys(platform)
    if number is not None:
        found = next((key for key in keys if key["id"] == number), None)
    else:
        of_that_title = (key for key in keys if key.get("title") == title)
        found = only_one(of_that_title, f"{platform} keys with the title {title}")  # type: ignore[assignment]
    return Key.from_service(found) if found else None


def _apply(client: PhoneGapClient, action: Any) -> Key | None:
    """Apply one action. Return the key after it, or None if it was deleted."""
    if not isinstance(action, KeyAction):
        raise TypeError(f"{action} is not about a key")
    key = action.key
    if isinstance(action, CreateKey):
        return _create(client, action)
    number = int(key.id or 0)
    if isinstance(action, DeleteKey):
        client.delete_key(key.platform, number)
        return None
    data: Mapping[str, Any] = {}
    what = ""
    if isinstance(action, UnlockKey):
        data, what = action.passwords, f"unlock the {key.label}"
    elif isinstance(action, LockKey):
        data, what = {"lock": True}, f"lock the {key.label}"
    elif isinstance(action, UpdateKey):
        data, what = {"title": action.title}, f"set the title of the {key.label}"
    response = client.update_key(key.platform, number, data, what)
    # If the response is not a key, the list has its state.
    changed = Key.from_service(response) if has_number(response) else _find(client, key.platform, number, None)
    if changed is None:
        raise CiError(f"Could not {what}: the account does not list the key any more.", kind="no_effect")
    _check(action, changed, what)
    return changed


def _check(action: KeyAction, changed: Key, what: str) -> None:
    """Raise CiError if the service accepted the request but did not change the key. Each run would repeat it."""
    name, expected = "title", getattr(action, "title", None)
    if isinstance(action, (UnlockKey, LockKey)):
        name, expected = "locked", isinstance(action, LockKey)
    if getattr(changed, name) != expected:
        raise CiError(
            f"Could not {what}: the service accepted the request, but {name} is still {getattr(changed, name)}.",
            kind="no_effect",
        )


def _create(client: PhoneGapClient, action: CreateKey) -> Key:
    """Create the key once. After an unclear outcome, the list of keys shows whether it exists."""
    key = action.key
    data = {"title": key.title, **action.texts, **action.passwords}
    files = {option: named.part for option, named in action.files.items()}
    try:
        response: Mapping[str, Any] = client.create_key(key.platform, data, files)
        if not has_number(response):
            problem = f"Could not create {key.label}: the response does not contain a key."
            raise UnclearOutcomeError(ServiceError(problem, kind="invalid_response", method="POST"))
    except UnclearOutcomeError as error:
        found = _find(client, key.platform, None, key.title)  # no key had this title before
        if found is None:
            error.notes.append("The key was not created. The list of keys does not contain it.")
            raise
        return found
    return Key.from_service(response)


KEY_MODULE = ModuleSpec(
    "phonegap_key", PHONEGAP_KEY + STATE + KEY, PhoneGapClient.from_key_options, run_key, files=_FILE_OPTIONS
)
