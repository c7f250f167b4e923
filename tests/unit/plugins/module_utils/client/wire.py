# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses and failures of a connection, without a socket."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
import urllib3
from requests.adapters import HTTPAdapter

from ansible_collections.mobileops.ci.plugins.module_utils._http.gates import Gates
from ansible_collections.mobileops.ci.plugins.module_utils._http.redact import Redactor
from ansible_collections.mobileops.ci.plugins.module_utils._http.session import Call, HttpSession
from ansible_collections.mobileops.ci.plugins.module_utils._http.transport_options import Transport
from tests.helpers.clock import VirtualClock

API = "https://api.example.com/v0.1"
REQUEST = requests.Request("GET", f"{API}/apps").prepare()


def response(status: int = 200, body: bytes = b"{}", headers: dict[str, str] | None = None) -> requests.Response:
    """Return a response of requests whose body is not read yet."""
    raw = urllib3.HTTPResponse(io.BytesIO(body), headers=headers or {}, status=status, preload_content=False)
    return HTTPAdapter().build_response(REQUEST, raw)


def with_body(
    status: int, body: bytes, headers: dict[str, str] | None = None, reason: str | None = None
) -> requests.Response:
    """Return a response whose body is read."""
    found = response(status, body, headers)
    found.reason = reason  # type: ignore[assignment]  # older versions of HTTP need not send one
    assert found.content == body
    return found


@dataclass
class Wire:
    """Outcomes of attempts, in order. The last one is repeated."""

    outcomes: list[requests.Response | Exception | Callable[[], requests.Response]] = field(default_factory=list)
    sent: list[requests.PreparedRequest] = field(default_factory=list)
    options: list[dict[str, Any]] = field(default_factory=list)

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        self.sent.append(request)
        self.options.append(options)
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, Exception):
            raise outcome
        found = outcome() if callable(outcome) else outcome
        found.request = request
        return found


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    wire = Wire()
    monkeypatch.setattr(requests.Session, "send", wire.send)
    return wire


def new_session(clock: VirtualClock, time_limit: float = 1000.0, **transport: Any) -> HttpSession:
    options = Transport(clock=clock, time_limit=time_limit, **transport)
    return HttpSession(options, Gates(clock, time_limit), Redactor(["c4nary"]))


def call(method: str = "GET", **more: Any) -> Call:
    return Call(method, f"{API}/apps", "list the apps", "/apps", **more)
