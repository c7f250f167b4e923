# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service that is busy: the run slows down as a whole, and ends with everything declared in place."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils import _http
from ansible_collections.mobileops.ci.plugins.module_utils._http import Pause

from ..helpers.service import CERTIFICATES, PROFILES, a_file
from .fleet import APPS, ONE, Fleet, declared, digests

NEW, KEY = b"the new bytes", b"the new key"
OLD = {
    CERTIFICATES: [a_file("dist.p12", b"the old key")],
    PROFILES: [a_file("dist", b"the old bytes"), a_file("gone", b"x")],
}


@pytest.mark.parametrize("seed", [1, 2])
def test_busy_now_and_then(fleet: Fleet, seed: int) -> None:
    """2 percent of the answers are 429, 1 percent 503, for API and storage alike."""
    fleet.holds(dict.fromkeys(APPS, OLD))
    fleet.emulator.fault(status=429, rate=0.02, seed=seed)
    fleet.emulator.fault(status=503, rate=0.01, seed=seed)
    task = fleet.task(
        APPS,
        build_certificates=[declared("dist.p12", KEY, certificate_password="hush", is_protected=True)],
        provisioning_profiles=[declared("dist", NEW, is_expose=False)],
        purge=[PROFILES],
        max_purge_total="100%",
        max_retries=5,
    )
    done = task.run()

    assert sum(fault["fired"] for fault in fleet.emulator.faults()) > 5
    assert done["summary"]["changed"] == len(APPS)
    assert fleet.contents(PROFILES) == dict.fromkeys(APPS, digests(dist=NEW))
    assert fleet.contents(CERTIFICATES) == dict.fromkeys(APPS, digests(**{"dist.p12": KEY}))
    assert task.run()["changed"] is False


def test_busy_much_of_the_time(fleet: Fleet) -> None:
    """Of everything that can happen, a fifth."""
    apps = APPS[:12]
    fleet.holds(dict.fromkeys(apps, OLD))
    for number, fault in enumerate(({"status": 429}, {"status": 503}, {"drop": "after"}, {"truncate": True})):
        fleet.emulator.fault(**fault, rate=0.05, seed=number)
    profile = [declared("dist", NEW)]
    task = fleet.task(apps, provisioning_profiles=profile, purge=[PROFILES], max_purge_total="100%", max_retries=20)
    task.run()
    assert fleet.complete(PROFILES) == dict.fromkeys(apps, digests(dist=NEW))
    fleet.emulator.clear_faults()
    assert task.run()["changed"] is False
    # What a lost answer has created may be under way for all that a run knows, until it is too old for that.
    fleet.emulator.advance(3700)
    task.run()
    assert fleet.contents(PROFILES) == dict.fromkeys(apps, digests(dist=NEW))


def test_all_connections_wait_after_429(fleet: Fleet) -> None:
    """From the service's log: in the time that it has asked for, nobody asks."""
    fleet.holds(APPS[:24])
    fleet.emulator.options(latency_ms=10)
    fleet.emulator.fault(status=429, retry_after=3, nth=12, path="^/v0.1/")
    fleet.task(APPS[:24], provisioning_profiles=[declared("dist", NEW)], max_retries=1).run()

    log = fleet.emulator.requests(area="api")
    (refused,) = [entry for entry in log if entry["status"] == 429]
    after = [entry["at"] - refused["at"] - refused["seconds"] for entry in log]
    # The others may have been about to ask when the answer came, which on a busy machine takes its time to be read.
    assert [seconds for seconds in after if 1.5 < seconds < 2.95] == []
    assert len([seconds for seconds in after if seconds >= 2.95]) > 24


class FakeClock:
    """Time passes when somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waited: list[tuple[str, float]] = []
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.waited.append((threading.current_thread().name, seconds))
            self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    clock = FakeClock()
    monkeypatch.setattr(_http, "time", clock)
    return clock


def test_a_pause_is_the_longest_of_all(clock: FakeClock) -> None:
    pause = Pause()
    assert pause.left() == 0
    pause.hold(5)
    pause.hold(2)
    assert pause.left() == 5
    clock.sleep(4)
    pause.hold(2)
    assert pause.left() == 2
    clock.sleep(3)
    assert pause.left() == 0


@pytest.mark.parametrize("retry_after", [7, 120])
def test_the_pause_is_as_long_as_the_service_wants(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, retry_after: int
) -> None:
    """Waiting is replaced by a note of how long it would have been."""
    waits: list[float] = []
    waiting(monkeypatch, waits.append)
    fleet.holds([ONE])
    fleet.emulator.fault(status=429, retry_after=retry_after, nth=1)
    fleet.task([ONE], provisioning_profiles=[], max_retries=1).run()
    assert retry_after <= waits[0] <= retry_after + 1


def test_a_pause_beyond_all_patience(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour is not waited for: the error says what the service wants."""
    waits: list[float] = []
    waiting(monkeypatch, waits.append)
    fleet.holds([ONE])
    fleet.emulator.fault(status=429, retry_after=3600)
    result = fleet.task([ONE], provisioning_profiles=[], max_retries=1).fail()
    assert result["error"]["kind"] == "rate_limited"
    assert waits == []


def waiting(monkeypatch: pytest.MonkeyPatch, note: Callable[[float], None]) -> None:
    """Have those who wait on an event until a time is over say so instead."""
    usual = threading.Event.wait

    def wait(self: threading.Event, timeout: float | None = None) -> bool:
        if threading.current_thread().name.startswith("mobileops.ci") and timeout is not None:
            note(timeout)
            return self.is_set()
        return usual(self, timeout)

    monkeypatch.setattr(threading.Event, "wait", wait)
