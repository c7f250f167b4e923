# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One app with artifacts."""

from __future__ import annotations

import pytest

from tests.helpers.service import Service
from tests.helpers.tasks import Tasks

from .app import AppWithArtifacts


@pytest.fixture
def app(service: Service, tasks: Tasks) -> AppWithArtifacts:
    return AppWithArtifacts(service, tasks)
