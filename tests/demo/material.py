# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The signing files of the demo: the declared ones, and those on the service before the first run."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import hashlib
import pathlib
import secrets
from collections.abc import Mapping
from typing import Any

from tests.signing_files import Authority, Identity, IdentityKind, ProfileType

from .fleet import ACME, APPS, ORGANIZATIONS, ROLLED_OUT, App, Organization, State

CERTIFICATES = "build_certificates"
PROFILES = "provisioning_profiles"
UNDECLARED_PROFILE = "internal-testers.mobileprovision"

Json = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class SigningFile:
    """One version of a file."""

    content: bytes = dataclasses.field(repr=False)
    password: str | None = dataclasses.field(default=None, repr=False)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclasses.dataclass(frozen=True)
class Material:
    """The declared files (`current`) and those of last year (`former`), by file name."""

    current: Mapping[str, SigningFile]
    former: Mapping[str, SigningFile]
    undeclared: SigningFile

    @property
    def passwords(self) -> dict[str, str]:
        """Return the environment variables with the passwords of the declared certificates."""
        found: dict[str, str] = {}
        for app in ROLLED_OUT:
            password = self.current[app.certificate_name].password
            if password:
                found[app.organization.password_variable] = password
        return found

    def write(self, folder: pathlib.Path) -> None:
        """Write the declared files of the rolled-out apps, readable by their owner only."""
        names = {name for app in ROLLED_OUT for name in (app.certificate_name, app.profile_name)}
        for name in sorted(names):
            path = folder / name
            path.touch(mode=0o600)
            path.write_bytes(self.current[name].content)


def make_material() -> Material:
    authority = Authority.create()
    this_year = {organization: _identity(authority, organization, years_ago=0) for organization in ORGANIZATIONS}
    last_year = {organization: _identity(authority, organization, years_ago=1) for organization in ORGANIZATIONS}
    current: dict[str, SigningFile] = {}
    former: dict[str, SigningFile] = {}
    for organization in ORGANIZATIONS:
        name = f"{organization.label}-distribution.p12"
        for files, identities in ((current, this_year), (former, last_year)):
            password = secrets.token_urlsafe(12)
            files[name] = SigningFile(identities[organization].pkcs12(password), password)
    for app in APPS:
        current[app.profile_name] = _profile(authority, app, this_year[app.organization], push="production")
        former[app.profile_name] = _profile(authority, app, last_year[app.organization])
    internal = authority.profile(
        name="Internal testers",
        type=ProfileType.AD_HOC,
        bundle_id="*",
        identities=[this_year[ACME]],
        team=ACME.team,
    )
    return Material(current, former, SigningFile(internal.content))


def _identity(authority: Authority, organization: Organization, *, years_ago: int) -> Identity:
    begin = authority.clock - dt.timedelta(days=20 + 365 * years_ago)
    return authority.identity(IdentityKind.DISTRIBUTION, organization.team, not_before=begin)


def _profile(authority: Authority, app: App, identity: Identity, push: str | None = None) -> SigningFile:
    """Return an App Store profile with the validity period of its certificate."""
    made = authority.profile(
        name=f"{app.title} App Store",
        type=ProfileType.APP_STORE,
        bundle_id=app.bundle_id,
        identities=[identity],
        team=app.organization.team,
        created_at=identity.certificate.not_valid_before_utc,
        extra_entitlements={"aps-environment": push} if push else None,
    )
    return SigningFile(made.content)


def fixture(material: Material) -> Json:
    """Return the fixture of the emulator."""
    return {
        "organizations": [{"name": organization.name} for organization in ORGANIZATIONS],
        "apps": [_app(app, material) for app in APPS],
    }


def _app(app: App, material: Material) -> Json:
    organization = app.organization
    profiles = _copies(app.profile, app.profile_name, material, protected=organization.protects_profiles)
    if app.has_undeclared_profile:
        profiles.append(_remote(UNDECLARED_PROFILE, material.undeclared, protected=False))
    return {
        "title": app.title,
        "owner": organization.name,
        "project_type": app.project_type,
        "is_disabled": app.is_disabled,
        CERTIFICATES: _copies(
            app.certificate, app.certificate_name, material, protected=organization.protects_certificates
        ),
        PROFILES: profiles,
    }


def _copies(state: State, name: str, material: Material, *, protected: bool) -> list[Json]:
    """Return the files with this name that the service has before the first run."""
    good = _remote(name, material.current[name], protected=protected)
    old = _remote(name, material.former[name], protected=protected)
    half = {"name": name, "size": len(material.current[name].content), "processed": False}
    return {
        State.IN_PLACE: [good],
        State.MISSING: [],
        State.OUTDATED: [old],
        State.HALF_UPLOADED: [half],
        State.LEFTOVER_BESIDE: [good, half],
        State.TWICE: [old, good],
        State.UNPROTECTED: [{**good, "is_protected": False}],
        State.WRONG_PASSWORD: [{**good, "certificate_password": "not-the-password"}],
    }[state]


def _remote(name: str, file: SigningFile, *, protected: bool) -> Json:
    remote: Json = {
        "name": name,
        "content_base64": base64.b64encode(file.content).decode(),
        "is_protected": protected,
    }
    return {**remote, "certificate_password": file.password} if file.password else remote
