# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The requests of a run, one by one, with all possible outcomes of each.

The order of the requests is that of `apply.Application` and `upload.FileUpload`: delete files that block the upload,
upload, update, then mark, delete and protect until a list shows the result, delete leftovers, purge. Contents that a
run reads belong to the list before it, because the content of a slug never changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.actions import PASSWORD as PASSWORD_FIELD
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.deletion import DELETION_ROUNDS
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import FileKind

from .planning import Changes, Declaration, Outline, Seen, Variant, apply_changes, outline, without
from .service import MARKER, NAME, File, Files

# A request that is due: its name, and the slug or the changes that it is about. Slug 0 is the run's own file.
Due = tuple[Any, ...]

PROTECT: Changes = (("is_protected", True),)


class Run(NamedTuple):
    """A run and what it is going to do. `end` is empty until it is over: ok, failed, refused, killed."""

    who: str
    declaration: Declaration
    due: tuple[Due, ...] = (("list",),)
    own: int = 0  # the slug of the file that it uploads or keeps
    marker: int = 0
    rounds: int = 0  # how often it has listed again and found something to delete
    seen: Seen = Seen()
    has_uploaded: bool = False
    end: str = ""
    why: str = ""

    def is_uploading(self, slug: int) -> bool:
        return self.own == slug and not self.has_uploaded and any(due[0] == "confirm" for due in self.due)

    def ended(self, end: str, why: str = "") -> Run:
        return Run(self.who, self.declaration, due=(), end=end, why=why)

    def then(self, *due: Due, **changes: Any) -> Run:
        """Return the run with these requests in place of the one that is done."""
        return self._replace(due=(*due, *self.due[1:]), **changes).settled()

    def settled(self) -> Run:
        due = self.due
        while due and due[0] == ("unmark",) and not self.marker:
            due = due[1:]
        if not due:
            return self.ended("ok")
        return self.ended("failed") if due[0] == ("fail",) else self._replace(due=due)


class Outcome(NamedTuple):
    """A possible outcome of a request."""

    label: str
    files: Files
    run: Run
    deleted: int = 0
    is_fault: bool = False


Outcomes = Iterator[Outcome]


def find(files: Files, slug: int) -> File | None:
    return next((file for file in files if file.slug == slug), None)


def with_file(files: Files, file: File) -> Files:
    return tuple(file if other.slug == file.slug else other for other in files)


def without_file(files: Files, slug: int) -> Files:
    return tuple(file for file in files if file.slug != slug)


def outcomes(kind: FileKind, variant: Variant, files: Files, top: int, run: Run) -> Outcomes:
    """Yield what may become of the run's next request; without a fault first. `top`: the newest slug so far."""
    return Step(kind, variant, files, top, run).outcomes()


class Step:
    """The next request of one run."""

    def __init__(self, kind: FileKind, variant: Variant, files: Files, top: int, run: Run) -> None:
        self.kind, self.variant, self.files, self.run = kind, variant, files, run
        self.new_slug = top + 1

    def outcomes(self) -> Outcomes:
        name, *arguments = self.run.due[0]
        return _REQUESTS[name](self, *arguments)

    def _out(
        self, label: str, run: Run, files: Files | None = None, deleted: int = 0, *, fault: bool = False
    ) -> Outcome:
        return Outcome(f"{self.run.who} {label}", self.files if files is None else files, run, deleted, fault)

    def _slot(self, name: str, content: str, owner: str = "") -> File:
        return File(self.new_slug, name, content, None, False, False, True, False, False, owner=owner or self.run.who)

    def _outline(self, files: Files, seen: Seen | None = None) -> Outline:
        visible = tuple(file._replace(owner="") for file in files)
        return outline(self.kind, visible, self.run.declaration, self.variant, seen)

    # The first plan

    def send_list(self) -> Outcomes:
        yield self._out("LIST", self._planned(self.files))
        if self.variant.list_lacks_newest and self.files[-1].name == NAME:
            yield self._out("LIST without the newest", self._planned(self.files[:-1]), fault=True)

    def _planned(self, files: Files) -> Run:
        plan = self._outline(files)
        if plan.refusal:
            return self.run.ended("refused", plan.refusal)
        due: list[Due] = [("read" if is_leftover else "delete", slug) for slug, is_leftover in plan.clear]
        cleared = tuple(slug for slug, is_leftover in plan.clear if not is_leftover)
        due += [("check deletions", cleared)] if cleared else []
        due += self._uploads(plan.upload) if plan.upload is not None else []
        due += [("update", plan.keep, plan.update)] if plan.update else []
        due += self._finishes(plan) if plan.finishes else []
        due += [("read", slug) for slug in plan.delete_leftovers]
        due += [("unmark",)] if plan.finishes and self.kind.can_change else []
        due += [*(("delete", slug) for slug in plan.purge), ("check deletions", plan.purge)] if plan.purge else []
        return self.run._replace(due=(self.run.due[0], *due), own=plan.keep, seen=plan.seen).then()

    def _uploads(self, changes: Changes) -> list[Due]:
        set_early = changes if self.variant.protects == "first" else without(changes, "is_protected")
        late = self.variant.sets_late
        due: list[Due] = [("post",), ("put",)]
        due += [("set", set_early)] if set_early and not late else []
        due += [("confirm",)]
        # The password comes first: without it the file cannot be used.
        each = sorted(set_early, key=lambda change: change[0] != PASSWORD_FIELD) if late else []
        return [*due, *(("update", 0, (change,)) for change in each)]

    def _finishes(self, plan: Outline) -> list[Due]:
        due: list[Due] = [("mark",)] if plan.needs_marker else []
        protects = bool(plan.protect) or dict(plan.upload or ()).get("is_protected", False)
        if protects and self.variant.protects == "middle":
            return [("update", plan.keep, PROTECT), *self._deletions(plan)]
        due += self._deletions(plan)
        if protects and not self.variant.lists_again:
            return [*due, ("update", plan.keep, PROTECT)]
        return [*due, ("list again",)]

    @staticmethod
    def _deletions(plan: Outline) -> list[Due]:
        return [("delete", slug) for slug in plan.delete]

    # An upload

    def send_post(self) -> Outcomes:
        content = str(self.run.declaration.content)
        yield self._out("POST", self.run.then(own=self.new_slug), (*self.files, self._slot(NAME, content)))
        again = [("remove lookalike",)] if self.variant.removes_lookalikes else []
        lost = (*self.files, self._slot(NAME, content, "lost"))
        yield self._out("POST, response lost", self.run.then(*again, ("post",)), lost, fault=True)

    def send_remove_lookalike(self) -> Outcomes:
        content = self.run.declaration.content
        found = [file.slug for file in self.files if file[1:3] == (NAME, content) and not file.is_processed]
        slug = max(found, default=0)
        yield self._out(f"DELETE lookalike {slug}", self.run.then(), without_file(self.files, slug), slug)

    def send_put(self) -> Outcomes:
        own = find(self.files, self.run.own)
        if own is None:
            yield self._out("PUT", self.run.then())  # the storage takes it nevertheless
        elif own.is_old:
            # The upload URL has expired, so the run needs a new file.
            due: list[Due] = [("post",), ("put",)]
            yield self._out(f"DELETE own {own.slug}", self.run.then(*due), without_file(self.files, own.slug), own.slug)
        else:
            stored = with_file(self.files, own._replace(stored=self.run.declaration.content))
            yield self._out("PUT", self.run.then(), stored)
            yield self._out("PUT swallowed", self.run.then(), fault=True)

    def send_set(self, changes: Changes) -> Outcomes:
        own = find(self.files, self.run.own)
        if own is None:
            yield self._out("PATCH slot refused", self.run.then())
        else:
            yield self._out("PATCH slot", self.run.then(), with_file(self.files, apply_changes(own, changes)))

    def send_confirm(self) -> Outcomes:
        own = find(self.files, self.run.own)
        if own is None:
            yield self._out("CONFIRM refused", self.run.ended("failed"))
            return
        if own.is_old and self.variant.has_deadline:
            rest = without_file(self.files, own.slug)
            yield self._out(f"DELETE own {own.slug}", self.run.ended("failed"), rest, own.slug)
            return
        confirmed = with_file(self.files, own._replace(is_processed=True, is_old=False))
        is_proven = own.stored == own.content or not self.variant.proves_bytes
        done = self.run.then(has_uploaded=True) if is_proven else self.run.ended("failed")
        failed = self.run.then(("take back",)) if self.variant.takes_back else self.run.ended("failed")
        lost = failed if self.variant.takes_back else done
        unprocessed = failed if self.variant.reads_confirmation else self.run.then(has_uploaded=True)
        yield self._out("CONFIRM", done, confirmed)
        yield self._out("CONFIRM, response lost", lost, confirmed, fault=True)
        yield self._out("CONFIRM says processed: false", unprocessed, fault=True)
        yield self._out("CONFIRM times out", self.run.then(("late confirm",)), fault=True)

    def send_late_confirm(self) -> Outcomes:
        """Let a request of a run that has failed arrive, within an hour."""
        own = find(self.files, self.run.own)
        arrives = own is not None and not own.is_old
        files = with_file(self.files, own._replace(is_processed=True, is_old=False)) if own and arrives else self.files
        yield self._out("late CONFIRM arrives", self.run.ended("failed"), files)

    def send_take_back(self) -> Outcomes:
        own = self.run.own
        yield self._out(f"DELETE own {own}", self.run.ended("failed"), without_file(self.files, own), own)

    # Existing files

    def send_update(self, slug: int, changes: Changes) -> Outcomes:
        file = find(self.files, slug or self.run.own)
        names = ", ".join(name for name, _value in changes)
        if file is None or file.is_protected:
            yield self._out(f"PATCH {names} refused", self.run.ended("failed"))
        else:
            yield self._out(f"PATCH {names}", self.run.then(), with_file(self.files, apply_changes(file, changes)))

    def send_mark(self) -> Outcomes:
        marked = (*self.files, self._slot(MARKER, "O"))
        yield self._out("POST marker", self.run.then(marker=self.new_slug), marked)
        yield self._out("POST marker, response lost", self.run, marked, fault=True)

    def send_delete(self, slug: int) -> Outcomes:
        file = find(self.files, slug)
        seen = self.run.seen.join(file) if file and self.variant.reads_deletions else self.run.seen
        run = self.run.then(seen=seen)
        yield self._out(f"DELETE {slug}", run, without_file(self.files, slug), slug)
        if file:
            yield self._out(f"DELETE {slug} not done", run, fault=True)

    def send_list_again(self) -> Outcomes:
        own_is_newest = self.files[-1].slug == self.run.own
        yield self._out("LIST", self._planned_again(self.files))
        if self.variant.list_lacks_newest and self.files[-1].name == NAME and not own_is_newest:
            yield self._out("LIST without the newest", self._planned_again(self.files[:-1]), fault=True)

    def _planned_again(self, files: Files) -> Run:
        plan = self._outline(files, self.run.seen)
        if plan.refusal or plan.upload is not None:
            return self.run.ended("failed", plan.refusal or "a newer file has other content")
        if plan.delete:
            needs_marker = plan.needs_marker and self.run.marker not in plan.markers
            first: list[Due] = [("update", plan.keep, plan.update)] if plan.update else []
            first += [("mark",)] if needs_marker else []
            rounds = self.run.rounds + 1
            last: Due = ("fail",) if rounds == DELETION_ROUNDS else ("list again",)
            return self.run.then(*first, *self._deletions(plan), last, rounds=rounds, own=plan.keep)
        changes = tuple(sorted({**dict(plan.update), **dict(plan.protect)}.items()))
        due: list[Due] = [("update", plan.keep, changes)] if changes else []
        return self.run.then(*due, own=plan.keep, rounds=0, seen=Seen())

    # Leftovers

    def send_read(self, slug: int) -> Outcomes:
        """Read an unfinished upload right before it is deleted."""
        file = find(self.files, slug)
        due: list[Due] = [("remove", slug)] if file and not file.is_processed else []
        yield self._out(f"GET {slug}", self.run.then(*due))

    def send_remove(self, slug: int) -> Outcomes:
        yield self._out(f"DELETE {slug}", self.run.then(), without_file(self.files, slug), slug)
        yield self._out(f"DELETE {slug} not done", self.run.then(), fault=True)

    def send_unmark(self) -> Outcomes:
        slug, run = self.run.marker, self.run.then(marker=0)
        yield self._out(f"DELETE marker {slug}", run, without_file(self.files, slug), slug)
        yield self._out(f"DELETE marker {slug} not done", run, fault=True)

    def send_check_deletions(self, slugs: tuple[int, ...]) -> Outcomes:
        left = tuple(slug for slug in slugs if find(self.files, slug))
        rounds = self.run.rounds + 1 if left else 0
        again: list[Due] = [*(("delete", slug) for slug in left), ("check deletions", left)] if left else []
        yield self._out(
            "LIST", self.run.then(*([("fail",)] if left and rounds == DELETION_ROUNDS else again), rounds=rounds)
        )


_REQUESTS: dict[str, Callable[..., Outcomes]] = {
    name.removeprefix("send_").replace("_", " "): method
    for name, method in vars(Step).items()
    if name.startswith("send_")
}
