# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Properties of the plan of an app, for any files and any declaration."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.actions import (
    CREATED_AS,
    Delete,
    FileAction,
    Update,
    Upload,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.evidence import (
    is_abandoned,
    is_marker,
    is_marker_of,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    ANDROID_KEYSTORE,
    BUILD_CERTIFICATE,
    FILE_KINDS,
    PROJECT_FILE,
    PROVISIONING_PROFILE,
    FileKind,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import Desired, RemoteFile
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.plan_app import AppPlan
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.purge import reject_large_total
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import CiError, OptionError, RejectedError
from tests.helpers.cases import ALL_CASES

from .building import NOW
from .strategies import CONTENTS, SIGNING, Situation, situations
from .world import World

ALL_PLURALS = frozenset(kind.plural for kind in FILE_KINDS)
fast = settings(max_examples=200 if ALL_CASES else 30)


def planned(situation: Situation, **policy: object) -> AppPlan:
    """Return the plan. Situations that are refused say nothing about it."""
    try:
        return situation.world.plan(situation.declared, **policy)
    except (RejectedError, OptionError):
        assume(False)
        raise


def cuts(situation: Situation, plan: AppPlan) -> Iterator[World]:
    """Yield the app before the first action, and after each."""
    world = situation.world
    yield world
    for action in plan.actions:
        world = world.after([action])
        yield world


def simple(**fixed: object) -> st.SearchStrategy[Situation]:
    """Return situations that are rarely rejected: one file for each name."""
    return situations(is_unambiguous=True, **fixed)


@fast
@given(situations(kinds=SIGNING) | simple(), st.booleans())
def test_second_plan_is_empty(situation: Situation, purge: bool) -> None:
    policy = {"purge": ALL_PLURALS if purge else frozenset(), "max_purge": 99}
    world = situation.world.after(planned(situation, **policy).actions)
    assert world.plan(situation.declared, **policy).actions == ()


@fast
@given(situations(kinds=SIGNING) | simple(), st.randoms(use_true_random=False))
def test_order_of_declarations_and_files_changes_nothing(situation: Situation, dice: random.Random) -> None:
    declared = {kind: dice.sample(some, len(some)) for kind, some in situation.declared.items()}
    files = {kind: tuple(dice.sample(some, len(some))) for kind, some in situation.world.files.items()}
    one, other = result(situation), result(Situation(World(files), declared))
    assert one == other


def result(situation: Situation) -> object:
    """Return what the plan does and what becomes of each declaration, or that it is refused."""
    try:
        plan = situation.world.plan(situation.declared, purge=ALL_PLURALS)
    except CiError:
        return "refused"
    by_key = {(kind.name, key): file_plan.actions for file_plan in plan.files for kind, key in [file_plan.key]}
    return plan.actions, by_key, sorted(plan.warnings)


@fast
@given(
    situations(
        kinds=(ANDROID_KEYSTORE,),
        is_unambiguous=True,
        content=CONTENTS[:3],
        present=(True,),
        replace_order=("delete_first",),
        duplicates=("fail",),
    ),
    st.randoms(use_true_random=False),
)
def test_keystores_that_are_replaced_at_once_keep_their_keys(situation: Situation, dice: random.Random) -> None:
    """Keep the keys for any order of the declarations. The first key can be kept in one order of the uploads only."""
    plan = planned(situation)
    uploads = [action for action in plan.actions if isinstance(action, Upload)]
    assume(uploads)
    shuffled = {kind: dice.sample(some, len(some)) for kind, some in situation.declared.items()}
    assert situation.world.plan(shuffled).actions == plan.actions
    world = situation.world.after(plan.actions)
    for action in uploads:
        if action.env_key:
            (new,) = world.of(ANDROID_KEYSTORE, Desired(action.name))
            assert new.env_key == action.env_key


@fast
@given(situations(kinds=SIGNING) | simple(), st.booleans())
def test_no_interruption_leaves_a_declared_name_without_its_file(situation: Situation, purge: bool) -> None:
    plan = planned(situation, purge=ALL_PLURALS if purge else frozenset(), max_purge=99)
    kept = [
        (kind, desired)
        for kind, desired in situation.pairs
        if desired.present and desired.replace_order == "upload_first" and situation.world.of(kind, desired)
    ]
    for world in cuts(situation, plan):
        for kind, desired in kept:
            assert world.of(kind, desired), f"{kind.name} {desired.label} is gone"


@fast
@given(
    situations(
        kinds=SIGNING,
        is_unambiguous=True,
        contents=CONTENTS[:1],
        present=(True,),
        content=(CONTENTS[1], CONTENTS[1], CONTENTS[0]),
        is_protected=(None, True),
        is_expose=(None,),
        password=("x",),
    ),
    st.booleans(),
)
def test_no_interruption_leaves_an_app_without_a_pair(situation: Situation, purge: bool) -> None:
    plan = planned(situation, purge=ALL_PLURALS if purge else frozenset(), max_purge=99)
    worlds = list(cuts(situation, plan))
    # The declared files may not be a pair. Then the app has no pair in the end, and may have none before it either.
    assume(has_pair(worlds[0]) and has_pair(worlds[-1]))
    assert all(has_pair(world) for world in worlds)


def has_pair(world: World) -> bool:
    """Return whether a profile embeds a certificate of the app. In this model they have the same content then."""
    certificates = {file.sha256 for file in world.files[BUILD_CERTIFICATE] if file.processed}
    return any(file.processed and file.sha256 in certificates for file in world.files[PROVISIONING_PROFILE])


@fast
@given(situations(kinds=SIGNING) | simple())
def test_one_way_flags_are_never_violated(situation: Situation) -> None:
    world = situation.world
    for action in planned(situation).actions:
        if isinstance(action, (Update, Upload)):
            assert action.changes.get("is_protected") is not False
        if isinstance(action, Update):
            assert action.changes
            (file,) = (file for kind, files in world.files.items() for file in files if is_about(action, kind, file))
            if file.is_protected:
                assert not {"is_protected", "is_expose"} & set(action.changes)
        world = world.after([action])


def is_about(action: FileAction, kind: FileKind, file: RemoteFile) -> bool:
    return (action.kind, action.slug) == (kind.name, file.slug)


@fast
@given(situations(kinds=SIGNING) | simple())
def test_declared_files_exist_in_the_end(situation: Situation) -> None:
    world = situation.world.after(planned(situation).actions)
    for kind, desired in situation.pairs:
        found = world.of(kind, desired)
        if not desired.present:
            assert found == []
            continue
        (file,) = found
        is_kept_unverified = file.is_protected and file in situation.world.files[kind]
        assert file.sha256 == desired.sha256 or desired.sha256 is None or is_kept_unverified
        assert desired.is_protected in (None, file.is_protected)
        assert desired.is_expose in (None, file.is_expose)
        assert desired.password in (None, file.password) or file.is_protected


@fast
@given(situations(kinds=(*SIGNING, PROJECT_FILE), duplicates=("remove",), present=(True,), content=CONTENTS[:3]))
def test_flags_and_password_are_inherited(situation: Situation) -> None:
    plan = planned(situation)
    world = situation.world.after(plan.actions)
    for kind, desired in situation.pairs:
        old, (new,) = situation.world.of(kind, desired), world.of(kind, desired)
        if new in old:
            continue
        is_protected = (
            desired.is_protected if desired.is_protected is not None else any(one.is_protected for one in old)
        )
        assert new.is_protected or not is_protected
        assert desired.is_expose is not None or new.is_expose == all(one.is_expose for one in old)
        readable = [one.password for one in old if not one.is_protected and one.password]
        if kind.has_password and desired.password is None and readable:
            assert new.password in readable


@fast
@given(situations(kinds=SIGNING) | simple(), st.booleans())
def test_other_files_are_not_touched(situation: Situation, purge: bool) -> None:
    plan = planned(situation, purge=ALL_PLURALS if purge else frozenset(), max_purge=99)
    for kind, files in situation.world.files.items():
        declared = situation.declared[kind]
        touched = {action.slug for action in plan.actions if action.kind == kind.name}
        purged = {action.slug for action in plan.purge if action.kind == kind.name}
        for file in files:
            is_declared = any(
                desired.means(file) or (desired.name and is_marker_of(desired.name, file)) for desired in declared
            )
            is_young = not file.processed and not is_abandoned(file, NOW)
            if not is_declared:
                assert (file.slug in touched) == (purge and not is_young)
            if is_declared or is_young:
                assert file.slug not in purged
            if is_young and not is_marker(file) and not any(one.replace_order == "delete_first" for one in declared):
                assert file.slug not in touched


@fast
@given(situations(kinds=SIGNING) | simple())
def test_each_file_is_deleted_once_and_the_kept_one_never(situation: Situation) -> None:
    plan = planned(situation)
    deleted = [(action.kind, action.slug) for action in plan.actions if isinstance(action, Delete)]
    assert len(deleted) == len(set(deleted))
    kept = {(one.location.kind.name, one.decision.keep.slug) for one in plan.files if one.decision.keep}
    assert not kept & set(deleted)


@fast
@given(situations(kinds=SIGNING) | simple())
def test_phases(situation: Situation) -> None:
    plan = planned(situation)
    for one in plan.files:
        assert one.update is None or one.upload is None
        has_gap = one.desired.replace_order == "delete_first"
        assert all(action.reason == "leftover" or has_gap for action in one.clear)
        assert all(action.reason == "leftover" for action in one.delete_leftovers)
        if one.protect:
            assert one.delete
            assert dict(one.protect.changes) == {"is_protected": True}
        if any(action.reason == "replaced" for action in (*one.clear, *one.delete)):
            assert one.upload or one.decision.keep


@fast
@given(
    simple(
        present=(True,),
        content=CONTENTS[:3],
        duplicates=("fail",),
        replace_order=("upload_first",),
        keystore_name=("X",),
    )
)
def test_a_rerun_after_any_interruption_has_the_same_end(situation: Situation) -> None:
    plan = planned(situation)
    expected = situation.world.after(plan.actions).essence()
    assume(any(isinstance(action, Upload) for action in plan.actions))
    for world in interruptions(situation, plan):
        again = world.plan(situation.declared)
        assert world.after(again.actions).essence() == expected


def interruptions(situation: Situation, plan: AppPlan) -> Iterator[World]:
    """Yield the app at each point at which a run can be cut off. Protection comes last, after a marker notes it."""
    world = situation.world
    yield world
    for one in plan.in_order():
        if one.upload:
            changes = {name: value for name, value in one.upload.changes.items() if name != "is_protected"}
            world = world.after([replace(one.upload, changes=changes)])
            yield world
    for one in plan.in_order():
        if one.decision.needs_marker:
            world = world.with_marker(one.location.kind, str(one.desired.name))
    for one in plan.in_order():
        for action in one.delete:
            world = world.after([action])
            yield world


@fast
@given(
    st.lists(st.integers(0, 12), min_size=1, max_size=6),
    st.integers(0, 200),
    st.integers(0, 30) | st.integers(0, 100).map(lambda number: f"{number}%"),
    st.integers(0, 20),
)
def test_large_purge_of_a_task_is_refused(counts: list[int], more: int, limit: int | str, max_purge: int) -> None:
    files_of = {f"app{number}": ["x"] * count for number, count in enumerate(counts)}
    observed = sum(counts) + more
    allowed = limit if isinstance(limit, int) else max(max_purge, observed * int(limit[:-1]) // 100)
    if sum(counts) <= allowed:
        reject_large_total(files_of, observed, limit, max_purge)
        return
    with pytest.raises(RejectedError) as caught:
        reject_large_total(files_of, observed, limit, max_purge)
    assert caught.value.kind == "max_purge_total"
    for number, count in enumerate(counts):
        assert (f"app{number} ({count}: " in str(caught.value)) == (count > 0)


@fast
@given(simple(), st.integers(0, 6))
def test_large_purge_of_an_app_is_refused(situation: Situation, max_purge: int) -> None:
    count = len(planned(situation, purge=ALL_PLURALS, max_purge=99).purge)
    if count <= max_purge:
        assert len(planned(situation, purge=ALL_PLURALS, max_purge=max_purge).purge) == count
        return
    with pytest.raises(RejectedError) as caught:
        situation.world.plan(situation.declared, purge=ALL_PLURALS, max_purge=max_purge)
    assert caught.value.kind == "max_purge"


def test_the_service_creates_files_as_the_plan_expects() -> None:
    assert dict(CREATED_AS) == {"is_protected": False, "is_expose": True, "certificate_password": ""}
