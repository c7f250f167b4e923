# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a plan is cut off at: no file is lost, no flag is turned the wrong way, no other file is touched."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.actions import (
    CREATED_AS,
    Delete,
    Update,
    Upload,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import RemoteFile
from ansible_collections.mobileops.ci.plugins.module_utils._errors import RefusedError

from .model import Service
from .strategies import EXTRA, Situation, replacements, situations
from .test_converges import planned


@settings(max_examples=120)
@given(situations())
def test_no_cut_off_point_leaves_the_app_without_a_usable_file(situation: Situation) -> None:
    service, desired = situation.service, situation.desired
    assume(desired.present and service.usable(desired.name))
    actions = planned(service, desired).actions
    for cut in range(len(actions) + 1):
        assert service.after(actions[:cut]).usable(desired.name)


@settings(max_examples=120)
@given(situations())
def test_deletes_come_last_and_replaced_files_go_only_after_an_upload(situation: Situation) -> None:
    actions = planned(situation.service, situation.desired).actions
    kinds = [action.action for action in actions]
    assert kinds == sorted(kinds, key=lambda kind: kind == "delete")
    assert kinds.count("upload") + kinds.count("update") <= 1
    if any(isinstance(action, Delete) and action.reason == "replaced" for action in actions):
        assert isinstance(actions[0], Upload)


@settings(max_examples=120)
@given(situations())
def test_one_way_flags_are_never_violated(situation: Situation) -> None:
    service = situation.service
    known = {file.slug: file for file in service.files}
    for action in planned(service, situation.desired).actions:
        if isinstance(action, Update):
            assert action.changes
            if known[action.slug].is_protected:
                assert not {"is_protected", "is_expose"} & set(action.changes)
            assert action.changes.get("is_protected") is not False
        if isinstance(action, Upload):
            assert action.changes.get("is_protected") is not False


@settings(max_examples=120)
@given(replacements())
def test_a_replaced_file_hands_on_its_protection(situation: Situation) -> None:
    """A task that says nothing of protection, or wants it, never turns a protected file into an open one."""
    service, desired = situation.service, situation.desired
    actions = planned(service, desired).actions
    replaced = {action.slug for action in actions if isinstance(action, Delete) and action.reason == "replaced"}
    assume(any(file.is_protected for file in service.files if file.slug in replaced))
    new = next(file for file in service.after(actions).files if file.slug == "NEW")
    assert new.is_protected


@settings(max_examples=120)
@given(situations())
def test_files_of_other_names_are_left_alone(situation: Situation) -> None:
    service, desired = situation.service, situation.desired
    plan = planned(service, desired)
    meant = {file.slug for file in service.files if file.name == desired.name or file.slug == desired.slug}
    touched = {action.slug for action in plan.actions if action.slug}
    assert touched <= meant
    assert plan.touched <= meant
    assert touched <= plan.touched


@settings(max_examples=120)
@given(situations())
def test_each_file_is_deleted_once_and_the_kept_one_never(situation: Situation) -> None:
    plan = planned(situation.service, situation.desired)
    deleted = [action.slug for action in plan.actions if isinstance(action, Delete)]
    assert len(deleted) == len(set(deleted))
    assert plan.keep not in deleted
    assert None not in deleted


def essence(file: RemoteFile) -> RemoteFile:
    """What does not depend on which run made the file."""
    return replace(file, slug=None)


@settings(max_examples=120)
@given(replacements(on_unverifiable="trust") | replacements(on_unverifiable="trust", slug=EXTRA), st.data())
def test_an_interrupted_replacement_is_finished(situation: Situation, data: st.DataObject) -> None:
    service, desired = situation.service, situation.desired
    actions = planned(service, desired).actions
    assume(actions and isinstance(actions[0], Upload))  # else a file that cannot be verified is trusted
    upload, *rest = actions
    assert isinstance(upload, Upload)
    replaced = {action.slug for action in rest if isinstance(action, Delete) and action.reason == "replaced"}
    # An ambiguous password is not guessed: the one thing that is not the same when some files are gone already.
    passwords = {file.password for file in service.files if file.slug in replaced}
    assume(desired.password is not None or len(passwords) == 1)
    expected = {essence(file) for file in service.after(actions).files}

    # Cut off after the confirmation (the flags are not set yet), or between two deletions.
    flags_set = data.draw(st.booleans())
    cut = data.draw(st.integers(0, len(rest))) if flags_set else 0
    done = upload if flags_set else replace(upload, changes={})
    half = replace(service.after((done, *rest[:cut])), interrupted={"NEW": frozenset(str(slug) for slug in replaced)})

    plan = half.plan(desired)

    assert not any(isinstance(action, Upload) for action in plan.actions)
    assert {essence(file) for file in half.after(plan.actions).files} == expected


@settings(max_examples=120)
@given(replacements(duplicates="fail"))
def test_two_files_are_no_interrupted_replacement_without_a_note(situation: Situation) -> None:
    """What somebody uploaded on purpose is not taken for a remainder."""
    service, desired = situation.service, situation.desired
    assume(len(service.usable(desired.name)) > 1)
    with pytest.raises(RefusedError) as caught:
        service.plan(desired)
    assert caught.value.kind == "duplicates"


def test_what_the_service_sets_is_what_the_plan_counts_on() -> None:
    assert dict(CREATED_AS) == {"is_protected": False, "is_expose": True, "certificate_password": ""}


def test_model_of_the_service_hides_what_the_service_hides() -> None:
    from .test_rules import CERTIFICATE, desired, remote

    hidden = Service(CERTIFICATE, (remote(is_protected=True, password="x"),)).observed(desired())[0]
    assert (hidden.sha256, hidden.password) == (None, None)
