# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_artifact and bitrise_artifact_info: exact requests, check mode, errors, and responses of every kind."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.artifact_fields import Artifact
from tests.helpers.servers import CannedResponse, serving
from tests.helpers.tasks import Task

from .app import BUILD, AppWithArtifacts, an_artifact

BASE = f"/{BUILD}/artifacts"
LIST, SHOW, PATCH, DELETE = f"GET {BASE}", f"GET {BASE}/apk", f"PATCH {BASE}/apk", f"DELETE {BASE}/apk"


@pytest.fixture(autouse=True)
def artifacts(app: AppWithArtifacts) -> None:
    app.has(
        an_artifact("apk", "app.apk", artifact_type="android-apk"),
        an_artifact("log", "test.log", meta={"icon": "https://host/x?X-Amz-Signature=1", "app": {"version": "1"}}),
        an_artifact("twin1", "twin"),
        an_artifact("twin2", "twin"),
    )


def check_then_run_then_rerun(app: AppWithArtifacts, task: Task, *, reading: list[str], writing: list[str]) -> Any:
    """Check the requests of check mode, a real run and a second run, and return the result of the real run."""
    checked = task.run(check_mode=True, diff=True)
    assert app.asked() == reading
    app.service.forget()
    done = task.run(diff=True)
    assert app.asked() == reading + writing
    again = task.run(diff=True)
    assert again["changed"] is False
    assert again["diff"]["before"] == again["diff"]["after"]
    for key in ("changed", "actions", "diff"):
        assert checked[key] == done[key], key
    assert set(checked) == set(done) == set(again)
    return done


def test_open_a_public_page(app: AppWithArtifacts) -> None:
    task = app.manage(slug="apk", is_public_page_enabled=True)
    done = check_then_run_then_rerun(app, task, reading=[SHOW], writing=[PATCH])
    assert done["artifact"]["is_public_page_enabled"] is True
    assert done["artifact"]["public_install_page_url"].startswith("https://app.bitrise.io/artifact/")
    (action,) = done["actions"]
    assert (action["action"], action["changes"]) == ("update", {"is_public_page_enabled": True})


def test_close_a_public_page_by_title(app: AppWithArtifacts) -> None:
    app.manage(slug="apk", is_public_page_enabled=True).run()
    app.service.forget()
    task = app.manage(title="app.apk", is_public_page_enabled=False)
    done = check_then_run_then_rerun(app, task, reading=[LIST, SHOW], writing=[PATCH])
    assert done["artifact"]["public_install_page_url"] == ""


def test_delete(app: AppWithArtifacts) -> None:
    task = app.manage(slug="apk", state="absent")
    done = check_then_run_then_rerun(app, task, reading=[SHOW], writing=[DELETE])
    assert done["artifact"] is None
    assert app.left() == {BUILD: ["log", "twin1", "twin2"]}
    app.service.forget()
    assert app.manage(title="app.apk", state="absent").run()["changed"] is False
    assert app.asked() == [LIST]


def test_deleted_by_another_client_meanwhile(app: AppWithArtifacts) -> None:
    app.service.emulator.fault(method="DELETE", drop="after", times=1)
    task = app.manage(slug="apk", state="absent", max_retries=1)
    assert task.run()["changed"] is True
    assert app.asked() == [SHOW, DELETE, DELETE, SHOW]


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("check_mode", [True, False])
def test_one_title_of_several_artifacts(app: AppWithArtifacts, state: str, check_mode: bool) -> None:
    failed = app.manage(title="twin", state=state).fail(check_mode=check_mode)
    assert failed["error"]["kind"] == "duplicates"
    assert "twin1, twin2" in failed["msg"]
    assert app.asked() == [LIST]
    assert app.manage(slug="twin2", state=state).run()["changed"] is (state == "absent")


@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize("check_mode", [True, False])
def test_no_public_page_without_an_app_to_install(app: AppWithArtifacts, enabled: bool, check_mode: bool) -> None:
    failed = app.manage(slug="log", is_public_page_enabled=enabled).fail(check_mode=check_mode)
    assert failed["error"]["kind"] == "not_installable"
    assert "android-apk and ios-ipa" in failed["msg"]
    assert app.asked() == [f"GET {BASE}/log"]


def test_cannot_be_created(app: AppWithArtifacts) -> None:
    for option in ({"slug": "none"}, {"title": "none"}):
        failed = app.manage(**option).fail()
        assert failed["error"]["kind"] == "not_found"
        assert "Only builds create artifacts. mobileops.ci.bitrise_artifact_info" in failed["msg"]
    assert "Did you mean twin? Only builds" in app.manage(title="twins").fail()["msg"]


@pytest.mark.parametrize("state", ["present", "absent"])
def test_build_that_is_not_there_is_an_error(app: AppWithArtifacts, state: str) -> None:
    failed = app.manage(build_slug="none", slug="apk", state=state).fail()
    assert (failed["error"]["kind"], failed["error"]["status"]) == ("not_found", 404)


@pytest.mark.parametrize(
    "options",
    [
        {"slug": ""},
        {"title": ""},
        {"slug": "apk", "state": "absent", "is_public_page_enabled": True},
        {"slug": "apk", "build_slug": ""},
    ],
)
def test_options_that_make_no_sense(app: AppWithArtifacts, options: dict[str, Any]) -> None:
    assert app.manage(**options).fail()["error"]["kind"] == "option"
    assert app.asked() == []


def test_without_the_right(app: AppWithArtifacts) -> None:
    app.has(an_artifact("apk", "app.apk", artifact_type="android-apk"), roles={"viewer": "viewer"})
    token = app.service.emulator.tokens["viewer"]
    failed = app.manage(slug="apk", state="absent", api_token=token).fail()
    assert failed["error"]["kind"] == "forbidden"
    assert app.left() == {BUILD: ["apk"]}


def test_list(app: AppWithArtifacts) -> None:
    result = app.info().run()
    assert [artifact["slug"] for artifact in result["artifacts"]] == ["apk", "log", "twin1", "twin2"]
    assert app.asked() == [LIST]
    assert result["artifacts"][1]["artifact_meta"] == {"icon": None, "app": {"version": "1"}}
    assert {tuple(artifact) for artifact in result["artifacts"]} == {tuple(result["artifacts"][0])}


def test_list_some(app: AppWithArtifacts) -> None:
    def slugs(**options: Any) -> list[str]:
        return [artifact["slug"] for artifact in app.info(**options).run(check_mode=True)["artifacts"]]

    assert slugs(title="twin") == ["twin1", "twin2"]
    assert slugs(title="twin", limit=1) == ["twin1"]
    assert slugs(limit=2) == ["apk", "log"]
    assert slugs(slug="log") == ["log"]
    assert slugs(title="none") == []
    assert app.info(slug="none").fail()["error"]["status"] == 404
    assert app.info(title="").fail()["error"]["kind"] == "option"
    assert app.info(limit=0).fail()["error"]["kind"] == "option"


def test_all_pages(app: AppWithArtifacts) -> None:
    app.has(*({"slug": f"s{number}", "title": "t", "size_bytes": 1} for number in range(120)))
    assert len(app.info().run()["artifacts"]) == 120
    assert app.asked() == [LIST] * 3


def test_signed_urls_are_in_no_result(app: AppWithArtifacts) -> None:
    results = [app.info(slug="apk").run(), app.info().run(), app.manage(slug="apk").run(diff=True)]
    assert "X-Amz" not in str(results)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
FIELDS = (
    "title",
    "artifact_type",
    "artifact_meta",
    "is_public_page_enabled",
    "file_size_bytes",
    "intermediate_file_info",
    "expiring_download_url",
    "public_install_page_url",
    "another",
)


@given(st.dictionaries(st.sampled_from(FIELDS), VALUES))
@settings(max_examples=60)
def test_any_response_is_understood(data: dict[str, Any]) -> None:
    result = Artifact.from_service({"slug": "s", **data}).as_result()
    json.dumps(result)
    assert isinstance(result["is_public_page_enabled"], bool)
    assert result["file_size_bytes"] is None or result["file_size_bytes"] >= 0
    assert list(result) == list(Artifact.from_service({"slug": "s"}).as_result())


def test_response_without_anything(app: AppWithArtifacts) -> None:
    with serving(CannedResponse(200, b'{"data": {"slug": "apk", "expiring_download_url": ""}}')) as server:
        assert app.manage(slug="apk", api_url=server.url).run()["artifact"]["title"] is None
        failed = app.download(slug="apk", api_url=server.url).fail()
    assert failed["error"]["kind"] == "invalid_response"
    assert "returned no URL" in failed["msg"]
