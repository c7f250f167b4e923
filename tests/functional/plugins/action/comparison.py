# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One playbook, run in the controller and as modules, and the differences of the results, key by key."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .playbook import Event, Playground, Run

WAYS = ("auto", "target")


# The two ways to run a case, as the action names them.
HERE, ASKED_FOR, NOWHERE = "in the controller", "as a module: asked for", ""

# Values that differ on each run: slugs of new files, ports, temporary folders, job numbers.
_ULID = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{26}\b")
_VOLATILE = (
    (re.compile(r"\b127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
    (re.compile(r"\bj\d{6,}\.\d+"), "JOB"),
    (re.compile(r"(\"request_id\": \")[^\"]+"), r"\1ID"),
    (re.compile(r"(\"(?:seconds|started|finished)\": )[\d.]+"), r"\g<1>0"),
    (re.compile(r"(\"(?:created|updated)_at\": \")[^\"]+"), r"\1WHEN"),
)


@dataclass(frozen=True)
class Case:
    """A task. `differs` names result keys that may differ, `runs` says where it runs if nothing is asked for."""

    title: str
    args: Mapping[str, Any]
    module: str = "mobileops.ci.bitrise_provisioning_profile"
    keywords: Mapping[str, Any] = field(default_factory=dict)
    holds: Mapping[str, Any] = field(default_factory=dict)  # what the case's own app has, as in a fixture
    faults: Sequence[Mapping[str, Any]] = ()  # about requests whose path has the app's slug
    runs: str = HERE
    differs: tuple[str, ...] = ()

    def tasks(self) -> list[dict[str, Any]]:
        """Return the task, and one that shows its registered result."""
        own = {"ignore_errors": True, "ignore_unreachable": True, **self.keywords}
        return [
            {"name": self.title, self.module: dict(self.args), "register": "kept", **own},
            {"name": f"{self.title}: registered", "ansible.builtin.debug": {"var": "kept"}},
        ]


@dataclass(frozen=True)
class BothWays:
    """The two runs of a playbook."""

    here: Run
    there: Run

    def differences(self, cases: Sequence[Case]) -> list[str]:
        """Describe the differences, or return an empty list."""
        allowed = {case.title: case.differs for case in cases}
        here, there = ([*_normal(run.events)] for run in (self.here, self.there))
        first, second = ([f"{event.event} {event.host} {event.task}" for event in events] for events in (here, there))
        if first != second:
            return [line for line in difflib.unified_diff(first, second, *WAYS, lineterm="") if line[0] in "+-"]
        return [
            f"{one.task} ({one.event}): {'.'.join(path)}: in the controller {in_process!r}, as a module {as_module!r}"
            for one, two in zip(here, there, strict=True)
            for path, in_process, as_module in differing(one.result, two.result)
            if not set(path) & set(allowed.get(one.task.split(": ")[0], ()))
        ]

    def wrong_places(self, cases: Sequence[Case]) -> list[str]:
        """List cases that did not run where they should, as the action reports at -vvv."""
        found = []
        for run, asked_for in ((self.here, False), (self.there, True)):
            for case in cases:
                part = re.search(
                    rf"^TASK \[{re.escape(case.title)}\].*?(?=^TASK \[|\Z)", run.screen, re.MULTILINE | re.DOTALL
                )
                said = re.findall(r": runs (in the controller|as a module: .*)", part[0]) if part else []
                expected = ASKED_FOR if asked_for and case.runs == HERE else case.runs
                if bool(said) != bool(expected) or any(expected not in words for words in said):
                    found.append(f"{case.title}: {expected!r} expected, {said} said")
        return found

    def screens(self, folder: Path) -> list[str]:
        """List the lines that differ on the screen."""
        here, there = (
            _plain_text(run.screen.replace(str(folder), "FOLDER")).splitlines() for run in (self.here, self.there)
        )
        return [line for line in difflib.unified_diff(here, there, *WAYS, lineterm="", n=0) if line[0] in "+-"][2:]


def run_both_ways(
    playground: Playground,
    cases: Sequence[Case],
    *options: str,
    prepare: Callable[[], dict[str, Any]],
    env: Mapping[str, str] | None = None,
) -> BothWays:
    """Run the cases both ways. Call `prepare`, which returns the keywords of the play, before each of them."""
    tasks = [task for case in cases for task in case.tasks()]
    return BothWays(
        *(playground.run(tasks, "-e", f"mobileops_ci_run_in={way}", *options, env=env, **prepare()) for way in WAYS)
    )


def differing(one: Any, two: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Yield keys, types, values and list orders in which two results differ."""
    if isinstance(one, dict) and isinstance(two, dict):
        for key in sorted({*one, *two}):
            yield from differing(one.get(key, "(nothing)"), two.get(key, "(nothing)"), (*path, key))
    elif isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        for number, pair in enumerate(zip(one, two, strict=True)):
            yield from differing(*pair, (*path, str(number)))
    elif one != two or type(one) is not type(two):
        yield path, one, two


def _normal(events: Sequence[Event]) -> Iterator[Event]:
    """Normalize values that differ on each run. Number the slugs of files in the order of their appearance."""
    seen: dict[str, str] = {}
    for event in events:
        text = _ULID.sub(lambda found: seen.setdefault(found[0], f"slug {len(seen) + 1}"), json.dumps(event.result))
        yield Event(event.event, event.host, event.task, json.loads(_plain_text(text)))


def _plain_text(text: str) -> str:
    text = re.sub(r"ansible-tmp-[\d.-]+", "ansible-tmp", text)
    for pattern, replacement in _VOLATILE:
        text = pattern.sub(replacement, text)
    return text
