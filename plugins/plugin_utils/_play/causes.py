# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Problems of many hosts, one message for each cause."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from ...module_utils._bitrise.files.slugs import ULID
from ...module_utils._core.errors import CiError, ErrorKind
from ...module_utils._core.text import name_some

# Begins the text of a cause whose hosts have different texts.
EXAMPLE = "For example: "
_APP = re.compile(r"\b([Aa])pp ([\w-]+)")


@dataclass(frozen=True)
class Problem:
    """A problem of a host. Hosts with the same `key` share a cause."""

    text: str
    place: str = ""  # FILE:LINE, if ansible-core knows it
    hint: str = ""  # a sentence that helps with several texts, shown once
    option: str = ""  # name of the variable without the prefix, if the problem is about one
    kind: str = ErrorKind.OPTION.value  # of `error` in the result
    same: str = ""  # the text without the slugs in which hosts differ
    is_extra: bool = False  # whether it is about an extra variable
    general: str = ""  # the text for several hosts, "the app" instead of "app 93f2"

    @property
    def key(self) -> str:
        return self.same or self.text

    @property
    def error(self) -> dict[str, Any]:
        """Return the `error` of the result of a host that has this problem."""
        return CiError(self.text, kind=self.kind).as_dict()

    @property
    def message(self) -> str:
        """Return the text with its place, as a sentence."""
        return sentence(f"{self.text.rstrip('.')} ({self.place})" if self.place else self.text)


@dataclass
class Cause:
    """Problems with the same key, their hosts, and their places in files."""

    key: str
    hosts: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list, repr=False)

    @property
    def text(self) -> str:
        """Return the text of all hosts. If their texts differ, return the first one as an example."""
        first = self.problems[0]
        if len(self.hosts) == 1:
            return first.text
        texts = {problem.general or problem.text for problem in self.problems}
        return f"{'' if len(texts) == 1 else EXAMPLE}{first.general or first.text}"

    def message(self, limit: int = 10) -> str:
        """Return one line with the text, its places, and its hosts."""
        places = f" ({name_some(self.places, 3)})" if self.places else ""
        hosts = self.hosts[0] if len(self.hosts) == 1 else f"{len(self.hosts)} hosts: {name_some(self.hosts, limit)}"
        return f"{self.text.rstrip('.')}{places} [{hosts}]"


def by_cause(problems: Iterable[tuple[str, Problem]]) -> list[Cause]:
    """Group problems of hosts by their text. The cause that most hosts share comes first."""
    causes: dict[str, Cause] = {}
    for host, problem in problems:
        cause = causes.setdefault(problem.key, Cause(problem.key))
        cause.problems.append(problem)
        if host not in cause.hosts[-1:]:
            cause.hosts.append(host)
        if problem.place and problem.place not in cause.places:
            cause.places.append(problem.place)
    return sorted(causes.values(), key=lambda cause: -len(cause.hosts))


def problem_of_app(
    message: str, slug: str, *, host: str = "", place: str = "", kind: str = ErrorKind.OPTION.value
) -> Problem:
    """Return a problem that names an app. Apps whose messages differ only in slugs, also those of files, share a cause.

    With `host`, the text names the app by its host.
    """
    if not slug:
        return Problem(message, place, kind=kind)

    def renamed(rename: Callable[[str], str]) -> str:
        return _APP.sub(lambda found: rename(found[1]) if found[2] == slug else found[0], message)

    return Problem(
        renamed(lambda first: f"{first}pp {host}") if host else message,
        place,
        kind=kind,
        same=ULID.sub("...", message.replace(slug, "...")),
        general=renamed(lambda first: "The app" if first == "A" else "the app"),
    )


def failure_of_problems(message: str, problems: Iterable[Problem]) -> dict[str, Any]:
    """Return the failure of a task for these problems. Its kind is theirs, or `several`."""
    kinds = {problem.kind for problem in problems} or {ErrorKind.OPTION.value}
    error = CiError(message, kind=kinds.pop() if len(kinds) == 1 else ErrorKind.SEVERAL)
    return {"msg": message, "error": error.as_dict()}


def sentence(text: str) -> str:
    """Return the text with a full stop, unless it ends a sentence already."""
    return text if text.endswith((".", "?", "!")) else f"{text}."
