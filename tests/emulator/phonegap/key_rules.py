# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules for signing keys: required parts, unlocking, and checking passwords."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tests.emulator.inspection import opens_pkcs12

from .model import DEVELOPER, Key

_JKS_MAGIC = bytes.fromhex("feedfeed")
_PKCS7_DATA = bytes.fromhex("06092a864886f70d010701")


class Storage(Protocol):
    """The part of a storage that builds and keys need."""

    async def read(self, key: str) -> bytes | None:
        """Return the stored bytes, or None."""

    async def put(self, key: str, body: bytes) -> None:
        """Store bytes."""

    async def delete(self, key: str) -> None:
        """Delete stored bytes."""


@dataclass(frozen=True)
class KeyKind:
    """The files, texts and passwords of a key of one platform."""

    files: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    passwords: tuple[str, ...] = ("password",)


KEY_KINDS = {
    "ios": KeyKind(("cert", "profile")),
    "android": KeyKind(("keystore",), ("alias",), ("key_pw", "keystore_pw")),
    "blackberry": KeyKind(("db", "csk")),
    "winphone": KeyKind(texts=("publisher_id",), passwords=()),
    "windows": KeyKind(("keystore",)),
}

# The file that a password protects, and the name of that password, by platform.
_PROTECTED_BY = {
    "ios": ("cert", "password"),
    "android": ("keystore", "keystore_pw"),
    "windows": ("keystore", "password"),
}

_WRONG_PASSWORD = {
    "ios": "ios signing certificate could not be opened, or password was incorrect",
    "android": "Keystore was tampered with, or password was incorrect",
    "windows": "windows signing key could not be opened, or password was incorrect",
}


def unlock(key: Key, passwords: Mapping[str, str | None], now: float) -> bool:
    """Store the passwords for a limited time if all are given. Return whether they are. They are not verified."""
    given = {name: value for name in KEY_KINDS[key.platform].passwords if (value := passwords.get(name))}
    if not given or len(given) < len(KEY_KINDS[key.platform].passwords):
        return False
    key.passwords = given
    key.unlocked_until = now + key.lifetime_s
    return True


def lock(key: Key) -> None:
    """Remove the passwords."""
    key.passwords = {}
    key.unlocked_until = 0.0


def record_use(key: Key, now: float) -> None:
    """Record the use of the key by a build, which renews the unlock."""
    key.last_used = now
    if key.has_lock:
        key.unlocked_until = max(key.unlocked_until, now + key.lifetime_s)


async def password_error(key: Key, storage: Storage) -> str | None:
    """Return the error of a build if the password does not open the key file.

    Only PKCS#12 and JKS files are checked.
    """
    if key.platform not in _PROTECTED_BY:
        return None
    name, password = _PROTECTED_BY[key.platform]
    body = await storage.read(key.files[name]) if name in key.files else None
    if body is None or password not in key.passwords or _opens(body, key.passwords[password]):
        return None
    return _WRONG_PASSWORD[key.platform]


def _opens(body: bytes, password: str) -> bool:
    if body[:4] == _JKS_MAGIC:
        salted = password.encode("utf-16-be") + b"Mighty Aphrodite" + body[:-20]
        return hashlib.sha1(salted, usedforsecurity=False).digest() == body[-20:]
    if body[:1] == b"\x30" and _PKCS7_DATA in body[:64]:
        return opens_pkcs12(body, password)
    return True


def role_of_profile(profile: bytes) -> str:
    """Return `distribution` for a provisioning profile that forbids debugging, else `developer`."""
    _head, found, rest = profile.partition(b"<key>get-task-allow</key>")
    return "distribution" if found and rest.lstrip().startswith(b"<false") else DEVELOPER
