# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_code_signing: bring the files of many apps to their declared state, several apps at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..._core.errors import (
    CiError,
    NotDoneError,
    OptionError,
    RejectedError,
)
from ..._core.option_groups import RUN
from ..._core.plan import Plan
from ..._core.progress import Progress
from ..._core.text import name_some, plural, without_dates
from ..._task.module_spec import ModuleSpec, Outcome, TaskContext
from ..client_pool import ClientPool, check_workers
from ..digest_cache import open_cache
from ..files.file_options import FILE_OPTIONS
from ..files.plan_app import Policy
from ..files.purge import (
    check_total_limit,
    reject_large_total,
    without_markers,
)
from ..files.reconcile import PreparedApp
from ..files.slugs import ULID
from ..many_apps import failure_of
from ..options import BITRISE
from ..workers import FAILED_APPS_TO_END, FailureStreak, run_concurrently
from .declarations import (
    AppDeclaration,
    OnceReader,
    app_declarations,
)
from .fleet_options import FLEET, normalized
from .reconcile_app import (
    FleetAppOutcome,
    FleetPolicy,
    action_counts,
    apply,
    prepare,
)


class FleetProgress:
    """Counts apps that are done, and reports progress."""

    def __init__(self, total: int, report_progress: Callable[[str], None]) -> None:
        self._total, self._progress = total, Progress(report_progress)
        self._done = self._changed = self._failed = 0

    def count(self, outcome: FleetAppOutcome) -> None:
        self._done += 1
        self._changed += bool(outcome.actions)
        self._failed += outcome.error is not None
        words = f"apps done, {self._changed} changed, {self._failed} failed"
        self._progress.report(self._done, self._total, words)


def _run_code_signing(options: dict[str, Any], clients: ClientPool, context: TaskContext) -> Outcome:
    check_workers(options["concurrency"])
    if options["max_purge"] < 0:
        raise OptionError(f"max_purge must be 0 or greater, got {options['max_purge']}.")
    check_total_limit(options["max_purge_total"])
    read_file = OnceReader(context.read_file)
    declared = app_declarations(options, read_file)
    cache = open_cache(options["digest_cache"], clients.api_url)
    policy = FleetPolicy(
        Policy(purge=frozenset(options["purge"]), max_purge=options["max_purge"]),
        check_mode=context.check_mode,
        read_file=read_file,
        digests=cache,
    )
    fleet = _Fleet(clients, declared, policy, options, FleetProgress(len(declared), context.report_progress))
    try:
        outcomes = fleet.run()
    finally:
        clients.close()
        if cache and not context.check_mode:
            cache.save()
    outcome = _outcome(outcomes, clients.traffic(), cache.warnings if cache else [], policy.stop.reason)
    return replace(outcome, error=fleet.error) if fleet.error else outcome


class _Fleet:
    """All apps of one task, several at a time."""

    def __init__(
        self,
        clients: ClientPool,
        declared: Sequence[AppDeclaration],
        policy: FleetPolicy,
        options: Mapping[str, Any],
        progress: FleetProgress,
    ) -> None:
        self._clients = clients
        self._declared = declared
        self._policy = policy
        self._options = options
        self._progress = progress
        self._outcomes = {app.app_slug: FleetAppOutcome() for app in declared}
        self._streak = FailureStreak()
        self.error: CiError | None = None  # of the task as a whole

    def run(self) -> dict[str, FleetAppOutcome]:
        if self._policy.policy.purge:
            self._run_in_two_passes()
        else:
            self._concurrently(self._declared, self._reconcile)
        return self._outcomes

    def _run_in_two_passes(self) -> None:
        """Plan all apps before the first is changed, to know how many files the task would purge in total."""
        prepared: dict[str, PreparedApp] = {}

        def prepare_one(app: AppDeclaration) -> None:
            outcome = self._outcomes[app.app_slug]
            found = prepare(self._clients.get(), app, self._policy, outcome)
            if found is not None:
                prepared[app.app_slug] = found
            self._check_stop(outcome)

        def apply_one(app: AppDeclaration) -> None:
            self._apply(app, prepared.pop(app.app_slug, None))

        self._concurrently(self._declared, prepare_one, reports_progress=False)
        try:
            reject_large_total(
                {slug: [action.name for action in without_markers(one.plan.purge)] for slug, one in prepared.items()},
                sum(one.observed_count for one in prepared.values()),
                self._options["max_purge_total"],
                self._options["max_purge"],
            )
        except RejectedError as error:
            self.error = error
            for slug, outcome in self._outcomes.items():
                outcome.error = outcome.error or NotDoneError(f"App {slug} was not changed: the task was rejected.")
        else:
            self._concurrently(self._declared, apply_one)

    def _reconcile(self, app: AppDeclaration) -> None:
        outcome = self._outcomes[app.app_slug]
        prepared = prepare(self._clients.get(), app, self._policy, outcome)
        if prepared is None:
            self._check_stop(outcome)
        self._apply(app, prepared)

    def _apply(self, app: AppDeclaration, prepared: PreparedApp | None) -> None:
        outcome = self._outcomes[app.app_slug]
        if prepared is not None:
            apply(self._clients.get(), prepared, self._policy, outcome)
            self._check_stop(outcome)

    def _check_stop(self, outcome: FleetAppOutcome) -> None:
        """Stop the task for a cause that concerns all apps, before this thread takes the next app."""
        if self._streak.note(outcome.error):
            self._policy.stop.reason = (
                f", because {FAILED_APPS_TO_END} apps in a row failed for a cause that concerns all"
            )
            self._policy.stop.set()
        if outcome.error and (self._options["fail_fast"] or outcome.error.ends_task):
            self._policy.stop.set()

    def _concurrently(
        self, apps: Sequence[AppDeclaration], work: Callable[[AppDeclaration], None], *, reports_progress: bool = True
    ) -> None:
        def done(app: AppDeclaration, _nothing: None) -> None:
            if reports_progress:
                self._progress.count(self._outcomes[app.app_slug])

        # When the task is stopped, each thread finishes its current request, and no thread begins a new app.
        run_concurrently(self._clients, self._options["concurrency"], apps, work, done, self._policy.stop.set)


def _outcome(
    outcomes: Mapping[str, FleetAppOutcome], traffic: Mapping[str, float], warnings: Sequence[str], stop_reason: str
) -> Outcome:
    plan = Plan(
        tuple(action for outcome in outcomes.values() for action in outcome.actions),
        before={slug: outcome.before for slug, outcome in outcomes.items() if outcome.before or outcome.after},
        after={slug: outcome.after for slug, outcome in outcomes.items() if outcome.before or outcome.after},
    )
    summary = {
        "apps": len(outcomes),
        "changed": sum(bool(outcome.actions) for outcome in outcomes.values()),
        "failed": sum(outcome.error is not None for outcome in outcomes.values()),
        **action_counts(outcomes),
        **traffic,
    }
    errors = {slug: outcome.error for slug, outcome in outcomes.items() if outcome.error}
    return Outcome(
        {"apps": {slug: outcome.as_result() for slug, outcome in outcomes.items()}, "summary": summary},
        plan,
        warnings=(*warnings, *_grouped_warnings(outcomes)),
        error=failure_of(errors, len(outcomes), stop_reason),
        exception=next((outcome.traceback for outcome in outcomes.values() if outcome.traceback), None),
    )


def _grouped_warnings(outcomes: Mapping[str, FleetAppOutcome]) -> list[str]:
    """Return one warning for all apps that share it.

    Ignore differences in dates, in slugs of apps and files, and in names of files that no other app has.
    """
    names = {slug: _file_names(outcome) for slug, outcome in outcomes.items()}
    apps_with = Counter(name for of_app in names.values() for name in of_app)
    # An app may have several warnings that differ only in the names of files.
    groups: dict[tuple[str, int], list[tuple[str, str]]] = {}
    for slug, outcome in outcomes.items():
        own = sorted((name for name in names[slug] if apps_with[name] == 1), key=len, reverse=True)
        number: Counter[str] = Counter()
        for text in dict.fromkeys(outcome.warnings):
            shared = ULID.sub("...", without_dates(text.replace(slug, "...")))
            for name in own:
                shared = shared.replace(name, "...")
            number[shared] += 1
            groups.setdefault((shared, number[shared]), []).append((slug, text))
    found = []
    for several in groups.values():
        slugs = [slug for slug, _text in several]
        example = several[0][1]
        found.append(
            example
            if len(several) == 1
            else f"{plural(len(slugs), 'app')} ({name_some(slugs, 3)}), for example: {example}"
        )
    return found


def _file_names(outcome: FleetAppOutcome) -> set[str]:
    return {action.name for action in outcome.actions} | {file.name for _kind, file in outcome.files if file.name}


CODE_SIGNING = ModuleSpec(
    "bitrise_code_signing",
    BITRISE + RUN + FLEET,
    ClientPool,
    _run_code_signing,
    normalize=normalized,
    files=tuple(f"{where}{kind.plural}.src" for where in ("", "apps.") for kind in FILE_OPTIONS),
)
