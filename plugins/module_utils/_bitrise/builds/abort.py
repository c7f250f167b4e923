# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_build_abort: end a build or pipeline, unless it is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ..._core.errors import (
    CiError,
    OptionError,
    ServiceError,
    UnclearOutcomeError,
)
from ..._core.fields import number
from ..._core.option_groups import RUN, OptionGroup, reject_empty
from ..._core.plan import Action, Plan
from ..._core.polling import WAIT, Polling
from ..._http.service_client import Attempts
from ..._task.module_spec import ModuleSpec, Outcome, TaskContext
from ..client import BitriseClient
from ..options import APP, BITRISE
from .build_fields import (
    ABORTED,
    ABORTED_STATES,
    ABORTED_WITH_SUCCESS,
    STATUS_NAMES,
    is_over,
    label,
    status_name,
    status_of,
)
from .runs import PIPELINE, Run, as_values
from .waiting import wait_until_over

_SWITCHES = ("abort_with_success", "skip_notifications", "skip_git_status_report")
# Bitrise does not support this option for pipelines.
_ONLY_FOR_BUILDS = "skip_git_status_report"
WHICH = OptionGroup(
    {"build_slug": {"type": "str"}, "pipeline": {"type": "str", "aliases": ["pipeline_id"]}},
    mutually_exclusive=(("build_slug", "pipeline"),),
    required_one_of=(("build_slug", "pipeline"),),
)

ABORT = OptionGroup({"reason": {"type": "str"}, **{name: {"type": "bool", "default": False} for name in _SWITCHES}})


@dataclass(frozen=True)
class Abort(Action):
    """End a build or pipeline that is running or on hold."""

    action: ClassVar[str] = "abort"
    kind: str
    app_slug: str
    slug: str
    name: str | None
    with_success: bool

    def as_dict(self) -> dict[str, Any]:
        return {
            "action": self.action,
            "kind": self.kind,
            "app_slug": self.app_slug,
            "slug": self.slug,
            "name": self.name,
            "with_success": self.with_success,
        }


def plan_abort(run: Run, build: Mapping[str, Any], *, with_success: bool) -> Plan:
    """Return the plan, which is empty for a build or pipeline that is over."""
    before = {"status": status_name(build)}
    if is_over(build):
        return Plan(before=before, after=before)
    build_number = number(build.get("build_number"))
    name = None if build_number is None else f"#{build_number}"
    action = Abort(run.kind, run.app_slug, run.slug, name, with_success)
    return Plan((action,), before=before, after={"status": STATUS_NAMES[_goal(with_success)]})


def _goal(with_success: bool) -> int:
    return ABORTED_WITH_SUCCESS if with_success else ABORTED


def _simulated(build: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    goal = {"status": _goal(options["abort_with_success"]), "status_text": "aborted", "is_on_hold": False}
    return {**build, **goal, "abort_reason": options["reason"]}


class _AbortRequest:
    """A request to abort a build, which finds out whether the build was aborted if the response is unclear."""

    def __init__(self, run: Run, body: Mapping[str, Any]) -> None:
        self._run, self._body = run, body

    def execute(self) -> bool:
        """Send the request. Return whether this task ended the build, or False if it was over before.

        Aborting twice is harmless, so a request with an unclear outcome is sent again if the build still runs.
        """
        tries = 0
        attempts = Attempts(self._run.client)
        while True:
            tries += 1
            try:
                self._run.abort(self._body)
                return True
            except UnclearOutcomeError as error:
                build = self._read_after(error)
                if is_over(build):
                    return status_of(build) in ABORTED_STATES
                attempts.wait(error)
            except ServiceError as error:
                if error.kind != "bad_request":
                    raise
                # The text of the refusal is not documented, so read the build to find the cause.
                build = self._read_after(error)
                if not is_over(build):
                    raise
                return tries > 1 and status_of(build) in ABORTED_STATES

    def _read_after(self, error: CiError) -> dict[str, Any]:
        try:
            return self._run.read()
        except CiError as second:
            error.notes.append(f"It is unknown whether the {self._run.kind} was aborted: {second.message}")
            raise error from second


def abort(options: Mapping[str, Any], client: BitriseClient, context: TaskContext) -> Outcome:
    """Abort one build or pipeline unless it is over. In check mode, only plan that."""
    reject_empty(options, "build_slug", "pipeline")
    app_slug, with_success = options["app_slug"], options["abort_with_success"]
    polling = Polling(options, client.sleep)
    run, body = _request(options, client)
    build = run.read()
    plan = plan_abort(run, build, with_success=with_success)
    if not plan.changed:
        return Outcome(as_values(build, app_slug, run.kind), plan)
    aborted = as_values(_simulated(build, options), app_slug, run.kind)
    if context.check_mode:
        return Outcome(aborted, plan)
    ended_by_task = _AbortRequest(run, body).execute()
    try:
        build = run.read()
        if ended_by_task:
            build = wait_until_over(run, build, polling, context.report_progress)
    except CiError as error:
        # The result reports the abortion in spite of the error.
        return Outcome(aborted, plan, error=error)
    values = as_values(build, app_slug, run.kind)
    if not ended_by_task:
        return Outcome(values, plan_abort(run, build, with_success=with_success))
    if options["wait"] and not is_over(build):
        return Outcome(values, plan, error=polling.error(f"{label(build)} still runs after the request to abort it"))
    return Outcome(values, plan, _unexpected_end(build))


def _request(options: Mapping[str, Any], client: BitriseClient) -> tuple[Run, dict[str, Any]]:
    """Return the build or pipeline to abort, and the body of the request."""
    if options["pipeline"] is not None:
        if options[_ONLY_FOR_BUILDS]:
            raise OptionError(f"{_ONLY_FOR_BUILDS}: Bitrise does not support this for pipelines. Omit the option.")
        body = {name: options[name] for name in _SWITCHES if name != _ONLY_FOR_BUILDS}
        # Bitrise requires all fields for a pipeline.
        run = Run(client, options["app_slug"], options["pipeline"], PIPELINE)
        return run, {**body, "abort_reason": options["reason"] or ""}
    body = {name: options[name] for name in _SWITCHES}
    if options["reason"]:
        body["abort_reason"] = options["reason"]
    return Run(client, options["app_slug"], options["build_slug"]), body


def _unexpected_end(build: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a warning if the build ended in another state than aborted."""
    if not is_over(build) or status_of(build) in ABORTED_STATES:
        return ()
    return (f"The service accepted the request to abort, but {label(build)} ended as {status_name(build)}.",)


BUILD_ABORT = ModuleSpec(
    "bitrise_build_abort", BITRISE + RUN + APP + WHICH + ABORT + WAIT, BitriseClient.from_options, abort
)
