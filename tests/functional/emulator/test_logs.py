# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build logs: missing, growing, archived."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.process import Emulator

from .client import Api, storage

LOG = "".join(f"line {number}\n" for number in range(1, 121))
BUILDS: list[dict[str, Any]] = [
    {"slug": "running", "status": 0, "age_s": 60, "log": LOG, "finishes_in_s": 500, "log_archive_delay_s": 100},
    {"slug": "slow", "status": 0, "age_s": 15, "log": ["a", "b", "c"], "log_interval_s": 100},
    {"slug": "waiting", "status": 0, "is_on_hold": True, "log": "never seen\n"},
    {"slug": "over", "log": "a\nb\n"},
    {"slug": "silent", "log": ""},
    {"slug": "none"},
    {"slug": "aborted", "status": 3, "duration_s": None},
    {"slug": "stuck", "status": 3, "log": "began\n", "log_archived": False},
]
NEVER = "0001-01-01T00:00:00Z"


@pytest.fixture
def builds(emulator: Emulator) -> str:
    emulator.load({"apps": [{"title": "A", "slug": "a", "builds": BUILDS}]})
    return "/apps/a/builds"


def log(api: Api, builds: str, slug: str, **query: Any) -> dict[str, Any]:
    response = api.send("GET", f"{builds}/{slug}/log", params=query)
    assert response.status_code == 200, response.text
    data: dict[str, Any] = response.json()
    return data


def text(data: dict[str, Any]) -> str:
    return "".join(chunk["chunk"] for chunk in sorted(data["log_chunks"], key=lambda chunk: int(chunk["position"])))


def test_log_is_missing_then_growing_then_archived(emulator: Emulator, owner: Api, builds: str) -> None:
    emulator.options(build_seconds=300)
    slug = owner.send("POST", builds, json={"build_params": {}}).json()["build_slug"]
    assert owner.send("GET", f"{builds}/{slug}/log").status_code == 404
    emulator.advance(16)
    running = log(owner, builds, slug)
    assert (running["is_archived"], running["expiring_raw_log_url"]) == (False, None)
    assert [chunk["position"] for chunk in running["log_chunks"]] == [2, 1]
    emulator.advance(300)
    archived = log(owner, builds, slug)
    assert (archived["is_archived"], archived["log_chunks"]) == (True, [])
    assert archived["next_after_timestamp"] == archived["next_before_timestamp"] == NEVER
    assert storage("GET", archived["expiring_raw_log_url"]).text == text(running)
    emulator.advance(601)
    assert storage("GET", archived["expiring_raw_log_url"]).status_code == 403


def test_cursors_page_through_a_long_log(owner: Api, builds: str) -> None:
    latest = log(owner, builds, "running")
    assert [chunk["position"] for chunk in latest["log_chunks"]] == list(range(120, 70, -1))
    part, parts = latest, [text(latest)]
    while True:
        part = log(owner, builds, "running", before_timestamp=part["next_before_timestamp"])
        if not part["log_chunks"]:
            break
        parts.insert(0, text(part))
    assert len(parts) == 3
    assert "".join(parts) == LOG
    again = log(owner, builds, "running", after_timestamp=part["next_before_timestamp"], limit=20)
    assert text(again).startswith("line 2\n")
    assert len(again["log_chunks"]) == 20
    end = log(owner, builds, "running", after_timestamp=latest["next_after_timestamp"])
    assert (end["log_chunks"], end["next_after_timestamp"]) == ([], latest["next_after_timestamp"])
    assert log(owner, builds, "running", timestamp=4_000_000_000)["log_chunks"] == []


def test_log_grows_with_the_clock(emulator: Emulator, owner: Api, builds: str) -> None:
    emulator.advance(5)
    seen = log(owner, builds, "slow")
    assert text(seen) == "a"
    emulator.advance(100)
    assert text(log(owner, builds, "slow", after_timestamp=seen["next_after_timestamp"])) == "b"
    emulator.advance(100)
    assert text(log(owner, builds, "slow")) == "abc"


def test_archived_log_is_delayed(emulator: Emulator, owner: Api, builds: str) -> None:
    emulator.advance(510)
    assert owner.data(f"{builds}/running")["status"] == 1
    assert log(owner, builds, "running")["is_archived"] is False
    emulator.advance(100)
    assert storage("GET", log(owner, builds, "running")["expiring_raw_log_url"]).text == LOG


def test_builds_without_an_archived_log(emulator: Emulator, owner: Api, builds: str) -> None:
    for slug in ("none", "waiting"):
        assert owner.send("GET", f"{builds}/{slug}/log").status_code == 404
    assert owner.send("POST", f"{builds}/waiting/abort", json={}).status_code == 200
    emulator.advance(86_400)
    for slug in ("waiting", "aborted"):
        empty = log(owner, builds, slug)
        assert (empty["is_archived"], empty["log_chunks"], empty["expiring_raw_log_url"]) == (False, [], None)
    assert (text(log(owner, builds, "stuck")), log(owner, builds, "stuck")["is_archived"]) == ("began\n", False)
    silent = log(owner, builds, "silent")
    assert (silent["is_archived"], silent["expiring_raw_log_url"]) == (True, "")


@pytest.mark.parametrize(
    "query", ["after_timestamp=x", "before_timestamp=2026-01-01", "limit=0", "limit=51", "timestamp=x"]
)
def test_rejects_invalid_cursors(owner: Api, builds: str, query: str) -> None:
    assert owner.send("GET", f"{builds}/running/log?{query}").status_code == 400
