# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uses of certificates and profiles, and the signers of profiles."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspect import inspect_file
from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspection import Inspection
from ansible_collections.mobileops.ci.plugins.module_utils._signing.pairing import superseded
from tests.helpers.signing.samples import (
    A_DAY,
    NOW,
    TEAM,
    authority,
    identity,
    profile,
    profile_properties,
)
from tests.signing_files import (
    IdentityKind,
    ProfileType,
    merged,
)
from tests.signing_files.certificates import Signer, Validity, apple_name, issue_self_signed
from tests.signing_files.keys import elliptic_key

from .odd_files import PASSWORD, certificate, codes, file, odd, pair


@pytest.mark.parametrize(
    ("kind", "use", "needs_profile"),
    [
        (IdentityKind.DISTRIBUTION, "distribution", True),
        (IdentityKind.DEVELOPMENT, "development", True),
        (IdentityKind.DEVELOPER_ID, "developer-id", False),
        (IdentityKind.DEVELOPER_ID_INSTALLER, "developer-id-installer", False),
        (IdentityKind.MAC_INSTALLER, "mac-installer", False),
    ],
)
def test_uses(kind: IdentityKind, use: str, *, needs_profile: bool) -> None:
    """Use Apple's extensions whatever the common name is, and the common name if there are none."""
    own = authority().identity(kind, TEAM, common_name="Another", elliptic=True)
    found = certificate(own.pkcs12(PASSWORD))
    assert (found.details["use"], found.needs_profile) == (use, needs_profile)
    assert found.sha1s == (() if use.endswith("installer") else (own.sha1,))
    named = odd(common_name=f"{kind.value}: Acme Ltd (A1B2C3D4E5)")
    assert certificate(file(*pair(named))).details["use"] == use
    both = merged([own.pkcs12(PASSWORD), identity(elliptic=True).pkcs12(PASSWORD)], PASSWORD)
    assert certificate(both).needs_profile is True


# Profiles


def inspected_profile(data: bytes) -> Inspection:
    return inspect_file(data, expected="provisioning_profile", now=NOW)


@pytest.mark.parametrize(
    ("type_", "platforms", "granted", "expected"),
    [
        (ProfileType.AD_HOC, ["OSX"], {"get-task-allow": None}, "development"),
        (ProfileType.ENTERPRISE, ["OSX"], {}, "developer-id"),
        (ProfileType.APP_STORE, ["OSX"], {}, "app-store"),
        (ProfileType.DEVELOPMENT, ["tvOS"], {}, "development"),
        (ProfileType.AD_HOC, ["tvOS"], {}, "ad-hoc"),
        (ProfileType.DEVELOPMENT, ["xrOS", "visionOS"], {}, "development"),
        (ProfileType.ENTERPRISE, ["iOS", "xrOS", "visionOS"], {}, "enterprise"),
    ],
)
def test_types_of_profiles(type_: ProfileType, platforms: list[str], granted: dict[str, Any], expected: str) -> None:
    properties = profile_properties(type_, platforms=platforms)
    properties["Entitlements"] = {
        key: value for key, value in {**properties["Entitlements"], **granted}.items() if value is not None
    }
    found = inspected_profile(authority().sign_profile(properties).content)
    assert (found.details["type"], found.findings) == (expected, ())


def test_a_profile_for_developers_that_grants_no_debugging() -> None:
    development = identity(IdentityKind.DEVELOPMENT, elliptic=True)
    assert inspected_profile(profile(ProfileType.AD_HOC, identities=[development])).details["type"] == "development"


def signed_by(signer: Signer | None, **more: Any) -> list[str]:
    return codes(inspected_profile(authority().sign_profile(profile_properties(), signer=signer, **more).content))


def test_signers_of_profiles(monkeypatch: pytest.MonkeyPatch) -> None:
    # Its chain leads to a root that is not Apple's.
    assert signed_by(None, with_chain=True) == ["untrusted_signer"]
    assert signed_by(None) == []
    own = identity()
    assert signed_by(Signer(own.certificate, own.key)) == ["untrusted_signer"]
    name = apple_name("Apple iPhone OS Provisioning Profile Signing")
    by_itself = issue_self_signed(name, elliptic_key("forger"), validity=Validity(NOW - A_DAY, NOW + A_DAY))
    assert signed_by(by_itself) == ["untrusted_signer"]
    # With this root among Apple's, the chain is followed to its end.
    root = inspect_root()
    monkeypatch.setattr(f"{APPLE}.ROOTS", frozenset({root}))
    assert signed_by(None, with_chain=True) == []
    assert signed_by(Signer(own.certificate, own.key), with_chain=True) == ["untrusted_signer"]


APPLE = "ansible_collections.mobileops.ci.plugins.module_utils._signing.apple"


def inspect_root() -> str:
    from cryptography.hazmat.primitives import hashes

    return authority().root.certificate.fingerprint(hashes.SHA256()).hex()


def test_two_generations_of_a_profile() -> None:
    def one(days: int, **changes: Any) -> Inspection:
        return inspected_profile(profile(created_at=NOW - days * A_DAY, **changes))

    old, new, other = one(200), one(5), one(300, name="Other")
    found = superseded({"old": old, "new": new, "other": other, "unreadable": None})
    assert {label: finding.code for label, finding in found.items()} == {"old": "superseded"}
    assert "2026-04-29T12:30:15Z" in found["old"].message
    # An expired one is reported as that; the same profile twice is a duplicate.
    assert superseded({1: one(400), 2: new}) == {}
    assert superseded({1: new, 2: new}) == {}
    assert superseded({1: one(200, bundle_id="com.acme.other"), 2: new}) == {}
