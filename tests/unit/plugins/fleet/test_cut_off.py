# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process is killed in the middle of a fleet, or the task is interrupted. The next run finishes the work."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.fleet.entry import CODE_SIGNING
from ansible_collections.mobileops.ci.plugins.module_utils._entry import TaskContext

from ..helpers.service import CERTIFICATES, PROFILES, a_file, sha256
from ..helpers.tasks import validated
from .fleet import APPS, KINDS, Fleet, FleetTask, declared, digests

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])
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
    """Replacements, a first upload, flags and a password in each of the apps."""
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
    """A build at this moment finds each file that there was, in its old form or in the new one."""
    for kind in KINDS:
        for contents in fleet.contents(kind).values():
            complete = {name for name, digest in contents if digest}
            assert {"other", "dist.p12" if kind == CERTIFICATES else "dist"} <= complete


def check_all_is_true(fleet: Fleet) -> None:
    for kind in KINDS:
        assert fleet.contents(kind) == dict.fromkeys(FLEET, TRUE[kind])
    for slug in FLEET:
        (certificate,) = [file for file in fleet.files(slug, CERTIFICATES) if file["upload_file_name"] == "dist.p12"]
        assert (certificate["is_protected"], certificate["password_sha256"]) == (True, sha256(b"one"))
        flags = {
            file["upload_file_name"]: (file["is_protected"], file["is_expose"]) for file in fleet.files(slug, PROFILES)
        }
        assert flags == {"dist": (True, True), "first": (False, False), "other": (False, True)}


def run_and_die(options: dict[str, Any], env: dict[str, str], last: int) -> None:
    """In a process of its own: the task, until this many of its requests are answered, whichever these are."""
    send = requests.Session.send
    lock = threading.Lock()
    sent = 0

    def counted(self: requests.Session, request: requests.PreparedRequest, **settings: Any) -> requests.Response:
        nonlocal sent
        response = send(self, request, **settings)
        with lock:
            sent += 1
            if sent == last:
                os.kill(os.getpid(), signal.SIGKILL)
        return response

    requests.Session.send = counted  # type: ignore[method-assign]
    CODE_SIGNING.carry_out(validated(CODE_SIGNING, CODE_SIGNING.normalize(options)), TaskContext(env), diff=False)


def killed(task: FleetTask, last: int) -> None:
    process = PROCESSES.Process(target=run_and_die, args=(dict(task.options), dict(task.env), last))
    process.start()
    process.join(30)
    assert process.exitcode == -signal.SIGKILL


# 12 lists, 6 times create, put, confirm, patch and delete of two files and create, put, confirm, patch of a third.
REQUESTS = 6 * (2 + 5 + 5 + 4 + 1)


def test_how_many_requests_it_takes(fleet: Fleet) -> None:
    """What the numbers below are chosen from."""
    assert rollout(fleet).asked_by().total() == REQUESTS
    check_all_is_true(fleet)


@pytest.mark.parametrize("last", sorted(random.Random(4).sample(range(13, REQUESTS), 8)))
def test_killed_in_the_middle(fleet: Fleet, last: int) -> None:
    task = rollout(fleet)
    killed(task, last)
    check_nothing_is_lost(fleet)

    task.run()

    check_all_is_true(fleet)
    assert task.run()["changed"] is False


def test_killed_again_and_again(fleet: Fleet) -> None:
    task = rollout(fleet)
    for last in (30, 25, 20):
        killed(task, last)
        check_nothing_is_lost(fleet)
    task.run()
    check_all_is_true(fleet)


def test_killed_with_a_purge(fleet: Fleet) -> None:
    """What another run has deleted already is no error, and nothing that is declared goes."""
    task = rollout(fleet, purge=list(KINDS))
    killed(task, REQUESTS - 4)
    task.run()
    assert fleet.contents(PROFILES) == dict.fromkeys(FLEET, digests(dist=NEW, first=b"1"))
    assert fleet.contents(CERTIFICATES) == dict.fromkeys(FLEET, digests(**{"dist.p12": KEY}))


class Interrupted(BaseException):
    """What ansible-core raises in the main thread when a task's time is over; or the user's Ctrl-C."""


@pytest.fixture
def alarm() -> Iterator[None]:
    def interrupt(_signal: int, _frame: object) -> None:
        raise Interrupted

    usual = signal.signal(signal.SIGALRM, interrupt)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, usual)


def interrupted_after(task: FleetTask, seconds: float) -> float:
    """How long it takes to end after that."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
    started = time.monotonic()
    with pytest.raises(Interrupted):
        task.result()
    assert [thread for thread in threading.enumerate() if thread.name.startswith("mobileops.ci")] == []
    return time.monotonic() - started - seconds


@pytest.mark.usefixtures("alarm")
def test_interrupted_at_work(fleet: Fleet) -> None:
    """Each thread ends the upload that it is at; what is known by then is kept."""
    task = rollout(fleet)
    fleet.emulator.options(latency_ms=20)
    assert interrupted_after(task, 0.3) < 10
    fleet.emulator.options(latency_ms=0)
    check_nothing_is_lost(fleet)
    begun = sum(("dist", sha256(NEW)) in contents for contents in fleet.contents(PROFILES).values())
    assert begun < len(FLEET)
    # Where not all that is new is there yet, the old is kept beside it; nothing else is left of what was under way.
    for kind, name, old, new in (
        (CERTIFICATES, "dist.p12", b"the old key", KEY),
        (PROFILES, "dist", b"some older bytes", NEW),
    ):
        for contents in fleet.contents(kind).values():
            digest = [digest for found, digest in contents if found == name]
            assert digest in ([sha256(old)], [sha256(new)], sorted([sha256(old), sha256(new)]))
    task.run()
    check_all_is_true(fleet)


@pytest.mark.usefixtures("alarm")
def test_interrupted_while_it_waits(fleet: Fleet) -> None:
    """The service wants a pause of a minute: nobody sits it out."""
    task = rollout(fleet, max_retries=3)
    fleet.emulator.fault(status=429, retry_after=60)
    assert interrupted_after(task, 0.3) < 10
    fleet.emulator.clear_faults()
    task.run()
    check_all_is_true(fleet)
