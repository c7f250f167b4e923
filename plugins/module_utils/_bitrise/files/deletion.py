# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Delete files of an app: single ones, leftovers of interrupted uploads, and purged ones until no list shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..._core.errors import ServiceError
from ..client import BitriseClient
from .actions import Delete
from .endpoints import delete_file, get_file
from .journal import Journal
from .kinds import FILE_KINDS, FileKind
from .model import RemoteFile
from .observe import Observer
from .upload import REFUSED

# Attempts at a deletion that the list does not show.
DELETION_ROUNDS = 4


class FileDeletion:
    """Deletes files of one app. `check_stop` raises an error if the task was stopped."""

    def __init__(
        self, client: BitriseClient, observer: Observer, journal: Journal, check_stop: Callable[[], None]
    ) -> None:
        self._client = client
        self._observer = observer
        self._app_slug = observer.app_slug
        self._journal = journal
        self._check_stop = check_stop
        self.warnings: list[str] = []

    def delete(self, kind: FileKind, action: Delete) -> dict[str, Any] | None:
        """Delete one file. Return the object in the response, or None if the file did not exist any more."""
        response = delete_file(self._client, kind, self._app_slug, str(action.slug))
        if response is None:
            # If this run has deleted the file before, a late list has made it try again.
            self._observer.note_gone(str(action.slug), kind, is_listed_late=action in self._journal.actions)
        self._journal.add_deletion(action, response)
        return response

    def delete_leftover(self, kind: FileKind, action: Delete) -> None:
        """Delete an unfinished upload. Read it again right before, because another run may have confirmed it."""
        try:
            data = get_file(self._client, kind, self._app_slug, str(action.slug))
        except ServiceError as error:
            if error.status != 404:
                raise
            self._observer.note_gone(str(action.slug), kind)
            return
        if not RemoteFile.from_service(kind, data).processed and self.delete_unfinished(kind, str(action.slug)):
            self._journal.add(action)

    def delete_unfinished(self, kind: FileKind, slug: str) -> bool:
        """Delete a file that is not processed. Return whether this run did it. A refusal becomes a warning."""
        try:
            return delete_file(self._client, kind, self._app_slug, slug) is not None
        except ServiceError as error:
            if error.status not in REFUSED:
                raise
            self.warnings.append(f"The service refused to delete an unfinished upload, which remains: {error}")
            return False

    def purge(self, actions: Sequence[Delete], unprocessed: frozenset[str | None]) -> None:
        """Delete undeclared files, again until the list shows that. `unprocessed`: slugs of unfinished uploads."""
        for kind in FILE_KINDS:
            left = [action for action in actions if action.kind == kind.name]
            for tries in range(DELETION_ROUNDS):
                if not left:
                    break
                if tries > 1:
                    self._client.back_off(tries)
                for action in left:
                    self._check_stop()
                    if action.slug in unprocessed:
                        self.delete_leftover(kind, action)
                    else:
                        self.delete(kind, action)
                listed = {file.slug for file in self._observer.list_files(kind)}
                # An unfinished upload may remain: another run has confirmed it, or the service refuses to delete it.
                left = [action for action in left if action.slug in listed - unprocessed]
            if left:
                raise self.still_listed(left)

    def still_listed(self, actions: Sequence[Delete]) -> ServiceError:
        """Remove deletions without effect from the journal, and return the error about them."""
        self._journal.retract_deletions(actions)
        files = ", ".join(f"{action.name} (slug {action.slug})" for action in actions)
        return ServiceError(
            f"The service confirmed the deletion of files of app {self._app_slug}, but still lists them: {files}. Run "
            "again later.",
            kind="invalid_response",
        )
