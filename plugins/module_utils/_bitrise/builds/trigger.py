# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_build_trigger: start a build or a pipeline, and optionally wait until it is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ..._core.errors import CiError, ServiceError, UnclearOutcomeError
from ..._core.fields import number, text
from ..._core.option_groups import RUN, OptionGroup, reject_empty
from ..._core.plan import Action, Plan
from ..._core.polling import WAIT, Polling
from ..._core.text_values import require_text
from ..._task.module_spec import ModuleSpec, Outcome, TaskContext
from ..client import BitriseClient
from ..options import APP, BITRISE
from .build_fields import (
    ABORTED_WITH_SUCCESS,
    RUNNING,
    STATUS_NAMES,
    SUCCESS,
    is_over,
    label,
    status_name,
    status_of,
)
from .endpoints import trigger_build
from .environments import (
    ENVIRONMENTS,
    SECRET,
    variables_of,
    with_variables,
)
from .lost_trigger import LatestBuild
from .runs import BUILD, PIPELINE, Run, as_values
from .waiting import wait_until_over

_WHAT = ("branch", "tag", "commit_hash", "workflow", "pipeline")
_HOW = ("commit_message", "stack", "machine_type_id")
TRIGGER = OptionGroup(
    {
        **{name: {"type": "str"} for name in (*_WHAT, *_HOW)},
        "priority": {"type": "int"},
        "skip_git_status_report": {"type": "bool", "default": False},
    },
    mutually_exclusive=(("workflow", "pipeline"),),
    required_one_of=(_WHAT,),
)
# Names in the request that differ from names of options.
_NAMES_IN_REQUEST = {"workflow": "workflow_id", "pipeline": "pipeline_id"}
_VARIABLES = ("environments", "secrets")
# Attempts to read a new build that the service does not list yet. The pauses get longer.
READ_ATTEMPTS = 4
WORKFLOWS_IN_MESSAGE = 5


@dataclass(frozen=True)
class Trigger(Action):
    """Start a build or a pipeline. It has no slug and no number before."""

    action: ClassVar[str] = "trigger"
    app_slug: str
    branch: str | None
    tag: str | None
    commit_hash: str | None
    workflow: str | None
    pipeline: str | None

    def as_dict(self) -> dict[str, Any]:
        return {
            "action": self.action,
            "kind": _kind(self.pipeline),
            "app_slug": self.app_slug,
            "slug": None,
            "name": None,
            "branch": self.branch,
            "tag": self.tag,
            "commit_hash": self.commit_hash,
            "workflow": self.workflow,
            "pipeline": self.pipeline,
        }


def _kind(pipeline: str | None) -> str:
    return PIPELINE if pipeline else BUILD


def _plan(options: Mapping[str, Any], build_params: Mapping[str, Any]) -> Plan:
    after = {key: value for key, value in build_params.items() if key not in _VARIABLES}
    for name in _VARIABLES:
        if name in build_params:
            after[name] = sorted(each["key"] for each in build_params[name])
    action = Trigger(options["app_slug"], *(options[name] for name in _WHAT))
    return Plan((action,), before={}, after={_kind(options["pipeline"]): after})


def _build_params(options: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of the request, without options that were omitted."""
    given = {
        _NAMES_IN_REQUEST.get(name, name): options[name]
        for name in (*_WHAT, *_HOW, "priority")
        if options[name] is not None
    }
    if options["skip_git_status_report"]:
        given["skip_git_status_report"] = True
    return {**given, **variables_of(options)}


def _started(client: BitriseClient, response: Mapping[str, Any]) -> dict[str, Any]:
    """Return the new build or pipeline in the response, whose top-level `slug` is that of the app."""
    results = response.get("results")
    inner = results[0] if isinstance(results, list) and results and isinstance(results[0], Mapping) else {}
    found = {
        name: read(inner.get(key)) or read(response.get(key))
        for name, key, read in (
            ("slug", "build_slug", text),
            ("build_number", "build_number", number),
            ("triggered_workflow", "triggered_workflow", text),
            ("name", "triggered_pipeline", text),
            ("url", "build_url", text),
        )
    }
    if found["slug"] is None:
        reported = text(inner.get("message")) or text(response.get("message"))
        words = f", only: {client.redact.quote(reported)}" if reported else ""
        message = f"Could not trigger a build: the service accepted the request but returned no build{words}."
        raise UnclearOutcomeError(ServiceError(message, kind="invalid_response", method="POST"))
    # The trigger map of an app may select a pipeline as well.
    return {**found, "is_pipeline": found["name"] is not None}


def _run_build_trigger(options: dict[str, Any], client: BitriseClient, context: TaskContext) -> Outcome:
    reject_empty(options, *_WHAT)
    polling = Polling(options, client.sleep)
    build_params = _build_params(options)
    client.redact.add(*(entry["value"] for entry in options[SECRET]))
    plan = _plan(options, build_params)
    app_slug, kind = options["app_slug"], _kind(options["pipeline"])
    latest = LatestBuild(client, app_slug, kind)
    requested = {name: options[name] for name in ("branch", "tag", "commit_hash", *_HOW)}
    requested.update(triggered_workflow=options["workflow"], name=options["pipeline"], is_pipeline=kind == PIPELINE)
    if context.check_mode:
        return Outcome({**as_values({**requested, "slug": None}, app_slug, kind), "build_url": None}, plan)
    warnings: list[str] = []
    try:
        started = _started(client, trigger_build(client, app_slug, build_params))
    except UnclearOutcomeError as error:
        started = latest.find_started_since(requested, error)
        warnings.append(
            f"The response of the service was lost. The {label(started)} was started meanwhile with the same "
            "parameters, so the task continues with it. It did not start a second one."
        )
    run = Run(client, app_slug, str(started["slug"]), PIPELINE if started.get("is_pipeline") else BUILD)
    values = {**as_values({**requested, **started}, app_slug, run.kind), "build_url": started.get("url")}
    try:
        build = _read_new(run, {**requested, **started}, warnings, waits=options["wait"])
        if options["wait"]:
            build = wait_until_over(run, build, polling, context.report_progress)
    except CiError as error:
        error.notes.append(f"The {label(started)} was started.")
        return Outcome(values, plan, tuple(warnings), error)
    values.update(as_values({**build, "slug": started["slug"]}, app_slug, run.kind))
    return Outcome(values, plan, tuple(warnings), _end(client, build, polling) if options["wait"] else None)


def _read_new(run: Run, started: Mapping[str, Any], warnings: list[str], *, waits: bool) -> dict[str, Any]:
    """Read the new build, again if the service does not have it yet. Return `started` after the last attempt."""
    for attempt in range(1, READ_ATTEMPTS + 1):
        try:
            return run.read()
        except ServiceError as error:
            if error.kind != "not_found" or (waits and attempt == READ_ATTEMPTS):
                raise
            run.client.back_off(attempt)
    warnings.append(f"The service does not list the {label(started)} yet, so the result has the requested values.")
    return {**started, "status": RUNNING}


def _end(client: BitriseClient, build: Mapping[str, Any], polling: Polling) -> CiError | None:
    """Return the error for a build or pipeline that did not succeed."""
    info = "bitrise_pipeline_info" if build.get("is_pipeline") else "bitrise_build_info"
    if not is_over(build):
        # Running the task again would start another one.
        advice = f"It continues, and mobileops.ci.{info} shows its state. Or raise wait_timeout."
        return polling.error(f"{label(build)} is not over, it is {status_name(build)}", advice)
    status = status_of(build)
    if status in (SUCCESS, ABORTED_WITH_SUCCESS):
        return None
    reason = text(build.get("abort_reason"))
    words = f": {client.redact.quote(reason)}" if reason else ""
    advice = "See its log for the cause: mobileops.ci.bitrise_build_log."
    if build.get("is_pipeline"):
        advice = _failed_workflows(build)
    return CiError(f"The {label(build)} ended as {status_name(build) or status}{words}. {advice}", kind="build_failed")


def _failed_workflows(pipeline: Mapping[str, Any]) -> str:
    """Return a sentence that names the builds of a pipeline that did not succeed."""
    good = (STATUS_NAMES[SUCCESS], STATUS_NAMES[ABORTED_WITH_SUCCESS])
    failed = [
        f"{workflow['name']} ({workflow['status_name'] or workflow['status_text']}, build {workflow['build_slug']})"
        for workflow in pipeline.get("workflows") or ()
        if workflow["build_slug"] and workflow["status_name"] not in good
    ]
    builds = f"Not successful: {', '.join(failed[:WORKFLOWS_IN_MESSAGE])}. " if failed else ""
    return f"{builds}See the logs of its builds for the cause: mobileops.ci.bitrise_build_log."


def normalized(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments with variables in one form.

    Raise OptionError for a value that is not text, because ansible-core would turn the branch 1.10 into "1.1".
    """
    for name in (*_WHAT, *_HOW):
        if arguments.get(name) is not None:
            require_text(name, arguments[name])
    return with_variables(arguments)


BUILD_TRIGGER = ModuleSpec(
    "bitrise_build_trigger",
    BITRISE + RUN + APP + TRIGGER + ENVIRONMENTS + WAIT,
    BitriseClient.from_options,
    _run_build_trigger,
    normalize=normalized,
)
