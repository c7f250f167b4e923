# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Explore every interleaving of the runs of a scenario, request by request, and check invariants.

Two runs (three in some scenarios), a person, a kill, a lost or false response and an hour that passes interleave,
breadth first, so the trace of a violation is a shortest one. In every state all runs are interrupted. Then a new run
repeats twice, undisturbed.

1. Once there is a usable file, there always is one.
2. A run that is repeated undisturbed ends with exactly the declared file, and the run after it changes nothing. Initial
   files that are both wanted are never deleted.
3. Declared and inherited flags and the password are never lost.
4. Files of other names are not touched.
5. No run deletes an upload that is in progress.
6. No interruption leaves a state that the next run rejects.
7. No file is deleted without a complete newer one.
8. A file that becomes usable has its password and `is_expose` already.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import FileKind

from .planning import PROTOCOL, Declaration, Variant, is_unverifiable
from .run import Outcome, Run, find, outcomes
from .scenarios import Scenario
from .service import BYSTANDER, MARKER, NAME, UNDECLARED, File, Files, an_hour_later, is_usable, named

INITIAL_SLUGS = (4, 5, 6)
_LONGEST_RUN = 60


class State(NamedTuple):
    """The variable part of a moment. The numbers count the disturbances of each kind that may still come."""

    files: Files
    runs: tuple[Run, ...]
    top: int  # the newest slug
    disturbances: int
    kills: int
    faults: int
    uploads_by_hand: int
    hours: int
    had_usable: bool
    is_hidden_meanwhile: bool = False  # another run has set is_expose to false


class Violation(NamedTuple):
    """A property that does not hold, and a shortest way to where it does not."""

    number: str
    text: str
    trace: tuple[str, ...]

    def __str__(self) -> str:
        return f"property {self.number}: {self.text}: {'; '.join(self.trace) or 'at once'}"


class Checker:
    """Checks one scenario. `limit`: after how many violations to stop."""

    def __init__(self, scenario: Scenario, variant: Variant = PROTOCOL, limit: int = 1) -> None:
        self.scenario, self.variant, self.limit = scenario, variant, limit
        self.kind: FileKind = scenario.kind
        self.violations: list[Violation] = []
        self.is_kept_unverified = False
        self._seen: dict[State, tuple[State | None, str | None]] = {}
        self._reruns: dict[tuple[Files, Declaration, bool], str | None] = {}

    @property
    def state_count(self) -> int:
        return len(self._seen)

    def run(self) -> Checker:
        scenario = self.scenario
        runs = tuple(Run(who, declaration) for who, declaration in zip("ABC", scenario.runs, strict=False))
        start = State(
            scenario.files,
            runs,
            top=9,
            disturbances=scenario.budget,
            kills=1,
            faults=1,
            uploads_by_hand=int(scenario.upload_by_hand is not None),
            hours=int(scenario.is_slow),
            had_usable=self._has_usable(scenario.files),
        )
        self._seen[start] = (None, None)
        queue = deque([start])
        while queue and len(self.violations) < self.limit:
            state = queue.popleft()
            self._check_reruns(state)
            for label, new in self._moves(state):
                if new.had_usable and not self._has_usable(new.files) and not scenario.has_gap:
                    self._report("1", "there is no usable file", state, label)
                if new not in self._seen:
                    self._seen[new] = (state, label)
                    queue.append(new)
        return self

    def _has_usable(self, files: Files) -> bool:
        return any(is_usable(self.kind, file) for file in files)

    def _report(self, number: str, text: str, state: State, label: str | None = None) -> None:
        if any(number == known.number for known in self.violations):
            return
        trace, there = [label], state
        while there is not None:
            before, said = self._seen[there]
            trace.append(said)
            if before is None:
                break
            there = before
        self.violations.append(Violation(number, text, tuple(said for said in reversed(trace) if said)))

    # Moves

    def _moves(self, state: State) -> Iterator[tuple[str, State]]:
        for number, run in enumerate(state.runs):
            if run.end:
                continue
            yield from self._requests(state, number, run)
            if state.disturbances and state.kills:
                runs = _with_run(state.runs, number, run.ended("killed"))
                yield (
                    f"{run.who} is killed",
                    state._replace(runs=runs, kills=0, disturbances=state.disturbances - 1),
                )
        if state.disturbances and state.uploads_by_hand and self.scenario.upload_by_hand:
            content, slug = self.scenario.upload_by_hand, state.top + 1
            new = File(slug, NAME, content, content, True, False, True, True, False, owner="person")
            yield (
                f"a person uploads {content}",
                state._replace(
                    files=(*state.files, new), top=slug, uploads_by_hand=0, disturbances=state.disturbances - 1
                ),
            )
        if state.disturbances and state.hours:
            files = an_hour_later(state.files)
            yield "an hour passes", state._replace(files=files, hours=0, disturbances=state.disturbances - 1)

    def _requests(self, state: State, number: int, run: Run) -> Iterator[tuple[str, State]]:
        for outcome in outcomes(self.kind, self.variant, state.files, state.top, run):
            if outcome.is_fault and not (state.disturbances and state.faults):
                continue
            if outcome.deleted:
                self._check_deletion(state, number, outcome)
            if outcome.label.endswith(("CONFIRM", "CONFIRM, response lost")):
                self._check_confirmation(state, number, outcome)
            hides = run.declaration.content is None and run.declaration.is_expose is False and outcome.run.end == "ok"
            yield (
                outcome.label,
                state._replace(
                    files=outcome.files,
                    runs=_with_run(state.runs, number, outcome.run),
                    top=max(state.top, _newest(outcome.files)),
                    disturbances=state.disturbances - outcome.is_fault,
                    faults=state.faults - outcome.is_fault,
                    had_usable=state.had_usable or self._has_usable(outcome.files),
                    is_hidden_meanwhile=state.is_hidden_meanwhile or hides,
                ),
            )

    # Conditions of each request

    def _check_deletion(self, state: State, number: int, outcome: Outcome) -> None:
        file = find(state.files, outcome.deleted)
        if file is None or file.name == MARKER:
            return
        wrong = self._what_is_wrong_with_deleting(file, state, state.runs[number].who)
        if wrong:
            self._report(wrong[0], wrong[1], state, outcome.label)

    def _what_is_wrong_with_deleting(self, file: File, state: State, who: str) -> tuple[str, str] | None:
        if not file.is_processed:
            is_uploaded = any(run.is_uploading(file.slug) for run in state.runs)
            is_living = is_uploaded and not (file.is_old and self.variant.has_deadline)
            is_living = is_living or (file.owner in ("-", "person") and not file.is_old)
            is_wrong = is_living and file.owner != who and not self.scenario.has_gap
            return ("5", "an upload that is under way is deleted") if is_wrong else None
        if file.name == BYSTANDER:
            return "4", "a file of another name is touched"
        if file.name == UNDECLARED:
            return None
        if self.scenario.keeps_all:
            return "2", "one of two files that are both wanted is deleted"
        has_newer = any(is_usable(self.kind, other) and other.slug > file.slug for other in state.files)
        if has_newer or self.scenario.has_gap:
            return None
        return "7", "a file is deleted without a complete newer one"

    def _check_confirmation(self, state: State, number: int, outcome: Outcome) -> None:
        before, after = state.runs[number], outcome.run
        own = find(outcome.files, before.own)
        sets_later = bool(after.due) and after.due[0][0] == "update" and after.due[0][1] in (0, before.own)
        if own is not None and sets_later and after.due[0][2] != (("is_protected", True),):
            self._report("8", "what is processed is not complete yet", state, outcome.label)

    # Conditions of a rerun

    def _check_reruns(self, state: State) -> None:
        # A run that declares flags only and is interrupted between two requests sets them again when it is repeated.
        is_hidden = state.is_hidden_meanwhile and all(run.end in ("ok", "failed", "refused") for run in state.runs)
        plain = tuple(file._replace(owner=file.owner if file.owner == "person" else "-") for file in state.files)
        for declaration in {run.declaration for run in state.runs}:
            for files in (plain, an_hour_later(plain)):
                key = (files, declaration, is_hidden)
                if key not in self._reruns:
                    self._reruns[key] = self._rerun(files, declaration, is_hidden and declaration.content is not None)
                found = self._reruns[key]
                if found:
                    number, _space, text = found.partition(" ")
                    self._report(number, f"{text} (declares {declaration.content})", state)
                    return

    def _rerun(self, files: Files, declaration: Declaration, is_hidden: bool) -> str | None:
        """Return what is wrong with an undisturbed rerun and the one after it, after the number of the property."""
        run, after, _wrote = self.undisturbed(files, declaration)
        own_files = named(after)
        if run.end == "refused":
            return None if self._may_refuse(run.why, own_files, declaration) else f"2/6 the rerun refuses: {run.why}"
        if run.end != "ok":
            return f"2 the rerun ends as {run.end}: {run.why}"
        if declaration.content:
            wrong = self._what_is_wrong_after(after, own_files, declaration)
            if wrong:
                return wrong
        flags = (own_files[0].is_protected, own_files[0].is_expose)
        if (
            self.kind.can_change
            and own_files[0].owner != "person"
            and flags not in self._expected(declaration, is_hidden)
        ):
            return f"3 the rerun leaves is_protected, is_expose = {flags}"
        again, _files, wrote = self.undisturbed(after, declaration)
        return "2 the second rerun is not quiet" if wrote or again.end != "ok" else None

    def _what_is_wrong_after(self, after: Files, own_files: list[File], declaration: Declaration) -> str | None:
        if self.scenario.keeps_all or len(own_files) != 1:
            return f"2 the rerun leaves {len(own_files)} files"
        if own_files[0].stored != declaration.content:
            if not is_unverifiable(self.kind, own_files[0], str(declaration.content)):
                return "2 the rerun leaves other content"
            self.is_kept_unverified = True
        elif not is_usable(self.kind, own_files[0]):
            return "3 the rerun leaves the file without its password"
        if any(file.name == NAME and not file.is_processed and file.is_old for file in after):
            return "2 a leftover stays"
        if any(file.name == MARKER for file in after):
            return "2 a marker stays"
        if declaration.purges and any(file.name == UNDECLARED for file in after):
            return "2 an undeclared file stays"
        return None

    def _may_refuse(self, why: str, own_files: list[File], declaration: Declaration) -> bool:
        by_hand = len(named(self.scenario.files)) > 1 or self.scenario.upload_by_hand is not None
        return {
            "other identity": by_hand,
            "two protected": self.scenario.keeps_all,
            "several": declaration.content is None and len(own_files) > 1,
            "missing_file": not own_files,
            "one_way_flag": True,
            "password": not declaration.has_password,
        }.get(why, False)

    def undisturbed(self, files: Files, declaration: Declaration) -> tuple[Run, Files, bool]:
        """Execute the run alone. Return it, the files afterwards, and True if it sent more than GET requests."""
        run, top, wrote = Run("R", declaration), max(9, _newest(files)), False
        for _step in range(_LONGEST_RUN):
            if run.end:
                return run, files, wrote
            wrote = wrote or run.due[0][0] not in ("list", "list again", "read", "check purge")
            _label, files, run, deleted, _fault = next(outcomes(self.kind, self.variant, files, top, run))
            top = max(top, _newest(files))
            if self.scenario.keeps_all and deleted in INITIAL_SLUGS:
                return run.ended("failed", "it deletes a file that is wanted"), files, wrote
        return run.ended("failed", "it does not end"), files, wrote

    def _expected(self, declaration: Declaration, is_hidden: bool) -> list[tuple[bool, bool]]:
        """Return the flags that may be there in the end: declared, or those of the initial files, or set by B."""
        first = named(self.scenario.files)
        declared, runs = declaration.is_protected, self.scenario.runs
        protected = declared if declared is not None else any(file.is_protected for file in first)
        # A run that declares protection sets it when it is repeated.
        is_open = declared is None and any(run.is_protected or run.content is None for run in runs)
        exposed = not is_hidden and all(file.is_expose for file in first)
        if declaration.is_expose is not None:
            exposed = declaration.is_expose
        is_set_later = runs[-1].content is None and not is_hidden and declaration.is_expose is None
        return [
            (one, other)
            for one in ((False, True) if is_open else (protected,))
            for other in ((False, True) if is_set_later else (exposed,))
        ]


def _newest(files: Files) -> int:
    return max((file.slug for file in files), default=0)


def _with_run(runs: tuple[Run, ...], number: int, run: Run) -> tuple[Run, ...]:
    return (*runs[:number], run, *runs[number + 1 :])
