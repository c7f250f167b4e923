# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a certificate, its successor in base64, and a profile in the folder that is named; the password is `secret`."""

from __future__ import annotations

import base64
import sys
from pathlib import Path

# Run from the folder of the collection.
sys.path.insert(0, str(Path.cwd()))

from tests.signing_files import Authority, IdentityKind, ProfileType, Team


def main(folder: Path) -> None:
    authority = Authority.create()
    team = Team("A1B2C3D4E5", "Acme Ltd")
    identities = [authority.identity(IdentityKind.DISTRIBUTION, team) for _number in range(2)]
    profile = authority.profile(
        name="Acme", type=ProfileType.APP_STORE, bundle_id="com.example.acme", identities=identities, team=team
    )
    (folder / "distribution.p12").write_bytes(identities[0].pkcs12("secret"))
    (folder / "renewed.b64").write_bytes(base64.b64encode(identities[1].pkcs12("secret")))
    (folder / "acme.mobileprovision").write_bytes(profile.content)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
