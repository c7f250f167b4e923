# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Base of the clients of all services: two sessions, requests with texts for messages, checked responses.

It contains no path of a service, no code for Ansible, and no policy.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from urllib.parse import quote

from .._core.errors import (
    CiError,
    OptionError,
    ServiceError,
    TaskStopError,
    UnclearOutcomeError,
)
from . import responses as _responses
from .gates import Gates
from .redact import Redactor
from .service_url import check_response_url, check_service_url
from .session import (
    REFUSALS_PER_RETRY,
    Call,
    HttpSession,
    RangeSink,
    Sink,
    as_service_error,
    back_off_s,
)
from .transport_options import Transport

if TYPE_CHECKING:
    import requests

ResultT = TypeVar("ResultT")

_QUOTES = "\"'`\u2018\u2019\u201c\u201d"


class ServiceClient:
    """One session with the API and one, without credentials, with the storage behind signed URLs."""

    # Variable that sets api_url.
    url_variable: ClassVar[str] = ""
    # Advice by kind of refusal.
    hints: ClassVar[Mapping[str, str]] = _responses.HINTS

    def __init__(
        self,
        api_url: str,
        headers: Mapping[str, str],
        redact: Redactor,
        transport: Transport,
        gates: Gates | None = None,
    ) -> None:
        check_service_url(api_url, self.url_variable if transport.env.get(self.url_variable) == api_url else "")
        if any(mark in api_url for mark in "?#@"):
            raise OptionError("api_url must not contain a user, a password, a query or a fragment.")
        self.api_url = api_url.rstrip("/")
        self.redact = redact
        # Shared by all clients of a task.
        self.gates = gates or Gates(transport.clock, transport.time_limit)
        self._api = HttpSession(
            transport,
            self.gates,
            redact,
            {"Accept": "application/json", **headers},
            self.refusal,
        )
        self._storage = HttpSession(
            transport,
            self.gates,
            redact,
            None,
            lambda call, response: _responses.storage_refusal(call, response, redact),
        )

    @property
    def requests_sent(self) -> int:
        return self._api.sent + self._storage.sent

    @property
    def max_retries(self) -> int:
        return self._api.transport.max_retries

    def sleep(self, seconds: float) -> None:
        """Wait. Raise TaskStopError or NotDoneError if the task is stopped or the wait does not fit its time limit."""
        self.gates.sleep(seconds)

    def back_off(self, failures: int) -> None:
        """Wait before the next attempt, after this number of failures."""
        self.sleep(back_off_s(failures))

    def until_clear(self, attempt: Callable[[], ResultT], find_effect: Callable[[], ResultT | None]) -> ResultT:
        """Return the result of an attempt, or the effect that it had if its outcome is unclear.

        If it had no effect, attempt again: after a refusal as often as the pace of the service needs, after any other
        failure max_retries times. Raise UnclearOutcomeError after that.
        """
        attempts = Attempts(self)
        while True:
            try:
                return attempt()
            except UnclearOutcomeError as error:
                unclear = error
            # Outside of the `except` block, so that an error of find_effect() is not handled as one of the attempt.
            try:
                found = find_effect()
            except TaskStopError:
                raise
            except CiError as second:
                unclear.notes.append(f"Whether it took effect is unknown: {second}")
                raise unclear from second
            if found is not None:
                return found
            attempts.wait(unclear)

    def close(self) -> None:
        self._api.close()
        self._storage.close()

    # Requests

    def hints_for(self, call: Call) -> Mapping[str, str]:  # noqa: ARG002
        """Return advice for a refused request, by the kind of the refusal."""
        return self.hints

    def refusal(self, call: Call, response: requests.Response) -> ServiceError:
        """Return the error for a response that is not a success."""
        return _responses.refusal(call, response, self.redact, self.hints_for(call))

    def call(
        self,
        method: str,
        path: str,
        what: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        repeatable: bool = True,
    ) -> Call:
        """Return a request to the API. `what` completes the sentence "Could not ..."."""
        headers = {"Content-Type": "application/json"} if method in ("POST", "PATCH", "PUT") else {}
        return Call(method, self.api_url + path, what, path, params, json, None, headers, repeatable)

    def send(self, call: Call) -> requests.Response:
        """Return the response to a request, for every status."""
        return self._api.send(call)

    def send_to_storage(self, method: str, url: str, what: str, data: bytes | None = None) -> requests.Response:
        """Return the storage's response to a request with a signed URL, for every status."""
        return self._storage.send(self._signed(method, url, what, data=data))

    def request_json(self, call: Call) -> dict[str, Any]:
        """Send a request and return the JSON object of its response.

        Raise ServiceError for a refusal or an unusable response, and UnclearOutcomeError if a request that is not
        repeatable may have had its effect.
        """
        try:
            response = self._api.send(call)
            if not _responses.succeeded(response):
                raise self.refusal(call, response)
            return _responses.json_object(call, response, self.redact)
        except ServiceError as error:
            # A refusal is clear. An unusable response may belong to a success.
            is_clear = error.status is not None and 300 <= error.status < 500
            if not call.repeatable and not is_clear:
                raise UnclearOutcomeError(error) from error
            raise

    def delete(self, path: str, what: str) -> dict[str, Any] | None:
        """Delete an object. Return the object in the response ({} if none), or None if it was deleted before.

        Return {} after a repeated request, because an earlier one may have deleted the object. Raise ServiceError of
        kind invalid_response if the response is not one of the API and the object still exists.
        """
        call = self.call("DELETE", path, what)
        sent = self._api.sent
        response = self._api.send(call)
        was_repeated = self._api.sent > sent + 1
        if _responses.succeeded(response):
            try:
                data = _responses.json_object(call, response, self.redact).get("data")
            except ServiceError:
                if not self._is_gone(path, what):
                    raise
                return {}
            return data if isinstance(data, dict) else {}
        if response.status_code == 404 and self._is_gone(path, what):
            return {} if was_repeated else None
        raise self.refusal(call, response)

    def _is_gone(self, path: str, what: str) -> bool:
        return self._api.send(self.call("GET", path, what)).status_code == 404

    def service_time(self) -> float | None:
        """Return the Unix seconds by the service's own clock, or None before the first response with a date."""
        return self.gates.of(self.api_url).clock.now()

    def now(self) -> dt.datetime:
        """Return the time by the service's own clock, or by this machine's clock before the first date."""
        seconds = self.service_time()
        if seconds is None:
            return dt.datetime.now(dt.timezone.utc)
        return dt.datetime.fromtimestamp(seconds, dt.timezone.utc)

    # Storage

    def upload(self, url: str, data: bytes, what: str) -> str | None:
        """PUT the bytes to a signed URL. Return the storage's ETag without quotes, or None if it sent no strong one.

        Raise ServiceError: kind signed_url_expired if the URL has expired, kind storage for any other refusal and for
        a success whose body shows that something other than the storage responded.
        """
        call = self._signed("PUT", url, what, data=data)
        response = self._storage.send(call)
        if not _responses.succeeded(response):
            raise _responses.storage_refusal(call, response, self.redact)
        if _responses.is_html(response) or _responses.is_json(response):
            raise as_service_error(
                call,
                response,
                "a response that does not come from a storage",
                "storage",
                "Check whether a proxy responds instead of the storage.",
            )
        tag = response.headers.get("ETag", "")
        # Equal weak tags do not guarantee equal bytes.
        return None if tag.startswith("W/") else tag.strip('"') or None

    def download(self, url: str, open_sink: Callable[[], Sink], what: str, *, most_bytes: int | None = None) -> None:
        """Stream the content of a signed URL into a sink, a new one for each attempt.

        Raise ServiceError of kind invalid_response if there are more than `most_bytes`.
        """
        call = self._signed("GET", url, what, most_bytes=most_bytes)
        response = self._storage.download(call, open_sink)
        if response.status_code != 200:
            raise _responses.storage_refusal(call, response, self.redact)

    def download_on(self, url: str, sink: RangeSink, what: str) -> None:
        """Stream the content of a signed URL into a sink, from the end of the sink's bytes on.

        Raise ServiceError of kind signed_url_expired if the URL has expired.
        """
        call = self._signed("GET", url, what)
        response = self._storage.download_on(call, sink)
        if response.status_code not in (200, 206):
            raise _responses.storage_refusal(call, response, self.redact)

    def _signed(
        self, method: str, url: str, what: str, data: bytes | None = None, most_bytes: int | None = None
    ) -> Call:
        try:
            check_response_url(url, "the signed URL in the response", api_url=self.api_url)
        except OptionError as error:
            raise ServiceError(f"Could not {what}: {error}", kind="invalid_response", method=method) from None
        # The storage refuses other credentials, and headers such as x-amz-* that are not signed.
        headers = {"Accept-Encoding": "identity"}
        return Call(method, url, what, data=data, headers=headers, most_bytes=most_bytes)


class Attempts:
    """Count the attempts of a change that had an unclear outcome and no effect."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client
        self._failures = self._refusals = 0

    def wait(self, unclear: UnclearOutcomeError) -> None:
        """Wait before the next attempt. Raise the error after max_retries attempts.

        After a refusal because of overload, the gate of the host makes the next attempt wait, and it does not count.
        """
        most = self._client.max_retries
        self._refusals += unclear.was_refused
        self._failures += not unclear.was_refused
        if self._failures > most or self._refusals > REFUSALS_PER_RETRY * most:
            raise unclear
        if not unclear.was_refused:
            self._client.back_off(self._failures)


def check_token(token: str, named: str) -> str:
    """Return the token without white space around it. `named`: the name of its option."""
    token = token.strip()
    if not token:
        raise OptionError(f"{named} is required and must not be empty.")
    if token[0] in _QUOTES or token[-1] in _QUOTES:
        raise OptionError(f"{named} must contain the token alone. Remove the quotation marks around it.")
    if len(token.splitlines()) > 1:
        raise OptionError(f"{named} must be a single line. It contains a line break.")
    if re.match(r"(bearer|basic|authorization:?)\s", token, re.IGNORECASE):
        word = token.split(maxsplit=1)[0]
        raise OptionError(f"{named} must contain the token alone. Remove {word!r} at its start.")
    if not token.isascii() or not token.replace(" ", "").isprintable():
        raise OptionError(f"{named} contains characters that are not part of a token.")
    return token


def path_part(slug: str) -> str:
    """Return a slug as one part of a path, with all other characters quoted."""
    if slug in ("", ".", ".."):
        raise OptionError(f"Invalid slug {slug!r}.")
    # JSON can contain half of a surrogate pair, but a URL cannot.
    return quote(slug, safe="", errors="replace")
