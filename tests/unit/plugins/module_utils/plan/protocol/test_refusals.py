# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests that the service refuses or whose response has old values: what a run does then, and what its error says."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    ANDROID_KEYSTORE,
    PROJECT_FILE,
    PROVISIONING_PROFILE,
    FileKind,
)
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import ServiceError

from .application import BY, NEW, STOP, UPLOAD, FaultyClient, Run, refused
from .planning import Declaration
from .scenarios import file, slot
from .service import MARKER, NAME, OTHER_SLOT, File, Files, ulid


@pytest.mark.parametrize("status", [400, 403, 405, 409, 422])
def test_a_leftover_that_may_prevent_an_upload_is_deleted_first(status: int) -> None:
    run = Run(FaultyClient((BY, slot(6)), {"POST": refused(status)}, times=1), NEW)
    assert run.error is None
    assert run.requests == [STOP, STOP, "POST", "LIST", "GET 6", "DELETE 6", *UPLOAD, STOP, "GET 6"]
    assert run.actions == ["delete 6 leftover", "upload"]


@pytest.mark.parametrize(
    ("files", "request_", "error", "requests"),
    [
        pytest.param((BY, slot(6)), "POST", refused(404), ["POST"], id="not a refusal"),
        pytest.param((BY, slot(6)), "POST", refused(500), ["POST"], id="a failure"),
        pytest.param((BY, slot(6, old=False)), "POST", refused(), ["POST", "LIST"], id="an upload in progress"),
        pytest.param((BY,), "POST", refused(), ["POST", "LIST"], id="no leftover"),
        pytest.param(
            (BY, slot(6, old=False)),
            "POST",
            refused(403, kind="forbidden"),
            ["POST"],
            id="a role without the permission",
        ),
        pytest.param(
            (BY, slot(6)), "PUT", refused(403, "PUT", "storage"), ["POST", "PUT", "DELETE 10"], id="another request"
        ),
    ],
)
def test_other_failures_of_an_upload_end_the_run(
    files: Files, request_: str, error: ServiceError, requests: list[str]
) -> None:
    client = FaultyClient(files, {request_: error}, times=1)
    run = Run(client, NEW)
    assert run.error is error
    assert run.requests == [STOP, STOP, *requests]
    assert run.actions == []
    assert client.now == files


@pytest.mark.parametrize(
    ("slug", "advice"),
    [
        pytest.param(None, "Run again after 01:48 UTC. That run deletes the upload.", id="known time"),
        pytest.param(
            "unordered", "The service does not report how old it is. If no other run is in progress,", id="unknown"
        ),
    ],
)
def test_a_refusal_beside_an_unfinished_upload_names_it(slug: str | None, advice: str) -> None:
    class Service(FaultyClient):
        def _data(self, file: File) -> dict[str, Any]:
            data = super()._data(file)
            return data if file.is_processed or slug is None else {**data, "slug": slug}

    run = Run(Service((BY, slot(6, old=False)), {"POST": refused()}), NEW)
    assert run.error
    assert f"An unfinished upload (slug {slug or ulid(6, is_old=False)}) may prevent it. {advice}" in run.error.message


@pytest.mark.parametrize(
    ("kind", "name", "is_named"),
    [
        pytest.param(PROVISIONING_PROFILE, OTHER_SLOT, False, id="profiles have no keys"),
        pytest.param(ANDROID_KEYSTORE, OTHER_SLOT, True, id="the key of a keystore is unknown"),
        pytest.param(PROJECT_FILE, OTHER_SLOT, False, id="another key"),
        pytest.param(PROJECT_FILE, NAME, True, id="the same name"),
    ],
)
def test_an_unfinished_upload_prevents_others_by_its_name_or_its_key(
    kind: FileKind, name: str, *, is_named: bool
) -> None:
    client = FaultyClient((BY, slot(6, old=False, name=name)), {"POST": refused()}, kind=kind)
    run = Run(client, Declaration("X", has_key=kind == PROJECT_FILE))
    assert run.error
    assert ("An unfinished upload" in run.error.message) is is_named
    advice = "If a file has this key already and the service does not allow two, set replace_order=delete_first"
    assert (advice in run.error.message) is (kind.has_env_key and not is_named)


def test_an_unfinished_project_file_with_the_same_key_is_named() -> None:
    files = (BY, slot(6, old=False, name=OTHER_SLOT))
    client = FaultyClient(files, {"POST": refused()}, {"LIST": {"user_env_key": "KEY"}}, kind=PROJECT_FILE)
    run = Run(client, Declaration("X", has_key=True))
    assert run.error
    assert "An unfinished upload" in run.error.message


@pytest.mark.parametrize(
    ("kind", "advice"),
    [
        (PROVISIONING_PROFILE, "before the old one is deleted. Delete the old one with state=absent first."),
        (PROJECT_FILE, "is deleted. Set replace_order=delete_first, or delete the old one with state=absent first."),
    ],
)
def test_a_refusal_beside_a_file_of_the_same_name_says_so(kind: FileKind, advice: str) -> None:
    run = Run(FaultyClient((BY, file(5)), {"POST": refused()}, kind=kind), Declaration("X", has_key=kind.has_env_key))
    assert run.error
    assert f"has a file of this name among its {kind.words}s already" in run.error.message
    assert advice in run.error.message
    assert "unfinished" not in run.error.message


def test_without_a_marker_no_protected_file_is_deleted() -> None:
    run = Run(FaultyClient((BY, file(5, protected=True)), {"POST marker": refused()}), NEW)
    assert run.requests[-1] == "POST marker"
    assert run.actions == ["upload is_expose, is_protected"]
    assert run.error
    assert "No old file was deleted. Declare is_protected=true for N" in run.error.message
    assert "Replaced files that still exist: N (slug " in run.error.message


def test_a_marker_of_an_earlier_run_is_not_deleted_before_the_old_file() -> None:
    marker = slot(6, name=MARKER, content="O")
    run = Run(FaultyClient((BY, file(5, protected=True), marker), {"POST": refused()}), NEW)
    assert run.error
    assert not [request for request in run.requests if "DELETE" in request]


def test_a_change_that_the_service_ignores_is_an_error() -> None:
    client = FaultyClient((BY, file(5)), changes={"PATCH is_expose": {"is_expose": False}})
    run = Run(client, Declaration(None, is_expose=True))
    assert run.error
    assert run.error.kind == "invalid_response"
    assert "accepted a change of is_expose of the provisioning profile of app app1 named N" in run.error.message
    assert run.actions == []


@pytest.mark.parametrize(
    ("key", "is_warned"),
    [("ANDROID_KEYSTORE_N", False), ("ANDROID_KEYSTORE_URL_2", True), ("", False), (None, False)],
)
def test_another_key_of_a_new_keystore_is_a_warning(key: str | None, is_warned: bool) -> None:
    client = FaultyClient(
        (BY, file(5, exposed=True)), changes={"CONFIRM": {"user_env_key": key}}, kind=ANDROID_KEYSTORE
    )
    run = Run(client, NEW)
    assert run.error is None
    found = [text for text in run.outcome.warnings if "The service gave the new file the key" in text]
    assert [f"the key {key}." in text for text in found] == [True] * is_warned


def test_any_key_of_a_first_keystore_is_as_expected() -> None:
    client = FaultyClient((BY,), changes={"CONFIRM": {"user_env_key": "KEY"}}, kind=ANDROID_KEYSTORE)
    run = Run(client, NEW)
    assert run.error is None
    assert not [text for text in run.outcome.warnings if "KEY" in text]


LEFTOVER = "The service refused to delete an unfinished upload, which remains: It refused."


def test_another_key_of_a_new_project_file_is_a_warning() -> None:
    client = FaultyClient((BY,), changes={"CONFIRM": {"user_env_key": "OTHER"}}, kind=PROJECT_FILE)
    run = Run(client, Declaration("X", has_key=True))
    assert "The service gave the new file the key OTHER." in run.outcome.warnings[0]


@pytest.mark.parametrize(
    ("request_", "error", "warnings", "actions"),
    [
        pytest.param("GET 6", refused(404, "GET", "not_found"), [], [], id="gone"),
        pytest.param("DELETE 6", refused(409, "DELETE"), [LEFTOVER], [], id="refused"),
    ],
)
def test_a_leftover_that_cannot_be_deleted_is_no_error(
    request_: str, error: ServiceError, warnings: list[str], actions: list[str]
) -> None:
    run = Run(FaultyClient((BY, file(5, "X"), slot(6)), {request_: error}), NEW)
    assert run.error is None
    assert run.outcome.warnings == warnings
    assert run.actions == actions


@pytest.mark.parametrize(("request_", "method"), [("GET 6", "GET"), ("DELETE 6", "DELETE")])
def test_a_failure_while_a_leftover_is_deleted_is_one(request_: str, method: str) -> None:
    error = refused(500, method)
    run = Run(FaultyClient((BY, file(5, "X"), slot(6)), {request_: error}), NEW)
    assert run.error is error
    assert run.actions == []


def test_a_leftover_that_another_run_confirms_is_not_deleted() -> None:
    client = FaultyClient((BY, file(5, "X"), slot(6)), changes={"GET 6": {"processed": True}})
    run = Run(client, NEW)
    assert run.requests == [STOP, STOP, "GET 6"]
    assert run.actions == []
