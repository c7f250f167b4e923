# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Profiles, read back by OpenSSL, which verifies the signature, and by cryptography's PKCS#7 loader."""

from __future__ import annotations

import datetime as dt

import pytest
from cryptography.hazmat.primitives.serialization import pkcs7

from tests.signing_files import Authority, Identity, ProfileType, ProvisioningProfile, Team

from .conftest import CLOCK

BUNDLE = "com.acme.shop"


@pytest.fixture(scope="session", params=list(ProfileType), ids=lambda type_: type_.value)
def profile(
    request: pytest.FixtureRequest, authority: Authority, identity: Identity, team: Team
) -> ProvisioningProfile:
    return authority.profile(name="Acme Shop", type=request.param, bundle_id=BUNDLE, identities=[identity], team=team)


def test_signed_data_contains_signer_and_chain(profile: ProvisioningProfile, authority: Authority) -> None:
    signer = authority.profile_signer.certificate
    assert pkcs7.load_der_pkcs7_certificates(profile.content) == [signer]
    as_apple = authority.sign_profile(profile.properties, with_chain=True)
    assert set(pkcs7.load_der_pkcs7_certificates(as_apple.content)) == {signer, *authority.chain}


def test_property_list(profile: ProvisioningProfile, identity: Identity) -> None:
    properties = profile.properties

    assert (properties["Name"], properties["TeamName"], properties["Version"]) == ("Acme Shop", "Acme Ltd", 1)
    assert properties["TeamIdentifier"] == properties["ApplicationIdentifierPrefix"] == ["A1B2C3D4E5"]
    assert properties["Entitlements"]["application-identifier"] == f"A1B2C3D4E5.{BUNDLE}"
    assert properties["DeveloperCertificates"] == [identity.der]
    assert properties["TimeToLive"] == 365
    assert properties["CreationDate"] < CLOCK.replace(tzinfo=None) < properties["ExpirationDate"]


@pytest.mark.parametrize(
    ("type_", "devices", "all_devices", "debuggable"),
    [
        (ProfileType.DEVELOPMENT, True, False, True),
        (ProfileType.AD_HOC, True, False, False),
        (ProfileType.APP_STORE, False, False, False),
        (ProfileType.ENTERPRISE, False, True, False),
        (ProfileType.DEVELOPER_ID, False, True, False),
    ],
)
def test_devices_and_entitlements_depend_on_the_type(
    authority: Authority,
    identity: Identity,
    team: Team,
    type_: ProfileType,
    devices: bool,
    all_devices: bool,
    debuggable: bool,
) -> None:
    made = authority.profile(name="n", type=type_, bundle_id=BUNDLE, identities=[identity], team=team).properties

    assert bool(made.get("ProvisionedDevices")) is devices
    assert made.get("ProvisionsAllDevices", False) is all_devices
    assert made["Entitlements"]["get-task-allow"] is debuggable


def test_uses_the_given_values(authority: Authority, identity: Identity, team: Team) -> None:
    end = CLOCK + dt.timedelta(days=3)
    made = authority.profile(
        name="Wild",
        type=ProfileType.AD_HOC,
        bundle_id="*",
        identities=[],
        team=team,
        expires_at=end,
        devices=["one", "two"],
        platforms=["tvOS"],
        uuid="0a1b2c3d-0000-4000-8000-000000000000",
        extra_entitlements={"aps-environment": "production"},
    )

    assert made.uuid == "0a1b2c3d-0000-4000-8000-000000000000"
    assert made.properties["ExpirationDate"] == end.replace(tzinfo=None)
    assert made.properties["ProvisionedDevices"] == ["one", "two"]
    assert made.properties["Platform"] == ["tvOS"]
    assert made.properties["DeveloperCertificates"] == []
    assert made.properties["Entitlements"]["application-identifier"] == "A1B2C3D4E5.*"
    assert made.properties["Entitlements"]["aps-environment"] == "production"


def test_store_profiles_reject_devices(authority: Authority, identity: Identity, team: Team) -> None:
    with pytest.raises(ValueError, match="devices must be empty"):
        authority.profile(
            name="n", type=ProfileType.APP_STORE, bundle_id=BUNDLE, identities=[identity], team=team, devices=["one"]
        )
