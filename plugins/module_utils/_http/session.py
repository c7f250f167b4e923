# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP for services and for storage behind signed URLs: keep-alive, retries, and errors that say what happened.

Knows nothing of Ansible, of a service or of policy, and takes nothing from os.environ: proxies and
certificate bundles are read from the environment of the task, which is handed over.
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
from .announced_limits import told_by
from .connection_errors import NoAnswerError, classify, was_never_sent
from .gates import Gate, Gates
from .pace import REFUSALS, REFUSALS_PER_RETRY, Turn
from .ranges import (
    begins_at,
    is_same_content,
    range_headers,
    validator_of,
)
from .redact import Redactor
from .response_body import (
    WHOLE_ANSWER,
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
except ImportError:  # Entry.requires names what is missing before anything here is used
    requests = None  # type: ignore[assignment]
    urllib3 = None  # type: ignore[assignment]

RETRIED_STATUSES = frozenset({502, 504})
RETRIES_OF_UNKNOWN_HOST = {"dns": 1, "connection": 2, "proxy": 1}
FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 30.0
CHUNK_BYTES = 256 * 1024
# An answer of an API is read as a whole; of a refusal only the words count.
MOST_BYTES = 64 * 1024 * 1024
MOST_BYTES_OF_REFUSAL = 1024 * 1024


class Sink(Protocol):
    """Where the bytes of a download go."""

    def write(self, data: bytes, /) -> Any:
        """Take the next bytes."""


class RangeSink(Sink, Protocol):
    """A sink that keeps what it has, so that a transfer which broke off goes on from there."""

    validator: str  # identifies the content that its bytes come from, see validator_of(); "" if nothing does

    @property
    def position(self) -> int:
        """How many bytes it has; from there on the next try asks for more."""

    def restart(self) -> None:
        """Forget them: the answer begins at the first byte again."""


@dataclass(frozen=True)
class Call:
    """One request, with the words that messages use for it."""

    method: str
    url: str
    what: str  # completes "Could not ...": "list the build certificates of app 1234"
    path: str | None = None  # as shown; None where the URL is signed and must not be seen
    params: Mapping[str, Any] | None = None
    json: Any = None
    data: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = True  # False: a second one would have a second effect
    most_bytes: int | None = None  # of a transfer; None: as many as come within the time limit of the task

    @property
    def shown(self) -> str:
        return f"{self.method} {self.path}" if self.path else f"{self.method} at {urlsplit(self.url).hostname}"

    def details(self, **more: Any) -> dict[str, Any]:
        return {"method": self.method, "path": self.path, **more}


@dataclass
class _Request:
    """A call while it is tried."""

    call: Call
    owner: int
    tries: int = 0  # failures of this request alone
    waits: int = 0  # refusals although the host served other requests since the last one
    served_before: int = -1
    was_refused: bool = False

    def may_retry(self, retries: int) -> bool:
        self.tries += 1
        return self.tries <= retries

    def may_wait(self, retries: int, served: int) -> bool:
        """Return whether to wait behind the gate, unless the host always refuses this very request.

        `served`: the number of requests that the host served so far.
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
        self.sent = 0  # requests, repetitions included
        # Makes the error for a refusal, which ends the task if the host does not serve any more.
        self._explain = explain or (lambda call, response: as_service_error(call, response, "", "server_error"))
        self._headers = dict(headers or {})
        self._verify = transport.verify
        self._session = acquire(self._verify)
        if self._verify is False:
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

    def close(self) -> None:
        """Give the connections back; nothing can be sent afterwards."""
        release(self._verify, self._session)

    def send(self, call: Call) -> requests.Response:
        """The answer, whatever its status, with its body read. Raises ConnectionFailedError or UnclearOutcomeError."""
        return self._with_retries(call, lambda: self._once(call, stream=False))

    def download(self, call: Call, open_sink: Callable[[], Sink]) -> requests.Response:
        """Stream the body of a success into a sink, a new one for each try. Any other answer has its body read."""

        def once() -> requests.Response:
            response = self._once(call, stream=True)
            with response:
                if response.status_code == 200:
                    self._pour(call, response, open_sink())
                else:
                    self._read(call, response)
            return response

        return self._with_retries(call, once)

    def download_on(self, call: Call, sink: RangeSink) -> requests.Response:
        """Stream the body of a success into a sink, each try from where the one before ended."""

        def once() -> requests.Response:
            if sink.position and not sink.validator:
                sink.restart()  # nothing tells whether the rest would be of the same content
            start = sink.position
            headers = {**call.headers, **range_headers(start, sink.validator)}
            response = self._once(replace(call, headers=headers), stream=True)
            if start and response.status_code == 416:
                # There is less than the sink has, so what it has is of something else.
                response.close()
                sink.restart()
                return once()
            with response:
                if response.status_code not in (200, 206):
                    self._read(call, response)
                    return response
                if start and response.status_code == 206:
                    if not begins_at(start, response.headers):
                        raise as_service_error(call, response, "another part than was asked for", "invalid_response")
                    if not is_same_content(sink.validator, response.headers):
                        # The storage ignores If-Range.
                        sink.restart()
                        return once()
                else:
                    sink.restart()
                    sink.validator = validator_of(response.headers)
                self._pour(call, response, sink)
            return response

        return self._with_retries(call, once)

    def _with_retries(self, call: Call, once: Callable[[], requests.Response]) -> requests.Response:
        gate = self.gates.of(call.url)
        request = _Request(call, gate.new_owner())
        while True:
            turn = gate.enter(request.owner)
            try:
                response = once()
            except NoAnswerError as failure:
                self._after_no_answer(gate, turn, request, failure)
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
                gate.note_served(turn, told_by(response.headers, gate.clock.now()))
                repeat = False
            if not repeat:
                return response

    def _after_no_answer(self, gate: Gate, turn: Turn, request: _Request, failure: NoAnswerError) -> None:
        """Wait until the request may be sent again, or raise the error."""
        error = failure.error
        waits_at_gate = gate.note_failed(turn, None, error)
        if failure.was_sent and not request.call.repeatable:
            raise UnclearOutcomeError(error) from failure
        retries = self.transport.max_retries if failure.worth_retrying else 0
        if not gate.pace.served and not failure.was_sent:
            # No answer ever came from there: a wrong address is more likely than a passing failure.
            retries = min(retries, RETRIES_OF_UNKNOWN_HOST.get(error.kind, retries))
        if waits_at_gate:
            gate.stop_if_hopeless(error, retries)
            if failure.worth_retrying and retries:
                return
        if not request.may_retry(retries):
            if request.tries > 1:
                error.notes.append(f"Tried {request.tries} times.")
            raise error from failure
        self.gates.sleep(back_off_s(request.tries))

    def _after_refusal(self, gate: Gate, turn: Turn, request: _Request, response: requests.Response) -> bool:
        """Wait as the host asks, and return whether the request is sent again."""
        call, retries = request.call, self.transport.max_retries
        error = self._explain(call, response)
        told = told_by(response.headers, gate.clock.now())
        alone_s = gate.note_refused(turn, response.status_code, told, error, again=request.was_refused)
        request.was_refused = True
        # After 429 nothing was done, so even a request that creates may be sent again.
        if retries == 0 or not (call.repeatable or response.status_code == 429):
            return False
        if alone_s is not None:
            self.gates.sleep(alone_s)
            return True
        gate.stop_if_hopeless(error, retries)
        return request.may_wait(retries, gate.pace.served)

    def _after_server_error(self, gate: Gate, turn: Turn, request: _Request, response: requests.Response) -> bool:
        """Wait for the host, and return whether the request is sent again."""
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
        self.gates.sleep(back_off_s(request.tries))
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
                # A bundle is looked for on the disk with each request, also where there is no TLS.
                verify=self._verify if call.url.startswith("https:") else True,
                allow_redirects=False,
                stream=True,
            )
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise self._no_answer(call, error) from error
        limits = self._limits(call, response, timeout, stream=stream)
        response.raw = BoundedBody(response.raw, self.gates.clock.monotonic, limits)
        if not stream:
            self._read(call, response)
        return response

    def _prepared(self, call: Call) -> requests.PreparedRequest:
        """Return the request as it is sent. Raise OptionError if its URL leads to another host than it seems to."""
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
        whole_s = WHOLE_ANSWER * timeout
        if not 200 <= response.status_code < 300:
            return Limits(timeout, whole_s, MOST_BYTES_OF_REFUSAL, may_be_cut=True)
        if not stream:
            return Limits(timeout, whole_s, MOST_BYTES)
        whole_s = max(whole_s, self.gates.deadline.left_to_finish_s)
        return Limits(timeout, whole_s, call.most_bytes, is_transfer=True)

    def _read(self, call: Call, response: requests.Response) -> None:
        """Have the whole body at hand."""
        try:
            received = len(response.content)
            if not getattr(response.raw, "was_cut", False):
                _check_length(response, received)
        except BodyTooLargeError as error:
            raise as_service_error(call, response, str(error), "invalid_response") from error
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise self._no_answer(call, error) from error

    def _pour(self, call: Call, response: requests.Response, sink: Sink) -> None:
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
                raise self._no_answer(call, error) from error
            received += len(chunk)
            sink.write(chunk)

    def _no_answer(self, call: Call, error: Exception) -> NoAnswerError:
        kind, reason, advice = classify(error, self.transport.timeout, self.transport.proxy_for(call.url))
        host = urlsplit(call.url).netloc.rpartition("@")[2]
        message = f"Could not {call.what}: {self.redact(reason.format(host=host))} ({call.shown}). {advice}".rstrip()
        if kind == "option":
            return NoAnswerError(OptionError(message, **call.details()), was_sent=False, worth_retrying=False)
        failed = ConnectionFailedError(message, kind=kind, **call.details())
        failed.reason = f"{self.redact(reason.format(host=host))}. {advice}".strip()
        failed.reason = failed.reason[0].upper() + failed.reason[1:]
        return NoAnswerError(
            failed,
            was_sent=not was_never_sent(error),
            worth_retrying=kind != "tls",
        )


def _check_length(response: requests.Response, received: int) -> None:
    """Older versions of urllib3 take a body that ends early for complete."""
    stated = response.headers.get("Content-Length", "")
    encoded = response.headers.get("Content-Encoding")
    if response.request.method != "HEAD" and not encoded and stated.isdigit() and int(stated) != received:
        raise requests.exceptions.ChunkedEncodingError(f"{received} of {stated} bytes received")


def back_off_s(tries: int) -> float:
    """Return the seconds to wait after so many tries: exponential with full jitter."""
    return random.uniform(0, min(LONGEST_DELAY_S, FIRST_DELAY_S * 2 ** (tries - 1)))  # noqa: S311


def as_service_error(call: Call, response: requests.Response, words: str, kind: str, hint: str = "") -> ServiceError:
    """The error for an answer: what was tried, what the service said, what to do next."""
    said = f"answered {response.status_code}{f': {words}' if words else ''}."
    message = f"Could not {call.what}: {call.shown} {said}"
    error = ServiceError(
        f"{message} {hint}".rstrip(),
        kind=kind,
        status=response.status_code,
        request_id=response.headers.get("X-Request-Id") or response.headers.get("x-amz-request-id"),
        **call.details(),
    )
    error.reason = f"{urlsplit(call.url).hostname} {said}"
    return error
