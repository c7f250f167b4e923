# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan the actions that bring a signing key to its declaration. Pure: no network, no file, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from .._core.errors import OptionError, RejectedError
from .._core.plan import Action, Plan
from .apps_and_keys import Key
from .chosen_keys import PASSWORDS
from .local import NamedFile

# The parts of a key: options with files, and options with text.
FILES = {"ios": ("cert", "profile"), "android": ("keystore",), "blackberry": ("db", "csk"), "windows": ("keystore",)}
TEXTS = {"android": ("alias",), "winphone": ("publisher_id",)}
# The fields of the service with these parts, by option.
_SERVICE_FIELDS = {"cert": "cert_name", "profile": "provision", "alias": "alias"}


@dataclass(frozen=True)
class DesiredKey:
    """The declared key. None for options that the task omits."""

    platform: str
    title: str | None
    texts: Mapping[str, str]
    files: Mapping[str, NamedFile]
    passwords: Mapping[str, str] = field(repr=False)
    locked: bool | None = None


@dataclass(frozen=True)
class KeyAction(Action):
    """A change of one key."""

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
    files: Mapping[str, NamedFile]
    passwords: Mapping[str, str] = field(repr=False)

    def more(self) -> dict[str, Any]:
        return {"files": {option: named.shown() for option, named in self.files.items()}, "locked": self.key.locked}


@dataclass(frozen=True)
class UpdateKey(KeyAction):
    """Change the title."""

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
    return Plan() if key is None else Plan((DeleteKey(key),), {"key": _diff_fields(key)}, {})


def plan_present(key: Key | None, desired: DesiredKey) -> tuple[Plan, Key]:
    """Return the plan, and the key after it. Raise RejectedError or OptionError for impossible declarations."""
    if desired.locked is not None and not PASSWORDS[desired.platform]:
        raise OptionError(f"locked is not an option of a key for {desired.platform}, which has no password.")
    return _created(desired) if key is None else _changed(key, desired)


def _created(desired: DesiredKey) -> tuple[Plan, Key]:
    platform = desired.platform
    if not desired.title:
        raise OptionError("title is required to create a key.")
    there = {*desired.texts, *desired.files}
    missing = [name for name in (*FILES.get(platform, ()), *TEXTS.get(platform, ())) if name not in there]
    if missing:
        raise OptionError(
            f"{', '.join(missing)} must be set to create {platform} key {desired.title}, which does not exist."
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
    return Plan((action,), {}, {"key": _diff_fields(key, desired.files)}), key


def _changed(key: Key, desired: DesiredKey) -> tuple[Plan, Key]:
    _reject_other_parts(key, desired)
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
    return Plan(tuple(actions), {"key": _diff_fields(key)}, {"key": _diff_fields(after)}), after


def _require_passwords(desired: DesiredKey) -> None:
    needed = PASSWORDS[desired.platform]
    missing = [name for name in needed if not desired.passwords.get(name)]
    if missing:
        raise OptionError(
            f"locked=false requires {' and '.join(needed)} for {desired.platform}. {missing[0]} is missing."
        )


def _reject_other_parts(key: Key, desired: DesiredKey) -> None:
    declared = {**desired.texts, **{option: named.name for option, named in desired.files.items()}}
    for option, service_field in _SERVICE_FIELDS.items():
        there = getattr(key, service_field)
        if option in declared and there is not None and there != declared[option]:
            raise RejectedError(
                f"{option}: the {key.label} was created with {there}, not with {declared[option]}, and the service "
                "cannot replace the parts of a key. Create a key with another title and choose it in the apps. Or "
                "delete this key (state=absent) and create it again, so that its apps have no key meanwhile.",
                kind="immutable",
            )


def _diff_fields(key: Key, files: Mapping[str, NamedFile] | None = None) -> dict[str, Any]:
    """Return the key as a diff shows it."""
    shown = {name: getattr(key, name) for name in ("platform", "title", "locked", "alias", "cert_name", "provision")}
    return {**shown, "files": {option: named.shown() for option, named in files.items()}} if files else shown
