# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Threads at the gate, which wait on a condition. The end of the task ends their wait at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core.clock import Clock
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import CiError, NotDoneError, TaskStopError
from ansible_collections.mobileops.ci.plugins.module_utils._http.gates import Gate, Gates
from ansible_collections.mobileops.ci.plugins.module_utils._http.pace import NO_LIMIT, AnnouncedLimit, Turn

HOST = "https://api.example.com/v0.1"
REFUSAL = CiError("refused", kind="rate_limited")


class CountingClock(Clock):
    """Counts the threads that wait."""

    def __init__(self) -> None:
        self.waits = 0
        self.waiting = threading.Semaphore(0)

    def wait(self, condition: threading.Condition, seconds: float | None) -> None:
        self.waits += 1
        self.waiting.release()
        super().wait(condition, seconds)


@pytest.fixture
def clock() -> CountingClock:
    return CountingClock()


@pytest.fixture
def gates(clock: CountingClock) -> Gates:
    return Gates(clock, 14_400)


def close(gate: Gate, wait_s: float) -> None:
    gate.note_refused(gate.enter(gate.new_owner()), 429, AnnouncedLimit(wait_s), REFUSAL, again=False)


def test_one_gate_for_each_host(gates: Gates) -> None:
    assert gates.of(HOST) is gates.of("https://API.example.com/other?x=1")
    assert gates.of(HOST) is not gates.of("https://storage.example.com/")


def stop(gates: Gates) -> None:
    with pytest.raises(TaskStopError):
        gates.stop(TaskStopError("it is over"))


ENDINGS: dict[str, tuple[Callable[[Gates], object], type[CiError]]] = {
    "interrupt": (Gates.interrupt, NotDoneError),
    "stop": (stop, TaskStopError),
}


@pytest.mark.parametrize(("end", "expected"), ENDINGS.values(), ids=ENDINGS)
def test_all_waiting_threads_end_at_once(
    gates: Gates, clock: CountingClock, end: Callable[[Gates], object], expected: type[CiError]
) -> None:
    """End a wait of an hour."""
    gate = gates.of(HOST)
    close(gate, 3600)
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(gate.enter, gate.new_owner()) for _number in range(7)]
        waiting.append(pool.submit(gates.sleep, 3600))
        for _thread in waiting:
            clock.waiting.acquire()
        end(gates)
        assert not wait(waiting, timeout=60).not_done
        assert all(isinstance(thread.exception(), expected) for thread in waiting)
    # On a condition, not by polling.
    assert clock.waits <= 2 * 8


def test_the_probe_opens_the_gate_for_all(gates: Gates, clock: CountingClock) -> None:
    gate = gates.of(HOST)
    close(gate, 0.01)
    probe = gate.enter(gate.new_owner())
    assert probe.probe
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(gate.enter, gate.new_owner()) for _number in range(4)]
        for _thread in waiting:
            clock.waiting.acquire()
        gate.note_served(probe, NO_LIMIT)
        # The rate after a refusal lets them through one after the other.
        assert all(isinstance(thread.result(timeout=60), Turn) for thread in waiting)


def test_the_first_error_ends_the_task(gates: Gates) -> None:
    gates.of(HOST)
    for text in ("first", "second"):
        with pytest.raises(TaskStopError):
            gates.stop(TaskStopError(text))
    with pytest.raises(TaskStopError, match="first"):
        gates.of(HOST).enter(0)
