# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of hosts that are made from text of a service: usable, and each for one host only."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping

# Lines, terminal sequences and the like.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# Ansible looks for files of variables by the name of a host.
_PATH_TO_ELSEWHERE = re.compile(r"^[/~]|(^|[/\\])\.\.?([/\\]|$)")


class NoNameError(Exception):
    """There is no name left for this slug."""


def usable(name: str | None) -> str | None:
    """The text as the name of a host; None if it cannot be one."""
    name = (name or "").strip()
    return name if name and not _CONTROL.search(name) and not _PATH_TO_ELSEWHERE.search(name) else None


def distinct_names(wanted: Mapping[str, str | None], taken: Callable[[str, str], bool]) -> dict[str, str]:
    """A name for each slug, whatever their order: the wanted one, else with the slug added, else the slug.

    `taken(name, slug)` says whether a name is used for something else already.
    """
    choices = {slug: [name, f"{name}_{slug}", slug] if name else [slug] for slug, name in wanted.items()}
    while True:
        names = {slug: left[0] for slug, left in choices.items()}
        users = Counter(names.values())
        # Who wants what another one got as a substitute has to give way; among equals all of them do.
        most_left: dict[str, int] = {}
        for slug, name in names.items():
            most_left[name] = max(most_left.get(name, 0), len(choices[slug]))
        giving_way = [
            slug
            for slug, name in names.items()
            if taken(name, slug) or (users[name] > 1 and len(choices[slug]) == most_left[name])
        ]
        if not giving_way:
            return names
        for slug in giving_way:
            if len(choices[slug]) == 1:
                raise NoNameError(slug)
            choices[slug].pop(0)
