# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of the service that a declared file is compared with, and settings that it inherits."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.decide import Inherited
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    ANDROID_KEYSTORE,
    PROJECT_FILE,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    BUILD_CERTIFICATE as CERTIFICATE,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    PROVISIONING_PROFILE as PROFILE,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import RemoteFile

from .building import (
    OTHER,
    desired,
    letter,
    marker,
    plan,
    protected,
    refusal,
    remote,
    slug,
    words,
)

FLAGS: dict[str, Any] = {"sha256": None, "size": None}


@pytest.mark.parametrize(
    ("declared", "files", "expected"),
    [
        pytest.param({"slug": slug("B")}, [remote("A", **OTHER), remote("B")], [], id="tells-two-apart"),
        pytest.param({"slug": slug("A")}, [remote("A", **OTHER)], ["upload", "delete A replaced"], id="replaced"),
        pytest.param(
            {"slug": slug("A")},
            [remote("A", **OTHER), remote("B")],
            ["delete A replaced"],
            id="heir-of-an-interrupted-run",
        ),
        pytest.param(
            {"slug": slug("B")},
            [remote("A"), remote("B", **OTHER)],
            ["upload", "delete B replaced"],
            id="an-older-equal-file-is-no-heir",
        ),
        pytest.param({"slug": slug("Z")}, [remote()], [], id="gone-and-the-content-is-there"),
        pytest.param({"slug": slug("Z")}, [protected()], [], id="gone-and-the-content-cannot-be-compared"),
        pytest.param({"slug": slug("Z"), "present": False}, [remote()], [], id="absent-and-gone"),
        pytest.param({"slug": slug("A"), "present": False}, [remote(), remote("B")], ["delete A absent"], id="absent"),
        pytest.param(
            {"slug": slug("A"), **FLAGS, "is_protected": True},
            [remote("A"), remote("B")],
            ["update A is_protected=True"],
            id="flags-of-one-of-two",
        ),
    ],
)
def test_declared_by_slug(declared: dict[str, Any], files: list[RemoteFile], expected: list[str]) -> None:
    assert words(plan(desired(**declared), *files)) == expected


@pytest.mark.parametrize("policy", ["replace", "fail"])
def test_successor_that_cannot_be_compared_is_refused_by_policy(policy: str) -> None:
    error = refusal(desired(slug=slug("Z"), on_unverifiable=policy), protected())
    assert error.kind == "missing_file"


def test_a_slug_that_never_existed_is_refused() -> None:
    error = refusal(desired(slug=slug("Z")), remote(**OTHER))
    assert error.kind == "missing_file"
    assert slug("Z") in str(error)
    assert "Omit slug" in str(error)


@pytest.mark.parametrize("present", [True, False])
def test_slug_and_name_of_different_files_are_refused(present: bool) -> None:
    error = refusal(desired(slug=slug("B"), present=present), remote(), remote("B", name="other"))
    assert error.kind == "option"
    assert "is named other" in str(error)


def test_slug_and_key_of_different_files_are_refused() -> None:
    declared = desired(slug=slug("A"), env_key="KEY")
    error = refusal(declared, remote(env_key="OTHER"), kind=PROJECT_FILE)
    assert error.kind == "option"
    assert "has the key OTHER, not KEY" in str(error)


@pytest.mark.parametrize(("declared", "stored"), [("f\u00fcr.p12", "fu\u0308r.p12"), ("fu\u0308r.p12", "f\u00fcr.p12")])
def test_a_name_is_found_in_both_normal_forms(declared: str, stored: str) -> None:
    assert words(plan(desired(name=declared), remote(name=stored))) == []
    assert words(plan(desired(name=declared), remote(name=stored, **OTHER))) == ["upload", "delete A replaced"]


def test_new_content_keeps_options_that_the_task_omits() -> None:
    old = remote(**OTHER, is_expose=False, password="old")
    made = plan(desired(), old, kind=CERTIFICATE)
    assert words(made)[0] == "upload certificate_password=********, is_expose=False"
    assert made.files[0].upload is not None
    assert made.files[0].upload.changes["certificate_password"] == "old"
    assert made.warnings == ()


def test_the_password_of_the_newest_readable_file_is_inherited() -> None:
    old = [
        remote("A", **OTHER, password="one"),
        remote("B", **OTHER, password="two"),
        remote("C", **OTHER, password=""),
    ]
    upload = plan(desired(), *old, kind=CERTIFICATE).files[0].upload
    assert upload is not None
    assert upload.changes["certificate_password"] == "two"


def test_an_unknown_password_is_refused_before_anything_is_sent() -> None:
    old = protected(**OTHER)
    error = refusal(desired(), old, kind=CERTIFICATE)
    assert error.kind == "password"
    assert "Set certificate_password" in str(error)
    assert refusal(desired(opens_without_password=False), old, kind=CERTIFICATE).kind == "password"
    for accepted in ({"password": "new"}, {"password": ""}, {"opens_without_password": True}):
        assert words(plan(desired(**accepted), old, kind=CERTIFICATE))[-1] == "delete A replaced"


def test_an_interrupted_replacement_with_an_unknown_password_is_refused() -> None:
    files = [protected("A", **OTHER), remote("B", password="")]
    assert refusal(desired(), *files, kind=CERTIFICATE).kind == "password"
    files = [protected("A", **OTHER), remote("B", password="set")]
    assert words(plan(desired(), *files, kind=CERTIFICATE)) == ["delete A replaced", "update B is_protected=True"]


@pytest.mark.parametrize(
    ("declared", "update_password", "known", "expected"),
    [
        (None, "on_change", "old", []),
        ("new", "on_change", "old", ["update A certificate_password=********"]),
        ("new", "on_change", "new", []),
        ("", "on_change", "old", ["update A certificate_password=********"]),
        ("new", "on_change", None, []),
        ("new", "always", None, ["update A certificate_password=********"]),
        ("new", "always", "new", []),
    ],
)
def test_password(declared: str | None, update_password: str, known: str | None, expected: list[str]) -> None:
    desired_file = desired(password=declared, update_password=update_password)
    file = remote(password=known, is_protected=known is None)
    assert words(plan(desired_file, file, kind=CERTIFICATE)) == expected


def test_an_undeclared_password_of_a_copy_is_not_set() -> None:
    files = [remote("A", password="known"), remote("B", password=None, is_protected=True)]
    assert words(plan(desired(update_password="always"), *files, kind=CERTIFICATE)) == ["delete A duplicate"]


@pytest.mark.parametrize(
    ("declared", "files", "expected"),
    [
        ({}, [], False),
        ({"force": True}, [protected()], False),
        ({"on_unverifiable": "replace"}, [protected()], False),
        ({}, [remote(**OTHER)], False),
        ({}, [protected()], True),
        ({"on_unverifiable": "trust"}, [protected()], False),
    ],
)
def test_only_a_kept_file_is_unverified(declared: dict[str, Any], files: list[RemoteFile], expected: bool) -> None:
    (one,) = plan(desired(**declared), *files).files
    assert one.decision.is_unverified is expected


def test_a_new_file_without_password_needs_no_update() -> None:
    assert words(plan(desired(password=""), kind=CERTIFICATE)) == ["upload"]


@pytest.mark.parametrize(
    ("declared", "files", "expected"),
    [
        pytest.param({}, [protected("A"), remote("B")], True, id="inherited"),
        pytest.param({}, [protected("A", **OTHER)], True, id="inherited-before-the-upload"),
        pytest.param({"is_protected": True}, [protected("A"), remote("B")], False, id="declared"),
        pytest.param({}, [remote("A", **OTHER), remote("B", is_protected=True)], False, id="protected-already"),
        pytest.param({}, [remote(), marker()], False, id="nothing-to-delete"),
        pytest.param({}, [remote("A", **OTHER), remote("B"), marker()], True, id="marker-of-another-run"),
    ],
)
def test_a_marker_notes_inherited_protection(declared: dict[str, Any], files: list[RemoteFile], expected: bool) -> None:
    assert plan(desired(**declared), *files).files[0].decision.needs_marker is expected


@pytest.mark.parametrize(
    ("inherited", "expected"),
    [
        (Inherited(is_protected=True), ["update A is_protected=True"]),
        (Inherited(is_hidden=True), ["update A is_expose=False"]),
        (Inherited(password="x"), ["update A certificate_password=********"]),
        (Inherited(), []),
    ],
)
def test_state_that_the_same_run_has_observed_is_inherited(inherited: Inherited, expected: list[str]) -> None:
    declared = desired()
    key = (CERTIFICATE, declared.key)
    made = plan(declared, remote(password=""), kind=CERTIFICATE, inherited={key: inherited}, uploaded=frozenset({key}))
    assert words(made) == expected


def test_force_uploads_once_per_run() -> None:
    declared = desired(force=True)
    assert words(plan(declared, remote(), uploaded=frozenset({(PROFILE, declared.key)}))) == []


@pytest.mark.parametrize("flag", [{"is_protected": True}, {"is_expose": False}])
def test_flags_of_a_keystore_are_refused(flag: dict[str, Any]) -> None:
    for files in ([], [remote(env_key="ANDROID_KEYSTORE_N")], [remote(**OTHER, env_key="ANDROID_KEYSTORE_N")]):
        error = refusal(desired(keystore_name="N", **flag), *files, kind=ANDROID_KEYSTORE)
        assert error.kind == "unchangeable"
        assert next(iter(flag)) in str(error)


def test_flags_that_a_keystore_would_lose_are_refused() -> None:
    old = protected(**OTHER, env_key="ANDROID_KEYSTORE_N")
    error = refusal(desired(keystore_name="N"), old, kind=ANDROID_KEYSTORE)
    assert error.kind == "unchangeable"
    assert "Declare is_protected=false" in str(error)
    accepted = plan(desired(keystore_name="N", is_protected=False), old, kind=ANDROID_KEYSTORE)
    assert words(accepted)[-1] == "delete A replaced"


def test_keystore_with_another_alias_is_replaced() -> None:
    old = remote(created_with={"alias": "old"}, env_key="ANDROID_KEYSTORE_N")
    declared = desired(keystore={"alias": "new", "password": "x"}, keystore_name="N")
    made = plan(declared, old, kind=ANDROID_KEYSTORE)
    assert [letter(action.slug) for action in made.actions] == [None, "A"]
    error = refusal(desired(**FLAGS, keystore={"alias": "new"}), old, kind=ANDROID_KEYSTORE)
    assert error.kind == "unchangeable"


def test_an_equal_file_is_kept_without_a_warning() -> None:
    assert plan(desired(on_unverifiable="warn"), remote()).files[0].decision.warnings == ()
