# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apply the plan for an app, phase by phase. New files are complete before old ones are deleted.

Deletions and protection count only once a new list shows them. So an app is listed and planned again after its
deletions. The second plan may find the changes of another run. Then the newest file with the declared content stays.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..._core.errors import (
    CiError,
    ConcurrentChangeError,
    RejectedError,
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
from .deletion import DELETION_ROUNDS, FileDeletion
from .endpoints import update_file
from .evidence import marker_name
from .journal import Journal
from .kinds import ANDROID_KEYSTORE, FileKind
from .model import RemoteFile, ignored_changes
from .observe import (
    DeclaredFile,
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

# Attempts to read a list that lags behind the changes of this run, which take about half a minute in total.
LATE_LIST_TRIES = 7

Declared = Mapping[FileKind, Sequence[DeclaredFile]]


class PlanApplication:
    """Applies one plan.

    `done` receives each action once it is complete. `check_stop` raises an error if the task was stopped.
    """

    def __init__(
        self,
        client: BitriseClient,
        observer: Observer,
        declared: Declared,
        policy: Policy,
        done: list[FileAction],
        check_stop: Callable[[], None] = lambda: None,
    ) -> None:
        self._client = client
        self._observer = observer
        self._app_slug = observer.app_slug
        self._declared = declared
        self._policy = policy
        self._journal = Journal(done)
        self._check_stop = check_stop
        self._inherited: dict[Key, Inherited] = {}
        self._files: dict[Key, RemoteFile] = {}  # uploaded or changed files, as the service lists them
        self._markers: dict[Key, list[str]] = {}  # slugs of the markers that this run has created
        self._backed_up: set[str | None] = set()  # slugs
        self._deletion = FileDeletion(client, observer, self._journal, check_stop)
        self._warnings: list[str] = []

    @property
    def files(self) -> Mapping[Key, RemoteFile]:
        """Return the files that were uploaded or changed, as the service lists them."""
        return self._files

    @property
    def warnings(self) -> list[str]:
        return [*self._warnings, *self._deletion.warnings]

    def run(self, plan: AppPlan, observed: Mapping[FileKind, Sequence[RemoteFile]]) -> None:
        """Apply the plan. `observed`: the files on which it is based."""
        self._remember_flags(plan)
        self._backed_up.update(file.slug for one in plan.files for file, _reason in one.decision.removed)
        try:
            self._execute(plan, observed)
        except CiError as error:
            self._journal.explain(plan, error)
            raise

    def _execute(self, plan: AppPlan, observed: Mapping[FileKind, Sequence[RemoteFile]]) -> None:
        ordered = plan.in_order()
        self._clear(ordered)
        for file_plan in ordered:
            if file_plan.upload:
                self._check_stop()
                self._upload(file_plan, file_plan.upload, observed[file_plan.location.kind])
        for file_plan in ordered:
            if file_plan.update:
                self._check_stop()
                self._update(file_plan.key, file_plan, file_plan.update)
        self._finish(plan)
        for file_plan in ordered:
            self._delete_leftovers(file_plan.key, file_plan)
        unprocessed = frozenset(file.slug for files in observed.values() for file in files if not file.processed)
        self._deletion.purge(plan.purge, unprocessed)
        self._wait_for_lists()

    def _wait_for_lists(self) -> None:
        """Wait until the lists show the uploads and deletions of this run. The next run repeats what a list lacks.

        If no list of this task has lagged, do not read lists again.
        """
        for kind in dict.fromkeys((*self._observer.own.values(), *self._observer.gone.values())):
            for tries in range(1, LATE_LIST_TRIES + 1):
                if not self._may_be_late(kind):
                    break
                if tries > 1:
                    self._client.back_off(tries)
                self._observer.list_files(kind)
            else:
                if self._may_be_late(kind):
                    self._warnings.append(
                        f"The list of the {kind.words}s of app {self._app_slug} does not show all uploads and "
                        "deletions yet. A run that starts before it shows them may repeat them."
                    )

    def _may_be_late(self, kind: FileKind) -> bool:
        is_late = self._client.observed.lists_late
        return self._observer.late.get(kind, True) if is_late else is_late is None

    # Uploads and updates

    def _declared_file(self, key: Key) -> DeclaredFile:
        return next(one for one in self._declared[key[0]] if one.desired.key == key[1])

    def _upload(self, plan: FilePlan, action: Upload, observed: Sequence[RemoteFile]) -> None:
        content = self._declared_file(plan.key).content
        if content is None:
            raise ValueError("an upload without content")
        try:
            file = self._uploaded(plan, action, content, observed)
        except ServiceError as error:
            abandoned = [one for one in plan.delete_leftovers if one.slug not in self._markers_of(plan)]
            if error.status not in REFUSED or error.method != "POST" or not abandoned:
                raise
            # The service may refuse a second file of one name.
            for one in abandoned:
                self._deletion.delete_leftover(plan.location.kind, one)
            file = self._uploaded(plan, action, content, observed)
        self._observer.note_upload(str(file.slug), plan.location.kind)
        self._observer.remember(file.slug, action.sha256)
        self._files[plan.key] = file
        self._journal.add(action)
        had_key = any(old.env_key == action.env_key for old, _reason in plan.decision.removed)
        # The key of the first keystore of an app is only a guess.
        is_known = had_key or plan.location.kind != ANDROID_KEYSTORE
        if is_known and action.env_key and file.env_key and file.env_key != action.env_key:
            # Bitrise chooses the key of a keystore. The plan only expects it.
            self._warnings.append(
                f"{file.name}: builds of app {self._app_slug} referred to this {plan.location.kind.words} by the key "
                f"{action.env_key}. The service gave the new file the key {file.env_key}."
            )

    def _uploaded(self, plan: FilePlan, action: Upload, content: Content, observed: Sequence[RemoteFile]) -> RemoteFile:
        return FileUpload(self._client, plan.location.kind, self._app_slug, observed).run(action, content)

    @staticmethod
    def _markers_of(plan: FilePlan) -> set[str | None]:
        return {file.slug for file in plan.decision.candidates.markers}

    def _update(self, key: Key, plan: FilePlan, action: Update) -> None:
        data: dict[str, Any] = {}
        for changes in _protection_last(action.changes):
            data = update_file(self._client, plan.location.kind, self._app_slug, str(action.slug), changes)
            if ignored := ignored_changes(data, changes):
                raise ServiceError(
                    f"The service accepted a change of {', '.join(ignored)} of the {plan.location} named {action.name} "
                    f"(slug {action.slug}), but still returns the old value. Run again later.",
                    kind="invalid_response",
                )
        changed = RemoteFile.from_service(plan.location.kind, data)
        known = self._files.get(key) or plan.decision.keep
        self._files[key] = changed.with_found_digest(changed.sha256 or (known.sha256 if known else None))
        uploaded = plan.upload.changes if plan.upload else {}
        if any(name not in uploaded for name in action.changes):
            self._journal.add(action)

    # Deletions and protection

    def _finish(self, plan: AppPlan) -> None:
        """Delete replaced files, then set protection. Repeat until a list shows both."""
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
            raise self._deletion.still_listed([action for one in pending.values() for action in one.delete])

    def _finish_again(self, key: Key, first: FilePlan, listed: list[RemoteFile]) -> FilePlan | None:
        """Plan one declared file again with a new list, and apply the rest. Return the plan if it deleted something."""
        again = self._plan_again(key, first, listed)
        if again.delete:
            self._back_up(key, again)
            if again.update:
                # The file that stays may be that of another run. It inherits flags before their file is deleted. The
                # last round protects it, because that cannot be undone.
                flags = {name: value for name, value in again.update.changes.items() if name != "is_protected"}
                if flags:
                    self._update(key, again, replace(again.update, changes=flags))
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
                kind = first.location.kind
                self._update(key, first, Update(kind.name, self._app_slug, keep.slug, keep.name, changes))
        return None

    def _back_up(self, key: Key, again: FilePlan) -> None:
        """Back up files of other runs that the first plan did not contain."""
        backup = self._declared_file(key).backup
        deleted = {action.slug for action in again.delete} - self._backed_up
        for file, _reason in again.decision.removed:
            if backup and file.slug in deleted:
                problem = backup.save(self._client, key[0], self._app_slug, file, check_mode=False)
                self._warnings += [problem] if problem else []
        self._backed_up |= deleted

    def _plan_again(self, key: Key, first: FilePlan, listed: list[RemoteFile]) -> FilePlan:
        there = {file.slug for file in listed}
        # Files of the first plan that the list still shows after their deletion.
        planned = (action for action in (*first.clear, *first.delete) if action.reason != "leftover")
        left = tuple(action for action in planned if action.slug in there)
        try:
            again = self._plan_declared_file(key, first, listed)
        except RejectedError as error:
            if error.kind != "duplicates":
                raise
            again = self._plan_without(left, key, first, listed, error)
        if again.upload:
            raise _concurrent(first, "A newer file of that name has other content.")
        if not first.desired.present or first.desired.slug:
            # Only the files of the first plan: another run may have uploaded a file of that name meanwhile.
            again = replace(again, delete=left)
        return again

    def _plan_without(
        self, left: Sequence[Delete], key: Key, first: FilePlan, listed: list[RemoteFile], refusal: RejectedError
    ) -> FilePlan:
        """Plan without files that this run has deleted. If their slugs have no order, they count as copies."""
        gone = {action.slug for action in left}
        if gone:
            with contextlib.suppress(RejectedError):
                again = self._plan_declared_file(key, first, [file for file in listed if file.slug not in gone])
                return replace(again, delete=(*left, *again.delete))
        raise _concurrent(first, str(refusal)) from refusal

    def _plan_declared_file(self, key: Key, first: FilePlan, listed: list[RemoteFile]) -> FilePlan:
        kind = first.location.kind
        declared_file = self._declared_file(key)
        own = self._files.get(key)
        if own and first.upload and declared_file.desired.slug:
            # The file with the slug that the task gives will be deleted, and the new file has another slug.
            declared_file = replace(declared_file, desired=replace(declared_file.desired, slug=own.slug))
        desired, files = observe_app(self._observer, {kind: [declared_file]}, {kind: listed})
        again_key = (kind, desired[kind][0].key)
        policy = replace(
            self._policy,
            purge=frozenset(),
            now=self._client.service_time(),
            inherited={again_key: self._inherited.get(key, Inherited())},
            uploaded=frozenset({again_key}),
        )
        return plan_app(self._app_slug, desired, files, policy).files[0]

    def _mark(self, key: Key, plan: FilePlan) -> None:
        """Record on the service that the new file inherits protection, before the protected file is deleted."""
        created = self._markers.setdefault(key, [])
        if not plan.decision.needs_marker or self._markers_of(plan).intersection(created):
            return
        kind = plan.location.kind
        name = marker_name(str(plan.decision.effective.name))  # only declared content replaces files, and it has a name
        digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:16].upper()
        more = {"user_env_key": f"MOBILEOPS_CI_PROTECT_{digest}"} if kind.has_env_key else {}
        try:
            data = create_repeatedly(self._client, kind, self._app_slug, name, 1, more)
        except CiError as error:
            error.notes.append(
                f"No old file was deleted. Declare is_protected=true for {plan.desired.label}, which makes a marker on "
                "the service unnecessary, and run again."
            )
            raise
        created.append(str(data["slug"]))

    def _clear(self, plans: Sequence[FilePlan]) -> None:
        """Delete the files that hold the keys of new files, again until the list shows that. No upload precedes it."""
        left = [(plan, action) for plan in plans for action in plan.clear]
        for tries in range(DELETION_ROUNDS):
            if tries > 1:
                self._client.back_off(tries)
            for plan, action in left:
                if action.reason == "leftover":
                    self._check_stop()
                    self._deletion.delete_leftover(plan.location.kind, action)
                else:
                    self._delete_all(plan.key, plan, [action])
            left = [(plan, action) for plan, action in left if action.reason != "leftover"]
            kinds = dict.fromkeys(plan.location.kind for plan, _action in left)
            listed = {kind: {file.slug for file in self._observer.list_files(kind)} for kind in kinds}
            left = [(plan, action) for plan, action in left if action.slug in listed[plan.location.kind]]
            if not left:
                return
        raise self._deletion.still_listed([action for _plan, action in left])

    def _delete_all(self, key: Key, plan: FilePlan, actions: Sequence[Delete]) -> None:
        for action in actions:
            self._check_stop()
            response = self._deletion.delete(plan.location.kind, action)
            if response:
                self._inherit_from(key, plan, response)

    def _inherit_from(self, key: Key, plan: FilePlan, deleted: Mapping[str, Any]) -> None:
        """Inherit flags that someone else set on the deleted file after it was listed."""
        if deleted.get("slug") and plan.desired.present:
            old = RemoteFile.from_service(plan.location.kind, deleted)
            self._inherited[key] = self._inherited.get(key, Inherited()).join(old)

    def _remember_flags(self, plan: AppPlan) -> None:
        for file_plan in plan.files:
            candidates = file_plan.decision.candidates
            inherited = Inherited(is_protected=bool(candidates.markers))
            for file in candidates.processed:
                inherited = inherited.join(file)
            self._inherited[file_plan.key] = inherited

    # Leftovers

    def _delete_leftovers(self, key: Key, plan: FilePlan) -> None:
        for action in plan.delete_leftovers:
            self._check_stop()
            self._deletion.delete_leftover(plan.location.kind, action)
        for slug in self._markers.get(key, ()):
            self._deletion.delete_unfinished(plan.location.kind, slug)


def _protection_last(changes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Split changes, because the service might ignore is_expose beside is_protected, and rejects it afterwards."""
    others = {name: value for name, value in changes.items() if name != "is_protected"}
    protection = {name: value for name, value in changes.items() if name not in others}
    return [some for some in (others, protection) if some]


def _needs_finish(plan: FilePlan) -> bool:
    """Return whether a new list must show deletions, or that a file is alone before it is protected."""
    protects_upload = bool(plan.upload and plan.upload.changes.get("is_protected"))
    has_cleared = any(action.reason == "replaced" for action in plan.clear)
    return bool(plan.delete or protects_upload or has_cleared)


def _concurrent(plan: FilePlan, reason: str) -> ConcurrentChangeError:
    return ConcurrentChangeError(
        f"Another run or person changed the {plan.location} {plan.desired.named} at the same time. {reason} "
        "Newer files were not changed. Run again once the other run is done."
    )
