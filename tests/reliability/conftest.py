# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures, and the counts of cases. The first import makes the collection importable, as for the unit tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tests.conftest  # noqa: F401  # pylint: disable=unused-import

from .cases import ALL_CASES, COUNTS, SECONDS, SEED, SHARE, counting
from .figures import CASES, record
from .lab import Lab, laboratory
from .service import InProcess


@pytest.fixture(scope="session")
def in_process() -> InProcess:
    """Return the service of all tests. Each scenario begins with a state of its own."""
    return InProcess()


@pytest.fixture
def lab(in_process: InProcess, tmp_path: Path) -> Iterator[Lab]:
    with laboratory(in_process, tmp_path) as lab:
        yield lab


@pytest.fixture(autouse=True)
def _counted(request: pytest.FixtureRequest) -> Iterator[None]:
    with counting(f"{request.node.path.stem}.{request.node.originalname}"):
        yield


_FROM_WORKERS: list[dict[str, dict[str, float]]] = []


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Collect the counts of a worker of pytest-xdist."""
    _FROM_WORKERS.append(getattr(node, "workeroutput", {}).get("reliability", {}))


def pytest_report_header() -> str | None:
    return f"MOBILEOPS_CI_SEED={SEED} chooses the samples" if ALL_CASES else None


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Record the figures of a full run, in which all cases of each test ran and no test failed."""
    own: dict[str, dict[str, float]] = {"cases": dict(COUNTS), "seconds": dict(SECONDS)}
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["reliability"] = own
        return
    parts = [*_FROM_WORKERS, own]
    if exitstatus != 0 or not ALL_CASES or not os.environ.get("MOBILEOPS_CI_FIGURES"):
        return
    for name in CASES:
        cases, seconds = (sum(part.get(what, {}).get(name, 0) for part in parts) for what in ("cases", "seconds"))
        if cases:
            record("reliability", name, {"cases": int(cases), "seconds": round(seconds), "seed": SEED, "share": SHARE})
