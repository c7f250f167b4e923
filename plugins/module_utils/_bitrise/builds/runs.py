# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A build or a pipeline that can be read, awaited and aborted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ..client import BitriseClient
from .build_fields import build_as_result
from .endpoints import (
    abort_build,
    list_builds,
    read_build,
)
from .pipelines import (
    abort_pipeline,
    list_pipelines,
    pipeline_as_result,
    read_pipeline,
)

BUILD, PIPELINE = "build", "pipeline"


@dataclass(frozen=True)
class Run:
    """A build or a pipeline. `read` returns the form of a build for both, see `pipelines.as_run`."""

    client: BitriseClient
    app_slug: str
    slug: str
    kind: str = BUILD

    def read(self) -> dict[str, Any]:
        read = read_pipeline if self.kind == PIPELINE else read_build
        return read(self.client, self.app_slug, self.slug)

    def abort(self, body: Mapping[str, Any]) -> None:
        """Abort it. Raise ServiceError of kind bad_request if it is over."""
        abort = abort_pipeline if self.kind == PIPELINE else abort_build
        abort(self.client, self.app_slug, self.slug, body)


def list_runs(client: BitriseClient, app_slug: str, kind: str, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """Yield the builds or the pipelines of an app, newest first."""
    if kind == PIPELINE:
        return islice(list_pipelines(client, app_slug), limit)
    return list_builds(client, app_slug, limit=limit)


def as_values(run: Mapping[str, Any], app_slug: str, kind: str) -> dict[str, Any]:
    """Return the values of a result about a run: `build` or `pipeline`, and null for the other one."""
    if kind == PIPELINE:
        return {BUILD: None, PIPELINE: pipeline_as_result(run, app_slug)}
    return {BUILD: build_as_result(run, app_slug), PIPELINE: None}
