# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A busy service: the run slows down as a whole, and ends in sync."""

from __future__ import annotations

import threading

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core import clock as _clock
from ansible_collections.mobileops.ci.plugins.module_utils._core.clock import Clock
from tests.helpers.cases import exhaustive
from tests.helpers.fleet import APPS, ONE, Fleet, declared, digests
from tests.helpers.service import CERTIFICATES, PROFILES, a_file

BUSY = APPS[:30]
NEW, KEY = b"the new bytes", b"the new key"
OLD = {
    CERTIFICATES: [a_file("dist.p12", b"the old key")],
    PROFILES: [a_file("dist", b"the old bytes"), a_file("gone", b"x")],
}


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=exhaustive)])
def test_busy_now_and_then(fleet: Fleet, seed: int) -> None:
    """Respond with 429 to 2 percent of the requests and with 503 to 1 percent, by the API and the storage alike."""
    fleet.holds(dict.fromkeys(BUSY, OLD))
    fleet.emulator.fault(status=429, rate=0.02, seed=seed)
    fleet.emulator.fault(status=503, rate=0.01, seed=seed)
    task = fleet.task(
        BUSY,
        build_certificates=[declared("dist.p12", KEY, certificate_password="hush", is_protected=True)],
        provisioning_profiles=[declared("dist", NEW, is_expose=False)],
        purge=[PROFILES],
        max_purge_total="100%",
        max_retries=5,
    )
    done = task.run()

    assert sum(fault["fired"] for fault in fleet.emulator.faults()) > 2
    assert done["summary"]["changed"] == len(BUSY)
    assert fleet.contents(PROFILES) == dict.fromkeys(BUSY, digests(dist=NEW))
    assert fleet.contents(CERTIFICATES) == dict.fromkeys(BUSY, digests(**{"dist.p12": KEY}))
    assert task.run()["changed"] is False


def test_busy_much_of_the_time(fleet: Fleet) -> None:
    """Let a fifth of the requests fail, in every possible way."""
    apps = APPS[:6]
    fleet.holds(dict.fromkeys(apps, OLD))
    for number, fault in enumerate(({"status": 429}, {"status": 503}, {"drop": "after"}, {"truncate": True})):
        fleet.emulator.fault(**fault, rate=0.05, seed=number)
    profile = [declared("dist", NEW)]
    task = fleet.task(apps, provisioning_profiles=profile, purge=[PROFILES], max_purge_total="100%", max_retries=20)
    task.run()
    assert fleet.complete(PROFILES) == dict.fromkeys(apps, digests(dist=NEW))
    fleet.emulator.clear_faults()
    assert task.run()["changed"] is False
    # A file that a request without a response has created may be in progress, until it is too old for that.
    fleet.emulator.advance(3700)
    task.run()
    assert fleet.contents(PROFILES) == dict.fromkeys(apps, digests(dist=NEW))


THREADS = 8


def test_all_connections_wait_after_429(fleet: Fleet) -> None:
    """Send no request for the time that the service has asked for, as its log shows."""
    fleet.holds(APPS[:24])
    fleet.emulator.options(latency_ms=10)
    fleet.emulator.fault(status=429, retry_after=3, nth=12, path="^/v0.1/")
    fleet.task(APPS[:24], provisioning_profiles=[declared("dist", NEW)], max_retries=1, concurrency=THREADS).run()

    log = fleet.emulator.requests(area="api")
    (refused,) = [entry for entry in log if entry["status"] == 429]
    after = [entry["at"] - refused["at"] - refused["seconds"] for entry in log]
    # Each other thread may have had one request on the way when the response came.
    assert len([seconds for seconds in after if 0 < seconds < 2.95]) < THREADS
    assert len([seconds for seconds in after if seconds >= 2.95]) > 24


class FakeClock(Clock):
    """A clock that advances while a thread waits."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def wait(self, condition: threading.Condition, seconds: float | None) -> None:
        if seconds is None:
            super().wait(condition, None)
        else:
            self.waits.append(seconds)
            self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    clock = FakeClock()
    monkeypatch.setattr(_clock, "SYSTEM", clock)
    return clock


@pytest.mark.parametrize("retry_after", [7, 120, 3600])
def test_the_wait_is_as_long_as_the_service_asks(fleet: Fleet, clock: FakeClock, retry_after: int) -> None:
    fleet.holds([ONE])
    fleet.emulator.fault(status=429, retry_after=retry_after, nth=1)
    fleet.task([ONE], provisioning_profiles=[], max_retries=1, concurrency=THREADS).run()
    assert clock.waits == [retry_after]


def test_a_wait_that_does_not_fit_in_the_time_limit(fleet: Fleet, clock: FakeClock) -> None:
    """End the task at once, with one message for all apps."""
    fleet.holds(APPS[:12])
    fleet.emulator.fault(status=429, retry_after=3600)
    # So slow that each thread has a request under way when the first is refused.
    fleet.emulator.options(latency_ms=200)
    task = fleet.task(APPS[:12], provisioning_profiles=[], max_retries=1, time_limit=600, concurrency=12)
    result = task.fail()
    assert result["error"]["kind"] == "rate_limited"
    assert "The service asks to wait 3600 s, until " in result["msg"]
    assert result["msg"].count("asks to wait") == 1
    assert clock.waits == []


LIMITS = {
    "window": "30/0.5s",
    "window, 503": "30/0.5s,503,tell=nothing",
    "bucket": "60/s,burst=10,tell=nothing",
    "bucket, 503": "60/s,burst=10,503,tell=nothing",
    "at once": "at-once=3",
    "announced": "30/1s,tell=ietf",
    "storage too": "at-once=3,503,of=all",
}


# The pace itself is tested in virtual time: over sockets, a few of them are enough.
OFTEN = ("window, 503", "at once", "storage too")


@pytest.mark.parametrize(
    "limit", [pytest.param(LIMITS[name], id=name, marks=() if name in OFTEN else exhaustive) for name in LIMITS]
)
def test_no_app_fails_under_a_limit(fleet: Fleet, limit: str) -> None:
    """Use sockets and threads. Tests in virtual time check the times."""
    apps = APPS[:12]
    fleet.holds(dict.fromkeys(apps, OLD))
    fleet.emulator.options(rate_limit=limit, latency_ms=5)
    task = fleet.task(apps, provisioning_profiles=[declared("dist", NEW)], max_retries=5, concurrency=16)
    done = task.run()
    fleet.emulator.options(rate_limit="", latency_ms=0)
    assert done["summary"]["failed"] == 0
    assert {slug: dict(files)["dist"] for slug, files in fleet.contents(PROFILES).items() if slug in apps} == dict(
        dict.fromkeys(apps, digests(dist=NEW)[0][1])
    )
