# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SIGKILL of ansible-playbook and all its children at a chosen request. A run with an empty home finishes the work."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.process import Emulator
from tests.functional.plugins.action.playbook import BIN, ELSEWHERE, Playground

from .cases import count_case, exhaustive, named, share
from .plays import APPS, PLAYS, Items, Play, items_of, losses

POINTS = share(6)  # requests of each playbook at which it is killed, chosen with the name of the playbook as the seed
LONGEST_S = 120


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator("empty") as running:
        yield running


class Killer:
    """Runs one playbook again and again, each time with another folder and home."""

    def __init__(self, emulator: Emulator, folder: Path, play: Play) -> None:
        self.emulator = emulator
        self._folder = folder
        self._play = play
        self._count = 0
        self.project = folder

    def begin(self) -> None:
        """Put the service into the state before the run, and make a project folder with an inventory."""
        self._count += 1
        self.emulator.reset({"apps": list(self._play.apps)})
        self.project = self._folder / f"project-{self._count}"
        self.project.mkdir()
        variables = {
            "code_signing_api_url": self.emulator.api_url,
            "code_signing_api_token": self.emulator.tokens["owner"],
            "code_signing_max_retries": 0,
            "artifact_retention_api_url": self.emulator.api_url,
            "artifact_retention_api_token": self.emulator.tokens["owner"],
            "artifact_retention_max_retries": 0,
            "adopt_dest": str(self.project / "adopted"),
        }
        hosts = {f"app{number}": {"bitrise_app_slug": slug, **ELSEWHERE} for number, slug in enumerate(APPS)}
        described = {"all": {"hosts": hosts, "vars": {**variables, **self._play.variables}}}
        (self.project / "hosts.json").write_text(json.dumps(described))

    def items(self) -> Items:
        return items_of(self.emulator.state(), self.project / "adopted")

    def start(self) -> tuple[Playground, subprocess.Popen[bytes]]:
        """Start ansible-playbook with an empty home folder."""
        self._count += 1
        ground = Playground(self._folder / f"ground-{self._count}")
        playbook = self._play.playbook
        if not isinstance(playbook, str):
            (self.project / "site.json").write_text(json.dumps(playbook))
            playbook = str(self.project / "site.json")
        command: list[str | Path] = [BIN / "ansible-playbook", "-i", self.project / "hosts.json", playbook]
        if isinstance(self._play.variables.get("rotate_certificate_batch"), int):
            command += [
                "-e",
                json.dumps({"rotate_certificate_batch": self._play.variables["rotate_certificate_batch"]}),
            ]
        process = subprocess.Popen(
            command,
            cwd=ground.home,
            env=ground.environment(),
            stdin=subprocess.DEVNULL,
            stdout=(ground.folder / "screen").open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        return ground, process

    def run(self) -> None:
        """Run to the end, which has to be a success."""
        ground, process = self.start()
        assert process.wait(LONGEST_S) == 0, (ground.folder / "screen").read_text()

    def kill(self, number: int, hold: str) -> None:
        """Run until the service has this request, before or after its effect, then kill every process of the run."""
        self.emulator.fault(hold=hold, nth=number)
        ground, process = self.start()
        until = time.monotonic() + LONGEST_S
        while not (held := self.emulator.held()) and process.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        assert process.poll() is None, (ground.folder / "screen").read_text()
        for pid in [process.pid, *_descendants(process.pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait(LONGEST_S)
        for request in held:
            self.emulator.release(request["n"], "drop")
        self.emulator.clear_faults()

    def writes(self) -> list[str]:
        return [f"{asked['method']} {asked['path']}" for asked in self.emulator.requests() if asked["method"] != "GET"]


def _descendants(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(entry.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(entry.parent.name))
    return found + [other for child in found for other in _descendants(child)]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the processes of a run in /proc")
@exhaustive
@named(PLAYS)
def test_killed_playbook(emulator: Emulator, tmp_path: Path, name: str) -> None:
    killer = Killer(emulator, tmp_path, PLAYS[name])
    killer.begin()
    before = killer.items()
    killer.run()
    after = killer.items()
    assert before != after
    length = len(emulator.requests())
    seed = random.Random(name)
    for number in sorted(seed.sample(range(2, length + 1), POINTS)):
        hold = seed.choice(("before", "after"))
        where = f"killed {hold} the effect of request {number} of {length}"
        killer.begin()
        killer.kill(number, hold)
        assert losses(before, killer.items(), after) == [], where

        killer.run()

        assert killer.items() == after, where
        emulator.clear_requests()
        killer.run()
        assert killer.writes() == [], where
        assert killer.items() == after, where
        count_case()
