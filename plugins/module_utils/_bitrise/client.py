# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Client of the Bitrise API v0.1: requests, paging and error bodies. The folders of each subject have its endpoints.

Facts: https://api-docs.bitrise.io and https://docs.bitrise.io/en/bitrise-ci/api.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from .._core.errors import ErrorKind, OptionError, ServiceError, UnclearOutcomeError
from .._http.gates import Gates
from .._http.redact import Redactor
from .._http.responses import invalid, refusal, succeeded
from .._http.service_client import ServiceClient, check_token, path_part
from .._http.session import Call
from .._http.transport_options import Transport
from . import responses
from .observed_behavior import ObservedBehavior
from .options import DEFAULT_API_URL
from .slug_options import unusual_slug

if TYPE_CHECKING:
    import requests

PAGE_LIMIT = 50  # the maximum that the service accepts
# A page begins at an anchor, the slug of an item. If that item is deleted meanwhile, the list is read again this often.
LISTING_TRIES = 3
MOST_PAGES = 20_000


class BitriseClient(ServiceClient):
    """The Bitrise API v0.1 with one token."""

    url_variable = "BITRISE_API_BASE_URL"
    hints: ClassVar[Mapping[str, str]] = responses.HINTS

    def hints_for(self, call: Call) -> Mapping[str, str]:
        if not re.search(r"/v\d", self.api_url):
            cause = f"api_url {self.api_url} does not end with the version of the API, such as /v0.1."
        elif "/" not in (call.path or "").strip("/"):
            advice = f"Check api_url {self.api_url}. The address of Bitrise is {DEFAULT_API_URL}."
            return {**self.hints, "not_found": f"This path has no slug, so the address is wrong. {advice}"}
        else:
            cause = unusual_slug(call.path or "")
        return {**self.hints, "not_found": f"{cause} {self.hints['not_found']}".lstrip()}

    def __init__(
        self,
        api_url: str,
        api_token: str,
        transport: Transport,
        gates: Gates | None = None,
        observed: ObservedBehavior | None = None,
        redact: Redactor | None = None,
    ) -> None:
        token = check_token(api_token, "api_token")
        check_api_url(api_url)
        redact = redact or Redactor()
        redact.add(token, token[len("token ") :] if token.startswith("token ") else None)
        super().__init__(api_url, {"Authorization": token}, redact, transport, gates)
        self.observed = observed or ObservedBehavior()

    def refusal(self, call: Call, response: requests.Response) -> ServiceError:
        """Return the error for a response that is not a success.

        For a role without permission, the service may respond as if the token were wrong. Only a wrong token ends the
        task, so check it with another request.
        """
        error = super().refusal(call, response)
        if error.kind != "unauthorized" or not (call.path or "").startswith("/apps/"):
            return error
        check = self.call("GET", "/apps", "check the token", params={"limit": 1})
        if not self.observed.check_token(lambda: succeeded(self._api.send(check))):
            return error
        hints = {"unauthorized": f"The token is valid for other requests. {self.hints['forbidden']}"}
        refused = refusal(call, response, self.redact, hints)
        refused.kind = ErrorKind.FORBIDDEN
        return refused

    @classmethod
    def from_options(
        cls, options: Mapping[str, Any], env: Mapping[str, str], gates: Gates | None = None
    ) -> BitriseClient:
        return cls(options["api_url"], options["api_token"], Transport.from_options(options, env), gates)

    # Apps

    def app(self, app_slug: str) -> dict[str, Any]:
        return self.data("GET", f"/apps/{path_part(app_slug)}", f"read app {app_slug}")

    def apps(
        self, owner: tuple[str, str] | None = None, filters: Mapping[str, Any] | None = None, limit: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield all apps that the token can read, or those of one owner: ("organizations" or "users", slug)."""
        path, whose = "/apps", "the apps"
        if owner:
            path, whose = f"/{owner[0]}/{path_part(owner[1])}/apps", f"the apps of {owner[0][:-1]} {owner[1]}"
        return self.pages(path, f"list {whose}", filters, limit)

    # Requests

    def data(self, method: str, path: str, what: str, *, json: Any = None, repeatable: bool = True) -> dict[str, Any]:
        """Send a request and return the object `data` of the response, which must have a slug."""
        call = self.call(method, path, what, json=json, repeatable=repeatable)
        data = self.request_json(call).get("data")
        if not isinstance(data, dict) or not responses.has_slug(data):
            error = invalid(call, "its response has no usable data")
            raise error if repeatable else UnclearOutcomeError(error)
        return data

    def pages(
        self, path: str, what: str, filters: Mapping[str, Any] | None = None, limit: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield the items of all pages, each once, at most `limit` of them.

        If the item at which a page begins is deleted meanwhile, read the list again.
        """
        seen: set[str] = set()
        for left in reversed(range(LISTING_TRIES)):
            try:
                yield from self._pages_once(path, what, filters, limit, seen)
            except _AnchorGoneError as gone:
                # Do not fail if only the total is larger: a busy app gets new builds during each reading. Items that
                # existed at the start are missing only if the anchor was deleted in every reading.
                if not left and gone.error:
                    raise gone.error from gone
            else:
                return

    def _pages_once(
        self, path: str, what: str, filters: Mapping[str, Any] | None, limit: int | None, seen: set[str]
    ) -> Iterator[dict[str, Any]]:
        anchor: str | None = None
        anchors: set[str] = set()
        own: set[str] = set()
        for number in range(1, MOST_PAGES + 2):
            page_size = PAGE_LIMIT if limit is None else min(PAGE_LIMIT, limit - len(seen))
            params = {**(filters or {}), "limit": page_size, **({"next": anchor} if anchor else {})}
            call = self.call("GET", path, what, params=params)
            if number > MOST_PAGES:
                raise invalid(call, f"its list has more than {MOST_PAGES} pages")
            try:
                page = self.request_json(call)
            except ServiceError as error:
                if anchor and error.status in (400, 404):
                    raise _AnchorGoneError(error) from error
                raise
            before = len(own)
            for item in responses.items(call, page):
                own.add(item["slug"])
                if item["slug"] not in seen:
                    seen.add(item["slug"])
                    yield item
                    if limit is not None and len(seen) >= limit:
                        return
            was_first = anchor is None
            anchor = responses.next_anchor(call, page)
            if not anchor:
                if limit is None and not was_first and len(seen) < responses.total(page):
                    raise _AnchorGoneError(None)
                return
            if anchor in anchors:
                raise invalid(call, "its pages form a loop")
            if len(own) == before:
                raise invalid(call, "a page that is not the last one contains no further items")
            anchors.add(anchor)


def check_api_url(api_url: str) -> None:
    """Raise OptionError for an address of the vendor that is not the address of the API."""
    try:
        parts = urlsplit(api_url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return  # reported with other malformed URLs
    if host in ("bitrise.io", "app.bitrise.io"):
        raise OptionError(f"api_url {api_url} is an address of the website. Use {DEFAULT_API_URL}.")
    if host == "api.bitrise.io" and not re.match(r"/v\d", parts.path):
        raise OptionError(f"api_url must end with the version of the API: {DEFAULT_API_URL}.")


class _AnchorGoneError(Exception):
    """Used in this file only: the item at which a page begins does not exist any more.

    `error`: the error of the service, or None if it returned an incomplete list.
    """

    def __init__(self, error: ServiceError | None) -> None:
        super().__init__(str(error))
        self.error = error
