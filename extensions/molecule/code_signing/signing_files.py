# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes real signing files for the scenario: signing_files.py FOLDER PASSWORD NAME..."""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.signing_files import Authority, IdentityKind, ProfileType, Team


def make(folder: Path, password: str, names: list[str]) -> None:
    """Write a certificate, a profile for each name, and made.json with the digests and contents."""
    folder.mkdir(parents=True, exist_ok=True)
    authority = Authority.create()
    team = Team("A1B2C3D4E5", "Acme Ltd")
    identity = authority.identity(IdentityKind.DISTRIBUTION, team)
    made = {"distribution.p12": identity.pkcs12(password)}
    for name in names:
        profile = authority.profile(
            name=name,
            type=ProfileType.APP_STORE,
            bundle_id=f"com.acme.{name.replace(' ', '').lower()}",
            identities=[identity],
            team=team,
        )
        made[f"{name}.mobileprovision"] = profile.content
    for file, content in made.items():
        (folder / file).write_bytes(content)
    summary = {
        file: {"sha256": hashlib.sha256(content).hexdigest(), "base64": base64.b64encode(content).decode()}
        for file, content in made.items()
    }
    (folder / "made.json").write_text(json.dumps(summary), encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
