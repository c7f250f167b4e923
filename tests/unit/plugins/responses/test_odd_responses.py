# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Odd responses: no module crashes, shows a secret, or returns a value of an undocumented type."""

from __future__ import annotations

import importlib
import io
import json
import re
import tempfile
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.doctor import network
from ansible_collections.mobileops.ci.plugins.module_utils._core.text import one_line
from ansible_collections.mobileops.ci.plugins.module_utils._http.service_client import ServiceClient
from ansible_collections.mobileops.ci.plugins.module_utils._http.session import Call, HttpSession
from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import TaskContext
from tests.helpers.documentation import COLLECTION, MODULES, asks_a_service, read_yaml, spec_of
from tests.helpers.documented_results import TYPES
from tests.helpers.tasks import validated

from .cases import CASES, FOLDER, Case
from .description import DescribedResponses

CONNECTION = {"api_url": "https://api.example/v0.1", "api_token": "t0ken-c4nary", "max_retries": 0}
# Modules that read every field with its type, so that their results match the documentation for any response.
TYPED = {
    "bitrise_build_abort",
    "bitrise_build_info",
    "bitrise_build_log",
    "bitrise_build_trigger",
    "bitrise_doctor",
    "bitrise_organization_info",
    "bitrise_user_info",
}


class FakeHttp:
    """Responses in place of the network: always the same for the same operation."""

    def __init__(self, responses: dict[str, Any]) -> None:
        self._responses = {operation: json.dumps(body).encode() for operation, body in responses.items()}
        self._patterns = {
            operation: re.compile(re.sub(r"\{[^}]*\}", "[^/]+", operation)) for operation in self._responses
        }

    def replace_network(self, patch: pytest.MonkeyPatch) -> None:
        """Let each task get these responses, at once and without a connection."""
        patch.setattr(HttpSession, "_once", self.respond)
        patch.setattr(ServiceClient, "sleep", lambda _client, _seconds: None)
        # Only the doctor creates its own connections.
        patch.setattr(network, "resolve", lambda _hop: ["192.0.2.1"])
        patch.setattr(network, "connect", lambda _hop, _timeout: io.BytesIO())
        patch.setattr(network, "handshake", lambda *_arguments: network.Handshake("TLSv1.3", "Acme", None))

    def respond(self, call: Call, *, stream: bool) -> requests.Response:
        del stream
        response = requests.Response()
        response.status_code = 200
        response.request = requests.Request(call.method, "https://api.example").prepare()
        host = urlsplit(call.url).hostname
        response._content = b"bytes" if host == "storage.example" else self._body(call)
        response._content_consumed = True
        return response

    def _body(self, call: Call) -> bytes:
        request = f"{call.method} {urlsplit(call.url).path.removeprefix('/v0.1')}"
        if request == "GET ":
            return b"{}"  # the root of the API, which the description does not contain
        # The most exact one: "uploaded" is no slug.
        found = [name for name, pattern in self._patterns.items() if pattern.fullmatch(request)]
        return self._responses[min(found, key=lambda name: name.count("{"))]


@cache
def documented(module: str) -> dict[str, Any]:
    source = importlib.import_module(f"ansible_collections.{COLLECTION}.plugins.modules.{module}")
    found: dict[str, Any] = read_yaml(source.RETURN)
    return found


def check_type(where: str, described: dict[str, Any], value: Any) -> None:
    if value is None:
        return
    of_its_type: bool = isinstance(value, TYPES[described["type"]])
    assert of_its_type, f"{where}: {value!r}"
    assert not (described["type"] == "int" and isinstance(value, bool)), where
    if described["type"] == "list":
        for spec in value:
            check_type(where, {**described, "type": described["elements"]}, spec)
    elif described["type"] == "dict" and "contains" in described:
        assert set(value) <= set(described["contains"]), where
        for key, inner in value.items():
            check_type(f"{where}.{key}", described["contains"][key], inner)


def options_of(case: Case, folder: str) -> dict[str, Any]:
    spec = spec_of(case.module)
    own = {name: folder if value == FOLDER else value for name, value in case.options.items()}
    return validated(spec, spec.normalize({**CONNECTION, **own}))


def carried_out(case: Case, folder: str, *, check_mode: bool = False) -> dict[str, Any]:
    """Return the result of the case; `said` holds the lines of progress."""
    said: list[str] = []
    context = TaskContext(
        {"XDG_STATE_HOME": folder}, check_mode=check_mode, report_progress=said.append, report_detail=said.append
    )
    return {**spec_of(case.module).execute(options_of(case, folder), context, diff=True), "said": said}


def check(case: Case, result: dict[str, Any]) -> None:
    """Assert that a result is one that a user and a playbook can work with."""
    assert "exception" not in result, result["exception"]
    assert "c4nary" not in json.dumps(result, allow_nan=False)
    shown = [*result.get("warnings", ()), *result["said"]]
    if result.get("failed"):
        assert result["error"]["kind"], result
        shown.append(result["msg"])
    elif case.module in TYPED:
        for key, described in documented(case.module).items():
            check_type(key, described, result.get(key))
    for text in shown:
        assert text == one_line(text), text


@pytest.mark.parametrize("case", CASES, ids=str)
@settings(max_examples=10, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.integers(0, 2**32))
def test_odd_responses(case: Case, number: int) -> None:
    responses = DescribedResponses(number)
    http = FakeHttp({operation: responses.to(operation) for operation in case.operations})
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        http.replace_network(patch)
        for check_mode in (True, False):
            check(case, carried_out(case, folder, check_mode=check_mode))


def test_every_module_is_covered() -> None:
    asking = {module for module in MODULES if module.startswith("bitrise_") and asks_a_service(module)}
    assert {case.module for case in CASES} == asking
