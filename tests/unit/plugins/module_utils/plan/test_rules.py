# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the plan, one by one, on files that can be read off the page."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.actions import FileAction
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    BUILD_CERTIFICATE as CERTIFICATE,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    PROJECT_FILE,
    FileKind,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    PROVISIONING_PROFILE as PROFILE,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import Desired, RemoteFile
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.plan import (
    FilePlan,
    Place,
    plan_file,
    worth_downloading,
)
from ansible_collections.mobileops.ci.plugins.module_utils._errors import RefusedError

NAME = "dist.p12"
SAME = {"sha256": "a" * 64, "size": 100}
OTHER = {"sha256": "b" * 64, "size": 100}
OTHER_SIZE = {"sha256": None, "size": 200}
UNTOLD = {"sha256": None, "size": 100}


def remote(slug: str = "A", **values: Any) -> RemoteFile:
    """A finished file with the declared content, unless told otherwise."""
    standard: dict[str, Any] = {"name": NAME, **SAME, "processed": True, "is_protected": False, "is_expose": True}
    return RemoteFile(slug=slug, **{**standard, **values})


def leftover(slug: str = "L", **values: Any) -> RemoteFile:
    return remote(slug, **{"sha256": None, "processed": False, **values})


def desired(**values: Any) -> Desired:
    return Desired(**{"name": NAME, **SAME, **values})


def plan(wanted: Desired, *files: RemoteFile, kind: FileKind = PROFILE, **interrupted: set[str]) -> FilePlan:
    notes = {new: frozenset(replaced) for new, replaced in interrupted.items()}
    return plan_file(Place(kind, "app1", notes), wanted, files)


def words(made: FilePlan) -> list[str]:
    """The actions, short: what, on which slug, and why or with which changes."""

    def one(action: FileAction) -> str:
        shown = action.as_dict()
        more = shown["reason"] or ", ".join(f"{key}={value}" for key, value in (shown["changes"] or {}).items())
        return " ".join(filter(None, [shown["action"], shown["slug"], more]))

    return [one(action) for action in made.actions]


def refusal(wanted: Desired, *files: RemoteFile, kind: FileKind = PROFILE) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        plan(wanted, *files, kind=kind)
    return caught.value


@pytest.mark.parametrize(
    ("wanted", "files", "expected"),
    [
        pytest.param({}, [], ["upload"], id="missing"),
        pytest.param({}, [remote()], [], id="there"),
        pytest.param({}, [remote(**OTHER)], ["upload", "delete A replaced"], id="other-bytes"),
        pytest.param({}, [remote(**OTHER_SIZE)], ["upload", "delete A replaced"], id="other-size"),
        pytest.param({}, [leftover()], ["upload", "delete L leftover"], id="interrupted-upload"),
        pytest.param({}, [remote(), leftover()], ["delete L leftover"], id="leftover-beside-the-file"),
        pytest.param({}, [remote(name="x")], ["upload"], id="only-another-name"),
        pytest.param({}, [remote(), remote("B")], [], id="equal-copies-do-no-harm"),
        pytest.param({"force": True}, [remote()], ["upload", "delete A replaced"], id="force"),
        pytest.param({"is_protected": True}, [], ["upload is_protected=True"], id="upload-with-flag"),
        pytest.param({"is_expose": True, "is_protected": False}, [], ["upload"], id="flags-as-created"),
        pytest.param({"is_expose": False}, [remote()], ["update A is_expose=False"], id="flag"),
        pytest.param(
            {"is_expose": False, "is_protected": True},
            [remote()],
            ["update A is_expose=False, is_protected=True"],
            id="both-flags-at-once",
        ),
        pytest.param({"present": False}, [], [], id="absent-already"),
        pytest.param({"present": False}, [remote()], ["delete A absent"], id="absent"),
        pytest.param({"present": False}, [remote(is_protected=True)], ["delete A absent"], id="absent-protected"),
        pytest.param(
            {"present": False}, [remote(), leftover()], ["delete A absent", "delete L leftover"], id="absent-leftover"
        ),
        pytest.param({"present": False, "slug": "GONE"}, [remote()], [], id="absent-slug-gone-keeps-the-name"),
        pytest.param({"slug": "B"}, [remote(**OTHER), remote("B")], [], id="slug-tells-two-apart"),
        pytest.param({"slug": "GONE"}, [remote()], [], id="slug-gone-content-there"),
        pytest.param({"slug": "A"}, [remote(**OTHER)], ["upload", "delete A replaced"], id="replaced-by-slug"),
    ],
)
def test_actions(wanted: dict[str, Any], files: list[RemoteFile], expected: list[str]) -> None:
    assert words(plan(desired(**wanted), *files)) == expected


@pytest.mark.parametrize(
    ("policy", "expected"), [("trust", []), ("replace", ["upload is_protected=True", "delete A replaced"])]
)
def test_content_that_cannot_be_told(policy: str, expected: list[str]) -> None:
    file = remote(**UNTOLD, is_protected=True)
    assert words(plan(desired(on_unverifiable=policy), file)) == expected


def test_content_that_cannot_be_told_fails_by_policy() -> None:
    error = refusal(desired(on_unverifiable="fail"), remote(**UNTOLD, is_protected=True))
    assert error.kind == "unverifiable"
    assert "slug A" in str(error)
    assert "on_unverifiable=trust" in str(error)


@pytest.mark.parametrize("policy", ["trust", "replace", "fail"])
def test_another_size_needs_no_verification(policy: str) -> None:
    file = remote(**OTHER_SIZE, is_protected=True)
    assert words(plan(desired(on_unverifiable=policy), file)) == ["upload is_protected=True", "delete A replaced"]


def test_duplicates_are_refused_with_their_slugs() -> None:
    error = refusal(desired(), remote(), remote("B", **OTHER), remote("C", **OTHER_SIZE, is_protected=True))
    assert error.kind == "duplicates"
    assert "A (100 bytes, the declared content), B (100 bytes), C (200 bytes, protected)" in str(error)


HIDES = {"is_protected": True}


@pytest.mark.parametrize("kind", [PROFILE, CERTIFICATE, PROJECT_FILE], ids=lambda kind: str(kind.name))
def test_one_of_several_copies_is_not_made_incomparable(kind: FileKind) -> None:
    """Protected, it would give its bytes no more: the next run would find two files, and not know what one holds."""
    copies = remote("B").with_found_digest("a" * 64), remote().with_found_digest("a" * 64)
    error = refusal(desired(**HIDES), *copies, kind=kind)
    assert error.kind == "duplicates"
    assert "A (100 bytes, the declared content), B (100 bytes, the declared content)" in str(error)
    assert "is_protected" in str(error)
    assert "duplicates=remove" in str(error)


@pytest.mark.parametrize(
    ("wanted", "files", "notes", "expected"),
    [
        pytest.param(
            {**HIDES, "duplicates": "remove"},
            [remote().with_found_digest("a" * 64), remote("B").with_found_digest("a" * 64)],
            {},
            ["update A is_protected=True", "delete B duplicate"],
            id="removed",
        ),
        pytest.param(
            {**HIDES, "slug": "B"},
            [remote().with_found_digest("a" * 64), remote("B").with_found_digest("a" * 64)],
            {},
            ["update B is_protected=True"],
            id="named",
        ),
        pytest.param(HIDES, [remote().with_found_digest("a" * 64)], {}, ["update A is_protected=True"], id="only-one"),
        pytest.param(HIDES, [remote(), remote("B")], {}, ["update A is_protected=True"], id="digest-listed"),
        pytest.param(
            {"is_expose": False},
            [remote().with_found_digest("a" * 64), remote("B").with_found_digest("a" * 64)],
            {},
            ["update A is_expose=False"],
            id="can-be-taken-back",
        ),
        pytest.param(
            HIDES,
            [remote(**HIDES).with_found_digest("a" * 64), remote("B").with_found_digest("a" * 64)],
            {},
            [],
            id="one-is-protected-already",
        ),
        pytest.param(
            HIDES,
            [remote("NEW").with_found_digest("a" * 64), remote("OLD").with_found_digest("a" * 64)],
            {"NEW": {"OLD"}},
            ["update NEW is_protected=True", "delete OLD replaced"],
            id="interrupted-replacement",
        ),
    ],
)
def test_copies_that_may_be_protected(
    wanted: dict[str, Any], files: list[RemoteFile], notes: dict[str, set[str]], expected: list[str]
) -> None:
    assert words(plan(desired(**wanted), *files, **notes)) == expected


def test_protection_of_what_is_replaced_is_not_inherited_by_one_of_several() -> None:
    old = remote("OLD", **OTHER, is_protected=True)
    copies = [remote(slug).with_found_digest("a" * 64) for slug in ("A", "NEW")]
    with pytest.raises(RefusedError) as caught:
        plan(desired(), *copies, old, NEW={"OLD"})
    assert caught.value.kind == "duplicates"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param([remote(), remote("B", **OTHER)], ["delete B duplicate"], id="one-is-right"),
        pytest.param([remote(), remote("B")], ["delete B duplicate"], id="equal-copies"),
        pytest.param(
            [remote(**OTHER), remote("B", **OTHER)],
            ["upload", "delete A replaced", "delete B replaced"],
            id="none-is-right",
        ),
        pytest.param(
            [remote(**UNTOLD, is_protected=True), remote("B")], ["delete A duplicate"], id="known-before-unknown"
        ),
    ],
)
def test_duplicates_are_removed_by_policy(files: list[RemoteFile], expected: list[str]) -> None:
    assert words(plan(desired(duplicates="remove"), *files)) == expected


def test_of_several_files_that_cannot_be_told_none_is_kept() -> None:
    files = [remote(slug, **UNTOLD, is_protected=True) for slug in ("A", "B")]
    made = plan(desired(duplicates="remove"), *files)
    assert words(made) == ["upload is_protected=True", "delete A replaced", "delete B replaced"]


@pytest.mark.parametrize("present", [True, False])
def test_slug_and_name_of_different_files_are_refused(present: bool) -> None:
    error = refusal(desired(slug="B", present=present), remote(), remote("B", name="other"))
    assert error.kind == "option"
    assert "is named other" in str(error)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param({"slug": "OLD"}, ["delete OLD replaced"], id="by-slug"),
        pytest.param({"sha256": None, "size": None}, ["delete OLD replaced"], id="flags-only"),
        pytest.param({"present": False}, ["delete NEW absent", "delete OLD absent"], id="absent"),
    ],
)
def test_an_interrupted_replacement_is_known_everywhere(wanted: dict[str, Any], expected: list[str]) -> None:
    made = plan(desired(**wanted), remote("NEW"), remote("OLD", **OTHER), NEW={"OLD"})
    assert words(made) == expected


def test_absent_refuses_several_files_unless_told_to_remove_them() -> None:
    files = (remote(), remote("B"))
    assert refusal(desired(present=False, sha256=None), *files).kind == "duplicates"
    made = plan(desired(present=False, sha256=None, duplicates="remove"), *files)
    assert words(made) == ["delete A absent", "delete B absent"]


def test_of_equal_files_the_one_that_needs_no_change_is_kept() -> None:
    wanted = desired(is_protected=True, duplicates="remove")
    assert words(plan(wanted, remote(), remote("B", is_protected=True))) == ["delete A duplicate"]


def test_of_equal_files_one_that_can_be_changed_is_kept() -> None:
    wanted = desired(is_expose=False, duplicates="remove")
    made = plan(wanted, remote(is_protected=True), remote("B"))
    assert words(made) == ["update B is_expose=False", "delete A duplicate"]


@pytest.mark.parametrize(
    ("wanted", "file"),
    [
        pytest.param({"is_protected": False}, {"is_protected": True}, id="unprotect"),
        pytest.param({"is_expose": False}, {"is_protected": True}, id="expose-of-protected"),
        pytest.param({"is_protected": False}, {"is_protected": True, **OTHER}, id="unprotect-by-new-content"),
        pytest.param({"is_protected": False, "sha256": None}, {"is_protected": True}, id="unprotect-flags-only"),
    ],
)
def test_one_way_flags_are_refused(wanted: dict[str, Any], file: dict[str, Any]) -> None:
    error = refusal(desired(**wanted), remote(**file))
    assert error.kind == "one_way_flag"
    assert "slug A" in str(error)


def test_frozen_is_expose_can_be_set_on_new_content() -> None:
    made = plan(desired(is_expose=False), remote(**OTHER, is_protected=True))
    assert words(made) == ["upload is_expose=False, is_protected=True", "delete A replaced"]


def test_new_content_keeps_what_the_task_leaves_open() -> None:
    old = remote(**OTHER, is_protected=False, is_expose=False, password="old")
    made = plan(desired(), old, kind=CERTIFICATE)
    assert words(made)[0] == "upload certificate_password=********, is_expose=False"
    assert made.actions[0].changes["certificate_password"] == "old"  # type: ignore[attr-defined]
    assert made.warnings == ()


def test_a_password_that_cannot_be_kept_is_a_warning() -> None:
    made = plan(desired(), remote(**OTHER, is_protected=True), kind=CERTIFICATE)
    assert words(made)[0] == "upload is_protected=True"
    assert len(made.warnings) == 1
    assert "Declare certificate_password" in made.warnings[0]


@pytest.mark.parametrize(
    ("declared", "update_password", "told", "expected"),
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
def test_password(declared: str | None, update_password: str, told: str | None, expected: list[str]) -> None:
    wanted = desired(password=declared, update_password=update_password)
    file = remote(password=told, is_protected=told is None)
    assert words(plan(wanted, file, kind=CERTIFICATE)) == expected


def test_a_new_file_without_password_needs_no_update() -> None:
    assert words(plan(desired(password=""), kind=CERTIFICATE)) == ["upload"]


def test_flags_without_content() -> None:
    wanted = desired(sha256=None, size=None, is_protected=True)
    assert words(plan(wanted, remote(**OTHER), leftover())) == ["update A is_protected=True", "delete L leftover"]


def test_flags_without_content_need_exactly_one_file() -> None:
    wanted = desired(sha256=None, size=None, is_protected=True)
    assert refusal(wanted).kind == "missing_file"
    assert refusal(wanted, remote(), remote("B")).kind == "duplicates"
    assert refusal(wanted, leftover()).kind == "missing_file"


def test_a_slug_that_never_was_is_refused() -> None:
    error = refusal(desired(slug="GONE"), remote(**OTHER))
    assert error.kind == "missing_file"
    assert "GONE" in str(error)


@pytest.mark.parametrize(
    ("file", "wanted", "expected"),
    [
        pytest.param(remote(**UNTOLD), {}, True, id="same-size"),
        pytest.param(remote(), {}, False, id="digest-told"),
        pytest.param(remote(**OTHER_SIZE), {}, False, id="other-size"),
        pytest.param(remote(**UNTOLD, is_protected=True), {}, False, id="protected"),
        pytest.param(remote(**UNTOLD, name="x"), {}, False, id="other-name"),
        pytest.param(leftover(), {}, False, id="leftover"),
        pytest.param(remote(**UNTOLD), {"force": True}, False, id="force"),
        pytest.param(remote(**UNTOLD), {"present": False}, False, id="absent"),
        pytest.param(remote(**UNTOLD), {"sha256": None}, False, id="flags-only"),
    ],
)
def test_only_what_the_plan_needs_is_downloaded(file: RemoteFile, wanted: dict[str, Any], expected: bool) -> None:
    assert worth_downloading(Place(PROFILE, "app1"), desired(**wanted), [file]) == ([file] if expected else [])


def test_an_interrupted_replacement_is_told_from_duplicates() -> None:
    made = plan(desired(), remote("NEW"), remote("OLD", **OTHER, is_protected=True), NEW={"OLD"})
    assert words(made) == ["update NEW is_protected=True", "delete OLD replaced"]


def test_an_interrupted_replacement_by_yet_another_content() -> None:
    made = plan(desired(), remote("NEW", **OTHER), remote("OLD", **OTHER_SIZE), NEW={"OLD"})
    assert words(made) == ["upload", "delete NEW replaced", "delete OLD replaced"]


def test_notes_of_other_files_mean_nothing() -> None:
    error = None
    try:
        plan(desired(), remote("NEW"), remote("OLD", **OTHER), GONE={"OLD"})
    except RefusedError as caught:
        error = caught.kind
    assert error == "duplicates"
