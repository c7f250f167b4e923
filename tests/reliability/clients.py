# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clients of the service in this process. Their requests are counted, stopped, disturbed and ordered."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from http.client import RemoteDisconnected
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import BaseAdapter, HTTPAdapter

from ansible_collections.mobileops.ci.plugins.module_utils._http.response_body import WHOLE_RESPONSE
from tests.helpers.service import word

from .service import FIRST_PORT, TOKEN, InProcess, ServiceResponse

_PARSE_URL = urllib3.util.parse_url
_parse_url = lru_cache(1024)(_PARSE_URL)
WITH_TOKEN = " with the token"
LATENCY_S = 0.25
LATE_S = 2 * 3600.0
_JSON = {"content-type": "application/json"}


def _too_many(retry_after: str) -> ServiceResponse:
    return ServiceResponse(429, {**_JSON, "retry-after": retry_after}, b'{"message":"Injected"}')


# Responses of a proxy or load balancer between the collection and the service.
RESPONSES: Mapping[str, ServiceResponse] = {
    "html": ServiceResponse(200, {"content-type": "text/html"}, b"<html>busy</html>"),
    "{}": ServiceResponse(200, _JSON, b"{}"),
    "empty": ServiceResponse(200, _JSON, b""),
    "malformed": ServiceResponse(200, _JSON, b'{"data": [}'),
    "wrong shape": ServiceResponse(200, _JSON, b'{"data": 5, "apps": 5, "keys": 5, "paging": []}'),
    "a list": ServiceResponse(200, _JSON, b"[1, null]"),
    "no text": ServiceResponse(200, _JSON, b"\xff\xfe is no UTF-8"),
    "redirect": ServiceResponse(302, {"location": "http://other.example/v0.1/me"}, b""),
    "redirect to a port": ServiceResponse(307, {"location": "http://127.0.0.1:1/v0.1/me"}, b""),
    "429 seconds": _too_many("2"),
    "429 date": _too_many("Wed, 21 Oct 2015 07:28:00 GMT"),
    "429 nonsense": _too_many("soon"),
    "429 negative": _too_many("-5"),
    "429 huge": _too_many("1000000000"),
}


class Killed(BaseException):
    """Stop the process. No code of the collection may handle this, as no code can handle SIGKILL."""


@dataclass(frozen=True)
class Disturbance:
    """Describe what happens to the request with this number, and to `times - 1` after it.

    `what` is `kill`, `reset` or `timeout` (each `before` the request reaches the service, or after its effect), a
    status, one of `RESPONSES` (which do not come from the service), `cut` (half of the response), `kill reading` (after
    half of it), `late` (two hours pass before the request arrives), or a switch of the emulator for this request.
    """

    number: int
    what: str | int | Mapping[str, Any]
    before: bool = False
    times: int = 1

    def concerns(self, number: int) -> bool:
        return self.number <= number < self.number + self.times

    def __str__(self) -> str:
        what = self.what if isinstance(self.what, (str, int)) else " ".join(f"{k}={v}" for k, v in self.what.items())
        where = "" if isinstance(self.what, Mapping) else " before" if self.before else " after"
        return f"{what}{where} request {self.number}" + (" and all later ones" if self.times > 1 else "")


@dataclass
class Client:
    """One run of a task, as the service sees it."""

    port: int = FIRST_PORT
    disturbance: Disturbance | None = None
    # Called before a request goes out; a scheduler makes it wait its turn.
    arrive: Callable[[], None] = lambda: None
    sent: int = 0
    trace: list[str] = field(default_factory=list)
    is_killed: bool = False
    # Called at the moment of a kill.
    killed: Callable[[], None] = lambda: None

    @property
    def wrote(self) -> bool:
        return not set(self.trace) <= {"list", "show", "get", "app", "apps"}


class _Deadly(io.BytesIO):
    """A body of which half arrives before the process is killed."""

    def __init__(self, body: bytes, client: Client) -> None:
        super().__init__(body[: (len(body) + 1) // 2])
        self._client = client

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        if not data:
            if not self._client.is_killed:
                self._client.is_killed = True
                self._client.killed()
            raise Killed
        return data

    def read1(self, size: int | None = -1, /) -> bytes:
        return self.read(size)


class Adapter(BaseAdapter):
    """Brings the requests of all clients to the service. `look` is called after the effect of each."""

    def __init__(self, service: InProcess) -> None:
        super().__init__()
        self._service = service
        self._build = HTTPAdapter().build_response
        self.look: Callable[[], None] = lambda: None
        self.clients: dict[int, Client] = {}
        # Requests to other hosts.
        self.astray: list[str] = []

    def close(self) -> None:
        """Do nothing, as nothing is open."""

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        assert request.url is not None
        client = self.clients.get(urlsplit(request.url).port or 0)
        if client is None:
            self.astray.append(f"{request.url}{WITH_TOKEN if TOKEN in str(request.headers) else ''}")
            raise requests.ConnectionError("There is nothing at this address.", request=request)
        if client.is_killed:
            raise Killed
        asked_at = self._service.time.seconds
        client.arrive()
        waited_s = self._service.time.seconds - asked_at
        client.sent += 1
        path = urlsplit(request.url).path
        area = "storage" if path.startswith("/_storage/") else "api"
        client.trace.append(word({"area": area, "method": request.method, "path": path}))
        if client.trace[-1] == "confirm" and waited_s > WHOLE_RESPONSE * float(timeout):
            # A run looks at the clock right before a confirmation, which then cannot be under way for longer than this.
            raise requests.ReadTimeout("Read timed out.", request=request)
        self._service.time.seconds += LATENCY_S
        struck = client.disturbance if client.disturbance and client.disturbance.concerns(client.sent) else None
        if struck is None:
            return self._response(request, self._effect(client, request))
        return self._spoiled(client, struck, request, float(timeout))

    def _spoiled(
        self, client: Client, struck: Disturbance, request: requests.PreparedRequest, timeout: float
    ) -> requests.Response:
        what = struck.what
        if isinstance(what, Mapping):
            self._service.service.faults.add({"switch": dict(what), "times": 1})
        if isinstance(what, str) and what in RESPONSES:
            return self._response(request, RESPONSES[what])
        if what == "late":
            self._service.time.seconds += LATE_S
        response = None if struck.before else self._effect(client, request)
        if what == "kill":
            client.is_killed = True
            client.killed()
            raise Killed
        if what == "reset":
            broken = urllib3.exceptions.ProtocolError("Connection aborted.", RemoteDisconnected("without response"))
            raise requests.ConnectionError(broken, request=request)
        if what == "timeout":
            self._service.time.seconds += timeout
            raise requests.ReadTimeout("Read timed out.", request=request)
        if isinstance(what, int):
            response = ServiceResponse(what, _JSON, b'{"message":"Injected"}')
        assert response is not None
        if what == "kill reading":
            return self._response(request, response, _Deadly(response.body, client))
        if what == "cut" and response.body:
            whole = str(len(response.body))
            response = ServiceResponse(
                response.status, {**response.headers, "content-length": whole}, response.body[: len(response.body) // 2]
            )
        return self._response(request, response)

    def _effect(self, client: Client, request: requests.PreparedRequest) -> ServiceResponse:
        body = request.body or b""
        data = body.encode() if isinstance(body, str) else bytes(body)
        assert request.method
        assert request.url
        response = self._service.respond(client.port, request.method, request.url, dict(request.headers), data)
        self.look()
        return response

    def _response(
        self, request: requests.PreparedRequest, response: ServiceResponse, body: io.BytesIO | None = None
    ) -> requests.Response:
        raw = urllib3.HTTPResponse(
            body=body or io.BytesIO(response.body),
            headers=dict(response.headers),
            status=response.status,
            preload_content=False,
            request_method=request.method,
        )
        return self._build(request, raw)


@contextmanager
def in_force(service: InProcess) -> Iterator[Adapter]:
    """Send every request of the collection to the service, and have both live by the service's time."""
    adapter = Adapter(service)
    with ExitStack() as stack:
        stack.enter_context(service.time.in_force())
        stack.enter_context(patch.object(requests.Session, "get_adapter", lambda _self, url: adapter))
        # Each URL is parsed several times, which takes a fifth of the time of a run.
        for module in [module for module in sys.modules.values() if vars(module).get("parse_url") is _PARSE_URL]:
            stack.enter_context(patch.object(module, "parse_url", _parse_url))
        yield adapter
