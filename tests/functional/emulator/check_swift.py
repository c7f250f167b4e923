# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator with an S3-compatible store. Not part of the usual tests.

Install it with `pip install swift`, then run `pytest tests/functional/emulator/check_swift.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.process import Emulator

from .client import CERTIFICATES, PROFILES, Api, storage
from .conftest import small_fixture
from .swift_store import ACCESS_KEY, SECRET_KEY, SwiftStore


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    folder: Path = tmp_path_factory.mktemp("swift")
    credentials = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}
    with SwiftStore(folder) as swift:
        arguments = ("--storage", f"{swift.url}/userfiles")
        with Emulator(small_fixture(), arguments=arguments, environment=credentials) as running:
            yield running
        assert not running.error_output


def test_create_upload_and_delete_a_file(emulator: Emulator, owner: Api) -> None:
    path = f"/apps/one/{CERTIFICATES}"
    slot = owner.create("one", CERTIFICATES, "Übung 1.p12", 5)
    assert owner.send("POST", f"{path}/{slot['slug']}/uploaded").status_code == 400
    assert storage("PUT", slot["upload_url"], data=b"hello").status_code == 200
    confirmed = owner.send("POST", f"{path}/{slot['slug']}/uploaded").json()["data"]
    assert confirmed["file_sha256"] == hashlib.sha256(b"hello").hexdigest()
    url = owner.data(f"{path}/{slot['slug']}")["download_url"]
    assert storage("GET", url).content == b"hello"
    assert owner.send("DELETE", f"{path}/{slot['slug']}").status_code == 200
    assert storage("GET", url).status_code == 404


def test_storage_errors(emulator: Emulator, owner: Api) -> None:
    # Unlike S3, Swift ignores an Authorization header.
    url = owner.create("one", PROFILES, "a", 5)["upload_url"]
    responses = [
        storage("PUT", url, data=b"hell"),
        storage("PUT", url, data=iter([b"hello"])),
        storage("GET", url),
        storage("PUT", url.replace("X-Amz-Expires=600", "X-Amz-Expires=601"), data=b"hello"),
    ]
    assert all(400 <= response.status_code < 600 for response in responses), [
        response.status_code for response in responses
    ]
    assert storage("PUT", url, data=b"hello").status_code == 200


def test_fixture_replaces_objects(emulator: Emulator, owner: Api) -> None:
    emulator.load(
        {"apps": [{"title": "A", "slug": "a", "provisioning_profiles": [{"name": "p", "content": "profile"}]}]}
    )
    [item] = owner.data(f"/apps/a/{PROFILES}")
    assert storage("GET", owner.data(f"/apps/a/{PROFILES}/{item['slug']}")["download_url"]).content == b"profile"
    assert emulator.state()["apps"]["a"]["provisioning_profiles"][0]["stored_bytes"] == 7
