# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Written reports that all tests share."""

from __future__ import annotations

import pytest

from ansible_collections.mobileops.ci.plugins.plugin_utils._report import formats
from tests.helpers.report import material
from tests.helpers.report.reports import Report, Writer

APPS = 45
TITLE = "Signing & <b>more</b>"


@pytest.fixture(scope="session")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Writer:
    return Writer(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="session")
def reports(writer: Writer) -> dict[str, Report]:
    all_formats = {"formats": formats.FORMATS}
    answers = {
        "nothing": (material.nothing(), {}),
        "one": (material.one_app(), {"formats": ["html"], "app_url": ""}),
        "hostile": (material.hostile(), {"title": TITLE, **all_formats}),
        "fleet": (material.fleet(APPS), all_formats),
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
