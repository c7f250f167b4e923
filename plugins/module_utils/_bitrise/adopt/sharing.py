# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Distribute declarations to groups and hosts of an inventory, and choose paths of shared files. Pure."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..._core.text import safe_file_name
from .declaration import (
    FOLDER,
    VARIABLES,
    Declared,
)

Lists = dict[str, tuple[Declared, ...]]


@dataclass(frozen=True)
class Adoptee:
    """A host with the files of its app. `inherited`: variables that the host gets from files that are not written."""

    host: str
    lists: Lists
    inherited: frozenset[str] = frozenset()


@dataclass
class Sharing:
    """The variables to write, for each group and for each host."""

    groups: dict[str, Lists] = field(default_factory=dict)
    hosts: dict[str, Lists] = field(default_factory=dict)


def lists_of(declared: Iterable[Declared]) -> Lists:
    """Return the entries by the variable that holds them."""
    found: dict[str, list[Declared]] = {}
    for one in declared:
        found.setdefault(VARIABLES[one.kind], []).append(one)
    return {variable: tuple(entries) for variable, entries in found.items()}


def share(adoptees: Sequence[Adoptee], groups: Mapping[str, Collection[str]]) -> Sharing:
    """Declare each list once for a group if all its hosts have it, otherwise for the hosts.

    Do not use a group with any host that lacks the list. The groups that declare one variable have no host in common,
    so that the precedence of groups does not matter.
    """
    result = Sharing(hosts={adoptee.host: {} for adoptee in adoptees})
    # The largest first; "all" before "ungrouped" and others of the same size.
    members_of = {name: frozenset(hosts) for name, hosts in groups.items() if len(hosts) > 1}
    ordered = sorted(members_of, key=lambda name: (-len(members_of[name]), name != "all", name))
    for variable in VARIABLES.values():
        clusters: dict[tuple[Declared, ...], list[str]] = {}
        for adoptee in adoptees:
            if variable in adoptee.lists and variable not in adoptee.inherited:
                clusters.setdefault(adoptee.lists[variable], []).append(adoptee.host)
        covered: set[str] = set()
        for entries, hosts in clusters.items():
            left = set(hosts)
            for name in ordered if len(left) > 1 else ():
                if members_of[name] <= left:
                    result.groups.setdefault(name, {})[variable] = entries
                    left -= members_of[name]
                    covered |= members_of[name]
        for adoptee in adoptees:
            if adoptee.host not in covered and (variable in adoptee.lists or variable in adoptee.inherited):
                # An empty list overrides a value that the host would inherit.
                result.hosts[adoptee.host][variable] = adoptee.lists.get(variable, ())
    return result


def shared_paths(names: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return a path below files/ for each digest that several apps have. `names`: the names of the file by digest.

    The digest is part of the path, so that a later run for other apps does not replace a file that declarations use.
    """
    found = {}
    for digest, of_it in names.items():
        counted = Counter(of_it)
        name = min(counted, key=lambda name: (-counted[name], name))
        stem, ending = posixpath.splitext(safe_file_name(name))
        found[digest] = f"{FOLDER}/shared/{stem}-{digest[:12]}{ending}"
    return found
