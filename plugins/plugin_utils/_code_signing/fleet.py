# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the declarations of all hosts together, and convert them to runs of the engine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...module_utils._core.errors import CiError, OptionError
from ...module_utils._core.text import name_some
from .._play.causes import Problem
from .declaration import LISTS, PREFIX, Declaration

NOTHING_DECLARED = (
    "No code-signing file is declared for any host, so there is nothing to do. The role reads {variables} from the "
    "variables of each host: group_vars and host_vars beside the inventory, group_vars and host_vars beside the "
    "playbook that contains the play, variables of the play or the role, and extra variables (-e). ansible-core does "
    "not read group_vars beside a playbook that only imports mobileops.ci.rollout. Either move them beside the "
    "inventory, or use the role in a play of your own: '- hosts: all', 'gather_facts: false', "
    "'roles: [mobileops.ci.code_signing]'. To accept a play without declarations, set {allow_empty}: true."
)


def check_shared_apps(declared: Sequence[Declaration]) -> None:
    """Add a problem to hosts that declare files for the same app."""
    by_slug: dict[str, list[Declaration]] = {}
    for declaration in declared:
        if declaration.files and declaration.slug:
            by_slug.setdefault(declaration.slug, []).append(declaration)
    for slug, several in by_slug.items():
        if len(several) > 1:
            names = name_some([declaration.host for declaration in several])
            text = f"app {slug} has several hosts: {names}; declare all files of an app for one host"
            for declaration in several:
                declaration.problems.append(Problem(text))


def nothing_declared(declared: Sequence[Declaration], allow_empty: str, ignored: Sequence[str]) -> CiError:
    """Return the error of a play in which no host declares anything.

    `allow_empty`: the variable that accepts it. `ignored`: files of variables without a group or host.
    """
    variables = ", ".join(f"{PREFIX}{name}" for name in LISTS)
    text = NOTHING_DECLARED.format(variables=variables, allow_empty=allow_empty)
    unknown = {entry.name: entry for declaration in declared for entry in declaration.unknown}
    if unknown:
        hints = [f"{entry.shown} (the closest variable is {entry.closest})" for entry in unknown.values()]
        text = f"{text} These variables are set, but do not exist: {name_some(hints, 5)}."
    if ignored:
        text = f"{text} These files have no effect, because no group or host has their name: {name_some(ignored, 5)}."
    return OptionError(text)


def runs_of(declared: Iterable[Declaration]) -> list[tuple[dict[str, Any], list[Declaration]]]:
    """Return the options and the hosts of each run of the engine.

    A run has all hosts with equal settings. Lists that all of its apps share are common options, which are validated
    once.
    """
    by_settings: dict[str, list[Declaration]] = {}
    for declaration in declared:
        by_settings.setdefault(repr(sorted(declaration.settings.items())), []).append(declaration)
    return [(_options(several), several) for several in by_settings.values()]


def _options(several: Sequence[Declaration]) -> dict[str, Any]:
    first = several[0]
    common = {
        option: first.files[option]
        for option in LISTS.values()
        if first.files.get(option) and all(other.files.get(option) == first.files[option] for other in several)
    }
    apps = [{key: value for key, value in declaration.app.items() if key not in common} for declaration in several]
    return {**first.settings, **common, "apps": apps}


def apps_of(result: Mapping[str, Any], several: Sequence[Declaration]) -> list[dict[str, Any]] | None:
    """Return the engine's outcome for each host, or None if the whole run failed."""
    apps = list((result.get("apps") or {}).values())
    is_rejected = (result.get("error") or {}).get("kind") == "max_purge_total"
    failed_as_a_whole = is_rejected or (bool(result.get("failed")) and not any(app.get("error") for app in apps))
    return apps if len(apps) == len(several) and not failed_as_a_whole else None


def name_hosts(text: str, several: Sequence[Declaration]) -> str:
    """Return a text of the engine with the names of hosts instead of the slugs of their apps."""
    hosts = {declaration.slug: declaration.host for declaration in several}
    # A slug is a whole word, but not the beginning of a file name or a part of the path of a request.
    return re.sub(r"(?<![\w./-])[\w-]+(?!\.?\w)", lambda word: hosts.get(word[0], word[0]), text)
