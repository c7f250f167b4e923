# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The app with builds that the tests use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.abort import BUILD_ABORT
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.info import BUILD_INFO
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.log import BUILD_LOG
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.trigger import BUILD_TRIGGER
from tests.helpers.service import APP, Service
from tests.helpers.tasks import Task, Tasks

PREFIX = f"/v0.1/apps/{APP}"


@dataclass(frozen=True)
class AppWithBuilds:
    service: Service
    tasks: Tasks

    def has(self, *builds: dict[str, Any], **more: Any) -> None:
        """Create these builds and nothing else, the newest first."""
        app = {"title": "Shop", "slug": APP, "owner": "owner", "builds": list(builds), **more}
        self.service.emulator.load({"apps": [app]})
        self.service.forget()

    def info(self, **options: Any) -> Task:
        return self.tasks.make(BUILD_INFO, app_slug=APP, **options)

    def of_all_apps(self, **options: Any) -> Task:
        return self.tasks.make(BUILD_INFO, **options)

    def abort(self, **options: Any) -> Task:
        return self.tasks.make(BUILD_ABORT, **{"app_slug": APP, "build_slug": "b1", **options})

    def trigger(self, **options: Any) -> Task:
        return self.tasks.make(BUILD_TRIGGER, app_slug=APP, **options)

    def log(self, **options: Any) -> Task:
        return self.tasks.make(BUILD_LOG, **{"app_slug": APP, "build_slug": "b1", **options})

    def asked(self) -> list[str]:
        """Return method and path below the app of each request since `forget`, and "GET storage" for the storage."""
        return [
            f"{entry['method']} "
            + ("storage" if entry["area"] == "storage" else entry["path"].removeprefix(PREFIX).removeprefix("/v0.1"))
            for entry in self.service.emulator.requests()
        ]

    def queries(self) -> list[dict[str, str]]:
        return [entry["query"] for entry in self.service.emulator.requests()]

    def statuses(self) -> list[int]:
        """Return the statuses of all builds of the service, in the order of their numbers."""
        builds = self.service.emulator.state()["apps"][APP]["builds"]
        return [build["status"] for build in sorted(builds, key=lambda build: build["build_number"])]

    def only_reads(self, task: Task) -> dict[str, Any]:
        """Return the result of check mode, and check that it sends GETs only."""
        self.service.forget()
        result = task.run(check_mode=True, diff=True)
        assert {entry["method"] for entry in self.service.emulator.requests()} <= {"GET"}
        self.service.forget()
        return result


def shape(result: dict[str, Any]) -> dict[str, Any]:
    """Return the keys of a result, and those of its build."""
    return {key: sorted(value) if isinstance(value, dict) else None for key, value in result.items() if key != "diff"}
