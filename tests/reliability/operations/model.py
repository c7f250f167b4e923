# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Operations: tasks about builds, artifacts, local files and PhoneGap, with what they leave behind."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import ModuleSpec
from tests.emulator.storage import LocalStore
from tests.reliability.service import InProcess

# All items that count, by a readable name.
Seen = dict[str, Any]
# An entry with its options. The text FOLDER stands for the folder of the operation.
Step = tuple[ModuleSpec, Mapping[str, Any]]
FOLDER = "{folder}"
# A value of `expected` that one undisturbed run tells, such as the digest of a file with a generated text.
LEARNT = "learnt"
_SLUG_LENGTH = 16
STATUSES = {0: "running", 1: "success", 2: "failed", 3: "aborted", 4: "aborted with success"}


@dataclass(frozen=True)
class Operation:
    """One task, or the tasks of a playbook one after the other.

    `expected` has what differs from the beginning when the work is done; None for what is gone. An item that is not
    named there never changes. `between` allows further values while the work is under way. `grows`: counts that each
    run adds one to. `repeats`: each run does the same work again. `ignores`: items that do not count. `unverifiable`:
    local files that cannot be compared with anything, so a run accepts a false response with the status 200 as their
    content.
    """

    apps: Sequence[Mapping[str, Any]]
    steps: Sequence[Step]
    expected: Mapping[str, Any]
    phonegap: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    between: Mapping[str, frozenset[Any]] = field(default_factory=dict)
    grows: frozenset[str] = frozenset()
    repeats: bool = False
    ignores: frozenset[str] = frozenset()
    unverifiable: frozenset[str] = frozenset()
    switches: Mapping[str, Any] = field(default_factory=dict)
    # True if the service responds to a download with a redirect, which the run follows without credentials.
    is_redirected: bool = False
    # Kinds of errors with which a rerun may ask the user.
    refuses: frozenset[str] = frozenset()

    @property
    def is_idempotent(self) -> bool:
        return not self.grows and not self.repeats

    @property
    def modules(self) -> set[str]:
        return {spec.name for spec, _options in self.steps}


def look(service: InProcess, folder: Path) -> Seen:
    """Return everything that the service has and what visible files the folder has."""
    seen: Seen = {}
    inner = service.service
    for app in inner.world.apps.values():
        seen[f"{app.slug} builds"] = len(app.builds)
        for build in app.builds.values():
            # Builds of a fixture have short slugs; others are counted only.
            if len(build.slug) < _SLUG_LENGTH:
                seen[f"build {build.slug}"] = STATUSES[build.status]
            for artifact in build.artifacts.values():
                page = "public" if artifact.is_public_page_enabled else "private"
                seen[f"artifact {build.slug}/{artifact.slug}"] = page
    for file in (file for app in inner.world.apps for file in service.files(app)):
        state = "processed" if file.processed else "unfinished"
        seen[f"file {file.kind} {file.name} {str(file.sha256)[:8]}"] = state
    seen.update(_phonegap(service))
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in relative.parts):
            seen[f"local {relative}"] = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
    return seen


def _phonegap(service: InProcess) -> Seen:
    world = service.service.phonegap
    now = service.service.clock.now()
    store = service.service.store
    assert isinstance(store, LocalStore)
    seen: Seen = {}
    for title, count in Counter(app.title for app in world.apps.values()).items():
        seen[f"PhoneGap app {title}"] = count
    for app in world.apps.values():
        name = f"PhoneGap app {app.title}"
        seen[f"{name} version"] = app.version
        seen[f"{name} content"] = (app.content_sha256 or "")[:8]
        seen[f"{name} icon"] = bool(app.icon_key)
        seen[f"{name} keys"] = ",".join(f"{platform} {number}" for platform, number in sorted(app.keys.items()))
        build = app.builds.get("android")
        seen[f"{name} android"] = None if build is None else build.status(now)
        for person in app.collaborators:
            seen[f"{name} {person.email}"] = person.role
    for (platform, title), count in Counter((key.platform, key.title) for key in world.keys.values()).items():
        seen[f"PhoneGap key {platform} {title}"] = count
    for key in world.keys.values():
        state = "locked" if key.locked(now) else "unlocked"
        seen[f"PhoneGap key {key.platform} {key.title} state"] = state
    return seen
