# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet of 300 apps with real signing files for the demo of the report: this week, and a week before."""

from __future__ import annotations

import base64
import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

from tests.signing_files import Authority, Identity, IdentityKind, JavaKey, ProfileType, Team, jks_keystore

from .fleet import file_label

Json = dict[str, Any]

APPS = 300
# Each team with the days until its certificates expire: the current one, and for some teams an older one.
TEAMS = (
    (Team("AC3M3APPS9", "Acme"), (210,)),
    (Team("N0RW1ND5H3", "Northwind"), (340, 17)),
    (Team("C0NT0S0MB1", "Contoso"), (120,)),
    (Team("T4LSP1NT0Y", "Tailspin"), (300, -6)),
    (Team("W1DEW0RLD7", "Wide World"), (64,)),
)
_FEATURES = (
    *("Checkout", "Loyalty", "Store Finder", "Gift Cards", "Café Orders", "Warehouse", "Courier", "Appointments"),
    *("Pharmacy", "Vitals", "Telehealth", "Lab Results", "Tickets", "Timetable", "Parking", "Bike Hire", "Newsstand"),
    *(
        "Radio",
        "Podcasts",
        "Weather",
        "Recipes",
        "Photo Prints",
        "Wallet",
        "Savings",
        "Invoices",
        "Expenses",
        "Payroll",
    ),
    *("Shifts", "Field Service", "Inspections", "Fleet Tracker", "Energy Meter", "Smart Home", "Alarm", "Chat"),
    *("Meetings", "Surveys", "Learning", "Library", "Museum Guide", "Hiking Maps", "Ski Passes", "Golf Scores"),
    *("Fitness", "Sleep", "Nutrition", "Kids Club", "Homework", "Coding Cards", "Chess", "Crosswords", "Quiz Night"),
    *("Fantasy League", "Scoreboard", "Stadium", "Festival", "Guest List", "Hotel Key", "Check-in", "Lounge"),
)
# Days until the profiles expire that the report has findings for. All others expire later.
_SOON = (-40, -12, -3, -3, 2, 5, 9, 9, 9, 9, 12, 16, 20, 23, 26, 29, 29)


class ReportFleet:
    """Creates the fixture for the emulator."""

    def __init__(self) -> None:
        self._authority = Authority.create()
        self._identities = {(team.name, days): self._identity(team, days) for team, many in TEAMS for days in many}
        # Create each file once, because the apps of a team share it.
        self._p12 = {key: identity.pkcs12("demo-password") for key, identity in self._identities.items()}
        key = JavaKey.of(self._authority.android_key("upload"))
        self._keystore = _content("upload.jks", jks_keystore([key], "demo-password"))

    def fixture(self, *, week_before: bool = False) -> Json:
        generator = random.Random(17)
        return {
            "organizations": [{"name": team.name} for team, _days in TEAMS],
            "apps": [self._app(number, generator, week_before=week_before) for number in range(APPS)],
        }

    def _identity(self, team: Team, days: int) -> Identity:
        begin = self._authority.clock + dt.timedelta(days=days - 365)
        end = self._authority.clock + dt.timedelta(days=days, hours=3)
        return self._authority.identity(IdentityKind.DISTRIBUTION, team, not_before=begin, not_after=end)

    def _app(self, number: int, generator: random.Random, *, week_before: bool) -> Json:
        team, certificates = TEAMS[number % len(TEAMS)]
        title = f"{team.name} {_FEATURES[number // len(TEAMS)]}"
        app: Json = {"title": title, "owner": team.name, "project_type": "ios"}
        offset = generator.randrange(10_000)
        if number % 23 == 11:
            return {**app, "project_type": "android", "android_keystores": [self._keystore]}
        if number % 61 == 60:
            return {**app, "project_type": "other"}
        old = len(certificates) > 1 and number % 4 == 1
        days = certificates[-1 if old else 0]
        identity = self._identities[team.name, days]
        soon = _SOON[number % 97] if number % 97 < len(_SOON) and number % 3 == 0 else None
        left = soon if soon is not None else 35 + offset % 320
        if week_before and left < -10:
            left = 200  # the profile expired after the first report
        profiles = [self._profile(title, team, identity, left)]
        if week_before and number in (42, 88, 131, 207):
            profiles = [self._profile(title, team, identity, -2)]  # the profile was renewed after the first report
        p12 = _content(f"{file_label(team.name)}-distribution.p12", self._p12[team.name, days])
        certificate = {**p12, "certificate_password": "demo-password", "is_protected": number % 9 == 4}
        leftovers = list(self._leftovers(number, title, team, identity))
        return {**app, "build_certificates": [certificate], "provisioning_profiles": [*profiles, *leftovers]}

    def _leftovers(self, number: int, title: str, team: Team, identity: Identity) -> Iterator[Json]:
        if number % 90 == 45:
            yield {"name": f"{file_label(title)}-beta.mobileprovision", "size": 11_800, "processed": False}
        if number % 70 == 35:
            # An old profile beside the new one. It expires without breaking the app.
            yield self._profile(title, team, identity, 6)

    def _profile(self, title: str, team: Team, identity: Identity, days: int) -> Json:
        bundle_id = f"com.{file_label(team.name).replace('-', '')}.{file_label(title).replace('-', '')}"
        made = self._authority.profile(
            name=f"{title} App Store",
            type=ProfileType.APP_STORE,
            bundle_id=bundle_id,
            identities=[identity],
            team=team,
            created_at=self._authority.clock + dt.timedelta(days=days - 365),
            expires_at=self._authority.clock + dt.timedelta(days=days, hours=3),
        )
        return _content(f"{file_label(title)}.mobileprovision", made.content)


def _content(name: str, content: bytes) -> Json:
    return {"name": name, "content_base64": base64.b64encode(content).decode()}
