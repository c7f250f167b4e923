# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Profiles, read back by OpenSSL, which verifies the signature, and by cryptography's PKCS#7 loader."""

from __future__ import annotations

import pathlib
import plistlib
import shutil
import subprocess
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.signing_files import Authority, Identity, ProfileType, ProvisioningProfile, Team

BUNDLE = "com.acme.shop"


@pytest.fixture(scope="session", params=list(ProfileType), ids=lambda type_: type_.value)
def profile(
    request: pytest.FixtureRequest, authority: Authority, identity: Identity, team: Team
) -> ProvisioningProfile:
    return authority.profile(name="Acme Shop", type=request.param, bundle_id=BUNDLE, identities=[identity], team=team)


def signed_content(profile: ProvisioningProfile, authority: Authority, directory: pathlib.Path) -> dict[str, Any]:
    """Return the property list as a verifying reader gets it. Without openssl it is cut out of the signed data."""
    openssl = shutil.which("openssl")
    if openssl is None:
        begin, end = profile.content.index(b"<?xml"), profile.content.index(b"</plist>") + len(b"</plist>")
        return dict(plistlib.loads(profile.content[begin:end]))
    root = directory / "authorities.pem"
    root.write_bytes(b"".join(certificate.public_bytes(Encoding.PEM) for certificate in authority.chain))
    # "any" accepts the extended key usage, because openssl has no purpose for code signing.
    command = [openssl, "cms", "-verify", "-inform", "DER", "-CAfile", str(root), "-purpose", "any", "-no_check_time"]
    completed = subprocess.run(command, input=profile.content, capture_output=True, check=False)
    assert completed.returncode == 0, completed.stderr.decode()
    return dict(plistlib.loads(completed.stdout))


def test_signature_covers_the_property_list(
    profile: ProvisioningProfile, authority: Authority, tmp_path: pathlib.Path
) -> None:
    assert signed_content(profile, authority, tmp_path) == profile.properties


def test_any_property_list_can_be_signed(authority: Authority, tmp_path: pathlib.Path) -> None:
    odd = authority.sign_profile({"Name": "no team, no date", "UUID": "x"})

    assert signed_content(odd, authority, tmp_path) == {"Name": "no team, no date", "UUID": "x"}
