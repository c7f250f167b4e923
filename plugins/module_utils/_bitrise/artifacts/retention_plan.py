# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which artifacts of an app have had their time: a pure function of what there is, the rules and the time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.entries import (
    ArtifactAction,
    DeleteArtifact,
    SetPublicPage,
    shown_in_diff,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.model import Artifact
from ansible_collections.mobileops.ci.plugins.module_utils._errors import RefusedError
from ansible_collections.mobileops.ci.plugins.module_utils._plan import Plan


@dataclass(frozen=True)
class BuildArtifacts:
    """A build that is over, with its artifacts. `ended`: None where the service does not tell when."""

    slug: str
    label: str
    ended: dt.datetime | None
    artifacts: tuple[Artifact, ...]


@dataclass(frozen=True)
class Rules:
    app_slug: str
    older_than_days: int
    keep_builds: int
    delete: bool  # else: only close public pages
    max_artifacts: int


def due(builds: Sequence[BuildArtifacts], rules: Rules, now: dt.datetime) -> list[ArtifactAction]:
    """Raises RefusedError where more artifacts would be touched than the rules allow."""
    # A build without artifacts, such as a failed one, must not push the last good one out. One of unknown age is kept.
    dated = [(build.ended, build) for build in builds if build.ended is not None and build.artifacts]
    dated.sort(key=lambda entry: entry[0], reverse=True)
    limit = now - dt.timedelta(days=rules.older_than_days)
    actions: list[ArtifactAction] = []
    for ended, build in dated[rules.keep_builds :]:
        if ended >= limit:
            continue
        for artifact in build.artifacts:
            if not rules.delete and not (artifact.is_public and artifact.is_installable):
                continue
            if rules.delete:
                actions.append(DeleteArtifact(rules.app_slug, build.slug, artifact))
            else:
                actions.append(SetPublicPage(rules.app_slug, build.slug, artifact, False))
    if len(actions) > rules.max_artifacts:
        what = "deleted" if rules.delete else "unpublished"
        touched = len({action.build_slug for action in actions})
        raise RefusedError(
            f"max_artifacts: {len(actions)} artifacts of {touched} builds of app {rules.app_slug} would be {what}, "
            f"more than {rules.max_artifacts}. Nothing was changed. Look at it in check mode with a higher limit.",
            kind="max_artifacts",
        )
    return actions


def plan_of(actions: Sequence[ArtifactAction], builds: Sequence[BuildArtifacts]) -> Plan:
    """These actions with their diff: by build, the artifacts that they touch."""
    labels = {build.slug: build.label for build in builds}
    before: dict[str, dict[str, object]] = {}
    after: dict[str, dict[str, object]] = {}
    for action in actions:
        build, place = labels[action.build_slug], f"{action.artifact.name} ({action.artifact.slug})"
        before.setdefault(build, {})[place] = shown_in_diff(action.artifact)
        if isinstance(action, SetPublicPage):
            changed = action.artifact.with_public_page(action.enabled)
            after.setdefault(build, {})[place] = shown_in_diff(changed)
    return Plan(tuple(actions), before, after)
