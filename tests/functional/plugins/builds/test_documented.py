# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RETURN matches the results, and every module reports errors in the same way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.accounts.account_info import (
    ORGANIZATION_INFO,
    USER_INFO,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.abort import BUILD_ABORT
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.info import BUILD_INFO
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.log import BUILD_LOG
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.trigger import BUILD_TRIGGER
from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import ModuleSpec
from tests.functional.plugins.modules.test_errors import FAILURES
from tests.helpers.documented_results import check_actions, check_results
from tests.helpers.service import APP, Service
from tests.helpers.tasks import Tasks

from .app import AppWithBuilds

RUNNING = {"slug": "b1", "status": 0, "age_s": 600, "log": "text\n", "commit_message": "why", "tag": "v1"}
OF_BUILD = {"app_slug": APP, "build_slug": "b1"}
NEEDED: list[tuple[ModuleSpec, dict[str, Any]]] = [
    (BUILD_INFO, {"app_slug": APP}),
    (BUILD_ABORT, OF_BUILD),
    (BUILD_TRIGGER, {"app_slug": APP, "branch": "main", "secret_environments": {"A": "c4nary"}}),
    (BUILD_LOG, OF_BUILD),
    (USER_INFO, {}),
    (ORGANIZATION_INFO, {}),
]


def test_builds(app: AppWithBuilds) -> None:
    app.has(RUNNING)
    failed = app.info(build_slug="none").fail()
    check_results("bitrise_build_info", app.info().run(), app.of_all_apps().run(), failed)


def test_abort(app: AppWithBuilds) -> None:
    app.has(RUNNING, {"slug": "b2", "status": 0}, pipeline_runs=[{"slug": "p1", "builds": ["b2"]}])
    task = app.abort()
    results = [task.run(check_mode=True), task.run(), task.run(), app.abort(build_slug="none").fail()]
    results.append(app.tasks.make(BUILD_ABORT, app_slug=APP, pipeline="p1").run())
    check_results("bitrise_build_abort", *results)
    check_actions("bitrise_build_abort", *results)


def test_trigger(app: AppWithBuilds) -> None:
    app.has(RUNNING, pipelines={"release": ["primary"]})
    task = app.trigger(branch="main")
    timeout = app.trigger(branch="main", wait=True, wait_timeout=0).result()
    assert timeout["failed"]
    results = [task.run(check_mode=True), task.run(), timeout, app.trigger(branch="main", pipeline="release").run()]
    check_results("bitrise_build_trigger", *results)
    check_actions("bitrise_build_trigger", *results)


def test_log(app: AppWithBuilds, tmp_path: Path) -> None:
    app.has(RUNNING)
    filed = app.log(dest=str(tmp_path / "log"))
    failed = app.log(build_slug="none").fail()
    results = [app.log().run(), filed.run(check_mode=True), filed.run(), failed]
    check_results("bitrise_build_log", *results)
    check_actions("bitrise_build_log", *results)


def test_accounts(service: Service, tasks: Tasks) -> None:
    service.emulator.load("demo")
    failed = tasks.make(USER_INFO, user_slug="none").fail()
    check_results("bitrise_user_info", tasks.make(USER_INFO).run(), failed)
    check_results("bitrise_organization_info", tasks.make(ORGANIZATION_INFO).run(), failed)


@pytest.mark.parametrize(("spec", "needed"), NEEDED, ids=[spec.name for spec, _options in NEEDED])
@pytest.mark.parametrize(("kind", "status", "options", "fault"), FAILURES.values(), ids=FAILURES.keys())
def test_failure(
    app: AppWithBuilds,
    spec: ModuleSpec,
    needed: dict[str, Any],
    kind: str,
    status: int | None,
    options: dict[str, Any],
    fault: dict[str, Any],
) -> None:
    app.has(RUNNING)
    if fault:
        app.service.emulator.fault(**fault)
    failed = app.tasks.make(spec, **{**needed, **options}).fail()
    assert (failed["error"]["kind"], failed["error"]["status"]) == (kind, status)
    assert failed["msg"].endswith(".")
    assert "\n" not in failed["msg"]
    for secret in (app.service.emulator.tokens["owner"], "c4nary", "Traceback"):
        assert secret not in str(failed)
