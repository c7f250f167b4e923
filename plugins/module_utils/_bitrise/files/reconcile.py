# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of one kind in one app: observe, plan, keep copies, apply."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.actions import (
    Delete,
    FileAction,
    Upload,
    simulate,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.apply import Application
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.content import Backup, with_digest
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.journal import Journal
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import FileKind
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import Desired, RemoteFile
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.plan import (
    FilePlan,
    Place,
    plan_file,
    plan_purge,
    worth_downloading,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.verify import (
    STRICT,
    Inspector,
    Verdict,
    look_inside,
)
from ansible_collections.mobileops.ci.plugins.module_utils._local_file import Content
from ansible_collections.mobileops.ci.plugins.module_utils._plan import Plan


class Digests(Protocol):
    """Digests that are known from before, by slug: what lies behind a slug never changes."""

    def get(self, slug: str) -> str | None:
        """The digest, when it is known."""

    def put(self, slug: str, sha256: str) -> None:
        """Keep a digest that was just found out."""


@dataclass(frozen=True)
class Declaration:
    """A declared file with its bytes and where copies of what it replaces go."""

    desired: Desired
    content: Content | None = field(default=None, repr=False)
    backup: Backup | None = None
    verify: str = STRICT


@dataclass(frozen=True)
class Step:
    """What is to be done about one declaration. `file`: the declared file as it will be; None if it will be absent."""

    plan: Plan
    actions: tuple[FileAction, ...]
    file: RemoteFile | None = None
    declaration: Declaration | None = None
    warnings: tuple[str, ...] = ()
    touched: frozenset[str] = frozenset()
    verdict: Verdict | None = None

    @property
    def last(self) -> tuple[FileAction, ...]:
        """The deletions at the end: they can wait, and whatever they are about is in use until then."""
        waiting: list[FileAction] = []
        for action in reversed(self.actions):
            if not isinstance(action, Delete):
                break
            waiting.append(action)
        return tuple(reversed(waiting))

    @property
    def first(self) -> tuple[FileAction, ...]:
        return self.actions[: len(self.actions) - len(self.last)]


@dataclass(frozen=True)
class Begun:
    """A step of which only deletions are left to be done."""

    application: Application
    last: tuple[FileAction, ...]
    done: list[FileAction]
    file: RemoteFile | None

    def finish(self) -> None:
        self.application.finish(self.last, self.done)


class FilesOfApp:
    """The files of one kind in one app, as the service has them, and what is done to them."""

    def __init__(
        self,
        client: BitriseClient,
        kind: FileKind,
        app_slug: str,
        journal: Journal,
        digests: Digests | None = None,
        inspector: Inspector | None = None,
    ) -> None:
        self.kind = kind
        self.app_slug = app_slug
        self._client = client
        self._journal = journal
        self._digests = digests
        self._inspector = inspector or Inspector()
        self.warnings: list[str] = []  # what only came out when a plan was carried out
        self._joined = False  # whether a file is uploaded by a step that was prepared
        self._leftovers: set[str | None] = set()  # those that a step removes: of several of one name, it is the first
        self.observed = [self._with_known_digest(data) for data in client.files(kind, app_slug)]

    def prepare(self, declaration: Declaration) -> Step:
        """The plan for one declaration. Reads from the service what the plan needs; raises RefusedError."""
        desired = declaration.desired
        several = sum(desired.means(file) for file in self.observed) > 1
        interrupted = self._interrupted() if several or desired.slug else {}
        place = Place(self.kind, self.app_slug, interrupted, joined=self._joined)
        for file in worth_downloading(place, desired, self.observed):
            found = with_digest(self._client, self.kind, self.app_slug, file)
            self.observed[self.observed.index(file)] = found
            self._remember(found.slug, found.sha256)
        file_plan = plan_file(place, desired, [file for file in self.observed if file.slug not in self._leftovers])
        self._leftovers |= {
            file.slug for file in self.observed if not file.processed and file.slug in file_plan.touched
        }
        self._joined = self._joined or any(isinstance(action, Upload) for action in file_plan.actions)
        verdict = look_inside(
            self._inspector,
            self.kind,
            self.app_slug,
            desired,
            declaration.content,
            declaration.verify,
            file_plan.actions,
        )
        planned = simulate(self.observed, file_plan.actions)
        before = [file for file in self.observed if file.slug in file_plan.touched]
        after = [file for file in planned if file.slug is None or file.slug in file_plan.touched]
        return Step(
            plan=Plan(
                file_plan.actions, before=_shown(self.kind, before, desired), after=_shown(self.kind, after, desired)
            ),
            actions=file_plan.actions,
            file=self._declared_file(file_plan, desired, planned),
            declaration=declaration,
            warnings=(*file_plan.warnings, *verdict.check()),
            touched=file_plan.touched,
            verdict=verdict,
        )

    def prepare_purge(self, declared: Collection[Step]) -> Step:
        """The plan to delete every file that none of the declarations is about."""
        touched = frozenset(slug for step in declared for slug in step.touched)
        actions = plan_purge(Place(self.kind, self.app_slug), touched, self.observed)
        gone = [file for file in self.observed if any(action.slug == file.slug for action in actions)]
        return Step(Plan(actions, before=_shown(self.kind, gone, None)), actions)

    def back_up(self, step: Step, *, check_mode: bool) -> tuple[str, ...]:
        """Save what the step deletes, if its declaration asks for it; what could not be saved are warnings."""
        backup = step.declaration.backup if step.declaration else None
        if backup is None:
            return ()
        deleted = {action.slug for action in step.actions if isinstance(action, Delete)}
        problems = [
            backup.save(self._client, self.kind, self.app_slug, file, check_mode=check_mode)
            for file in self.observed
            if file.slug in deleted and file.processed
        ]
        return tuple(problem for problem in problems if problem)

    def apply(self, step: Step, done: list[FileAction] | None = None) -> RemoteFile | None:
        """Carry the step out; the declared file as the service has it afterwards. `done` gets what is complete."""
        begun = self.begin(step, [] if done is None else done)
        begun.finish()
        return begun.file

    def begin(self, step: Step, done: list[FileAction]) -> Begun:
        """Carry out all of the step but the deletions of what it has replaced, which `finish` does."""
        known = frozenset(str(file.slug) for file in self.observed)
        content = step.declaration.content if step.declaration else None
        application = Application(self._client, self.kind, self.app_slug, self._journal)
        answer = application.apply(step.first, content, known, done, step.last)
        if answer is None or step.file is None:
            return Begun(application, step.last, done, step.file)
        file = replace(RemoteFile.from_service(self.kind, answer), sha256=step.file.sha256)
        for action in step.actions:
            if isinstance(action, Upload):
                self._remember(file.slug, file.sha256)
                self._check_key(action, file)
        return Begun(application, step.last, done, file)

    def _check_key(self, upload: Upload, file: RemoteFile) -> None:
        """Which key a keystore gets is for the service to say, and is not known for sure before."""
        if upload.env_key and file.env_key and file.env_key != upload.env_key:
            self.warnings.append(
                f"{file.name}: builds of app {self.app_slug} referred to this {self.kind.words} by the key "
                f"{upload.env_key}; the service has given the new one the key {file.env_key}."
            )

    def _interrupted(self) -> dict[str, frozenset[str]]:
        """Replacements that were cut off, as far as both the new and an old file are still there."""
        there = {file.slug for file in self.observed}
        interrupted = {}
        for new, replaced in self._journal.interrupted(self.kind, self.app_slug).items():
            if new in there and replaced & there:
                interrupted[new] = replaced
            else:
                self._journal.finish(self.kind, self.app_slug, new)
        return interrupted

    def _with_known_digest(self, data: dict[str, Any]) -> RemoteFile:
        file = RemoteFile.from_service(self.kind, data)
        if self._digests and file.sha256 is None and file.processed and file.slug:
            return file.with_found_digest(self._digests.get(file.slug))
        return file

    def _remember(self, slug: str | None, sha256: str | None) -> None:
        if self._digests and slug and sha256:
            self._digests.put(slug, sha256)

    def _declared_file(self, file_plan: FilePlan, desired: Desired, planned: Sequence[RemoteFile]) -> RemoteFile | None:
        if not desired.present:
            return None
        file = next(file for file in planned if file.slug == file_plan.keep)
        if file.slug is not None:
            return file
        # A check mode's result has the keys of the real one: what the service would fill in, as far as it is known.
        known = {"file_sha256": file.sha256, "user_env_key": file.env_key}
        return replace(file, others={key: known.get(key, unset) for key, unset in self.kind.unset.items()})


def _shown(kind: FileKind, files: Sequence[RemoteFile], desired: Desired | None) -> dict[str, Any]:
    """Files as a diff shows them, by name, with the slug where a name stands for several."""
    names = [file.name for file in files]
    shown: dict[str, Any] = {}
    for file in sorted(files, key=lambda file: (file.name, file.slug or "")):
        key = file.name if names.count(file.name) == 1 else f"{file.name} ({file.slug or 'new'})"
        shown[key] = {
            "size": file.size,
            "sha256": file.sha256,
            "is_protected": file.is_protected,
            "is_expose": file.is_expose,
            "processed": file.processed,
        }
        if kind.has_env_key:
            shown[key]["user_env_key"] = file.env_key
        if desired and desired.password is not None:
            shown[key]["certificate_password"] = _state(file.password, desired.password)
        for name, declared in desired.keystore.items() if desired else ():
            shown[key][name] = _state(file.told.get(name), declared)
    return shown


def _state(told: str | None, declared: str) -> str:
    if told is None:
        return "not told by the service"
    return "as declared" if told == declared else "not as declared"
