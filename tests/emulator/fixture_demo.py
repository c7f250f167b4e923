# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fixture `demo`: a dozen apps like those of a real account."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import TYPE_CHECKING

from .model import Json

if TYPE_CHECKING:
    from tests.signing_files import Identity

PASSWORD = "demo-password"
CERTIFICATE = "distribution.p12"
PROFILE = "app-store.mobileprovision"

ACME = "Acme Mobile"
NORTHWIND = "Northwind Studio"
_TEAM = {"member": "admin", "viewer": "viewer"}


def demo_fixture() -> Json:
    """Return two organizations with apps whose files are current, outdated, protected, duplicated or half-uploaded."""
    files = _Files()
    current, old = files.certificate("current"), files.certificate("old")
    return {
        "organizations": [{"name": ACME, "members": ["member"]}, {"name": NORTHWIND, "members": ["member"]}],
        "apps": [
            {
                **_app("Acme Shop", ACME, _TEAM),
                "build_certificates": [current],
                "provisioning_profiles": [files.profile("shop")],
                "builds": _BUILDS,
            },
            {
                **_app("Acme Courier", ACME, _TEAM),
                "build_certificates": [old],
                "provisioning_profiles": [files.profile("courier", identity="old")],
            },
            {
                **_app("Acme Banking", ACME),
                "build_certificates": [{**current, "is_expose": False, "is_protected": True}],
                "provisioning_profiles": [{**files.profile("banking"), "is_protected": True}],
            },
            {
                **_app("Acme Loyalty", ACME),
                "build_certificates": [old, current],
                "provisioning_profiles": [files.profile("loyalty", identity="old"), files.profile("loyalty")],
            },
            {
                **_app("Acme {{ beta }} Lab", ACME, {"member": "admin"}),
                "provisioning_profiles": [{"name": PROFILE, "size": 4711, "processed": False}],
            },
            _app("Café Zürich", ACME, {"member": "admin"}),
            {
                **_app("Acme Shop", NORTHWIND, _TEAM, "android"),
                "android_keystores": [
                    {
                        "name": "release.p12",
                        "content_base64": current["content_base64"],
                        "alias": "release",
                        "password": PASSWORD,
                        "private_key_password": PASSWORD,
                    }
                ],
            },
            {
                **_app("Northwind Field Service", NORTHWIND, _TEAM),
                "build_certificates": [{**current, "processed": False}],
                "provisioning_profiles": [files.profile("field"), {"name": "ad-hoc.mobileprovision", "size": 99}],
            },
            {
                **_app("Northwind / Inspector", NORTHWIND, {"member": "admin"}),
                "build_certificates": [old],
                "provisioning_profiles": [files.profile("inspector")],
            },
            {
                **_app("Northwind Kiosk", NORTHWIND, {"member": "manager"}, "flutter"),
                "project_files": [
                    {"name": "kiosk.env", "content": "THEME=dark\n", "user_env_key": "KIOSK_ENV"},
                    {"name": "google-services.json", "content": "{}\n", "user_env_key": "GOOGLE_SERVICES"},
                ],
            },
            {
                **_app("Northwind Legacy", NORTHWIND, _TEAM),
                "is_disabled": True,
                "build_certificates": [old],
            },
            _app("Side Project", "member", {}),
        ],
    }


_BUILDS: list[Json] = [
    {"status": 0, "branch": "main", "age_s": 90, "log": "Cloning the repository\nRunning the tests\n"},
    {
        "status": 1,
        "branch": "main",
        "age_s": 7200,
        "duration_s": 420,
        "log": "Cloning the repository\nRunning the tests\nSuccess\n",
        "artifacts": [
            {"title": "Acme Shop.ipa", "artifact_type": "ios-ipa", "content": "not really an app\n"},
            {"title": "test-report.html", "artifact_type": "file", "content": "<p>2 passed</p>\n"},
        ],
    },
    {"status": 2, "branch": "feature/checkout", "age_s": 9000, "log": "Cloning the repository\nFailed\n"},
]


def _app(title: str, owner: str, roles: dict[str, str] | None = None, project_type: str = "ios") -> Json:
    return {"title": title, "owner": owner, "project_type": project_type, "roles": roles or {}}


class _Files:
    """Real signing files of one team with two certificates, one of which expires soon."""

    def __init__(self) -> None:
        # Imported here, because the other fixtures do not need this slow import.
        from tests.signing_files import Authority, IdentityKind, Team

        self._team = Team("A1B2C3D4E5", "Acme Mobile")
        self._authority = authority = Authority.create()
        year = timedelta(days=365)
        self._identities: dict[str, Identity] = {
            name: authority.identity(IdentityKind.DISTRIBUTION, self._team, not_before=start, not_after=start + year)
            for name, start in (
                ("current", authority.clock - timedelta(days=1)),
                ("old", authority.clock - timedelta(days=355)),
            )
        }

    def certificate(self, identity: str) -> Json:
        """Return a PKCS#12 file. All have the same name."""
        body = self._identities[identity].pkcs12(PASSWORD)
        return {"name": CERTIFICATE, "content_base64": _text(body), "certificate_password": PASSWORD}

    def profile(self, app: str, identity: str = "current") -> Json:
        """Return a provisioning profile. All have the same name."""
        from tests.signing_files import ProfileType

        signed = self._authority.profile(
            name=f"Acme {app.title()}",
            type=ProfileType.APP_STORE,
            bundle_id=f"com.example.acme.{app}",
            identities=[self._identities[identity]],
            team=self._team,
        )
        return {"name": PROFILE, "content_base64": _text(signed.content)}


def _text(body: bytes) -> str:
    return base64.b64encode(body).decode()
