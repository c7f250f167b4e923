# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option `keys` of an app: which signing key it uses on which platform, and what unlocks them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._core.errors import OptionError, RefusedError
from .._core.option_groups import OptionGroup
from .model import Key
from .options import KEY_PLATFORMS

# What unlocks a key, by platform; the service knows a key's passwords for a while only.
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
    """The short form of a choice, a mere number, in the long one."""
    keys = arguments.get("keys")
    if isinstance(keys, str):
        keys = _parsed(keys)
    if keys is None:
        return dict(arguments)
    if not isinstance(keys, Mapping):
        raise OptionError("keys: this is not a dictionary of platforms.")
    return {**arguments, "keys": {platform: _long(choice) for platform, choice in keys.items()}}


def _long(choice: Any) -> Any:
    given = choice if isinstance(choice, Mapping) else {"id": choice}
    # A key that check mode would create has no number yet. Older ansible-core makes an empty text of that.
    return None if given.get("id", 0) in (None, "") else given


def _parsed(text: str) -> Any:
    """Text that a template has made of a dictionary. ansible-core would take k=v too, and split it at spaces."""
    try:
        return json.loads(text)
    except ValueError:
        raise OptionError("keys: this is text; give a dictionary of platforms.") from None


@dataclass(frozen=True)
class Choice:
    """The key that an app is to use on a platform."""

    platform: str
    id: int
    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def in_request(self) -> Any:
        """A number; with passwords an object, which unlocks the key on the way."""
        return {"id": self.id, **self.passwords} if self.passwords else self.id


def choices_of(options: Mapping[str, Any]) -> tuple[Choice, ...]:
    """What the option declares."""
    found = []
    for platform, choice in (options["keys"] or {}).items():
        if choice is None:
            continue
        given = {name: choice[name] for name in PASSWORDS[platform] if choice.get(name)}
        if given and len(given) < len(PASSWORDS[platform]):
            raise OptionError(f"keys.{platform}: {' and '.join(PASSWORDS[platform])} are of use together only.")
        found.append(Choice(platform, choice["id"], given))
    return tuple(found)


def check_choice(choice: Choice, known: Iterable[Key]) -> Key:
    """The key that is newly chosen. Raises RefusedError for one that is not there, or that stays locked."""
    same_platform = [key for key in known if key.platform == choice.platform]
    key = next((key for key in same_platform if key.id == choice.id), None)
    if key is None:
        there = ", ".join(f"{key.id} ({key.title})" for key in same_platform) or "none"
        raise RefusedError(
            f"keys.{choice.platform}: this account has no {choice.platform} key {choice.id}. It has: {there}.",
            kind="not_found",
        )
    if key.locked and not choice.passwords:
        raise RefusedError(
            f"keys.{choice.platform}: the {key.label} is locked, and the service lets nobody choose a locked key. Give "
            f"{how_to_unlock(choice.platform)} with it, or unlock it before: mobileops.ci.phonegap_key with "
            f"locked=false and {' and '.join(PASSWORDS[choice.platform])}.",
            kind="locked_key",
        )
    return key


def how_to_unlock(platform: str) -> str:
    """The suboptions that hold the passwords."""
    return " and ".join(f"keys.{platform}.{name}" for name in PASSWORDS[platform])
