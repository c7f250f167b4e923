# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two or three writers of one name at once: runs of tasks, a person, and an hour that passes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from tests.emulator.behaviors import BEHAVIORS
from tests.helpers.service import CERTIFICATES, KEYSTORES, PROFILES, PROJECT_FILES, env_key

from .lab import Lab, Ran
from .scenarios import (
    APPS,
    CLOSED,
    HIDDEN,
    HOUR_S,
    KEY,
    NEW,
    OLD,
    SHORT,
    TWO,
    YOUNG,
    Expected,
    Scenario,
    There,
    declared,
    declared_project_file,
    expected,
    fleet,
    old,
    single,
    there,
)

NEXT = b"content that comes next"


@dataclass(frozen=True)
class Person:
    """A person who uploads a file by hand."""

    kind: str
    content: bytes

    def act(self, lab: Lab) -> None:
        lab.service.upload(lab.scenario.apps[0], self.kind, "dist", self.content, env_key("dist"))


@dataclass(frozen=True)
class Removal:
    """A person who deletes a file that no task declares."""

    kind: str
    name: str

    def act(self, lab: Lab) -> None:
        lab.service.delete(lab.scenario.apps[0], self.kind, self.name)


@dataclass(frozen=True)
class Hour:
    """A pause of all writers, after which an unfinished upload is too old to be under way."""

    def act(self, lab: Lab) -> None:
        lab.service.time.seconds += HOUR_S + 60


Actor = Person | Removal | Hour
Adapt = Callable[[Scenario, Mapping[int, Ran]], Scenario]


@dataclass(frozen=True)
class Pair:
    """Writers that begin with the same files. `reruns` are the scenarios that each have to converge afterwards.

    `adapt` changes what a scenario wants by what came of the writers.
    """

    writers: Sequence[Scenario | Actor]
    reruns: Sequence[Scenario]
    adapt: Adapt = lambda scenario, _ran: scenario


def pair(*writers: Scenario | Actor, adapt: Adapt | None = None) -> Pair:
    """Let each scenario know the contents of the others, and begin with the files of the first."""
    tasks = [writer for writer in writers if isinstance(writer, Scenario)]
    contents = {
        file.content for task in tasks for files in task.expected.values() for file in files if file.name == "dist"
    }
    contents |= {writer.content for writer in writers if isinstance(writer, Person)}

    def adapted(writer: Scenario | Actor) -> Scenario | Actor:
        if not isinstance(writer, Scenario):
            return writer
        return replace(writer, before=tasks[0].before, others=frozenset(contents))

    all_writers = [adapted(writer) for writer in writers]
    reruns = [writer for writer in all_writers if isinstance(writer, Scenario) and writer.removes_leftovers]
    made = Pair(all_writers, list({id(one.task): one for one in reruns}.values()))
    return replace(made, adapt=adapt) if adapt else made


def hidden(scenario: Scenario, ran: Mapping[int, Ran]) -> Scenario:
    """Expect a hidden file if the second run has hidden it: a replacement inherits that.

    Between the deletion of the old file and the change of the new one, only the first run knows it. If it is killed
    there, the next run of the other declaration repeats the change.
    """
    if ran[0].result is None:
        return replace(scenario, may_be_hidden=frozenset({"dist"}))
    return scenario if ran[1].failed else _changed(scenario, is_expose=False)


def loosely_protected(scenario: Scenario, _ran: Mapping[int, Ran]) -> Scenario:
    """Accept a file without protection: its next run repeats a protection that was set during a replacement."""
    return replace(scenario, may_be_protected=frozenset({"dist"}))


def _changed(scenario: Scenario, **flags: Any) -> Scenario:
    changed = {
        kind: [replace(file, **flags) if file.name == "dist" else file for file in files]
        for kind, files in scenario.expected.items()
    }
    return replace(scenario, expected=changed)


LISTS = {PROFILES: "provisioning_profiles", CERTIFICATES: "build_certificates", PROJECT_FILES: "project_files"}


def _purging(kind: str, before: Sequence[There], more: Mapping[str, Any]) -> Scenario:
    """Describe a fleet task with the same declaration and a purge of undeclared files."""
    declare = declared_project_file if kind == PROJECT_FILES else declared
    options: dict[str, Any] = {LISTS[kind]: [declare("dist", NEW)], "purge": [LISTS[kind]]}
    return fleet({kind: before}, {kind: [expected(NEW, **more)]}, apps=APPS[:1], **options)


def _of(kind: str) -> dict[str, Pair]:
    more: dict[str, Any] = KEY if kind == PROJECT_FILES else {}
    opens: dict[str, Any] = {"certificate_password": "one"} if kind == CERTIFICATES else {}
    secret: dict[str, Any] = {"password": "one"} if kind == CERTIFICATES else {}
    make = partial(single, kind, beside=False)

    def to(content: bytes, before: Sequence[There] = (), **options: Any) -> Scenario:
        """Declare this content."""
        flags = {name: options[name] for name in ("is_protected", "is_expose") if name in options}
        return make(before, [expected(content, **flags, **more)], data=content, **options)

    def closed(content: bytes, before: Sequence[There] = (), **options: Any) -> Scenario:
        """Declare this content, where the file before is protected."""
        end = [expected(content, is_protected=True, **secret, **more)]
        return make(before, end, data=content, **opens, **options)

    def flags(content: bytes, **options: Any) -> Scenario:
        return make(
            [], [expected(content, **more, **options)], data=None, scenario={"removes_leftovers": False}, **options
        )

    begin = [old(OLD)]
    shut = [old(SHORT, certificate_password="one", **CLOSED)] if kind == CERTIFICATES else [old(SHORT, **CLOSED)]
    known = [there("undeclared", b"x"), old(OLD)]
    found = {
        "nothing there; the same": pair(to(NEW), to(NEW)),
        "nothing there; another content": pair(to(NEW), to(NEXT)),
        "nothing there; both protect": pair(closed(NEW, **CLOSED), closed(NEW, **CLOSED)),
        "nothing there; both protect, another content": pair(closed(NEW, **CLOSED), closed(NEXT, **CLOSED)),
        "old one; the same": pair(to(NEW, begin), to(NEW)),
        "old one; another content": pair(to(NEW, begin), to(NEXT)),
        "old one; an older checkout": pair(to(NEW, begin), to(OLD)),
        "old one; a purge": pair(
            replace(to(NEW, known), others=frozenset({b"x"})), _purging(kind, known, more), adapt=_purged(kind)
        ),
        "old one; hides it": pair(to(NEW, begin), flags(OLD, **HIDDEN), adapt=hidden),
        "old one; protects it": pair(
            make([old(SHORT)], [expected(NEW, **secret, **more)], data=NEW, **opens),
            flags(SHORT, **CLOSED),
            adapt=loosely_protected,
        ),
        "old one; an hour": pair(to(NEW, begin), to(NEW), Hour()),
        "old one; an hour, another content": pair(to(NEW, begin), to(NEXT), Hour()),
        "old one, a living upload": pair(to(NEW, [*begin, YOUNG]), to(NEXT)),
        "protected; the same": pair(closed(NEW, shut), closed(NEW)),
        "protected; another content": pair(closed(NEW, shut), closed(NEXT)),
        "protected; an older checkout": pair(closed(NEW, shut), closed(SHORT)),
        "protected, declared; another content": pair(closed(NEW, shut, **CLOSED), closed(NEXT, **CLOSED)),
        "protected; one declares it": pair(closed(NEW, shut), closed(NEW, **CLOSED)),
        "copies; another content": pair(to(NEW, [old(NEW), old(NEW)]), to(NEXT)),
        "cut off; another content": pair(to(NEW, [old(OLD), old(NEW)]), to(NEXT)),
    }
    if kind != CERTIFICATES:
        found["old one; a person uploads"] = pair(to(NEW, begin), Person(kind, NEXT))
        found["old one; a person uploads the same"] = pair(to(NEW, begin), Person(kind, NEW))
        shy = make([old(OLD, **HIDDEN)], [expected(NEW, **HIDDEN, **more)], data=NEW)
        found["hidden one; a person uploads the same"] = pair(shy, Person(kind, NEW))
        found["old one; two runs and a person"] = pair(to(NEW, begin), to(NEW), Person(kind, NEXT))
    else:
        found["protects it, and its password is lost"] = pair(
            make(
                [old(OLD, certificate_password="one")],
                [expected(NEW, password="one")],
                data=NEW,
                scenario={"refuses": frozenset({"password"})},
            ),
            flags(OLD, **CLOSED),
            adapt=loosely_protected,
        )
    return found


def _purged(kind: str) -> Adapt:
    """Expect the undeclared file to be gone if the purge succeeded."""

    def adapt(scenario: Scenario, ran: Mapping[int, Ran]) -> Scenario:
        if "purge" in scenario.task[1] or not ran[1].failed:
            return scenario
        key = env_key("undeclared") if kind == PROJECT_FILES else ""
        return replace(scenario, expected={kind: [*scenario.expected[kind], Expected("undeclared", b"x", env_key=key)]})

    return adapt


def _keystores() -> dict[str, Pair]:
    named: dict[str, Any] = {"keystore_file_name": "TWO", "password": "one", "alias": "a"}
    fields: dict[str, Any] = {"keystore_name": "TWO", "password": "one", "alias": "a"}
    make = partial(single, KEYSTORES)

    def end(content: bytes) -> Expected:
        return expected(content, password="one", **TWO)

    def to(content: bytes, before: Sequence[There] = (), **options: Any) -> Scenario:
        return make(before, [end(content)], data=content, **fields, **options)

    begin = [old(OLD, **named)]
    return {
        "old one; the same": pair(to(NEW, begin), to(NEW)),
        "old one; another content": pair(to(NEW, begin), to(NEXT)),
        "old one; an older checkout": pair(to(NEW, begin), to(OLD)),
        "nothing there; another content": pair(to(NEW), to(NEXT)),
        "old one; an hour": pair(to(NEW, begin), to(NEXT), Hour()),
    }


PAGE = 50


def _pages() -> dict[str, Pair]:
    """Describe lists of two pages that change while a run reads them. The last file is the declared one."""
    others = [there(f"p{number:02}", str(number).encode()) for number in range(PAGE + 3)]
    anchor = others[PAGE]  # the first file of the second page, which the service uses to name that page

    def to(content: bytes, *, goes: str = "", switches: Mapping[str, Any] | None = None) -> Scenario:
        stay = [Expected(file.name, file.content or b"") for file in others if file.name != goes]
        return single(
            PROFILES,
            [*others, old(OLD)],
            [*stay, expected(content)],
            data=content,
            beside=False,
            scenario={"switches": switches or {}},
        )

    removed = {
        f"a person removes the first file of a page, {value}": pair(
            to(NEW, goes=anchor.name, switches={"unknown_next": value}), Removal(PROFILES, anchor.name)
        )
        for value in BEHAVIORS["unknown_next"].values
    }
    return {
        **removed,
        "a person removes a file of the first page": pair(to(NEW, goes="p01"), Removal(PROFILES, "p01")),
        "a person uploads the same name": pair(to(NEW), Person(PROFILES, NEXT)),
        "two runs": pair(to(NEW), to(NEXT)),
    }


PAIRS = {
    **{f"profile: {name}": found for name, found in _of(PROFILES).items()},
    **{f"certificate: {name}": found for name, found in _of(CERTIFICATES).items()},
    **{f"project file: {name}": found for name, found in _of(PROJECT_FILES).items()},
    **{f"keystore: {name}": found for name, found in _keystores().items()},
    **{f"pages: {name}": found for name, found in _pages().items()},
}
