# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run scenarios, check the service after each request, and report violated invariants."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import TaskContext
from tests.helpers.service import CERTIFICATES
from tests.helpers.tasks import validated

from .cases import count_case
from .clients import Adapter, Client, Disturbance, Killed, in_force
from .scenarios import BYSTANDER, HOUR_S, Expected, Scenario, Task
from .service import FIRST_PORT, File, InProcess, digest_of

MARKER = "mobileops.ci-protect-"


@dataclass(frozen=True)
class Ran:
    """The outcome of a run. `result` is None if it was killed."""

    client: Client
    result: Mapping[str, Any] | None

    @property
    def failed(self) -> bool:
        return bool(self.result and self.result.get("failed"))

    @property
    def error(self) -> str:
        """Return the kind of the error."""
        return str((self.result or {}).get("error", {}).get("kind"))

    @property
    def message(self) -> str:
        return str((self.result or {}).get("exception") or (self.result or {}).get("msg"))


class Lab:
    """A service, and the checks of a scenario on it."""

    def __init__(self, service: InProcess, adapter: Adapter, folder: Path) -> None:
        self.service = service
        self._adapter = adapter
        self._folder = folder
        self._homes = 0
        self._validated: dict[tuple[int, int], Any] = {}
        self.problems: list[str] = []

    # Running

    def begin(self, scenario: Scenario, **switches: Any) -> None:
        """Put the service into the state before the scenario."""
        self.scenario = scenario
        self.problems = []
        self.service.load(scenario.fixture(), {**scenario.switches, **switches})
        self._before = {app: self.service.files(app) for app in scenario.apps}
        self._opens = {digest_of(content): password for content, password in scenario.passwords.items()}
        self._pairs = [{digest_of(one), digest_of(other)} for one, other in scenario.pairs]
        self._known: dict[tuple[str, str], set[str]] = {}
        self._usable = {app: self._usable_names(app) for app in scenario.apps}
        self._paired = {app: self._has_pair(app) for app in scenario.apps}
        self._adapter.look = self.look

    def home(self) -> Path:
        """Return a new home folder."""
        self._homes += 1
        return self._folder / str(self._homes)

    def run(
        self,
        task: Task | None = None,
        disturbance: Disturbance | None = None,
        *,
        client: Client | None = None,
        home: Path | None = None,
        **options: Any,
    ) -> Ran:
        """Run a task, that of the scenario unless another is given. Without a home it gets a fresh one."""
        client = client or Client(FIRST_PORT, disturbance)
        self._adapter.clients[client.port] = client
        home = home or self.home()
        client.killed = lambda: saved.update(_contents(home))
        saved: dict[Path, bytes] = {}
        entry, given = task or self.scenario.task
        key = (id(given), client.port)
        if options or key not in self._validated:
            made = {**self.service.connection(client.port), **given, **options}
            made.update({"apps": list(self.scenario.apps)} if "apps" in entry.options.argument_spec else {})
            made.update({"app_slug": self.scenario.apps[0]} if "app_slug" in entry.options.argument_spec else {})
            checked = validated(entry, entry.normalize(made))
            if options:
                return self._execute(entry, checked, client, home, saved)
            # Kept together with what its key is made of, so that no other object gets the same number.
            self._validated[key] = (given, checked)
        return self._execute(entry, self._validated[key][1], client, home, saved)

    @staticmethod
    def _execute(entry: Any, options: Any, client: Client, home: Path, saved: dict[Path, bytes]) -> Ran:
        context = TaskContext({"HOME": str(home)})
        try:
            return Ran(client, entry.execute(options, context, diff=False))
        except Killed:
            # Undo what this process did after the moment of the kill.
            for path in _contents(home).keys() - saved.keys():
                path.unlink()
            for path, content in saved.items():
                path.write_bytes(content)
            return Ran(client, None)

    # Invariants of every moment

    def look(self) -> None:
        """Note what is wrong at this moment."""
        for app in self.scenario.apps:
            gone = self._usable[app] - self._usable_names(app)
            self.problems += [f"{app}: no usable {kind} {name}" for kind, name in sorted(gone)]
            if self._paired[app] and not self._has_pair(app):
                self.problems.append(f"{app}: no pair that fits")

    def _is_usable(self, file: File, contents: set[str]) -> bool:
        if not file.processed or file.sha256 not in contents:
            return False
        return file.kind != CERTIFICATES or self._opens.get(str(file.sha256), file.password) == file.password

    def _usable_names(self, app: str) -> set[tuple[str, str]]:
        """Return kind and name of what a build could use, except what the task itself takes away."""
        usable = set()
        for file in self.service.files(app):
            if self._is_usable(file, self._contents(file.kind, file.name)):
                usable.add((file.kind, file.name))
        return usable

    def _contents(self, kind: str, name: str) -> set[str]:
        """Return the digests of what a build could use; none for a name that the task may leave without a file."""
        key = (kind, name)
        if key not in self._known:
            goes = not any(expected.name == name for expected in self.scenario.expected.get(kind, ()))
            contents = set() if goes or name in self.scenario.gaps else self.scenario.contents(kind, name)
            self._known[key] = {digest_of(content) for content in contents}
        return self._known[key]

    def _has_pair(self, app: str) -> bool:
        found = {file.sha256 for file in self.service.files(app) if self._is_usable(file, {str(file.sha256)})}
        return any(pair <= found for pair in self._pairs)

    # Invariants of the end

    def differences(self, *, unfinished: bool = True, slots: bool = True) -> list[str]:
        """Return how the service differs from what the scenario wants.

        `unfinished`: young slots may be there. `slots`: whether to look at files that are not processed at all.
        """
        found = []
        for app in self.scenario.apps:
            files = self.service.files(app)
            for kind, _files in self.scenario.holds():
                expected = Counter(self._seen(w, digest_of(w.content)) for w in self.scenario.expected.get(kind, ()))
                there = Counter(self._seen(f, f.sha256) for f in files if f.kind == kind and f.processed)
                found += [f"{app}: lacks {_shown(one)}" for one in (expected - there).elements()]
                found += [f"{app}: has {_shown(one)}" for one in (there - expected).elements()]
            left = [file for file in files if slots and not file.processed]
            found += [f"{app}: marker {file.name} is left" for file in left if file.name.startswith(MARKER)]
            found += [
                f"{app}: unfinished {file.name} {file.slug} is left"
                for file in left
                if not (unfinished and self._is_young(file)) and not file.name.startswith(MARKER)
            ]
            stays = {file.slug for file in files}
            found += [
                f"{app}: {file.name} was touched"
                for file in self._before[app]
                if file.name == BYSTANDER and self.scenario.has_bystander(file.kind) and file.slug not in stays
            ]
        return found

    def _seen(self, file: File | Expected, digest: str | None) -> tuple[str, str | None, bool, bool, str, str]:
        """Return what counts of a file."""
        protected = file.is_protected and file.name not in self.scenario.may_be_protected
        exposed = file.is_expose or file.name in self.scenario.may_be_hidden
        return file.name, digest, protected, exposed, file.password, file.env_key

    def _is_young(self, file: File) -> bool:
        age = self.service.age_s(file)
        return age is not None and age <= HOUR_S

    def check(self, *, finish: bool = True, home: Path | None = None) -> list[str]:
        """Run the scenario's task until nothing is left to do; return what is wrong on the way.

        Each run gets a fresh home unless one is given. Without `finish` the work has been done already.
        """
        count_case()
        scenario = self.scenario
        wrong = [f"at a moment: {problem}" for problem in dict.fromkeys(self.problems)]
        self.problems = []
        if finish:
            rerun = self.run(home=home)
            if rerun.failed and rerun.error in scenario.waits:
                self.service.time.seconds += HOUR_S + 60
                rerun = self.run(home=home)
            if rerun.failed and rerun.error in scenario.refuses and not rerun.client.wrote:
                return wrong
            if rerun.failed or rerun.result is None:
                return [*wrong, f"rerun fails: {rerun.message} ({' '.join(rerun.client.trace)})"]
        wrong += [f"after the rerun {text}" for text in self.differences(unfinished=True)]
        third = self.run(home=home)
        if third.failed or third.result is None:
            wrong.append(f"third run fails: {third.message}")
        elif scenario.repeats:
            wrong += [f"after the third run {text}" for text in self.differences(unfinished=True)]
        elif third.result["changed"] or third.client.wrote:
            wrong.append(f"third run is not quiet: {' '.join(third.client.trace)}")
        if scenario.removes_leftovers and not wrong:
            self.service.time.seconds += HOUR_S + 60
            last = self.run(home=home)
            if last.failed:
                wrong.append(f"run an hour later fails: {last.message}")
            wrong += [f"an hour later {text}" for text in self.differences(unfinished=False)]
        wrong += [f"in a rerun: {problem}" for problem in dict.fromkeys(self.problems)]
        return wrong

    def state(self) -> str:
        """Describe what is there, for the message about a failure."""
        lines = []
        for app in self.scenario.apps:
            for file in self.service.files(app):
                flags = " ".join(
                    [
                        "processed" if file.processed else "unprocessed",
                        "protected" if file.is_protected else "",
                        "" if file.is_expose else "hidden",
                        f"password {file.password!r}" if file.password else "",
                    ]
                )
                lines.append(
                    f"{app} {file.kind} {file.name} {file.slug} {str(file.sha256)[:8]} {' '.join(flags.split())}"
                )
        return "\n".join(lines)


def _contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} if folder.exists() else {}


def _shown(file: tuple[str, str | None, bool, bool, str, str]) -> str:
    name, digest, protected, expose, password, key = file
    flags = f"is_protected={protected} is_expose={expose} password={password!r} env_key={key!r}"
    return f"{name} {str(digest)[:8]} {flags}"


@contextlib.contextmanager
def laboratory(service: InProcess, folder: Path) -> Iterator[Lab]:
    """Open a lab; while it is open, the collection has this service and its time."""
    with in_force(service) as adapter:
        yield Lab(service, adapter, folder)
