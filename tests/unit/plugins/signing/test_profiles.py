# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Provisioning profiles: their details and findings."""

from __future__ import annotations

import datetime as dt
import plistlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspect import inspect_file
from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspection import PROFILE_KEYS, Inspection
from tests.helpers.signing.samples import (
    A_DAY,
    BUNDLE,
    DEVICES,
    NOW,
    TEAM,
    authority,
    expired_identity,
    identity,
    profile,
    profile_properties,
)
from tests.signing_files import IdentityKind, ProfileType
from tests.signing_files.profile import to_plist


def inspected(data: bytes, expected: str | None = "provisioning_profile") -> Inspection:
    return inspect_file(data, expected=expected, now=NOW)


def codes(inspection: Inspection) -> list[str]:
    return [finding.code for finding in inspection.findings]


@pytest.mark.parametrize("profile_type", ProfileType)
def test_details(profile_type: ProfileType) -> None:
    development = identity(IdentityKind.DEVELOPMENT, elliptic=True)
    found = inspected(profile(profile_type, identities=[identity(), development]), expected=None)
    details = dict(found.details)
    entitlements = details.pop("entitlements")
    assert found.kind == "provisioning_profile"
    assert found.findings == ()
    assert found.sha1s == (identity().sha1, development.sha1)
    assert len(details.pop("uuid")) == 36
    assert details == {
        "name": "Acme Shop",
        "team_id": TEAM.identifier,
        "team_name": TEAM.name,
        "app_id": f"{TEAM.identifier}.{BUNDLE}",
        "bundle_id": BUNDLE,
        "type": profile_type.value,
        "platforms": ["OSX"] if profile_type is ProfileType.DEVELOPER_ID else ["iOS", "xrOS", "visionOS"],
        "created_at": "2026-05-03T12:30:15Z",
        "expires_at": "2027-05-03T12:30:15Z",
        "days_left": 364,
        "devices": len(DEVICES) if profile_type.lists_devices else 0,
        "certificates": [identity().sha1, development.sha1],
    }
    assert entitlements["get-task-allow"] is (profile_type is ProfileType.DEVELOPMENT)
    assert tuple(found.details) == PROFILE_KEYS


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("digest", ["sha1", "sha256"])
def test_signatures(digest: str, *, streamed: bool) -> None:
    properties = profile_properties()
    plain, other = (
        inspected(authority().sign_profile(properties, digest=digest, streamed=way).content)
        for way in (streamed, not streamed)
    )
    assert plain.findings == ()
    assert plain.details == other.details
    changed = authority().sign_profile(properties, digest=digest, streamed=streamed).content
    forged = inspected(changed.replace(b"<string>Acme Shop</string>", b"<string>Evil Shop</string>"))
    assert codes(forged) == ["invalid_signature"]
    assert forged.details == {**plain.details, "name": "Evil Shop"}


def test_a_signature_of_another_key() -> None:
    """Report a signature that is not that of the signer, although the signed attributes are intact."""
    content = profile()
    signature = content[-256:]
    forged = inspected(content.replace(signature, signature[:-1] + bytes([signature[-1] ^ 1])))
    assert codes(forged) == ["invalid_signature"]


def test_a_kind_of_signature_that_is_not_checked() -> None:
    """Report no change of an intact file whose signature is of another kind than Apple's."""
    signer = authority().profile_signer
    assert isinstance(signer.key, rsa.RSAPrivateKey)
    padded = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    builder = pkcs7.PKCS7SignatureBuilder().set_data(to_plist(profile_properties()))
    builder = builder.add_signer(signer.certificate, signer.key, hashes.SHA256(), rsa_padding=padded)
    found = inspected(builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary]))
    assert codes(found) == ["signature_not_checked"]
    assert found.errors == ()
    assert found.details["name"] == "Acme Shop"


@pytest.mark.parametrize("platforms", [["iOS"], ["OSX"], ["tvOS"], ["iOS", "xrOS", "visionOS"]])
def test_platforms(platforms: list[str]) -> None:
    assert inspected(profile(platforms=platforms)).details["platforms"] == platforms


def test_a_profile_for_macos() -> None:
    properties = profile_properties(platforms=["OSX"])
    granted = properties["Entitlements"]
    granted["com.apple.application-identifier"] = granted.pop("application-identifier")
    granted["com.apple.security.get-task-allow"] = granted.pop("get-task-allow") or True
    found = inspected(authority().sign_profile(properties).content)
    assert (found.details["app_id"], found.details["type"]) == (f"{TEAM.identifier}.{BUNDLE}", "development")


def test_a_wildcard() -> None:
    assert inspected(profile(bundle_id="*")).details["bundle_id"] == "*"


@pytest.mark.parametrize(
    ("seconds", "days", "code"),
    [
        (86400 * 30, 30, []),
        (86399, 0, []),
        (1, 0, []),
        (0, 0, ["expired"]),
        (-1, -1, ["expired"]),
        (-86401, -2, ["expired"]),
    ],
)
def test_days_left_are_whole_days(seconds: int, days: int, code: list[str]) -> None:
    found = inspected(profile(expires_at=NOW + dt.timedelta(seconds=seconds)))
    assert found.details["days_left"] == days
    assert codes(found) == code


def test_messages_name_dates_and_solutions() -> None:
    (over,) = inspected(profile(created_at=NOW - 400 * A_DAY, expires_at=NOW - 35 * A_DAY)).findings
    assert over.message.startswith("The profile expired on 2026-03-30T12:30:15Z, 35 days ago. Renew ")
    (early,) = inspected(profile(created_at=NOW + A_DAY)).findings
    assert early.code == "not_yet_valid"
    assert early.message.startswith("The profile is not valid before 2026-05-05T12:30:15Z. ")


def test_certificates_in_the_profile() -> None:
    assert codes(inspected(profile(identities=[expired_identity()]))) == ["certificates_expired"]
    # One that is valid is enough.
    assert codes(inspected(profile(identities=[expired_identity(), identity()]))) == []
    assert codes(inspected(profile(identities=[]))) == ["no_certificates"]
    properties = {**profile_properties(), "DeveloperCertificates": [b"not a certificate"]}
    assert codes(inspected(authority().sign_profile(properties).content)) == ["no_certificates"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "a file in a format that is not known"),
        (b"<!DOCTYPE html><html>", "a page or a message that a server sent instead"),
        (b"version https://git-lfs.github.com/spec/v1\n", "run git lfs pull"),
        (b"$ANSIBLE_VAULT;1.1;AES256\n6162", "encrypted with ansible-vault"),
        (b"-----BEGIN CERTIFICATE-----\n", "text in PEM form"),
        (b"MIIabc123+/==\n", "base64"),
        (b"PK\x03\x04", "a zip archive"),
        (to_plist({"Name": "x"}), "a property list without a signature"),
    ],
)
def test_files_of_other_formats(data: bytes, words: str) -> None:
    found = inspected(data)
    assert codes(found) == ["not_a_profile"]
    assert found.findings[0].message.startswith("This is not a provisioning profile but ")
    assert words in found.findings[0].message
    assert (found.kind, found.details, found.sha1s) == ("provisioning_profile", {}, None)
    unknown = inspected(data, expected=None)
    assert (unknown.kind, codes(unknown)) == (None, ["unknown_format"])


def test_a_certificate_in_the_place_of_a_profile() -> None:
    (finding,) = inspected(identity(elliptic=True).pkcs12(None)).findings
    assert (finding.code, "a PKCS#12 file" in finding.message) == ("not_a_profile", True)


@pytest.mark.parametrize(
    "content",
    [
        b"no property list",
        plistlib.dumps({"Name": "no profile"}),
        plistlib.dumps(["a list"]),
        plistlib.dumps({"UUID": "x", "ExpirationDate": "not a date"}),
        plistlib.dumps({"UUID": "x", "ExpirationDate": dt.datetime(2027, 1, 1)}, fmt=plistlib.FMT_BINARY),  # noqa: DTZ001
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><plist version="1.0"><string>&b;</string></plist>',
    ],
)
def test_signed_data_that_is_no_profile(content: bytes) -> None:
    assert codes(inspected(authority().sign(content))) == ["not_a_profile"]


def test_cut_off() -> None:
    content = profile()
    for size in (20, len(content) // 2, len(content) - 1):
        assert codes(inspected(content[:size])) == ["not_a_profile"]


def test_too_large() -> None:
    assert codes(inspected(profile() + bytes(1024 * 1024))) == ["too_large"]


def test_odd_values_are_omitted() -> None:
    """Omit values of other types than Apple writes, above all bytes of a file."""
    odd = {
        "Name": 5,
        "Platform": "iOS",
        "TeamIdentifier": [b"x"],
        "ProvisionedDevices": {"a": 1},
        "Entitlements": {"bytes": b"\x00secret", "real": float("nan"), "date": dt.datetime(2026, 1, 2)},  # noqa: DTZ001
    }
    details = inspected(authority().sign_profile({**profile_properties(), **odd}).content).details
    assert (details["name"], details["platforms"], details["team_id"], details["devices"]) == (None, [], None, 0)
    assert details["entitlements"] == {"bytes": None, "real": None, "date": "2026-01-02T00:00:00Z"}
