# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of provisioning profiles: types, teams, entitlements, dates, and machines that permit few digests."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspect import inspect_file
from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspection import Inspection
from ansible_collections.mobileops.ci.plugins.module_utils._signing.jks import read_jks
from tests.helpers.signing.samples import A_DAY, NOW, TEAM, android_key, authority, expired_identity, identity
from tests.helpers.signing.samples import profile_properties as properties_of
from tests.signing_files import IdentityKind, JavaKey, ProfileType, jceks_keystore, jks_keystore
from tests.signing_files.identity import Identity

from .odd_files import codes

OMITTED = object()


def inspected(type_: ProfileType = ProfileType.AD_HOC, entitlements: Any = None, **changes: Any) -> Inspection:
    """Inspect a profile with these properties and entitlements in place of the usual ones."""
    properties = {**properties_of(type_), **changes}
    if isinstance(entitlements, dict):
        entitlements = {**properties["Entitlements"], **entitlements}
        entitlements = {key: value for key, value in entitlements.items() if value is not OMITTED}
    if entitlements is not None:
        properties["Entitlements"] = entitlements
    properties = {key: value for key, value in properties.items() if value is not OMITTED}
    return inspect_file(authority().sign_profile(properties).content, expected="provisioning_profile", now=NOW)


def shown(**entitlement: Any) -> Any:
    """Return one entitlement as the details show it."""
    name = next(iter(entitlement))
    return inspected(entitlements=entitlement).details["entitlements"][name]


def identity_of(kind: IdentityKind) -> Identity:
    return identity(kind, elliptic=True)


# Entitlements


def in_lists(levels: int, value: Any) -> Any:
    for _level in range(levels):
        value = [value]
    return value


def in_dictionaries(levels: int, value: Any) -> Any:
    for _level in range(levels):
        value = {"k": value}
    return value


def test_deep_entitlements_are_omitted() -> None:
    for nest in (in_lists, in_dictionaries):
        assert shown(a=nest(15, "x")) == nest(15, "x")
        assert shown(a=nest(16, "x")) == nest(16, None)


@pytest.mark.parametrize("value", ["text", "", 0, 7, True, False, 1.5, [], {}, ["a", {"b": 2}]])
def test_values_of_entitlements(value: Any) -> None:
    found = shown(a=value)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("value", [b"bytes", float("inf"), float("-inf"), float("nan")])
def test_values_that_are_not_shown(value: Any) -> None:
    assert shown(a=value) is None
    assert shown(a=[value, 1]) == [None, 1]


def test_dates_of_entitlements() -> None:
    assert shown(a=dt.datetime(2026, 1, 2, 3, 4, 5)) == "2026-01-02T03:04:05Z"  # noqa: DTZ001


@pytest.mark.parametrize("entitlements", ["text", [], OMITTED])
def test_entitlements_of_another_type(entitlements: Any) -> None:
    found = inspected(Entitlements=entitlements)
    assert (found.details["entitlements"], found.details["app_id"], found.details["bundle_id"]) == ({}, None, None)
    assert found.details["team_id"] == TEAM.identifier


# Teams and apps


def test_teams() -> None:
    """Use the property rather than the entitlement."""
    name = "com.apple.developer.team-identifier"
    assert inspected(TeamIdentifier=["FIRST", "SECOND"], entitlements={name: "OTHER"}).details["team_id"] == "FIRST"
    assert inspected(TeamIdentifier=[5, "SECOND"], entitlements={name: "OTHER"}).details["team_id"] == "SECOND"
    for missing in (OMITTED, [], "TEXT"):
        assert inspected(TeamIdentifier=missing, entitlements={name: "OTHER"}).details["team_id"] == "OTHER"
    assert inspected(TeamIdentifier=OMITTED, entitlements={name: 5}).details["team_id"] is None


def test_names_of_apps() -> None:
    ios, macos = "application-identifier", "com.apple.application-identifier"
    both = inspected(entitlements={ios: "T.com.one", macos: "T.com.two"}).details
    assert (both["app_id"], both["bundle_id"]) == ("T.com.one", "com.one")
    one = inspected(entitlements={ios: OMITTED, macos: "T.com.two"}).details
    assert (one["app_id"], one["bundle_id"]) == ("T.com.two", "com.two")
    none = inspected(entitlements={ios: OMITTED, macos: 5}).details
    assert (none["app_id"], none["bundle_id"]) == (None, None)


# Types


@pytest.mark.parametrize(
    ("kind", "platforms", "expected"),
    [
        (IdentityKind.DEVELOPER_ID, ["iOS"], "developer-id"),
        (IdentityKind.DISTRIBUTION, ["OSX"], "developer-id"),
        (IdentityKind.DISTRIBUTION, ["macOS"], "developer-id"),
        (IdentityKind.DISTRIBUTION, ["iOS"], "enterprise"),
        (IdentityKind.DISTRIBUTION, "OSX", "enterprise"),
        (IdentityKind.DISTRIBUTION, [5], "enterprise"),
    ],
)
def test_profiles_for_all_devices(kind: IdentityKind, platforms: Any, expected: str) -> None:
    found = inspected(
        ProfileType.ENTERPRISE, Platform=platforms, DeveloperCertificates=[identity_of(kind).der], ProvisionedDevices=[]
    )
    assert found.details["type"] == expected


def test_a_profile_for_several_uses() -> None:
    both = [identity_of(kind).der for kind in (IdentityKind.DEVELOPER_ID, IdentityKind.DISTRIBUTION)]
    assert inspected(ProfileType.ENTERPRISE, DeveloperCertificates=both).details["type"] == "enterprise"
    both = [identity_of(kind).der for kind in (IdentityKind.DEVELOPMENT, IdentityKind.DISTRIBUTION)]
    assert inspected(DeveloperCertificates=both).details["type"] == "ad-hoc"


@pytest.mark.parametrize("value", [False, 1, "true", OMITTED])
def test_only_true_means_all_devices(value: Any) -> None:
    found = inspected(ProfileType.ENTERPRISE, ProvisionsAllDevices=value)
    assert (found.details["type"], found.details["devices"]) == ("app-store", 0)


@pytest.mark.parametrize("devices", [OMITTED, "one", {"one": 1}])
def test_a_profile_without_a_list_of_devices(devices: Any) -> None:
    found = inspected(ProvisionedDevices=devices)
    assert (found.details["type"], found.details["devices"]) == ("app-store", 0)


@pytest.mark.parametrize("devices", [[], ["one"], ["one", "two"]])
def test_numbers_of_devices(devices: list[str]) -> None:
    found = inspected(ProvisionedDevices=devices)
    assert (found.details["type"], found.details["devices"]) == ("ad-hoc", len(devices))


@pytest.mark.parametrize("name", ["get-task-allow", "com.apple.security.get-task-allow"])
@pytest.mark.parametrize(("value", "expected"), [(True, "development"), (False, "ad-hoc"), (1, "ad-hoc")])
def test_debugging(name: str, value: Any, expected: str) -> None:
    assert inspected(entitlements={"get-task-allow": OMITTED, name: value}).details["type"] == expected


# Dates and certificates


def test_a_profile_without_a_date_of_creation() -> None:
    found = inspected(CreationDate=OMITTED)
    assert (found.details["created_at"], codes(found)) == (None, [])


@pytest.mark.parametrize("name", ["UUID", "ExpirationDate"])
@pytest.mark.parametrize("value", [OMITTED, 5, ["x"]])
def test_a_property_list_without_the_values_of_a_profile(name: str, value: Any) -> None:
    found = inspected(**{name: value})
    assert (codes(found), found.details) == (["not_a_profile"], {})


def test_a_certificate_that_expires_now() -> None:
    one = authority().identity(IdentityKind.DISTRIBUTION, TEAM, not_before=NOW - A_DAY, not_after=NOW, elliptic=True)
    assert codes(inspected(DeveloperCertificates=[one.der])) == ["certificates_expired"]
    assert codes(inspected(DeveloperCertificates=[expired_identity().der, b"unreadable"])) == ["certificates_expired"]


def test_certificates_that_cannot_be_read() -> None:
    found = inspected(DeveloperCertificates=[b"unreadable", "text", identity().der])
    assert codes(found) == []
    assert found.details["certificates"] == [hashlib.sha1(b"unreadable").hexdigest(), identity().sha1]
    (finding,) = inspected(DeveloperCertificates=[b"unreadable"]).findings
    assert (finding.code, "cannot be read" in finding.message) == ("no_certificates", True)
    (finding,) = inspected(DeveloperCertificates=OMITTED).findings
    assert (finding.code, "embeds no certificate" in finding.message) == ("no_certificates", True)


# Digests


def test_digests_that_a_machine_permits_for_identification_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Declare SHA-1 and MD5 as not used for security, because OpenSSL in FIPS mode refuses them otherwise."""

    def refused(original: Any) -> Any:
        def digest(*data: bytes, usedforsecurity: bool = True) -> Any:
            if usedforsecurity:
                raise ValueError("disabled for FIPS")
            return original(*data, usedforsecurity=False)

        return digest

    keys = [JavaKey.of(android_key())]
    keystores = [make(keys, "secret1") for make in (jks_keystore, jceks_keystore)]
    # Certificates are cached, so the digests of the profile itself matter.
    content = authority().sign_profile(properties_of(identities=[identity()])).content
    with monkeypatch.context() as patched:
        for name in ("sha1", "md5"):
            patched.setattr(hashlib, name, refused(getattr(hashlib, name)))
        found = inspect_file(content, expected="provisioning_profile", now=NOW)
        opened = [read_jks(keystore) for keystore in keystores]
        assert [keystore.has_password("secret1") for keystore in opened] == [True, True]
        for keystore in opened:
            assert keystore.entries[0].open_key is not None
            assert keystore.entries[0].open_key("secret1") == keys[0].key
    assert found.sha1s == (identity().sha1,)
