# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Upload one file: create it, send its content, set its flags, confirm it, verify it.

* Set flags and password before the confirmation, so that the file is complete when builds can use it. The caller sets
  protection last.
* Do not delete the file once the confirmation was sent, because another run may rely on it.
* Verify the content by the storage's ETag, by the digest that the service lists, or by a download.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..._core.errors import (
    CiError,
    ConcurrentChangeError,
    RejectedError,
    ServiceError,
    UnclearOutcomeError,
)
from ..._local.read_file import Content
from ..client import BitriseClient
from .actions import PASSWORD, Upload
from .content import with_digest
from .endpoints import confirm_file, create_file, delete_file, get_file, list_files, remote_files, update_file
from .evidence import (
    LATEST_CONFIRMATION_S,
    UNDER_WAY_S,
)
from .kinds import FileKind
from .model import (
    RemoteFile,
    ignored_changes,
    is_same_name,
)
from .slugs import are_ordered, creation_time

# Number of requests whether a confirmed file is processed, which take about a minute in total.
CONFIRMATION_TRIES = 9
# Status codes of a final refusal. The service may refuse to change or delete a file that is not confirmed yet.
REFUSED = frozenset({400, 403, 405, 409, 422})


def create_repeatedly(
    client: BitriseClient, kind: FileKind, app_slug: str, name: str, size: int, more: Mapping[str, Any]
) -> dict[str, Any]:
    """Create a file. Create another one if the response is lost, because the upload URL is lost with it.

    A later run deletes the first file once it is too old to be in use.
    """
    return client.until_clear(lambda: create_file(client, kind, app_slug, name, size, more), lambda: None)


def _blocking_upload(file: RemoteFile) -> str:
    """Return advice about an unfinished upload that may be the reason of a refusal."""
    started = creation_time(file.slug)
    if started is None:
        return (
            f"An unfinished upload (slug {file.slug}) may prevent it. The service does not report how old it is. If "
            "no other run is in progress, delete it with state=absent and this slug, and run again."
        )
    end = time.strftime("%H:%M UTC", time.gmtime(started + UNDER_WAY_S))
    return (
        f"An unfinished upload (slug {file.slug}) may prevent it. Run again after {end}. That run deletes the upload."
    )


class FileUpload:
    """Upload one file to one app. `listed`: the files of the kind on which the plan is based."""

    def __init__(self, client: BitriseClient, kind: FileKind, app_slug: str, listed: Sequence[RemoteFile]) -> None:
        self._client = client
        self._kind = kind
        self._app_slug = app_slug
        self._listed = listed
        self._created: str | None = None  # slug of the file that this run has created and not tried to confirm
        self._created_at = 0.0

    def run(self, action: Upload, content: Content) -> RemoteFile:
        """Upload, and return the file as the service lists it. A failure does not change the old files."""
        changes = {name: value for name, value in action.changes.items() if name != "is_protected"}
        try:
            slug, tag = self._create_and_send(action, content)
            is_set = not changes or self._client.observed.change_unconfirmed(
                lambda: self._set_before_confirmation(slug, changes)
            )
            self._check_deadline(action)
        except BaseException as error:
            # An interrupt or the time limit of the task must not leave an unfinished file either.
            self._delete_created(error, action.name)
            raise
        self._created = None
        data = self._confirm(action, slug)
        if not is_set:
            data = self._set_afterwards(slug, changes)
        file = RemoteFile.from_service(self._kind, data)
        self._verify(action, content, file, tag)
        return file.with_found_digest(action.sha256) if file.sha256 is None else file

    def _create_and_send(self, action: Upload, content: Content) -> tuple[str, str | None]:
        slug, url = self._create(action)
        try:
            return slug, self._send(url, action, content)
        except ServiceError as error:
            if error.kind != "signed_url_expired":
                raise
        # Bitrise issues only one upload URL for a file, so a new upload needs a new file.
        delete_file(self._client, self._kind, self._app_slug, slug)
        slug, url = self._create(action)
        return slug, self._send(url, action, content)

    def _create(self, action: Upload) -> tuple[str, str]:
        self._created_at = time.monotonic()
        changed_name = self._client.observed.changed_names.get((self._kind.name, action.name))
        if changed_name is not None:
            raise self._name_changed(action, changed_name)
        try:
            data = create_repeatedly(
                self._client, self._kind, self._app_slug, action.name, action.size, action.creation
            )
        except ServiceError as error:
            self._explain_refusal(action, error)
            raise
        slug = self._created = str(data["slug"])
        name = data.get("upload_file_name")
        if isinstance(name, str) and name and not is_same_name(name, action.name):
            self._client.observed.changed_names[self._kind.name, action.name] = name
            raise self._name_changed(action, name)
        newest = max((str(file.slug) for file in self._listed), default="")
        if are_ordered([newest, slug]) and slug < newest:
            raise ServiceError(
                f"The service created the {self._kind.words} {action.name} of app {self._app_slug} with slug {slug}, "
                f"which sorts before {newest} although it is newer. The clocks of the service seem to differ. Run "
                "again later.",
                kind="invalid_response",
            )
        return slug, str(data.get("upload_url") or "")

    def _name_changed(self, action: Upload, name: str) -> RejectedError:
        words = self._kind.words
        return RejectedError(
            f"The service changes the name of the {words} {action.name!r} of app {self._app_slug} to {name!r}, so the "
            f"next run would not find it. No {words} of the app was changed. Set name to {name!r}.",
            kind="changed_name",
        )

    def _explain_refusal(self, action: Upload, error: ServiceError) -> None:
        if error.status not in REFUSED or error.kind == "forbidden":
            return
        key = action.creation.get("user_env_key")
        listed = list(self._listed)
        with contextlib.suppress(CiError):  # the list of the plan lacks a file whose response this run has lost
            listed = remote_files(self._client, self._kind, self._app_slug)
        for file in listed:
            is_in_the_way = is_same_name(file.name, action.name) or (
                self._kind.has_env_key and (key is None or file.env_key == key)
            )
            if file.processed or not is_in_the_way:
                continue
            error.notes.append(_blocking_upload(file))
            return
        self._explain_taken_name(action, error)
        if not self._kind.has_env_key:
            return
        error.notes.append(
            "If a file has this key already and the service does not allow two, set replace_order=delete_first to "
            "delete the old one first."
        )

    def _explain_taken_name(self, action: Upload, error: ServiceError) -> None:
        """Add advice to the error if the service may have refused a second file of the same name."""
        same = [file for file in self._listed if is_same_name(file.name, action.name)]
        if not same:
            return
        delete_first = "Set replace_order=delete_first, or delete" if self._kind.has_env_key else "Delete"
        error.notes.append(
            f"The app has a file of this name among its {self._kind.words}s already. If the service does not accept "
            f"two, the new one cannot be uploaded before the old one is deleted. {delete_first} the old one with "
            "state=absent first. The old one was not changed."
        )

    def _send(self, url: str, action: Upload, content: Content) -> str | None:
        what = f"upload {self._kind.words} {action.name} of app {self._app_slug}"
        return self._client.upload(url, content.data, what)

    def _set_before_confirmation(self, slug: str, changes: Mapping[str, Any]) -> bool | None:
        """Set flags and password. Return False if the service refuses that for an unconfirmed file.

        Return None if the file does not exist any more. The confirmation reports that.
        """
        try:
            data = update_file(self._client, self._kind, self._app_slug, slug, changes)
        except ServiceError as error:
            if error.status in REFUSED:
                return False
            if error.status == 404:
                return None
            raise
        return not ignored_changes(data, changes)

    def _set_afterwards(self, slug: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Set each value of a confirmed file: the password first, because the file cannot be used without it."""
        data: dict[str, Any] = {}
        for name in sorted(changes, key=lambda name: name != PASSWORD):
            data = update_file(self._client, self._kind, self._app_slug, slug, {name: changes[name]})
            if ignored_changes(data, {name: changes[name]}):
                raise ServiceError(
                    f"The service accepted {name} for the uploaded {self._kind.words} of app {self._app_slug} (slug "
                    f"{slug}), but does not return it. The files that it was to replace are unchanged. Run again "
                    "later.",
                    kind="invalid_response",
                )
        return data

    def _check_deadline(self, action: Upload) -> None:
        """Raise ServiceError before other runs may consider the unconfirmed file abandoned."""
        if time.monotonic() - self._created_at > LATEST_CONFIRMATION_S:
            raise ServiceError(
                f"The upload of {self._kind.words} {action.name} of app {self._app_slug} took longer than "
                f"{LATEST_CONFIRMATION_S // 60} minutes, so the task stopped it. Run again.",
                kind="timeout",
            )

    def _confirm(self, action: Upload, slug: str) -> dict[str, Any]:
        """Confirm the upload, and wait until the service has processed the file."""

        def read_again() -> dict[str, Any] | None:
            found = self._read_own(slug)
            return found if found.get("processed") is True else None

        unclear = None
        try:
            data = self._client.until_clear(lambda: self._confirm_once(action, slug), read_again)
        except UnclearOutcomeError as error:
            if error.kind != "invalid_response":
                raise
            data, unclear = {}, error  # a success without a usable body, whose effect may take a while
        for tries in range(1, CONFIRMATION_TRIES + 1):
            if data.get("processed") is True:
                return data
            if tries > 1:
                self._client.back_off(tries)
            data = self._read_own(slug)
        if data.get("processed") is True:
            return data
        raise unclear or ServiceError(
            f"The service did not process the uploaded {self._kind.words} of app {self._app_slug} (slug {slug}): it "
            "still returns processed=false. The files that it was to replace are unchanged. Run again later.",
            kind="invalid_response",
        )

    def _confirm_once(self, action: Upload, slug: str) -> dict[str, Any]:
        self._check_deadline(action)
        try:
            return confirm_file(self._client, self._kind, self._app_slug, slug)
        except ServiceError as error:
            if error.status == 404:
                raise self._disappeared(slug) from error
            raise

    def _read_own(self, slug: str) -> dict[str, Any]:
        try:
            return get_file(self._client, self._kind, self._app_slug, slug)
        except ServiceError as error:
            if error.status == 404:
                raise self._disappeared(slug) from error
            raise

    def _disappeared(self, slug: str) -> ConcurrentChangeError:
        return ConcurrentChangeError(
            f"The uploaded {self._kind.words} of app {self._app_slug} (slug {slug}) disappeared: another run or "
            "person is changing the same file. The files that it was to replace are unchanged. Run again."
        )

    def _verify(self, action: Upload, content: Content, file: RemoteFile, tag: str | None) -> None:
        """Raise ServiceError unless the service or its storage shows that it received the content."""
        if file.sha256 == action.sha256:
            return
        digest = file.sha256
        # S3 returns the MD5 of the bytes, unless it encrypts them with its own key.
        if digest is None and tag == hashlib.md5(content.data, usedforsecurity=False).hexdigest():
            return
        if digest is None:
            with contextlib.suppress(ServiceError):
                # Without the size, because other content is reported below.
                digest = with_digest(self._client, self._kind, self._app_slug, replace(file, size=None)).sha256
        if digest != action.sha256:
            state = "its storage does not return it" if digest is None else "its content differs from the declared file"
            raise ServiceError(
                f"The service confirmed the {self._kind.words} {action.name} of app {self._app_slug} (slug "
                f"{file.slug}), but {state}. The files that it was to replace are unchanged. Check whether a proxy "
                "changes requests to the storage, and run again.",
                kind="invalid_response",
            )

    def _delete_created(self, error: BaseException, name: str) -> None:
        """Delete the file that this run has created and not confirmed, and add a note about that to the error."""
        if self._created is None:
            return
        notes = error.notes if isinstance(error, CiError) else []
        slug, self._created = self._created, None
        of_name = f"of {name} (slug {slug})"
        try:
            gone = delete_file(self._client, self._kind, self._app_slug, slug)
            is_deleted = (gone is not None and bool(gone.get("slug"))) or slug not in self._listed_slugs()
        except CiError as second:
            same = isinstance(error, CiError) and (second.kind, second.status) == (error.kind, error.status)
            reason = " for the same reason." if same else f": {second.reason or second}"
            notes.append(
                f"Could not delete the unfinished upload {of_name}{reason} A run deletes it when it is an hour old."
            )
        else:
            notes.append(
                f"Deleted the unfinished upload {of_name}."
                if is_deleted
                else f"The unfinished upload {of_name} is still listed. A run deletes it when it is an hour old."
            )

    def _listed_slugs(self) -> set[str]:
        return {str(data["slug"]) for data in list_files(self._client, self._kind, self._app_slug)}
