# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Injected faults, as a client sees them."""

from __future__ import annotations

import http.client
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.emulator.process import Emulator, EmulatorError

from .client import PROFILES, Api, storage


def statuses(api: Api, count: int, path: str = "/me") -> list[int]:
    return [api.send("GET", path).status_code for _turn in range(count)]


def test_status_with_retry_after(emulator: Emulator, owner: Api) -> None:
    emulator.fault(status=429, retry_after=7, times=1)
    response = owner.send("GET", "/me")
    assert (response.status_code, response.headers["Retry-After"]) == (429, "7")
    assert response.json() == {"message": "Too Many Requests"}
    assert statuses(owner, 1) == [200]
    date = "Fri, 20 Nov 2026 10:00:00 GMT"
    emulator.fault(status=503, retry_after=date, body="busy")
    response = owner.send("GET", "/me")
    assert (response.status_code, response.headers["Retry-After"], response.text) == (503, date, "busy")


def test_html_page(emulator: Emulator, owner: Api) -> None:
    emulator.fault(html=True, times=1)
    emulator.fault(html=True, status=500, times=1)
    first, second = owner.send("GET", "/me"), owner.send("GET", "/me")
    assert (first.status_code, second.status_code) == (502, 500)
    assert first.headers["Content-Type"] == "text/html"
    assert "<html>" in second.text


def test_storage_errors_are_xml(emulator: Emulator, owner: Api) -> None:
    url = owner.create("one", PROFILES, "a", 1)["upload_url"]
    emulator.fault(status=503, path="^/_storage/")
    response = storage("PUT", url, data=b"a")
    assert (response.status_code, response.headers["Content-Type"]) == (503, "application/xml")
    assert "<Code>SlowDown</Code>" in response.text


@pytest.mark.parametrize(("when", "files"), [("before", 0), ("after", 1)])
def test_drop_before_and_after_the_effect(emulator: Emulator, owner: Api, when: str, files: int) -> None:
    emulator.fault(drop=when, method="POST")
    with pytest.raises(requests.ConnectionError):
        owner.send("POST", f"/apps/one/{PROFILES}", json={"upload_file_name": "a", "upload_file_size": 1})
    assert len(owner.data(f"/apps/one/{PROFILES}")) == files
    assert emulator.requests(method="POST")[0]["status"] is None


def test_dropped_connection_sends_no_byte(emulator: Emulator) -> None:
    emulator.fault(drop="after")
    parts = urlsplit(emulator.api_url)
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as connection:
        connection.sendall(b"GET /v0.1 HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(100) == b""


def cut_off(url: str, headers: dict[str, str]) -> tuple[int, bytes]:
    """Return the announced length and the received bytes of a response that ends too early."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
    response = connection.getresponse()
    with pytest.raises(http.client.IncompleteRead) as caught:
        response.read()
    connection.close()
    return int(response.headers["Content-Length"]), caught.value.partial


def test_truncated_response(emulator: Emulator, owner: Api) -> None:
    slug = owner.upload("one", PROFILES, "a", b"0123456789")["slug"]
    download_url = owner.data(f"/apps/one/{PROFILES}/{slug}")["download_url"]
    emulator.fault(truncate=4, path="^/_storage/")
    assert cut_off(download_url, {}) == (10, b"0123")
    emulator.fault(truncate=True, path="/me$")
    length, text = cut_off(f"{emulator.api_url}/me", {"Authorization": emulator.tokens["owner"]})
    assert len(text) == length // 2


def test_malformed_json(emulator: Emulator, owner: Api) -> None:
    emulator.fault(malformed=True)
    response = owner.send("GET", "/me")
    assert response.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        response.json()


def test_delayed_response(emulator: Emulator, owner: Api) -> None:
    emulator.fault(slow_s=0.5, times=1)
    assert owner.send("GET", "/me").elapsed.total_seconds() >= 0.5
    owner.send("GET", "/me")
    assert [bool(entry.get("fault")) for entry in emulator.requests()] == [True, False]


def test_delay_combined_with_another_fault(emulator: Emulator, owner: Api) -> None:
    emulator.fault(slow_s=0.1)
    emulator.fault(status=500)
    emulator.fault(status=503)
    response = owner.send("GET", "/me")
    assert response.status_code == 500
    assert response.elapsed.total_seconds() >= 0.1
    assert emulator.requests()[0]["fault"] == "slow_s, status 500"
    assert [(fault["seen"], fault["fired"]) for fault in emulator.faults()] == [(1, 1), (1, 1), (1, 0)]


def test_clock_moves_before_a_request(emulator: Emulator, owner: Api) -> None:
    emulator.fault(advance_s=700, method="PUT", path="^/_storage/", nth=1)
    slot = owner.create("one", PROFILES, "a", 1)
    assert storage("PUT", slot["upload_url"], data=b"a").status_code == 403
    assert emulator.requests(method="PUT")[0]["fault"] == "advance_s"


def test_status_after_the_effect(emulator: Emulator, owner: Api) -> None:
    emulator.fault(status=502, after_effect=True, method="POST")
    body = {"upload_file_name": "a", "upload_file_size": 1}
    assert owner.send("POST", f"/apps/one/{PROFILES}", json=body).status_code == 502
    assert len(owner.data(f"/apps/one/{PROFILES}")) == 1


def test_nth_request(emulator: Emulator, owner: Api) -> None:
    emulator.fault(status=500, path="/me", nth=2)
    assert statuses(owner, 1, "/apps") == [200]
    assert statuses(owner, 4) == [200, 500, 200, 200]
    emulator.clear_faults()
    emulator.fault(status=500, nth=2, times=2)
    assert statuses(owner, 5) == [200, 500, 500, 200, 200]


def test_rate_is_repeatable(emulator: Emulator, owner: Api) -> None:
    emulator.fault(status=500, rate=0.5, seed=1)
    failed = statuses(owner, 60).count(500)
    assert 15 < failed < 45
    emulator.clear_faults()
    emulator.fault(status=500, rate=0)
    assert 500 not in statuses(owner, 20)


def test_filters_by_method_and_path(emulator: Emulator, owner: Api) -> None:
    emulator.fault(status=500, method="delete", path=r"/build-certificates/\w+$")
    slug = owner.upload("one", "build-certificates", "a", b"a")["slug"]
    assert owner.send("DELETE", "/apps/one/provisioning-profiles/x").status_code == 404
    assert owner.send("DELETE", f"/apps/one/build-certificates/{slug}").status_code == 500
    assert owner.send("GET", f"/apps/one/build-certificates/{slug}").status_code == 200


def test_fault_during_a_large_upload(emulator: Emulator, owner: Api) -> None:
    slot = owner.create("one", PROFILES, "a", 3_000_000)
    emulator.fault(status=503, method="PUT", times=1)
    body = bytes(3_000_000)
    assert storage("PUT", slot["upload_url"], data=body).status_code == 503
    assert storage("PUT", slot["upload_url"], data=body).status_code == 200


def test_several_faults_and_clearing_them(emulator: Emulator, owner: Api) -> None:
    emulator.admin("POST", "faults", [{"status": 500, "path": "/me"}, {"status": 503, "path": "/apps"}])
    assert statuses(owner, 1) == [500]
    assert statuses(owner, 1, "/apps") == [503]
    emulator.clear_faults()
    assert statuses(owner, 1) == [200]


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ({}, "exactly one of"),
        ({"status": 500, "drop": "before"}, "exactly one of"),
        ({"status": 99}, "'status' must be"),
        ({"status": "500"}, "'status' must be"),
        ({"drop": "now"}, "'drop' must be"),
        ({"slow_s": -1}, "'slow_s' must be"),
        ({"truncate": "x"}, "'truncate' must be"),
        ({"malformed": 1}, "'malformed' must be"),
        ({"status": 500, "rate": 2}, "'rate' must be"),
        ({"status": 500, "nth": 0}, "'nth' must be"),
        ({"status": 500, "nth": 1, "rate": 0.5}, "both nth and rate"),
        ({"status": 500, "path": "("}, "not a regular expression"),
        ({"status": 500, "retry_after": -1}, "'retry_after' must be"),
        ({"drop": "after", "retry_after": 1}, "requires status or html"),
        ({"status": 500, "timse": 1}, "unknown key 'timse'"),
        ("500", "must be an object"),
    ],
)
def test_rejects_invalid_faults(emulator: Emulator, definition: Any, message: str) -> None:
    with pytest.raises(EmulatorError, match=f"400 .*{message}"):
        emulator.admin("POST", "faults", [{"status": 500}, definition])
    assert emulator.faults() == []
