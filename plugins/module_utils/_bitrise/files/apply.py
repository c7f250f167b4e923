# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carrying out a plan: what is new is complete before anything old goes, and what fails is tidied up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.actions import (
    PASSWORD,
    Delete,
    FileAction,
    Update,
    Upload,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.journal import Journal
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import FileKind
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import KEYSTORE_SECRETS
from ansible_collections.mobileops.ci.plugins.module_utils._errors import CiError, ServiceError, UnclearOutcomeError
from ansible_collections.mobileops.ci.plugins.module_utils._local_file import Content

T = TypeVar("T")


class Application:
    """Applies the actions of one plan, in order, to the files of one kind in one app."""

    def __init__(self, client: BitriseClient, kind: FileKind, app_slug: str, journal: Journal) -> None:
        self._client = client
        self._kind = kind
        self._app_slug = app_slug
        self._journal = journal
        self._created: list[str] = []  # slugs of what this run made and would have to take back
        self._given_up: list[str] = []  # slugs of what was deleted before its successor was there, as the task wanted
        self._complete = False  # whether the new file is whole and usable

    def apply(
        self,
        actions: Sequence[FileAction],
        content: Content | None,
        known: frozenset[str],
        done: list[FileAction],
        later: Sequence[FileAction] = (),
    ) -> dict[str, Any] | None:
        """The service's object of the file that was uploaded or updated last.

        `known`: slugs of all files seen before. `done` gets each action that is complete. `later`: the deletions that
        `finish` will carry out. On a failure what was created is removed, and the error says so.
        """
        answer: dict[str, Any] | None = None
        replaced = [action.slug for action in later if isinstance(action, Delete) and action.reason != "leftover"]
        try:
            for action in actions:
                if isinstance(action, Upload):
                    if content is None:
                        raise ValueError("an upload without content")
                    answer = self._upload(action, content, known, [slug for slug in replaced if slug])
                    self._complete = True
                elif isinstance(action, Update) and action.slug:
                    answer = self._client.update_file(self._kind, self._app_slug, action.slug, action.changes)
                elif isinstance(action, Delete) and action.slug:
                    self._delete(action, done)
                    continue
                done.append(action)
        except BaseException as error:
            # An interrupt or the task's own timeout too must not leave half a file behind.
            self._take_back(error, done)
            raise
        return answer

    def finish(self, deletions: Sequence[FileAction], done: list[FileAction]) -> None:
        """Delete what is not needed any more, now that what has replaced it is in its place."""
        try:
            for action in deletions:
                if isinstance(action, Delete) and action.slug:
                    self._delete(action, done)
        except BaseException as error:
            self._take_back(error, done)
            raise
        for slug in self._created:
            self._journal.finish(self._kind, self._app_slug, slug)

    def _delete(self, action: Delete, done: list[FileAction]) -> None:
        self._client.delete_file(self._kind, self._app_slug, str(action.slug))
        if action.reason == "replaced" and not self._complete:
            self._given_up.append(str(action.slug))
        done.append(action)

    def _upload(
        self, action: Upload, content: Content, known: frozenset[str], replaced: Sequence[str]
    ) -> dict[str, Any]:
        client, kind, app_slug = self._client, self._kind, self._app_slug
        client.redact.add(action.changes.get(PASSWORD), *(action.creation.get(name) for name in KEYSTORE_SECRETS))
        slot = self._create(action, known)
        try:
            self._send(slot, action, content)
        except ServiceError as error:
            if error.kind != "signed_url_expired":
                raise
            # The service gives a slot one URL only, so a late upload needs a new slot.
            late = str(slot["slug"])
            if kind.has_env_key:  # the new slot gets the key only if nobody has it
                self._discard(late)
            slot = self._create(action, known | {late})
            if not kind.has_env_key:
                self._discard(late)
            self._send(slot, action, content)
        slug = str(slot["slug"])
        if replaced:
            self._journal.begin(kind, app_slug, slug, replaced)
        answer = self._confirm(slug)
        if action.changes:
            answer = client.update_file(kind, app_slug, slug, action.changes)
        return answer

    def _create(self, action: Upload, known: frozenset[str]) -> Mapping[str, Any]:
        client, kind, app_slug = self._client, self._kind, self._app_slug

        def create() -> dict[str, Any]:
            return client.create_file(kind, app_slug, action.name, action.size, action.creation)

        def look() -> None:
            """What a lost answer has created is of no use without its upload URL, which is given only once."""
            for found in list(client.files(kind, app_slug)):
                mine = found.get("upload_file_name") == action.name and found.get("upload_file_size") == action.size
                if mine and not found.get("processed") and found["slug"] not in {*known, *self._created}:
                    client.delete_file(kind, app_slug, str(found["slug"]))

        try:
            slot = self._until_clear(create, look)
        except ServiceError as error:
            if kind.has_env_key and error.kind == "bad_request" and not self._given_up:
                error.notes.append(
                    "If there is a file with this key already, and the service does not let two have it: "
                    "replace_order=delete_first deletes the old one first."
                )
            raise
        self._created.append(str(slot["slug"]))
        return slot

    def _send(self, slot: Mapping[str, Any], action: Upload, content: Content) -> None:
        what = f"upload {self._kind.words} {action.name} of app {self._app_slug}"
        self._client.upload(str(slot.get("upload_url") or ""), content.data, what)

    def _confirm(self, slug: str) -> dict[str, Any]:
        client, kind, app_slug = self._client, self._kind, self._app_slug

        def look() -> dict[str, Any] | None:
            file = client.file(kind, app_slug, slug)
            return file if file.get("processed") else None

        return self._until_clear(lambda: client.confirm_file(kind, app_slug, slug), look)

    def _discard(self, slug: str) -> None:
        self._client.delete_file(self._kind, self._app_slug, slug)
        self._created.remove(slug)

    def _take_back(self, error: BaseException, done: Sequence[FileAction]) -> None:
        """Remove what was created, unless it is complete: then an old file may be gone, and this one in use."""
        notes = error.notes if isinstance(error, CiError) else []
        if self._given_up and not self._complete:
            gone = ", ".join(self._given_up)
            notes.append(f"What it was to replace (slug {gone}) is deleted already, so run again to have a file.")
        if not self._created:
            if done:
                listed = ", ".join(f"{action.action} {action.slug}" for action in done)
                notes.append(f"Done before that: {listed}. Run again to finish.")
            return
        if self._complete:
            notes.append(
                f"The new file (slug {self._created[-1]}) is complete and stays; what it replaces may still be there. "
                "To finish, run again on this machine, or with duplicates=remove on another one."
            )
            return
        for slug in list(self._created):
            try:
                self._discard(slug)
            except CiError as second:
                notes.append(f"What was created (slug {slug}) could not be removed: {second}")
            else:
                self._journal.finish(self._kind, self._app_slug, slug)
                # In a fleet, other files of the app may have been dealt with before.
                rest = "." if done else "; nothing else was changed."
                notes.append(f"What was created (slug {slug}) was removed again{rest}")

    def _until_clear(self, attempt: Callable[[], T], look: Callable[[], T | None]) -> T:
        """Make an attempt again only after a look at what the last one did."""
        tries = 0
        while True:
            try:
                return attempt()
            except UnclearOutcomeError as error:
                unclear = error
            # Outside of the except: a failure of the look must not be taken for one of the attempt.
            tries += 1
            try:
                found = look()
            except CiError as second:
                unclear.notes.append(f"Whether it took effect could not be found out: {second}")
                raise unclear from second
            if found is not None:
                return found
            if tries > self._client.max_retries:
                raise unclear
            self._client.back_off(tries)
