# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option `keys` of an app: the signing key of each platform, and the passwords that unlock it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._core.errors import OptionError, RejectedError
from .._core.option_groups import OptionGroup
from .apps_and_keys import Key
from .phonegap_options import KEY_PLATFORMS

# The passwords that unlock a key, by platform. The service forgets a key's passwords after a while.
PASSWORDS: dict[str, tuple[str, ...]] = {
    "ios": ("password",),
    "android": ("key_pw", "keystore_pw"),
    "blackberry": ("password",),
    "winphone": (),
    "windows": ("password",),
}


def _choice(platform: str) -> dict[str, Any]:
    passwords: dict[str, Any] = {name: {"type": "str", "no_log": True} for name in PASSWORDS[platform]}
    return {"type": "dict", "options": {"id": {"type": "int", "required": True}, **passwords}}


KEYS = OptionGroup(
    {"keys": {"type": "dict", "no_log": False, "options": {name: _choice(name) for name in KEY_PLATFORMS}}}
)


def normalize(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments with dicts in place of plain ids of keys."""
    keys = arguments.get("keys")
    if isinstance(keys, str):
        keys = _parsed(keys)
    if keys is None:
        return dict(arguments)
    if not isinstance(keys, Mapping):
        raise OptionError("keys must be a dictionary of platforms.")
    return {**arguments, "keys": {platform: _long(choice) for platform, choice in keys.items()}}


def _long(choice: Any) -> Any:
    given = choice if isinstance(choice, Mapping) else {"id": choice}
    # A key that check mode would create has no id yet. Older ansible-core converts that to an empty text.
    return None if given.get("id", 0) in (None, "") else given


def _parsed(text: str) -> Any:
    """Parse a text that a template made of a dictionary. ansible-core would accept k=v, too, and split it at spaces."""
    try:
        return json.loads(text)
    except ValueError:
        raise OptionError("keys must be a dictionary of platforms, got text.") from None


@dataclass(frozen=True)
class Choice:
    """The key that an app uses on a platform."""

    platform: str
    id: int
    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def in_request(self) -> Any:
        """Return the id of the key, or an object with id and passwords, which unlocks it."""
        return {"id": self.id, **self.passwords} if self.passwords else self.id


def choices_of(options: Mapping[str, Any]) -> tuple[Choice, ...]:
    """Return the declared keys."""
    found = []
    for platform, choice in (options["keys"] or {}).items():
        if choice is None:
            continue
        given = {name: choice[name] for name in PASSWORDS[platform] if choice.get(name)}
        if given and len(given) < len(PASSWORDS[platform]):
            raise OptionError(f"keys.{platform}: {' and '.join(PASSWORDS[platform])} must be set together.")
        found.append(Choice(platform, choice["id"], given))
    return tuple(found)


def check_choice(choice: Choice, known: Iterable[Key]) -> Key:
    """Return a newly chosen key. Raise RejectedError if it does not exist or would stay locked."""
    same_platform = [key for key in known if key.platform == choice.platform]
    key = next((key for key in same_platform if key.id == choice.id), None)
    if key is None:
        there = ", ".join(f"{key.id} ({key.title})" for key in same_platform) or "none"
        raise RejectedError(
            f"keys.{choice.platform}: this account has no {choice.platform} key {choice.id}. It has: {there}.",
            kind="not_found",
        )
    if key.locked and not choice.passwords:
        raise RejectedError(
            f"keys.{choice.platform}: the {key.label} is locked, and the service refuses locked keys. Set "
            f"{how_to_unlock(choice.platform)}, or first unlock it with mobileops.ci.phonegap_key, locked=false and "
            f"{' and '.join(PASSWORDS[choice.platform])}.",
            kind="locked_key",
        )
    return key


def how_to_unlock(platform: str) -> str:
    """Return the names of the suboptions for the passwords."""
    return " and ".join(f"keys.{platform}.{name}" for name in PASSWORDS[platform])
