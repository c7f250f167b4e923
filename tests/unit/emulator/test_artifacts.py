# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Artifacts, and bytes that nobody stores."""

from __future__ import annotations

import hashlib
import http.client
import time
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.emulator.generated import BLOCK, GeneratedBytes
from tests.emulator.process import Emulator, EmulatorError
from tests.unit.plugins.helpers.cases import exhaustive

from .client import Api, storage

BIG = 3 * BLOCK + 17
BUILD: dict[str, Any] = {
    "slug": "b",
    "artifacts": [
        {"slug": "x1", "title": "app.apk", "artifact_type": "android-apk", "content": "apk", "meta": {"id": "x"}},
        {"slug": "x2", "title": "notes.txt", "content": "notes"},
        {"slug": "x3", "title": "big.ipa", "artifact_type": "ios-ipa", "size_bytes": BIG},
        {"slug": "x4", "title": None, "artifact_type": None, "file_size_bytes": None, "size_bytes": 3},
    ],
}
PATH = "/apps/a/builds/b/artifacts"
CONTENT = GeneratedBytes("x3", BIG)


@pytest.fixture
def loaded(emulator: Emulator) -> Emulator:
    app = {"title": "A", "slug": "a", "builds": [BUILD], "roles": {"viewer": "viewer"}}
    emulator.load({"apps": [app]})
    return emulator


@pytest.fixture
def url(loaded: Emulator, owner: Api) -> str:
    found: str = owner.data(f"{PATH}/x3")["expiring_download_url"]
    return found


def test_list_and_show(loaded: Emulator, owner: Api) -> None:
    listed = owner.data(PATH)
    assert listed[0] == {
        "title": "app.apk",
        "artifact_type": "android-apk",
        "artifact_meta": {"id": "x"},
        "is_public_page_enabled": False,
        "slug": "x1",
        "file_size_bytes": 3,
        "intermediate_file_info": None,
    }
    assert listed[2]["file_size_bytes"] == BIG
    assert (listed[3]["title"], listed[3]["artifact_type"], listed[3]["file_size_bytes"]) == (None, None, None)
    pages = list(owner.pages(PATH, limit=3))
    assert [len(page["data"]) for page in pages] == [3, 1]
    assert pages[0]["paging"] == {"total_item_count": 4, "page_item_limit": 3, "next": "x4"}
    shown = owner.data(f"{PATH}/x1")
    assert storage("GET", shown["expiring_download_url"]).text == "apk"
    assert shown["public_install_page_url"] == ""
    assert owner.send("GET", f"{PATH}/x9").status_code == 404


def test_redirect_and_expiry(loaded: Emulator, owner: Api) -> None:
    redirect = owner.send("GET", f"{PATH}/x2?download=1")
    assert redirect.status_code == 302
    assert storage("GET", redirect.headers["Location"]).text == "notes"
    loaded.advance(601)
    assert storage("GET", redirect.headers["Location"]).status_code == 403


def test_public_page_and_delete(loaded: Emulator, owner: Api, viewer: Api) -> None:
    assert viewer.send("PATCH", f"{PATH}/x1", json={"is_public_page_enabled": True}).status_code == 403
    public = owner.send("PATCH", f"{PATH}/x1", json={"is_public_page_enabled": True}).json()["data"]
    assert public["public_install_page_url"].startswith("https://")
    for slug, body in (("x2", {"is_public_page_enabled": True}), ("x1", {}), ("x1", {"is_public_page_enabled": "yes"})):
        assert owner.send("PATCH", f"{PATH}/{slug}", json=body).status_code == 400
    shown = owner.data(f"{PATH}/x1")
    assert shown["is_public_page_enabled"] is True
    assert viewer.send("DELETE", f"{PATH}/x1").status_code == 403
    deleted = owner.send("DELETE", f"{PATH}/x1").json()["data"]
    assert (deleted["slug"], deleted["expiring_download_url"], deleted["public_install_page_url"]) == ("x1", None, "")
    assert owner.send("DELETE", f"{PATH}/x1").status_code == 404
    assert storage("GET", shown["expiring_download_url"]).status_code == 404
    assert [artifact["slug"] for artifact in owner.data(PATH)] == ["x2", "x3", "x4"]


def test_generated_bytes_are_the_same_wherever_one_starts() -> None:
    whole = CONTENT.read()
    assert len(whole) == BIG
    assert whole[:BLOCK] != whole[BLOCK : 2 * BLOCK]
    for start, end in ((0, 5), (BLOCK - 3, BLOCK + 3), (7, BIG), (2 * BLOCK, BIG + 9), (BIG, BIG)):
        assert CONTENT.read(start, end) == whole[start:end]
    assert CONTENT.sha256() == hashlib.sha256(whole).hexdigest()
    assert GeneratedBytes("x3", 3).read() == whole[:3]
    assert GeneratedBytes("other", BIG).read(0, 100) != whole[:100]


def test_a_generated_download(loaded: Emulator, url: str) -> None:
    answer = storage("GET", url)
    assert answer.content == CONTENT.read()
    assert answer.headers["Content-Length"] == str(BIG)
    entry = loaded.requests(area="storage")[-1]
    assert entry["bytes_out"] == BIG


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [("100-199", 100, 200), (f"{BLOCK}-", BLOCK, BIG), ("-5", BIG - 5, BIG), (f"0-{BIG * 2}", 0, BIG)],
)
def test_ranges(url: str, wanted: str, start: int, end: int) -> None:
    answer = storage("GET", url, headers={"Range": f"bytes={wanted}"})
    assert (answer.status_code, answer.headers["Content-Range"]) == (206, f"bytes {start}-{end - 1}/{BIG}")
    assert answer.content == CONTENT.read(start, end)


def test_ranges_that_do_not_fit(url: str) -> None:
    behind = storage("GET", url, headers={"Range": f"bytes={BIG}-"})
    assert (behind.status_code, behind.headers["Content-Range"]) == (416, f"bytes */{BIG}")
    changed = storage("GET", url, headers={"Range": "bytes=5-9", "If-Range": '"other"'})
    assert (changed.status_code, len(changed.content)) == (200, BIG)
    same = storage("GET", url, headers={"Range": "bytes=5-9", "If-Range": changed.headers["ETag"]})
    assert same.status_code == 206


@pytest.mark.parametrize(("cut", "length"), [(0.6, int(BIG * 0.6)), (2 * BLOCK + 1, 2 * BLOCK + 1), (True, BIG // 2)])
def test_an_interrupted_download(loaded: Emulator, url: str, cut: float, length: int) -> None:
    loaded.fault(truncate=cut, path="^/_storage/", nth=1)
    parts = urlsplit(url)
    with closing(http.client.HTTPConnection(parts.netloc, timeout=10)) as connection:
        connection.request("GET", f"{parts.path}?{parts.query}")
        with pytest.raises(http.client.IncompleteRead) as interrupted:
            connection.getresponse().read()
    body = interrupted.value.partial
    assert body == CONTENT.read(0, length)
    rest = storage("GET", url, headers={"Range": f"bytes={length}-"})
    assert body + rest.content == CONTENT.read()


@pytest.mark.parametrize("fault", [{"drop": "after"}, {"malformed": True}, {"status": 503, "after_effect": True}])
def test_other_faults_do_not_make_all_the_bytes(loaded: Emulator, url: str, fault: dict[str, Any]) -> None:
    loaded.fault(**fault, path="^/_storage/", nth=1)
    try:
        assert storage("GET", url).content != CONTENT.read()
    except requests.ConnectionError:
        assert "drop" in fault
    assert storage("GET", url).content == CONTENT.read()


def test_a_part_is_less_than_all(loaded: Emulator) -> None:
    with pytest.raises(EmulatorError, match="part between 0 and 1"):
        loaded.fault(truncate=1.5)


def test_digests_on_demand(loaded: Emulator) -> None:
    plain = loaded.state()["apps"]["a"]["builds"][0]["artifacts"]
    assert [artifact["stored_bytes"] for artifact in plain] == [3, 5, BIG, 3]
    assert plain[0]["sha256"] == hashlib.sha256(b"apk").hexdigest()
    assert plain[2]["sha256"] is None
    full = loaded.state(digests=True)["apps"]["a"]["builds"][0]["artifacts"]
    assert full[2]["sha256"] == CONTENT.sha256()


def test_a_gigabyte_costs_nothing_until_it_is_sent(emulator: Emulator, owner: Api) -> None:
    size = 1 << 30
    builds = [
        {"artifacts": [{"title": f"{build}-{number}", "size_bytes": size} for number in range(10)]}
        for build in range(499)
    ]
    builds.append({"artifacts": [{"title": str(number), "size_bytes": 1} for number in range(5000)]})
    started = time.monotonic()
    emulator.load({"apps": [{"title": "A", "slug": "a", "builds": builds}]})
    assert time.monotonic() - started < 5
    slugs = [build["slug"] for page in owner.pages("/apps/a/builds") for build in page["data"]]
    assert len(set(slugs)) == 500
    many = [item["slug"] for page in owner.pages(f"/apps/a/builds/{slugs[-1]}/artifacts") for item in page["data"]]
    assert len(set(many)) == 5000
    artifact = owner.data(f"/apps/a/builds/{slugs[0]}/artifacts")[9]
    assert artifact["file_size_bytes"] == size
    shown = owner.data(f"/apps/a/builds/{slugs[0]}/artifacts/{artifact['slug']}")
    end = storage("GET", shown["expiring_download_url"], headers={"Range": "bytes=-9"})
    assert end.content == GeneratedBytes(artifact["slug"], size).read(size - 9)
    # A reader that leaves early does not keep the emulator busy.
    with requests.get(shown["expiring_download_url"], stream=True, timeout=10) as answer:
        assert len(answer.raw.read(1000)) == 1000
    owner.data("/apps")
    assert emulator.requests(area="storage")[-1]["bytes_out"] < size / 2


@exhaustive
def test_a_restart_keeps_artifacts(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with Emulator({"apps": [{"title": "A", "slug": "a", "builds": [BUILD]}]}, state=state) as emulator:
        api = Api(emulator.api_url, emulator.tokens["owner"])
        assert api.send("DELETE", f"{PATH}/x1").status_code == 200
        assert api.send("PATCH", f"{PATH}/x3", json={"is_public_page_enabled": True}).status_code == 200
        tokens = emulator.tokens
    with Emulator(state=state) as emulator:
        api = Api(emulator.api_url, tokens["owner"])
        assert [artifact["slug"] for artifact in api.data(PATH)] == ["x2", "x3", "x4"]
        shown = api.data(f"{PATH}/x3")
        assert shown["is_public_page_enabled"] is True
        assert storage("GET", shown["expiring_download_url"]).content == CONTENT.read()


@pytest.mark.parametrize(
    "build",
    [
        {"artifacts": [{"size_bytes": -1}]},
        {"artifacts": [{"size_bytes": True}]},
        {"artifacts": [{"slug": "s"}, {"slug": "s"}]},
        {"status": 1, "is_on_hold": True},
        {"outcome": 0},
        {"log": 5},
        {"log": [1]},
        {"run_s": "long", "status": 0},
    ],
)
def test_fixtures_with_a_mistake(loaded: Emulator, build: dict[str, Any]) -> None:
    with pytest.raises(EmulatorError):
        loaded.load({"apps": [{"title": "A", "builds": [build]}]})
    assert list(loaded.state()["apps"]) == ["a"]
