# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A renewed certificate and the profiles that embed it: each app always has a pair, wherever a run ends."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.fleet import ONE, TWO, Fleet, FleetTask, check_then_run_then_rerun, declared, digests
from tests.helpers.service import CERTIFICATES, KEYSTORES, PROFILES, PROJECT_FILES, a_file, sha256

OLD_KEY, NEW_KEY = b"the old key", b"the new key"
# The bytes of a profile name the key that it embeds.
HELD = {
    CERTIFICATES: [a_file("dist.p12", OLD_KEY, certificate_password="one")],
    PROFILES: [a_file("shop", b"shop, old key"), a_file("watch", b"watch, old key", is_protected=True)],
}
APPS = (ONE, TWO)


def rotation(fleet: Fleet, apps: Any = APPS, **options: Any) -> FleetTask:
    fleet.holds(dict.fromkeys(apps, HELD))
    return fleet.task(
        apps,
        build_certificates=[declared("dist.p12", NEW_KEY)],
        provisioning_profiles=[
            declared("shop", b"shop, new key"),
            declared("watch", b"watch, new key", on_unverifiable="replace"),
        ],
        **options,
    )


def check_there_is_a_pair(fleet: Fleet) -> None:
    """Check that both bundles have an embedded certificate in the app, at the moment at which a build might start."""
    for app in APPS:
        keys = {digest for _name, digest in fleet.contents(CERTIFICATES)[app]}
        profiles = {digest for _name, digest in fleet.contents(PROFILES)[app]}
        for bundle in (b"shop", b"watch"):
            old = sha256(OLD_KEY) in keys and sha256(bundle + b", old key") in profiles
            new = sha256(NEW_KEY) in keys and sha256(bundle + b", new key") in profiles
            assert old or new


@pytest.mark.parametrize("nth", [7, 9, 11])
def test_an_upload_fails(fleet: Fleet, nth: int) -> None:
    """Keep all old files until all new ones are uploaded, and say so in the message."""
    task = rotation(fleet, concurrency=1)
    fleet.emulator.fault(path=f"/{ONE}/", nth=nth, status=500)
    failed = task.result()
    check_there_is_a_pair(fleet)
    assert {action["action"] for action in failed["apps"][ONE]["actions"]} == {"upload"}
    assert "Replaced files that still exist: dist.p12" in failed["apps"][ONE]["error"]["msg"]
    fleet.emulator.clear_faults()
    task.run()
    check_all_is_new(fleet)


def test_order_of_all_actions(fleet: Fleet) -> None:
    task = rotation(fleet, [ONE])
    task.run()
    assert [(action["action"], action["name"]) for action in task.fleet.task([ONE]).run()["actions"]] == []
    fleet.holds({ONE: HELD})
    done = [(action["action"], action["name"]) for action in task.run()["apps"][ONE]["actions"]]
    names = ["dist.p12", "shop", "watch"]
    assert done == [("upload", name) for name in names] + [("delete", name) for name in names]


def test_the_diff_has_a_file_after_one_in_sync(fleet: Fleet) -> None:
    fleet.holds({ONE: {PROFILES: [a_file("shop", b"shop")]}})
    files = [declared("shop", b"shop"), declared("watch", b"watch")]
    done = fleet.task([ONE], provisioning_profiles=files).run(check_mode=True)
    assert list(done["apps"][ONE]["diff"]["after"][PROFILES]) == ["watch"]


def test_the_diff_of_a_flag(fleet: Fleet) -> None:
    fleet.holds({ONE: {PROFILES: [a_file("shop", b"shop"), a_file("watch", b"watch")]}})
    done = fleet.task([ONE], provisioning_profiles=[declared("shop", b"shop", is_expose=False)]).run(check_mode=True)
    diff = done["apps"][ONE]["diff"]
    assert [list(diff[side][PROFILES]) for side in ("before", "after")] == [["shop"], ["shop"]]
    assert [diff[side][PROFILES]["shop"]["is_expose"] for side in ("before", "after")] == [True, False]


def check_all_is_new(fleet: Fleet) -> None:
    assert fleet.complete(CERTIFICATES) == dict.fromkeys(APPS, digests(**{"dist.p12": NEW_KEY}))
    profiles = digests(shop=b"shop, new key", watch=b"watch, new key")
    assert fleet.complete(PROFILES) == dict.fromkeys(APPS, profiles)


def test_all_kinds_in_one_task(fleet: Fleet) -> None:
    """Reconcile keystores and project files together with the others, and purge all kinds."""
    keystores = [a_file("old.jks", b"x"), a_file("release.jks", b"an old one", keystore_file_name="RELEASE")]
    files = [a_file("a.json", b"x", user_env_key="A"), a_file("b.json", b"x", user_env_key="B")]
    fleet.holds({ONE: {KEYSTORES: keystores, PROJECT_FILES: files}, TWO: {}})
    kinds = [CERTIFICATES, PROFILES, KEYSTORES, PROJECT_FILES]
    done = check_then_run_then_rerun(
        fleet.task(
            [ONE, {"app_slug": TWO, KEYSTORES: [declared("own.jks", b"its own")]}],
            android_keystores=[declared("release.jks", b"new", alias="upload", password="hush-hush")],
            project_files=[declared("a.json", b"new", user_env_key="A", is_expose=False)],
            purge=kinds,
        )
    )
    assert "hush-hush" not in str(done)
    assert fleet.contents(KEYSTORES) == {
        ONE: digests(**{"release.jks": b"new"}),
        TWO: digests(**{"own.jks": b"its own", "release.jks": b"new"}),
    }
    assert [file["user_env_key"] for file in fleet.files(ONE, KEYSTORES)] == ["ANDROID_KEYSTORE_RELEASE"]
    # By their names, not by their order in the declaration.
    assert {file["upload_file_name"]: file["user_env_key"] for file in fleet.files(TWO, KEYSTORES)} == {
        "own.jks": "ANDROID_KEYSTORE",
        "release.jks": "ANDROID_KEYSTORE_release",
    }
    assert fleet.contents(PROJECT_FILES) == dict.fromkeys(APPS, digests(**{"a.json": b"new"}))


def test_several_files_of_one_name_each_by_its_slug(fleet: Fleet) -> None:
    fleet.holds({ONE: {PROFILES: [a_file("dist", b"one"), a_file("dist", b"two")]}})
    slugs = [file["slug"] for file in fleet.files(ONE, PROFILES)]
    entries = [declared("dist", content, slug=slug) for content, slug in zip((b"one", b"two"), slugs, strict=True)]
    assert fleet.task([ONE], provisioning_profiles=entries).run()["changed"] is False
    twice = [entries[0], {"slug": slugs[0]}]
    assert "declare the same file" in fleet.task([ONE], provisioning_profiles=twice).fail()["msg"]


def test_a_leftover_of_their_name_is_removed_once(fleet: Fleet) -> None:
    """Do not treat a leftover as a file that two entries declare."""
    held = [a_file("dist", b"one"), a_file("dist", b"two"), a_file("dist", None)]
    fleet.holds({ONE: {PROFILES: held}})
    slugs = [file["slug"] for file in fleet.files(ONE, PROFILES)]
    entries = [declared("dist", content, slug=slug) for content, slug in zip((b"one", b"two"), slugs, strict=False)]
    done = check_then_run_then_rerun(fleet.task([ONE], provisioning_profiles=entries))
    assert [action["reason"] for action in done["actions"]] == ["leftover"]
    assert fleet.contents(PROFILES)[ONE] == sorted([("dist", sha256(b"one")), ("dist", sha256(b"two"))])


def test_digests_of_project_files_are_kept(fleet: Fleet) -> None:
    """Download project files once with a cache, because the service lists no digests of them."""
    fleet.holds({ONE: {PROJECT_FILES: [a_file("a.json", b"new", user_env_key="A")]}})
    entry = declared("a.json", b"new", user_env_key="A")
    task = fleet.task([ONE], project_files=[entry], digest_cache=str(fleet.folder / "digests"))
    assert task.asked_by() == {"list": 1, "show": 1, "get": 1}
    assert task.asked_by() == {"list": 1}
