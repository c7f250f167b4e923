# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lifecycle of a file, from its first upload to its purge, with a service that behaves in a certain way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.fleet.code_signing import CODE_SIGNING
from tests.helpers.service import CERTIFICATES, KEYSTORES, PROFILES, PROJECT_FILES, env_key

from .clients import Disturbance
from .lab import Lab, Ran
from .scenarios import APPS, HOUR_S, Expected, Scenario, bystander, declared
from .service import File, digest_of

APP = APPS[0]
LATEST_S = 10  # no behavior takes longer to show what was done
ALL_KINDS = (PROFILES, CERTIFICATES, KEYSTORES, PROJECT_FILES)
PASSWORD = "open sesame"
_FIXED: Mapping[str, Mapping[str, Any]] = {
    PROFILES: {},
    CERTIFICATES: {"certificate_password": PASSWORD},
    KEYSTORES: {"keystore_name": "TWO", "alias": "release", "password": PASSWORD},
    PROJECT_FILES: {"user_env_key": env_key("dist")},
}
# A name that the service changes.
_NAMES = {
    "trimmed": " dist",
    "blanks_replaced": "the dist",
    "ascii_only": "d\u00efst",
    "lower_case": "Dist",
}
_ENV_KEYS = {KEYSTORES: "ANDROID_KEYSTORE_TWO", PROJECT_FILES: env_key("dist")}


@dataclass(frozen=True)
class Step:
    """One task in the lifecycle of a file, and the files that the app has after it."""

    name: str
    options: Mapping[str, Any]
    expected: Sequence[Expected]

    @property
    def again(self) -> Mapping[str, Any]:
        """Return the options of the next run, without `on_unverifiable`, which is meant for one run."""
        entries = {
            kind: [{key: value for key, value in entry.items() if key != "on_unverifiable"} for entry in given]
            for kind, given in self.options.items()
            if kind in ALL_KINDS
        }
        return {**self.options, **entries}


@dataclass
class Lifecycle:
    """The outcome of a lifecycle."""

    problems: list[str] = field(default_factory=list)
    runs: int = 0


def content(generation: int) -> bytes:
    """Return the content of a generation. Each has a size of its own."""
    return b"generation " + b"g" * generation


_TAKEN = "If the service does not accept two, the new one cannot be uploaded"
# Choices of behaviors with which a step may fail, and words of the error.
REFUSED: Mapping[str, str] = {
    "slugs=falling": "which sorts before",
    **dict.fromkeys(
        (f"names={way}" for way in ("trimmed", "blanks_replaced", "ascii_only", "lower_case", "extension_added")),
        "The service changes the name of",
    ),
    **dict.fromkeys((f"same_name={status}" for status in (400, 409, 422)), _TAKEN),
    # With the words of the service, if it says any.
    "max_files=2": _TAKEN,
    "unique_env_keys=True": "set replace_order=delete_first to delete the old one first",
}
# Choices of behaviors with which a run may fail after one that was killed, and words of the error.
REFUSED_AFTER_KILL: Mapping[str, str] = {
    **dict.fromkeys(("slugs=hex", "slugs=uuid"), "Their slugs do not show which of them is the newest"),
}
# Pairs of behaviors with which an unfinished upload prevents each later run until a person deletes it.
BLOCKED = (
    {"slugs", "same_name"},
    {"slugs", "max_files"},
    {"slugs", "unique_env_keys"},
    {"delete_unprocessed", "max_files"},
    {"delete_unprocessed", "same_name"},
    {"delete_unprocessed", "unique_env_keys"},
    # Without a Date header the clock of the machine counts, which is not the virtual one of these tests.
    {"date_header", "same_name"},
    {"date_header", "max_files"},
    {"date_header", "unique_env_keys"},
)


def steps(kind: str, switches: Mapping[str, Any]) -> Iterator[Step]:
    """Yield the tasks of a lifecycle. A protected file stays protected even if its protection is not declared."""
    file_name = _NAMES.get(switches.get("names", ""), "dist")

    def step(name: str, generation: int, *, protected: bool = False, **more: Any) -> Step:
        given = {"is_expose": protected} if kind != KEYSTORES else {}
        entry = declared(file_name, content(generation), **_FIXED[kind], **given, **more)
        if kind == PROJECT_FILES:
            del entry["verify"]
        expected = Expected(
            file_name,
            content(generation),
            is_protected=protected,
            is_expose=protected or kind == KEYSTORES,
            password=PASSWORD if kind in (CERTIFICATES, KEYSTORES) else "",
            env_key="TWO" if named and kind == KEYSTORES else _ENV_KEYS.get(kind, ""),
        )
        return Step(name, {kind: [entry]}, [expected, bystander(kind)])

    named = switches.get("keystore_env_key") == "name"
    yield step("first", 1)
    yield step("renewed", 2)
    if kind != KEYSTORES:
        yield step("protected", 2, protected=True, is_protected=True)
        yield step("renewed again", 3, protected=True, on_unverifiable="replace")
    yield Step("purged", {kind: [], "purge": [kind]}, [])


def run_lifecycle(
    lab: Lab, kind: str, switches: Mapping[str, Any], killed: Callable[[str, int], Sequence[int]] = lambda _step, _n: ()
) -> Lifecycle:
    """Run all steps. `killed` returns the numbers of the requests, out of so many, at which a step is killed."""
    lifecycle = Lifecycle()
    lab.begin(Scenario({}, (CODE_SIGNING, {}), {kind: [bystander(kind)]}), **switches)
    for step in steps(kind, switches):
        before = lab.service.snapshot()
        ran = _run(lab, lifecycle, step.options)
        if ran.failed:
            _check_refused(lab, lifecycle, step, ran, before, switches)
            return lifecycle
        if not (ran.result or {}).get("changed"):
            lifecycle.problems.append(f"{step.name}: nothing was changed")
        _check_done(lab, lifecycle, step, step.name)
        if lifecycle.problems:
            return lifecycle
        after = lab.service.snapshot()
        for number in killed(step.name, ran.client.sent):
            lab.service.restore(before)
            _check_killed(lab, lifecycle, step, Disturbance(number, "kill", before=number % 2 == 0), switches)
        lab.service.restore(after)
    return lifecycle


def _words(table: Mapping[str, str], switches: Mapping[str, Any]) -> list[str]:
    return [table[case] for case in (f"{key}={value}" for key, value in switches.items()) if table.get(case)]


def _run(lab: Lab, lifecycle: Lifecycle, options: Mapping[str, Any], disturbance: Disturbance | None = None) -> Ran:
    lifecycle.runs += 1
    return lab.run((CODE_SIGNING, {"concurrency": 1, **options}), disturbance)


def _check_refused(
    lab: Lab, lifecycle: Lifecycle, step: Step, ran: Ran, before: Any, switches: Mapping[str, Any]
) -> None:
    """Check that a step that fails has one clear error, changes nothing, and fails again in the same way."""
    where = f"{step.name} ({' '.join(ran.client.trace)})"
    words = _words(REFUSED, switches)
    if str(switches.get("too_many_files")) == "403":
        words.append("Maximum number of files")
    if not any(text in ran.message for text in words):
        lifecycle.problems.append(f"{where}: {ran.message}")
    stayed = _files(lab, before.files(APP))
    for text, found in (("the first error", ran), ("the second", _run(lab, lifecycle, step.options))):
        if not found.failed:
            lifecycle.problems.append(f"{where}: {text} is none")
        if (found.result or {}).get("exception"):
            lifecycle.problems.append(f"{where}: {text} is a bug: {found.message}")
    left = _files(lab, lab.service.files(APP))
    if left != stayed:
        lifecycle.problems.append(f"{where}: fails with changes: {stayed} became {left}: {ran.message}")


def _check_done(lab: Lab, lifecycle: Lifecycle, step: Step, where: str, *, slots: bool = False) -> None:
    """Check that the files are as declared and the next run changes nothing. `slots`: unfinished uploads may stay."""
    lifecycle.problems += [f"{where}: {text}" for text in _differences(lab, step, slots=slots)]
    again = _run(lab, lifecycle, step.again)
    trace = " ".join(again.client.trace)
    if again.failed:
        lifecycle.problems.append(f"{where}, again: {again.message} ({trace})")
    elif (again.result or {}).get("changed") or (again.client.wrote and not _stays_unfinished(lab)):
        lifecycle.problems.append(f"{where}, again: not quiet ({trace})")


def _check_killed(lab: Lab, lifecycle: Lifecycle, step: Step, kill: Disturbance, switches: Mapping[str, Any]) -> None:
    killed = _run(lab, lifecycle, step.options, kill)
    where = f"{step.name}, {kill} ({' '.join(killed.client.trace)})"
    # A run that starts before the lists show what the killed one did makes a copy, and the next one removes it.
    lab.service.time.seconds += LATEST_S
    rerun = _run(lab, lifecycle, step.options)
    if rerun.failed:
        # An unfinished upload of the killed run may block the next one until it is an hour old.
        if rerun.client.wrote:
            lifecycle.problems += [f"{where}: {text}" for text in _lost(lab, step)]
        lab.service.time.seconds += HOUR_S + 60
        rerun = _run(lab, lifecycle, step.options)
    words = _words(REFUSED_AFTER_KILL, switches)
    if any(pair <= switches.keys() for pair in BLOCKED):
        words.append("An unfinished upload")
    if rerun.failed and any(text in rerun.message for text in words):
        lifecycle.problems += [f"{where}: {text}" for text in _lost(lab, step)]
        return
    if rerun.failed:
        lifecycle.problems.append(
            f"{where}: rerun fails: {rerun.message} ({' '.join(rerun.client.trace)})\n{lab.state()}"
        )
        return
    _check_done(lab, lifecycle, step, where, slots=True)


def _lost(lab: Lab, step: Step) -> list[str]:
    names = {file.name for file in lab.service.files(APP) if file.processed}
    return [
        f"{expected.name} is lost" for expected in step.expected if expected.name not in names and step.name != "first"
    ]


def _differences(lab: Lab, step: Step, *, slots: bool) -> list[str]:
    there = lab.service.files(APP)
    expected = Counter(_seen(one, digest_of(one.content)) for one in step.expected)
    found = Counter(_seen(file, file.sha256) for file in there if file.processed)
    wrong = [f"lacks {one}" for one in (expected - found).elements()]
    wrong += [f"has {one}" for one in (found - expected).elements()]
    wrong += [
        f"unfinished {file.name} is left" for file in there if not (file.processed or slots or _stays_unfinished(lab))
    ]
    return wrong


def _stays_unfinished(lab: Lab) -> bool:
    """Return whether the service refuses to delete unfinished uploads."""
    return lab.service.service.options.delete_unprocessed == "refuse"


def _seen(file: File | Expected, digest: str | None) -> tuple[str, str | None, bool, bool, str, str]:
    return file.name, digest, file.is_protected, file.is_expose, file.password, file.env_key


def _files(lab: Lab, files: Sequence[File]) -> list[tuple[str, str, bool, bool, bool, str]]:
    """Return what counts of all files. An unfinished upload does not, if the service does not delete it."""
    return sorted(
        (file.slug, file.name, file.processed, file.is_protected, file.is_expose, file.password)
        for file in files
        if file.processed or not _stays_unfinished(lab)
    )
