# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_artifact_retention: delete or unpublish old artifacts of apps. Keep those of the newest builds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from ..._core.errors import CiError, NotDoneError, join_errors
from ..._core.option_groups import RUN, reject_empty, with_entries
from ..._core.plan import Plan
from ..._core.text import name_some, plural
from ..._core.text_values import require_texts
from ..._task.module_spec import ModuleSpec, Outcome, TaskContext
from ..builds.build_fields import is_over
from ..builds.endpoints import list_builds
from ..client import BitriseClient
from ..client_pool import ClientPool, check_workers
from ..many_apps import (
    AppOutcome,
    check_slugs,
    failure_of,
    run_for_apps,
)
from ..options import BITRISE
from ..workers import run_concurrently
from .artifact import DeleteArtifact, apply
from .artifact_options import PATTERNS, RETENTION
from .endpoints import Artifacts
from .retention_plan import (
    Retain,
    due,
    plan_of,
)
from .retention_rules import (
    BuildArtifacts,
    Pattern,
    Rules,
    unmatched_patterns,
)

Given = TypeVar("Given")
Found = TypeVar("Found")


@dataclass(frozen=True)
class AppRetention:
    """The builds of an app, the actions that the rules require, and errors by the number of the action."""

    builds: Sequence[BuildArtifacts] = ()
    actions: Sequence[Retain] = ()
    failures: Mapping[int, CiError] = field(default_factory=dict)
    patterns: Mapping[Pattern, bool] = field(default_factory=dict)  # whether each matches something

    @property
    def _done(self) -> list[Retain]:
        return [action for number, action in enumerate(self.actions) if number not in self.failures]

    @property
    def plan(self) -> Plan:
        return plan_of(self._done, self.builds)

    @property
    def summary(self) -> dict[str, int]:
        deleted = [action.change for action in self._done if isinstance(action.change, DeleteArtifact)]
        return {
            "builds": len(self.builds),
            "artifacts": sum(len(build.artifacts) for build in self.builds),
            "deleted": len(deleted),
            "unpublished": len(self._done) - len(deleted),
            "failed": len(self.failures),
            "freed_bytes": sum(change.artifact.size or 0 for change in deleted),
        }

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(
            f"Artifacts of {build.label} were kept, because Bitrise does not report when it ended."
            for build in self.builds
            if build.ended is None and build.artifacts
        )

    @property
    def error(self) -> CiError | None:
        if not self.failures:
            return None
        failures = list(self.failures.values())
        causes = [error for error in failures if not isinstance(error, NotDoneError)] or failures
        number = plural(len(self.actions), "artifact")
        message = f"{len(failures)} of {number} failed. {join_errors(causes, len(failures))}"
        return CiError(message, **causes[0].as_dict())


def _run_artifact_retention(options: dict[str, Any], clients: ClientPool, context: TaskContext) -> Outcome:
    concurrency = options["concurrency"]
    check_workers(concurrency)
    if options["apps"] is None:
        reject_empty(options, "app_slug")
        rules = Rules.from_options(options, options["app_slug"])
        retained = _retain(clients, rules, concurrency, check_mode=context.check_mode)
        summary = {**retained.summary, **clients.traffic()}
        warnings = (*retained.warnings, *unmatched_patterns([retained.patterns]))
        return Outcome({"summary": summary}, retained.plan, warnings, retained.error)
    own = {
        app["app_slug"]: {name: value for name, value in app.items() if value is not None} for app in options["apps"]
    }
    check_slugs([app["app_slug"] for app in options["apps"]])
    rules_of = {slug: Rules.from_options({**options, **app}, slug) for slug, app in own.items()}
    # `concurrency` limits the requests of the whole task, so distribute it among the apps.
    share = max(1, concurrency // max(1, len(rules_of)))
    patterns: dict[str, Mapping[Pattern, bool]] = {}

    def work(_client: BitriseClient, slug: str) -> AppOutcome:
        retained = _retain(clients, rules_of[slug], share, check_mode=context.check_mode)
        patterns[slug] = retained.patterns
        return AppOutcome(slug, retained.plan, {"summary": retained.summary}, retained.warnings, retained.error)

    workers = max(1, min(concurrency, len(rules_of)))
    found = run_for_apps(clients, workers, list(rules_of), work, context.report_progress)
    outcome = _outcome(found, clients.traffic())
    in_order = (patterns[slug] for slug in rules_of if slug in patterns)
    return replace(outcome, warnings=(*outcome.warnings, *unmatched_patterns(in_order)))


def _outcome(found: Mapping[str, AppOutcome], traffic: Mapping[str, float]) -> Outcome:
    summaries = [outcome.values.get("summary", {}) for outcome in found.values()]
    plan = Plan(
        tuple(action for outcome in found.values() for action in outcome.plan.actions),
        {slug: outcome.plan.before for slug, outcome in found.items() if outcome.plan.before},
        {slug: outcome.plan.after for slug, outcome in found.items() if outcome.plan.after},
    )
    for outcome in found.values():
        outcome.values.setdefault("summary", AppRetention().summary)
    values = {
        "apps": {slug: outcome.as_result() for slug, outcome in found.items()},
        "summary": {
            **{name: sum(summary.get(name, 0) for summary in summaries) for name in AppRetention().summary},
            **traffic,
        },
    }
    errors = {slug: outcome.error for slug, outcome in found.items() if outcome.error}
    undated = [slug for slug, outcome in found.items() if outcome.warnings]
    text = "Artifacts of some builds were kept, because Bitrise does not report when they ended, in "
    warnings = (f"{text}{name_some(undated, 5)}.",) if undated else ()
    return Outcome(values, plan, warnings, failure_of(errors, len(found)))


def _retain(clients: ClientPool, rules: Rules, concurrency: int, *, check_mode: bool) -> AppRetention:
    """Apply the rules to one app. Raise CiError if the plan fails, before anything is changed."""
    builds = _observe(clients, rules.app_slug, concurrency)
    # Use the service's clock, because the clock of this machine may be wrong.
    actions = due(builds, rules, clients.get().now())
    failures = {} if check_mode else _apply(actions, clients, rules.app_slug, concurrency)
    return AppRetention(builds, actions, failures, rules.matched_patterns(builds))


def _all(clients: ClientPool, concurrency: int, given: Sequence[Given], work: Callable[[Given], Found]) -> list[Found]:
    """Work on all items concurrently. Return the results in the order of the items."""
    if concurrency == 1:
        return [work(one) for one in given]
    found: dict[int, Found] = {}
    run_concurrently(clients, concurrency, range(len(given)), lambda number: work(given[number]), found.__setitem__)
    return [found[number] for number in range(len(given))]


def _observe(clients: ClientPool, app_slug: str, concurrency: int) -> list[BuildArtifacts]:
    """Return the finished builds of the app with their artifacts. Raise the first error of any build."""
    failed: list[CiError] = []

    def read(build: Mapping[str, Any]) -> BuildArtifacts | None:
        if failed:
            return None
        try:
            found = Artifacts(clients.get(), app_slug, str(build["slug"])).each()
            return BuildArtifacts.from_service(build, tuple(found))
        except CiError as error:
            # Raised later, because an exception here would end the waits of all apps.
            failed.append(error)
            return None

    builds = [build for build in list_builds(clients.get(), app_slug) if is_over(build)]
    observed = _all(clients, concurrency, builds, read)
    if failed:
        raise failed[0]
    return [build for build in observed if build]


def _apply(actions: Sequence[Retain], clients: ClientPool, app_slug: str, concurrency: int) -> dict[int, CiError]:
    """Apply all actions, also after an error. Return the errors by the number of the action."""
    refused: list[CiError] = []

    def work(action: Retain) -> CiError | None:
        # A token that lacks the permission for one artifact of the app lacks it for all.
        if refused:
            return NotDoneError("The task was stopped.")
        if clients.gates.deadline.is_over:
            return clients.gates.deadline.error()
        try:
            apply(Artifacts(clients.get(), app_slug, action.build.slug), action.change)
        except CiError as error:
            if error.ends_task or error.kind == "forbidden":
                refused.append(error)
            return error
        return None

    errors = _all(clients, concurrency, actions, work)
    return {number: error for number, error in enumerate(errors) if error}


def normalized(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments with each app as a dict, even if only its slug is given.

    Raise OptionError for patterns that are not text, because ansible-core would turn the branch 1.10 into "1.1".
    """
    found = with_entries(arguments, "apps", "app_slug", "the slug of an app nor a dict with app_slug")
    apps = found.get("apps")
    for given in (found, *(apps if isinstance(apps, list) else ())):
        for option in PATTERNS:
            require_texts(option, given.get(option))
    return found


ARTIFACT_RETENTION = ModuleSpec(
    "bitrise_artifact_retention", BITRISE + RUN + RETENTION, ClientPool, _run_artifact_retention, normalize=normalized
)
