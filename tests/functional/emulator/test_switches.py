# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Switches for open behaviors of the real service, the clock, and held requests."""

from __future__ import annotations

import hashlib
import re
import threading
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests

from tests.emulator.process import Emulator, EmulatorError
from tests.emulator.slugs import UlidMaker, slug_before

from .client import CERTIFICATES, PROFILES, PROJECT_FILES, Api, storage

BASE = f"/apps/one/{PROFILES}"
BODY = b"some bytes"


def slot(owner: Api, name: str = "a", *, sent: bool = True) -> dict[str, Any]:
    """Create an unconfirmed file and return it."""
    made = owner.create("one", PROFILES, name, len(BODY))
    if sent:
        assert storage("PUT", made["upload_url"], data=BODY).status_code == 200
    return made


def confirm(owner: Api, slug: str) -> dict[str, Any]:
    response = owner.send("POST", f"{BASE}/{slug}/uploaded")
    assert response.status_code == 200
    data: dict[str, Any] = response.json()["data"]
    return data


def listed(owner: Api) -> list[str]:
    return [item["upload_file_name"] for item in owner.data(BASE)]


def test_patch_of_an_unprocessed_file(emulator: Emulator, owner: Api) -> None:
    path = f"{BASE}/{slot(owner)['slug']}"
    assert owner.send("PATCH", path, json={"is_expose": False}).status_code == 200
    emulator.options(patch_unprocessed="refuse")
    assert owner.send("PATCH", path, json={"is_expose": True}).status_code == 400
    confirm(owner, path.rpartition("/")[2])
    assert owner.send("PATCH", path, json={"is_expose": True}).status_code == 200


@pytest.mark.parametrize(("switch", "processed"), [("accept", True), ("ignore", False)])
def test_confirmation_without_bytes(emulator: Emulator, owner: Api, switch: str, processed: bool) -> None:
    made = slot(owner, sent=False)
    emulator.options(confirm_without_upload=switch)
    assert confirm(owner, made["slug"])["processed"] is processed
    assert owner.data(BASE)[0]["processed"] is processed


def test_confirmation_that_is_ignored(emulator: Emulator, owner: Api) -> None:
    made = slot(owner)
    emulator.options(confirm="ignored")
    assert confirm(owner, made["slug"])["processed"] is False
    emulator.options(confirm="done")
    assert owner.data(BASE)[0]["processed"] is False
    assert confirm(owner, made["slug"])["processed"] is True


def test_confirmation_that_takes_effect_late(emulator: Emulator, owner: Api) -> None:
    made = slot(owner)
    emulator.options(confirm_delay_s=20)
    assert confirm(owner, made["slug"])["processed"] is False
    emulator.advance(10)
    assert owner.data(f"{BASE}/{made['slug']}")["processed"] is False
    emulator.advance(11)
    [state] = emulator.state()["apps"]["one"]["provisioning_profiles"]
    assert state["processed"] is True
    assert owner.data(BASE)[0]["processed"] is True


@pytest.mark.parametrize("switch", ["md5", "other", "none"])
def test_etag_of_an_upload(emulator: Emulator, owner: Api, switch: str) -> None:
    emulator.options(upload_etag=switch)
    url = owner.create("one", PROFILES, "a", len(BODY))["upload_url"]
    etag = storage("PUT", url, data=BODY).headers.get("ETag")
    md5 = f'"{hashlib.md5(BODY).hexdigest()}"'
    assert {"md5": etag == md5, "other": etag not in (None, md5), "none": etag is None}[switch]


@pytest.mark.parametrize(
    ("switch", "kind", "text"),
    [("lost", None, ""), ("lost_html", "text/html", "<html"), ("lost_json", "application/json", "{}")],
)
def test_upload_that_a_proxy_responds_to(
    emulator: Emulator, owner: Api, switch: str, kind: str | None, text: str
) -> None:
    emulator.options(upload=switch)
    made = owner.create("one", PROFILES, "a", len(BODY))
    response = storage("PUT", made["upload_url"], data=BODY)
    assert response.status_code == 200
    assert (response.headers.get("Content-Type") or "").startswith(kind or "")
    assert text in response.text
    assert "ETag" not in response.headers
    assert emulator.state()["apps"]["one"]["provisioning_profiles"][0]["stored_bytes"] is None


def test_digest_that_comes_later(emulator: Emulator, owner: Api) -> None:
    emulator.options(file_sha256="later")
    assert owner.upload("one", CERTIFICATES, "a", BODY)["file_sha256"] is None
    assert owner.data(f"/apps/one/{CERTIFICATES}")[0]["file_sha256"] == hashlib.sha256(BODY).hexdigest()


def test_digest_that_never_comes(emulator: Emulator, owner: Api) -> None:
    emulator.options(file_sha256="never")
    owner.upload("one", CERTIFICATES, "a", BODY)
    assert owner.data(f"/apps/one/{CERTIFICATES}")[0]["file_sha256"] is None


@pytest.mark.parametrize(
    ("switch", "body"), [("ignored", '"is_expose":false'), ("ignored_html", "<html"), ("ignored_json", "{}")]
)
def test_deletion_that_is_not_done(emulator: Emulator, owner: Api, switch: str, body: str) -> None:
    made = owner.upload("one", PROFILES, "a", BODY)
    owner.send("PATCH", f"{BASE}/{made['slug']}", json={"is_expose": False})
    emulator.options(delete=switch)
    response = owner.send("DELETE", f"{BASE}/{made['slug']}")
    assert response.status_code == 200
    assert body in response.text
    assert listed(owner) == ["a"]


def test_deletion_shows_the_current_flags(owner: Api) -> None:
    made = owner.upload("one", PROFILES, "a", BODY)
    owner.send("PATCH", f"{BASE}/{made['slug']}", json={"is_expose": False, "is_protected": True})
    shown = owner.send("DELETE", f"{BASE}/{made['slug']}").json()["data"]
    assert (shown["is_expose"], shown["is_protected"]) == (False, True)


def test_slugs_in_other_formats(emulator: Emulator, owner: Api) -> None:
    emulator.options(slugs="hex")
    assert re.fullmatch("[0-9a-f]{16}", slot(owner)["slug"])


def test_slugs_that_sort_before_older_ones(emulator: Emulator, owner: Api) -> None:
    emulator.options(slugs="falling")
    slugs = [slot(owner, name)["slug"] for name in "abc"]
    assert slugs == sorted(slugs, reverse=True)
    assert all(len(slug) == 26 for slug in slugs)


def test_slugs_of_one_millisecond_sort_by_creation() -> None:
    maker = UlidMaker()
    slugs = [maker.make(1_800_000_000 + step // 50 / 1000) for step in range(500)]
    assert slugs == sorted(set(slugs))
    assert {slug[:10] for slug in slugs} == {UlidMaker().make(1_800_000_000 + step / 1000)[:10] for step in range(10)}
    before = slug_before(slugs)
    assert before is not None
    assert before < slugs[0]
    assert slug_before(["0123456789abcdef"]) is None


def test_order_of_lists(emulator: Emulator, owner: Api) -> None:
    names = [f"file{number:02}" for number in range(60)]
    for name in names:
        slot(owner, name, sent=False)

    def in_pages() -> list[str]:
        pages = owner.pages(BASE, limit=7)
        return [item["upload_file_name"] for page in pages for item in page["data"]]

    assert in_pages() == names
    emulator.options(list_order="newest_first")
    assert in_pages() == names[::-1]
    emulator.options(list_order="shuffled")
    shuffled = in_pages()
    assert shuffled not in (names, names[::-1])
    assert sorted(shuffled) == names
    emulator.options(list_order="created", list_lacks="newest")
    assert in_pages() == names[:-1]


def test_url_of_an_unprocessed_file(emulator: Emulator, owner: Api) -> None:
    path = f"{BASE}/{slot(owner)['slug']}"
    assert owner.data(path)["download_url"]
    emulator.options(slot_download_url=False)
    assert owner.data(path)["download_url"] is None
    confirm(owner, path.rpartition("/")[2])
    assert owner.data(path)["download_url"]


def test_unconfirmed_file_reserves_its_env_key(emulator: Emulator, owner: Api) -> None:
    emulator.options(unique_env_keys=True)
    owner.create("one", PROJECT_FILES, "a", 1, user_env_key="KEY")
    body = {"upload_file_name": "b", "upload_file_size": 1, "user_env_key": "KEY"}
    assert owner.send("POST", f"/apps/one/{PROJECT_FILES}", json=body).status_code == 400


def test_unconfirmed_files_count_towards_the_limit(emulator: Emulator, owner: Api) -> None:
    emulator.options(max_files=2)
    owner.upload("one", PROFILES, "a", BODY)
    slot(owner, "b", sent=False)
    response = owner.send("POST", BASE, json={"upload_file_name": "c", "upload_file_size": 1})
    assert (response.status_code, response.json()) == (400, {"message": "Maximum number of files (2) reached"})


@pytest.mark.parametrize(("switch", "shown"), [("null", [None]), ("absent", []), ("empty", [""])])
def test_values_that_are_withheld(emulator: Emulator, owner: Api, switch: str, shown: list[str | None]) -> None:
    made = owner.upload("one", CERTIFICATES, "a", BODY)
    path = f"/apps/one/{CERTIFICATES}/{made['slug']}"
    owner.send("PATCH", path, json={"certificate_password": "hush", "is_protected": True})
    emulator.options(withheld=switch)
    data = owner.data(path)
    for name in ("certificate_password", "download_url"):
        assert [value for key, value in data.items() if key == name] == shown


def test_switch_for_one_request(emulator: Emulator, owner: Api) -> None:
    slot(owner, "a")
    emulator.fault(switch={"list_lacks": "newest"}, method="GET", path=f"{PROFILES}$", nth=2)
    assert [listed(owner) for _turn in range(3)] == [["a"], [], ["a"]]
    assert [entry["fault"] for entry in emulator.requests(method="GET")] == [None, "switch list_lacks=newest", None]
    assert emulator.options()["list_lacks"] == "nothing"


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ({"switch": {"delete": "maybe"}}, "must be one of done, ignored"),
        ({"switch": {"latency_ms": 1}}, "cannot be set for one request"),
        ({"switch": {}}, "must be an object with options"),
        ({"hold": "now"}, "must be 'before' or 'after'"),
    ],
)
def test_rejects_invalid_switches_and_holds(emulator: Emulator, definition: dict[str, Any], message: str) -> None:
    with pytest.raises(EmulatorError, match=message):
        emulator.fault(**definition)


# The clock


def test_date_slugs_and_urls_use_the_same_clock(emulator: Emulator, owner: Api) -> None:
    emulator.set_clock("2031-05-06T07:08:09Z")
    made = owner.send("POST", BASE, json={"upload_file_name": "a", "upload_file_size": len(BODY)})
    date = parsedate_to_datetime(made.headers["Date"])
    assert date.strftime("%Y-%m-%dT%H:%M") == "2031-05-06T07:08"
    data = made.json()["data"]
    assert data["slug"][:8] == UlidMaker().make(date.timestamp())[:8]
    assert "X-Amz-Date=20310506T0708" in data["upload_url"]
    response = storage("PUT", data["upload_url"], data=BODY)
    assert (response.status_code, response.headers["Date"][:16]) == (200, "Tue, 06 May 2031")
    emulator.options(date_header=False)
    assert "Date" not in owner.send("GET", BASE).headers
    emulator.advance(-emulator.admin("GET", "clock")["offset_s"])
    with pytest.raises(EmulatorError, match="must be a time"):
        emulator.set_clock("tomorrow")


def test_age_of_files_in_a_fixture(emulator: Emulator, owner: Api) -> None:
    files = [{"name": name, "age_s": 3600} for name in "abc"]
    emulator.load({"apps": [{"title": "One", "slug": "one", "provisioning_profiles": files}]})
    slugs = [item["slug"] for item in owner.data(BASE)]
    assert slugs == sorted(slugs)
    now = parsedate_to_datetime(owner.send("GET", BASE).headers["Date"]).timestamp()
    assert UlidMaker().make(now - 3700) < slugs[0] < UlidMaker().make(now - 3500)


# Requests that are held


def in_background(owner: Api, method: str, path: str, responses: list[object]) -> threading.Thread:
    def work() -> None:
        try:
            responses.append(owner.send(method, path).status_code)
        except requests.ConnectionError:
            responses.append("dropped")

    thread = threading.Thread(target=work)
    thread.start()
    return thread


@pytest.mark.parametrize("then", ["go", "drop"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_held_request(emulator: Emulator, owner: Api, member: Api, when: str, then: str) -> None:
    path = f"{BASE}/{slot(owner)['slug']}"
    emulator.fault(hold=when, method="DELETE", token="member", nth=1)
    responses: list[object] = []
    thread = in_background(member, "DELETE", path, responses)
    [held] = emulator.wait_until_held()
    assert (held["method"], held["token"], held["when"]) == ("DELETE", "member", when)
    assert listed(owner) == (["a"] if when == "before" else [])
    emulator.release(held["n"], then)
    thread.join(10)
    assert responses == ([200] if then == "go" else ["dropped"])
    assert listed(owner) == (["a"] if (when, then) == ("before", "drop") else [])
    with pytest.raises(EmulatorError, match="is not held"):
        emulator.release(held["n"])


def test_clearing_faults_continues_held_requests(emulator: Emulator, owner: Api) -> None:
    emulator.fault(hold="before", path="/me$")
    responses: list[object] = []
    thread = in_background(owner, "GET", "/me", responses)
    emulator.wait_until_held()
    emulator.clear_faults()
    thread.join(10)
    assert (responses, emulator.held()) == ([200], [])
