# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Genuine signing files of every kind, created once for all tests."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspect import inspect_file
from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspection import Inspection
from tests.signing_files import (
    AndroidKey,
    Authority,
    Identity,
    IdentityKind,
    Pkcs12Encryption,
    ProfileType,
    Team,
    merged,
    pkcs12_keystore,
)

NOW = dt.datetime(2026, 5, 4, 12, 30, 15, tzinfo=dt.UTC)
A_DAY = dt.timedelta(days=1)
TEAM = Team("A1B2C3D4E5", "Acme Ltd")
BUNDLE = "com.acme.shop"
PASSWORD = "correct horse ä €"
DEVICES = [f"{number:08d}-{number:016X}" for number in range(300)]


@cache
def authority() -> Authority:
    return Authority.create(NOW)


@cache
def identity(kind: IdentityKind = IdentityKind.DISTRIBUTION, *, elliptic: bool = False) -> Identity:
    return authority().identity(kind, TEAM, elliptic=elliptic)


@cache
def expired_identity() -> Identity:
    return authority().identity(
        IdentityKind.DISTRIBUTION, TEAM, not_before=NOW - 400 * A_DAY, not_after=NOW - 35 * A_DAY, elliptic=True
    )


@cache
def android_key(alias: str = "upload", *, elliptic: bool = True) -> AndroidKey:
    return authority().android_key(alias, elliptic=elliptic)


def profile_properties(profile_type: ProfileType = ProfileType.AD_HOC, **changes: Any) -> dict[str, Any]:
    given = {
        "name": "Acme Shop",
        "bundle_id": BUNDLE,
        "identities": [identity()],
        "devices": DEVICES if profile_type.lists_devices else [],
        **changes,
    }
    return dict(authority().profile(type=profile_type, team=TEAM, **given).properties)


def profile(profile_type: ProfileType = ProfileType.AD_HOC, **changes: Any) -> bytes:
    return authority().sign_profile(profile_properties(profile_type, **changes)).content


@dataclass(frozen=True)
class Sample:
    """A file with all that opens it."""

    data: bytes = field(repr=False)
    password: str | None = None
    alias: str | None = None
    private_key_password: str | None = None

    def inspected(self, data: bytes | None = None, expected: str | None = None) -> Inspection:
        return inspect_file(
            self.data if data is None else data,
            expected=expected,
            password=self.password,
            alias=self.alias,
            private_key_password=self.private_key_password,
            now=NOW,
        )


@cache
def samples() -> dict[str, Sample]:
    """Return one sample of each kind, with elliptic curves where the kind of key does not matter, to save time."""
    curve = identity(elliptic=True)
    sign = authority().sign_profile
    keystore = pkcs12_keystore([android_key(), android_key("other")], PASSWORD)
    return {
        "profile": Sample(profile()),
        "profile, streamed": Sample(sign(profile_properties(), streamed=True).content),
        "profile, SHA-1": Sample(sign(profile_properties(ProfileType.APP_STORE), digest="sha1").content),
        "profile, enterprise": Sample(profile(ProfileType.ENTERPRISE)),
        "identity, RSA": Sample(identity().pkcs12(PASSWORD), PASSWORD),
        "identity": Sample(curve.pkcs12(PASSWORD), PASSWORD),
        "identity, modern": Sample(curve.pkcs12(PASSWORD, encryption=Pkcs12Encryption.MODERN), PASSWORD),
        "identity, no password": Sample(curve.pkcs12(None)),
        "identities": Sample(merged([curve.pkcs12(PASSWORD), expired_identity().pkcs12(PASSWORD)], PASSWORD), PASSWORD),
        "keystore": Sample(keystore, PASSWORD, "other", PASSWORD),
    }
