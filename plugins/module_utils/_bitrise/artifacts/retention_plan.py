# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan the deletion or unpublication of old artifacts of an app. Pure: from builds, rules and time to actions."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..._core.errors import RejectedError
from ..._core.plan import Action, Plan
from ..._core.text import name_some, plural
from .artifact import (
    ArtifactAction,
    DeleteArtifact,
    SetPublicPage,
    diff_fields,
)
from .artifact_fields import Artifact
from .retention_rules import (
    BuildArtifacts,
    Line,
    Rules,
)

TOTAL = "total"
# Most artifacts in the message about too many of them.
_MOST_NAMED = 5


@dataclass(frozen=True)
class Retain(Action):
    """Delete or unpublish an artifact. The entry in `actions` describes its build, so that users can check it."""

    change: ArtifactAction
    build: BuildArtifacts = field(repr=False)
    age_days: int | None

    def as_dict(self) -> dict[str, Any]:
        return {**self.change.as_dict(), **self.of_build(), **of_artifact(self.change.artifact)}

    def of_build(self) -> dict[str, Any]:
        build = self.build
        return {
            "build_number": build.build_number,
            "branch": build.branch,
            "tag": build.tag,
            "workflow": build.workflow,
            "status_name": build.status,
            "age_days": self.age_days,
        }


def of_artifact(artifact: Artifact) -> dict[str, Any]:
    return {"artifact_type": artifact.artifact_type, "file_size_bytes": artifact.size}


def due(builds: Sequence[BuildArtifacts], rules: Rules, now: dt.datetime) -> list[Retain]:
    """Return the actions, those of the newest builds first. Raise RejectedError if they exceed `max_artifacts`."""
    limit = now - dt.timedelta(days=rules.older_than_days)
    kept: Counter[Line] = Counter()
    actions: list[Retain] = []
    dated = [(build.ended, build) for build in builds if build.ended is not None]
    for ended, build in sorted(dated, key=lambda entry: entry[0], reverse=True):
        artifacts = rules.selected(build) if rules.selects(build) else []
        # A build without selected artifacts does not count for keep_builds.
        if not artifacts:
            continue
        if build.succeeded and kept[build.line] < rules.keep_builds:
            kept[build.line] += 1
        elif ended < limit:
            actions += _changes(build, artifacts, rules, now)
    if len(actions) > rules.max_artifacts:
        raise _too_many(actions, rules)
    return actions


def _changes(build: BuildArtifacts, artifacts: Iterable[Artifact], rules: Rules, now: dt.datetime) -> Iterable[Retain]:
    for artifact in artifacts:
        change: ArtifactAction
        if rules.delete:
            change = DeleteArtifact(rules.app_slug, build.slug, artifact)
        elif artifact.is_public and artifact.is_installable:
            change = SetPublicPage(rules.app_slug, build.slug, artifact, False)
        else:
            continue
        yield Retain(change, build, build.age_days(now))


def _too_many(actions: Sequence[Retain], rules: Rules) -> RejectedError:
    what = "deleted" if rules.delete else "unpublished"
    touched = len({action.build.slug for action in actions})
    listed = name_some((f"{action.change.artifact.name} of {action.build.label}" for action in actions), _MOST_NAMED)
    return RejectedError(
        f"max_artifacts: {plural(len(actions), 'artifact')} of {plural(touched, 'build')} of app {rules.app_slug} "
        f"would be {what}, more than {rules.max_artifacts}: {listed}. Nothing was changed. Check the actions in check "
        "mode with a higher max_artifacts.",
        kind="max_artifacts",
    )


def plan_of(actions: Sequence[Retain], builds: Sequence[BuildArtifacts]) -> Plan:
    """Return a plan with these actions. Its diff has the artifacts by build, and the sums of the app."""
    if not actions:
        return Plan()
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for action in actions:
        artifact = action.change.artifact
        name = f"{artifact.name} ({artifact.slug})"
        _of_build(before, action)[name] = {**diff_fields(artifact), **of_artifact(artifact)}
        if isinstance(action.change, SetPublicPage):
            changed = artifact.with_public_page(action.change.enabled)
            _of_build(after, action)[name] = {**diff_fields(changed), **of_artifact(changed)}
    existing = {(build.slug, artifact.slug): artifact for build in builds for artifact in build.artifacts}
    left = dict(existing)
    for action in actions:
        key, change = (action.build.slug, action.change.artifact.slug), action.change
        if isinstance(change, SetPublicPage):
            left[key] = change.artifact.with_public_page(change.enabled)
        else:
            del left[key]
    before[TOTAL], after[TOTAL] = totals(existing.values()), totals(left.values())
    return Plan(tuple(actions), before, after)


def _of_build(side: dict[str, Any], action: Retain) -> dict[str, Any]:
    """Return the artifacts of the build in one side of a diff."""
    build: dict[str, Any] = side.setdefault(action.build.label, {**action.of_build(), "artifacts": {}})
    artifacts: dict[str, Any] = build["artifacts"]
    return artifacts


def totals(artifacts: Iterable[Artifact]) -> dict[str, int]:
    every = list(artifacts)
    return {
        "artifacts": len(every),
        "file_size_bytes": sum(artifact.size or 0 for artifact in every),
        "public_pages": sum(artifact.is_public for artifact in every),
    }


def described(build: Mapping[str, Any]) -> str:
    """Return a phrase that describes a build, given its entry in a diff or an action."""
    parts = [f"{name} {build[name]}" for name in ("tag", "branch", "workflow") if build[name]]
    if build["status_name"]:
        parts.append(build["status_name"])
    if build["age_days"] is not None:
        parts.append(f"{build['age_days']} {'day' if build['age_days'] == 1 else 'days'} old")
    return ", ".join(parts)
