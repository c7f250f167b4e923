# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real signing files for tests, demo and emulator: PKCS#12 identities, CMS-signed profiles, Android keystores.

    authority = Authority.create()
    team = Team("A1B2C3D4E5", "Acme Ltd")
    identity = authority.identity(IdentityKind.DISTRIBUTION, team)
    profile = authority.profile(
        name="Acme Shop", type=ProfileType.APP_STORE, bundle_id="com.acme.shop", identities=[identity], team=team
    )
    pathlib.Path("dist.p12").write_bytes(identity.pkcs12("secret"))
    pathlib.Path("shop.mobileprovision").write_bytes(profile.content)

The certificates do not chain to Apple. Each process creates its own authority, with "emulated" in its name.
"""

from __future__ import annotations

from .authority import Authority
from .identity import Identity, IdentityKind, Pkcs12Encryption
from .keystore import AndroidKey, JavaKey, bks_keystore, jceks_keystore, jks_keystore, pkcs12_keystore
from .odd import OddCertificate
from .pkcs12 import merged
from .profile import ProfileType, ProvisioningProfile, Team

__all__ = [
    "AndroidKey",
    "Authority",
    "Identity",
    "IdentityKind",
    "JavaKey",
    "OddCertificate",
    "Pkcs12Encryption",
    "ProfileType",
    "ProvisioningProfile",
    "Team",
    "bks_keystore",
    "jceks_keystore",
    "jks_keystore",
    "merged",
    "pkcs12_keystore",
]
