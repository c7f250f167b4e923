# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run operations, check the service and the local files after each request, and report violated invariants."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import TaskContext
from tests.helpers.tasks import validated
from tests.reliability.cases import count_case
from tests.reliability.clients import WITH_TOKEN, Adapter, Client, Disturbance, Killed, in_force
from tests.reliability.service import FIRST_PORT, TOKEN, InProcess

from .model import FOLDER, LEARNT, Operation, Seen, Step, look


@dataclass(frozen=True)
class Run:
    """The result of a run. `results` has one result for each task that ended; `killed` tells whether one did not."""

    client: Client
    results: list[Mapping[str, Any]] = field(default_factory=list)
    killed: bool = False

    @property
    def failed(self) -> bool:
        return bool(self.results) and bool(self.results[-1].get("failed"))

    @property
    def changed(self) -> bool:
        return any(result.get("changed") for result in self.results)

    @property
    def error(self) -> str:
        return str(self.results[-1].get("error", {}).get("kind")) if self.failed else ""

    @property
    def message(self) -> str:
        last = self.results[-1] if self.results else {}
        return str(last.get("exception") or last.get("msg") or "success")

    @property
    def tracebacks(self) -> list[str]:
        return [f"a traceback: {result['exception']}" for result in self.results if "exception" in result]

    @property
    def writes(self) -> list[str]:
        """Return the requests that may change something."""
        reading = {"list", "show", "get", "app", "apps"}
        return [asked for asked in self.client.trace if asked not in reading and not asked.startswith("GET ")]


class Bench:
    """A service and a folder, and the checks of an operation on them."""

    def __init__(self, service: InProcess, adapter: Adapter, folder: Path) -> None:
        self.service = service
        self.adapter = adapter
        self._base = folder
        self._count = 0
        self._learnt: dict[int, tuple[Operation, Seen]] = {}
        self.problems: list[str] = []
        # True while the responses of a run may be false.
        self.is_deceived = False

    def begin(self, operation: Operation) -> None:
        """Put service and folder into the state before the operation."""
        self._count += 1
        self.operation = operation
        self.problems = []
        self.is_deceived = False
        self.adapter.astray.clear()
        self.service.time.skew_s = 0.0
        self.folder = self._base / str(self._count) / "files"
        self.home = self._base / str(self._count) / "home"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.home.mkdir()
        for name, content in operation.files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        self.service.load(operation.apps, operation.switches, phonegap=operation.phonegap)
        self.before = self.seen()
        # Items that are gone are missing, in `before` as well.
        self.after = {**self.before, **operation.expected}
        self.adapter.look = lambda: None
        if LEARNT in operation.expected.values():
            self._learn(operation)
        self.adapter.look = self.look

    def _learn(self, operation: Operation) -> None:
        """Take over what an undisturbed run makes of the items that are learnt, and begin again."""
        if id(operation) not in self._learnt:
            self._learnt[id(operation)] = (operation, {})
            self.run()
            made = self.seen()
            learnt = {item: made.get(item) for item, value in operation.expected.items() if value == LEARNT}
            self._learnt[id(operation)] = (operation, learnt)
            self.begin(operation)
        self.after.update(self._learnt[id(operation)][1])

    def seen(self) -> Seen:
        """Return what counts; the state of PhoneGap's builds only where the operation is about them."""
        named = {*self.operation.expected, *self.operation.between}
        found = look(self.service, self.folder)
        found = {item: value for item, value in found.items() if item not in self.operation.ignores}
        return {item: value for item, value in found.items() if not item.endswith(" android") or item in named}

    def empty_home(self) -> None:
        shutil.rmtree(self.home)
        self.home.mkdir()

    def run(
        self,
        disturbance: Disturbance | None = None,
        *,
        client: Client | None = None,
        steps: tuple[Step, ...] = (),
        **options: Any,
    ) -> Run:
        """Run the tasks of the operation until one fails."""
        client = client or Client(FIRST_PORT, disturbance)
        self.adapter.clients[client.port] = client
        run = Run(client)
        saved: dict[Path, bytes] = {}
        client.killed = lambda: saved.update(self._local())
        for spec, given in steps or self.operation.steps:
            made = {**self._connection(spec.name, client.port), **self._placed(given), **options}
            checked = validated(spec, spec.normalize(made))
            try:
                result = spec.execute(checked, TaskContext({"HOME": str(self.home)}), diff=False)
            except Killed:
                self._put_back(saved)
                return Run(client, run.results, killed=True)
            run.results.append(result)
            if result.get("failed"):
                break
        return run

    def _connection(self, name: str, port: int) -> dict[str, Any]:
        version = "api/v1" if name.startswith("phonegap_") else "v0.1"
        return {"api_url": f"{self.service.root(port)}/{version}", "api_token": TOKEN, "max_retries": 0}

    def _placed(self, options: Any) -> Any:
        if isinstance(options, str):
            return options.replace(FOLDER, str(self.folder))
        if isinstance(options, Mapping):
            return {name: self._placed(value) for name, value in options.items()}
        return [self._placed(value) for value in options] if isinstance(options, list) else options

    def _local(self) -> dict[Path, bytes]:
        places = (self.folder, self.home)
        return {path: path.read_bytes() for place in places for path in place.rglob("*") if path.is_file()}

    def _put_back(self, saved: Mapping[Path, bytes]) -> None:
        """Undo what this process did to local files after the moment of the kill."""
        for path in self._local().keys() - saved.keys():
            path.unlink()
        for path, content in saved.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    # Invariants of every moment

    def look(self) -> None:
        """Note each item that is neither as before nor as expected."""
        self.problems += [f"at a moment: {text}" for text in self._odd(self.seen(), self.before)]

    def _odd(self, seen: Seen, before: Mapping[str, Any]) -> list[str]:
        odd = []
        for item in sorted({*seen, *before, *self.after}):
            if item in self.operation.grows or (self.is_deceived and item in self.operation.unverifiable):
                continue
            allowed = {before.get(item), self.after.get(item), *self.operation.between.get(item, ())}
            if seen.get(item) not in allowed:
                odd.append(f"{item} is {seen.get(item)!r}")
        return odd

    # Invariants of the end

    def differences(self) -> list[str]:
        """Return how things differ from what the operation wants."""
        seen = self.seen()
        return [
            f"{item} is {seen.get(item)!r}, expected is {self.after.get(item)!r}"
            for item in sorted({*seen, *self.after})
            if item not in self.operation.grows and seen.get(item) != self.after.get(item)
        ]

    def added(self) -> dict[str, int]:
        """Return by how much the counts that grow have grown since the beginning."""
        seen = self.seen()
        return {item: seen.get(item, 0) - self.before.get(item, 0) for item in self.operation.grows}

    def litter(self) -> list[str]:
        """Return hidden files that are left in the folder."""
        return [f"{path.name} is left" for path in self.folder.rglob(".*") if path.is_file()]

    def check(self, *, finish: bool = True) -> list[str]:
        """Run the operation until nothing is left to do; return what is wrong on the way."""
        count_case()
        operation = self.operation
        # Content of a false response stays until the rerun replaces it.
        self.before = {**self.before, **{item: self.seen().get(item) for item in operation.unverifiable}}
        self.is_deceived = False
        wrong = list(dict.fromkeys(self.problems))
        wrong += [
            f"a request to {url}" for url in self.adapter.astray if WITH_TOKEN in url or not operation.is_redirected
        ]
        self.problems = []
        if finish:
            earlier = self.added()
            rerun = self.run()
            if rerun.failed and rerun.error in operation.refuses and not rerun.writes:
                return wrong
            wrong += rerun.tracebacks
            if rerun.failed:
                wrong.append(f"the rerun fails: {rerun.message}")
            if operation.grows and self.added() != {item: count + 1 for item, count in earlier.items()}:
                wrong.append(f"the rerun does not add one: {earlier}, then {self.added()}")
        wrong += [f"after the rerun {text}" for text in self.differences()]
        if operation.is_idempotent and not wrong:
            third = self.run()
            if third.failed:
                wrong.append(f"the third run fails: {third.message}")
            elif third.changed or third.writes:
                wrong.append(f"the third run is not quiet: {' '.join(third.client.trace)}")
        return wrong + list(dict.fromkeys(self.problems))


@contextlib.contextmanager
def bench(service: InProcess, folder: Path) -> Iterator[Bench]:
    """Open a bench; while it is open, the collection has this service and its time."""
    with in_force(service) as adapter:
        try:
            yield Bench(service, adapter, folder)
        finally:
            service.time.skew_s = 0.0
