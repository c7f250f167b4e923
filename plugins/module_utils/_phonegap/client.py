# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Client of the API v1 of PhoneGap Build: paths, bodies, responses. It contains no code for Ansible and no policy.

The service closed in 2020. Other services have the same API.
"""

from __future__ import annotations

import base64
import contextlib
import html
import json
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urljoin

from .._core.environment import is_set_by_task
from .._core.errors import CiError, OptionError, ServiceError
from .._http.redact import Redactor
from .._http.responses import (
    HINTS,
    invalid,
    succeeded,
)
from .._http.service_client import ServiceClient, check_token, path_part
from .._http.session import Call
from .._http.transport_options import Transport

Files = Mapping[str, "tuple[str, bytes]"]


class PhoneGapClient(ServiceClient):
    """Requests of one account."""

    url_variable = "PHONEGAP_API_URL"
    hints: ClassVar[Mapping[str, str]] = {
        **HINTS,
        "unauthorized": "Check api_token (or PHONEGAP_TOKEN), or username and password (login_password for a key). The "
        "service responds in the same way if the account does not own the app, and if a signing key is locked.",
        "not_found": "Either it does not exist, or this account has no access to it. The service responds in the same "
        "way to both. If all requests fail, check api_url, which must end with the version, such as /api/v1.",
    }

    @classmethod
    def from_options(cls, options: Mapping[str, Any], env: Mapping[str, str]) -> PhoneGapClient:
        return cls._connect(options, env, "password")

    @classmethod
    def from_key_options(cls, options: Mapping[str, Any], env: Mapping[str, str]) -> PhoneGapClient:
        """Return a client for a module whose option `password` is not that of the account."""
        return cls._connect(options, env, "login_password")

    @classmethod
    def _connect(cls, options: Mapping[str, Any], env: Mapping[str, str], password_option: str) -> PhoneGapClient:
        transport = Transport.from_options(options, env)
        token = options["api_token"]
        # A token in the environment may belong to another account than the login of the task.
        login = any(options[name] and is_set_by_task(options[name]) for name in ("username", password_option))
        if is_set_by_task(token) or (token is not None and not login):
            token = check_token(token, "api_token")
            # In a header and not in the query, because servers and proxies log URLs.
            client = cls(options["api_url"], {"Authorization": f"token {token}"}, Redactor(), transport)
            client.hide(token)
            return client
        username, password = options["username"], options[password_option]
        if not username or not password or ":" in username:
            raise OptionError(
                f"Set username (an email address) and {password_option}, or set api_token. username must not contain a "
                "colon."
            )
        encoded = base64.b64encode(f"{username}:{password}".encode("utf-8", "surrogateescape")).decode()
        client = cls(options["api_url"], {"Authorization": f"Basic {encoded}"}, Redactor(), transport)
        client.hide(password, encoded)
        return client

    def hide(self, *secrets: str | None) -> None:
        """Redact these in messages, also in the form for HTML in which the service quotes them."""
        for secret in filter(None, secrets):
            self.redact.add(secret, html.escape(secret), html.escape(secret, quote=False))

    # The account

    def me(self) -> dict[str, Any]:
        return self.read("/me", "read the account")

    # Apps

    def apps(self) -> list[dict[str, Any]]:
        return self._list("/apps", "list the apps", "apps")

    def app(self, app_id: int) -> dict[str, Any]:
        return self.read(f"/apps/{app_id}", f"read app {app_id}")

    def create_app(self, data: Mapping[str, Any], files: Files) -> dict[str, Any]:
        what = f"create app {data['title']}"
        return self.write("POST", "/apps", what, data, files, repeatable=False)

    def update_app(self, app_id: int, data: Mapping[str, Any], files: Files) -> dict[str, Any]:
        return self.write("PUT", f"/apps/{app_id}", f"change app {app_id}", data, files)

    def set_icon(self, app_id: int, name: str, data: bytes) -> dict[str, Any]:
        what = f"set the icon of app {app_id}"
        return self.write("POST", f"/apps/{app_id}/icon", what, None, {"icon": (name, data)})

    def delete_app(self, app_id: int) -> None:
        self.delete(f"/apps/{app_id}", f"delete app {app_id}")

    # Builds

    def build(self, app_id: int, platforms: list[str]) -> dict[str, Any]:
        """Queue builds of these platforms, or of all. A second request has no further effect."""
        what = f"build app {app_id}"
        if len(platforms) == 1:
            return self.write("POST", f"/apps/{app_id}/build/{path_part(platforms[0])}", what)
        return self.write("POST", f"/apps/{app_id}/build", what, {"platforms": platforms} if platforms else None)

    def package_url(self, app_id: int, platform: str) -> str:
        """Return the URL of the package of a platform in the storage. It expires."""
        path = f"/apps/{app_id}/{path_part(platform)}"
        call = self.call("GET", path, f"find the {platform} package of app {app_id}")
        response = self._api.send(call)
        location = response.headers.get("Location")
        if 300 <= response.status_code < 400 and location:
            with contextlib.suppress(ValueError):  # not a URL
                return urljoin(call.url, location)
        if not succeeded(response):
            raise self.refusal(call, response)
        raise invalid(call, "the response is not a redirect to the package", response.status_code)

    # Collaborators

    def add_collaborator(self, app_id: int, email: str, role: str) -> dict[str, Any]:
        """Invite a collaborator. A second request has no further effect."""
        data = {"email": email, "role": role}
        return self.write("POST", f"/apps/{app_id}/collaborators", f"add {email} to app {app_id}", data)

    def update_collaborator(self, app_id: int, number: int, email: str, role: str) -> dict[str, Any]:
        what = f"change the role of {email} in app {app_id}"
        return self.write("PUT", f"/apps/{app_id}/collaborators/{number}", what, {"role": role})

    def remove_collaborator(self, app_id: int, number: int, email: str) -> None:
        call = self.call("DELETE", f"/apps/{app_id}/collaborators/{number}", f"remove {email} from app {app_id}")
        response = self._api.send(call)
        # Not found means removed already. There is no request for a single collaborator.
        if not succeeded(response) and response.status_code != 404:
            raise self.refusal(call, response)

    # Signing keys

    def signing_keys(self, platform: str | None = None) -> list[dict[str, Any]]:
        """Return the account's keys of one platform or of all, each with its platform."""
        if platform is not None:
            found = self._list(f"/keys/{path_part(platform)}", f"list the {platform} keys", "keys")
            return [{**key, "platform": platform} for key in found]
        call = self.call("GET", "/keys", "list the keys")
        groups = self.request_json(call).get("keys")
        if not isinstance(groups, dict):
            raise invalid(call, "the response has no keys")
        return [
            {**key, "platform": name}
            for name, group in groups.items()
            if isinstance(group, dict)
            for key in _numbered(call, group.get("all"))
        ]

    def key(self, platform: str, number: int) -> dict[str, Any]:
        path = f"/keys/{path_part(platform)}/{number}"
        return {**self.read(path, f"read {platform} key {number}"), "platform": platform}

    def create_key(self, platform: str, data: Mapping[str, Any], files: Files) -> dict[str, Any]:
        what = f"create {platform} key {data['title']}"
        response = self.write("POST", f"/keys/{path_part(platform)}", what, data, files, repeatable=False)
        return {**response, "platform": platform}

    def update_key(self, platform: str, number: int, data: Mapping[str, Any], what: str) -> dict[str, Any]:
        return {**self.write("PUT", f"/keys/{path_part(platform)}/{number}", what, data), "platform": platform}

    def delete_key(self, platform: str, number: int) -> None:
        self.delete(f"/keys/{path_part(platform)}/{number}", f"delete {platform} key {number}")

    # Requests

    def request_json(self, call: Call) -> dict[str, Any]:
        try:
            return super().request_json(call)
        except CiError as error:
            error.args = (self.redact(html.unescape(str(error))),)
            raise

    def read(self, path: str, what: str) -> dict[str, Any]:
        """Return the object at this path, which must have an id."""
        call = self.call("GET", path, what)
        return _numbered(call, [self.request_json(call)])[0]

    def write(
        self,
        method: str,
        path: str,
        what: str,
        data: Mapping[str, Any] | None = None,
        files: Files | None = None,
        *,
        repeatable: bool = True,
    ) -> dict[str, Any]:
        """Send a part `data` and files. Return the JSON object of the response."""
        body, headers = _encoded(data, files or {})
        call = Call(method, self.api_url + path, what, path, data=body, headers=headers, repeatable=repeatable)
        response = self.request_json(call)
        if isinstance(response.get("error"), str):
            # The status is a success, but the body has an error. `error` of an app is an object.
            words = self.redact.quote(html.unescape(response["error"]))
            raise ServiceError(
                f"Could not {what}: {call.shown}: {words}.", kind="bad_request", **call.details(status=200)
            )
        return response

    def _list(self, path: str, what: str, key: str) -> list[dict[str, Any]]:
        call = self.call("GET", path, what)
        return _numbered(call, self.request_json(call).get(key))


def _numbered(call: Call, found: Any) -> list[dict[str, Any]]:
    """Return objects that have an id. Raise ServiceError for anything else."""
    if not isinstance(found, list) or not all(isinstance(item, dict) and has_number(item) for item in found):
        raise invalid(call, "the response does not consist of objects with an id")
    return found


def has_number(item: Mapping[str, Any]) -> bool:
    return isinstance(item.get("id"), int) and not isinstance(item["id"], bool)


def _encoded(data: Mapping[str, Any] | None, files: Files) -> tuple[bytes, dict[str, str]]:
    """Return body and headers: multipart with a part `data` of JSON, as the service documents it, or both empty."""
    if data is None and not files:
        return b"", {}
    from urllib3.filepost import encode_multipart_formdata

    parts: dict[str, Any] = {} if data is None else {"data": json.dumps(data)}
    parts.update({name: (file_name, body, "application/octet-stream") for name, (file_name, body) in files.items()})
    body, content_type = encode_multipart_formdata(parts)
    return body, {"Content-Type": content_type}
