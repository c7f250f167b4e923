# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replacements under way, noted on this machine, so that a run that was killed can be finished by the next one.

Between the confirmation of a new file and the deletion of the old one there are two files of one name on the
service, and nothing there tells this state from two files that somebody uploaded on purpose. The notes hold slugs only.
Where none can be written (no home directory) or found (another machine), the user is asked as for any other duplicate.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import FileKind
from ansible_collections.mobileops.ci.plugins.module_utils._local_file import safe_file_name, save_privately


class Journal:
    """One small file per replacement, so that several writers never share one."""

    def __init__(self, env: Mapping[str, str]) -> None:
        state = env.get("XDG_STATE_HOME") or (os.path.join(env["HOME"], ".local", "state") if env.get("HOME") else "")
        self._directory = Path(state, "mobileops.ci", "replacements") if os.path.isabs(state) else None

    def begin(self, kind: FileKind, app_slug: str, new: str, replaced: Iterable[str]) -> None:
        note = json.dumps({"kind": kind.name, "app_slug": app_slug, "new": new, "replaces": sorted(replaced)})
        with contextlib.suppress(OSError):
            if self._directory:
                save_privately(str(self._directory), self._name(kind, app_slug, new), note.encode())

    def finish(self, kind: FileKind, app_slug: str, new: str) -> None:
        with contextlib.suppress(OSError):
            if self._directory:
                (self._directory / self._name(kind, app_slug, new)).unlink()

    def interrupted(self, kind: FileKind, app_slug: str) -> dict[str, frozenset[str]]:
        """By the slug of each new file: the slugs of the files that it was to replace."""
        found: dict[str, frozenset[str]] = {}
        try:
            paths = list(self._directory.glob(f"{self._name(kind, app_slug, '')}*")) if self._directory else []
        except OSError:
            return {}
        for path in paths:
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                note = json.loads(path.read_text())
                if (note["kind"], note["app_slug"]) == (kind.name, app_slug):
                    found[str(note["new"])] = frozenset(str(slug) for slug in note["replaces"])
        return found

    def _name(self, kind: FileKind, app_slug: str, new: str) -> str:
        return safe_file_name(kind.name, app_slug, new)
