# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_build_trigger: start a build, and wait for its end if asked to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.endpoints import read_build, trigger_build
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.environments import (
    ENVIRONMENTS,
    environments_of,
    refuse_unfit_secrets,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.lost_trigger import LatestBuild
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.model import (
    ABORTED_WITH_SUCCESS,
    RUNNING,
    SUCCESS,
    is_over,
    label,
    shown,
    status_name,
    status_of,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.waiting import wait_until_over
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.options import APP, BITRISE
from ansible_collections.mobileops.ci.plugins.module_utils._entry import Entry, Outcome, TaskContext
from ansible_collections.mobileops.ci.plugins.module_utils._errors import CiError, ServiceError, UnclearOutcomeError
from ansible_collections.mobileops.ci.plugins.module_utils._fields import number, text
from ansible_collections.mobileops.ci.plugins.module_utils._options import RUN, OptionGroup, refuse_empty
from ansible_collections.mobileops.ci.plugins.module_utils._plan import Action, Plan
from ansible_collections.mobileops.ci.plugins.module_utils._waiting import WAIT, Patience

_WHAT = ("branch", "tag", "commit_hash", "workflow")
_HOW = ("commit_message", "stack", "machine_type_id")
TRIGGER = OptionGroup(
    {
        **{name: {"type": "str"} for name in (*_WHAT, *_HOW)},
        "priority": {"type": "int"},
        "skip_git_status_report": {"type": "bool", "default": False},
    },
    required_one_of=(_WHAT,),
)
# The list of builds calls it workflow, the request that starts one workflow_id.
_NAMES_IN_REQUEST = {"workflow": "workflow_id"}
# How often a new build is looked for; the pauses in between get longer.
LOOKS = 4


@dataclass(frozen=True)
class Trigger(Action):
    """Start a build. It gets slug and number only then."""

    action: ClassVar[str] = "trigger"
    app_slug: str
    branch: str | None
    tag: str | None
    commit_hash: str | None
    workflow: str | None

    def as_dict(self) -> dict[str, Any]:
        return {
            "action": self.action,
            "kind": "build",
            "app_slug": self.app_slug,
            "slug": None,
            "name": None,
            "branch": self.branch,
            "tag": self.tag,
            "commit_hash": self.commit_hash,
            "workflow": self.workflow,
        }


def _plan(options: Mapping[str, Any], build_params: Mapping[str, Any]) -> Plan:
    after = {key: value for key, value in build_params.items() if key != "environments"}
    if "environments" in build_params:
        after["environments"] = sorted(entry["key"] for entry in build_params["environments"])
    action = Trigger(options["app_slug"], *(options[name] for name in _WHAT))
    return Plan((action,), before={}, after={"build": after})


def _build_params(options: dict[str, Any]) -> dict[str, Any]:
    """What the service is given; nothing that was left out."""
    given = {
        _NAMES_IN_REQUEST.get(name, name): options[name]
        for name in (*_WHAT, *_HOW, "priority")
        if options[name] is not None
    }
    if options["skip_git_status_report"]:
        given["skip_git_status_report"] = True
    environments = environments_of(options)
    return {**given, "environments": environments} if environments else given


def _started(client: BitriseClient, answer: Mapping[str, Any]) -> dict[str, Any]:
    """The build in the answer, as far as it is told there. `slug` at the top is the app's."""
    results = answer.get("results")
    inner = results[0] if isinstance(results, list) and results and isinstance(results[0], Mapping) else {}
    found = {
        name: read(inner.get(key)) or read(answer.get(key))
        for name, key, read in (
            ("slug", "build_slug", text),
            ("build_number", "build_number", number),
            ("triggered_workflow", "triggered_workflow", text),
            ("url", "build_url", text),
        )
    }
    if found["slug"] is None:
        said = text(inner.get("message")) or text(answer.get("message"))
        words = f" but: {client.redact.quote(said)}" if said else ""
        message = f"Could not trigger a build: the service took the request and named no build{words}."
        raise UnclearOutcomeError(ServiceError(message, kind="invalid_response", method="POST"))
    return found


def _run(options: dict[str, Any], client: BitriseClient, context: TaskContext) -> Outcome:
    refuse_empty(options, *_WHAT)
    patience = Patience(options, client.sleep)
    build_params = _build_params(options)
    client.redact.add(*options["secret_environments"].values())
    plan = _plan(options, build_params)
    app_slug = options["app_slug"]
    latest = LatestBuild(client, app_slug)
    wanted = {**{name: options[name] for name in (*_WHAT, *_HOW)}, "triggered_workflow": options["workflow"]}
    if context.check_mode:
        return Outcome({"build": shown({**wanted, "slug": None}, app_slug), "build_url": None}, plan)
    warnings: list[str] = []
    try:
        started = _started(client, trigger_build(client, app_slug, build_params))
    except UnclearOutcomeError as error:
        started = latest.find_started_since(wanted, error)
        warnings.append(
            f"The answer of the service was lost. {label(started)} was started meanwhile from the same and is taken "
            "for the one that this task asked for. No second one was asked for."
        )
    values = {"build": shown({**wanted, **started}, app_slug), "build_url": started.get("url")}
    try:
        build = _look(client, app_slug, {**wanted, **started}, warnings, patient=options["wait"])
        if options["wait"]:
            build = wait_until_over(client, app_slug, build, patience, context.say)
    except CiError as error:
        error.notes.append(f"All the same {label(started)} was started.")
        return Outcome(values, plan, tuple(warnings), error)
    values["build"] = shown({**build, "slug": started["slug"]}, app_slug)
    return Outcome(values, plan, tuple(warnings), _end(client, build, patience) if options["wait"] else None)


def _look(
    client: BitriseClient, app_slug: str, started: Mapping[str, Any], warnings: list[str], *, patient: bool
) -> dict[str, Any]:
    """The build as the service shows it. It may take a moment until it does."""
    for look in range(1, LOOKS + 1):
        try:
            return read_build(client, app_slug, str(started["slug"]))
        except ServiceError as error:
            if error.kind != "not_found" or (patient and look == LOOKS):
                raise
            client.back_off(look)
    warnings.append(f"The service does not show {label(started)} yet: the result holds what was asked for.")
    return {**started, "status": RUNNING}


def _end(client: BitriseClient, build: Mapping[str, Any], patience: Patience) -> CiError | None:
    """The error for a build that did not come to a good end."""
    if not is_over(build):
        # To run the task again would trigger one more.
        advice = "It goes on, and mobileops.ci.bitrise_build_info tells how far it is. Or raise wait_timeout."
        return patience.error(f"{label(build)} is not over, it is {status_name(build)}", advice)
    status = status_of(build)
    if status in (SUCCESS, ABORTED_WITH_SUCCESS):
        return None
    reason = text(build.get("abort_reason"))
    words = f": {client.redact.quote(reason)}" if reason else ""
    advice = "Its log tells more: see mobileops.ci.bitrise_build_log."
    return CiError(f"The {label(build)} ended as {status_name(build) or status}{words}. {advice}", kind="build_failed")


BUILD_TRIGGER = Entry(
    "bitrise_build_trigger",
    BITRISE + RUN + APP + TRIGGER + ENVIRONMENTS + WAIT,
    BitriseClient.from_options,
    _run,
    normalize=refuse_unfit_secrets,
)
