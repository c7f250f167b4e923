# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the build or pipeline that was started by a request whose response was lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._core.errors import CiError, UnclearOutcomeError
from ..._core.fields import number
from ..client import BitriseClient
from .build_fields import label
from .runs import list_runs

# Attempts to find the build, because the service may still process a request whose connection broke.
LIST_ATTEMPTS = 3
# Builds have a workflow, pipelines have a name.
_COMPARED = ("branch", "tag", "commit_hash", "commit_message", "triggered_workflow", "name")


class LatestBuild:
    """The latest build or pipeline of an app before a trigger. It separates older builds from newer ones."""

    def __init__(self, client: BitriseClient, app_slug: str, kind: str) -> None:
        self._client, self._app_slug, self._kind = client, app_slug, kind
        latest = next(list_runs(client, app_slug, kind, limit=1), None)
        self._slug = latest and latest["slug"]
        self._number = number(latest.get("build_number")) if latest else 0

    def find_started_since(self, requested: Mapping[str, Any], cause: UnclearOutcomeError) -> dict[str, Any]:
        """Return the only build that was started since then and has the requested parameters.

        Raise CiError of kind unclear_outcome if there is none, or more than one. Never trigger again.
        """
        matching: list[dict[str, Any]] = []
        for attempt in range(1, LIST_ATTEMPTS + 1):
            try:
                matching = [build for build in self._since() if _could_be(build, requested)]
            except CiError as second:
                raise _unclear(
                    cause, f"The list of builds cannot be read either: {second.message} Check the list before you"
                ) from second
            if len(matching) == 1:
                return matching[0]
            if matching:
                named = ", ".join(label(build) for build in matching)
                raise _unclear(
                    cause, f"Several builds that it could be were started meanwhile: {named}. Check them before you"
                )
            if attempt < LIST_ATTEMPTS:
                self._client.back_off(attempt)
        raise _unclear(cause, "The service does not list it yet. Check the list before you")

    def _since(self) -> list[dict[str, Any]]:
        found = []
        for build in list_runs(self._client, self._app_slug, self._kind):
            build_number = number(build.get("build_number"))
            known = self._number is not None and build_number is not None and build_number <= self._number
            if build["slug"] == self._slug or known:
                break
            found.append(build)
        return found


def _could_be(build: Mapping[str, Any], requested: Mapping[str, Any]) -> bool:
    """Return whether no value that the service lists for the build differs from a requested one."""
    return all(not requested.get(name) or not build.get(name) or build[name] == requested[name] for name in _COMPARED)


def _unclear(cause: UnclearOutcomeError, advice: str) -> CiError:
    details = {**cause.as_dict(), "kind": "unclear_outcome"}
    message = f"{cause.message} It is unknown whether it was started. {advice} run this again."
    return CiError(message, **details)
