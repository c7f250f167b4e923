# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_artifact and bitrise_artifact_info: list artifacts of a build, set their public page, delete them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, cast

from ..._core.errors import OptionError, RejectedError
from ..._core.option_groups import RUN, reject_empty
from ..._core.plan import Action, Plan
from ..._task.module_spec import ModuleSpec, Outcome, TaskContext
from ..builds.build_options import BUILD
from ..client import BitriseClient
from ..options import APP, BITRISE, LIMIT, check_limit
from .artifact_fields import INSTALLABLE, Artifact
from .artifact_options import (
    ARTIFACT,
    ARTIFACT_FILTER,
    ARTIFACT_STATE,
)
from .endpoints import Artifacts

KIND = "artifact"


@dataclass(frozen=True)
class ArtifactAction(Action):
    """A change of one artifact."""

    app_slug: str
    build_slug: str
    artifact: Artifact = field(repr=False)

    def as_dict(self) -> dict[str, Any]:
        return {
            "action": self.action,
            "kind": KIND,
            "app_slug": self.app_slug,
            "build_slug": self.build_slug,
            "slug": self.artifact.slug,
            "name": self.artifact.name,
            "changes": self.changes,
        }

    @property
    def changes(self) -> dict[str, Any] | None:
        """Return the changed values, or None for a deletion."""
        return None


@dataclass(frozen=True)
class SetPublicPage(ArtifactAction):
    """Open or close the public page from which anyone can install the app."""

    action: ClassVar[str] = "update"
    enabled: bool

    @property
    def changes(self) -> dict[str, Any]:
        return {"is_public_page_enabled": self.enabled}


@dataclass(frozen=True)
class DeleteArtifact(ArtifactAction):
    action: ClassVar[str] = "delete"


def diff_fields(artifact: Artifact) -> dict[str, Any]:
    return {
        "slug": artifact.slug,
        "file_size_bytes": artifact.size,
        "is_public_page_enabled": artifact.is_public,
    }


def apply(artifacts: Artifacts, action: ArtifactAction) -> Artifact | None:
    """Apply one action. Return the artifact afterwards, or None if it was deleted."""
    if isinstance(action, SetPublicPage):
        return artifacts.set_public_page(action.artifact, action.enabled)
    artifacts.delete(action.artifact)
    return None


def plan(app_slug: str, build_slug: str, artifact: Artifact | None, options: Mapping[str, Any]) -> Plan:
    """Return the plan that brings the artifact to its declared state."""
    if artifact is None:
        return Plan()
    enabled = options["is_public_page_enabled"]
    before = {artifact.name: diff_fields(artifact)}
    if options["state"] == "absent":
        return Plan((DeleteArtifact(app_slug, build_slug, artifact),), before, {})
    if enabled is None:
        return Plan((), before, before)
    if not artifact.is_installable:
        raise RejectedError(
            f"is_public_page_enabled: {artifact.label} is of type {artifact.artifact_type or 'unknown'}, and only "
            f"{' and '.join(INSTALLABLE)} have a public page. Nothing was changed. Omit the option.",
            kind="not_installable",
        )
    if artifact.is_public == enabled:
        return Plan((), before, before)
    after = {artifact.name: diff_fields(artifact.with_public_page(enabled))}
    return Plan((SetPublicPage(app_slug, build_slug, artifact, enabled),), before, after)


def _run_artifact(options: dict[str, Any], client: BitriseClient, context: TaskContext) -> Outcome:
    absent = options["state"] == "absent"
    if absent and options["is_public_page_enabled"] is not None:
        raise OptionError("is_public_page_enabled cannot be set with state=absent. Omit the option.")
    artifacts = Artifacts(client, options["app_slug"], options["build_slug"])
    artifact = artifacts.find(options) if absent else artifacts.find_existing(options)
    planned = plan(options["app_slug"], options["build_slug"], artifact, options)
    for action in cast(Sequence[ArtifactAction], planned.actions):
        if not context.check_mode:
            artifact = apply(artifacts, action)
        elif isinstance(action, SetPublicPage):
            artifact = action.artifact.with_public_page(action.enabled)
        else:
            artifact = None
    return Outcome({KIND: artifact.as_result() if artifact else None}, planned)


def _run_artifact_info(options: dict[str, Any], client: BitriseClient, _context: TaskContext) -> Outcome:
    slug, title, limit = (options[key] for key in ("slug", "title", "limit"))
    check_limit(limit)
    reject_empty(options, "slug", "title")
    artifacts = Artifacts(client, options["app_slug"], options["build_slug"])
    if slug is not None:
        found = [artifacts.read(slug)]
    elif title is not None:
        found = [artifact for artifact in artifacts.each() if artifact.title == title][:limit]
    else:
        found = list(artifacts.each(limit))
    return Outcome({"artifacts": [artifact.as_result() for artifact in found]})


ARTIFACT_MODULE = ModuleSpec(
    "bitrise_artifact",
    BITRISE + RUN + APP + BUILD + ARTIFACT + ARTIFACT_STATE,
    BitriseClient.from_options,
    _run_artifact,
)
ARTIFACT_INFO = ModuleSpec(
    "bitrise_artifact_info",
    BITRISE + RUN + APP + BUILD + ARTIFACT_FILTER + LIMIT,
    BitriseClient.from_options,
    _run_artifact_info,
)
