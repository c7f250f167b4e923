# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP for services and for storage behind signed URLs: keep-alive, retries, and detailed errors.

It contains no code for Ansible or a service, and no policy. It does not read os.environ. Proxies and certificate
bundles come from the environment of the task, which is a parameter.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from urllib.parse import urlsplit

from .._core import controller_process as _controller
from .._core.errors import (
    ConnectionFailedError,
    OptionError,
    ServiceError,
    UnclearOutcomeError,
)
from .announced_limits import read_announced_limit
from .connection_errors import NoResponseError, classify, was_never_sent
from .gates import Gate, Gates
from .pace import REFUSALS, Turn
from .ranges import (
    begins_at,
    is_same_content,
    range_headers,
    validator_of,
)
from .redact import Redactor
from .response_body import (
    CHUNK_BYTES,
    WHOLE_RESPONSE,
    BodyTooLargeError,
    BoundedBody,
    Limits,
)
from .service_url import host_of
from .session_pool import acquire, release
from .transport_options import Transport

try:
    import requests
    import urllib3
except ImportError:  # ModuleSpec.execute() reports the missing library before this code runs
    requests = None  # type: ignore[assignment]
    urllib3 = None  # type: ignore[assignment]

RETRIED_STATUSES = frozenset({502, 504})
RETRIES_OF_UNKNOWN_HOST = {"dns": 1, "connection": 2, "proxy": 1}
# A request fails if the host refuses it this often for each of max_retries and serves other requests meanwhile.
REFUSALS_PER_RETRY = 10
FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 30.0
# Limits for the response of an API, and for an error body, which only a message quotes.
MOST_BYTES = 64 * 1024 * 1024
MOST_BYTES_OF_REFUSAL = 1024 * 1024


class Sink(Protocol):
    """Receiver of the bytes of a download."""

    def write(self, data: bytes, /) -> Any:
        """Take the next bytes."""


class RangeSink(Sink, Protocol):
    """A sink that keeps its bytes, so that an interrupted transfer can continue."""

    validator: str  # identifies the content of its bytes, see validator_of(), or ""

    @property
    def position(self) -> int:
        """Return the number of its bytes. The next attempt requests the bytes after them."""

    def restart(self) -> None:
        """Discard the bytes, because the response starts with the first byte again."""


@dataclass(frozen=True)
class Call:
    """One request, with its texts for messages."""

    method: str
    url: str = field(repr=False)  # may be signed
    what: str  # completes "Could not ...": "list the build certificates of app 1234"
    path: str | None = None  # for messages, None if the URL is signed and must stay secret
    params: Mapping[str, Any] | None = None
    json: Any = field(default=None, repr=False)
    data: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    repeatable: bool = True  # False if a second request would have a second effect
    most_bytes: int | None = None  # limit of a transfer, None if only the time limit of the task applies

    @property
    def shown(self) -> str:
        return f"{self.method} {self.path}" if self.path else f"{self.method} at {urlsplit(self.url).hostname}"

    def details(self, **more: Any) -> dict[str, Any]:
        return {"method": self.method, "path": self.path, **more}


@dataclass
class _Request:
    """The attempts of a call."""

    call: Call
    owner: int
    failures: int = 0  # of this request alone
    waits: int = 0  # refusals after which the host served other requests
    served_before: int | None = None
    was_refused: bool = False

    def may_retry(self, retries: int) -> bool:
        self.failures += 1
        return self.failures <= retries

    def may_wait(self, retries: int, served: int) -> bool:
        """Return whether to wait behind the gate. False if the host always refuses this request.

        `served`: number of requests that the host served so far.
        """
        self.waits += served != self.served_before
        self.served_before = served
        return self.waits <= REFUSALS_PER_RETRY * retries


class HttpSession:
    """One keep-alive session. Not for several threads at once."""

    def __init__(
        self,
        transport: Transport,
        gates: Gates,
        redact: Redactor,
        headers: Mapping[str, str] | None = None,
        explain: Callable[[Call, requests.Response], ServiceError] | None = None,
    ) -> None:
        self.transport = transport
        self.gates = gates
        self.redact = redact
        self.sent = 0  # requests, retries included
        # Creates the error for a refusal, which ends the task if the host stops serving.
        self._explain = explain or (lambda call, response: as_service_error(call, response, "", "server_error"))
        self._headers = dict(headers or {})
        self._verify = transport.verify
        self._session = acquire(self._verify)
        if self._verify is False:
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

    def close(self) -> None:
        """Return the connections to the pool. The session cannot be used after that."""
        release(self._verify, self._session)

    def send(self, call: Call) -> requests.Response:
        """Return the response with its body, for every status. Raise ConnectionFailedError or UnclearOutcomeError."""
        return self._with_retries(call, lambda: self._once(call, stream=False))

    def download(self, call: Call, open_sink: Callable[[], Sink]) -> requests.Response:
        """Stream the body of a success into a sink, a new one for each attempt. Read the body of any other response."""

        def once() -> requests.Response:
            response = self._once(call, stream=True)
            with response:
                if response.status_code == 200:
                    self._stream_to(call, response, open_sink())
                else:
                    self._read(call, response)
            return response

        return self._with_retries(call, once)

    def download_on(self, call: Call, sink: RangeSink) -> requests.Response:
        """Stream the body of a success into a sink. Each attempt continues at the end of the one before."""

        def once() -> requests.Response:
            if not sink.validator:
                sink.restart()  # whether the rest belongs to the same content is unknown
            start = sink.position
            headers = {**call.headers, **range_headers(start, sink.validator)}
            response = self._once(replace(call, headers=headers), stream=True)
            if start and response.status_code == 416:
                # The content is shorter than the bytes of the sink, so they belong to another content.
                response.close()
                sink.restart()
                return once()
            with response:
                if response.status_code not in (200, 206):
                    self._read(call, response)
                    return response
                if start and response.status_code == 206:
                    if not begins_at(start, response.headers):
                        raise as_service_error(call, response, "not the requested part", "invalid_response")
                    if not is_same_content(sink.validator, response.headers):
                        # The storage ignores If-Range.
                        sink.restart()
                        return once()
                else:
                    sink.restart()
                    sink.validator = validator_of(response.headers)
                self._stream_to(call, response, sink)
            return response

        return self._with_retries(call, once)

    def _with_retries(self, call: Call, once: Callable[[], requests.Response]) -> requests.Response:
        gate = self.gates.of(call.url)
        request = _Request(call, gate.new_owner())
        while True:
            turn = gate.enter(request.owner)
            try:
                response = once()
            except NoResponseError as failure:
                self._after_no_response(gate, turn, request, failure)
                continue
            except BaseException:
                gate.abandon(turn)
                raise
            gate.clock.observe(response.headers.get("Date"))
            if response.status_code in REFUSALS:
                repeat = self._after_refusal(gate, turn, request, response)
            elif response.status_code >= 500:
                repeat = self._after_server_error(gate, turn, request, response)
            else:
                gate.note_served(turn, read_announced_limit(response.headers, gate.clock.now()))
                repeat = False
            if not repeat:
                return response

    def _after_no_response(self, gate: Gate, turn: Turn, request: _Request, failure: NoResponseError) -> None:
        """Wait until the request may be retried, or raise the error."""
        error = failure.error
        waits_at_gate = gate.note_failed(turn, None, error)
        if failure.was_sent and not request.call.repeatable:
            raise UnclearOutcomeError(error) from failure
        retries = self.transport.max_retries if failure.worth_retrying else 0
        if not gate.pace.served and not failure.was_sent:
            # The host never responded. A wrong address is more likely than a temporary failure.
            retries = min(retries, RETRIES_OF_UNKNOWN_HOST.get(error.kind, retries))
        if waits_at_gate:
            gate.stop_if_hopeless(error, retries)
            if retries:
                return
        if not request.may_retry(retries):
            if request.failures > 1:
                error.notes.append(f"Tried {request.failures} times.")
            raise error from failure
        self.gates.sleep(back_off_s(request.failures))

    def _after_refusal(self, gate: Gate, turn: Turn, request: _Request, response: requests.Response) -> bool:
        """Wait as the host asks, and return whether the request is retried."""
        call, retries = request.call, self.transport.max_retries
        error = self._explain(call, response)
        announced = read_announced_limit(response.headers, gate.clock.now())
        alone_s = gate.note_refused(turn, response.status_code, announced, error, again=request.was_refused)
        request.was_refused = True
        # A request with status 429 had no effect, so even one that creates may be retried.
        if retries == 0 or not (call.repeatable or response.status_code == 429):
            return False
        if alone_s is not None:
            self.gates.sleep(alone_s)
            return True
        gate.stop_if_hopeless(error, retries)
        return request.may_wait(retries, gate.pace.served)

    def _after_server_error(self, gate: Gate, turn: Turn, request: _Request, response: requests.Response) -> bool:
        """Wait for the host, and return whether the request is retried."""
        call, status, retries = request.call, response.status_code, self.transport.max_retries
        error = self._explain(call, response)
        waits_at_gate = gate.note_failed(turn, status, error)
        if not call.repeatable or retries == 0:
            return False
        if waits_at_gate:
            gate.stop_if_hopeless(error, retries)
            return request.may_wait(retries, gate.pace.served)
        if status not in RETRIED_STATUSES or not request.may_retry(retries):
            return False
        self.gates.sleep(back_off_s(request.failures))
        return True

    def _once(self, call: Call, *, stream: bool) -> requests.Response:
        _controller.check()
        self.sent += 1
        timeout = max(1.0, min(self.transport.timeout, self.gates.deadline.left_to_finish_s))
        timeout = min(timeout, self.transport.timeout)
        try:
            response = self._session.send(
                self._prepared(call),
                timeout=timeout,
                proxies=self.transport.proxies(call.url),
                # requests searches the bundle on the disk for each request, even without TLS.
                verify=self._verify if call.url.startswith("https:") else True,
                allow_redirects=False,
                stream=True,
            )
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise self._no_response(call, error, timeout) from error
        limits = self._limits(call, response, timeout, stream=stream)
        response.raw = BoundedBody(response.raw, self.gates.clock.monotonic, limits)
        if not stream:
            self._read(call, response)
        return response

    def _prepared(self, call: Call) -> requests.PreparedRequest:
        """Return the prepared request. Raise OptionError if its URL leads to another host than call.url."""
        request = requests.Request(
            call.method,
            call.url,
            params=call.params,
            json=call.json,
            data=call.data,
            headers={**self._headers, **call.headers},
        )
        prepared = self._session.prepare_request(request)
        host = host_of(call.url)
        if host is None or host_of(prepared.url or "") != host:
            raise OptionError(f"Could not {call.what}: the URL of the request does not name one host. Check api_url.")
        return prepared

    def _limits(self, call: Call, response: requests.Response, timeout: float, *, stream: bool) -> Limits:
        whole_s = WHOLE_RESPONSE * timeout
        if not 200 <= response.status_code < 300:
            return Limits(timeout, whole_s, MOST_BYTES_OF_REFUSAL, may_be_cut=True)
        if not stream:
            return Limits(timeout, whole_s, MOST_BYTES)
        whole_s = max(whole_s, self.gates.deadline.left_to_finish_s)
        return Limits(timeout, whole_s, call.most_bytes, is_transfer=True)

    def _read(self, call: Call, response: requests.Response) -> None:
        """Read the whole body."""
        body: Any = response.raw  # a BoundedBody
        try:
            received = len(response.content)
            if not body.was_cut:
                _check_length(response, received)
        except BodyTooLargeError as error:
            raise as_service_error(call, response, str(error), "invalid_response") from error
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise self._no_response(call, error, body.limits.timeout_s) from error

    def _stream_to(self, call: Call, response: requests.Response, sink: Sink) -> None:
        body: Any = response.raw  # a BoundedBody
        received = 0
        chunks = response.iter_content(CHUNK_BYTES)
        while True:
            try:
                chunk = next(chunks, None)
                if chunk is None:
                    _check_length(response, received)
                    return
            except BodyTooLargeError as error:
                raise as_service_error(call, response, str(error), "invalid_response") from error
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                raise self._no_response(call, error, body.limits.timeout_s) from error
            received += len(chunk)
            sink.write(chunk)

    def _no_response(self, call: Call, error: Exception, timeout: float) -> NoResponseError:
        kind, reason, advice = classify(error, timeout, self.transport.proxy_for(call.url))
        host = urlsplit(call.url).netloc.rpartition("@")[2]
        message = f"Could not {call.what}: {self.redact(reason.format(host=host))} ({call.shown}). {advice}".rstrip()
        if kind == "option":
            return NoResponseError(OptionError(message, **call.details()), was_sent=False, worth_retrying=False)
        failed = ConnectionFailedError(message, kind=kind, **call.details())
        failed.reason = f"{self.redact(reason.format(host=host))}. {advice}".strip()
        failed.reason = failed.reason[0].upper() + failed.reason[1:]
        return NoResponseError(
            failed,
            was_sent=not was_never_sent(error),
            worth_retrying=kind != "tls",
        )


def _check_length(response: requests.Response, received: int) -> None:
    """Raise an error for a body that ends early, which older versions of urllib3 accept."""
    stated = response.headers.get("Content-Length", "")
    encoded = response.headers.get("Content-Encoding")
    if response.request.method != "HEAD" and not encoded and stated.isdigit() and int(stated) != received:
        raise requests.exceptions.ChunkedEncodingError(f"{received} of {stated} bytes received")


def back_off_s(failures: int) -> float:
    """Return the seconds to wait after this number of failures: exponential with full jitter."""
    return random.uniform(0, min(LONGEST_DELAY_S, FIRST_DELAY_S * 2 ** (failures - 1)))  # noqa: S311


def as_service_error(call: Call, response: requests.Response, words: str, kind: str, hint: str = "") -> ServiceError:
    """Return the error for a response: the request, the response, and advice."""
    outcome = f"returned {response.status_code}{f': {words}' if words else ''}."
    message = f"Could not {call.what}: {call.shown} {outcome}"
    error = ServiceError(
        f"{message} {hint}".rstrip(),
        kind=kind,
        status=response.status_code,
        request_id=response.headers.get("X-Request-Id") or response.headers.get("x-amz-request-id"),
        **call.details(),
    )
    error.reason = f"{urlsplit(call.url).hostname} {outcome}"
    return error
