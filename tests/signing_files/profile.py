# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The property list of a ``.mobileprovision`` file."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import plistlib
import uuid as uuid_module
from collections.abc import Mapping, Sequence
from typing import Any

from .identity import Identity


@dataclasses.dataclass(frozen=True)
class Team:
    """A developer team: its identifier of ten letters and digits, and its name."""

    identifier: str
    name: str


class ProfileType(enum.Enum):
    DEVELOPMENT = "development"
    AD_HOC = "ad-hoc"
    APP_STORE = "app-store"
    ENTERPRISE = "enterprise"
    DEVELOPER_ID = "developer-id"  # for macOS

    @property
    def lists_devices(self) -> bool:
        return self in (ProfileType.DEVELOPMENT, ProfileType.AD_HOC)


@dataclasses.dataclass(frozen=True)
class ProvisioningProfile:
    """The property list and the signed file, created by :meth:`Authority.profile`."""

    properties: Mapping[str, Any]
    content: bytes = dataclasses.field(repr=False)

    @property
    def name(self) -> str:
        return str(self.properties["Name"])

    @property
    def uuid(self) -> str:
        return str(self.properties["UUID"])


def entitlements(profile_type: ProfileType, team: Team, bundle_id: str) -> dict[str, Any]:
    """Return the entitlements that the profile grants to an app."""
    granted: dict[str, Any] = {
        "application-identifier": f"{team.identifier}.{bundle_id}",
        "com.apple.developer.team-identifier": team.identifier,
        "get-task-allow": profile_type is ProfileType.DEVELOPMENT,
        "keychain-access-groups": [f"{team.identifier}.*", "com.apple.token"],
    }
    if profile_type is ProfileType.APP_STORE:
        granted["beta-reports-active"] = True
    return granted


def properties(
    *,
    name: str,
    type: ProfileType,  # noqa: A002 -- the term of Apple's portal
    bundle_id: str,
    identities: Sequence[Identity],
    team: Team,
    created_at: dt.datetime,
    expires_at: dt.datetime,
    devices: Sequence[str],
    platforms: Sequence[str],
    uuid: str | None,
    extra_entitlements: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the property list with the keys that Apple's portal writes. Raise ValueError for unexpected devices."""
    if devices and not type.lists_devices:
        raise ValueError(f"devices must be empty for a profile of the type {type.value}")
    content: dict[str, Any] = {
        "AppIDName": "Wildcard" if bundle_id == "*" else bundle_id.replace(".", " "),
        "ApplicationIdentifierPrefix": [team.identifier],
        "CreationDate": _plist_date(created_at),
        "Platform": ["OSX"] if type is ProfileType.DEVELOPER_ID else list(platforms),
        "IsXcodeManaged": False,
        "DeveloperCertificates": [identity.der for identity in identities],
        "Entitlements": {**entitlements(type, team, bundle_id), **extra_entitlements},
        "ExpirationDate": _plist_date(expires_at),
        "Name": name,
        "TeamIdentifier": [team.identifier],
        "TeamName": team.name,
        "TimeToLive": (expires_at - created_at).days,
        "UUID": uuid or str(uuid_module.uuid4()),
        "Version": 1,
    }
    if type.lists_devices:
        content["ProvisionedDevices"] = list(devices)
    if type in (ProfileType.ENTERPRISE, ProfileType.DEVELOPER_ID):
        content["ProvisionsAllDevices"] = True
    return content


def to_plist(content: Mapping[str, Any]) -> bytes:
    return plistlib.dumps(dict(content), fmt=plistlib.FMT_XML, sort_keys=True)


def _plist_date(moment: dt.datetime) -> dt.datetime:
    """Return a date without time zone, in UTC and whole seconds, as plistlib requires."""
    return moment.astimezone(dt.UTC).replace(microsecond=0, tzinfo=None)
