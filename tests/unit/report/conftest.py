# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Written reports that all tests look at."""

from __future__ import annotations

import pytest

from . import material
from .reports import Report, Writer

APPS = 45
TITLE = "Signing & <b>more</b>"


@pytest.fixture(scope="session")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Writer:
    return Writer(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="session")
def reports(writer: Writer) -> dict[str, Report]:
    page_only = {"json": "", "csv": "", "app_url": ""}
    answers = {
        "nothing": (material.nothing(), {}),
        "one": (material.one_app(), page_only),
        "hostile": (material.hostile(), {"title": TITLE}),
        "fleet": (material.fleet(APPS), {}),
    }
    return writer.write(answers)


@pytest.fixture
def fleet(reports: dict[str, Report]) -> Report:
    return reports["fleet"]


@pytest.fixture
def hostile(reports: dict[str, Report]) -> Report:
    return reports["hostile"]


@pytest.fixture(params=["nothing", "one", "hostile", "fleet"])
def report(request: pytest.FixtureRequest, reports: dict[str, Report]) -> Report:
    return reports[request.param]
