# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of files that have expired, will expire, are unpaired or cannot be inspected."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest

from tests.helpers.service import CERTIFICATES, KEYSTORES, PROFILES, a_file
from tests.helpers.signing import tools
from tests.signing_files import IdentityKind, merged

from .signing import DAY, NOW, ONE, PASSWORD, TEAM, THREE, TWO, Inspection, Material, named, p12

UBER = bytes.fromhex("0000000100000014") + bytes(range(20)) + bytes.fromhex("000004d2") + bytes(range(100, 250))


def test_no_findings(inspection: Inspection, material: Material) -> None:
    profile = a_file("shop.mobileprovision", material.profile(material.good))
    inspection.holds({ONE: {CERTIFICATES: [p12(material.good)], PROFILES: [profile]}})
    result = inspection.run()
    assert named(result) == {}
    app = result["apps"][ONE]
    assert (app["title"], app["error"]) == ("App 1", None)
    certificate, shown = app[CERTIFICATES][0], app[PROFILES][0]
    assert certificate["details"]["common_name"] == "good"
    assert certificate["details"]["sha1"] == material.good.sha1
    assert certificate["details"]["days_left"] == 299
    assert certificate["details"]["has_private_key"] is True
    assert certificate["findings"] == []
    assert shown["details"]["bundle_id"] == "com.acme.shop"
    assert shown["details"]["certificates"] == [material.good.sha1]
    assert shown["details"]["days_left"] == 199
    assert shown["sha256"]


def test_files_that_expire_next(inspection: Inspection, material: Material) -> None:
    inspection.holds(
        {
            ONE: {
                CERTIFICATES: [p12(material.soon)],
                PROFILES: [a_file("late", material.profile(material.soon, days=29.5))],
            },
            TWO: {
                CERTIFICATES: [p12(material.over)],
                PROFILES: [a_file("over", material.profile(material.over, days=-20))],
            },
            THREE: {
                CERTIFICATES: [p12(material.good)],
                PROFILES: [a_file("fine", material.profile(material.good, days=31))],
            },
        }
    )
    result = inspection.run()
    assert named(result) == {
        "expired": [(TWO, "over"), (TWO, "dist.p12")],
        "expiring": [(ONE, "dist.p12"), (ONE, "late")],
    }
    assert [entry["days_left"] for entry in result["expiring"]] == [9, 29]
    assert [entry["days_left"] for entry in result["expired"]] == [-21, -6]
    assert result["expired"][0]["app_title"] == "App 2"
    assert result["expired"][0]["reason"].startswith("It expired on ")
    assert result["expiring"][0]["reason"].startswith("It expires on ")
    assert named(inspection.run(expires_within=5), "expiring") == {"expiring": []}
    assert len(inspection.run(expires_within=365)["expiring"]) == 4


def test_a_profile_that_outlives_its_certificates(inspection: Inspection, material: Material) -> None:
    inspection.holds({ONE: {PROFILES: [a_file("shop", material.profile(material.over))]}})
    result = inspection.run(kinds=[PROFILES])
    assert named(result, "expired", "invalid") == {"expired": [(ONE, "shop")], "invalid": []}
    assert "All certificates in the profile have expired" in result["expired"][0]["reason"]


def test_unpaired(inspection: Inspection, material: Material) -> None:
    inspection.holds(
        {
            ONE: {CERTIFICATES: [p12(material.good)], PROFILES: [a_file("other", material.profile(material.soon))]},
            TWO: {PROFILES: [a_file("alone", material.profile(material.good))]},
            THREE: {
                CERTIFICATES: [p12(material.good), p12(material.soon, "spare")],
                PROFILES: [a_file("x", material.profile(material.good))],
            },
        }
    )
    result = inspection.run(expires_within=0)
    assert sorted(named(result)["unpaired"]) == [(ONE, "dist.p12"), (ONE, "other"), (TWO, "alone"), (THREE, "spare")]
    reasons = {entry["name"]: entry["reason"] for entry in result["unpaired"]}
    assert "does not embed any certificate of the app" in reasons["other"]
    assert "has no certificate" in reasons["alone"]
    assert "No provisioning profile of the app embeds it" in reasons["spare"]
    assert named(inspection.run(kinds=[PROFILES]), "unpaired") == {"unpaired": []}


def test_files_with_a_protected_counterpart_are_not_unpaired(inspection: Inspection, material: Material) -> None:
    hidden = a_file("hidden", material.profile(material.good), is_protected=True)
    inspection.holds({ONE: {CERTIFICATES: [p12(material.good)], PROFILES: [hidden]}})
    assert named(inspection.run()) == {"unverifiable": [(ONE, "hidden")]}


def test_files_that_cannot_be_used(inspection: Inspection, material: Material) -> None:
    certificates = [
        p12(material.good, "wrong password", password="other"),
        a_file("no key", material.soon.pkcs12_without_key(PASSWORD), certificate_password=PASSWORD),
    ]
    inspection.holds({ONE: {CERTIFICATES: certificates, PROFILES: [a_file("text", b"no profile")]}})
    result = inspection.run(expires_within=0)
    assert sorted(named(result)["invalid"]) == [(ONE, "no key"), (ONE, "text"), (ONE, "wrong password")]
    codes = {
        file["upload_file_name"]: [one["code"] for one in file["findings"]]
        for file in result["apps"][ONE][CERTIFICATES]
    }
    assert codes["wrong password"] == ["wrong_password"]
    assert "no_private_key" in codes["no key"]


def test_leftovers_and_copies(inspection: Inspection, material: Material) -> None:
    profile, other = material.profile(material.good), material.profile(material.good, days=99)
    inspection.holds(
        {
            ONE: {
                CERTIFICATES: [p12(material.good), a_file("half", None)],
                PROFILES: [a_file("a", profile), a_file("b", profile), a_file("c", other)],
            },
            TWO: {
                CERTIFICATES: [p12(material.good)],
                PROFILES: [a_file("same", profile), a_file("same", other)],
            },
        }
    )
    result = inspection.run()
    assert named(result) == {
        "unprocessed": [(ONE, "half")],
        # c is an older generation of a and b.
        "duplicated": [(ONE, "c"), (TWO, "same"), (ONE, "a"), (ONE, "b"), (TWO, "same")],
    }
    assert result["duplicated"][2]["reason"] == "The app has other files with the same content: b."


def test_two_generations_of_a_profile(inspection: Inspection, material: Material) -> None:
    older, newer = material.profile(material.good, days=100), material.profile(material.good, days=200)
    inspection.holds(
        {
            ONE: {
                CERTIFICATES: [p12(material.good)],
                PROFILES: [a_file("new.mobileprovision", newer), a_file("old.mobileprovision", older)],
            },
            TWO: {CERTIFICATES: [p12(material.good)], PROFILES: [a_file("old.mobileprovision", older)]},
        }
    )
    result = inspection.run()
    assert named(result) == {"duplicated": [(ONE, "old.mobileprovision")]}
    found = [[one["code"] for one in file["findings"]] for file in result["apps"][ONE][PROFILES]]
    assert found == [[], ["superseded"]]
    assert result["apps"][TWO][PROFILES][0]["findings"] == []


def test_one_name_in_two_unicode_forms(inspection: Inspection, material: Material) -> None:
    names = [unicodedata.normalize(form, "Müller.mobileprovision") for form in ("NFC", "NFD")]
    profiles = [material.profile(material.good), material.profile(material.soon, material.good, days=100)]
    files = [a_file(name, profile) for name, profile in zip(names, profiles, strict=True)]
    inspection.holds({ONE: {PROFILES: files}})
    assert sorted(named(inspection.run(kinds=[PROFILES]))["duplicated"]) == sorted((ONE, name) for name in names)


def test_certificates_that_need_no_profile_are_not_unpaired(inspection: Inspection, material: Material) -> None:
    kinds = (IdentityKind.MAC_INSTALLER, IdentityKind.DEVELOPER_ID, IdentityKind.DEVELOPER_ID_INSTALLER)
    identities = [material.authority.identity(kind, TEAM, not_after=NOW + 300 * DAY, elliptic=True) for kind in kinds]
    others = [p12(one, f"{number}.p12") for number, one in enumerate(identities)]
    profile = a_file("shop.mobileprovision", material.profile(material.good))
    inspection.holds({ONE: {CERTIFICATES: [p12(material.good), *others], PROFILES: [profile]}})
    assert named(inspection.run()) == {}
    # A profile is not paired with them.
    inspection.holds({ONE: {CERTIFICATES: others, PROFILES: [profile]}})
    assert named(inspection.run()) == {"unpaired": [(ONE, "shop.mobileprovision")]}


def test_an_identity_that_expired_beside_a_valid_one(inspection: Inspection, material: Material) -> None:
    both = merged([material.over.pkcs12(PASSWORD), material.good.pkcs12(PASSWORD)], PASSWORD)
    certificate = a_file("both.p12", both, certificate_password=PASSWORD)
    profile = a_file("shop.mobileprovision", material.profile(material.good))
    inspection.holds({ONE: {CERTIFICATES: [certificate], PROFILES: [profile]}})
    result = inspection.run()
    assert named(result) == {}
    (file,) = result["apps"][ONE][CERTIFICATES]
    assert [one["code"] for one in file["findings"]] == ["several_identities", "partly_expired"]
    assert file["details"]["days_left"] == 299


def test_expiry_of_a_protected_certificate_from_the_service(inspection: Inspection, material: Material) -> None:
    inspection.holds({ONE: {CERTIFICATES: [p12(material.soon, is_protected=True)]}})
    result = inspection.run(kinds=[CERTIFICATES])
    details = result["apps"][ONE][CERTIFICATES][0]["details"]
    assert details["days_left"] == 9
    assert details["common_name"] is None
    # To know when it expires is enough to verify it.
    assert named(result) == {"expiring": [(ONE, "dist.p12")]}


def test_a_protected_certificate_is_known_from_another_app(inspection: Inspection, material: Material) -> None:
    inspection.holds(
        {ONE: {CERTIFICATES: [p12(material.good, is_protected=True)]}, TWO: {CERTIFICATES: [p12(material.good)]}}
    )
    result = inspection.run(kinds=[CERTIFICATES])
    assert named(result, "unverifiable") == {"unverifiable": []}
    assert result["apps"][ONE][CERTIFICATES][0]["details"]["common_name"] == "good"


def test_keystores_that_show_nothing_without_their_password(inspection: Inspection, material: Material) -> None:
    """Omit the expiry of keystores whose password the service does not return."""
    shown = {f"shown.{name.lower()}": tools.recorded()[f"keystore {name}"]["data"] for name in ("JKS", "JCEKS", "BKS")}
    # The beginning of a keystore of the type UBER is that of BKS; the rest is encrypted.
    files = {"closed.keystore": material.keystore, "uber.bks": UBER, **shown}
    inspection.holds({ONE: {KEYSTORES: [a_file(name, data) for name, data in files.items()]}})
    result = inspection.run()
    assert sorted(named(result)["unverifiable"]) == [(ONE, "closed.keystore"), (ONE, "uber.bks")]
    assert result["invalid"] == []
    reasons = {entry["name"]: entry["reason"] for entry in result["unverifiable"]}
    assert reasons["closed.keystore"].startswith("The service does not return its password")
    assert "UBER" in reasons["uber.bks"]
    files = {file["upload_file_name"]: file for file in result["apps"][ONE][KEYSTORES]}
    assert files["closed.keystore"]["findings"] == []
    assert files["closed.keystore"]["details"] is None
    for name in shown:
        assert files[name]["details"]["expires_at"] is not None, name


@pytest.mark.parametrize("protected", [False, True])
def test_no_secret_is_in_the_result(inspection: Inspection, material: Material, protected: bool) -> None:
    inspection.holds(
        {
            ONE: {
                CERTIFICATES: [
                    p12(material.good, is_protected=protected),
                    p12(material.soon, "x", password="canary-other"),
                ],
                PROFILES: [a_file("p", material.profile(material.good), is_protected=protected)],
                KEYSTORES: [a_file("k", material.keystore, is_protected=protected)],
            }
        }
    )
    text = json.dumps(inspection.run())
    for secret in (PASSWORD, "canary", inspection.emulator.tokens["owner"], "X-Amz", "_storage"):
        assert secret not in text


def entries_of(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry for name in ("expired", "expiring", "unpaired", "unverifiable") for entry in result[name]]


def test_entries_have_the_same_keys(inspection: Inspection, material: Material) -> None:
    hidden = a_file("hidden", material.profile(material.good), is_protected=True)
    inspection.holds(
        {ONE: {CERTIFICATES: [p12(material.over)], PROFILES: [hidden]}, TWO: {CERTIFICATES: [p12(material.soon)]}}
    )
    keys = {"app_slug", "app_title", "kind", "slug", "name", "reason", "expires_at", "days_left"}
    entries = entries_of(inspection.run())
    assert len(entries) == 4
    assert all(set(entry) == keys for entry in entries)
