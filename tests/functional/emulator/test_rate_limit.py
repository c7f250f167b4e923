# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rate limits: counting, refused requests and headers."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.emulator.process import Emulator, EmulatorError
from tests.emulator.rate_limit import BadRateLimit, RateLimit, parse_rate_limit
from tests.helpers.cases import exhaustive

from .client import PROFILES, Api, storage
from .test_process import CHECKOUT, command


def limit(text: str) -> RateLimit:
    found = parse_rate_limit(text)
    assert found is not None
    return found


def admitted(text: str, *moments: float) -> list[bool]:
    counter = limit(text).counter
    return [counter.admit(moment) for moment in moments]


def headers_at(text: str, *moments: float) -> dict[str, str]:
    """Return the headers at the last of several times, with a request at each of them."""
    found = limit(text)
    for moment in moments:
        found.counter.admit(moment)
    return {name.decode(): value.decode() for name, value in found.headers(moments[-1], refused=True)}


def test_window_admits_its_quota() -> None:
    assert admitted("2/10s", 100, 101, 102, 109.9, 110, 111, 112) == [True, True, False, False, True, True, False]


def test_window_after_the_clock_was_set_back() -> None:
    assert admitted("1/10s", 100, 50, 51) == [True, True, False]


def test_bucket_admits_rate_and_burst() -> None:
    assert admitted("2/s,burst=3", 0, 0, 0, 0, 0.5, 0.5, 1.0) == [True, True, True, False, True, False, True]
    assert admitted("2/s", 0, 0, 0, 100, 100, 100) == [True, True, False, True, True, False]


def test_concurrency_limit() -> None:
    counter = limit("at-once=2").counter
    assert [counter.admit(0), counter.admit(0), counter.admit(0)] == [True, True, False]
    counter.leave()
    assert [counter.admit(0), counter.admit(0)] == [True, False]


def test_headers_of_each_style() -> None:
    assert headers_at("1/10s", 100, 102.5) == {"retry-after": "8"}
    assert headers_at("1/10s,tell=retry-after-date", 100, 103) == {"retry-after": "Thu, 01 Jan 1970 00:01:50 GMT"}
    assert headers_at("1/10s,tell=nothing", 100, 100) == {}
    assert headers_at("3/10s,tell=ratelimit", 100) == {
        "ratelimit-limit": "3",
        "ratelimit-remaining": "2",
        "ratelimit-reset": "10",
    }
    assert headers_at("1/10s,tell=x-ratelimit", 100, 101)["x-ratelimit-reset"] == "9"
    assert headers_at("1/10s,tell=x-ratelimit-epoch", 100, 101)["x-ratelimit-reset"] == "110"
    assert headers_at("1/10s,tell=ietf+retry-after", 100, 101) == {
        "retry-after": "9",
        "ratelimit": '"default";r=0;t=9',
        "ratelimit-policy": '"default";q=1;w=10',
    }
    assert headers_at("at-once=1,tell=ratelimit+retry-after", 100) == {
        "ratelimit-limit": "1",
        "ratelimit-remaining": "0",
    }
    assert headers_at("4/s,tell=ietf", 0, 0, 0, 0)["ratelimit"] == '"default";r=0;t=1'


@pytest.mark.parametrize(
    "text",
    ["often", "0/10s", "5/0s", "0/s", "at-once=0", "5/10s,burst=2", "5/s,burst=0", "5/s,500", "5/s,tell=", "5/s,of=me"],
)
def test_rejects_invalid_limits(emulator: Emulator, text: str) -> None:
    with pytest.raises(BadRateLimit, match="must be"):
        parse_rate_limit(text)
    with pytest.raises(EmulatorError, match="option 'rate_limit'"):
        emulator.options(rate_limit=text)


def test_limit_over_http(emulator: Emulator, owner: Api) -> None:
    emulator.options(rate_limit="3/60s,503,tell=retry-after+x-ratelimit")
    emulator.clear_requests()
    slot = owner.create("one", PROFILES, "a", 1)
    responses = [owner.send("GET", f"/apps/one/{PROFILES}") for _turn in range(4)]
    assert [response.status_code for response in responses] == [200, 200, 503, 503]
    assert [response.headers["X-RateLimit-Remaining"] for response in responses] == ["1", "0", "0", "0"]
    assert "Retry-After" not in responses[0].headers
    assert 1 <= int(responses[3].headers["Retry-After"]) <= 60
    assert responses[3].json() == {"message": "Service Unavailable"}
    # Requests to the storage do not count.
    assert storage("PUT", slot["upload_url"], data=b"x").status_code == 200
    assert len(emulator.requests(fault="rate limit", status=503)) == 2
    emulator.advance(60)
    assert owner.send("GET", "/me").status_code == 200
    emulator.options(rate_limit="1/60s,of=all")
    assert owner.send("GET", "/me").status_code == 200
    refused = storage("PUT", slot["upload_url"], data=b"x")
    assert (refused.status_code, refused.headers["Content-Type"]) == (429, "application/xml")
    assert "<Code>SlowDown</Code>" in refused.text
    emulator.options(rate_limit="")
    assert owner.send("GET", "/me").status_code == 200


def test_concurrency_limit_over_http(emulator: Emulator, owner: Api) -> None:
    emulator.options(rate_limit="at-once=2")
    emulator.fault(hold="after", path="/me$")
    clients = [Api(emulator.api_url, emulator.tokens["owner"]) for _turn in range(2)]
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(client.send, "GET", "/me") for client in clients]
        emulator.wait_until_held(2)
        assert owner.send("GET", "/apps").status_code == 429
        emulator.clear_faults()
        assert [one.result().status_code for one in waiting] == [200, 200]
    assert owner.send("GET", "/apps").status_code == 200


def test_options_at_the_start() -> None:
    options = {"upload_etag": "none", "slot_download_url": False, "max_files": 7}
    arguments = ("--rate-limit", "at-once=4,503", "--now", "2030-01-02T03:04:05Z")
    with Emulator("empty", options=options, arguments=arguments) as emulator:
        shown = emulator.options()
        assert {name: shown[name] for name in options} == options
        assert shown["rate_limit"] == "at-once=4,503"
        assert emulator.admin("GET", "clock")["now"].startswith("2030-01-02T03:04")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--option", "delete=never"], "must be one of done"),
        pytest.param(["--option", "delete"], "must be NAME=VALUE", marks=exhaustive),
        pytest.param(["--option", "max_files=many"], "must be a number", marks=exhaustive),
        (["--rate-limit", "fast"], "option 'rate_limit'"),
        pytest.param(["--now", "soon"], "Invalid isoformat", marks=exhaustive),
    ],
)
def test_rejects_invalid_options_at_the_start(arguments: list[str], message: str) -> None:
    ended = subprocess.run(command(*arguments), check=False, cwd=CHECKOUT, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 2
    assert message in ended.stderr
    assert ended.stdout == ""


def test_make_passes_settings_to_the_emulator() -> None:
    command = ["make", "-n", "emulator", "RATE_LIMIT=10/s,burst=20", "OPTIONS=delete=ignored slugs=hex"]
    shown = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True, timeout=120).stdout
    assert '--rate-limit "10/s,burst=20"' in shown
    assert '--option "delete=ignored" --option "slugs=hex"' in shown
