# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet task is interrupted. The next run finishes its work."""

from __future__ import annotations

import itertools
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._http.session import Call, HttpSession
from tests.helpers.fleet import APPS, IOS_KINDS, Fleet, FleetTask, declared, digests
from tests.helpers.service import CERTIFICATES, PROFILES, a_file, sha256

FLEET = APPS[:6]
NEW, KEY = b"the new bytes", b"the new key"
OLD = {
    CERTIFICATES: [a_file("dist.p12", b"the old key", certificate_password="one"), a_file("other", b"x")],
    PROFILES: [a_file("dist", b"some older bytes", is_protected=True), a_file("other", b"x"), a_file("first", None)],
}
TRUE = {
    CERTIFICATES: digests(**{"dist.p12": KEY, "other": b"x"}),
    PROFILES: digests(dist=NEW, first=b"1", other=b"x"),
}


def rollout(fleet: Fleet, **options: Any) -> FleetTask:
    """Replace files, upload a first one, and change flags and a password in each app."""
    fleet.holds(dict.fromkeys(FLEET, OLD))
    return fleet.task(
        FLEET,
        build_certificates=[declared("dist.p12", KEY, is_protected=True)],
        provisioning_profiles=[declared("dist", NEW), declared("first", b"1", is_expose=False)],
        concurrency=4,
        digest_cache=str(fleet.folder / "digests"),
        **options,
    )


def check_nothing_is_lost(fleet: Fleet) -> None:
    """Check that a build at this moment finds each file, in its old or in its new form."""
    for kind in IOS_KINDS:
        for contents in fleet.contents(kind).values():
            complete = {name for name, digest in contents if digest}
            assert {"other", "dist.p12" if kind == CERTIFICATES else "dist"} <= complete


def check_all_is_true(fleet: Fleet) -> None:
    for kind in IOS_KINDS:
        assert fleet.complete(kind) == dict.fromkeys(FLEET, TRUE[kind])
    for slug in FLEET:
        (certificate,) = [
            file
            for file in fleet.files(slug, CERTIFICATES)
            if file["upload_file_name"] == "dist.p12" and file["processed"]
        ]
        assert (certificate["is_protected"], certificate["password_sha256"]) == (True, sha256(b"one"))
        flags = {
            file["upload_file_name"]: (file["is_protected"], file["is_expose"])
            for file in fleet.files(slug, PROFILES)
            if file["processed"]
        }
        assert flags == {"dist": (True, True), "first": (False, False), "other": (False, True)}


class Interrupted(BaseException):
    """An exception that ansible-core raises in the main thread after the timeout of a task, or that Ctrl-C raises."""


def functions_of_main_thread() -> set[str]:
    frame = sys._current_frames().get(threading.main_thread().ident or 0)
    names = set()
    while frame:
        names.add(frame.f_code.co_name)
        frame = frame.f_back
    return names


class Alarm:
    """Interrupts the main thread, as a task that is over is interrupted, at a moment that a thread of it chooses."""

    def __init__(self) -> None:
        self.ended_s = 0.0  # from the interrupt to the end of the task
        self._rung_at: float | None = None
        self._noticed = threading.Event()

    def ring(self) -> None:
        """Return once the main thread has noticed it."""
        if self._rung_at is None:
            # An interrupt of ThreadPoolExecutor.submit leaves a thread that the executor does not know.
            while "submit" in functions_of_main_thread():
                time.sleep(0.001)
            self._rung_at = time.monotonic()
            os.kill(os.getpid(), signal.SIGALRM)
        self._noticed.wait()

    def run(self, task: FleetTask) -> None:
        with pytest.raises(Interrupted):
            task.result()
        assert self._rung_at is not None
        self.ended_s = time.monotonic() - self._rung_at
        assert [thread for thread in threading.enumerate() if thread.name.startswith("mobileops.ci")] == []

    def interrupt(self, _signal: int, _frame: object) -> None:
        self._noticed.set()
        raise Interrupted


@pytest.fixture
def alarm() -> Iterator[Alarm]:
    alarm = Alarm()
    usual = signal.signal(signal.SIGALRM, alarm.interrupt)
    yield alarm
    signal.signal(signal.SIGALRM, usual)


def test_interrupted_at_work(fleet: Fleet, alarm: Alarm, monkeypatch: pytest.MonkeyPatch) -> None:
    """End the upload of each thread, and keep the outcomes that are known by then."""
    task = rollout(fleet)
    send = HttpSession.send
    numbers = itertools.count()

    def send_or_interrupt(session: HttpSession, call: Call) -> Any:
        if next(numbers) >= 30:
            alarm.ring()
        return send(session, call)

    with monkeypatch.context() as patch:
        patch.setattr(HttpSession, "send", send_or_interrupt)
        alarm.run(task)
    check_nothing_is_lost(fleet)
    begun = sum(("dist", sha256(NEW)) in contents for contents in fleet.contents(PROFILES).values())
    assert begun < len(FLEET)
    # Apps without all new files have kept the old ones. No other file of an upload is left.
    for kind, name, old, new in (
        (CERTIFICATES, "dist.p12", b"the old key", KEY),
        (PROFILES, "dist", b"some older bytes", NEW),
    ):
        for contents in fleet.contents(kind).values():
            digest = [digest for found, digest in contents if found == name]
            assert digest in ([sha256(old)], [sha256(new)], sorted([sha256(old), sha256(new)]))
    task.run()
    check_all_is_true(fleet)


def test_interrupted_while_it_waits(fleet: Fleet, alarm: Alarm) -> None:
    """End the task before the end of the pause that the service asks for."""
    task = replace(
        rollout(fleet, max_retries=3), report_progress=lambda line: alarm.ring() if " waits " in line else None
    )
    fleet.emulator.fault(status=429, retry_after=600)
    alarm.run(task)
    assert alarm.ended_s < 300
    fleet.emulator.clear_faults()
    task.run()
    check_all_is_true(fleet)
