# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ctrl-C during a fleet task, with a real ansible-playbook: it ends soon and clearly, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.functional.plugins.action.playbook import BIN, Playground
from tests.helpers.fleet import APPS, Fleet, FleetTask, declared, digests
from tests.helpers.service import PROFILES, a_file

OLD, NEW = b"some older bytes", b"the new bytes"
MODULE = "mobileops.ci.bitrise_code_signing"


def rollout(fleet: Fleet) -> FleetTask:
    fleet.holds({slug: {PROFILES: [a_file("dist", OLD, is_protected=True), a_file("other", b"x")]} for slug in APPS})
    return fleet.task(APPS, provisioning_profiles=[declared("dist", NEW), declared("new", b"1")], concurrency=2)


def processes_of(folder: Path) -> list[int]:
    """Find all processes with this folder in their environment: ansible-playbook, its workers and modules."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and str(folder).encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let children receive Ctrl-C, although a shell lets its jobs in the background ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("run_in", ["controller", "target"])
def test_ctrl_c(fleet: Fleet, tmp_path: Path, run_in: str) -> None:
    playground = Playground(tmp_path / "ground")
    task = rollout(fleet)
    # Where the next run looks for replacements that were cut off.
    environment = {**playground.environment(), **task.env}
    tasks: list[dict[str, Any]] = [{"name": "roll out", MODULE: {**task.options, "run_in": run_in}}]
    (playground.play / "site.json").write_text(json.dumps([{"hosts": "here", "gather_facts": False, "tasks": tasks}]))
    fleet.emulator.options(latency_ms=25)
    # A separate session, as in a terminal: Ctrl-C reaches all processes in it.
    process = subprocess.Popen(
        [BIN / "ansible-playbook", "-i", playground.folder / "hosts", playground.play / "site.json"],
        cwd=playground.home,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        until = time.monotonic() + 120
        while fleet.asked()["confirm"] < 5 and process.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        # The rest of the rollout now takes at least a minute, so that it cannot end before the interrupt.
        fleet.emulator.options(latency_ms=3000)
        os.killpg(process.pid, signal.SIGINT)
        screen = process.communicate(timeout=120)[0]
    finally:
        process.kill()

    assert process.returncode != 0
    assert "interrupt" in screen.lower()
    assert "Traceback" not in screen
    until = time.monotonic() + 60
    while processes_of(playground.folder) and time.monotonic() < until:
        time.sleep(0.05)
    assert processes_of(playground.folder) == []
    asked = fleet.asked()
    assert 0 < asked["confirm"] < len(APPS)

    fleet.emulator.options(latency_ms=0)
    fleet.wait_for_service()
    for contents in fleet.contents(PROFILES).values():
        assert {"dist", "other"} <= {name for name, digest in contents if digest}
    task.run()
    assert fleet.complete(PROFILES) == dict.fromkeys(APPS, digests(dist=NEW, new=b"1", other=b"x"))
