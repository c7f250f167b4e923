# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the declaration of an app from the variables of its host."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...module_utils._bitrise.files.kinds import (
    ANDROID_KEYSTORE,
    BUILD_CERTIFICATE,
    PROJECT_FILE,
    PROVISIONING_PROFILE,
)
from ...module_utils._bitrise.fleet.fleet_options import FLEET
from ...module_utils._core.errors import ErrorKind
from ...module_utils._core.text import without_dates
from .._play.causes import Problem, problem_of_app
from .._play.connection import CONNECTION, as_variables
from .._play.evaluation import Evaluator, place_of
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
_WORDS = {kind.plural: kind.words for kind in (BUILD_CERTIFICATE, PROVISIONING_PROFILE, ANDROID_KEYSTORE, PROJECT_FILE)}
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

# Keys of entries that are settings, so that a variable for all files seems possible. A user may have a variable for
# other keys, such as a password.
_ENTRY_KEYS = (
    *("is_protected", "is_expose", "is_exposed", "update_password", "replace_order", "verify", "on_unverifiable"),
    *("duplicates", "backup_dir", "backup_required", "force"),
)


def _key_texts() -> dict[str, str]:
    """Return what to tell a user who sets a variable for a key of entries, by key."""
    found = {"state": "the role has no state. To delete files that are not declared, set code_signing_purge"}
    for key in _ENTRY_KEYS:
        having = [
            f"{PREFIX}{name}"
            for name, option in LISTS.items()
            if any(key in (known, *spec.get("aliases", ())) for known, spec in _options_of(option).items())
        ]
        lists = " or ".join(filter(None, (", ".join(having[:-1]), having[-1])))
        found[key] = f"{key} is a key of an entry of {lists}, not a variable. Set it in each entry"
    return found


def _options_of(option: str) -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = FLEET.argument_spec[option]["options"]
    return found


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
    keys=_key_texts(),
)


# Variables by option of the module.
NAMES = {**VARIABLES.names, **{option: f"{PREFIX}{name}" for name, option in LISTS.items()}}
# Kinds of errors about one declared file.
OF_ENTRIES = frozenset(
    kind.value
    for kind in (
        ErrorKind.OPTION,
        ErrorKind.LOCAL_FILE,
        ErrorKind.VERIFY,
        ErrorKind.PASSWORD,
        ErrorKind.ONE_WAY_FLAG,
        ErrorKind.UNCHANGEABLE,
        ErrorKind.CHANGED_NAME,
        ErrorKind.DUPLICATES,
        ErrorKind.UNVERIFIABLE,
        ErrorKind.MISSING_FILE,
        ErrorKind.BACKUP,
        ErrorKind.ENV_KEY,
    )
)


@dataclass(frozen=True)
class Entry:
    """A declared file: the words by which messages name it, and where it is declared."""

    label: str  # VARIABLE, entry NUMBER
    words: str  # of its kind
    name: str
    path: str = ""
    place: str = ""
    origin: str = ""  # the place or, if it is not known, the template of the declaration

    def is_meant_by(self, message: str) -> bool:
        """Return whether a message of the engine is about this file."""
        if message.startswith((f"src: {self.path} ", f"content of {self.name}: ")):
            return True
        named = f" {self.words} {self.name} ".casefold()
        return bool(self.name) and named in f" {message.casefold()}"

    def without_names(self, text: str) -> str:
        """Return a text without what differs between apps if the entry has a template: names and dates of the file."""
        for name in filter(None, (self.path, self.name)):
            text = text.replace(name, "...")
        return without_dates(text)


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
    entries: list[Entry] = field(default_factory=list, repr=False)

    def problem_of(self, error: Mapping[str, Any]) -> Problem:
        """Return an error of the engine as a problem. The text names the app by its host.

        If it is about one declared file, name its entry and place. If the slug may be wrong, name it.
        """
        hint = f"The slug of {self.host} is {self.slug}." if error.get("kind") == ErrorKind.NOT_FOUND.value else ""
        return replace(self._problem_of(error), hint=hint)

    def _problem_of(self, error: Mapping[str, Any]) -> Problem:
        message, kind = str(error.get("msg") or "failed"), str(error.get("kind") or ErrorKind.ERROR.value)
        entries = self.entries if kind in OF_ENTRIES else ()
        meant = sorted((entry for entry in entries if entry.is_meant_by(message)), key=lambda entry: -len(entry.name))
        # The name of one file may begin that of another.
        meant = [entry for entry in meant if entry.name == meant[0].name]
        if len(meant) != 1:
            return problem_of_app(message, self.slug, host=self.host, kind=kind)
        (entry,) = meant
        text = f"{entry.label}: {message.removeprefix('src: ')}"
        problem = problem_of_app(text, self.slug, host=self.host, place=entry.place, kind=kind)
        if not entry.origin:  # then equal texts need not be of one entry
            return problem
        return replace(problem, same=f"{entry.without_names(problem.key)} ({entry.origin})")

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
            files = _entries(f"{PREFIX}{name}", _WORDS[option], entries, variables)
            found.problems += _find_files(files, entries, variables, values.get("project_dir"), search)
            found.entries += [replace(file, path=str(entry.get("src"))) for file, entry in zip(files, entries)]
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
    return [
        entry.get("name") or os.path.basename(entry.get("src") or "") or entry.get("slug") or "" for entry in entries
    ]


def declares_something(variables: Mapping[str, Any]) -> bool:
    """Return whether a host seems to declare files, without evaluating anything."""
    return any(variables.get(f"{PREFIX}{name}") for name in LISTS)


def _entries(
    variable: str, words: str, entries: Sequence[Mapping[str, Any]], variables: Mapping[str, Any]
) -> list[Entry]:
    """Return where each entry of a list is declared, as far as ansible-core knows it."""
    raw = variables.get(variable)
    origins = raw if isinstance(raw, (list, tuple)) and len(raw) == len(entries) else [raw] * len(entries)
    found = []
    for number, (name, origin) in enumerate(zip(names_of(entries), origins), 1):
        sources = (origin.get("src"), origin) if isinstance(origin, Mapping) else (origin,)
        place = place_of(*sources, raw)
        template = next((text for text in sources if isinstance(text, str) and "{" in text), "")
        found.append(Entry(f"{variable}, entry {number}", words, name, place=place, origin=place or template))
    return found


def _find_files(
    files: Sequence[Entry],
    entries: Sequence[dict[str, Any]],
    variables: Mapping[str, Any],
    project_dir: str | None,
    search: FileSearch,
) -> list[Problem]:
    """Replace each `src` by the absolute path of the file. Return a problem for each file that cannot be read."""
    problems = []
    for file, entry in zip(files, entries):
        src = entry.get("src")
        if not src:
            continue
        path = search.find(src, variables, project_dir)
        hint = ""
        if path:
            entry["src"] = path
            reason = search.reason_unreadable(path)
            text = f"file {src:.100} {reason.rstrip('.')}" if reason else ""
        else:
            text, hint = search.problem(src, variables, project_dir)
        if text:
            text = f"{file.label}: {text}"
            # An entry with a template names another file for each host. A misspelt name is a cause of its own.
            same = "" if "did you mean" in text else f"{text.replace(f'{src:.100}', '...')} ({file.place})"
            problems.append(Problem(text, file.place, hint, kind=ErrorKind.LOCAL_FILE.value, same=same))
    return problems
