# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the build or pipeline that was started by a request whose answer was lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._core.errors import CiError, UnclearOutcomeError
from ..._core.fields import number
from ..client import BitriseClient
from .model import label
from .runs import list_runs

# A request may still be on its way when its connection is gone.
LOOKS = 3
# Builds have a workflow, and pipelines have a name.
_COMPARED = ("branch", "tag", "commit_hash", "commit_message", "triggered_workflow", "name")


class LatestBuild:
    """The latest build, or the latest pipeline, of an app before another one is started."""

    def __init__(self, client: BitriseClient, app_slug: str, kind: str) -> None:
        self._client, self._app_slug, self._kind = client, app_slug, kind
        latest = next(list_runs(client, app_slug, kind, limit=1), None)
        self._slug = latest and latest["slug"]
        self._number = number(latest.get("build_number")) if latest else 0

    def find_started_since(self, wanted: Mapping[str, Any], cause: UnclearOutcomeError) -> dict[str, Any]:
        """The one build that was started since then from what is wanted. It is never asked for once more.

        Raises CiError of kind unclear_outcome where there is none, or more than one.
        """
        matching: list[dict[str, Any]] = []
        for look in range(1, LOOKS + 1):
            try:
                matching = [build for build in self._since() if _could_be(build, wanted)]
            except CiError as second:
                raise _unclear(
                    cause, f"The list of builds cannot be read either: {second.message} Look there before you"
                ) from second
            if len(matching) == 1:
                return matching[0]
            if matching:
                named = ", ".join(label(build) for build in matching)
                raise _unclear(
                    cause, f"Several were started meanwhile that it could be: {named}. Look at them before you"
                )
            if look < LOOKS:
                self._client.back_off(look)
        raise _unclear(cause, "The service does not show it yet. Look at the list again before you")

    def _since(self) -> list[dict[str, Any]]:
        found = []
        for build in list_runs(self._client, self._app_slug, self._kind):
            build_number = number(build.get("build_number"))
            known = self._number is not None and build_number is not None and build_number <= self._number
            if build["slug"] == self._slug or known:
                break
            found.append(build)
        return found


def _could_be(build: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether nothing that the service tells of the build contradicts what was asked for."""
    return all(not wanted.get(name) or not build.get(name) or build[name] == wanted[name] for name in _COMPARED)


def _unclear(cause: UnclearOutcomeError, advice: str) -> CiError:
    details = {**cause.as_dict(), "kind": "unclear_outcome"}
    message = f"{cause.message} It is not known whether it was started. {advice} run this again."
    return CiError(message, **details)
