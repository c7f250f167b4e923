# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoints for the files of an app."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..._http.service_client import path_part
from .. import responses
from ..client import BitriseClient
from .actions import PASSWORD
from .kinds import ANDROID_KEYSTORE, PROJECT_FILE, FileKind, can_be_keystore
from .model import RemoteFile


def files_path(kind: FileKind, app_slug: str, *parts: str) -> str:
    return "/".join(["/apps", path_part(app_slug), kind.collection, *(path_part(part) for part in parts)])


def list_files(
    client: BitriseClient, kind: FileKind, app_slug: str, limit: int | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the files of a kind. Omit keystores that the service lists among the project files."""
    listed = client.pages(files_path(kind, app_slug), f"list the {kind.words}s of app {app_slug}", None, limit)
    if kind != PROJECT_FILE:
        yield from listed
        return
    keystores: set[str] | None = None
    for data in listed:
        if keystores is None and can_be_keystore(data):
            what = f"list the Android keystores of app {app_slug}"
            keystores = {str(found["slug"]) for found in client.pages(files_path(ANDROID_KEYSTORE, app_slug), what)}
        if str(data["slug"]) not in (keystores or ()):
            yield data


def remote_files(client: BitriseClient, kind: FileKind, app_slug: str) -> list[RemoteFile]:
    """Return all files of a kind as RemoteFile."""
    return [RemoteFile.from_service(kind, data) for data in list_files(client, kind, app_slug)]


def get_file(client: BitriseClient, kind: FileKind, app_slug: str, slug: str) -> dict[str, Any]:
    """Return one file. It has a download_url unless it is protected."""
    return client.data("GET", files_path(kind, app_slug, slug), f"read {kind.words} {slug} of app {app_slug}")


def create_file(
    client: BitriseClient, kind: FileKind, app_slug: str, name: str, size: int, more: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Create a file object and return it. Its upload_url is valid for ten minutes.

    `more` holds the fields that only some kinds have. Raise UnclearOutcomeError if the object may or may not exist,
    because the service offers no idempotency key.
    """
    fields = more or {}
    client.redact.add(fields.get("password"), fields.get("private_key_password"))
    return client.data(
        "POST",
        files_path(kind, app_slug),
        f"create {kind.words} {name} in app {app_slug}",
        json={"upload_file_name": name, "upload_file_size": size, **fields},
        repeatable=False,
    )


def confirm_file(client: BitriseClient, kind: FileKind, app_slug: str, slug: str) -> dict[str, Any]:
    """Tell the service that the upload of a file is complete. Return the file."""
    what = f"confirm the upload of {kind.words} {slug} of app {app_slug}"
    return client.data("POST", files_path(kind, app_slug, slug, "uploaded"), what, repeatable=False)


def update_file(
    client: BitriseClient, kind: FileKind, app_slug: str, slug: str, changes: Mapping[str, Any]
) -> dict[str, Any]:
    """Change flags or the password. Return the file as it is afterwards."""
    # The password may be that of an older file, which is no option that ansible-core masks.
    client.redact.add(changes.get(PASSWORD))
    what = f"set {', '.join(sorted(changes))} of {kind.words} {slug} of app {app_slug}"
    data = client.request_json(client.call("PATCH", files_path(kind, app_slug, slug), what, json=dict(changes))).get(
        "data"
    )
    if isinstance(data, dict) and responses.has_slug(data):
        return data
    return get_file(client, kind, app_slug, slug)  # the response has no body


def delete_file(client: BitriseClient, kind: FileKind, app_slug: str, slug: str) -> dict[str, Any] | None:
    """Delete a file. Return the object in the response ({} if there is none), or None if the file did not exist."""
    return client.delete(files_path(kind, app_slug, slug), f"delete {kind.words} {slug} of app {app_slug}")
