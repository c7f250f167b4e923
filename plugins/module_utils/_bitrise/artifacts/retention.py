# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_artifact_retention: the old artifacts of an app deleted or unpublished, those of the newest builds kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.endpoints import Artifacts
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.entries import (
    ArtifactAction,
    DeleteArtifact,
    apply,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.options import RETENTION
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.retention_plan import (
    BuildArtifacts,
    Rules,
    due,
    plan_of,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.endpoints import list_builds
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.model import is_over, label
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.clients import BitriseClients, check_workers
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.options import APP, BITRISE
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.workers import side_by_side
from ansible_collections.mobileops.ci.plugins.module_utils._entry import Entry, Outcome, TaskContext
from ansible_collections.mobileops.ci.plugins.module_utils._errors import CiError, NotDoneError, OptionError
from ansible_collections.mobileops.ci.plugins.module_utils._fields import moment
from ansible_collections.mobileops.ci.plugins.module_utils._options import RUN

NAMED_IN_MESSAGE = 10
MOST_DAYS = 36_500

Given = TypeVar("Given")
Found = TypeVar("Found")


def _run(options: dict[str, Any], clients: BitriseClients, context: TaskContext) -> Outcome:
    check_workers(options["concurrency"])
    _check_numbers(options)
    rules = Rules(
        app_slug=options["app_slug"],
        older_than_days=options["older_than_days"],
        keep_builds=options["keep_builds"],
        delete=options["state"] == "absent",
        max_artifacts=options["max_artifacts"],
    )
    builds = _observe(clients, rules.app_slug, options["concurrency"])
    actions = due(builds, rules, dt.datetime.now(dt.timezone.utc))
    failures = {} if context.check_mode else _apply(actions, clients, rules.app_slug, options["concurrency"])
    warnings = [
        f"{build.label} is kept: the service does not tell when it ended."
        for build in builds
        if build.ended is None and build.artifacts
    ]
    limits = {"waited_s": round(clients.gates.waited_s, 1), "refused": clients.gates.refused}
    return _outcome(builds, actions, failures, warnings, limits)


def _check_numbers(options: Mapping[str, Any]) -> None:
    for option in ("older_than_days", "keep_builds", "max_artifacts"):
        if options[option] < 0:
            raise OptionError(f"{option}: {options[option]} is negative.")
    if options["older_than_days"] > MOST_DAYS:
        raise OptionError(f"older_than_days: {options['older_than_days']} is more than {MOST_DAYS} days.")


def _all(
    clients: BitriseClients, concurrency: int, given: Sequence[Given], work: Callable[[Given], Found]
) -> list[Found]:
    """The same work on each of them, several at a time; what comes of it, in their order."""

    found: dict[int, Found] = {}
    side_by_side(clients, concurrency, range(len(given)), lambda number: work(given[number]), found.__setitem__)
    return [found[number] for number in range(len(given))]


def _observe(clients: BitriseClients, app_slug: str, concurrency: int) -> list[BuildArtifacts]:
    """Every build of the app that is over, with its artifacts."""

    def look(build: Mapping[str, Any]) -> BuildArtifacts:
        slug = str(build["slug"])
        found = Artifacts(clients.get(), app_slug, slug).each()
        return BuildArtifacts(slug, label(build), _ended(build), tuple(found))

    builds = [build for build in list_builds(clients.get(), app_slug) if is_over(build)]
    return _all(clients, concurrency, builds, look)


def _ended(build: Mapping[str, Any]) -> dt.datetime | None:
    """When the build ended, or at least began."""
    return moment(build.get("finished_at")) or moment(build.get("triggered_at"))


def _apply(
    actions: Sequence[ArtifactAction], clients: BitriseClients, app_slug: str, concurrency: int
) -> dict[int, CiError]:
    """Carry them out, and go on after an error; by the number of the action, what went wrong."""
    refused: list[CiError] = []

    def work(action: ArtifactAction) -> CiError | None:
        # A token without the permission for one of them has it for none of them.
        if refused:
            return NotDoneError("The task was stopped.")
        if clients.gates.deadline.is_over:
            return clients.gates.deadline.error()
        try:
            apply(Artifacts(clients.get(), app_slug, action.build_slug), action)
        except CiError as error:
            if error.ends_task or error.kind == "forbidden":
                refused.append(error)
            return error
        return None

    errors = _all(clients, concurrency, actions, work)
    return {number: error for number, error in enumerate(errors) if error}


def _outcome(
    builds: Sequence[BuildArtifacts],
    actions: Sequence[ArtifactAction],
    failures: Mapping[int, CiError],
    warnings: Sequence[str],
    limits: Mapping[str, float],
) -> Outcome:
    done = [action for number, action in enumerate(actions) if number not in failures]
    deleted = [action for action in done if isinstance(action, DeleteArtifact)]
    summary = {
        "builds": len(builds),
        "artifacts": sum(len(build.artifacts) for build in builds),
        "deleted": len(deleted),
        "unpublished": len(done) - len(deleted),
        "failed": len(failures),
        "freed_bytes": sum(action.artifact.size or 0 for action in deleted),
        **limits,
    }
    error = _failure(list(failures.values()), len(actions))
    return Outcome({"summary": summary}, plan_of(done, builds), tuple(warnings), error)


def _failure(failures: Sequence[CiError], planned: int) -> CiError | None:
    if not failures:
        return None
    causes = [error for error in failures if not isinstance(error, NotDoneError)] or list(failures)
    lines = list(dict.fromkeys(error.message for error in causes))[:NAMED_IN_MESSAGE]
    if len(failures) > len(lines):
        lines.append(f"{len(failures) - len(lines)} more were not done.")
    message = f"{len(failures)} of {planned} artifacts were not dealt with. {' | '.join(lines)}"
    return CiError(message, **causes[0].as_dict())


ARTIFACT_RETENTION = Entry("bitrise_artifact_retention", BITRISE + RUN + APP + RETENTION, BitriseClients, _run)
