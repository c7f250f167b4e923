# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan for one declared name, from the real `plan_app`, as the next steps of a run."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.actions import PASSWORD as PASSWORD_FIELD
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.apply import _needs_finish
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.decide import Inherited
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.evidence import Match, match
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import ANDROID_KEYSTORE, FileKind
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import Desired
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.plan_app import FilePlan, Policy, plan_app
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import CiError

from .service import APP, BYSTANDER, NAME, NOW, PASSWORD, SIZES, File, Files, digest_of, number_of, observe

# Changes of flags and password, sorted by name.
Changes = tuple[tuple[str, bool], ...]


class Declaration(NamedTuple):
    """The declaration of a run for the name. Without `content` it declares flags only."""

    content: str | None
    is_protected: bool | None = None
    is_expose: bool | None = None
    has_password: bool = False
    purges: bool = False
    has_key: bool = False  # user_env_key is declared
    deletes_first: bool = False

    def desired(self, kind: FileKind, variant: Variant) -> Desired:
        return Desired(
            NAME,
            size=SIZES[self.content] if self.content else None,
            sha256=digest_of(self.content) if self.content else None,
            is_protected=self.is_protected,
            is_expose=self.is_expose,
            password=PASSWORD if self.has_password else None,
            env_key="KEY" if self.has_key else None,
            keystore_name="N" if kind == ANDROID_KEYSTORE else None,
            replace_order="delete_first" if self.deletes_first else "upload_first",
            duplicates="remove" if variant.ignores_evidence else "fail",
            opens_without_password=True if variant.ignores_passwords else None,
        )


class Variant(NamedTuple):
    """A change of the protocol, to show that the checker notices it. The standard is what the project does."""

    sets_late: bool = False  # the service refuses PATCH before the confirmation, so flags are set after it
    protects: str = "last"  # first: before the confirmation; middle: before the old file is deleted
    lists_again: bool = True  # before it protects a file, a run sees in a list that the file is alone
    proves_bytes: bool = True
    reads_confirmation: bool = True
    takes_back: bool = False  # a run deletes what it has confirmed if the response is lost
    removes_any_slot: bool = False  # of any age
    has_deadline: bool = True
    removes_lookalikes: bool = False  # after a lost response to POST
    sets_markers: bool = True
    reads_deletions: bool = True  # flags in the response to DELETE are inherited
    refuses_several: bool = False  # for any evidence
    ignores_evidence: bool = False
    keeps_any_equal: bool = False  # not only the newest file
    ignores_passwords: bool = False
    list_lacks_newest: bool = False  # once: another service, not another protocol


PROTOCOL = Variant()


class Seen(NamedTuple):
    """Flags and password of files that this run has seen."""

    is_protected: bool = False
    is_hidden: bool = False
    has_password: bool = False

    def join(self, file: File) -> Seen:
        return Seen(
            self.is_protected or file.is_protected,
            self.is_hidden or not file.is_expose,
            self.has_password or (file.has_password and not file.is_protected),
        )


class Outline(NamedTuple):
    """A plan. Files are named by slug."""

    refusal: str = ""
    clear: tuple[tuple[int, bool], ...] = ()  # with whether it is a leftover
    upload: Changes | None = None
    update: Changes = ()
    delete: tuple[int, ...] = ()
    protect: Changes = ()
    delete_leftovers: tuple[int, ...] = ()
    purge: tuple[int, ...] = ()
    keep: int = 0
    finishes: bool = False
    needs_marker: bool = False
    markers: tuple[int, ...] = ()
    seen: Seen = Seen()


def is_unverifiable(kind: FileKind, file: File, content: str) -> bool:
    """Return whether a run that declares `content` cannot tell whether this file holds it."""
    desired, remote = observe(kind, (file,), Declaration(content).desired(kind, PROTOCOL), content)
    return match(desired, remote[0]) is Match.UNVERIFIABLE


@lru_cache(maxsize=50_000)
def outline(
    kind: FileKind, files: Files, declaration: Declaration, variant: Variant, seen: Seen | None = None
) -> Outline:
    """Plan. `seen`: what the same run has seen before it uploaded the declared content; None at its first plan."""
    try:
        plan = _plan(kind, files, declaration, variant, seen)
    except CiError as error:
        return Outline(refusal=_reason(error))
    first = plan.files[0]
    candidates = first.decision.candidates
    if variant.refuses_several and len(candidates.processed) > 1 and not _are_equal(first):
        return Outline(refusal="duplicates")
    flags = Seen(is_protected=bool(candidates.markers))
    for file in candidates.processed:
        flags = Seen(
            flags.is_protected or file.is_protected,
            flags.is_hidden or not file.is_expose,
            flags.has_password or bool(file.password),
        )
    return Outline(
        clear=tuple((number_of(action.slug), action.reason == "leftover") for action in first.clear),
        upload=_changes(first.upload.changes) if first.upload else None,
        update=_changes(first.update.changes) if first.update else (),
        delete=tuple(number_of(action.slug) for action in first.delete),
        protect=_changes(first.protect.changes) if first.protect else (),
        delete_leftovers=tuple(number_of(action.slug) for action in first.delete_leftovers),
        purge=tuple(number_of(action.slug) for action in plan.purge),
        keep=number_of(first.decision.keep.slug) if first.decision.keep else 0,
        finishes=_needs_finish(first),
        needs_marker=first.decision.needs_marker and variant.sets_markers,
        markers=tuple(number_of(file.slug) for file in candidates.markers),
        seen=flags,
    )


def _plan(kind: FileKind, files: Files, declaration: Declaration, variant: Variant, seen: Seen | None) -> Any:
    declared = declaration.desired(kind, variant)
    desired, remote = observe(kind, files, declared, declaration.content, is_ordered=not variant.keeps_any_equal)
    key = (kind, desired.key)
    inherited = {key: Inherited(seen[0], seen[1], PASSWORD if seen[2] else None)} if seen else {}
    purges = declaration.purges and seen is None
    policy = Policy(
        purge=frozenset({kind.plural} if purges else ()),
        now=NOW + 86_400 if variant.removes_any_slot else NOW,
        inherited=inherited,
        uploaded=frozenset(inherited),
    )
    bystander = [Desired(BYSTANDER)] if declaration.purges else []
    return plan_app(APP, {kind: [desired, *bystander]}, {kind: remote}, policy)


def _changes(changes: Any) -> Changes:
    return tuple((name, bool(changes[name])) for name in sorted(changes))


def _are_equal(plan: FilePlan) -> bool:
    return all(match(plan.desired, file) is Match.EQUAL for file in plan.decision.candidates.processed)


def _reason(error: CiError) -> str:
    text = str(error)
    if error.kind != "duplicates":
        return "other identity" if text.startswith("user_env_key") else str(error.kind)
    if "Several of them are protected" in text:
        return "two protected"
    return "other identity" if " is for " in text else "several"


def without(changes: Changes, name: str) -> Changes:
    return tuple(change for change in changes if change[0] != name)


def apply_changes(file: File, changes: Changes) -> File:
    values = dict(changes)
    return file._replace(
        is_protected=values.get("is_protected", file.is_protected),
        is_expose=values.get("is_expose", file.is_expose),
        has_password=values.get(PASSWORD_FIELD, file.has_password),
    )
