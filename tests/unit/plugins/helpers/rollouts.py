# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks that take several requests, for tests that break them off at each one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .service import CERTIFICATES, KEYSTORES, PROFILES, PROJECT_FILES, Service, a_file, sha256
from .tasks import Task, Tasks, b64

NEW = b"new content"
OLD = b"old content"
OTHER = ("other", sha256(b"something else"))


@dataclass(frozen=True)
class Rollout:
    """What the app has, what the task declares, and what of that name is there once it is true."""

    kind: str
    files: tuple[dict[str, Any], ...]
    options: Mapping[str, Any]
    left: tuple[bytes, ...] = (NEW,)
    flags: Mapping[str, Any] = field(default_factory=dict)
    names_slug: bool = False  # the task names the first file by its slug
    gap: bool = False  # the task wants the old file to go first

    def start(self, service: Service, tasks: Tasks) -> Task:
        service.holds(self.kind, *self.files, a_file("other", b"something else"))
        slug = {"slug": service.files(self.kind)[0]["slug"]} if self.names_slug else {}
        return tasks.file(self.kind, **self.options, **slug)

    def length(self, service: Service, tasks: Tasks) -> int:
        """How many requests it takes, undisturbed."""
        if id(self) not in _LENGTHS:
            _LENGTHS[id(self)] = len(self.start(service, tasks).asked_by())
        return _LENGTHS[id(self)]

    def check_nothing_is_lost(self, service: Service) -> None:
        """If there was a usable file of that name there still is one, unless none is wanted; others are untouched."""
        contents = service.contents(self.kind)
        assert OTHER in contents
        if self.left and not self.gap and any(file.get("content_base64") for file in self.files):
            assert any(name == "dist" for name, _content in contents)

    def check_is_true(self, service: Service) -> None:
        """Exactly the declared files: none lost, none left over, flags and password as declared."""
        others = [(file["name"], sha256(b"x")) for file in self.files if file["name"] != "dist"]
        assert service.contents(self.kind) == sorted(
            [OTHER, *others, *(("dist", sha256(content)) for content in self.left)]
        )
        files = service.files(self.kind)
        assert all(file["processed"] for file in files)
        declared = [file for file in files if file["sha256"] == sha256(NEW)]
        for file in declared:
            assert {name: file[name] for name in self.flags} == self.flags


_LENGTHS: dict[int, int] = {}
DECLARED = {"content": b64(NEW)}
LEFTOVER = a_file("dist", None, size=len(NEW))
PROTECTED = {"is_protected": True, "is_expose": False}
WITH_PASSWORD = {"is_protected": True, "password_sha256": sha256(b"one")}
ROLLOUTS = {
    "first upload with flags": Rollout(PROFILES, (), {**DECLARED, **PROTECTED}, flags=PROTECTED),
    "first upload with password": Rollout(
        CERTIFICATES,
        (),
        {**DECLARED, "is_protected": True, "certificate_password": "one"},
        flags=WITH_PASSWORD,
    ),
    "replacement with flags": Rollout(PROFILES, (a_file("dist", OLD),), {**DECLARED, **PROTECTED}, flags=PROTECTED),
    "replacement that inherits": Rollout(
        CERTIFICATES,
        (a_file("dist", OLD, is_expose=False, certificate_password="one"),),
        DECLARED,
        flags={"is_protected": False, "is_expose": False, "password_sha256": sha256(b"one")},
    ),
    "replacement by slug": Rollout(
        PROFILES,
        (a_file("dist", b"short", is_protected=True), a_file("dist", b"a third")),
        DECLARED,
        (NEW, b"a third"),
        {"is_protected": True},
        names_slug=True,
    ),
    "replacement of duplicates": Rollout(
        CERTIFICATES, (a_file("dist", OLD), a_file("dist", b"short"), LEFTOVER), {**DECLARED, "duplicates": "remove"}
    ),
    "after an interrupted upload": Rollout(PROFILES, (LEFTOVER,), DECLARED),
    "removal of duplicates": Rollout(
        PROFILES, (a_file("dist", OLD), a_file("dist", NEW)), {**DECLARED, "duplicates": "remove"}
    ),
    "flags": Rollout(PROFILES, (a_file("dist", NEW),), {**DECLARED, **PROTECTED}, flags=PROTECTED),
    "absent": Rollout(
        CERTIFICATES, (a_file("dist", OLD), a_file("dist", NEW)), {"state": "absent", "duplicates": "remove"}, ()
    ),
    "project file": Rollout(
        PROJECT_FILES, (a_file("dist", OLD),), {**DECLARED, **PROTECTED}, flags={**PROTECTED, "user_env_key": "DIST"}
    ),
    "project file, old one first": Rollout(
        PROJECT_FILES,
        (a_file("dist", OLD), LEFTOVER),
        {**DECLARED, "replace_order": "delete_first"},
        flags={"user_env_key": "DIST"},
        gap=True,
    ),
    "keystore with its name": Rollout(
        KEYSTORES,
        (a_file("first", b"x"), a_file("dist", OLD, keystore_file_name="TWO")),
        {**DECLARED, "alias": "a", "password": "one"},
        flags={"user_env_key": "ANDROID_KEYSTORE_TWO", "password_sha256": sha256(b"one")},
    ),
    "keystore, old one first": Rollout(
        KEYSTORES,
        (a_file("first", b"x"), a_file("dist", OLD, keystore_file_name="TWO")),
        {**DECLARED, "keystore_name": "TWO", "replace_order": "delete_first"},
        flags={"user_env_key": "ANDROID_KEYSTORE_TWO"},
        gap=True,
    ),
}
