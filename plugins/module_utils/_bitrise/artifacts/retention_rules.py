# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Retention rules of an app: they select builds and artifacts, and protect others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Optional

from ..._core.errors import OptionError
from ..._core.fields import moment, number, text
from ..._core.text import plural
from ..builds.build_fields import (
    STATUS_NAMES,
    SUCCESS,
    label,
    status_name,
)
from .artifact_fields import Artifact
from .artifact_options import (
    PATTERNS,
    check_patterns,
    matches,
)

MOST_DAYS = 36_500
# Branch, workflow, and whether it is a pull request.
Line = tuple[Optional[str], Optional[str], bool]
# An option and one of its patterns.
Pattern = tuple[str, str]
_NUMBERS = ("older_than_days", "keep_builds", "max_artifacts")


@dataclass(frozen=True)
class BuildArtifacts:
    """A finished build with its artifacts. `ended` is None if the service does not report when."""

    slug: str
    label: str
    ended: dt.datetime | None
    artifacts: tuple[Artifact, ...]
    branch: str | None = None
    tag: str | None = None
    workflow: str | None = None
    status: str | None = STATUS_NAMES[SUCCESS]
    build_number: int | None = None
    is_pull_request: bool = False

    @classmethod
    def from_service(cls, build: Mapping[str, Any], artifacts: tuple[Artifact, ...]) -> BuildArtifacts:
        return cls(
            slug=str(build["slug"]),
            label=label(build),
            # The end, or else the start.
            ended=moment(build.get("finished_at")) or moment(build.get("triggered_at")),
            artifacts=artifacts,
            branch=text(build.get("branch")),
            tag=text(build.get("tag")),
            workflow=text(build.get("triggered_workflow")),
            status=status_name(build),
            build_number=number(build.get("build_number")),
            # Bitrise reports 0 or null for other builds.
            is_pull_request=bool(number(build.get("pull_request_id"))),
        )

    @property
    def line(self) -> Line:
        """Return the group of builds of which the newest ones are kept.

        The branch of a pull request may belong to a fork, so its builds are not in the group of the branch with that
        name.
        """
        return self.branch, self.workflow, self.is_pull_request

    @property
    def succeeded(self) -> bool:
        return self.status == STATUS_NAMES[SUCCESS]

    def age_days(self, now: dt.datetime) -> int | None:
        """Return the whole days since the build ended, or None if that is unknown."""
        return None if self.ended is None else max(0, (now - self.ended).days)


@dataclass(frozen=True)
class Rules:
    """The rules of one app. A selection of None selects everything. Patterns are shell patterns."""

    app_slug: str
    older_than_days: int
    keep_builds: int
    delete: bool  # False: only close public pages
    max_artifacts: int
    keep_tagged: bool = True
    branches: Sequence[str] | None = None
    tags: Sequence[str] | None = None
    workflows: Sequence[str] | None = None
    statuses: Sequence[str] | None = None
    titles: Sequence[str] | None = None
    types: Sequence[str] | None = None
    protect_titles: Sequence[str] = ()
    protect_types: Sequence[str] = ()

    @classmethod
    def from_options(cls, options: Mapping[str, Any], app_slug: str) -> Rules:
        """Return the rules of an app. Raise OptionError for values that are out of range or contradict each other."""
        _check(options, app_slug)
        patterns: dict[str, Any] = {name: options[name] for name in PATTERNS}
        for name in ("protect_titles", "protect_types"):
            patterns[name] = patterns[name] or ()
        return cls(
            app_slug=app_slug,
            delete=options["state"] == "absent",
            **{name: options[name] for name in (*_NUMBERS, "keep_tagged", "statuses")},
            **patterns,
        )

    def selects(self, build: BuildArtifacts) -> bool:
        """Return whether artifacts of the build may be deleted, regardless of its age."""
        if self.keep_tagged and build.tag is not None:
            return False
        if self.statuses is not None and build.status not in self.statuses:
            return False
        filters = ((self.branches, build.branch), (self.tags, build.tag), (self.workflows, build.workflow))
        return all(patterns is None or matches(value, patterns) for patterns, value in filters)

    def selected(self, build: BuildArtifacts) -> list[Artifact]:
        """Return the artifacts of the build that the rules select and do not protect."""
        return [artifact for artifact in build.artifacts if self._selects_artifact(artifact)]

    def _selects_artifact(self, artifact: Artifact) -> bool:
        if matches(artifact.title, self.protect_titles) or matches(artifact.artifact_type, self.protect_types):
            return False
        filters = ((self.titles, artifact.title), (self.types, artifact.artifact_type))
        return all(patterns is None or matches(value, patterns) for patterns, value in filters)

    def matched_patterns(self, builds: Sequence[BuildArtifacts]) -> dict[Pattern, bool]:
        """Return whether each pattern matches something in these builds. Return nothing if they have no artifacts."""
        artifacts = [artifact for build in builds for artifact in build.artifacts]
        if not artifacts:
            return {}
        titles, types = {artifact.title for artifact in artifacts}, {artifact.artifact_type for artifact in artifacts}
        values = {
            "branches": {build.branch for build in builds},
            "tags": {build.tag for build in builds},
            "workflows": {build.workflow for build in builds},
            "titles": titles,
            "types": types,
            "protect_titles": titles,
            "protect_types": types,
        }
        return {
            (option, pattern): any(matches(value, [pattern]) for value in found)
            for option, found in values.items()
            for pattern in getattr(self, option) or ()
        }


def unmatched_patterns(apps: Iterable[Mapping[Pattern, bool]]) -> tuple[str, ...]:
    """Return a warning for each pattern that matches nothing in any of the apps. It may be misspelt."""
    found: dict[Pattern, list[bool]] = {}
    for patterns in apps:
        for pattern, is_matched in patterns.items():
            found.setdefault(pattern, []).append(is_matched)
    return tuple(
        f"{option}: the pattern '{pattern}' matches nothing in {plural(len(of_apps), 'app')}."
        for (option, pattern), of_apps in found.items()
        if not any(of_apps)
    )


def _check(options: Mapping[str, Any], app_slug: str) -> None:
    for option in _NUMBERS:
        if options[option] is None:
            raise OptionError(f"{option} is required for app {app_slug}.")
        if options[option] < 0:
            raise OptionError(f"{option} must be 0 or greater, got {options[option]} for app {app_slug}.")
    if options["older_than_days"] > MOST_DAYS:
        raise OptionError(f"older_than_days must be at most {MOST_DAYS}, got {options['older_than_days']}.")
    for option in (*PATTERNS, "statuses"):
        check_patterns(option, options[option], f" for app {app_slug}")
    if options["tags"] is not None and options["keep_tagged"]:
        raise OptionError(
            f"tags selects builds with a tag, and keep_tagged keeps all of them, for app {app_slug}. "
            "Set keep_tagged to false."
        )
