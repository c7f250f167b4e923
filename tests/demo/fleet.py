# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The organizations and apps of the demo, and the initial states of their signing files."""

from __future__ import annotations

import dataclasses
import enum
import re

from tests.signing_files import Team


class State(enum.Enum):
    """State of a file on the service before the first run. The value is the text that the demo shows."""

    IN_PLACE = "in place"
    MISSING = "missing"
    OUTDATED = "last year's"
    HALF_UPLOADED = "half-uploaded"
    LEFTOVER_BESIDE = "in place + half-uploaded"
    TWICE = "two copies, old and new"
    UNPROTECTED = "not protected yet"
    WRONG_PASSWORD = "wrong password stored"


@dataclasses.dataclass(frozen=True)
class Organization:
    """An organization of the service, which is one developer team at Apple."""

    team: Team
    protects_certificates: bool
    protects_profiles: bool

    @property
    def name(self) -> str:
        return self.team.name

    @property
    def label(self) -> str:
        return file_label(self.name)

    @property
    def password_variable(self) -> str:
        """Return the environment variable with the certificate's password, which the project's group_vars read."""
        return f"{self.label.upper()}_P12_PASSWORD"


@dataclasses.dataclass(frozen=True)
class App:
    title: str
    organization: Organization
    certificate: State = State.IN_PLACE
    profile: State = State.IN_PLACE
    project_type: str = "ios"
    is_disabled: bool = False
    has_undeclared_profile: bool = False

    @property
    def is_rolled_out(self) -> bool:
        """Return whether the project's inventory contains the app."""
        return self.project_type == "ios" and not self.is_disabled

    @property
    def certificate_name(self) -> str:
        return f"{self.organization.label}-distribution.p12"

    @property
    def profile_name(self) -> str:
        return f"{file_label(self.title)}.mobileprovision"

    @property
    def bundle_id(self) -> str:
        return f"com.{self.organization.label}.{file_label(self.title).replace('-', '')}"


def file_label(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower())


ACME = Organization(Team("AC3M3APPS9", "Acme"), protects_certificates=True, protects_profiles=False)
NORTHWIND = Organization(Team("N0RW1ND5H3", "Northwind"), protects_certificates=False, protects_profiles=True)
ORGANIZATIONS = (ACME, NORTHWIND)

APPS = (
    App("Checkout", ACME),
    App("Loyalty", ACME, certificate=State.MISSING, profile=State.MISSING),
    App("Store Finder", ACME, certificate=State.OUTDATED),
    App("Gift Cards", ACME, profile=State.OUTDATED),
    App("Café Orders", ACME, certificate=State.HALF_UPLOADED, profile=State.MISSING),
    App("Warehouse", ACME, profile=State.TWICE),
    App("Courier", ACME, certificate=State.UNPROTECTED),
    App("Price Tags", ACME, certificate=State.MISSING, profile=State.MISSING, project_type="android"),
    App("Appointments", NORTHWIND),
    App("Pharmacy", NORTHWIND, certificate=State.WRONG_PASSWORD),
    App("Vitals", NORTHWIND, profile=State.OUTDATED),
    App("Telehealth", NORTHWIND, certificate=State.MISSING, has_undeclared_profile=True),
    App("Lab Results", NORTHWIND, profile=State.LEFTOVER_BESIDE),
    App("Paper Intake", NORTHWIND, certificate=State.OUTDATED, profile=State.OUTDATED, is_disabled=True),
)
ROLLED_OUT = tuple(app for app in APPS if app.is_rolled_out)
