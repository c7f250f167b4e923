# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Problems of many hosts, one message for each cause."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ...module_utils._core.text import name_some


@dataclass(frozen=True)
class Problem:
    """A problem of a variable. The text does not name the host, so that hosts with the same cause share it."""

    text: str
    place: str = ""  # FILE:LINE, if ansible-core knows it
    hint: str = ""  # a sentence that helps with several texts, shown once
    option: str = ""  # name of the variable without the prefix, if the problem is about one

    @property
    def message(self) -> str:
        """Return the text with its place, as a sentence."""
        return sentence(f"{self.text.rstrip('.')} ({self.place})" if self.place else self.text)


@dataclass
class Cause:
    """One text, its hosts, and its places in files."""

    text: str
    hosts: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    def message(self, limit: int = 10) -> str:
        """Return one line with the text, its places, and its hosts."""
        places = f" ({name_some(self.places, 3)})" if self.places else ""
        hosts = self.hosts[0] if len(self.hosts) == 1 else f"{len(self.hosts)} hosts: {name_some(self.hosts, limit)}"
        return f"{self.text.rstrip('.')}{places} [{hosts}]"


def by_cause(problems: Iterable[tuple[str, Problem]]) -> list[Cause]:
    """Group problems of hosts by their text. The cause that most hosts share comes first."""
    causes: dict[str, Cause] = {}
    for host, problem in problems:
        cause = causes.setdefault(problem.text, Cause(problem.text))
        if host not in cause.hosts[-1:]:
            cause.hosts.append(host)
        if problem.place and problem.place not in cause.places:
            cause.places.append(problem.place)
    return sorted(causes.values(), key=lambda cause: -len(cause.hosts))


def sentence(text: str) -> str:
    """Return the text with a full stop, unless it ends a sentence already."""
    return text if text.endswith((".", "?", "!")) else f"{text}."
