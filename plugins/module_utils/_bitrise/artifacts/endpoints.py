# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoints for artifacts, and the search for the artifact that a task gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from ..._core.errors import RejectedError, ServiceError
from ..._core.option_groups import reject_empty
from ..._core.text import name_some
from ..._http.service_client import path_part
from ..client import BitriseClient
from .artifact_fields import Artifact


@dataclass(frozen=True)
class Artifacts:
    """The artifacts of one build."""

    client: BitriseClient
    app_slug: str
    build_slug: str

    @property
    def _where(self) -> str:
        return f"of build {self.build_slug} of app {self.app_slug}"

    def _path(self, *parts: str) -> str:
        whole = ["/apps", path_part(self.app_slug), "builds", path_part(self.build_slug), "artifacts"]
        return "/".join([*whole, *(path_part(part) for part in parts)])

    def each(self, limit: int | None = None) -> Iterator[Artifact]:
        for data in self.client.pages(self._path(), f"list the artifacts {self._where}", None, limit):
            yield Artifact.from_service(data)

    def read(self, slug: str) -> Artifact:
        """Return one artifact. Its download URL is valid for ten minutes."""
        data = self.client.data("GET", self._path(slug), f"read artifact {slug} {self._where}")
        return Artifact.from_service(data)

    def set_public_page(self, artifact: Artifact, enabled: bool) -> Artifact:
        what = f"{'open' if enabled else 'close'} the public page of {artifact.label} {self._where}"
        body = {"is_public_page_enabled": enabled}
        return Artifact.from_service(self.client.data("PATCH", self._path(artifact.slug), what, json=body))

    def delete(self, artifact: Artifact) -> None:
        self.client.delete(self._path(artifact.slug), f"delete {artifact.label} {self._where}")

    def find(self, options: Mapping[str, Any]) -> Artifact | None:
        """Read the artifact with the slug or title in the options. Return None if the build does not have it.

        Raise RejectedError if several artifacts have that title, and ServiceError if the build does not exist.
        """
        slug, title = options["slug"], options["title"]
        reject_empty(options, "slug", "title")
        if slug is None:
            found = [artifact for artifact in self.each() if artifact.title == title]
            if len(found) > 1:
                raise self._several(title, found)
            return self.read(found[0].slug) if found else None
        try:
            return self.read(slug)
        except ServiceError as error:
            if error.status != 404:
                raise
        # The service responds with 404 also if the build or the app does not exist. Then it refuses the list as well.
        for _artifact in self.each(limit=1):
            break
        return None

    def find_existing(self, options: Mapping[str, Any]) -> Artifact:
        """Read the artifact with the slug or title in the options. Raise RejectedError if it does not exist."""
        artifact = self.find(options)
        if artifact is None:
            named, meant = f"slug {options['slug']}", ""
            if options["slug"] is None:
                named = f"title {options['title']}"
                closest = get_close_matches(options["title"], [artifact.title or "" for artifact in self.each()], n=1)
                meant = f" Did you mean {closest[0]}?" if closest else ""
            raise RejectedError(
                f"There is no artifact with {named} {self._where}.{meant} Only builds create artifacts. "
                "mobileops.ci.bitrise_artifact_info lists the artifacts of a build.",
                kind="not_found",
            )
        return artifact

    def _several(self, title: str, found: list[Artifact]) -> RejectedError:
        slugs = name_some((artifact.slug for artifact in found), 20)
        return RejectedError(
            f"title: {len(found)} artifacts {self._where} have the title {title}, with the slugs {slugs}. "
            "Set slug instead.",
            kind="duplicates",
        )
