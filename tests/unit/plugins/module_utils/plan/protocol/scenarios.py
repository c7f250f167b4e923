# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scenarios of the protocol: files of the app, and declarations of the runs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    ANDROID_KEYSTORE,
    BUILD_CERTIFICATE,
    PROJECT_FILE,
    PROVISIONING_PROFILE,
    FileKind,
)

from .planning import Declaration
from .service import BYSTANDER, NAME, OTHER_SLOT, UNDECLARED, File, Files

FLAGS_ONLY = None


class Scenario(NamedTuple):
    """A situation.

    `upload_by_hand`: content that a person uploads at any moment. `keeps_all`: all initial files are wanted, so none
    may be deleted. `is_slow`: an hour may pass at any moment. `budget`: how many disturbances there may be at once.
    """

    label: str
    kind: FileKind
    files: Files
    runs: tuple[Declaration, ...]
    upload_by_hand: str | None = None
    keeps_all: bool = False
    is_slow: bool = False
    budget: int = 2

    @property
    def title(self) -> str:
        return f"{self.kind.words}: {self.label}"

    @property
    def has_gap(self) -> bool:
        """Return whether the declaration accepts a moment without the file."""
        return any(run.deletes_first for run in self.runs)


def file(
    slug: int,
    content: str = "O",
    *,
    protected: bool = False,
    exposed: bool = False,
    processed: bool = True,
    old: bool = True,
    name: str = NAME,
) -> File:
    stored = content if processed else None
    return File(slug, name, content, stored, processed, protected, exposed, processed, old, owner="-")


def slot(slug: int, *, old: bool = True, name: str = NAME, content: str = "X") -> File:
    """Return an upload that was not confirmed."""
    return file(slug, content, exposed=True, processed=False, old=old, name=name)


class _Scenarios:
    def __init__(self, kind: FileKind, *, by_key: bool) -> None:
        self.kind, self.by_key = kind, by_key
        self.found: list[Scenario] = []

    def add(
        self,
        label: str,
        files: list[File],
        *runs: Declaration,
        by_hand: str | None = None,
        keeps_all: bool = False,
        slow: bool = False,
        budget: int = 2,
        once: bool = False,
    ) -> None:
        """Add a scenario. `once`: it does not depend on the kind, so one kind is enough."""
        if once and self.kind != PROVISIONING_PROFILE:
            return
        others = [file(1, exposed=True, name=BYSTANDER)]
        if any(run.purges for run in runs):
            others += [slot(2, old=False, name=OTHER_SLOT, content="O"), file(3, exposed=True, name=UNDECLARED)]
        has_file = any(file.is_processed for file in files)
        if self.kind == PROJECT_FILE:
            if self.by_key and ("Q" in (by_hand, *(file.content for file in files)) or not has_file):
                return
            runs = tuple(
                run._replace(has_key=run.content is not None and (self.by_key or not has_file)) for run in runs
            )
            label += " (by key)" if self.by_key else ""
        self.found.append(Scenario(label, self.kind, (*others, *files), runs, by_hand, keeps_all, slow, budget))

    def add_first_uploads(self) -> None:
        first = Declaration("X", has_password=self.kind.has_password)
        self.add("nothing there; B the same", [], first, first)
        self.add("nothing there; B other content", [], first, first._replace(content="Y"))
        self.add("leftover, nothing else", [slot(6)], first, first)
        if not self.kind.can_change:
            return
        protected = first._replace(is_protected=True)
        self.add("nothing there; B flags only, protect", [], first, Declaration(FLAGS_ONLY, is_protected=True))
        self.add("nothing there; protect", [], protected, protected)
        self.add("nothing there; protect; B other content", [], protected, protected._replace(content="Y"))

    def add_replacements(self) -> None:
        old = file(5, exposed=not self.kind.can_change)
        x, y, o = (Declaration(content) for content in "XYO")
        self.add("old one; B the same", [old], x, x)
        self.add("old one; B other content", [old], x, y)
        self.add("old one; B older checkout", [old], x, o)
        self.add("old one; B purge", [old], x, x._replace(purges=True), once=True)
        self.add("old one; B the same, slow", [old], x, x, slow=True, once=True)
        self.add("old one; B other content, slow", [old], x, y, slow=True, once=True)
        self.add("old one; a person uploads", [old], x, x, by_hand="Y", once=True)
        self.add("old one; a person uploads the same", [old], x, y, by_hand="X", budget=1)
        self.add("old one; a person uploads another identity", [old], x, by_hand="Q", once=True)
        self.add("old one; three runs", [old], x, y, x, budget=0, once=True)
        if self.kind.can_change:
            flags = Declaration(FLAGS_ONLY, is_expose=False)
            self.add("old one; B flags only", [file(5, exposed=True)], x, flags, budget=1)
            protect = Declaration(FLAGS_ONLY, is_protected=True)
            self.add("old one; B flags only, protect", [file(5, exposed=True)], x, protect)
        if self.kind.has_env_key:
            first = x._replace(deletes_first=True, is_expose=False if self.kind == PROJECT_FILE else None)
            if self.kind == ANDROID_KEYSTORE or self.by_key:
                self.add("old one; deletes first; B the same", [old], first, first)
                self.add("old one; deletes first; B other content", [old], first, first._replace(content="Y"))

    def add_several(self) -> None:
        exposed = not self.kind.can_change
        x, y = Declaration("X"), Declaration("Y")
        old = file(5, exposed=exposed)
        self.add("several generations", [file(4, "L", exposed=exposed), old], x, x)
        self.add("leftover", [old, slot(6)], x, x, once=self.kind != PROJECT_FILE)
        self.add("a living upload", [old, slot(6, old=False)], x, x, slow=True, once=True)
        self.add("equal copy", [file(5, "X", exposed=exposed), file(6, "X", exposed=exposed)], x, x)
        self.add("equal copy under an old one", [file(5, "X", exposed=exposed), file(6, exposed=exposed)], x, y)
        other = file(5, "Q", exposed=exposed)
        self.add("two identities", [other, file(6, exposed=exposed)], x, x, keeps_all=True)
        self.add("two identities, one as declared", [other, file(6, "X", exposed=exposed)], x, x, keeps_all=True)

    def add_protected(self) -> None:
        same_size = "L" if self.kind == PROJECT_FILE else "O"
        locked, larger = file(5, same_size, protected=True), file(5, "L", protected=True)
        earlier = file(4, same_size, protected=True)
        for declared, how in ((True, "protection declared"), (None, "protection inherited")):
            x, y, older = (
                Declaration(content, declared, has_password=self.kind.has_password) for content in ("X", "Y", same_size)
            )
            other = x._replace(is_protected=None if declared else True)
            purge = x._replace(purges=True)
            self.add(f"old protected; {how}; B the same", [locked], x, x)
            self.add(f"old protected; {how}; B other content", [locked], x, y)
            self.add(f"old protected; {how}; B older checkout", [locked], x, older)
            self.add(f"old protected; {how}; B does not", [locked], x, other, once=True)
            self.add(f"old protected, other size; {how}", [larger], x, x, once=True)
            self.add(f"old protected; {how}; B purge", [locked], x, purge, budget=1, once=True)
            self.add(f"old protected; {how}; a person uploads", [locked], x, x, by_hand="Y", budget=1, once=True)
            self.add(f"old protected; {how}; slow", [locked], x, x, slow=True, budget=1, once=True)
            self.add(
                f"old protected, leftover; {how}", [locked, slot(6)], x, x, budget=1, once=self.kind != PROJECT_FILE
            )
            self.add(f"old one; {how if declared else 'not protected'}; B another", [file(5)], x, y)
            if declared:  # with inherited protection this takes ten minutes
                self.add(f"old protected; {how}; three runs", [locked], x, y, x, budget=0, once=True)
            self.add(f"two protected; {how}", [earlier, locked], x, x, keeps_all=True)
            declared_one = file(5, "X", protected=True)
            self.add(f"two protected, one as declared; {how}", [earlier, declared_one], x, x, keeps_all=True)
            self.add(f"protected beside generation; {how}", [earlier, file(5)], x, x, budget=1)


def _of_kind(kind: FileKind, *, by_key: bool = False) -> Iterator[Scenario]:
    scenarios = _Scenarios(kind, by_key=by_key)
    scenarios.add_first_uploads()
    scenarios.add_replacements()
    scenarios.add_several()
    if kind.can_change:
        scenarios.add_protected()
    yield from scenarios.found


@cache
def all_scenarios() -> tuple[Scenario, ...]:
    found: list[Scenario] = []
    for kind in (PROVISIONING_PROFILE, BUILD_CERTIFICATE, ANDROID_KEYSTORE, PROJECT_FILE):
        found += _of_kind(kind)
    found += _of_kind(PROJECT_FILE, by_key=True)
    return tuple(found)


def quick_scenarios() -> list[Scenario]:
    """Leave out scenarios with three runs, and those that are nearly the same for a file that is found by its key."""
    return [one for one in all_scenarios() if len(one.runs) < 3 and ("(by key)" not in one.title or one.has_gap)]
