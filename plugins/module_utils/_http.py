# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP for services and for storage behind signed URLs: keep-alive, retries, and errors that say what happened.

Knows nothing of Ansible, of a service or of policy, and takes nothing from os.environ: proxies and
certificate bundles are read from the environment of the task, which is handed over.
"""

from __future__ import annotations

import random
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from ansible_collections.mobileops.ci.plugins.module_utils import _controller
from ansible_collections.mobileops.ci.plugins.module_utils._errors import (
    CiError,
    ConnectionFailedError,
    OptionError,
    ServiceError,
    UnclearOutcomeError,
)
from ansible_collections.mobileops.ci.plugins.module_utils._redact import Redactor
from ansible_collections.mobileops.ci.plugins.module_utils._service_clock import ServiceClock
from ansible_collections.mobileops.ci.plugins.module_utils._sessions import acquire, release
from ansible_collections.mobileops.ci.plugins.module_utils._transport import Transport

try:
    import requests
    import urllib3
except ImportError:  # Entry.requires names what is missing before anything here is used
    requests = None  # type: ignore[assignment]
    urllib3 = None  # type: ignore[assignment]

RETRIED_STATUSES = frozenset({429, 502, 503, 504})
FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 30.0
# A service that wants a longer pause than this is better told to the user than waited for.
LONGEST_RETRY_AFTER_S = 300.0
CHUNK_BYTES = 256 * 1024


class Sink(Protocol):
    """Where the bytes of a download go."""

    def write(self, data: bytes, /) -> Any:
        """Take the next bytes."""


class RangeSink(Sink, Protocol):
    """A sink that keeps what it has, so that a transfer which broke off goes on from there."""

    @property
    def position(self) -> int:
        """How many bytes it has; from there on the next try asks for more."""

    def restart(self) -> None:
        """Forget them: the answer begins at the first byte again."""


class Pause:
    """When requests may go on: sessions of several threads that share one back off together after a 429."""

    def __init__(self) -> None:
        self._until = 0.0
        self._lock = threading.Lock()

    def hold(self, seconds: float) -> None:
        with self._lock:
            self._until = max(self._until, time.monotonic() + seconds)

    def left(self) -> float:
        """Seconds to wait still."""
        return max(0.0, self._until - time.monotonic())


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

    @property
    def shown(self) -> str:
        return f"{self.method} {self.path}" if self.path else f"{self.method} at {urlsplit(self.url).hostname}"

    def details(self, **more: Any) -> dict[str, Any]:
        return {"method": self.method, "path": self.path, **more}


class HttpSession:
    """One keep-alive session. Not for several threads at once."""

    def __init__(
        self,
        transport: Transport,
        redact: Redactor,
        headers: Mapping[str, str] | None = None,
        pause: Pause | None = None,
    ) -> None:
        self.transport = transport
        self._pause = pause or Pause()
        self.redact = redact
        self.sent = 0  # requests, repetitions included
        self.clock = ServiceClock(time.monotonic)
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
        tag = ""

        def once() -> requests.Response:
            nonlocal tag
            start = sink.position
            # Another content under the same URL would have another tag: then all of it comes.
            ranged = {"Range": f"bytes={start}-", **({"If-Range": tag} if tag else {})} if start else {}
            response = self._once(replace(call, headers={**call.headers, **ranged}), stream=True)
            if start and response.status_code == 416:
                # There is less than the sink has, so what it has is of something else.
                response.close()
                sink.restart()
                return once()
            with response:
                if response.status_code not in (200, 206):
                    self._read(call, response)
                    return response
                if response.status_code == 206 and not _begins_at(start, response):
                    raise as_service_error(call, response, "another part than was asked for", "invalid_response")
                if response.status_code == 200 and start:
                    sink.restart()
                # A weak tag promises nothing about bytes.
                tag = response.headers.get("ETag", "")
                tag = tag if tag.startswith('"') else ""
                try:
                    self._pour(call, response, sink)
                except _NoAnswer:
                    if response.headers.get("Content-Encoding", "identity") != "identity":
                        sink.restart()  # what it has was decoded: offsets mean something else on the way here
                    raise
            return response

        return self._with_retries(call, once)

    def _with_retries(self, call: Call, once: Callable[[], requests.Response]) -> requests.Response:
        tries = 0
        while True:
            last = tries >= self.transport.max_retries
            tries += 1
            delay = back_off_s(tries)
            if held := self._pause.left():
                self.transport.sleep(held)
            try:
                response = once()
            except _NoAnswer as failure:
                error = failure.error
                if failure.was_sent and not call.repeatable:
                    raise UnclearOutcomeError(error) from failure
                if last or not failure.worth_retrying:
                    if tries > 1:
                        error.notes.append(f"Tried {tries} times.")
                    raise error from failure
            else:
                wanted = retry_after_s(response.headers.get("Retry-After"))
                # After 429 nothing was done, so even a request that creates may be sent again.
                repeatable = call.repeatable or response.status_code == 429
                if last or not repeatable or response.status_code not in RETRIED_STATUSES:
                    return response
                if wanted is not None:
                    if wanted > LONGEST_RETRY_AFTER_S:
                        return response
                    delay = wanted + delay / 10
                if response.status_code == 429:
                    self._pause.hold(delay)
            self.transport.sleep(delay)

    def _once(self, call: Call, *, stream: bool) -> requests.Response:
        _controller.check()
        self.sent += 1
        try:
            response = self._session.request(
                call.method,
                call.url,
                params=call.params,
                json=call.json,
                data=call.data,
                headers={**self._headers, **call.headers},
                timeout=self.transport.timeout,
                proxies=self.transport.proxies(call.url),
                # A bundle is looked for on the disk with each request, also where there is no TLS.
                verify=self._verify if call.url.startswith("https:") else True,
                allow_redirects=False,
                stream=stream,
            )
            if not stream:
                _check_length(response, len(response.content))
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise self._no_answer(call, error) from error
        self.clock.observe(response.headers.get("Date"))
        return response

    def _read(self, call: Call, response: requests.Response) -> None:
        """Have the body of a refusal at hand for its message."""
        try:
            _check_length(response, len(response.content))
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
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                raise self._no_answer(call, error) from error
            received += len(chunk)
            sink.write(chunk)

    def _no_answer(self, call: Call, error: Exception) -> _NoAnswer:
        kind, reason = _classify(error, self.transport.timeout)
        host = urlsplit(call.url).netloc.rpartition("@")[2]
        message = f"Could not {call.what}: {self.redact(reason.format(host=host))} ({call.shown})."
        if kind == "option":
            return _NoAnswer(OptionError(message, **call.details()), was_sent=False, worth_retrying=False)
        return _NoAnswer(
            ConnectionFailedError(message, kind=kind, **call.details()),
            was_sent=not _never_sent(error),
            worth_retrying=kind != "tls",
        )


class _NoAnswer(Exception):
    """Inside this file only: a try that brought no answer."""

    def __init__(self, error: CiError, *, was_sent: bool, worth_retrying: bool) -> None:
        super().__init__(str(error))
        self.error = error
        self.was_sent = was_sent
        self.worth_retrying = worth_retrying


def _causes(error: BaseException) -> list[BaseException]:
    """The error and what it wraps, outermost first: requests and urllib3 hide the reason several layers deep."""
    found: list[BaseException] = []
    waiting: list[BaseException] = [error]
    while waiting:
        current = waiting.pop(0)
        if any(current is known for known in found):
            continue
        found.append(current)
        inner = [getattr(current, "reason", None), current.__cause__, current.__context__, *current.args]
        waiting += [cause for cause in inner if isinstance(cause, BaseException)]
    return found


def _classify(error: Exception, timeout: float) -> tuple[str, str]:
    """The kind of error, and a sentence with {host} in it."""
    causes = _causes(error)

    def any_of(*types: type[BaseException]) -> BaseException | None:
        return next((cause for cause in causes if isinstance(cause, types)), None)

    exceptions = requests.exceptions
    dns = next((cause for cause in causes if type(cause).__name__ in ("gaierror", "NameResolutionError")), None)
    # Other TLS errors are connections that broke, which may go better the next time.
    tls = any_of(ssl.SSLCertVerificationError) or next((cause for cause in causes if _is_hopeless(cause)), None)
    if isinstance(error, exceptions.ProxyError):
        return "proxy", "the proxy for {host} did not do its part; check the proxy variables of the task"
    if dns:
        return "dns", "the host name {host} is unknown; check api_url and the name service"
    if tls:
        reason = getattr(tls, "verify_message", "") or getattr(tls, "reason", "") or str(tls)
        text = str(reason).replace("{", "(").replace("}", ")")
        return "tls", f"no trusted TLS connection to {{host}}: {text}; see ca_path and validate_certs"
    if any_of(ConnectionRefusedError):
        return "connection", "{host} refuses connections; check api_url and whether the service is up"
    # urllib3 counts every connection that cannot be made among the timeouts.
    if any_of(exceptions.Timeout, TimeoutError) and not any_of(urllib3.exceptions.NewConnectionError):
        return "timeout", f"{{host}} did not answer within {timeout:g} s; see timeout"
    if any_of(urllib3.exceptions.NewConnectionError):
        return "connection", "no connection to {host} can be made; check api_url and the network"
    wrong = (exceptions.InvalidURL, exceptions.InvalidHeader, exceptions.InvalidSchema, exceptions.MissingSchema)
    if any_of(*wrong, exceptions.InvalidProxyURL, UnicodeError):
        return "option", "the request to {host} cannot be made; check api_url, api_token and the proxy variables"
    return "connection", "the connection to {host} broke before the answer was complete"


def _is_hopeless(error: BaseException) -> bool:
    """A TLS error that another try will not change: no TLS on that port, or a bundle that cannot be used."""
    if isinstance(error, ssl.SSLError):
        return getattr(error, "reason", None) in ("WRONG_VERSION_NUMBER", "NO_CERTIFICATE_OR_CRL_FOUND")
    return "TLS CA certificate bundle" in str(error) and not isinstance(error, requests.RequestException)


def _never_sent(error: Exception) -> bool:
    kinds = urllib3.exceptions
    before = (kinds.NewConnectionError, kinds.ConnectTimeoutError, kinds.ProxyError, ssl.SSLCertVerificationError)
    return any(isinstance(cause, before) for cause in _causes(error))


def _check_length(response: requests.Response, received: int) -> None:
    """Older versions of urllib3 take a body that ends early for complete."""
    stated = response.headers.get("Content-Length", "")
    encoded = response.headers.get("Content-Encoding")
    if response.request.method != "HEAD" and not encoded and stated.isdigit() and int(stated) != received:
        raise requests.exceptions.ChunkedEncodingError(f"{received} of {stated} bytes received")


def _begins_at(start: int, response: requests.Response) -> bool:
    """Whether a 206 is the part that was asked for."""
    return response.headers.get("Content-Range", "").replace(" ", "").startswith(f"bytes{start}-")


def back_off_s(tries: int) -> float:
    """Exponential with full jitter: anything up to a limit that doubles with each try."""
    return random.uniform(0, min(LONGEST_DELAY_S, FIRST_DELAY_S * 2 ** (tries - 1)))  # noqa: S311


def retry_after_s(value: str | None) -> float | None:
    """Seconds to wait by a Retry-After header, which holds seconds or a date; None where it holds neither."""
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return None


def as_service_error(call: Call, response: requests.Response, words: str, kind: str, hint: str = "") -> ServiceError:
    """The error for an answer: what was tried, what the service said, what to do next."""
    said = f": {words}" if words else ""
    message = f"Could not {call.what}: {call.shown} answered {response.status_code}{said}."
    return ServiceError(
        f"{message} {hint}".rstrip(),
        kind=kind,
        status=response.status_code,
        request_id=response.headers.get("X-Request-Id") or response.headers.get("x-amz-request-id"),
        **call.details(),
    )
