# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decisions about the files of one declaration: each row of the protocol's decision table."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    ANDROID_KEYSTORE,
    FileKind,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    BUILD_CERTIFICATE as CERTIFICATE,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    PROVISIONING_PROFILE as PROFILE,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import RemoteFile

from .building import (
    NAME,
    NOW,
    OTHER,
    OTHER_SIZE,
    SAME,
    desired,
    marker,
    plan,
    protected,
    refusal,
    remote,
    slug,
    ulid,
    unfinished,
    words,
)

OURS, THEIRS = "team A1", "team B2"
YOUNG_S, OLD_S = 600, 3700


@pytest.mark.parametrize(
    ("declared", "files", "expected"),
    [
        pytest.param({}, [], ["upload"], id="none"),
        pytest.param({}, [remote(name="x")], ["upload"], id="only-another-name"),
        pytest.param({"is_protected": True}, [], ["upload is_protected=True"], id="none-with-flag"),
        pytest.param({"is_expose": True, "is_protected": False}, [], ["upload"], id="flags-as-created"),
        pytest.param({}, [remote()], [], id="equal"),
        pytest.param({"is_expose": False}, [remote()], ["update A is_expose=False"], id="equal-other-flag"),
        pytest.param(
            {"is_expose": False, "is_protected": True},
            [remote()],
            ["update A is_expose=False, is_protected=True"],
            id="equal-both-flags-in-one-request",
        ),
        pytest.param(
            {}, [remote(), marker()], ["update A is_protected=True", "delete M leftover"], id="equal-and-marker"
        ),
        pytest.param({}, [remote(is_protected=True), marker()], ["delete M leftover"], id="equal-protected-and-marker"),
        pytest.param({"is_protected": False}, [remote(), marker()], ["delete M leftover"], id="declared-over-marker"),
        pytest.param({}, [remote(), marker(of="x")], [], id="marker-of-another-name"),
        pytest.param(
            {"name": "f\u00fc"},
            [remote(name="f\u00fc"), marker(of="fu\u0308")],
            ["update A is_protected=True", "delete M leftover"],
            id="marker-with-another-form-of-the-name",
        ),
        pytest.param({}, [remote(**OTHER)], ["upload", "delete A replaced"], id="different"),
        pytest.param({}, [remote(**OTHER_SIZE)], ["upload", "delete A replaced"], id="different-size"),
        pytest.param(
            {}, [protected(**OTHER_SIZE)], ["upload is_protected=True", "delete A replaced"], id="different-protected"
        ),
        pytest.param(
            {"is_expose": False},
            [protected(**OTHER_SIZE)],
            ["upload is_expose=False, is_protected=True", "delete A replaced"],
            id="frozen-flag-set-on-new-content",
        ),
        pytest.param({}, [remote(sha256=None, is_missing_bytes=True)], ["upload", "delete A replaced"], id="no-bytes"),
        pytest.param({"force": True}, [remote()], ["upload", "delete A replaced"], id="force"),
        pytest.param({}, [remote("A"), remote("B")], ["delete A duplicate"], id="copies"),
        pytest.param({}, [remote("B"), remote("A")], ["delete A duplicate"], id="copies-in-another-order"),
        pytest.param({}, [remote("A", **OTHER), remote("B")], ["delete A replaced"], id="interrupted-replacement"),
        pytest.param(
            {},
            [remote("A", **OTHER, is_expose=False), remote("B")],
            ["update B is_expose=False", "delete A replaced"],
            id="interrupted-replacement-inherits",
        ),
        pytest.param(
            {"is_protected": True},
            [remote("A", **OTHER), remote("B")],
            ["delete A replaced", "update B is_protected=True"],
            id="interrupted-replacement-protects-last",
        ),
        pytest.param(
            {},
            [protected("A"), remote("B")],
            ["delete A replaced", "update B is_protected=True"],
            id="interrupted-replacement-of-a-protected-file",
        ),
        pytest.param(
            {},
            [remote("A", **OTHER_SIZE), remote("B", **OTHER)],
            ["upload", "delete A replaced", "delete B replaced"],
            id="generations-none-as-declared",
        ),
        pytest.param(
            {},
            [remote("A"), remote("B", **OTHER)],
            ["upload", "delete A replaced", "delete B replaced"],
            id="only-the-newest-can-be-the-declared-one",
        ),
        pytest.param(
            {},
            [remote("A", **OTHER), protected("B")],
            ["upload is_protected=True", "delete A replaced", "delete B replaced"],
            id="newest-cannot-be-compared",
        ),
        pytest.param({"present": False}, [], [], id="absent-already"),
        pytest.param({"present": False}, [protected()], ["delete A absent"], id="absent"),
        pytest.param(
            {"present": False}, [remote(), marker()], ["delete A absent", "delete M leftover"], id="absent-with-marker"
        ),
        pytest.param({"present": False}, [marker()], ["delete M leftover"], id="absent-but-for-a-marker"),
        pytest.param(
            {"present": False, "slug": slug("A")},
            [remote(), remote("B"), marker()],
            ["delete A absent"],
            id="absent-by-slug-beside-another-file",
        ),
        pytest.param(
            {"present": False, "slug": slug("A"), "name": None},
            [remote(), remote("B", name="x"), marker()],
            ["delete A absent", "delete M leftover"],
            id="absent-by-slug-with-marker",
        ),
        pytest.param(
            {"present": False, "env_key": "K"},
            [remote(env_key="K"), remote("B", env_key="L"), marker()],
            ["delete A absent"],
            id="absent-by-key-beside-another-file",
        ),
        pytest.param(
            {"present": False, "env_key": "K", "name": None},
            [remote(env_key="K"), marker()],
            ["delete A absent", "delete M leftover"],
            id="absent-by-key-with-marker",
        ),
        pytest.param(
            {"present": False},
            [remote(), unfinished(), unfinished("K", YOUNG_S)],
            ["delete A absent", "delete S leftover"],
            id="absent-with-leftover",
        ),
        pytest.param(
            {"present": False, "duplicates": "remove"},
            [remote("A"), remote("B", **OTHER)],
            ["delete A absent", "delete B absent"],
            id="absent-all",
        ),
    ],
)
def test_decision(declared: dict[str, Any], files: list[RemoteFile], expected: list[str]) -> None:
    assert sorted(words(plan(desired(**declared), *files))) == sorted(expected)
    assert words(plan(desired(**declared), *reversed(files))) == words(plan(desired(**declared), *files))


@pytest.mark.parametrize("kind", [PROFILE, CERTIFICATE, ANDROID_KEYSTORE], ids=lambda kind: str(kind.name))
@pytest.mark.parametrize("newest", [SAME, OTHER], ids=["newest-as-declared", "newest-different"])
def test_files_of_two_identities_are_refused(kind: FileKind, newest: dict[str, Any]) -> None:
    files = [remote("A", **OTHER, identity=THEIRS), remote("B", **newest, identity=OURS)]
    error = refusal(desired(identity=OURS, keystore_name="N"), *files, kind=kind)
    assert error.kind == "duplicates"
    assert f"{slug('A')} is for {THEIRS}, the declared file for {OURS}." in str(error)
    assert "Set slug to the file that you mean, or duplicates=remove to keep only the declared one." in str(error)


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ({"duplicates": "remove"}, ["delete A replaced"]),
        ({"slug": slug("A")}, ["delete A replaced"]),
        ({"slug": slug("B")}, []),
    ],
)
def test_an_option_decides_between_two_identities(declared: dict[str, Any], expected: list[str]) -> None:
    files = [remote("A", **OTHER, identity=THEIRS), remote("B", identity=OURS)]
    assert words(plan(desired(identity=OURS, **declared), *files)) == expected


@pytest.mark.parametrize("known", ["", "old"])
def test_a_new_certificate_inherits_the_password(known: str) -> None:
    (one,) = plan(desired(), remote(**OTHER, password=known), kind=CERTIFICATE).files
    assert one.decision.effective.password == known
    assert one.desired.password is None


def test_a_single_file_of_another_identity_is_replaced() -> None:
    made = plan(desired(identity=OURS), remote(**OTHER, identity=THEIRS))
    assert words(made) == ["upload", "delete A replaced"]


@pytest.mark.parametrize(
    "files",
    [
        pytest.param([protected("A"), protected("B")], id="neither-can-be-compared"),
        pytest.param([protected("A"), remote("B", is_protected=True)], id="newest-is-equal"),
        pytest.param([protected("A", **OTHER), protected("B", **OTHER_SIZE)], id="both-different"),
        pytest.param([protected("A"), remote("B"), protected("C")], id="one-between"),
    ],
)
def test_two_protected_files_are_refused(files: list[RemoteFile]) -> None:
    error = refusal(desired(), *files)
    assert error.kind == "duplicates"
    assert "Several of them are protected" in str(error)


def test_equal_protected_files_are_copies() -> None:
    files = [remote("A", is_protected=True), remote("B", is_protected=True)]
    assert words(plan(desired(), *files)) == ["delete A duplicate"]


def test_refusal_describes_the_files() -> None:
    files = [protected("A", **OTHER_SIZE), remote("B", is_protected=True), remote("C", **OTHER)]
    text = str(refusal(desired(identity=OURS), *files))
    assert f"{slug('A')} (200 bytes, protected)" in text
    assert f"{slug('B')} (100 bytes, protected, the declared content)" in text
    assert f"{slug('C')} (100 bytes)" in text


def test_files_without_times_are_refused_unless_they_are_equal() -> None:
    named = [remote("A", slug="first"), remote("B", slug="second", **OTHER)]
    error = refusal(desired(), *named)
    assert error.kind == "duplicates"
    assert "Their slugs do not show which of them is the newest." in str(error)
    assert words(plan(desired(duplicates="remove"), *named)) == ["delete d replaced"]
    copies = [remote("A", slug="first"), remote("B", slug="second")]
    assert words(plan(desired(), *copies)) == ["delete t duplicate"]


@pytest.mark.parametrize(
    ("policy", "expected", "warnings"),
    [("warn", [], 1), ("trust", [], 0), ("replace", ["upload is_protected=True", "delete A replaced"], 0)],
)
def test_a_file_that_cannot_be_compared(policy: str, expected: list[str], warnings: int) -> None:
    made = plan(desired(on_unverifiable=policy), protected())
    assert words(made) == expected
    assert len(made.warnings) == warnings
    assert made.files[0].decision.is_unverified is (policy == "warn")


def test_warning_about_a_file_that_cannot_be_compared() -> None:
    (text,) = plan(desired(), protected()).warnings
    assert text.startswith(
        f"Kept the provisioning profile of app app1 named {NAME} (slug {slug('A')}) without comparing"
    )
    assert "it is protected" in text
    assert "on_unverifiable=replace" in text
    (text,) = plan(desired(), protected(is_protected=False, is_withheld=True)).warnings
    assert "it is not downloadable" in text


def test_a_file_that_cannot_be_compared_fails_by_policy() -> None:
    error = refusal(desired(on_unverifiable="fail"), protected())
    assert error.kind == "unverifiable"
    assert slug("A") in str(error)
    assert "on_unverifiable=warn or trust" in str(error)


@pytest.mark.parametrize("policy", ["warn", "trust", "replace", "fail"])
def test_another_size_needs_no_policy(policy: str) -> None:
    made = plan(desired(on_unverifiable=policy), protected(**OTHER_SIZE))
    assert words(made) == ["upload is_protected=True", "delete A replaced"]
    assert made.warnings == ()


@pytest.mark.parametrize(
    ("age_s", "expected"), [(YOUNG_S, []), (3600, []), (OLD_S, ["delete S leftover"])], ids=["young", "limit", "old"]
)
def test_unfinished_upload_is_removed_by_age(age_s: float, expected: list[str]) -> None:
    assert words(plan(desired(), remote(), unfinished(age_s=age_s))) == expected
    assert words(plan(desired(), unfinished(age_s=age_s))) == ["upload", *expected]


@pytest.mark.parametrize(
    ("file", "now"),
    [
        pytest.param(unfinished(slug="leftover"), NOW, id="no-ulid"),
        pytest.param(unfinished(slug=ulid(1000)), NOW, id="absurd-time"),
        pytest.param(unfinished(), None, id="unknown-clock"),
        pytest.param(unfinished(age_s=-OLD_S), NOW, id="from-the-future"),
    ],
)
def test_unfinished_upload_of_unknown_age_stays(file: RemoteFile, now: float | None) -> None:
    assert words(plan(desired(), remote(), file, now=now)) == []


def test_the_user_decides_about_an_upload_of_unknown_age() -> None:
    file = unfinished(slug="leftoverS")
    assert words(plan(desired(present=False), file)) == []
    assert words(plan(desired(present=False, slug="leftoverS"), file)) == ["delete S leftover"]
    assert words(plan(desired(present=False, slug=ulid(NOW, "S")), unfinished(age_s=0))) == []


FLAGS: dict[str, Any] = {"sha256": None, "size": None}


def test_flags_without_content() -> None:
    made = plan(desired(**FLAGS, is_protected=True), remote(**OTHER), unfinished(), marker())
    assert words(made) == ["update A is_protected=True"]


def test_flags_without_content_need_exactly_one_file() -> None:
    declared = desired(**FLAGS, is_protected=True)
    missing, not_done = refusal(declared), refusal(declared, unfinished())
    assert missing.kind == not_done.kind == "missing_file"
    assert str(missing).startswith(f"There is no provisioning profile of app app1 named {NAME}. ")
    assert str(not_done).startswith(f"The upload of the provisioning profile of app app1 named {NAME} is unfinished (")
    by_slug = refusal(desired(name=None, slug=unfinished().slug, **FLAGS, is_protected=True), unfinished())
    assert f"of app app1 with slug {unfinished().slug} is unfinished (" in str(by_slug)
    error = refusal(declared, remote("A"), remote("B"))
    assert error.kind == "duplicates"
    assert "A replacement may be under way or interrupted: the run that declares the content finishes it." in str(error)
    assert refusal(desired(**FLAGS, duplicates="remove"), remote("A"), remote("B")).kind == "duplicates"


def test_absent_refuses_several_files() -> None:
    error = refusal(desired(present=False, **FLAGS), remote("A"), remote("B", **OTHER))
    assert error.kind == "duplicates"
    assert "duplicates=remove to delete all of them" in str(error)


@pytest.mark.parametrize(
    ("declared", "file"),
    [
        pytest.param({"is_protected": False}, {"is_protected": True}, id="unprotect"),
        pytest.param({"is_expose": False}, {"is_protected": True}, id="expose-of-protected"),
        pytest.param({"is_protected": False}, {"is_protected": True, **OTHER}, id="unprotect-by-new-content"),
        pytest.param({"is_protected": False, **FLAGS}, {"is_protected": True}, id="unprotect-flags-only"),
    ],
)
def test_one_way_flags_are_refused(declared: dict[str, Any], file: dict[str, Any]) -> None:
    error = refusal(desired(**declared), remote(**file))
    assert error.kind == "one_way_flag"
    assert slug("A") in str(error)
