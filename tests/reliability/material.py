# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Genuine signing files, made once: two generations of an identity and of the profiles that embed it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

from tests.signing_files import Authority, IdentityKind, ProfileType, Team, pkcs12_keystore

PASSWORD = "open sesame"
TEAM = Team("A1B2C3D4E5", "Acme Ltd")
OTHER_TEAM = Team("Z9Y8X7W6V5", "Other Ltd")
# Files of a fixture are this old unless it says otherwise; what was made later cannot be what they hold.
MADE_DAYS_AGO = 2


@dataclass(frozen=True)
class Material:
    """A certificate with its key, the profiles that embed it, and a keystore."""

    certificate: bytes
    profile: bytes
    second_profile: bytes
    keystore: bytes
    profile_of_others: bytes


@cache
def _authority() -> Authority:
    return Authority.create()


@cache
def material(generation: int) -> Material:
    authority = _authority()
    made = authority.clock - dt.timedelta(days=MADE_DAYS_AGO, minutes=-generation)
    identity = authority.identity(IdentityKind.DISTRIBUTION, TEAM, not_before=made, elliptic=True)

    def profile(bundle: str, team: Team = TEAM) -> bytes:
        return authority.profile(
            name=f"{bundle} {generation}",
            type=ProfileType.APP_STORE,
            bundle_id=bundle,
            identities=[identity],
            team=team,
            created_at=made,
        ).content

    return Material(
        identity.pkcs12(PASSWORD),
        profile("com.acme.shop"),
        profile("com.acme.watch"),
        pkcs12_keystore([authority.android_key("release", elliptic=True)], PASSWORD),
        profile("com.other.shop", OTHER_TEAM),
    )
