# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write signing files to rehearse with. Each run renews certificate and profiles. No store accepts any of them."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from . import Authority, IdentityKind, JavaKey, ProfileType, Team, jks_keystore

TEAM = Team("A1B2C3D4E5", "Acme Ltd")
KEYSTORE = "release.jks"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.signing_files", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder to write distribution.p12, release.jks and profiles to")
    parser.add_argument("profiles", nargs="*", metavar="NAME", help="write NAME.mobileprovision, an App Store profile")
    parser.add_argument("--password", default="rehearsal", help="password of the files (default: %(default)s)")
    parser.add_argument(
        "--days",
        type=float,
        default=365,
        help="days until the files expire, negative if they have expired (default: %(default)s)",
    )
    given = parser.parse_args(arguments)
    given.folder.mkdir(parents=True, exist_ok=True)
    for name, content in make(given.profiles, given.password, given.days).items():
        path = given.folder / name
        if name == KEYSTORE and path.exists():  # the Android key of an app never changes
            continue
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        print(path)
    return 0


def make(profiles: Sequence[str], password: str, days: float = 365) -> dict[str, bytes]:
    """Return a certificate, profiles that embed it, and a keystore with the alias release, by file name.

    Negative days make files that have expired.
    """
    now = dt.datetime.now(dt.UTC)
    # Also expired files were valid for a while, and their authority at that time.
    authority = Authority.create(now + dt.timedelta(days=min(days - 1, 0)))
    end = now.replace(microsecond=0) + dt.timedelta(days=days)
    identity = authority.identity(IdentityKind.DISTRIBUTION, TEAM, not_after=end)
    key = JavaKey.of(authority.android_key("release", not_after=end), password)
    files = {"distribution.p12": identity.pkcs12(password), KEYSTORE: jks_keystore([key], password)}
    for name in profiles:
        profile = authority.profile(
            name=name,
            type=ProfileType.APP_STORE,
            bundle_id=f"com.acme.{name.replace('_', '')}",
            identities=[identity],
            team=TEAM,
            expires_at=end,
        )
        files[f"{name}.mobileprovision"] = profile.content
    return files


if __name__ == "__main__":
    sys.exit(main())
