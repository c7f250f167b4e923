# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_build_abort: a build is not running any more, whoever or whatever ended it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.endpoints import abort_build, read_build
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.model import (
    ABORTED,
    ABORTED_STATES,
    ABORTED_WITH_SUCCESS,
    STATUS_NAMES,
    is_over,
    label,
    shown,
    status_name,
    status_of,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.options import BUILD
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.waiting import wait_until_over
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.options import APP, BITRISE
from ansible_collections.mobileops.ci.plugins.module_utils._entry import Entry, Outcome, TaskContext
from ansible_collections.mobileops.ci.plugins.module_utils._errors import CiError, ServiceError, UnclearOutcomeError
from ansible_collections.mobileops.ci.plugins.module_utils._options import RUN, OptionGroup
from ansible_collections.mobileops.ci.plugins.module_utils._plan import Action, Plan
from ansible_collections.mobileops.ci.plugins.module_utils._service_client import Attempts
from ansible_collections.mobileops.ci.plugins.module_utils._waiting import WAIT, Patience

_SWITCHES = ("abort_with_success", "skip_notifications", "skip_git_status_report")

ABORT = OptionGroup({"reason": {"type": "str"}, **{name: {"type": "bool", "default": False} for name in _SWITCHES}})


@dataclass(frozen=True)
class Abort(Action):
    """End a build that is running or on hold."""

    action: ClassVar[str] = "abort"
    app_slug: str
    slug: str
    name: str | None
    with_success: bool

    def as_dict(self) -> dict[str, Any]:
        return {
            "action": self.action,
            "kind": "build",
            "app_slug": self.app_slug,
            "slug": self.slug,
            "name": self.name,
            "with_success": self.with_success,
        }


def plan_abort(app_slug: str, build_slug: str, build: Mapping[str, Any], *, with_success: bool) -> Plan:
    """Nothing to do for a build that is over."""
    before = {"status": status_name(build)}
    if is_over(build):
        return Plan(before=before, after=before)
    build_number = shown(build)["build_number"]
    action = Abort(app_slug, build_slug, None if build_number is None else f"#{build_number}", with_success)
    return Plan((action,), before=before, after={"status": STATUS_NAMES[_goal(with_success)]})


def _goal(with_success: bool) -> int:
    return ABORTED_WITH_SUCCESS if with_success else ABORTED


def _simulated(build: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    goal = {"status": _goal(options["abort_with_success"]), "status_text": "aborted", "is_on_hold": False}
    return {**build, **goal, "abort_reason": options["reason"]}


class _Abortion:
    """One request to abort, and what can be told if it is not answered with a plain yes."""

    def __init__(self, client: BitriseClient, app_slug: str, build_slug: str, body: Mapping[str, Any]) -> None:
        self._client, self._app_slug, self._build_slug, self._body = client, app_slug, build_slug, body

    def look(self) -> dict[str, Any]:
        return read_build(self._client, self._app_slug, self._build_slug)

    def carry_out(self) -> bool:
        """Whether this task ended the build. False: it was over before the request came.

        To abort twice does no harm, so a request without a clear answer is sent again if the build still runs.
        """
        tries = 0
        attempts = Attempts(self._client)
        while True:
            tries += 1
            try:
                abort_build(self._client, self._app_slug, self._build_slug, self._body)
                return True
            except UnclearOutcomeError as error:
                build = self._look_after(error)
                if is_over(build):
                    return status_of(build) in ABORTED_STATES
                attempts.wait(error)
            except ServiceError as error:
                if error.kind != "bad_request":
                    raise
                # The words of the refusal are not documented: the build itself tells what it was about.
                build = self._look_after(error)
                if not is_over(build):
                    raise
                return tries > 1 and status_of(build) in ABORTED_STATES

    def _look_after(self, error: CiError) -> dict[str, Any]:
        try:
            return self.look()
        except CiError as second:
            error.notes.append(f"Whether the build was aborted is not known: {second.message}")
            raise error from second


def abort(options: Mapping[str, Any], client: BitriseClient, context: TaskContext) -> Outcome:
    """Abort one build unless it is over. In check mode, return what would be done."""
    app_slug, build_slug, with_success = (options[key] for key in ("app_slug", "build_slug", "abort_with_success"))
    patience = Patience(options, client.sleep)
    body = {name: options[name] for name in _SWITCHES}
    if options["reason"]:
        body["abort_reason"] = options["reason"]
    abortion = _Abortion(client, app_slug, build_slug, body)
    build = abortion.look()
    plan = plan_abort(app_slug, build_slug, build, with_success=with_success)
    if not plan.changed:
        return Outcome({"build": shown(build, app_slug)}, plan)
    aborted = _simulated(build, options)
    if context.check_mode:
        return Outcome({"build": shown(aborted, app_slug)}, plan)
    ended_by_us = abortion.carry_out()
    try:
        build = abortion.look()
        if ended_by_us:
            build = wait_until_over(client, app_slug, build, patience, context.say)
    except CiError as error:
        # What was done is part of the result all the same.
        return Outcome({"build": shown(aborted, app_slug)}, plan, error=error)
    values = {"build": shown(build, app_slug)}
    if not ended_by_us:
        return Outcome(values, plan_abort(app_slug, build_slug, build, with_success=with_success))
    if options["wait"] and not is_over(build):
        return Outcome(values, plan, error=patience.error(f"{label(build)} was told to abort and still runs"))
    return Outcome(values, plan, _surprise(build))


def _surprise(build: Mapping[str, Any]) -> tuple[str, ...]:
    if not is_over(build) or status_of(build) in ABORTED_STATES:
        return ()
    return (f"The service accepted the request to abort, but {label(build)} ended as {status_name(build)}.",)


BUILD_ABORT = Entry(
    "bitrise_build_abort", BITRISE + RUN + APP + BUILD + ABORT + WAIT, BitriseClient.from_options, abort
)
