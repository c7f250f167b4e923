# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the controller: versions, folders that must be writable, and the process in which tasks run."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from ansible.release import __version__ as core_version

from ...module_utils._bitrise.doctor.checks import Checks, Private
from ...module_utils._bitrise.doctor.interpreter import (
    Interpreter,
    check_interpreter,
)

# Versions of ansible-core that this release is tested with.
OLDEST_CORE, NEWEST_CORE = (2, 16), (2, 22)
_VERSION = re.compile(r"^version:\s*['\"]?([\w.+-]+)", re.MULTILINE)
_MANIFEST_VERSION = re.compile(r'"version":\s*"([^"]+)"')


def check_versions(checks: Checks, core: str = core_version, interpreter: Interpreter | None = None) -> None:
    """Check the versions of the collection, ansible-core and Python, and the libraries."""
    found = tuple(int(number) for number in re.findall(r"\d+", core)[:2])
    versions = {"collection": collection_version(), "core": core}
    values = {**versions, "oldest": _dotted(OLDEST_CORE), "newest": _dotted(NEWEST_CORE)}
    text = "mobileops.ci {collection}, ansible-core {core}"
    if found < OLDEST_CORE:
        advice = "Install ansible-core {oldest} or newer."
        checks.fail("versions", text + ", which is too old", advice, versions, **values)
    elif found > NEWEST_CORE:
        advice = (
            "This release is tested with ansible-core {oldest} to {newest}. Install a newer release, if there is one."
        )
        checks.warn("versions", text + ", which is newer than tested", advice, versions, **values)
    else:
        checks.ok("versions", text, versions, **values)
    check_interpreter(checks, "Controller", interpreter or Interpreter.this())


def collection_version() -> str:
    """Return the version of this collection, as it is installed or in a checkout."""
    root = Path(__file__).resolve().parents[3]
    for name, pattern in (("MANIFEST.json", _MANIFEST_VERSION), ("galaxy.yml", _VERSION)):
        try:
            found = pattern.search((root / name).read_text(encoding="utf-8"))
        except OSError:
            continue
        if found:
            return found[1]
    return "of unknown version"


def check_folders(checks: Checks, env: Mapping[str, str], caches: Iterable[str]) -> None:
    """Check that the home folder and the digest caches can be written. `caches`: paths of the option digest_cache."""
    home = env.get("HOME") or os.path.expanduser("~")
    _check_folder(
        checks, "home", "The home folder {path}", home,
        "Downloads of artifacts that are interrupted cannot continue. Set HOME or XDG_STATE_HOME to a writable folder.",
    )  # fmt: skip
    for path in dict.fromkeys(caches):
        folder = os.path.dirname(os.path.abspath(os.path.expanduser(path)))
        advice = "A rollout works, but compares contents again in each run. Set digest_cache to another path."
        _check_folder(checks, "cache", "The folder of the digest cache {path}", folder, advice)


def _check_folder(checks: Checks, name: str, subject: str, folder: str, advice: str) -> None:
    path = Private("path", folder)
    existing = Path(folder)
    while not existing.exists() and existing != existing.parent and name == "cache":
        existing = existing.parent
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        reason = error.strerror or type(error).__name__
        checks.warn(name, subject + " cannot be written: {reason}", advice, path=path, reason=reason)
    else:
        checks.ok(name, subject + " can be written", path=path)


def check_place(checks: Checks, reason: str | None, problem: str | None) -> None:
    """Report in which process tasks run.

    `reason`: why they run as modules, or None. `problem`: why a setting about it is invalid, or None.
    """
    if problem:
        advice = "Correct the variable mobileops_ci_run_in."
        checks.fail("run_in", "{problem}", advice, problem=Private("message", problem))
    elif reason:
        text = "Tasks run as modules, which is slower: {reason}"
        checks.ok("run_in", text, {"runs_in": "module"}, reason=reason)
    else:
        checks.ok("run_in", "Tasks run in the process of the controller", {"runs_in": "controller"})


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
