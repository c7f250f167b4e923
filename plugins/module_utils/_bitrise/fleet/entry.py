# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_code_signing: many apps against one declaration, several at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.clients import BitriseClients, check_workers
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.journal import Journal
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.options import FILE_OPTIONS
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.fleet.declarations import (
    AppDeclaration,
    OnceReader,
    app_declarations,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.fleet.digest_cache import DigestCache
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.fleet.one_app import (
    AppOutcome,
    FleetPolicy,
    counts,
    reconcile_app,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.fleet.options import FLEET, normalized
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.options import BITRISE
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.workers import side_by_side
from ansible_collections.mobileops.ci.plugins.module_utils._entry import Entry, Outcome, TaskContext
from ansible_collections.mobileops.ci.plugins.module_utils._errors import CiError, NotDoneError, OptionError
from ansible_collections.mobileops.ci.plugins.module_utils._options import RUN
from ansible_collections.mobileops.ci.plugins.module_utils._plan import Plan
from ansible_collections.mobileops.ci.plugins.module_utils._progress import Progress

NAMED_IN_MESSAGE = 20


class _Counts:
    """How far the fleet is."""

    def __init__(self, total: int, say: Callable[[str], None]) -> None:
        self._total, self._progress = total, Progress(say)
        self._done = self._changed = self._failed = 0

    def count(self, outcome: AppOutcome) -> None:
        self._done += 1
        self._changed += bool(outcome.actions)
        self._failed += outcome.error is not None
        words = f"apps done, {self._changed} changed, {self._failed} failed"
        self._progress.tell(self._done, self._total, words)


def _run(options: dict[str, Any], clients: BitriseClients, context: TaskContext) -> Outcome:
    started = time.monotonic()
    check_workers(options["concurrency"])
    if options["max_purge"] < 0:
        raise OptionError(f"max_purge: {options['max_purge']} is not a number of at least 0.")
    read_file = OnceReader(context.read_file)
    declared = app_declarations(options, read_file)
    cache = DigestCache(options["digest_cache"], clients.api_url) if options["digest_cache"] else None
    policy = FleetPolicy(
        purge=frozenset(options["purge"]),
        max_purge=options["max_purge"],
        check_mode=context.check_mode,
        read_file=read_file,
        journal=Journal(context.env),
        digests=cache,
    )
    counted = _Counts(len(declared), context.say)
    try:
        outcomes = _reconcile_all(clients, declared, policy, counted, options)
    finally:
        clients.close()
        if cache and not context.check_mode:
            cache.save()
    seconds = round(time.monotonic() - started, 3)
    return _outcome(outcomes, clients.requests_sent, seconds, cache.warnings if cache else [])


def _reconcile_all(
    clients: BitriseClients,
    declared: Sequence[AppDeclaration],
    policy: FleetPolicy,
    counted: _Counts,
    options: Mapping[str, Any],
) -> dict[str, AppOutcome]:
    outcomes: dict[str, AppOutcome] = {}

    def work(app: AppDeclaration) -> AppOutcome:
        outcome = reconcile_app(clients.get(), app, policy)
        # A token that is refused for one app is refused for all of them. Said here, before this thread takes the next.
        if outcome.error and (options["fail_fast"] or outcome.error.kind == "unauthorized"):
            policy.stop.set()
        return outcome

    def done(app: AppDeclaration, outcome: AppOutcome) -> None:
        outcomes[app.app_slug] = outcome
        counted.count(outcome)

    # When it is stopped, each thread ends the file that it is at, and no new one is begun.
    side_by_side(clients, options["concurrency"], declared, work, done, policy.stop.set)
    return {app.app_slug: outcomes[app.app_slug] for app in declared}


def _outcome(outcomes: Mapping[str, AppOutcome], requests: int, seconds: float, warnings: Sequence[str]) -> Outcome:
    plan = Plan(
        tuple(action for outcome in outcomes.values() for action in outcome.actions),
        before={slug: outcome.before for slug, outcome in outcomes.items() if outcome.before or outcome.after},
        after={slug: outcome.after for slug, outcome in outcomes.items() if outcome.before or outcome.after},
    )
    summary = {
        "apps": len(outcomes),
        "changed": sum(bool(outcome.actions) for outcome in outcomes.values()),
        "failed": sum(outcome.error is not None for outcome in outcomes.values()),
        **counts(outcomes),
        "requests": requests,
        "seconds": seconds,
    }
    return Outcome(
        {"apps": {slug: outcome.as_result() for slug, outcome in outcomes.items()}, "summary": summary},
        plan,
        warnings=(*warnings, *(text for outcome in outcomes.values() for text in outcome.warnings)),
        error=_failure(outcomes),
    )


def _failure(outcomes: Mapping[str, AppOutcome]) -> CiError | None:
    """One error for the task: it names the apps that failed, and why."""
    failed = {slug: outcome.error for slug, outcome in outcomes.items() if outcome.error}
    if not failed:
        return None
    causes = {slug: error for slug, error in failed.items() if not isinstance(error, NotDoneError)} or failed
    lines = [f"{slug}: {error.message}" for slug, error in list(causes.items())[:NAMED_IN_MESSAGE]]
    if len(causes) > NAMED_IN_MESSAGE:
        lines.append(f"{len(causes) - NAMED_IN_MESSAGE} more failed; see apps in the result.")
    if len(failed) > len(causes):
        lines.append(f"{len(failed) - len(causes)} more were not dealt with.")
    message = f"{len(failed)} of {len(outcomes)} apps failed. {' | '.join(lines)}"
    # What is the same for all of them is true of the task.
    details = [error.as_dict() for error in causes.values()]
    common = {key: value for key, value in details[0].items() if all(other[key] == value for other in details)}
    return CiError(message, **{"kind": "several", **common})


CODE_SIGNING = Entry(
    "bitrise_code_signing",
    BITRISE + RUN + FLEET,
    BitriseClients,
    _run,
    normalize=normalized,
    files=tuple(f"{where}{kind.plural}.src" for where in ("", "apps.") for kind in FILE_OPTIONS),
)
