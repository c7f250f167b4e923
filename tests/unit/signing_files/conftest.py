# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime as dt

import pytest

from tests.signing_files import Authority, Identity, IdentityKind, Team

CLOCK = dt.datetime(2026, 5, 4, 12, 30, 15, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority.create(CLOCK)


@pytest.fixture(scope="session")
def team() -> Team:
    return Team("A1B2C3D4E5", "Acme Ltd")


@pytest.fixture(scope="session")
def identity(authority: Authority, team: Team) -> Identity:
    return authority.identity(IdentityKind.IPHONE_DISTRIBUTION, team)
