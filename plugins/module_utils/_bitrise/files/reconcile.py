# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One declared file of one app: observe, plan, apply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.actions import Delete, simulate
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.apply import Application
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.content import Backup, with_digest
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.journal import Journal
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import FileKind
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import Desired, RemoteFile
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.plan import (
    FilePlan,
    Place,
    plan_file,
    worth_downloading,
)
from ansible_collections.mobileops.ci.plugins.module_utils._local_file import Content
from ansible_collections.mobileops.ci.plugins.module_utils._plan import Plan


@dataclass(frozen=True)
class Declaration:
    """A declared file with its bytes and where copies of what it replaces go."""

    desired: Desired
    content: Content | None = field(default=None, repr=False)
    backup: Backup | None = None


@dataclass(frozen=True)
class Reconciled:
    """What came of a declaration: the plan and the file as it is (in check mode: would be) now; None if absent."""

    plan: Plan
    file: RemoteFile | None
    warnings: tuple[str, ...] = ()


def observe(client: BitriseClient, kind: FileKind, app_slug: str) -> list[RemoteFile]:
    return [RemoteFile.from_service(kind, data) for data in client.files(kind, app_slug)]


def reconcile(
    client: BitriseClient,
    kind: FileKind,
    app_slug: str,
    declaration: Declaration,
    observed: Sequence[RemoteFile],
    journal: Journal,
    *,
    check_mode: bool,
) -> Reconciled:
    """Make one declaration true. `observed`: all files of this kind in the app."""
    desired = declaration.desired
    files = list(observed)
    for file in worth_downloading(desired, files):
        files[files.index(file)] = with_digest(client, kind, app_slug, file)
    interrupted: Mapping[str, frozenset[str]] = {}
    if sum(file.name == desired.name for file in files) > 1:
        interrupted = journal.interrupted(kind, app_slug)
    file_plan = plan_file(Place(kind, app_slug, interrupted), desired, files)
    planned = simulate(files, file_plan.actions)
    result_file = _declared_file(kind, file_plan, desired, planned)
    plan = Plan(
        file_plan.actions,
        before=_shown([file for file in files if file.slug in file_plan.touched], desired),
        after=_shown([file for file in planned if file.slug in file_plan.touched or file.slug is None], desired),
    )
    warnings = list(file_plan.warnings)
    if declaration.backup:
        by_slug = {file.slug: file for file in files}
        for action in file_plan.actions:
            if isinstance(action, Delete) and by_slug[action.slug].processed:
                warning = declaration.backup.save(client, kind, app_slug, by_slug[action.slug], check_mode=check_mode)
                warnings += [warning] if warning else []
    if plan.changed and not check_mode:
        known = frozenset(str(file.slug) for file in files)
        answer = Application(client, kind, app_slug, journal).apply(file_plan.actions, declaration.content, known)
        if answer is not None and result_file is not None:
            result_file = replace(RemoteFile.from_service(kind, answer), sha256=result_file.sha256)
    return Reconciled(plan, result_file, tuple(warnings))


def _declared_file(
    kind: FileKind, file_plan: FilePlan, desired: Desired, planned: Sequence[RemoteFile]
) -> RemoteFile | None:
    if not desired.present:
        return None
    file = next(file for file in planned if file.slug == file_plan.keep)
    if file.slug is not None:
        return file
    # A check mode's result has the keys of the real one: what the service would fill in, as far as it is known.
    return replace(file, others={key: file.sha256 if key == "file_sha256" else None for key in kind.own_keys})


def _shown(files: Sequence[RemoteFile], desired: Desired) -> dict[str, Any]:
    """Files as a diff shows them, by name, with the slug where a name stands for several."""
    names = [file.name for file in files]
    shown: dict[str, Any] = {}
    for file in sorted(files, key=lambda file: (file.name, file.slug or "")):
        key = file.name if names.count(file.name) == 1 else f"{file.name} ({file.slug or 'new'})"
        shown[key] = {
            "size": file.size,
            "sha256": file.sha256,
            "is_protected": file.is_protected,
            "is_expose": file.is_expose,
            "processed": file.processed,
        }
        if desired.password is not None:
            shown[key]["certificate_password"] = _password_state(file, desired.password)
    return shown


def _password_state(file: RemoteFile, declared: str) -> str:
    if file.password is None:
        return "not told by the service"
    return "as declared" if file.password == declared else "not as declared"
