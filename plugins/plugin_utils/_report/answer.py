# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answer of the report in one sentence: the apps that break, with dates and causes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .model import App, File, Model
from .words import REPORTED_KINDS, count, day_of, enumerated, number_of

NAMED = 3


@dataclass(frozen=True)
class Answer:
    """Parts of the sentence. Apps are in the order of the dates on which they break."""

    apps: int
    files: int
    within: int
    until: str
    soon: list[App]
    broken: list[App]
    because: str  # such as "a profile expires", with the first date
    unreadable: int
    undated: int  # apps with a file that is listed as not verifiable

    @property
    def text(self) -> str:
        """Return the sentence as plain text."""
        if not self.apps:
            return "There are no apps to report on."
        parts = []
        if self.soon:
            parts.append(f"{self.head_soon} {self.because_of}: {_listed(self.soon)}")
        if self.broken:
            parts.append(f"{self.head_broken} already {self.have} an expired file: {_listed(self.broken)}")
        return f"{'; '.join(parts)}." if parts else self.fine

    @property
    def head_soon(self) -> str:
        return f"{number_of(len(self.soon))} of {count(self.apps, 'app', 'apps')}"

    @property
    def because_of(self) -> str:
        verb = "breaks" if len(self.soon) == 1 else "break"
        return f"{verb} within {self.days}, by {self.until}, because {self.because}"

    @property
    def head_broken(self) -> str:
        return count(len(self.broken), "app", "apps")

    @property
    def have(self) -> str:
        return "has" if len(self.broken) == 1 else "have"

    @property
    def fine(self) -> str:
        unknown = []
        if self.unreadable:
            unknown.append(f"{count(self.unreadable, 'app', 'apps')} could not be read")
        if self.undated:
            have = "has" if self.undated == 1 else "have"
            unknown.append(f"{count(self.undated, 'app', 'apps')} {have} a file whose date of expiry is not known")
        none = f"0 of {count(self.apps, 'app', 'apps')}"
        if self.files:
            which = "The app does not break" if self.apps == 1 else f"{none} break"
            claim = f"{which} because of an expiry within {self.days}, by {self.until}"
        else:
            claim = "The app has no signing file" if self.apps == 1 else f"{none} have a signing file"
        return f"{claim}{', but ' if unknown else ''}{enumerated(unknown)}."

    @property
    def is_fine(self) -> bool:
        """Return whether no app breaks, and no app is unknown."""
        return bool(self.files) and not (self.soon or self.broken or self.unreadable or self.undated)

    @property
    def days(self) -> str:
        return count(self.within, "day", "days")


def answer(model: Model) -> Answer:
    expiring, expired = model.by_finding["expiring"], model.by_finding["expired"]
    soon = _apps(expiring)
    return Answer(
        apps=len(model.apps),
        files=len(model.files),
        within=model.expires_within,
        until=day_of(model.date(model.expires_within)),
        soon=soon,
        broken=_apps(expired),
        because=_cause(model, expiring, len(soon)),
        unreadable=len(model.unreadable),
        undated=len(_apps(model.by_finding["unverifiable"])),
    )


def _cause(model: Model, expiring: Sequence[File], apps: int) -> str:
    kinds = {file.kind.name for file in expiring}
    names = [kind.label.lower() for kind in reversed(REPORTED_KINDS) if kind.name in kinds]
    days = [file.day for file in expiring if file.day is not None]
    first = f"{', the first' if apps > 1 else ''} on {day_of(model.date(min(days)), year=False)}" if days else ""
    return f"a {enumerated(names, 'or a')} expires{first}"


def _apps(files: Iterable[File]) -> list[App]:
    """Return the apps of the files, each once and in the order of the files."""
    return list(dict.fromkeys(file.app for file in files))


def _listed(apps: Sequence[App]) -> str:
    titles = [app.title for app in apps[:NAMED]]
    more = len(apps) - NAMED
    return enumerated([*titles, f"{number_of(more)} more"] if more > 0 else titles)
