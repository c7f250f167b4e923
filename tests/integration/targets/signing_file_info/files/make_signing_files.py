# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes signing files in the folder that is named; their password is `secret`, that of the vault `a-vault-password`."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

from ansible.parsing.vault import VaultLib, VaultSecret

# Run from the folder of the collection.
sys.path.insert(0, str(Path.cwd()))

from tests.signing_files import Authority, IdentityKind, ProfileType, Team


def main(folder: Path) -> None:
    authority = Authority.create()
    team = Team("A1B2C3D4E5", "Acme Ltd")
    identity = authority.identity(IdentityKind.DISTRIBUTION, team)
    begin = authority.clock - dt.timedelta(days=400)
    expired = authority.profile(
        name="Old", type=ProfileType.AD_HOC, bundle_id="*", identities=[identity], team=team, created_at=begin
    )
    profile = authority.profile(
        name="Acme", type=ProfileType.APP_STORE, bundle_id="com.example.acme", identities=[identity], team=team
    )
    (folder / "distribution.p12").write_bytes(identity.pkcs12("secret"))
    (folder / "acme.mobileprovision").write_bytes(profile.content)
    (folder / "old.mobileprovision").write_bytes(expired.content)
    (folder / "upload.keystore").write_bytes(authority.android_key("upload").pkcs12("secret"))
    vault = VaultLib([("default", VaultSecret(b"a-vault-password"))])
    (folder / "vaulted.p12").write_bytes(vault.encrypt(identity.pkcs12("secret")))
    (folder / "vault_password").write_text("a-vault-password\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
