# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send requests to probe the service, and return the whole response, also of a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ...._http.responses import is_html, succeeded
from ...client import PAGE_LIMIT, BitriseClient

if TYPE_CHECKING:
    import requests


@dataclass(frozen=True)
class ProbeResponse:
    """A response of the API. `body` is None if it is not JSON."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    text: str = field(repr=False)
    body: Any = field(repr=False)
    is_page: bool = False

    @property
    def succeeded(self) -> bool:
        return 200 <= self.status < 300

    @property
    def data(self) -> dict[str, Any]:
        """Return the object `data` of the body, or an empty one."""
        data = self.body.get("data") if isinstance(self.body, Mapping) else None
        return data if isinstance(data, dict) else {}

    @property
    def entries(self) -> list[dict[str, Any]]:
        """Return the objects of a list."""
        data = self.body.get("data") if isinstance(self.body, Mapping) else None
        return [entry for entry in data if isinstance(entry, dict)] if isinstance(data, list) else []


class Prober:
    """Sends requests with one token, like the client of a module."""

    def __init__(self, client: BitriseClient, token: str) -> None:
        self.client = client
        self._token = token
        self.server_errors = 0  # responses that do not show how the service behaves

    def get(self, path: str, **params: Any) -> ProbeResponse:
        return self.send("GET", path, params=params)

    def send(self, method: str, path: str, json: Any = None, params: Mapping[str, Any] | None = None) -> ProbeResponse:
        what = f"find out how the service behaves ({method})"
        call = self.client.call(method, path, what, params=params, json=json, repeatable=method == "GET")
        return self._response(self.client.send(call))

    def get_as_bearer(self, path: str) -> ProbeResponse:
        """Send a GET request with the token in the form `Bearer TOKEN`."""
        call = self.client.call("GET", path, "find out whether Bearer is accepted")
        return self._response(self.client.send(replace(call, headers={"Authorization": f"Bearer {self._token}"})))

    def every(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """Return the objects of all pages. A response without a list counts as an empty page."""
        found: list[dict[str, Any]] = []
        anchors: set[str] = set()
        anchor: Any = None
        while True:
            reply = self.get(path, limit=PAGE_LIMIT, **params, **({"next": anchor} if anchor else {}))
            found += reply.entries
            paging = reply.body.get("paging") if isinstance(reply.body, Mapping) else None
            anchor = paging.get("next") if isinstance(paging, Mapping) else None
            if not isinstance(anchor, str) or not anchor or anchor in anchors:
                return found
            anchors.add(anchor)

    def put(self, url: str, data: bytes) -> requests.Response:
        return self.client.send_to_storage("PUT", url, "upload a throw-away file", data)

    def download(self, url: str) -> bytes | None:
        """Return the content of a signed URL, or None if the storage refuses the request."""
        response = self.client.send_to_storage("GET", url, "download a throw-away file")
        return response.content if succeeded(response) else None

    def _response(self, response: requests.Response) -> ProbeResponse:
        self.server_errors += response.status_code >= 500
        try:
            body = response.json()
        except ValueError:
            body = None
        return ProbeResponse(response.status_code, response.headers, response.text, body, is_html(response))
