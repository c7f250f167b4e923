# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apps and declarations for property tests: few names and contents, so that they often collide."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    ANDROID_KEYSTORE,
    BUILD_CERTIFICATE,
    FILE_KINDS,
    PROJECT_FILE,
    PROVISIONING_PROFILE,
    FileKind,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import Desired, RemoteFile

from .building import NOW, marker, slug, ulid
from .world import IDENTITIES, SIZES, World

NAMES = ("one", "two", "three")
CONTENTS = tuple(IDENTITIES)
FLAGS = (None, None, True, False)
# The service never gives a slug twice.
LETTERS = {BUILD_CERTIFICATE: "ABCDE", PROVISIONING_PROFILE: "FGHJK", ANDROID_KEYSTORE: "MNPQR", PROJECT_FILE: "STVWX"}


@dataclass(frozen=True)
class Situation:
    """An app and what a task declares for it."""

    world: World
    declared: dict[FileKind, list[Desired]]

    @property
    def pairs(self) -> list[tuple[FileKind, Desired]]:
        return [(kind, desired) for kind, some in self.declared.items() for desired in some]


def one_of_each(**choices: Sequence[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return one value for each name from a single draw, because many small draws are slow."""

    def decode(number: int) -> dict[str, Any]:
        values = {}
        for name, some in choices.items():
            number, position = divmod(number, len(some))
            values[name] = some[position]
        return values

    return st.integers(0, math.prod(map(len, choices.values())) - 1).map(decode)


def _files(
    kind: FileKind, *, is_unambiguous: bool, contents: Sequence[str]
) -> st.SearchStrategy[tuple[RemoteFile, ...]]:
    """Return the files of one kind. `is_unambiguous`: one for each name, all processed and for the same team."""
    choices: dict[str, Sequence[Any]] = {
        "name": NAMES,
        "content": contents,
        "state": ("processed",) if is_unambiguous else ("processed",) * 4 + ("young", "old", "marker"),
        "is_protected": (False, False, True) if kind.can_change else (False,),
        "is_expose": (True, False) if kind.can_change else (True,),
        "password": ("", "x") if kind.has_password else ("",),
    }

    def build(drawn: list[dict[str, Any]]) -> tuple[RemoteFile, ...]:
        return tuple(
            _file(kind, number, NAMES[number] if is_unambiguous else None, values)
            for number, values in enumerate(drawn)
        )

    return st.lists(one_of_each(**choices), max_size=3 if is_unambiguous else 4).map(build)


def _file(kind: FileKind, number: int, name: str | None, values: dict[str, Any]) -> RemoteFile:
    content, state, letter = values["content"], values["state"], LETTERS[kind][number]
    name = name or values["name"]
    if state == "marker" and kind.can_change:
        return marker(letter, of=name)
    age_s = 600 if state == "young" else 9000
    env_key = None
    if kind == ANDROID_KEYSTORE:
        env_key = "ANDROID_KEYSTORE" if number == 0 else f"ANDROID_KEYSTORE_{letter}"
    elif kind == PROJECT_FILE:
        env_key = f"KEY_{name}"
    return RemoteFile(
        slug(letter) if state == "processed" else ulid(NOW - age_s, letter),
        name,
        SIZES[content],
        state == "processed",
        values["is_protected"],
        values["is_expose"],
        sha256=content if state == "processed" else None,
        password=values["password"],
        env_key=env_key,
    )


def _declarations(kind: FileKind, **fixed: Sequence[Any]) -> st.SearchStrategy[list[Desired]]:
    choices: dict[str, Sequence[Any]] = {
        "name": (None, *NAMES),
        "content": (None, *CONTENTS[:3], *CONTENTS[:3]),
        "present": (True, True, True, False),
        "is_protected": FLAGS if kind.can_change else (None,),
        "is_expose": FLAGS if kind.can_change else (None,),
        "password": (None, "x", "y") if kind.has_password else (None,),
        "duplicates": ("remove", "remove", "fail"),
        "on_unverifiable": ("warn", "trust"),
        "replace_order": ("upload_first", "delete_first") if kind.has_env_key else ("upload_first",),
        "keystore_name": (None, "X") if kind == ANDROID_KEYSTORE else (None,),
        "has_key": (True, False) if kind == PROJECT_FILE else (False,),
    }

    def build(drawn: list[dict[str, Any]]) -> list[Desired]:
        used = {values["name"]: values for values in drawn if values["name"]}
        return [_declaration(**values) for values in used.values()]

    return st.lists(one_of_each(**{**choices, **fixed}), max_size=3).map(build)


def _declaration(
    name: str, content: str | None, present: bool, keystore_name: str | None, has_key: bool, **values: Any
) -> Desired:
    content = content if present else None
    return Desired(
        name,
        present=present,
        sha256=content,
        size=SIZES[content] if content else None,
        keystore_name=f"{keystore_name}_{name}" if keystore_name else None,
        env_key=f"KEY_{name}" if has_key else None,
        **values,
    )


@st.composite
def situations(
    draw: st.DrawFn,
    kinds: Sequence[FileKind] = FILE_KINDS,
    *,
    is_unambiguous: bool = False,
    contents: Sequence[str] | None = None,
    **fixed: Sequence[Any],
) -> Situation:
    """Return an app and declarations. `contents`: of its files; `fixed`: choices for fields of the declarations."""
    contents = contents or (CONTENTS[:3] if is_unambiguous else CONTENTS)
    files = {kind: draw(_files(kind, is_unambiguous=is_unambiguous, contents=contents)) for kind in kinds}
    declared = {kind: draw(_declarations(kind, **fixed)) for kind in kinds}
    return Situation(World(files), declared)


SIGNING = (BUILD_CERTIFICATE, PROVISIONING_PROFILE)
