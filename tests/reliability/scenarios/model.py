# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks about signing files, with what the apps hold before and after."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.fleet.code_signing import CODE_SIGNING
from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import ModuleSpec
from tests.helpers.service import KEYSTORES, PROJECT_FILES, env_key
from tests.helpers.tasks import MANAGING, b64

APPS = ("aa00000000000001", "aa00000000000002")
HOUR_S = 3600
NEW = b"new content"
OLD = b"old content"  # of the same size
SHORT = b"short"
BYSTANDER = "other"


@dataclass(frozen=True)
class There:
    """A file that an app has at the beginning. Without content it was never confirmed."""

    name: str
    content: bytes | None
    more: Mapping[str, Any] = field(default_factory=dict)

    def fixture(self, kind: str) -> dict[str, Any]:
        key = {"user_env_key": env_key(self.name)} if kind == PROJECT_FILES else {}
        if self.content is None:
            return {"name": self.name, "size": len(NEW), **key, **self.more}
        return {"name": self.name, "content_base64": base64.b64encode(self.content).decode(), **key, **self.more}


def there(name: str, content: bytes | None, **more: Any) -> There:
    return There(name, content, more)


@dataclass(frozen=True)
class Expected:
    """A processed file that an app has in the end."""

    name: str
    content: bytes
    is_protected: bool = False
    is_expose: bool = True
    password: str = ""
    env_key: str = ""


Files = Mapping[str, Sequence[There]]
Options = Mapping[str, Any]
# An entry and its options, but for the connection and, for a single file, the app.
Task = tuple[ModuleSpec, Options]


@dataclass(frozen=True)
class Scenario:
    """One task. `expected` holds for each app and kind that has files before or after.

    `gaps`: names that the task itself leaves without a file for a while. `passwords`: what opens a content; a
    certificate without it is not usable. `pairs`: contents that fit together, certificate first.
    """

    before: Files
    task: Task
    expected: Mapping[str, Sequence[Expected]]
    gaps: frozenset[str] = frozenset()
    passwords: Mapping[bytes, str] = field(default_factory=dict)
    pairs: Sequence[tuple[bytes, bytes]] = ()
    changes: bool = True
    removes_leftovers: bool = True  # whether a run an hour later removes what was left unfinished
    waits: frozenset[str] = frozenset()  # kinds of errors with which a rerun may have to wait for that hour
    switches: Mapping[str, Any] = field(default_factory=dict)
    apps: Sequence[str] = APPS[:1]
    others: frozenset[bytes] = frozenset()  # contents that another user uploads under the declared names
    refuses: frozenset[str] = frozenset()  # kinds of errors with which a rerun may ask the user, changing nothing
    repeats: bool = False  # whether each run uploads the file again because it cannot be compared
    may_be_protected: frozenset[str] = frozenset()  # names of files that may be protected or not
    may_be_hidden: frozenset[str] = frozenset()  # names of files that may be hidden or not
    inherits: bool = False  # whether the result depends on the old file, so that a list must show it

    @property
    def is_by_slug(self) -> bool:
        """Return whether the task is about one file, whatever other files have its name."""
        return "slug" in self.task[1]

    def fixture(self) -> list[dict[str, Any]]:
        return [
            {
                "title": app,
                "slug": app,
                **{kind: [file.fixture(kind) for file in files] for kind, files in self.holds()},
            }
            for app in self.apps
        ]

    def holds(self) -> list[tuple[str, list[There]]]:
        """Return the files before by kind, with one that no task is about."""
        kinds = [kind for kind in MANAGING if self.before.get(kind) or self.expected.get(kind)]
        beside = [there(BYSTANDER, b"x")]
        return [(kind, [*(beside if self.has_bystander(kind) else []), *self.before.get(kind, ())]) for kind in kinds]

    def has_bystander(self, kind: str) -> bool:
        """Return whether a file stays that nothing declares. A purge leaves none."""
        return any(expected.name == BYSTANDER for expected in self.expected.get(kind, ()))

    def contents(self, kind: str, name: str) -> set[bytes]:
        """Return the contents that a file of this name may have."""
        known = {file.content for file in self.before.get(kind, ()) if file.name == name and file.content is not None}
        return known | self.others | {file.content for file in self.expected.get(kind, ()) if file.name == name}


def bystander(kind: str) -> Expected:
    keys = {KEYSTORES: "ANDROID_KEYSTORE", PROJECT_FILES: env_key(BYSTANDER)}
    return Expected(BYSTANDER, b"x", env_key=keys.get(kind, ""))


def single(
    kind: str,
    before: Sequence[There],
    expected: Sequence[Expected],
    *,
    data: bytes | None = NEW,
    beside: bool = True,
    scenario: Mapping[str, Any] | None = None,
    **options: Any,
) -> Scenario:
    """Describe a task of a module that manages one file, `dist` unless the options name another one."""
    given: dict[str, Any] = {"name": "dist", **({} if data is None else {"content": b64(data)})}
    if kind == PROJECT_FILES:
        if data is not None:
            given["user_env_key"] = env_key("dist")
    else:
        given["verify"] = "none"
    others = [bystander(kind)] if beside else []
    return Scenario(
        {kind: before}, (MANAGING[kind], {**given, **options}), {kind: [*expected, *others]}, **(scenario or {})
    )


def fleet(before: Files, expected: Mapping[str, Sequence[Expected]], **more: Any) -> Scenario:
    """Describe a task of the fleet module about two apps, one after the other."""
    chosen = {"apps": APPS, **{one.name: more.pop(one.name) for one in fields(Scenario) if one.name in more}}
    return Scenario(before, (CODE_SIGNING, {"concurrency": 1, **more}), expected, **chosen)


def declared(name: str, content: bytes, **more: Any) -> dict[str, Any]:
    return {"name": name, "content": b64(content), "verify": "none", **more}


def declared_project_file(name: str, content: bytes, **more: Any) -> dict[str, Any]:
    return {"name": name, "content": b64(content), "user_env_key": env_key(name), **more}


def expected(content: bytes, **more: Any) -> Expected:
    return Expected("dist", content, **more)


def old(content: bytes | None, **more: Any) -> There:
    return There("dist", content, more)


HIDDEN: dict[str, Any] = {"is_expose": False}
CLOSED: dict[str, Any] = {"is_protected": True}
KEY: dict[str, Any] = {"env_key": env_key("dist")}
SLUG = "01HF7YAT0000000000000000AA"
TWO: dict[str, Any] = {"env_key": "ANDROID_KEYSTORE_TWO"}
NO_DIGESTS: Mapping[str, Any] = {"file_sha256": "never"}
LEFTOVER = old(None, age_s=2 * HOUR_S)
YOUNG = old(None, age_s=600)
