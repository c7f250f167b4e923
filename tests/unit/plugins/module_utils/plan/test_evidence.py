# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evidence for equal content and for the age of a file, and the downloads that it requires."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.evidence import (
    CLOCK_TOLERANCE_S,
    LATEST_CONFIRMATION_S,
    UNDER_WAY_S,
    Candidates,
    Match,
    candidates_for,
    files_to_hash,
    files_to_identify,
    is_abandoned,
    match,
    needs_own_evidence,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    BUILD_CERTIFICATE as CERTIFICATE,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    PROVISIONING_PROFILE as PROFILE,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import can_be_keystore
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import RemoteFile
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.slugs import are_ordered, creation_time

from .building import (
    NOW,
    OTHER,
    OTHER_SIZE,
    UNKNOWN,
    UPLOADED_AT,
    desired,
    letter,
    plan,
    protected,
    remote,
    slug,
    ulid,
    unfinished,
    words,
)


@pytest.mark.parametrize(
    ("file", "declared", "expected"),
    [
        pytest.param(remote(), {}, Match.EQUAL, id="digest"),
        pytest.param(remote(is_protected=True), {"made_at": UPLOADED_AT + 9999}, Match.EQUAL, id="digest-over-time"),
        pytest.param(remote(**OTHER), {}, Match.DIFFERENT, id="other-digest"),
        pytest.param(remote(**OTHER_SIZE), {}, Match.DIFFERENT, id="other-size"),
        pytest.param(protected(**OTHER_SIZE), {}, Match.DIFFERENT, id="other-size-protected"),
        pytest.param(protected(size=None), {}, Match.UNVERIFIABLE, id="no-size"),
        pytest.param(remote(**UNKNOWN), {}, Match.UNKNOWN, id="readable"),
        pytest.param(remote(**UNKNOWN, is_missing_bytes=True), {}, Match.DIFFERENT, id="missing-bytes"),
        pytest.param(remote(is_missing_bytes=True), {}, Match.DIFFERENT, id="missing-bytes-whatever-the-digest"),
        pytest.param(remote(**UNKNOWN, is_withheld=True), {}, Match.UNVERIFIABLE, id="withheld"),
        pytest.param(protected(), {}, Match.UNVERIFIABLE, id="protected"),
        pytest.param(
            protected(serials=frozenset({"1F"})), {"serials": frozenset({"2A"})}, Match.DIFFERENT, id="serials"
        ),
        pytest.param(
            protected(serials=frozenset({"1F", "2A"})),
            {"serials": frozenset({"2A"})},
            Match.UNVERIFIABLE,
            id="one-serial",
        ),
        pytest.param(protected(serials=frozenset({"1F"})), {}, Match.UNVERIFIABLE, id="serials-of-one-only"),
        pytest.param(protected(), {"serials": frozenset({"2A"})}, Match.UNVERIFIABLE, id="serials-not-listed"),
        pytest.param(
            remote(**UNKNOWN, serials=frozenset({"1F"})),
            {"serials": frozenset({"2A"})},
            Match.DIFFERENT,
            id="no-download",
        ),
    ],
)
def test_match(file: RemoteFile, declared: dict[str, Any], expected: Match) -> None:
    assert match(desired(**declared), file) is expected


@pytest.mark.parametrize(
    ("file", "made_at", "expected"),
    [
        pytest.param(protected(), UPLOADED_AT + CLOCK_TOLERANCE_S + 1, Match.DIFFERENT, id="made-later"),
        pytest.param(protected(), UPLOADED_AT + CLOCK_TOLERANCE_S, Match.UNVERIFIABLE, id="within-the-tolerance"),
        pytest.param(protected(), UPLOADED_AT - 1, Match.UNVERIFIABLE, id="made-before"),
        pytest.param(protected(), None, Match.UNVERIFIABLE, id="unknown"),
        pytest.param(
            protected(is_protected=False, is_withheld=True), UPLOADED_AT + 9999, Match.DIFFERENT, id="withheld"
        ),
        pytest.param(protected(slug="no-ulid"), UPLOADED_AT + 9999, Match.UNVERIFIABLE, id="no-ulid"),
        pytest.param(protected(slug=slug("A").lower()), UPLOADED_AT + 9999, Match.UNVERIFIABLE, id="lower-case"),
        pytest.param(protected(slug=ulid(1000)), UPLOADED_AT, Match.UNVERIFIABLE, id="absurdly-early"),
        pytest.param(protected(slug=ulid(5_000_000_000)), 6_000_000_000, Match.UNVERIFIABLE, id="absurdly-late"),
        pytest.param(remote(**UNKNOWN), UPLOADED_AT + 9999, Match.UNKNOWN, id="readable-is-read"),
    ],
)
def test_time_proves_only_that_a_file_is_older(file: RemoteFile, made_at: float | None, expected: Match) -> None:
    assert match(desired(made_at=made_at), file) is expected


def test_a_renewed_profile_is_rolled_out_although_the_old_one_is_protected() -> None:
    made = plan(desired(made_at=UPLOADED_AT + 1000), protected())
    assert words(made) == ["upload is_protected=True", "delete A replaced"]
    assert made.warnings == ()


def test_creation_time_of_the_sample_in_the_documentation() -> None:
    seconds = creation_time("01C6FA6P6HRQT5PQ8RMMVVXE6W")
    assert seconds is not None
    assert 1_518_739_200 <= seconds < 1_518_825_600  # 2018-02-16


@pytest.mark.parametrize(
    "text", [None, "", "a1b2", "01C6FA6P6HRQT5PQ8RMMVVXE6", "81C6FA6P6HRQT5PQ8RMMVVXE6W", "0" * 26]
)
def test_other_slugs_have_no_creation_time(text: str | None) -> None:
    assert creation_time(text) is None


def test_slugs_are_ordered_if_all_of_them_have_a_time() -> None:
    assert are_ordered([])
    assert are_ordered([slug("A"), slug("B")])
    assert not are_ordered([slug("A"), "b"])


def test_a_run_fails_before_others_treat_its_upload_as_abandoned() -> None:
    """Expect no stall of more than half an hour between reading the clock and the confirmation."""
    assert LATEST_CONFIRMATION_S + 1800 <= UNDER_WAY_S


@pytest.mark.parametrize(
    ("file", "declared", "expected"),
    [
        pytest.param(remote(**UNKNOWN), {}, True, id="same-size"),
        pytest.param(remote(**UNKNOWN, is_withheld=True), {}, False, id="withheld"),
        pytest.param(remote(**UNKNOWN, is_missing_bytes=True), {}, False, id="missing-bytes"),
        pytest.param(remote(), {}, False, id="digest-known"),
        pytest.param(remote(**OTHER_SIZE), {}, False, id="other-size"),
        pytest.param(protected(), {}, False, id="protected"),
        pytest.param(remote(**UNKNOWN, name="x"), {}, False, id="other-name"),
        pytest.param(unfinished(), {}, False, id="unfinished"),
        pytest.param(remote(**UNKNOWN), {"force": True}, False, id="force"),
        pytest.param(remote(**UNKNOWN), {"present": False}, False, id="absent"),
        pytest.param(remote(**UNKNOWN), {"sha256": None}, False, id="flags-only"),
        pytest.param(remote(**UNKNOWN), {"slug": slug("A")}, True, id="by-slug"),
    ],
)
def test_only_what_the_plan_needs_is_downloaded(file: RemoteFile, declared: dict[str, Any], expected: bool) -> None:
    assert files_to_hash(desired(**declared), [file]) == ([file] if expected else [])


def test_a_declared_slug_saves_the_download_of_the_others() -> None:
    files = [remote("A", **UNKNOWN), remote("B", **UNKNOWN)]
    assert files_to_hash(desired(slug=slug("B")), files) == files[1:]
    files[1] = remote("B", **OTHER)
    assert files_to_hash(desired(slug=slug("B")), files) == files[:1]  # it may be what an interrupted run uploaded


@pytest.mark.parametrize(
    ("files", "declared", "expected"),
    [
        pytest.param([remote("A", **OTHER)], {}, "", id="one-file"),
        pytest.param([remote("A", **OTHER), remote("B")], {}, "A", id="the-different-one"),
        pytest.param([remote("A", **OTHER), remote("B", **OTHER_SIZE)], {}, "AB", id="both"),
        pytest.param([remote("A"), remote("B")], {}, "", id="copies"),
        pytest.param([protected("A"), remote("B")], {}, "", id="protected"),
        pytest.param([remote("A", **OTHER, identity="x"), remote("B")], {}, "", id="known"),
        pytest.param([remote("A", **OTHER), remote("B")], {"duplicates": "remove"}, "", id="an-option-decides"),
        pytest.param([remote("A", **OTHER), remote("B")], {"sha256": None}, "", id="flags-only"),
    ],
)
def test_identities_are_read_only_to_tell_several_files_apart(
    files: list[RemoteFile], declared: dict[str, Any], expected: str
) -> None:
    found = files_to_identify(desired(**declared), Candidates(tuple(files)))
    assert "".join(str(letter(file.slug)) for file in found) == expected


@pytest.mark.parametrize(
    ("files", "declared", "expected"),
    [
        pytest.param([], {}, False, id="none"),
        pytest.param([remote()], {}, False, id="equal"),
        pytest.param([remote(**OTHER)], {}, False, id="different"),
        pytest.param([protected()], {}, True, id="cannot-be-compared"),
        pytest.param([remote("A", **OTHER), remote("B")], {}, True, id="several"),
        pytest.param([remote("A", **OTHER, identity="x"), remote("B")], {}, True, id="several-with-listed-identity"),
        pytest.param([remote("A"), remote("B")], {}, False, id="copies"),
        pytest.param([remote(**OTHER, is_protected=True)], {}, True, id="unknown-password"),
        pytest.param([remote(**OTHER, is_protected=True)], {"password": "x"}, False, id="declared-password"),
        pytest.param([protected()], {"sha256": None}, False, id="flags-only"),
    ],
)
def test_declared_content_is_inspected_only_where_the_plan_depends_on_it(
    files: list[RemoteFile], declared: dict[str, Any], expected: bool
) -> None:
    assert needs_own_evidence(CERTIFICATE, desired(**declared), Candidates(tuple(files))) is expected


def test_candidates_are_sorted_by_slug() -> None:
    found = candidates_for("profile", desired(), [remote("C"), unfinished("S"), remote("A"), remote("B", name="x")])
    assert [letter(file.slug) for file in found.processed] == ["A", "C"]
    assert [letter(file.slug) for file in found.unprocessed] == ["S"]
    assert PROFILE.has_password is False


@pytest.mark.parametrize(("age_s", "expected"), [(3599.9, False), (3600.1, True)])
def test_an_unprocessed_file_is_abandoned_after_an_hour(age_s: float, expected: bool) -> None:
    assert is_abandoned(unfinished(age_s=age_s), NOW) is expected


def test_a_file_is_not_the_successor_of_another_one_without_creation_times() -> None:
    files = [remote(slug="one", **OTHER), remote(slug="two")]
    assert candidates_for("profile", desired(slug="one"), files).processed == (files[0],)


def test_only_unprocessed_files_are_abandoned() -> None:
    later = UPLOADED_AT + 2 * UNDER_WAY_S
    assert is_abandoned(unfinished(), NOW)
    assert not is_abandoned(remote(), later)
    assert not is_abandoned(unfinished(), None)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"exposed_meta_datastore": {"ALIAS": "release"}}, True),
        ({"exposed_meta_datastore": {}}, False),
        ({"exposed_meta_datastore": None, "user_env_key": "ANDROID_KEYSTORE_TWO"}, True),
        ({"user_env_key": "GOOGLE_SERVICES"}, False),
    ],
)
def test_names_of_keystores_among_project_files(entry: dict[str, Any], expected: bool) -> None:
    assert can_be_keystore(entry) is expected


def test_a_file_that_cannot_be_compared_needs_the_evidence_of_the_declared_bytes() -> None:
    assert needs_own_evidence(PROFILE, desired(), Candidates((protected(),)))
