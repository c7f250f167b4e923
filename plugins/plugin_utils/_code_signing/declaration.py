# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the declaration of an app from the variables of its host."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...module_utils._bitrise.files.kinds import (
    ANDROID_KEYSTORE,
    BUILD_CERTIFICATE,
    PROJECT_FILE,
    PROVISIONING_PROFILE,
)
from ...module_utils._bitrise.fleet.options import FLEET
from .._play.causes import Problem
from .._play.connection import CONNECTION, as_variables
from .._play.evaluation import Evaluator
from .._play.search import FileSearch
from .._play.variables import Unknown, Variables

PREFIX = "code_signing_"
# Option of the module, by the name of the variable without its prefix.
LISTS = {
    "certificates": BUILD_CERTIFICATE.plural,
    "profiles": PROVISIONING_PROFILE.plural,
    "keystores": ANDROID_KEYSTORE.plural,
    "project_files": PROJECT_FILE.plural,
}
# Variables of the task: an option that the module gets becomes a variable of the role.
SETTINGS = as_variables(FLEET, "apps", *LISTS.values())
OWN: dict[str, dict[str, Any]] = {
    "app_slug": {"type": "str"},
    "project_dir": {"type": "path"},
    "diff": {"type": "str", "choices": ["short", "full"], "default": "short"},
    "allow_empty": {"type": "bool", "default": False},
}
# For tasks_from: remove_certificates.
REMOVED = {"removed_certificates": {"type": "list", "elements": "str"}}

VARIABLES = Variables(
    PREFIX,
    {
        **{name: FLEET.argument_spec[option] for name, option in LISTS.items()},
        **OWN,
        **SETTINGS,
        **CONNECTION,
        **REMOVED,
    },
    instead={"app_slug": ("bitrise_app_slug",), "allow_empty": ("rollout_allow_empty",)},
    others=("code_signing_report_",),
    confused={option: name for name, option in LISTS.items() if option != name},
)


@dataclass
class Declaration:
    """Declaration of one host. `settings` are all options of the task except the apps: connection, purge and others."""

    host: str
    slug: str = ""
    files: dict[str, list[dict[str, Any]]] = field(default_factory=dict, repr=False)
    settings: dict[str, Any] = field(default_factory=dict, repr=False)
    diff: str = "short"
    allow_empty: bool = False
    problems: list[Problem] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self.files and not self.problems

    @property
    def app(self) -> dict[str, Any]:
        """Return the entry of the option `apps`. It omits a kind without files, so that a purge ignores the kind."""
        return {"app_slug": self.slug, **self.files}


def declaration_of(host: str, variables: Mapping[str, Any], evaluator: Evaluator, search: FileSearch) -> Declaration:
    """Evaluate and validate the variables of a host, and find its local files."""
    read = VARIABLES.read(host, variables, evaluator)
    values = read.values
    found = Declaration(
        host,
        slug=values.get("app_slug", "").strip(),
        settings={name: values[name] for name in (*SETTINGS, *CONNECTION) if name in values},
        diff=values.get("diff", OWN["diff"]["default"]),
        allow_empty=values.get("allow_empty", OWN["allow_empty"]["default"]),
        problems=read.problems,
        unknown=read.unknown,
    )
    for name, option in LISTS.items():
        entries = values.get(name)
        if entries:
            found.files[option] = entries
            found.problems += _find_files(f"{PREFIX}{name}", entries, variables, values.get("project_dir"), search)
    if found.files and not found.slug:
        found.problems.append(
            Problem(
                "the app is unknown: code_signing_app_slug is empty, and the host has no bitrise_app_slug from the "
                "inventory plugin mobileops.ci.bitrise"
            )
        )
    return found


def names_of(entries: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the names that the declared files have on the service."""
    return [entry.get("name") or os.path.basename(entry.get("src") or "") for entry in entries]


def declares_something(variables: Mapping[str, Any]) -> bool:
    """Return whether a host seems to declare files, without evaluating anything."""
    return any(variables.get(f"{PREFIX}{name}") for name in LISTS)


def _find_files(
    variable: str,
    entries: list[dict[str, Any]],
    variables: Mapping[str, Any],
    project_dir: str | None,
    search: FileSearch,
) -> list[Problem]:
    """Replace each `src` by the absolute path of the file. Return a problem for each missing file."""
    problems = []
    for number, entry in enumerate(entries, 1):
        src = entry.get("src")
        if not src:
            continue
        path = search.find(src, variables, project_dir)
        if path:
            entry["src"] = path
        else:
            text, hint = search.problem(src, variables, project_dir)
            problems.append(Problem(f"{variable}, entry {number}: {text}", hint=hint))
    return problems
