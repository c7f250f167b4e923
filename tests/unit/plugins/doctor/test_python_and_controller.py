# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of the Python that runs the tasks, and of the controller."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.doctor.checks import FAILED, OK, WARNING, Checks
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.doctor.interpreter import (
    Interpreter,
    check_interpreter,
)
from ansible_collections.mobileops.ci.plugins.plugin_utils._doctor.controller import (
    check_folders,
    check_place,
    check_versions,
    collection_version,
)
from tests.conftest import CHECKOUT
from tests.helpers.doctor_report import only, statuses

ENVIRONMENT_CHECKS = "environment"
GOOD = Interpreter(
    (3, 12, 1), "/usr/bin/python3", "Linux x86_64", {"requests": "2.32", "cryptography": "44.0", "sqlite3": ""}
)


@pytest.fixture
def checks() -> Checks:
    return Checks(ENVIRONMENT_CHECKS)


def test_this_controller_has_no_problem(checks: Checks) -> None:
    check_versions(checks)
    assert set(statuses(checks.found).values()) == {OK}


def test_the_version_is_that_of_the_collection() -> None:
    assert f"\nversion: {collection_version()}\n" in (CHECKOUT / "galaxy.yml").read_text("utf-8")


@pytest.mark.parametrize(("core", "status"), [("2.15.9", FAILED), ("2.16.0", OK), ("2.22.3", OK), ("2.23.0", WARNING)])
def test_ansible_core_outside_of_the_tested_versions(checks: Checks, core: str, status: str) -> None:
    check_versions(checks, core, GOOD)
    assert statuses(checks.found)["versions"] == status


def test_an_old_python(checks: Checks) -> None:
    check_interpreter(checks, "Target", replace(GOOD, version=(3, 8, 0)))
    found = only(checks.found, FAILED)
    assert found.name == "target_python"
    assert "Python 3.8.0 (/usr/bin/python3) is too old" in found.message


@pytest.mark.parametrize(
    ("library", "version", "status", "message"),
    [
        ("requests", None, FAILED, "requests is missing, which is needed for every request to the service"),
        ("cryptography", "41.0.7", FAILED, "cryptography 41.0.7 is too old, which is needed for the validation"),
        ("sqlite3", None, WARNING, "sqlite3 is missing, which is needed for the option digest_cache"),
    ],
)
def test_a_library_is_missing(checks: Checks, library: str, version: str | None, status: str, message: str) -> None:
    check_interpreter(checks, "Target", replace(GOOD, versions={**GOOD.versions, library: version}))
    found = only(checks.found, status)
    assert found.name == "target_libraries"
    assert message in found.message
    assert ("/usr/bin/python3 -m pip" in found.as_result()["advice"]) is (library != "sqlite3")


def test_folders_that_can_be_written(checks: Checks, tmp_path: Path) -> None:
    check_folders(checks, {"HOME": str(tmp_path)}, [str(tmp_path / "a" / "b" / "digests")])
    assert statuses(checks.found) == {"home": OK, "cache": OK}


def test_folders_that_cannot_be_written(checks: Checks, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    check_folders(checks, {"HOME": str(tmp_path / "missing")}, [str(tmp_path / "file" / "digests")])
    assert statuses(checks.found) == {"home": WARNING, "cache": WARNING}
    assert all(check.advice for check in checks.found)


@pytest.mark.parametrize(
    ("reason", "problem", "status"), [(None, None, OK), ("connection ssh", None, OK), (None, "wrong", FAILED)]
)
def test_where_tasks_run(checks: Checks, reason: str | None, problem: str | None, status: str) -> None:
    check_place(checks, reason, problem)
    assert statuses(checks.found) == {"run_in": status}
    assert (reason or problem or "controller") in checks.found[0].message
