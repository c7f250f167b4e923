# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of a whole app: its phases, files of several declarations, keys of keystores, and purges."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.evidence import marker_name
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    ANDROID_KEYSTORE,
    BUILD_CERTIFICATE,
    PROJECT_FILE,
    PROVISIONING_PROFILE,
    FileKind,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import RemoteFile
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.plan_app import PHASES, AppPlan, FilePlan
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.purge import (
    check_total_limit,
    reject_large_total,
)
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import CiError, OptionError, RejectedError
from ansible_collections.mobileops.ci.plugins.module_utils._core.text import plural

from .building import NAME, OTHER, desired, marker, plan, plan_all, protected, refusal, remote, slug, unfinished, words


def phases(made: AppPlan | FilePlan) -> dict[str, list[str]]:
    return {phase: words(made.actions_of(phase)) for phase in PHASES if made.actions_of(phase)}


def test_phases_of_a_replacement() -> None:
    made = plan(desired(is_protected=True), remote(**OTHER), unfinished())
    assert phases(made) == {
        "upload": ["upload is_protected=True"],
        "delete": ["delete A replaced"],
        "delete_leftovers": ["delete S leftover"],
    }


def test_phases_of_a_rerun() -> None:
    made = plan(desired(is_expose=False), protected("A"), remote("B"), marker(), unfinished())
    assert phases(made) == {
        "update": ["update B is_expose=False"],
        "delete": ["delete A replaced"],
        "protect": ["update B is_protected=True"],
        "delete_leftovers": ["delete S leftover", "delete M leftover"],
    }
    assert made.files[0].decision.needs_marker


def test_phases_of_a_project_file_with_an_unfinished_upload() -> None:
    """Delete the unfinished upload first, which may hold the key. A marker has its own key, and stays until the end."""
    files = [protected(**OTHER, env_key="KEY"), unfinished(env_key="KEY"), marker()]
    made = plan(desired(env_key="KEY"), *files, kind=PROJECT_FILE)
    assert phases(made) == {
        "clear": ["delete S leftover"],
        "upload": ["upload is_protected=True, user_env_key=KEY"],
        "delete": ["delete A replaced"],
        "delete_leftovers": ["delete M leftover"],
    }


def test_phases_of_a_project_file_that_is_deleted_first() -> None:
    declared = desired(env_key="KEY", replace_order="delete_first")
    made = plan(declared, remote(**OTHER, env_key="KEY"), kind=PROJECT_FILE)
    assert phases(made) == {"clear": ["delete A replaced"], "upload": ["upload user_env_key=KEY"]}


@pytest.mark.parametrize(
    ("file", "fields", "option"),
    [
        ({}, {"env_key": None}, "user_env_key"),
        ({"is_expose": False}, {}, "is_expose"),
        ({"is_protected": True}, {}, "is_protected"),
    ],
)
def test_options_that_an_interrupted_run_could_not_know_are_required(
    file: dict[str, Any], fields: dict[str, Any], option: str
) -> None:
    declared = desired(**{"env_key": "KEY", "replace_order": "delete_first", **fields})
    error = refusal(declared, remote(**{**OTHER, "env_key": "KEY", **file}), kind=PROJECT_FILE)
    assert error.kind == "option"
    assert str(error).startswith(f"{option} is required with replace_order=delete_first")


def test_all_new_files_come_before_the_first_deletion() -> None:
    declared = {
        PROVISIONING_PROFILE: [desired(name="a.mobileprovision")],
        BUILD_CERTIFICATE: [desired(name="b.p12"), desired(name="a.p12")],
    }
    observed = {
        PROVISIONING_PROFILE: [remote("A", name="a.mobileprovision", **OTHER)],
        BUILD_CERTIFICATE: [
            remote("B", name="a.p12", **OTHER, password=""),
            remote("C", name="b.p12", **OTHER, password=""),
        ],
    }
    made = plan_all(declared, observed)
    assert words(made) == ["upload"] * 3 + ["delete B replaced", "delete C replaced", "delete A replaced"]
    assert [action.name for action in made.actions][:3] == ["a.p12", "b.p12", "a.mobileprovision"]
    assert [one.desired.name for one in made.files] == ["b.p12", "a.p12", "a.mobileprovision"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"slug": slug("A")}, {}),
        ({"name": None, "slug": slug("A"), "sha256": None, "size": None}, {"is_expose": True}),
        ({"name": "f\u00fc"}, {"name": "fu\u0308"}),
    ],
)
def test_two_declarations_of_one_file_are_refused(one: dict[str, Any], other: dict[str, Any]) -> None:
    name = other.get("name", NAME)
    declared = {PROVISIONING_PROFILE: [desired(**one), desired(**other)]}
    with pytest.raises(OptionError) as caught:
        plan_all(declared, {PROVISIONING_PROFILE: [remote(name=name)]})
    assert str(caught.value).startswith("provisioning_profiles: two entries for app app1 declare the same file:")


def test_files_of_one_name_may_be_declared_by_their_slugs() -> None:
    declared = [desired(slug=slug("A")), desired(slug=slug("B"), **OTHER)]
    files = [remote("A", **OTHER, identity="x"), remote("B", **OTHER), unfinished()]
    made = plan_all({PROVISIONING_PROFILE: declared}, {PROVISIONING_PROFILE: files})
    assert words(made) == ["upload", "delete A replaced", "delete S leftover"]


def test_the_oldest_of_several_slugs_removes_the_leftover() -> None:
    """Give the same plan for any order of the declarations."""
    declared = [desired(slug=slug("B"), **OTHER), desired(slug=slug("A"))]
    files = [remote("A", **OTHER, identity="x"), remote("B", **OTHER), unfinished()]
    made = plan_all({PROVISIONING_PROFILE: declared}, {PROVISIONING_PROFILE: files})
    assert [words(one.actions_of("delete_leftovers")) for one in made.files] == [[], ["delete S leftover"]]


FIRST = "ANDROID_KEYSTORE"


def keystores(*declared: dict[str, Any], files: list[RemoteFile], reverse: bool = False) -> AppPlan:
    some = [desired(**values) for values in declared]
    return plan_all({ANDROID_KEYSTORE: some[::-1] if reverse else some}, {ANDROID_KEYSTORE: files})


@pytest.mark.parametrize("reverse", [False, True])
def test_the_keystore_that_had_the_first_key_gets_it_again(reverse: bool) -> None:
    first_order: dict[str, Any] = {"replace_order": "delete_first"}
    files = [
        remote("A", name="z.jks", **OTHER, env_key=FIRST),
        remote("B", name="a.jks", **OTHER, env_key=f"{FIRST}_TWO"),
    ]
    declared = [{"name": "a.jks", "keystore_name": "TWO", **first_order}, {"name": "z.jks", **first_order}]
    made = keystores(*declared, files=files, reverse=reverse)
    uploads = made.actions_of("upload")
    assert words(made.actions_of("clear")) == ["delete A replaced", "delete B replaced"]
    assert [(upload.name, upload.env_key) for upload in uploads] == [  # type: ignore[attr-defined]
        ("z.jks", FIRST),
        ("a.jks", f"{FIRST}_TWO"),
    ]
    assert "keystore_file_name" not in uploads[0].creation  # type: ignore[attr-defined]


def test_the_first_key_is_lost_beside_another_keystore() -> None:
    files = [remote("A", **OTHER, env_key=FIRST), remote("B", name="x", env_key=f"{FIRST}_TWO")]
    for order in ("upload_first", "delete_first"):
        error = refusal(desired(replace_order=order), *files, kind=ANDROID_KEYSTORE)
        assert error.kind == "env_key"
        assert "Set keystore_name=NAME to accept the key ANDROID_KEYSTORE_NAME" in str(error)


@pytest.mark.parametrize("reverse", [False, True])
def test_a_keystore_without_a_name_comes_before_one_with_a_name(reverse: bool) -> None:
    """Give the first key to the first keystore of an app, whatever its name is."""
    made = keystores({"name": "a.jks", "keystore_name": "TWO"}, {"name": "z.jks"}, files=[], reverse=reverse)
    creations = {file.decision.desired.name: file.actions_of("upload")[0].creation for file in made.files}  # type: ignore[attr-defined]
    assert "keystore_file_name" not in creations["z.jks"]
    assert creations["a.jks"]["keystore_file_name"] == "TWO"


def test_the_keystore_that_had_the_first_key_comes_before_a_new_one_without_a_name() -> None:
    files = [remote("A", name="z.jks", **OTHER, env_key=FIRST)]
    made = keystores({"name": "a.jks"}, {"name": "z.jks", "replace_order": "delete_first"}, files=files)
    named = {upload.name: "keystore_file_name" in upload.creation for upload in made.actions_of("upload")}  # type: ignore[attr-defined]
    assert named == {"z.jks": False, "a.jks": True}


def test_a_second_keystore_gets_a_name_of_its_own_in_an_app_that_had_none() -> None:
    made = keystores({"name": "a.jks"}, {"name": "z.jks"}, files=[])
    names = [upload.creation.get("keystore_file_name") for upload in made.actions_of("upload")]  # type: ignore[attr-defined]
    assert names[0] is None
    assert names[1]


def test_a_further_keystore_keeps_its_key() -> None:
    made = plan(desired(), remote(**OTHER, env_key=f"{FIRST}_TWO"), kind=ANDROID_KEYSTORE)
    assert phases(made) == {"upload": ["upload keystore_file_name=TWO"], "delete": ["delete A replaced"]}


def test_the_first_key_is_not_lost_to_an_upload_under_way() -> None:
    young, old = unfinished(age_s=600, env_key=FIRST), unfinished(env_key=FIRST)
    error = refusal(desired(), young, kind=ANDROID_KEYSTORE)
    assert error.kind == "env_key"
    assert "may still be in progress. Run again after" in str(error)
    made = plan(desired(), old, kind=ANDROID_KEYSTORE)
    assert phases(made) == {"clear": ["delete S leftover"], "upload": ["upload"]}


def test_leftovers_that_a_later_plan_deletes_are_counted() -> None:
    files = [unfinished("S"), unfinished("T", age_s=600), unfinished("X", age_s=60), unfinished("V", name="x")]
    files.append(unfinished("W", slug="no-ulid"))
    assert plan(desired(), *files).leftover_count == 2
    assert plan(desired(present=False), *files[:2]).leftover_count == 1
    # Without content, a plan never deletes them.
    assert plan(desired(sha256=None, size=None), remote(), *files).leftover_count == 0


def test_the_first_keystore_is_expected_to_get_the_first_key() -> None:
    young = unfinished(age_s=600, env_key=FIRST)
    for files in ((), (young,)):
        made = plan(desired(replace_order="delete_first"), *files, kind=ANDROID_KEYSTORE)
        assert made.files[0].upload is not None
        assert made.files[0].upload.env_key == FIRST


@pytest.mark.parametrize(
    ("declared", "private_key_password"),
    [
        ({}, "one"),
        ({"alias": "b"}, "one"),
        ({"password": "two"}, "two"),
        ({"password": "two", "private_key_password": "three"}, "three"),
    ],
)
def test_the_default_of_private_key_password_is_the_declared_password(
    declared: dict[str, str], private_key_password: str
) -> None:
    old = {"alias": "a", "password": "one", "private_key_password": "one"}
    made = plan(
        desired(keystore=declared, keystore_name="x"),
        remote(**OTHER, created_with=old, env_key=FIRST),
        kind=ANDROID_KEYSTORE,
    )
    assert made.files[0].upload is not None
    assert made.files[0].upload.creation["private_key_password"] == private_key_password


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        pytest.param(remote(name="x"), ["delete A undeclared"], id="undeclared"),
        pytest.param(protected(name="x"), ["delete A undeclared"], id="protected"),
        pytest.param(remote("B", **OTHER), [], id="declared-name"),
        pytest.param(remote(name="fu\u0308"), [], id="declared-name-in-another-form"),
        pytest.param(unfinished(name="x"), ["delete S undeclared"], id="old-upload"),
        pytest.param(unfinished(name="x", age_s=600), [], id="upload-under-way"),
        pytest.param(unfinished(name="x", slug="no-ulid"), [], id="upload-of-unknown-age"),
        pytest.param(marker(of="x"), ["delete M leftover"], id="old-marker"),
        pytest.param(unfinished(name=marker_name("x"), age_s=600), [], id="marker-of-another-run"),
        pytest.param(marker(of=NAME), [], id="marker-of-a-declared-name"),
        pytest.param(marker(of="fu\u0308"), [], id="marker-of-a-declared-name-in-another-form"),
    ],
)
@pytest.mark.parametrize("kind", [BUILD_CERTIFICATE, PROVISIONING_PROFILE], ids=lambda kind: str(kind.name))
def test_purge(kind: FileKind, file: RemoteFile, expected: list[str]) -> None:
    declared = {kind: [desired(slug=slug("C")), desired(name="f\u00fc", sha256=None, size=None, present=False)]}
    if file.name == "fu\u0308":
        declared[kind][1] = desired(name="f\u00fc")
    observed = {kind: [remote("C"), file]}
    assert words(plan_all(declared, observed, purge=frozenset({kind.plural})).purge) == expected
    assert plan_all(declared, observed).purge == ()


def test_a_marker_of_a_file_that_is_declared_by_its_slug_is_not_purged() -> None:
    flags = desired(name=None, slug=slug("A"), sha256=None, size=None)
    made = plan_all(
        {PROVISIONING_PROFILE: [flags]},
        {PROVISIONING_PROFILE: [remote(), marker(), marker("N", of="x")]},
        purge=frozenset({"provisioning_profiles"}),
        max_purge=0,
    )
    assert words(made.purge) == ["delete N leftover"]


def test_the_limit_of_a_purge_counts_a_file_with_the_name_of_a_marker() -> None:
    files = [remote("A", name=marker_name("x")), marker(of="y")]
    with pytest.raises(RejectedError, match="purge: 1 undeclared file of"):
        plan_all(
            {PROVISIONING_PROFILE: []},
            {PROVISIONING_PROFILE: files},
            purge=frozenset({"provisioning_profiles"}),
            max_purge=0,
        )


def test_purge_of_a_kind_without_declarations() -> None:
    declared: dict[FileKind, list[Any]] = {PROVISIONING_PROFILE: [], BUILD_CERTIFICATE: []}
    observed = {kind: [remote(name=kind.name)] for kind in declared}
    made = plan_all(declared, observed, purge=frozenset({"provisioning_profiles", "android_keystores"}))
    assert [action.name for action in made.purge] == ["provisioning_profile"]


def test_purge_keeps_a_project_file_that_is_declared_by_its_key() -> None:
    files = [remote("A", name="old name", env_key="KEY"), remote("B", name="other", env_key="OTHER")]
    declared = {PROJECT_FILE: [desired(env_key="KEY")]}
    made = plan_all(declared, {PROJECT_FILE: files}, purge=frozenset({"project_files"}))
    assert words(made) == ["delete B undeclared"]


def test_a_large_purge_of_an_app_is_refused() -> None:
    files = [remote("A", name="b"), remote("B", name="a"), remote("C", name="c"), remote("D")]
    purge = frozenset({"provisioning_profiles"})
    assert len(plan(desired(), *files, purge=purge, max_purge=3).purge) == 3
    error = refusal(desired(), *files, purge=purge, max_purge=2)
    assert error.kind == "max_purge"
    assert "3 undeclared files of app app1 would be deleted, more than max_purge=2: a, b, c." in str(error)


@pytest.mark.parametrize(("count", "is_cut"), [(6, False), (7, True)])
def test_the_message_about_a_large_purge_of_an_app_lists_five_more_files(count: int, is_cut: bool) -> None:
    files = [remote(letter, name=f"x{letter}") for letter in "ABCDEFG"[:count]]
    error = refusal(desired(present=False), *files, purge=frozenset({"provisioning_profiles"}), max_purge=1)
    assert (", ..." in str(error)) is is_cut


@pytest.mark.parametrize(
    ("counts", "observed", "limit", "max_purge", "is_refused"),
    [
        pytest.param([8, 8], 40, "25%", 10, True, id="above-the-percentage"),
        pytest.param([5, 5], 40, "25%", 0, False, id="at-the-percentage"),
        pytest.param([5, 5], 20, "25%", 10, False, id="never-less-than-max_purge"),
        pytest.param([6, 5], 20, "25%", 10, True, id="more-than-max_purge"),
        pytest.param([8, 8], 1000, 15, 10, True, id="above-the-number"),
        pytest.param([8, 7], 15, 15, 0, False, id="at-the-number"),
        pytest.param([8, 7], 15, "15", 0, False, id="number-as-text"),
        pytest.param([1], 1000, 0, 10, True, id="number-may-be-less-than-max_purge"),
        pytest.param([0, 0], 0, 0, 0, False, id="nothing-to-delete"),
        pytest.param([3], 3, "100%", 0, False, id="everything-accepted"),
    ],
)
def test_a_large_purge_of_a_task(
    counts: list[int], observed: int, limit: int | str, max_purge: int, is_refused: bool
) -> None:
    files_of = {
        **{f"app{number}": ["x", *"b" * (count - 1)][:count] for number, count in enumerate(counts)},
        "other": [],
    }
    if not is_refused:
        reject_large_total(files_of, observed, limit, max_purge)
        return
    with pytest.raises(RejectedError) as caught:
        reject_large_total(files_of, observed, limit, max_purge)
    assert caught.value.kind == "max_purge_total"
    files, apps = plural(sum(counts), "undeclared file"), plural(len(counts), "app")
    assert f"purge: {files} in {apps} would be deleted" in str(caught.value)
    assert f"app0 ({counts[0]}: " in str(caught.value)
    assert "No app was changed." in str(caught.value)


def test_the_message_about_a_large_purge_lists_ten_apps() -> None:
    files_of = {f"app{number:02}": ["x", "b"][number % 2 :] for number in range(12)}
    with pytest.raises(RejectedError) as caught:
        reject_large_total(files_of, 18, 5, 0)
    assert "app00 (2: b, x), app02 (2: b, x)" in str(caught.value)
    assert "app07 (1: b) and 2 more." in str(caught.value)


def test_the_message_about_a_large_purge_names_three_files_of_an_app() -> None:
    with pytest.raises(RejectedError, match=r": one \(5: a, b, c and 2 more\), two \(1: z\)\."):
        reject_large_total({"two": ["z"], "one": ["e", "d", "c", "b", "a"], "none": []}, 18, 5, 0)


@pytest.mark.parametrize("limit", [0, 5, "7", 250, "1000", "0%", "25%", "100%", " 25 % "])
def test_limits_of_a_purge(limit: int | str) -> None:
    check_total_limit(limit)


@pytest.mark.parametrize("limit", ["", "%", "-1", -1, "101%", "2.5%", "many", "25%%"])
def test_wrong_limits_of_a_purge(limit: int | str) -> None:
    with pytest.raises(OptionError, match="must be a number of files, or a percentage up to 100% such as 25%, got "):
        check_total_limit(limit)


def test_an_error_in_one_declaration_plans_nothing() -> None:
    declared = {PROVISIONING_PROFILE: [desired(), desired(name="x", is_protected=False)]}
    with pytest.raises(CiError) as caught:
        plan_all(declared, {PROVISIONING_PROFILE: [protected("A", name="x")]})
    assert caught.value.kind == "one_way_flag"
