# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Genuine signing files of one team, and tasks that inspect those of many apps."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.inspection.code_signing_info import (
    CODE_SIGNING_INFO,
)
from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import TaskContext
from tests.emulator.process import Emulator
from tests.helpers.service import a_file, word
from tests.helpers.tasks import validated
from tests.signing_files import Authority, Identity, IdentityKind, ProfileType, Team, pkcs12_keystore

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
DAY = dt.timedelta(days=1)
PASSWORD = "canary-pass word"
TEAM = Team("A1B2C3D4E5", "Acme Ltd")
ONE, TWO, THREE = "aa00000000000001", "aa00000000000002", "aa00000000000003"


class Material:
    """Made once: keys take their time."""

    def __init__(self) -> None:
        self.authority = Authority.create()
        self.good = self._identity("good", 300)
        self.soon = self._identity("soon", 10)
        self.over = self._identity("over", -5)
        self.keystore = pkcs12_keystore([self.authority.android_key("upload")], PASSWORD)

    def _identity(self, name: str, days: int) -> Identity:
        return self.authority.identity(
            IdentityKind.DISTRIBUTION, TEAM, common_name=name, not_before=NOW - 60 * DAY, not_after=NOW + days * DAY
        )

    def profile(self, *identities: Identity, days: float = 200) -> bytes:
        return self.authority.profile(
            name="Shop",
            type=ProfileType.APP_STORE,
            bundle_id="com.acme.shop",
            identities=list(identities),
            team=TEAM,
            created_at=NOW - 60 * DAY,
            expires_at=NOW + days * DAY,
        ).content


@cache
def _exported(identity: Identity) -> bytes:
    """Return the same bytes each time, because encryption changes the digest."""
    return identity.pkcs12(PASSWORD)


def p12(identity: Identity, name: str = "dist.p12", *, password: str = PASSWORD, **more: Any) -> dict[str, Any]:
    """Return a certificate for a fixture, with its password."""
    return a_file(name, _exported(identity), certificate_password=password, **more)


@dataclass(frozen=True)
class Inspection:
    """Tasks against the emulator."""

    emulator: Emulator

    def holds(self, apps: Mapping[str, Mapping[str, Any]]) -> None:
        described = [{"title": f"App {slug[-1]}", "slug": slug, "owner": "owner", **own} for slug, own in apps.items()]
        self.emulator.load({"apps": described})
        self.emulator.clear_requests()

    def result(self, *, check_mode: bool = False, **options: Any) -> dict[str, Any]:
        connection = {"api_url": self.emulator.api_url, "api_token": self.emulator.tokens["owner"], "max_retries": 0}
        arguments = CODE_SIGNING_INFO.normalize({**connection, **options})
        result: dict[str, Any] = CODE_SIGNING_INFO.execute(
            validated(CODE_SIGNING_INFO, arguments), TaskContext({}, check_mode=check_mode), diff=False
        )
        return result

    def run(self, **options: Any) -> dict[str, Any]:
        self.emulator.clear_requests()
        result = self.result(**options)
        assert not result.get("failed"), result
        assert result["changed"] is False
        assert result["summary"]["requests"] == self.asked().total()
        return result

    def asked(self) -> Counter[str]:
        return Counter(word(entry) for entry in self.emulator.requests())


def named(result: Mapping[str, Any], *lists: str) -> dict[str, list[tuple[str, str]]]:
    """Return app and name of the entries of these lists, by default of all that are not empty."""
    names = lists or [name for name, value in result.items() if name != "apps" and isinstance(value, list)]
    found = {name: [(entry["app_slug"], entry.get("name", "")) for entry in result[name]] for name in names}
    return {name: entries for name, entries in found.items() if entries or lists}
