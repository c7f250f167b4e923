# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The app with artifacts that the tests use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.artifact import (
    ARTIFACT_INFO,
    ARTIFACT_MODULE,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.download import ARTIFACT_DOWNLOAD
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.retention import ARTIFACT_RETENTION
from tests.helpers.service import APP, Service
from tests.helpers.tasks import Task, Tasks

BUILD = "b1"
PREFIX = f"/v0.1/apps/{APP}/builds"


def an_artifact(slug: str, title: str, content: str = "", **more: Any) -> dict[str, Any]:
    return {"slug": slug, "title": title, "content": content or f"bytes of {slug}", **more}


@dataclass(frozen=True)
class AppWithArtifacts:
    service: Service
    tasks: Tasks

    def has(self, *artifacts: dict[str, Any], **more: Any) -> None:
        """Create one build with these artifacts, and nothing else."""
        self.has_builds({"slug": BUILD, "artifacts": list(artifacts)}, **more)

    def has_builds(self, *builds: dict[str, Any], **more: Any) -> None:
        app = {"title": "Shop", "slug": APP, "owner": "owner", "builds": list(builds), **more}
        self.service.emulator.load({"apps": [app]})
        self.service.forget()

    def manage(self, **options: Any) -> Task:
        return self.tasks.make(ARTIFACT_MODULE, **{"app_slug": APP, "build_slug": BUILD, **options})

    def info(self, **options: Any) -> Task:
        return self.tasks.make(ARTIFACT_INFO, **{"app_slug": APP, "build_slug": BUILD, **options})

    def download(self, **options: Any) -> Task:
        dest = str(self.tasks.folder / "file")
        return self.tasks.make(ARTIFACT_DOWNLOAD, **{"app_slug": APP, "build_slug": BUILD, "dest": dest, **options})

    def retain(self, **options: Any) -> Task:
        return self.tasks.make(ARTIFACT_RETENTION, **{"app_slug": APP, **options})

    def asked(self) -> list[str]:
        """Return method and path below the builds of each request since `forget`, and "get" for the storage."""
        return [
            "get" if entry["area"] == "storage" else f"{entry['method']} {entry['path'].removeprefix(PREFIX)}"
            for entry in self.service.emulator.requests()
        ]

    def left(self) -> dict[str, list[str]]:
        """Return the slugs of the remaining artifacts by build."""
        builds = self.service.emulator.state()["apps"][APP]["builds"]
        return {build["slug"]: [artifact["slug"] for artifact in build["artifacts"]] for build in builds}
