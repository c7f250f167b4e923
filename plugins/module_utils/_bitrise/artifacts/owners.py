# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the artifact that a file at the destination belongs to, by digests of earlier downloads on this machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

from ..._core.errors import RejectedError
from ..digest_cache import DigestCache
from .artifact_fields import Artifact

EFFECT = "Without it, a task does not recognize files of other artifacts at dest, and replaces them."


def open_digests(api_url: str, env: Mapping[str, str]) -> DigestCache | None:
    """Return the digests of earlier downloads, or None if the user has no folder for them."""
    state = env.get("XDG_STATE_HOME") or (os.path.join(env["HOME"], ".local", "state") if env.get("HOME") else "")
    if not os.path.isabs(state):
        return None
    path = os.path.join(state, "mobileops.ci", "artifact-digests")
    return DigestCache(path, api_url, label="The file with the digests of earlier downloads", effect=EFFECT)


class Owners:
    """Protects files of other artifacts. `list_build` returns the artifacts of the build, and is called if needed."""

    def __init__(
        self, digests: DigestCache | None, list_build: Callable[[], Sequence[Artifact]], *, in_directory: bool
    ) -> None:
        self._digests, self._list_build, self._in_directory = digests, list_build, in_directory
        self.replaced: list[str] = []  # paths of files that belong to artifacts of other builds

    def check(self, artifact: Artifact, path: str, sha256: str) -> None:
        """Check the file with this digest before the artifact replaces it, and record files of other builds.

        Raise RejectedError if it is another artifact of the same build, because then both have one destination.
        """
        owners = self._digests.slugs_of(sha256) if self._digests else frozenset()
        if not owners or artifact.slug in owners:
            return
        other = next((each for each in self._list_build() if each.slug in owners), None)
        if other:
            raise RejectedError(
                f"dest: {path} is the {other.label} of the same build, and was not replaced by the {artifact.label}. "
                "Use another dest for each artifact, or a directory, or force=true.",
                kind="other_artifact",
            )
        if self._in_directory:
            self.replaced.append(path)
