# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check a Python interpreter: its version, and the libraries that it needs for features of the collection."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec

from .checks import Checks, Private, Value

ENVIRONMENT_CHECKS = "environment"

# The oldest Python for modules. ansible-core itself requires a newer one in the controller.
OLDEST_PYTHON = (3, 9)


@dataclass(frozen=True)
class Library:
    """A library, its oldest supported version, and the feature that needs it."""

    name: str
    oldest: str
    needed_for: str
    is_required: bool = True


LIBRARIES = (
    Library("requests", "2.28", "every request to the service"),
    Library("cryptography", "42", "the validation of signing files before they are uploaded"),
    Library("sqlite3", "", "the option digest_cache", is_required=False),
)


@dataclass(frozen=True)
class Interpreter:
    """A Python interpreter. `versions`: by library, None if it is missing, "" if it has no version."""

    version: tuple[int, ...]
    path: str
    system: str
    versions: Mapping[str, str | None]

    @classmethod
    def this(cls) -> Interpreter:
        versions = {library.name: _version(library.name) for library in LIBRARIES}
        return cls(sys.version_info[:3], sys.executable, f"{platform.system()} {platform.machine()}", versions)


def check_interpreter(checks: Checks, place: str, interpreter: Interpreter) -> None:
    """Check the Python and the libraries of one place, such as "Controller"."""
    name = place.lower()
    version = ".".join(map(str, interpreter.version))
    values: dict[str, Value] = {"place": place, "version": version, "path": Private("path", interpreter.path)}
    facts = {"python": version, "system": interpreter.system}
    if interpreter.version < OLDEST_PYTHON:
        oldest = ".".join(map(str, OLDEST_PYTHON))
        advice = f"Use Python {oldest} or newer: set ansible_python_interpreter for the hosts."
        checks.fail(f"{name}_python", "{place}: Python {version} ({path}) is too old", advice, facts, **values)
    else:
        checks.ok(f"{name}_python", "{place}: Python {version} ({path})", facts, **values)
    _check_libraries(checks, place, interpreter)


def _check_libraries(checks: Checks, place: str, interpreter: Interpreter) -> None:
    name = f"{place.lower()}_libraries"
    path = Private("path", interpreter.path)
    lacking = [library for library in LIBRARIES if _is_lacking(library, interpreter.versions)]
    facts = dict(interpreter.versions)
    if not lacking:
        shown = ", ".join(f"{library.name} {interpreter.versions[library.name]}".strip() for library in LIBRARIES)
        checks.ok(name, "{place}: libraries {libraries}", facts, place=place, libraries=shown)
        return
    for library in lacking:
        found = interpreter.versions[library.name]
        problem = f"{library.name} {found} is too old" if found else f"{library.name} is missing"
        text = "{place}: {problem}, which is needed for {purpose}"
        requirement = f"{library.name}>={library.oldest}" if library.oldest else library.name
        advice = (
            f"Run: {{path}} -m pip install '{requirement}'"
            if library.oldest
            else "Use a Python that has the module sqlite3, or do not set digest_cache."
        )
        add = checks.fail if library.is_required else checks.warn
        add(name, text, advice, facts, place=place, problem=problem, purpose=library.needed_for, path=path)


def _is_lacking(library: Library, versions: Mapping[str, str | None]) -> bool:
    version = versions.get(library.name)
    return version is None or (bool(library.oldest and version) and _parts(version) < _parts(library.oldest))


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2])


def _version(library: str) -> str | None:
    if find_spec(library) is None:
        return None
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return ""
