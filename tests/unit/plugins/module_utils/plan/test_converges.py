# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Once a plan is carried out there is nothing left to do, and what one run did the next does not refuse."""

from __future__ import annotations

import random

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.actions import (
    PASSWORD,
    Delete,
    Update,
    Upload,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import Desired, RemoteFile
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.plan import FilePlan, Match, match
from ansible_collections.mobileops.ci.plugins.module_utils._errors import RefusedError

from .model import Service
from .strategies import CONTENTS, Situation, copies, replacements, situations


def planned(service: Service, desired: Desired) -> FilePlan:
    """The plan; where it is refused there is nothing to say about it here."""
    try:
        return service.plan(desired)
    except RefusedError:
        assume(False)
        raise


def verifiable(service: Service, desired: Desired) -> bool:
    """Whether no file that the declaration may mean has a content that cannot be told."""
    observed = service.observed(desired)
    return all(match(desired, file) in (Match.EQUAL, Match.DIFFERENT) for file in observed if file.processed)


@settings(max_examples=200)
@given(situations())
def test_second_plan_is_empty(situation: Situation) -> None:
    desired = situation.desired
    first = planned(situation.service, desired)
    service = situation.service.after(first.actions)
    # Where the content cannot be told, replace and fail say that each run acts on it.
    assume(desired.sha256 is None or desired.on_unverifiable == "trust" or verifiable(service, desired))
    assume(not desired.force or desired.sha256 is None)

    second = service.plan(desired)

    # The service shows no password of a protected file, so `always` cannot know that it is set.
    if desired.update_password == "always" and desired.password is not None:
        passwords = [action for action in second.actions if isinstance(action, Update)]
        assert [set(action.changes) for action in passwords] in ([], [{PASSWORD}])
        assert second.actions == tuple(passwords)
    else:
        assert second.actions == ()


@settings(max_examples=200)
@given(copies())
def test_second_plan_for_equal_copies_is_empty(situation: Situation) -> None:
    """What the first did to one of them the second does not refuse."""
    service, desired = situation.service, situation.desired
    assert service.after(planned(service, desired).actions).plan(desired).actions == ()


@settings(max_examples=120)
@given(replacements(force=True))
def test_forced_upload_comes_with_each_run_and_leaves_one_file(situation: Situation) -> None:
    desired = situation.desired
    first = planned(situation.service, desired)
    service = situation.service.after(first.actions)

    second = service.plan(desired)

    assert [type(action) for action in second.actions] == [Upload, Delete]
    assert [file.slug for file in service.after(second.actions, "NEWER").named(desired.name)] == ["NEWER"]


@settings(max_examples=120)
@given(situations(on_unverifiable="replace", present=True, content=CONTENTS[0], slug=None, duplicates="remove"))
def test_replacing_what_cannot_be_verified_leaves_one_file(situation: Situation) -> None:
    desired = situation.desired
    service = situation.service
    for slug in ("NEW", "NEWER"):
        service = service.after(planned(service, desired).actions, slug)
        assert [file.sha256 for file in service.named(desired.name)] == [desired.sha256]


@settings(max_examples=200)
@given(situations())
def test_declared_file_is_there_afterwards(situation: Situation) -> None:
    desired = situation.desired
    service = situation.service.after(planned(situation.service, desired).actions)
    if not desired.present:
        assert desired.slug not in {file.slug for file in service.files}
        assert desired.slug or not service.named(desired.name)
        return
    assert any(is_as_declared(desired, file) for file in service.files)
    if desired.duplicates == "remove" and desired.sha256 is not None and desired.slug is None:
        assert len(service.named(desired.name)) == 1


def is_as_declared(desired: Desired, file: RemoteFile) -> bool:
    same_bytes = desired.sha256 in (None, file.sha256)
    trusted = file.is_protected and desired.on_unverifiable == "trust" and file.size == desired.size
    password_kept = desired.password in (None, file.password) or file.is_protected
    return (
        file.processed
        and (same_bytes or trusted)
        and desired.is_protected in (None, file.is_protected)
        and desired.is_expose in (None, file.is_expose)
        and password_kept
    )


@settings(max_examples=120)
@given(situations(), st.randoms(use_true_random=False))
def test_order_of_the_list_does_not_matter(situation: Situation, dice: random.Random) -> None:
    service, desired = situation.service, situation.desired
    files = list(service.files)
    dice.shuffle(files)
    shuffled = Service(service.kind, tuple(files), service.tells_digests)

    assert outcome(shuffled, desired) == outcome(service, desired)


def outcome(service: Service, desired: Desired) -> FilePlan | str:
    try:
        return service.plan(desired)
    except RefusedError as error:
        return f"{error.kind}: {error}"
