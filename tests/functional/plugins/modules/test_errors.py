# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module, every kind of error: one message, the kind, no traceback, no secret."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.inspection.code_signing_info import (
    CODE_SIGNING_INFO,
)
from tests.helpers.service import APP, CERTIFICATES, PROFILES, Service, a_file
from tests.helpers.tasks import ALL_ENTRIES, Task, Tasks, b64

FAILURES: dict[str, tuple[str, int | None, dict[str, Any], dict[str, Any]]] = {
    "wrong token": ("unauthorized", 401, {"api_token": "wr0ng-c4nary"}, {}),
    "no rights": ("forbidden", 403, {}, {"status": 403}),
    "unknown app": ("not_found", 404, {}, {"status": 404}),
    "too many requests": ("rate_limited", 429, {}, {"status": 429}),
    "too many requests, with a date": ("rate_limited", 429, {}, {"status": 429, "retry_after": 4000}),
    "page of the edge": ("server_error", 502, {}, {"status": 502, "html": True}),
    "broken JSON": ("invalid_response", 200, {}, {"malformed": True}),
    "cut response": ("connection", None, {}, {"truncate": True}),
    "lost connection": ("connection", None, {}, {"drop": "before"}),
    "refused connection": ("connection", None, {"api_url": "http://127.0.0.1:9/v0.1"}, {}),
    "unknown host": ("dns", None, {"api_url": "https://nowhere.invalid/v0.1"}, {}),
    "plain http": ("option", None, {"api_url": "http://api.example.com/v0.1"}, {}),
    "timeout": ("timeout", None, {"timeout": 0.05}, {"slow_s": 10}),
}
NEEDED: dict[str, dict[str, Any]] = {
    "bitrise_provisioning_profile": {"app_slug": APP, "name": "dist", "content": b64(b"c4nary bytes")},
    "bitrise_build_certificate": {
        "app_slug": APP,
        "name": "dist",
        "content": b64(b"c4nary bytes"),
        "certificate_password": "c4nary password",
    },
    "bitrise_android_keystore": {
        "app_slug": APP,
        "name": "x",
        "content": b64(b"c4nary bytes"),
        "alias": "c4nary alias",
        "password": "c4nary password",
        "private_key_password": "c4nary too",
    },
    "bitrise_project_file": {"app_slug": APP, "name": "x", "content": b64(b"c4nary bytes"), "user_env_key": "X"},
    "bitrise_android_keystore_info": {"app_slug": APP},
    "bitrise_project_file_info": {"app_slug": APP},
    "bitrise_provisioning_profile_info": {"app_slug": APP},
    "bitrise_build_certificate_info": {"app_slug": APP},
    "bitrise_app_info": {},
}


@pytest.mark.parametrize("spec", ALL_ENTRIES, ids=lambda spec: spec.name)
@pytest.mark.parametrize(("kind", "status", "options", "fault"), FAILURES.values(), ids=FAILURES.keys())
def test_failure(
    service: Service,
    tasks: Tasks,
    spec: Any,
    kind: str,
    status: int | None,
    options: dict[str, Any],
    fault: dict[str, Any],
) -> None:
    if fault:
        service.emulator.fault(**fault)
    failed = tasks.make(spec, **NEEDED[spec.name], **options).fail()
    assert (failed["error"]["kind"], failed["error"]["status"]) == (kind, status)
    text = str(failed)
    for secret in (service.emulator.tokens["owner"], "c4nary", b64(b"c4nary bytes"), "Traceback"):
        assert secret not in text
    assert failed["msg"].endswith(".")
    assert "\n" not in failed["msg"]


def test_not_found_names_both_reasons(service: Service, tasks: Tasks) -> None:
    message = tasks.file(PROFILES, b"x", app_slug="0000000000000000").fail()["msg"]
    tried, _colon, said = message.partition(": ")
    assert tried == "Could not list the provisioning profiles of app 0000000000000000"
    assert said == (
        "GET /apps/0000000000000000/provisioning-profiles returned 404: Not Found. Either it does not exist or this "
        "token has no access to it: the service gives the same response for both. "
        "Check the slugs, the owner of the token, and api_url."
    )


def test_a_password_in_a_message_of_the_service_is_redacted(service: Service, tasks: Tasks) -> None:
    service.emulator.fault(method="PATCH", status=400, body='{"message": "wrong password c4nary!"}')
    failed = tasks.file(CERTIFICATES, b"x", certificate_password="c4nary").fail()
    assert "wrong password ********!" in failed["msg"]


def bug(*_arguments: Any) -> Any:
    raise KeyError("c4nary")


@pytest.mark.parametrize("place", ["connect", "run"])
def test_a_bug_is_reported_with_its_traceback(tasks: Tasks, place: str) -> None:
    """Report a bug of the collection with a message that says so, and the traceback."""
    import dataclasses

    task: Task = tasks.file(PROFILES, b"x")
    broken: Callable[..., Any] = bug
    spec = dataclasses.replace(task.spec, **{place: broken})
    result = dataclasses.replace(task, spec=spec).result()
    assert result["failed"] is True
    assert "this is a bug of the collection" in result["msg"]
    assert result["error"]["kind"] == "bug"
    assert "KeyError" in result["exception"]


def test_a_traceback_is_redacted(tasks: Tasks, monkeypatch: pytest.MonkeyPatch) -> None:
    def pages(client: BitriseClient, *_arguments: Any) -> Any:
        client.redact.add("c4nary")
        raise KeyError("c4nary")

    monkeypatch.setattr(BitriseClient, "pages", pages)
    for task in (tasks.listing(PROFILES), tasks.make(CODE_SIGNING_INFO)):
        assert "KeyError: '********'" in task.result()["exception"]


def test_a_failure_after_a_change_returns_the_actions(service: Service, tasks: Tasks) -> None:
    service.holds(PROFILES, a_file("dist", b"old"))
    service.emulator.fault(method="DELETE", status=400)
    failed = tasks.file(PROFILES, b"new").result()
    assert failed["failed"] is failed["changed"] is True
    assert [action["action"] for action in failed["actions"]] == ["upload"]


def test_an_inherited_password_is_redacted(service: Service, tasks: Tasks) -> None:
    """Redact the password of an older file, which is no option of the task."""
    old = a_file("dist", b"old", certificate_password="c4nary-old")
    service.holds(CERTIFICATES, old, a_file("dist", b"new"))
    service.emulator.fault(method="PATCH", status=400, body='{"message": "c4nary-old is too short"}')
    failed = tasks.file(CERTIFICATES, b"new").result()
    assert "******** is too short" in failed["msg"]


def test_a_missing_library_is_named_with_the_interpreter(tasks: Tasks) -> None:
    import dataclasses
    import sys

    task = tasks.file(PROFILES, b"x")
    spec = dataclasses.replace(task.spec, requires=("requests", "no_such_library"))
    failed = dataclasses.replace(task, spec=spec).fail()
    assert failed["error"]["kind"] == "missing_library"
    assert "no_such_library" in failed["msg"]
    assert sys.executable in failed["msg"]
