# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules that only read return the same result for each form of the responses."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.accounts.account_info import (
    ORGANIZATION_INFO,
    USER_INFO,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.apps import APP_INFO
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.artifact import ARTIFACT_INFO
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.info import BUILD_INFO
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.inspection.code_signing_info import (
    CODE_SIGNING_INFO,
)
from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import ModuleSpec, TaskContext
from tests.emulator.behaviors import BEHAVIORS, Value
from tests.helpers.service import KEYSTORES, PROFILES, PROJECT_FILES
from tests.helpers.tasks import LISTING, validated

from .cases import count_case
from .clients import Client
from .lab import Lab
from .service import FIRST_PORT

APP = {"app_slug": "shop"}
TASKS: list[tuple[ModuleSpec, dict[str, Any]]] = [
    (APP_INFO, {}),
    (APP_INFO, {"title": "Shop"}),
    (APP_INFO, APP),
    (USER_INFO, {}),
    (ORGANIZATION_INFO, {}),
    (BUILD_INFO, APP),
    (BUILD_INFO, {"app_slug": "empty"}),
    (ARTIFACT_INFO, {**APP, "build_slug": "done"}),
    (CODE_SIGNING_INFO, {"concurrency": 1}),
    *((listing, app) for listing in LISTING.values() for app in (APP, {"app_slug": "empty"})),
]
FORMS = [
    (key, value)
    for key, one in BEHAVIORS.items()
    if one.area in ("lists", "values", "keystores") or key in ("title_filter", "status_text_4")
    for value in list(one.values)[1:]
    # Their results differ on purpose.
    if key not in ("new_values", "echo_keystore_secrets", "keystore_env_key", "protected_values")
]


def file(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "content_base64": base64.b64encode(name.encode()).decode(), **more}


def fixture() -> list[dict[str, Any]]:
    """Return two apps: one with more than a page of files, and one without any."""
    builds = [
        {"slug": "red", "status": 2},
        {"slug": "done", "artifacts": [{"title": "a.apk", "artifact_type": "android-apk", "content": "a"}]},
        {"slug": "four", "status": 4},
    ]
    shop = {
        "title": "Shop",
        "slug": "shop",
        "builds": builds,
        PROFILES: [file(f"p{number:02}") for number in range(60)],
        "build_certificates": [file("c", is_protected=True), file("d")],
        KEYSTORES: [file("k"), file("l", keystore_file_name="TWO")],
        PROJECT_FILES: [file("g", user_env_key="KEY"), file("h", user_env_key="OTHER")],
    }
    return [{"title": "Empty shop", "slug": "empty"}, shop]


def read(lab: Lab, switches: dict[str, Any], folder: Path) -> list[Any]:
    service = lab.service
    service.time.seconds = 0
    service.load(fixture(), switches)
    lab._adapter.clients[FIRST_PORT] = Client(FIRST_PORT)
    lab._adapter.look = lambda: None
    results = []
    for spec, given in TASKS:
        options = validated(spec, {**service.connection(FIRST_PORT), **given})
        result = spec.execute(options, TaskContext({"HOME": str(folder)}), diff=False)
        assert not result.get("failed"), (spec.name, result.get("exception") or result["msg"])
        results.append(plain(result))
    return results


def plain(value: Any) -> Any:
    """Leave out unset values and sort lists, because a service may show and sort them in any way."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items() if one not in (None, "") and key not in VOLATILE}
    return sorted((plain(one) for one in value), key=repr) if isinstance(value, list) else value


# Times, descriptions of a status, and values that the service decides.
VOLATILE = frozenset({"seconds", "waited_s", "status_text", "requests", "generated_at", "inspected_at"})


@pytest.fixture(scope="module")
def usual() -> list[Any]:
    return []


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form[0]}={form[1]}")
def test_responses_in_another_form(lab: Lab, tmp_path: Path, usual: list[Any], form: tuple[str, Value]) -> None:
    if not usual:
        usual.extend(read(lab, {}, tmp_path))
    count_case(len(TASKS))
    for (spec, given), expected, found in zip(TASKS, usual, read(lab, {form[0]: form[1]}, tmp_path), strict=True):
        assert found == expected, (spec.name, given)


def test_values_that_are_in_no_description(lab: Lab, tmp_path: Path) -> None:
    shown = repr(read(lab, {"new_values": True}, tmp_path))
    assert "'visionos'" in shown
    assert "'android-bundle-v2'" in shown
    assert "'status': 5" in shown
