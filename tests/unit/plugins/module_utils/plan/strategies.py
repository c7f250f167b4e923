# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apps and declarations as hypothesis makes them up: few names and contents, so that they often collide."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    BUILD_CERTIFICATE,
    PROVISIONING_PROFILE,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import Desired, RemoteFile

from .model import Service

NAMES = ("dist.p12", "other.p12")
# Digest and size. Two contents have the same size: only the digest tells them apart.
CONTENTS = (("a" * 64, 100), ("b" * 64, 100), ("c" * 64, 200))
PASSWORDS = ("", "one", "two")
# The slug of the file that `replacements` adds.
EXTRA = "F"


@dataclass(frozen=True)
class Situation:
    """A service and what a task wants of it."""

    service: Service
    desired: Desired


def _one_of_each(**choices: Sequence[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """One value for each name. A single draw: many small ones would make generation slow."""

    def decode(number: int) -> dict[str, Any]:
        values = {}
        for name, some in choices.items():
            number, position = divmod(number, len(some))
            values[name] = some[position]
        return values

    return st.integers(0, math.prod(map(len, choices.values())) - 1).map(decode)


def _file(slug: str, **fixed: Any) -> st.SearchStrategy[RemoteFile]:
    choices: dict[str, Sequence[Any]] = {
        "name": (NAMES[0], *NAMES),
        "content": CONTENTS,
        "processed": (True, True, True, False),
        "is_protected": (False, True),
        "is_expose": (True, False),
        "password": PASSWORDS,
    }
    return _one_of_each(**{**choices, **fixed}).map(lambda values: _made(slug, **values))


def _made(slug: str, content: tuple[str, int], processed: bool, password: str, **values: Any) -> RemoteFile:
    return RemoteFile(
        slug=slug,
        size=content[1],
        sha256=content[0] if processed else None,
        processed=processed,
        password=password,
        **values,
    )


@st.composite
def services(draw: st.DrawFn, contents: tuple[tuple[str, int], ...] = CONTENTS) -> Service:
    """`contents`: what the files may hold."""
    kind, digests, count, first = draw(
        _one_of_each(
            kind=(PROVISIONING_PROFILE, BUILD_CERTIFICATE), digests=(False, True), count=range(5), first=range(5)
        )
    ).values()
    slugs = ("ABCDE"[first:] + "ABCDE"[:first])[:count]
    files = tuple(draw(_file(slug, content=contents)) for slug in slugs)
    return Service(kind, files, tells_digests=kind is BUILD_CERTIFICATE and digests)


@st.composite
def declarations(draw: st.DrawFn, service: Service, **fixed: Any) -> Desired:
    """What a task may want of the files of that name, or of one by its slug. `fixed`: fields that are given."""
    slugs = [str(file.slug) for file in service.files]
    password = service.kind.has_password
    choices: dict[str, Sequence[Any]] = {
        "name": NAMES[:1],
        "present": (True, True, True, False),
        "slug": (None, None, *slugs, "GONE"),
        "content": (None, *CONTENTS, *CONTENTS),
        "is_protected": (None, None, True, False),
        "is_expose": (None, None, True, False),
        "password": (None, *PASSWORDS) if password else (None,),
        "update_password": ("on_change", "on_change", "always") if password else ("on_change",),
        "on_unverifiable": ("trust", "trust", "replace", "fail"),
        "duplicates": ("remove", "remove", "fail"),
        "force": (False, False, False, True),
    }
    values = draw(_one_of_each(**{**choices, **{name: (value,) for name, value in fixed.items()}}))
    # Without state=present nobody looks at the content, and with a slug alone nobody needs a name.
    declared = values.pop("content")
    content = declared if values["present"] else None
    sha256, size = content or (None, None)
    if values["slug"] and not content and "name" not in fixed:
        values["name"] = draw(st.sampled_from((None, *NAMES)))
    return Desired(sha256=sha256, size=size, **values)


@st.composite
def situations(draw: st.DrawFn, **fixed: Any) -> Situation:
    service = draw(services())
    return Situation(service, draw(declarations(service, **fixed)))


@st.composite
def replacements(draw: st.DrawFn, **fixed: Any) -> Situation:
    """Files of the declared name are there, but none with the declared content: the digests are told or fetched."""
    number = draw(st.integers(0, len(CONTENTS) - 1))
    content, others = CONTENTS[number], CONTENTS[:number] + CONTENTS[number + 1 :]
    service = draw(services(others))
    extra = draw(_file(EXTRA, name=NAMES[:1], content=others, processed=(True,)))
    service = replace(service, files=(*service.files, extra))
    given: dict[str, Any] = {"present": True, "content": content, "force": False, "slug": None, "duplicates": "remove"}
    return Situation(service, draw(declarations(service, **{**given, **fixed})))


@st.composite
def copies(draw: st.DrawFn) -> Situation:
    """All files have the declared content, and copies are to stay."""
    service = draw(services(CONTENTS[:1]))
    given: dict[str, Any] = {"present": True, "content": CONTENTS[0], "slug": None, "duplicates": "fail"}
    trusting = {"force": False, "on_unverifiable": "trust", "update_password": "on_change"}
    return Situation(service, draw(declarations(service, **given, **trusting)))
