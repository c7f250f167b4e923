# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and declarations for tests of the plan, and short texts of plans.

Files are named by letters. Their slugs are ULIDs: A is the oldest, and all of them are days old.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.actions import FileAction
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.evidence import marker_name
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import PROVISIONING_PROFILE, FileKind
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import Desired, RemoteFile
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.plan_app import AppPlan, Policy, plan_app
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import CiError

APP = "app1"
NAME = "dist.p12"
NOW = 1_796_000_000.0
DAY_S = 86_400
UPLOADED_AT = NOW - 30 * DAY_S  # file A; each further one a second later

SAME = {"sha256": "a" * 64, "size": 100}
OTHER = {"sha256": "b" * 64, "size": 100}
OTHER_SIZE = {"sha256": None, "size": 200}
UNKNOWN = {"sha256": None, "size": 100}

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_NAME_LENGTH = 16


def ulid(seconds: float, letter: str = "A") -> str:
    """Return a slug of this time that ends with the letter, which must not be I, L, O or U."""
    number, text = int(seconds * 1000), ""
    for _index in range(10):
        number, digit = divmod(number, len(_DIGITS))
        text = _DIGITS[digit] + text
    return text + letter.rjust(_NAME_LENGTH, "0")


def slug(letter: str) -> str:
    return ulid(UPLOADED_AT + ord(letter) - ord("A"), letter)


def letter(text: str | None) -> str | None:
    return text[-1] if text else None


def remote(label: str = "A", /, **values: Any) -> RemoteFile:
    """Return a processed file with the declared content. `values` may change that; `slug` replaces the letter's."""
    standard: dict[str, Any] = {"name": NAME, **SAME, "processed": True, "is_protected": False, "is_expose": True}
    return RemoteFile(**{"slug": slug(label), **standard, **values})


def protected(label: str = "A", /, **values: Any) -> RemoteFile:
    """Return a protected file of the declared size whose content the service does not return."""
    return remote(label, **{**UNKNOWN, "is_protected": True, **values})


def unfinished(label: str = "S", /, age_s: float = 2 * 3600, **values: Any) -> RemoteFile:
    return remote(label, **{"slug": ulid(NOW - age_s, label), "sha256": None, "processed": False, **values})


def marker(name: str = "M", of: str = NAME) -> RemoteFile:
    return unfinished(name, name=marker_name(of), size=1)


def desired(**values: Any) -> Desired:
    return Desired(**{"name": NAME, **SAME, **values})


def plan(desired_file: Desired, *files: RemoteFile, kind: FileKind = PROVISIONING_PROFILE, **policy: Any) -> AppPlan:
    """Plan an app with one declaration."""
    return plan_app(APP, {kind: [desired_file]}, {kind: list(files)}, Policy(**{"now": NOW, **policy}))


def plan_all(
    declared: Mapping[FileKind, Sequence[Desired]], observed: Mapping[FileKind, Sequence[RemoteFile]], **policy: Any
) -> AppPlan:
    files = {kind: list(observed.get(kind, ())) for kind in declared}
    return plan_app(APP, declared, files, Policy(**{"now": NOW, **policy}))


def words(actions: AppPlan | Iterable[FileAction]) -> list[str]:
    """Return the actions in short words: what, on which file, and why or with which changes."""

    def one(action: FileAction) -> str:
        shown = action.as_dict()
        changes = shown["changes"] or {}
        more = shown["reason"] or ", ".join(f"{key}={value}" for key, value in changes.items())
        return " ".join(filter(None, [shown["action"], letter(shown["slug"]), more]))

    return [one(action) for action in (actions.actions if isinstance(actions, AppPlan) else actions)]


def refusal(desired_file: Desired, *files: RemoteFile, kind: FileKind = PROVISIONING_PROFILE, **policy: Any) -> CiError:
    with pytest.raises(CiError) as caught:
        plan(desired_file, *files, kind=kind, **policy)
    return caught.value
