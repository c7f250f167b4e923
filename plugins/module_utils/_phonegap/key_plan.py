# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a signing key as declared and as it is to the actions in between. Pure: no network, no file, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from .._core.errors import OptionError, RefusedError
from .._core.plan import Action, Plan
from .chosen_keys import PASSWORDS
from .local import Named
from .model import Key

# What a key is made of: options with files, and options with text.
FILES = {"ios": ("cert", "profile"), "android": ("keystore",), "blackberry": ("db", "csk"), "windows": ("keystore",)}
TEXTS = {"android": ("alias",), "winphone": ("publisher_id",)}
# What the service tells of it, by option.
_TOLD = {"cert": "cert_name", "profile": "provision", "alias": "alias"}


@dataclass(frozen=True)
class DesiredKey:
    """What the task declares; None where it says nothing."""

    platform: str
    title: str | None
    texts: Mapping[str, str]
    files: Mapping[str, Named]
    passwords: Mapping[str, str] = field(repr=False)
    locked: bool | None = None


@dataclass(frozen=True)
class KeyAction(Action):
    """Something done to one key."""

    key: Key

    def as_dict(self) -> dict[str, Any]:
        number = None if self.key.id is None else str(self.key.id)
        identity = {"kind": "key", "app_slug": None, "slug": number, "name": self.key.title}
        return {"action": self.action, **identity, "platform": self.key.platform, **self.more()}

    def more(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True)
class CreateKey(KeyAction):
    action: ClassVar[str] = "create"
    texts: Mapping[str, str]
    files: Mapping[str, Named]
    passwords: Mapping[str, str] = field(repr=False)

    def more(self) -> dict[str, Any]:
        return {"files": {option: named.shown() for option, named in self.files.items()}, "locked": self.key.locked}


@dataclass(frozen=True)
class UpdateKey(KeyAction):
    """Call it something else."""

    action: ClassVar[str] = "update"
    title: str

    def more(self) -> dict[str, Any]:
        return {"changes": {"title": self.title}}


@dataclass(frozen=True)
class UnlockKey(KeyAction):
    action: ClassVar[str] = "unlock"
    passwords: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class LockKey(KeyAction):
    action: ClassVar[str] = "lock"


@dataclass(frozen=True)
class DeleteKey(KeyAction):
    action: ClassVar[str] = "delete"


def plan_absent(key: Key | None) -> Plan:
    return Plan() if key is None else Plan((DeleteKey(key),), {"key": _words(key)}, {})


def plan_present(key: Key | None, desired: DesiredKey) -> tuple[Plan, Key]:
    """The plan, and the key once it is carried out. Raises RefusedError or OptionError for what cannot be had."""
    if desired.locked is not None and not PASSWORDS[desired.platform]:
        raise OptionError(f"locked: a key for {desired.platform} has no password, so there is nothing to lock.")
    return _created(desired) if key is None else _changed(key, desired)


def _created(desired: DesiredKey) -> tuple[Plan, Key]:
    platform = desired.platform
    if not desired.title:
        raise OptionError("title: a key that is not there yet needs a title to be created.")
    there = {*desired.texts, *desired.files}
    missing = [name for name in (*FILES.get(platform, ()), *TEXTS.get(platform, ())) if name not in there]
    if missing:
        raise OptionError(
            f"{', '.join(missing)}: there is no {platform} key {desired.title}, and it takes this to create it."
        )
    passwords = {} if desired.locked else desired.passwords
    if desired.locked is False:
        _require_passwords(desired)
    key = Key(
        id=None,
        platform=platform,
        title=desired.title,
        default=False,
        locked=not passwords if PASSWORDS[platform] else None,
        alias=desired.texts.get("alias"),
        cert_name=desired.files["cert"].name if "cert" in desired.files else None,
        provision=desired.files["profile"].name if "profile" in desired.files else None,
    )
    action = CreateKey(key, desired.texts, desired.files, passwords)
    return Plan((action,), {}, {"key": _words(key, desired.files)}), key


def _changed(key: Key, desired: DesiredKey) -> tuple[Plan, Key]:
    _refuse_other_material(key, desired)
    actions: list[Action] = []
    after = key
    if desired.title is not None and desired.title != key.title:
        actions.append(UpdateKey(key, desired.title))
        after = replace(after, title=desired.title)
    if desired.locked is False and key.locked:
        _require_passwords(desired)
        actions.append(UnlockKey(key, desired.passwords))
        after = replace(after, locked=False)
    if desired.locked is True and key.locked is False:
        actions.append(LockKey(key))
        after = replace(after, locked=True)
    return Plan(tuple(actions), {"key": _words(key)}, {"key": _words(after)}), after


def _require_passwords(desired: DesiredKey) -> None:
    needed = PASSWORDS[desired.platform]
    missing = [name for name in needed if not desired.passwords.get(name)]
    if missing:
        raise OptionError(
            f"locked: false takes {' and '.join(needed)} for {desired.platform}; {missing[0]} is missing."
        )


def _refuse_other_material(key: Key, desired: DesiredKey) -> None:
    declared = {**desired.texts, **{option: named.name for option, named in desired.files.items()}}
    for option, told in _TOLD.items():
        there = getattr(key, told)
        if option in declared and there is not None and there != declared[option]:
            raise RefusedError(
                f"{option}: the {key.label} was made with {there}, not with {declared[option]}, and the service cannot "
                "replace what a key is made of. Create one with another title and let the apps use it; or delete this "
                "one (state=absent), then create it anew: apps that use it have none in between.",
                kind="immutable",
            )


def _words(key: Key, files: Mapping[str, Named] | None = None) -> dict[str, Any]:
    """What a diff shows."""
    shown = {name: getattr(key, name) for name in ("platform", "title", "locked", "alias", "cert_name", "provision")}
    return {**shown, "files": {option: named.shown() for option, named in files.items()}} if files else shown
