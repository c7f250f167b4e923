# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Bitrise API v0.1: paths, paging, error bodies, uploads. Knows nothing of Ansible or of policy.

Facts: https://api-docs.bitrise.io and https://docs.bitrise.io/en/bitrise-ci/api.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise import _answers
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import FileKind
from ansible_collections.mobileops.ci.plugins.module_utils._errors import OptionError, ServiceError, UnclearOutcomeError
from ansible_collections.mobileops.ci.plugins.module_utils._http import Call, HttpSession, Pause, Sink, back_off_s
from ansible_collections.mobileops.ci.plugins.module_utils._redact import Redactor
from ansible_collections.mobileops.ci.plugins.module_utils._transport import Transport, check_url

PAGE_LIMIT = 50  # the service's maximum; it refuses more
# A page's anchor is an item's slug: if that item goes away meanwhile, the list is read anew, this often.
LISTING_TRIES = 3


class BitriseClient:
    """One session with the API and one, without credentials, with the storage behind signed URLs."""

    def __init__(self, api_url: str, api_token: str, transport: Transport, pause: Pause | None = None) -> None:
        check_url(api_url, "api_url")
        if any(mark in api_url for mark in "?#@"):
            raise OptionError("api_url: it must hold neither user nor password nor a query.")
        self.api_url = api_url.rstrip("/")
        token = api_token.strip()
        if not token or not token.isascii() or not token.replace(" ", "").isprintable():
            raise OptionError("api_token: this is empty or has characters that no token has.")
        self.redact = Redactor([token, token[len("token ") :] if token.startswith("token ") else None])
        self._api = HttpSession(transport, self.redact, {"Authorization": token, "Accept": "application/json"}, pause)
        self._storage = HttpSession(transport, self.redact)

    @classmethod
    def from_options(
        cls, options: Mapping[str, Any], env: Mapping[str, str], pause: Pause | None = None
    ) -> BitriseClient:
        return cls(options["api_url"], options["api_token"], Transport.from_options(options, env), pause)

    @property
    def requests_sent(self) -> int:
        return self._api.sent + self._storage.sent

    @property
    def max_retries(self) -> int:
        return self._api.transport.max_retries

    def back_off(self, tries: int) -> None:
        """Wait before something is tried again that failed this often."""
        self._api.transport.sleep(back_off_s(tries))

    def close(self) -> None:
        self._api.close()
        self._storage.close()

    # Apps

    def app(self, app_slug: str) -> dict[str, Any]:
        return self._data("GET", f"/apps/{_part(app_slug)}", f"read app {app_slug}")

    def apps(
        self, owner: tuple[str, str] | None = None, filters: Mapping[str, Any] | None = None, limit: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """Every app that the token sees, or those of one owner: ("organizations" or "users", slug)."""
        path, whose = "/apps", "the apps"
        if owner:
            path, whose = f"/{owner[0]}/{_part(owner[1])}/apps", f"the apps of {owner[0][:-1]} {owner[1]}"
        return self._pages(path, f"list {whose}", filters, limit)

    # Builds of an app

    def builds(self, app_slug: str, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """The builds of the last 200 days, the latest first."""
        return self._pages(f"/apps/{_part(app_slug)}/builds", f"list the builds of app {app_slug}", None, limit)

    # Files of an app

    def files(self, kind: FileKind, app_slug: str, limit: int | None = None) -> Iterator[dict[str, Any]]:
        return self._pages(_files_path(kind, app_slug), f"list the {kind.words}s of app {app_slug}", None, limit)

    def file(self, kind: FileKind, app_slug: str, slug: str) -> dict[str, Any]:
        """One file, with its download_url unless it is protected."""
        return self._data("GET", _files_path(kind, app_slug, slug), f"read {kind.words} {slug} of app {app_slug}")

    def create_file(self, kind: FileKind, app_slug: str, name: str, size: int) -> dict[str, Any]:
        """A new file object with its upload_url, which holds for ten minutes.

        Raises UnclearOutcomeError where it cannot be told whether the object exists now: it has no idempotency key.
        """
        return self._data(
            "POST",
            _files_path(kind, app_slug),
            f"create {kind.words} {name} in app {app_slug}",
            json={"upload_file_name": name, "upload_file_size": size},
            repeatable=False,
        )

    def confirm_file(self, kind: FileKind, app_slug: str, slug: str) -> dict[str, Any]:
        what = f"confirm the upload of {kind.words} {slug} of app {app_slug}"
        return self._data("POST", _files_path(kind, app_slug, slug, "uploaded"), what, repeatable=False)

    def update_file(self, kind: FileKind, app_slug: str, slug: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        what = f"set {', '.join(sorted(changes))} of {kind.words} {slug} of app {app_slug}"
        return self._data("PATCH", _files_path(kind, app_slug, slug), what, json=dict(changes))

    def delete_file(self, kind: FileKind, app_slug: str, slug: str) -> None:
        """Delete a file. That it is gone already is no error: the goal is reached, by whomever."""
        what = f"delete {kind.words} {slug} of app {app_slug}"
        call = self._call("DELETE", _files_path(kind, app_slug, slug), what)
        response = self._api.send(call)
        if _answers.succeeded(response):
            return
        if response.status_code == 404:
            look = self._api.send(self._call("GET", _files_path(kind, app_slug, slug), what))
            if look.status_code == 404:
                return
        raise _answers.refusal(call, response, self.redact)

    # Storage

    def upload(self, url: str, data: bytes, what: str) -> None:
        """PUT the bytes to a signed URL. Raises ServiceError of kind signed_url_expired if it came too late."""
        call = self._signed("PUT", url, what, data=data)
        response = self._storage.send(call)
        if not _answers.succeeded(response):
            raise _answers.storage_refusal(call, response, self.redact)

    def download(self, url: str, open_sink: Callable[[], Sink], what: str) -> None:
        call = self._signed("GET", url, what)
        response = self._storage.download(call, open_sink)
        if response.status_code != 200:
            raise _answers.storage_refusal(call, response, self.redact)

    # Requests

    def _signed(self, method: str, url: str, what: str, data: bytes | None = None) -> Call:
        try:
            check_url(url, "the signed URL in its answer")
        except OptionError as error:
            raise ServiceError(f"Could not {what}: {error}", kind="invalid_response", method=method) from None
        # The storage refuses credentials of any other kind, and headers such as x-amz-* that are not signed.
        return Call(method, url, what, data=data, headers={"Accept-Encoding": "identity"})

    def _call(
        self,
        method: str,
        path: str,
        what: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        repeatable: bool = True,
    ) -> Call:
        headers = {"Content-Type": "application/json"} if method in ("POST", "PATCH", "PUT") else {}
        return Call(method, self.api_url + path, what, path, params, json, None, headers, repeatable)

    def _answer(self, call: Call) -> dict[str, Any]:
        response = self._api.send(call)
        success = _answers.succeeded(response)
        unclear = not call.repeatable and (response.status_code >= 500 or success)
        try:
            if not success:
                raise _answers.refusal(call, response, self.redact)
            return _answers.json_object(call, response, self.redact)
        except ServiceError as error:
            if unclear:
                raise UnclearOutcomeError(error) from error
            raise

    def _data(self, method: str, path: str, what: str, *, json: Any = None, repeatable: bool = True) -> dict[str, Any]:
        call = self._call(method, path, what, json=json, repeatable=repeatable)
        data = self._answer(call).get("data")
        if not isinstance(data, dict) or not _answers.has_slug(data):
            error = _answers.invalid(call, "its answer has no usable data")
            raise error if repeatable else UnclearOutcomeError(error)
        return data

    def _pages(
        self, path: str, what: str, filters: Mapping[str, Any] | None = None, limit: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """The items of all pages, each once, at most `limit` of them."""
        seen: set[str] = set()
        for left in reversed(range(LISTING_TRIES)):
            try:
                yield from self._pages_once(path, what, filters, limit, seen)
            except _AnchorGoneError as gone:
                if not left:
                    raise gone.error from gone
            else:
                return

    def _pages_once(
        self, path: str, what: str, filters: Mapping[str, Any] | None, limit: int | None, seen: set[str]
    ) -> Iterator[dict[str, Any]]:
        anchor: str | None = None
        anchors: set[str] = set()
        while True:
            wanted = PAGE_LIMIT if limit is None else min(PAGE_LIMIT, limit - len(seen))
            params = {**(filters or {}), "limit": wanted, **({"next": anchor} if anchor else {})}
            call = self._call("GET", path, what, params=params)
            try:
                page = self._answer(call)
            except ServiceError as error:
                if anchor and error.status in (400, 404):
                    raise _AnchorGoneError(error) from error
                raise
            for item in _answers.items(call, page):
                if item["slug"] not in seen:
                    seen.add(item["slug"])
                    yield item
                    if limit is not None and len(seen) >= limit:
                        return
            anchor = _answers.next_anchor(call, page)
            if not anchor:
                return
            if anchor in anchors:
                raise _answers.invalid(call, "its pages go round in a circle")
            anchors.add(anchor)


class _AnchorGoneError(Exception):
    """Inside this file only: the item at which a page starts is not there any more."""

    def __init__(self, error: ServiceError) -> None:
        super().__init__(str(error))
        self.error = error


def _part(slug: str) -> str:
    """A slug as one part of a path, whatever is in it."""
    if slug in ("", ".", ".."):
        raise OptionError(f"{slug!r} is not a slug; look at the options app_slug and slug.")
    return quote(slug, safe="")


def _files_path(kind: FileKind, app_slug: str, *parts: str) -> str:
    return "/".join(["/apps", _part(app_slug), kind.collection, *(_part(part) for part in parts)])
