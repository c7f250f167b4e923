# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The digest cache: the requests that it saves, and files that it cannot use."""

from __future__ import annotations

import multiprocessing
import sqlite3
from pathlib import Path

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise import digest_cache
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.digest_cache import DigestCache
from tests.helpers.digest_caches import API, DOWNLOAD, NEW, NO_DOWNLOAD, OTHER_API, filled
from tests.helpers.fleet import APPS, ONE, TWO, Fleet, FleetTask, check_then_run_then_rerun, declared, digests
from tests.helpers.service import CERTIFICATES, PROFILES, a_file, sha256

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])


def test_a_filled_cache_saves_all_downloads(cached: FleetTask) -> None:
    assert cached.asked_by() == DOWNLOAD
    assert cached.asked_by() == NO_DOWNLOAD
    assert cached.asked_by(check_mode=True) == NO_DOWNLOAD


def test_one_list_request_for_each_kind_and_app(fleet: Fleet, path: Path) -> None:
    """Fill the cache by uploads, also if the service lists no digests of certificates."""
    fleet.holds(APPS[:6])
    fleet.emulator.options(hash_fields=False)
    task = fleet.task(
        APPS[:6],
        build_certificates=[declared("dist.p12", b"key"), declared("more.p12", b"more")],
        provisioning_profiles=[declared("dist", NEW), declared("own", b"other", is_protected=True)],
        purge=[CERTIFICATES, PROFILES],
        digest_cache=str(path),
    )
    task.run()
    assert task.asked_by() == {"list": 12}


def test_results_are_the_same(fleet: Fleet, path: Path) -> None:
    fleet.holds({ONE: {PROFILES: [a_file("dist", NEW[::-1])]}, TWO: {PROFILES: [a_file("dist", NEW)]}})
    task = fleet.task([ONE, TWO], provisioning_profiles=[declared("dist", NEW)], digest_cache=str(path))
    with_cache = check_then_run_then_rerun(task)
    assert with_cache["summary"]["uploaded"] == 1
    without = task.with_options(digest_cache=None).run()
    assert without["apps"][ONE]["files"] == with_cache["apps"][ONE]["files"]
    assert "warnings" not in with_cache


def test_a_protected_profile_can_be_verified(fleet: Fleet, path: Path) -> None:
    """Verify a profile that was uploaded from here, although the service gives neither its bytes nor a digest."""
    fleet.holds([ONE])
    one = [declared("dist", b"bytes 1", is_protected=True, on_unverifiable="fail")]
    task = fleet.task([ONE], provisioning_profiles=one, digest_cache=str(path))
    task.run()
    assert task.asked_by() == {"list": 1}
    assert task.with_options(digest_cache=None).fail()["error"]["kind"] == "unverifiable"

    other = task.with_options(provisioning_profiles=[declared("dist", b"bytes 2", on_unverifiable="trust")])
    assert other.run()["summary"]["uploaded"] == 1
    assert fleet.contents(PROFILES)[ONE] == digests(dist=b"bytes 2")


def test_check_mode_writes_nothing(cached: FleetTask, path: Path) -> None:
    cached.run(check_mode=True)
    assert not path.parent.exists()
    path.parent.mkdir()
    path.write_bytes(b"not a cache")
    cached.run(check_mode=True)
    assert ([*path.parent.iterdir()], path.read_bytes()) == ([path], b"not a cache")


def test_the_environment_names_the_cache(cached: FleetTask, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOBILEOPS_CI_DIGEST_CACHE", str(path))
    options = {name: value for name, value in cached.options.items() if name != "digest_cache"}
    FleetTask(cached.fleet, options, cached.env).run()
    assert path.is_file()


def test_the_cache_holds_slugs_and_digests(fleet: Fleet, path: Path) -> None:
    """Hold slugs and digests only, in a file and a folder that only the user can read."""
    fleet.holds([ONE])
    secrets = {"certificate_password": "c4n4ry-p4ssw0rd"}
    fleet.emulator.options(hash_fields=False)
    fleet.task(
        [ONE],
        build_certificates=[declared("n4me.p12", b"c4n4ry-c0ntent", **secrets)],
        provisioning_profiles=[declared("n4me", b"c4n4ry-c0ntent")],
        digest_cache=str(path),
    ).run()

    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    for secret in ("c4n4ry", "n4me", "127.0.0.1", fleet.emulator.tokens["owner"], "http"):
        assert secret.encode() not in path.read_bytes()
    with sqlite3.connect(path) as database:
        rows = database.execute("SELECT * FROM digest").fetchall()
    database.close()
    slugs = {file["slug"] for kind in (CERTIFICATES, PROFILES) for file in fleet.files(ONE, kind)}
    assert {name.partition("/")[2] for name, _digest, _checksum in rows} == slugs
    assert {digest for _name, digest, _checksum in rows} == {sha256(b"c4n4ry-c0ntent")}


def test_services_are_kept_apart(path: Path) -> None:
    entries = filled(path, 3)
    other = DigestCache(str(path), OTHER_API)
    assert [other.get(slug) for slug in entries] == [None] * 3
    other.put("slug1", sha256(b"something else"))
    other.save()
    assert DigestCache(str(path), API).get("slug1") == entries["slug1"]
    assert DigestCache(str(path), OTHER_API).get("slug1") == sha256(b"something else")


def write(path: str, writer: int, rounds: int) -> None:
    """Fill and save caches repeatedly, in a separate process."""
    for number in range(rounds):
        cache = DigestCache(path, API)
        for entry in range(20):
            cache.put(f"w{writer}r{number}e{entry}", sha256(b"%d" % entry))
        cache.save()
        assert cache.warnings == []


def test_several_writers_at_once(path: Path) -> None:
    writers = [PROCESSES.Process(target=write, args=(str(path), writer, 10)) for writer in range(2)]
    for process in writers:
        process.start()
    for process in writers:
        process.join(60)
    assert [process.exitcode for process in writers] == [0, 0]
    cache = DigestCache(str(path), API)
    slugs = [f"w{writer}r{number}e{entry}" for writer in range(2) for number in range(10) for entry in range(20)]
    assert [slug for slug in slugs if cache.get(slug) is None] == []
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_cache_that_another_process_locks(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Continue without the cache, with a warning."""
    monkeypatch.setattr(digest_cache, "BUSY_TIMEOUT_S", 0.05)
    filled(path)
    holder = sqlite3.connect(path)
    holder.execute("BEGIN EXCLUSIVE")
    cache = DigestCache(str(path), API)
    cache.put("new", sha256(b"new"))
    cache.save()
    holder.close()
    assert [warning.partition(f"{path} ")[2] for warning in cache.warnings] == [
        "cannot be read (database is locked). The task continues without it.",
        "cannot be written (database is locked). The task continues without it.",
    ]
    assert DigestCache(str(path), API).get("slug1") == sha256(b"1")


def test_the_cache_is_saved_after_a_failure(cached: FleetTask) -> None:
    apps = [*APPS[:4], "ffffffffffffffff"]
    cached.with_options(apps=apps).fail()
    assert cached.asked_by() == NO_DOWNLOAD


def test_a_python_without_sqlite(cached: FleetTask, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest_cache, "sqlite3", None)
    assert cached.run()["warnings"] == ["digest_cache is not used, because this Python has no module sqlite3."]
    assert not path.exists()
