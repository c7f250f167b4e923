# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Scenarios of the module for all files of all apps."""

from __future__ import annotations

from typing import Any

from tests.helpers.service import CERTIFICATES, KEYSTORES, PROFILES, PROJECT_FILES
from tests.reliability.material import PASSWORD, material

from .model import (
    CLOSED,
    HIDDEN,
    HOUR_S,
    KEY,
    NEW,
    OLD,
    TWO,
    Expected,
    Scenario,
    bystander,
    declared,
    declared_project_file,
    expected,
    fleet,
    there,
)


def fleets() -> dict[str, Scenario]:
    one, two = material(1), material(2)
    opens = {one.certificate: PASSWORD, two.certificate: PASSWORD}
    renewed = [
        Expected("dist.p12", two.certificate, password=PASSWORD),
        Expected("shop", two.profile),
        Expected("watch", two.second_profile, **HIDDEN),
    ]
    before = {
        CERTIFICATES: [there("dist.p12", one.certificate, certificate_password=PASSWORD)],
        PROFILES: [there("shop", one.profile), there("watch", one.second_profile, **HIDDEN)],
    }
    rotation: dict[str, Any] = {
        "build_certificates": [declared("dist.p12", two.certificate)],
        "provisioning_profiles": [declared("shop", two.profile), declared("watch", two.second_profile)],
        "passwords": opens,
        "pairs": [(m.certificate, profile) for m in (one, two) for profile in (m.profile, m.second_profile)],
    }
    after = {CERTIFICATES: [renewed[0], bystander(CERTIFICATES)], PROFILES: [*renewed[1:], bystander(PROFILES)]}
    closed_before = {
        CERTIFICATES: [there("dist.p12", one.certificate, certificate_password=PASSWORD, **CLOSED)],
        PROFILES: [there("shop", one.profile, **CLOSED), there("watch", one.second_profile, **HIDDEN)],
    }
    closed_after = {
        CERTIFICATES: [Expected("dist.p12", two.certificate, password=PASSWORD, **CLOSED), bystander(CERTIFICATES)],
        PROFILES: [Expected("shop", two.profile, **CLOSED), renewed[2], bystander(PROFILES)],
    }
    closed = {**rotation, "build_certificates": [declared("dist.p12", two.certificate, certificate_password=PASSWORD)]}
    return {
        # The new certificate takes its password from the old one.
        "rotation": fleet(before, after, inherits=True, **rotation),
        "rotation, protected": fleet(closed_before, closed_after, **closed),
        "rotation and purge": fleet(
            {
                CERTIFICATES: [*before[CERTIFICATES], there("gone.p12", b"x")],
                PROFILES: [*before[PROFILES], there("gone", b"x"), there("cut off", None, age_s=2 * HOUR_S)],
            },
            {kind: files[:-1] for kind, files in after.items()},
            purge=[CERTIFICATES, PROFILES],
            inherits=True,
            **rotation,
        ),
        "rollout": fleet(
            {
                CERTIFICATES: [there("dist.p12", OLD, certificate_password="one")],
                PROFILES: [
                    there("dist", b"some older bytes", **CLOSED),
                    there("first", None, age_s=2 * HOUR_S),
                ],
            },
            {
                CERTIFICATES: [
                    Expected("dist.p12", NEW, password="one", **CLOSED),
                    bystander(CERTIFICATES),
                ],
                PROFILES: [expected(NEW, **CLOSED), Expected("first", b"1", **HIDDEN), bystander(PROFILES)],
            },
            build_certificates=[declared("dist.p12", NEW, is_protected=True)],
            provisioning_profiles=[declared("dist", NEW), declared("first", b"1", is_expose=False)],
            passwords={OLD: "one", NEW: "one"},
        ),
        "keystores and project files": fleet(
            {
                KEYSTORES: [there("dist", OLD, keystore_file_name="TWO")],
                PROJECT_FILES: [there("dist", OLD), there("second", OLD)],
            },
            {
                KEYSTORES: [expected(NEW, password="one", **TWO), bystander(KEYSTORES)],
                PROJECT_FILES: [
                    expected(NEW, **KEY),
                    Expected("second", NEW, **HIDDEN, env_key="SECOND"),
                    bystander(PROJECT_FILES),
                ],
            },
            android_keystores=[declared("dist", NEW, keystore_name="TWO", alias="a", password="one")],
            project_files=[
                declared_project_file("dist", NEW, replace_order="delete_first"),
                declared_project_file("second", NEW, is_expose=False),
            ],
            gaps=frozenset({"dist"}),
        ),
        "keystores, old ones first": fleet(
            {KEYSTORES: [there("dist", OLD), there("second", OLD, keystore_file_name="TWO")]},
            {
                KEYSTORES: [
                    expected(NEW, env_key="ANDROID_KEYSTORE", password="one"),
                    Expected("second", NEW, env_key="ANDROID_KEYSTORE_TWO", password="one"),
                ]
            },
            android_keystores=[
                declared("second", NEW, keystore_name="TWO", replace_order="delete_first", alias="a", password="one"),
                declared("dist", NEW, replace_order="delete_first", alias="a", password="one"),
            ],
            gaps=frozenset({"dist", "second"}),
        ),
    }
