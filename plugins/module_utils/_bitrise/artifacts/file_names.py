# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unique file names in one folder for the artifacts of a build, whatever their titles are."""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence

from ..._download.destination import LONGEST_NAME_BYTES, file_name
from .artifact_fields import Artifact


def file_names(artifacts: Sequence[Artifact]) -> dict[str, str]:
    """Return the name of each artifact by its slug. It does not depend on the order of the artifacts.

    If titles result in the same file name on any file system, the names of all these artifacts contain the slug. So an
    artifact never gets a name that another one had in an earlier run.
    """
    plain = {artifact.slug: file_name(artifact.name, artifact.slug) for artifact in artifacts}
    shared: set[str] = set()
    while True:
        names = {slug: _with_slug(name, slug) if slug in shared else name for slug, name in plain.items()}
        # A name with a slug may be the title of another artifact.
        more = _that_collide(names) - shared
        if not more:
            return names
        shared |= more


def _that_collide(names: Mapping[str, str]) -> set[str]:
    keys = {slug: _key(name) for slug, name in names.items()}
    uses = Counter(keys.values())
    return {slug for slug, key in keys.items() if uses[key] > 1}


def _key(name: str) -> str:
    """Return a key that is equal for names which a file system that ignores case, such as that of macOS, equates."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _with_slug(name: str, slug: str) -> str:
    stem, suffix = os.path.splitext(name)
    ending = f"-{file_name(slug, 'artifact')}{suffix}"
    room = LONGEST_NAME_BYTES - len(ending.encode("utf-8", "replace"))
    if room < 0:
        return file_name(slug, "artifact")
    return stem.encode("utf-8", "replace")[:room].decode("utf-8", "ignore") + ending
