# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry out the plan for an app, phase by phase: what is new is complete before anything old is deleted.

Deletions and protection are only believed once a new list shows them, so an app is listed and planned again after its
deletions. The second plan may find that another run was at work meanwhile; then the newest declared file wins.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..._core.errors import (
    CiError,
    ConcurrentChangeError,
    RefusedError,
    ServiceError,
)
from ..._local.read_file import Content
from ..client import BitriseClient
from .actions import (
    Delete,
    FileAction,
    Update,
    Upload,
)
from .decide import Inherited
from .endpoints import delete_file, get_file, update_file
from .evidence import marker_name
from .kinds import KINDS, FileKind
from .model import RemoteFile, not_taken
from .observe import (
    Declaration,
    Observer,
    observe_app,
)
from .plan_app import (
    AppPlan,
    FilePlan,
    Key,
    Policy,
    plan_app,
)
from .upload import (
    REFUSED,
    FileUpload,
    create_repeatedly,
)

# How often a deletion that a list does not show yet is sent again.
DELETION_ROUNDS = 4
# How often a list is read again that lags behind what this run has done: about half a minute in all.
LATE_LIST_TRIES = 7

Declared = Mapping[FileKind, Sequence[Declaration]]


class Application:
    """Carries out one plan.

    `done` gets each action once it is complete; `go_on` raises if the task was stopped.
    """

    def __init__(
        self,
        client: BitriseClient,
        observer: Observer,
        declared: Declared,
        policy: Policy,
        done: list[FileAction],
        go_on: Callable[[], None] = lambda: None,
    ) -> None:
        self._client = client
        self._observer = observer
        self._app_slug = observer.app_slug
        self._declared = declared
        self._policy = policy
        self._done = done
        self._go_on = go_on
        self._inherited: dict[Key, Inherited] = {}
        self._files: dict[Key, RemoteFile] = {}  # what was uploaded or changed, as the service has it now
        self._markers: dict[Key, str] = {}  # slugs of the markers that this run has set
        self._unprocessed: set[str | None] = set()  # slugs of the files that were unfinished when they were listed
        self.warnings: list[str] = []

    @property
    def files(self) -> Mapping[Key, RemoteFile]:
        """Return the files that were uploaded or changed, as the service has them."""
        return self._files

    def run(self, plan: AppPlan, observed: Mapping[FileKind, Sequence[RemoteFile]]) -> None:
        """Carry the plan out. `observed`: the files that it is based on."""
        self._remember_flags(plan)
        try:
            self._execute(plan, observed)
        except CiError as error:
            self._explain(plan, error)
            raise

    def _execute(self, plan: AppPlan, observed: Mapping[FileKind, Sequence[RemoteFile]]) -> None:
        ordered = plan.in_order()
        for file_plan in ordered:
            self._delete_all(file_plan.key, file_plan, file_plan.clear)
        for file_plan in ordered:
            if file_plan.upload:
                self._go_on()
                self._upload(file_plan, file_plan.upload, observed[file_plan.place.kind])
        for file_plan in ordered:
            if file_plan.update:
                self._go_on()
                self._update(file_plan.key, file_plan, file_plan.update)
        self._finish(plan)
        for file_plan in ordered:
            self._tidy(file_plan.key, file_plan)
        self._unprocessed = {file.slug for files in observed.values() for file in files if not file.processed}
        self._purge(plan.purge)
        self._wait_for_lists()

    def _wait_for_lists(self) -> None:
        """Wait until the lists show what this run has done, or else the next run would do it again.

        If the lists of this task have never lagged, they are not read again.
        """
        if not (self._observer.own or self._observer.gone):
            return
        for kind in dict.fromkeys((*self._observer.own.values(), *self._observer.late)):
            for tries in range(1, LATE_LIST_TRIES + 1):
                if not self._may_be_late(kind):
                    break
                if tries > 1:
                    self._client.back_off(tries)
                self._observer.list_files(kind)
            else:
                self.warnings.append(
                    f"The list of the {kind.words}s of app {self._app_slug} does not show yet what this run has done. "
                    "A run that starts before it does may do it again."
                )

    def _may_be_late(self, kind: FileKind) -> bool:
        is_late = self._client.observed.lists_late
        return self._observer.late.get(kind, True) if is_late else is_late is None

    # Uploads and updates

    def _declaration(self, key: Key) -> Declaration:
        return next(one for one in self._declared[key[0]] if one.desired.key == key[1])

    def _upload(self, plan: FilePlan, action: Upload, observed: Sequence[RemoteFile]) -> None:
        content = self._declaration(plan.key).content
        if content is None:
            raise ValueError("an upload without content")
        try:
            file = self._uploaded(plan, action, content, observed)
        except ServiceError as error:
            abandoned = [one for one in plan.tidy if one.slug not in self._markers_of(plan)]
            if error.status not in REFUSED or error.method != "POST" or not abandoned:
                raise
            # The service may not accept a second file of one name.
            for one in abandoned:
                self._delete_leftover(plan.place.kind, one)
            file = self._uploaded(plan, action, content, observed)
        self._observer.own[str(file.slug)] = plan.place.kind
        self._observer.remember(file.slug, action.sha256)
        self._files[plan.key] = file
        self._done.append(action)
        if action.env_key and file.env_key and file.env_key != action.env_key:
            # Bitrise decides which key a keystore gets; it is not known for sure before.
            self.warnings.append(
                f"{file.name}: builds of app {self._app_slug} referred to this {plan.place.kind.words} by the key "
                f"{action.env_key}; the service has given the new file the key {file.env_key}."
            )

    def _uploaded(self, plan: FilePlan, action: Upload, content: Content, observed: Sequence[RemoteFile]) -> RemoteFile:
        return FileUpload(self._client, plan.place.kind, self._app_slug, observed).run(action, content)

    @staticmethod
    def _markers_of(plan: FilePlan) -> set[str | None]:
        return {file.slug for file in plan.decision.candidates.markers}

    def _update(self, key: Key, plan: FilePlan, action: Update) -> None:
        data: dict[str, Any] = {}
        for changes in _protection_last(action.changes):
            data = update_file(self._client, plan.place.kind, self._app_slug, str(action.slug), changes)
            if ignored := not_taken(data, changes):
                raise ServiceError(
                    f"The service accepted a change of {', '.join(ignored)} of the {plan.place} named {action.name} "
                    f"(slug {action.slug}), but still returns the old value. Run again later.",
                    kind="invalid_response",
                )
        changed = RemoteFile.from_service(plan.place.kind, data)
        known = self._files.get(key) or plan.decision.keep
        self._files[key] = changed.with_found_digest(known.sha256) if known and changed.sha256 is None else changed
        uploaded = plan.upload.changes if plan.upload else {}
        if any(name not in uploaded for name in action.changes):
            self._done.append(action)

    # Deletions and protection

    def _finish(self, plan: AppPlan) -> None:
        """Delete what is replaced, then protect; repeat until a list shows that it is so."""
        pending = {one.key: one for one in plan.in_order() if _needs_finish(one)}
        for key, file_plan in pending.items():
            self._mark(key, file_plan)
        for key, file_plan in pending.items():
            self._delete_all(key, file_plan, file_plan.delete)
        first = dict(pending)
        for tries in range(DELETION_ROUNDS):
            if not pending:
                return
            if tries > 1:
                self._client.back_off(tries)
            listed = {kind: self._observer.list_files(kind) for kind in dict.fromkeys(key[0] for key in pending)}
            again = {key: self._finish_again(key, first[key], listed[key[0]]) for key in pending}
            pending = {key: one for key, one in again.items() if one is not None}
        if pending:
            raise self._still_listed([action for one in pending.values() for action in one.delete])

    def _finish_again(self, key: Key, first: FilePlan, listed: list[RemoteFile]) -> FilePlan | None:
        """Plan one declaration again by a new list, and do what is left. Returns the plan if it deleted something."""
        again = self._plan_again(key, first, listed)
        if again.delete:
            if again.update:
                # The file that stays may be somebody else's: it inherits before the file that has the flags goes.
                self._update(key, again, again.update)
            self._mark(key, again)
            self._delete_all(key, again, again.delete)
            return again
        keep = again.decision.keep
        if keep is not None:
            self._files[key] = keep
            changes = {
                **(again.update.changes if again.update else {}),
                **(again.protect.changes if again.protect else {}),
            }
            if changes:
                kind = first.place.kind
                self._update(key, first, Update(kind.name, self._app_slug, keep.slug, keep.name, changes))
        return None

    def _plan_again(self, key: Key, first: FilePlan, listed: list[RemoteFile]) -> FilePlan:
        kind = first.place.kind
        declaration = self._declaration(key)
        own = self._files.get(key)
        if own and first.upload and declaration.desired.slug:
            # The slug that the task names is about to go, and the new file has another one.
            declaration = replace(declaration, desired=replace(declaration.desired, slug=own.slug))
        wanted, files = observe_app(self._observer, {kind: [declaration]}, {kind: listed})
        again_key = (kind, wanted[kind][0].key)
        policy = replace(
            self._policy,
            purge=frozenset(),
            now=self._client.service_time(),
            inherited={again_key: self._inherited.get(key, Inherited())},
            uploaded=frozenset({again_key}),
        )
        try:
            again = plan_app(self._app_slug, wanted, files, policy).files[0]
        except RefusedError as error:
            if error.kind == "duplicates":
                raise _concurrent(first, str(error)) from error
            raise
        if again.upload:
            raise _concurrent(first, "A newer file of that name has other content.")
        if not first.desired.present or first.desired.slug:
            # Only what this task is about: another run may have uploaded a file of that name meanwhile.
            there = {file.slug for file in listed}
            planned = (action for action in (*first.clear, *first.delete) if action.reason != "leftover")
            again = replace(again, delete=tuple(action for action in planned if action.slug in there))
        return again

    def _mark(self, key: Key, plan: FilePlan) -> None:
        """Note on the service that the new file inherits protection, before the file that has it is deleted."""
        if not plan.decision.needs_marker or self._markers.get(key) in self._markers_of(plan):
            return
        kind = plan.place.kind
        name = marker_name(plan.decision.wanted.name or plan.desired.label)
        digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:16].upper()
        more = {"user_env_key": f"MOBILEOPS_CI_PROTECT_{digest}"} if kind.has_env_key else {}
        try:
            data = create_repeatedly(self._client, kind, self._app_slug, name, 1, more)
        except CiError as error:
            error.notes.append(
                f"No old file was deleted. Declare is_protected=true for {plan.desired.label}, so that the service "
                "does not have to hold a note about it, and run again."
            )
            raise
        self._markers[key] = str(data["slug"])

    def _delete_all(self, key: Key, plan: FilePlan, actions: Sequence[Delete]) -> None:
        for action in actions:
            self._go_on()
            if action.reason == "leftover":
                self._delete_leftover(plan.place.kind, action)
                continue
            answer = self._delete(plan.place.kind, action)
            if answer:
                self._pass_on(key, plan, answer)
            self._note_deletion(action, answer)

    def _note_deletion(self, action: Delete, answer: Mapping[str, Any] | None) -> None:
        """Count a deletion as done, unless the file was gone before: a list may show it for some time."""
        if answer is not None and action not in self._done:
            self._done.append(action)

    def _delete(self, kind: FileKind, action: Delete) -> dict[str, Any] | None:
        answer = delete_file(self._client, kind, self._app_slug, str(action.slug))
        if answer is None:
            self._observer.gone.add(str(action.slug))  # seen to be gone; a list may lag behind
        return answer

    def _pass_on(self, key: Key, plan: FilePlan, answer: Mapping[str, Any]) -> None:
        """Inherit flags that somebody else set on the old file since it was listed."""
        if answer.get("slug") and plan.desired.present:
            old = RemoteFile.from_service(plan.place.kind, answer)
            self._inherited[key] = self._inherited.get(key, Inherited()).join(old)

    def _remember_flags(self, plan: AppPlan) -> None:
        for file_plan in plan.files:
            candidates = file_plan.decision.candidates
            inherited = Inherited(is_protected=bool(candidates.markers))
            for file in candidates.processed:
                inherited = inherited.join(file)
            self._inherited[file_plan.key] = inherited

    # Leftovers and purge

    def _tidy(self, key: Key, plan: FilePlan) -> None:
        for action in plan.tidy:
            self._go_on()
            self._delete_leftover(plan.place.kind, action)
        if key in self._markers:
            self._delete_unfinished(plan.place.kind, self._markers[key])

    def _delete_leftover(self, kind: FileKind, action: Delete) -> None:
        """Read an unfinished upload again right before it is deleted: another run may have confirmed it."""
        try:
            data = get_file(self._client, kind, self._app_slug, str(action.slug))
        except ServiceError as error:
            if error.status != 404:
                raise
            self._observer.gone.add(str(action.slug))
            return
        if not RemoteFile.from_service(kind, data).processed and self._delete_unfinished(kind, str(action.slug)):
            self._done.append(action)

    def _delete_unfinished(self, kind: FileKind, slug: str) -> bool:
        """Delete a file that is not processed; return whether this did it. What the service refuses stays there."""
        try:
            return delete_file(self._client, kind, self._app_slug, slug) is not None
        except ServiceError as error:
            if error.status not in REFUSED:
                raise
            self.warnings.append(f"The service does not delete an upload that is not finished: {error} It stays.")
            return False

    def _purge(self, actions: Sequence[Delete]) -> None:
        for kind in KINDS:
            left = [action for action in actions if action.kind == kind.name]
            for tries in range(DELETION_ROUNDS):
                if not left:
                    break
                if tries > 1:
                    self._client.back_off(tries)
                for action in left:
                    self._go_on()
                    if action.slug in self._unprocessed and tries == 0:
                        self._delete_leftover(kind, action)
                        continue
                    self._note_deletion(action, self._delete(kind, action))
                listed = {file.slug for file in self._observer.list_files(kind)}
                left = [action for action in left if action.slug in listed]
            if left:
                raise self._still_listed(left)

    def _still_listed(self, actions: Sequence[Delete]) -> ServiceError:
        slugs = {action.slug for action in actions}
        self._done[:] = [done for done in self._done if not (isinstance(done, Delete) and done.slug in slugs)]
        files = ", ".join(f"{action.name} (slug {action.slug})" for action in actions)
        return ServiceError(
            f"The service answered that it deleted files of app {self._app_slug}, but still lists them: {files}. Run "
            "again later.",
            kind="invalid_response",
        )

    def _explain(self, plan: AppPlan, error: CiError) -> None:
        """Say in the error what was done before it, and that a rerun finishes the rest."""
        if not self._done:
            return
        listed = ", ".join(f"{_PAST[action.action]} {_words(action)} {action.name}" for action in self._done)
        error.notes.append(f"Done before the error: {listed}. Run again to finish.")
        waiting = [action for action in plan.actions_of("delete") if action not in self._done]
        if waiting and any(isinstance(action, Upload) for action in self._done):
            listed = ", ".join(f"{action.name} (slug {action.slug})" for action in waiting)
            error.notes.append(f"Replaced files that are still there: {listed}.")


_PAST = {"upload": "uploaded", "update": "updated", "delete": "deleted"}


def _words(action: FileAction) -> str:
    return next(kind.words for kind in KINDS if kind.name == action.kind)


def _protection_last(changes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Split changes: the service might ignore is_expose beside is_protected, and could never change it afterwards."""
    others = {name: value for name, value in changes.items() if name != "is_protected"}
    protection = {name: value for name, value in changes.items() if name not in others}
    return [some for some in (others, protection) if some]


def _needs_finish(plan: FilePlan) -> bool:
    """Return whether something has to be seen in a new list: deletions, or that a file is alone before it is "
    "protected."""
    protects_upload = bool(plan.upload and plan.upload.changes.get("is_protected"))
    has_cleared = any(action.reason == "replaced" for action in plan.clear)
    return bool(plan.delete or plan.protect or protects_upload or has_cleared)


def _concurrent(plan: FilePlan, reason: str) -> ConcurrentChangeError:
    return ConcurrentChangeError(
        f"Another run or person changed the {plan.place} named {plan.desired.label} at the same time. {reason} Nothing "
        "that is newer was changed. Run again once the other run is done."
    )
