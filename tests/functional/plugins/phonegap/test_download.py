# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""phonegap_download: complete packages, and errors if there is none."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.generated import GeneratedBytes
from tests.helpers.tasks import Task

from .service import DOWNLOAD_MODULE, PhoneGap

PACKAGE = b"a package " * 1000
DIGEST = hashlib.sha256(PACKAGE).hexdigest()


@pytest.fixture(autouse=True)
def app(phonegap: PhoneGap) -> None:
    builds = {
        "android": {"content": PACKAGE.decode()},
        "webos": {"status": "pending"},
        "winphone": {"status": "error", "error": "SDK was withdrawn"},
        "symbian": {"status": "skip"},
    }
    phonegap.holds({"title": "Shop", "builds": builds})


def task(phonegap: PhoneGap, dest: Path | str, **options: Any) -> Task:
    return phonegap.make(DOWNLOAD_MODULE, **{"app_id": 1, "platform": "android", "dest": str(dest), **options})


def test_new_then_there(phonegap: PhoneGap, tmp_path: Path) -> None:
    download = task(phonegap, tmp_path)
    path = tmp_path / "Shop-release.apk"
    checked = download.run(check_mode=True, diff=True)
    assert not path.exists()
    done = download.run(diff=True)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (PACKAGE, 0o600)
    assert (done["dest"], done["size"], done["sha256"]) == (str(path), len(PACKAGE), DIGEST)
    for key in ("changed", "actions", "diff"):
        assert checked[key] == done[key]
    for check_mode in (True, False):
        again = download.run(check_mode=check_mode, diff=True)
        assert (again["changed"], again["actions"]) == (False, [])
    path.write_text("something else")
    assert download.run()["changed"] is True
    assert path.read_bytes() == PACKAGE


def test_requests_have_no_credentials_for_the_storage(phonegap: PhoneGap, tmp_path: Path) -> None:
    phonegap.forget()
    task(phonegap, tmp_path).run()
    storage = phonegap.emulator.requests(area="storage")
    assert [line for line in phonegap.lines() if "_storage" not in line] == ["GET /apps/1", "GET /apps/1/android"]
    # The storage refuses a request with an Authorization header.
    assert [entry["status"] for entry in storage] == [200]


def test_a_checksum_spares_the_download(phonegap: PhoneGap, tmp_path: Path) -> None:
    download = task(phonegap, tmp_path / "app.apk", checksum=f"sha256:{DIGEST}")
    assert download.run()["changed"] is True
    phonegap.forget()
    assert download.run()["changed"] is False
    assert phonegap.emulator.requests(area="storage") == []
    failed = task(phonegap, tmp_path / "other.apk", checksum="sha256:" + "0" * 64).fail()
    assert failed["error"]["kind"] == "checksum"
    assert not (tmp_path / "other.apk").exists()


def test_a_download_continues_after_an_interruption(phonegap: PhoneGap, tmp_path: Path) -> None:
    phonegap.holds({"title": "Shop", "builds": {"android": {"size_bytes": 2_000_000}}})
    phonegap.emulator.fault(truncate=1_000_000, path="^/_storage/", nth=1)
    result = task(phonegap, tmp_path, max_retries=2).run()
    whole = GeneratedBytes("phonegap/apps/1/1/android/Shop-release.apk", 2_000_000)
    assert (result["size"], result["sha256"]) == (2_000_000, whole.sha256())
    statuses = [entry["status"] for entry in phonegap.emulator.requests(area="storage")]
    assert statuses == [200, 206]


def test_an_expired_url_is_requested_again(phonegap: PhoneGap, tmp_path: Path) -> None:
    phonegap.emulator.fault(advance_s=700, path="^/_storage/", nth=1)
    assert task(phonegap, tmp_path).run()["sha256"] == DIGEST


@pytest.mark.parametrize(
    ("platform", "words"),
    [
        ("webos", "its build is not over yet. Wait for it with mobileops.ci.phonegap_build"),
        ("ios", "it has no signing key. Choose one"),
        ("symbian", "the config.xml of the app excludes this platform"),
        ("winphone", "its build failed: SDK was withdrawn"),
        ("amiga", "has no build for amiga, only for: android"),
    ],
)
def test_no_package(phonegap: PhoneGap, tmp_path: Path, platform: str, words: str) -> None:
    failed = task(phonegap, tmp_path, platform=platform).fail()
    assert (failed["error"]["kind"], words in failed["msg"]) == ("no_package", True), failed["msg"]


def test_a_response_that_is_no_redirect(phonegap: PhoneGap, tmp_path: Path) -> None:
    phonegap.emulator.fault(status=200, path="/android$")
    assert "the response is not a redirect" in task(phonegap, tmp_path).fail()["msg"]
