# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_build_abort_stale: abort builds of many apps that have run, or have waited for a machine, for too long."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..._core.errors import (
    CiError,
    NotDoneError,
    OptionError,
    join_errors,
)
from ..._core.fields import moment
from ..._core.option_groups import CONCURRENCY, RUN, OptionGroup, with_entries
from ..._core.plan import Action, Plan
from ..._core.polling import WAIT
from ..._core.text import name_some
from ..._task.module_spec import ModuleSpec, Outcome, TaskContext
from ..client import BitriseClient
from ..client_pool import ClientPool, check_workers
from ..many_apps import (
    AppOutcome,
    check_slugs,
    failure_of,
    run_for_apps,
)
from ..options import BITRISE
from .abort import ABORT, abort
from .build_fields import (
    ON_HOLD,
    RUNNING,
    STATUS_NAMES,
    is_over,
    label,
    status_name,
)
from .endpoints import list_builds
from .pipelines import (
    FILTER_WORDS,
    list_pipelines,
    read_pipeline,
)

IN_PROGRESS = STATUS_NAMES[RUNNING]
DEFAULT_HOURS = 6.0
HOURS = ("hours", "hold_hours")
# Stricter than float(), which also accepts "1e9" and "nan".
_HOURS = re.compile(r"[0-9]{1,4}(\.[0-9]+)?", re.ASCII)

LIMITS = OptionGroup({"hours": {"type": "float", "default": DEFAULT_HOURS}, "hold_hours": {"type": "float"}})
_EACH = {
    name: {key: value for key, value in option.items() if key != "default"}
    for name, option in {**LIMITS.argument_spec, **ABORT.argument_spec, "wait": WAIT.argument_spec["wait"]}.items()
}
STALE = (
    OptionGroup(
        {
            "apps": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {"app_slug": {"type": "str", "required": True}, **_EACH},
            },
            **CONCURRENCY.argument_spec,
        }
    )
    + LIMITS
    + ABORT
    + WAIT
)


@dataclass(frozen=True)
class Limits:
    """Hours that a build may run, and hours that it may wait for a machine."""

    hours: float
    hold_hours: float

    def exceeded_by(self, build: Mapping[str, Any], now: dt.datetime) -> float | None:
        """Return the limit in hours that the build exceeds, or None. See `has_known_age` for builds without times."""
        started, triggered = moment(build.get("started_on_worker_at")), moment(build.get("triggered_at"))
        if started is not None:
            limit, since = self.hours, started
        elif triggered is None:
            return None
        elif status_name(build) == ON_HOLD:
            limit, since = self.hold_hours, triggered
        else:
            # Bitrise does not always report the start. Such a build must exceed both limits.
            limit, since = max(self.hours, self.hold_hours), triggered
        return limit if since <= now - dt.timedelta(hours=limit) else None


def has_known_age(build: Mapping[str, Any]) -> bool:
    return any(moment(build.get(name)) is not None for name in ("started_on_worker_at", "triggered_at"))


def checked_hours(option: str, value: Any) -> float:
    """Return the value as hours. Raise OptionError unless it is a number above 0 and below 10000."""
    text = str(value).strip() if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
    hours = float(text) if _HOURS.fullmatch(text) else 0.0
    if not 0 < hours < 10_000:
        raise OptionError(f"{option} must be a number of hours above 0 and below 10000, got {value!r}.")
    return hours


def normalized(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments with each app as a dict and the hours as numbers. Raise OptionError for other values."""
    result = with_entries(arguments, "apps", "app_slug", "the slug of an app nor a dict with app_slug")
    entries = result.get("apps")
    for options in (result, *(entries if isinstance(entries, list) else ())):
        for name in HOURS:
            if options.get(name) is not None:
                options[name] = checked_hours(name, options[name])
    return result


def _run_build_abort_stale(options: dict[str, Any], clients: ClientPool, context: TaskContext) -> Outcome:
    check_workers(options["concurrency"])
    check_slugs([app["app_slug"] for app in options["apps"]])
    own = {
        app["app_slug"]: {name: value for name, value in app.items() if value is not None} for app in options["apps"]
    }

    def work(client: BitriseClient, slug: str) -> AppOutcome:
        return _abort_stale(client, slug, {**options, **own[slug]}, context)

    found = run_for_apps(clients, min(options["concurrency"], len(own)), list(own), work, context.report_progress)
    for outcome in found.values():
        outcome.values = outcome.values or {"builds": 0, "undated": []}
    undated = [name for outcome in found.values() for name in outcome.values["undated"]]
    values = {
        "apps": {slug: outcome.as_result() for slug, outcome in found.items()},
        "summary": {
            "apps": len(found),
            "changed": sum(outcome.plan.changed for outcome in found.values()),
            "failed": sum(outcome.error is not None for outcome in found.values()),
            "builds": sum(outcome.values["builds"] for outcome in found.values()),
            "aborted": sum(len(outcome.plan.actions) for outcome in found.values()),
            "undated": len(undated),
            **clients.traffic(),
        },
    }
    warnings = [warning for outcome in found.values() for warning in outcome.warnings]
    if undated:
        warnings.append(
            f"{len(undated)} builds were not aborted, because Bitrise does not report since when they run or wait: "
            f"{name_some(undated)}."
        )
    plan = Plan(
        tuple(action for outcome in found.values() for action in outcome.plan.actions),
        {slug: outcome.plan.before for slug, outcome in found.items() if outcome.plan.before},
        {slug: outcome.plan.after for slug, outcome in found.items() if outcome.plan.after},
    )
    errors = {slug: outcome.error for slug, outcome in found.items() if outcome.error}
    return Outcome(values, plan, tuple(warnings), failure_of(errors, len(found)))


def _abort_stale(client: BitriseClient, app_slug: str, options: Mapping[str, Any], context: TaskContext) -> AppOutcome:
    limits = Limits(options["hours"], options["hours"] if options["hold_hours"] is None else options["hold_hours"])
    builds = [build for build in list_builds(client, app_slug, {"status": RUNNING}) if not is_over(build)]
    outcome = AppOutcome(
        app_slug,
        values={"builds": len(builds), "undated": [label(build) for build in builds if not has_known_age(build)]},
    )
    actions: list[Action] = []
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    errors: list[CiError] = []
    pipelines = _Pipelines(client, app_slug)
    aborted: set[str] = set()
    # Use the service's clock. With a wrong clock of this machine, new builds could be aborted.
    now = client.now()
    for build in builds:
        limit = limits.exceeded_by(build, now)
        if limit is None:
            continue
        try:
            pipeline = pipelines.of(build)
            if pipeline in aborted:
                continue
            if pipeline:
                aborted.add(pipeline)
            done = abort({**options, "app_slug": app_slug, **_target(build, pipeline, options, limit)}, client, context)
        except NotDoneError:
            raise
        except CiError as error:
            errors.append(error)
            continue
        if done.plan is not None and done.plan.changed:
            actions += done.plan.actions
            name = _name_of(done.plan.actions[0].as_dict())
            before[name], after[name] = dict(done.plan.before), dict(done.plan.after)
        outcome.warnings += done.warnings
        if done.error:
            errors.append(done.error)
    outcome.plan = Plan(tuple(actions), before, after)
    outcome.error = _error_of(errors)
    return outcome


class _Pipelines:
    """The unfinished pipelines of an app. They are listed when a stale build belongs to a pipeline."""

    def __init__(self, client: BitriseClient, app_slug: str) -> None:
        self._client, self._app_slug = client, app_slug
        self._of_build: dict[str, str] | None = None

    def of(self, build: Mapping[str, Any]) -> str | None:
        """Return the identifier of the pipeline that the build belongs to, or None."""
        if not build.get("pipeline_workflow_id"):
            return None
        if self._of_build is None:
            self._of_build = {slug: pipeline for pipeline in self._unfinished() for slug in self._builds(pipeline)}
        return self._of_build.get(str(build["slug"]))

    def _unfinished(self) -> Iterator[str]:
        for status in (IN_PROGRESS, ON_HOLD):
            query = {"status": FILTER_WORDS[status]}
            yield from (run["slug"] for run in list_pipelines(self._client, self._app_slug, query) if run["slug"])

    def _builds(self, pipeline: str) -> list[str]:
        workflows = read_pipeline(self._client, self._app_slug, pipeline)["workflows"] or ()
        return [workflow["build_slug"] for workflow in workflows if workflow["build_slug"]]


def _target(build: Mapping[str, Any], pipeline: str | None, options: Mapping[str, Any], limit: float) -> dict[str, Any]:
    """Return the options to abort the build, or its whole pipeline, which cannot succeed without it."""
    reason = options["reason"] or f"Not finished after {limit:g} hours"
    if pipeline is None:
        return {"build_slug": str(build["slug"]), "pipeline": None, "reason": reason}
    # Bitrise does not support skip_git_status_report for pipelines.
    return {"build_slug": None, "pipeline": pipeline, "reason": reason, "skip_git_status_report": False}


def _name_of(action: Mapping[str, Any]) -> str:
    number = f"{action['name']} " if action["name"] else ""
    return f"{action['kind']} {number}({action['slug']})"


def _error_of(errors: Iterable[CiError]) -> CiError | None:
    """Combine errors: details of the first one, messages of all."""
    every = list(errors)
    if not every:
        return None
    return CiError(join_errors(every), **every[0].as_dict())


BUILD_ABORT_STALE = ModuleSpec(
    "bitrise_build_abort_stale", BITRISE + RUN + STALE, ClientPool, _run_build_abort_stale, normalize=normalized
)
