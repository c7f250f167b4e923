# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reconcile one app of a fleet. Its errors become part of its outcome, so that the task continues with other apps."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ..._core.errors import CiError, NotDoneError
from ..._core.text import clean_diff
from ..._local.read_file import Content
from ..client import BitriseClient
from ..files.kinds import FileKind
from ..files.model import RemoteFile
from ..files.observe import Digests
from ..files.plan_app import Policy
from ..files.reconcile import (
    FilesOutcome,
    PreparedApp,
    apply_app,
    prepare_app,
)
from ..files.verify import InspectionCache
from .declarations import (
    AppDeclaration,
    declared_files_of,
)

ResultT = TypeVar("ResultT")


@dataclass
class FleetAppOutcome(FilesOutcome):
    """The outcome of one app of a fleet, with the error if it failed."""

    error: CiError | None = None
    traceback: str | None = None  # of an error that is a bug of the collection

    def as_result(self) -> dict[str, Any]:
        error = {"msg": self.error.message, **self.error.as_dict()} if self.error else None
        if error and self.traceback:
            error["exception"] = self.traceback
        return {
            "changed": bool(self.actions),
            "actions": [action.as_dict() for action in self.actions],
            "error": error,
            "files": [file_as_result(kind, file) for kind, file in self.files],
            "unverified": [file_as_result(kind, file) for kind, file in self.unverified],
            "diff": clean_diff({"before": self.before, "after": self.after}),
        }


class Stop(threading.Event):
    """Set when no other app may begin."""

    reason = ""  # continues "the task was stopped"


@dataclass(frozen=True)
class FleetPolicy:
    """Settings for every app of the task."""

    policy: Policy
    check_mode: bool
    read_file: Callable[[str], Content]
    digests: Digests | None = None
    inspections: InspectionCache = field(default_factory=InspectionCache)
    stop: Stop = field(default_factory=Stop)

    def check_stop(self, client: BitriseClient, app_slug: str) -> None:
        """Raise if the task was stopped, or if its time limit is reached."""
        client.gates.deadline.check()
        if self.stop.is_set():
            reason = self.stop.reason or ", because another app failed"
            raise NotDoneError(f"App {app_slug} was not finished: the task was stopped{reason}.")


def prepare(
    client: BitriseClient, declared: AppDeclaration, policy: FleetPolicy, outcome: FleetAppOutcome
) -> PreparedApp | None:
    """Observe and plan an app. If that fails, return None and set the error in `outcome`."""

    def work() -> PreparedApp:
        policy.check_stop(client, declared.app_slug)
        files = declared_files_of(declared, policy.read_file)
        for some in files.values():
            client.redact.add(*(secret for declared_file in some for secret in declared_file.desired.secrets))
        return prepare_app(client, declared.app_slug, files, policy.policy, policy.digests, policy.inspections)

    return _guarded(client, declared.app_slug, outcome, work)


def apply(client: BitriseClient, prepared: PreparedApp, policy: FleetPolicy, outcome: FleetAppOutcome) -> None:
    """Apply the plan for an app. If that fails, set the error in `outcome`."""
    app_slug = prepared.plan.app_slug

    def work() -> None:
        apply_app(
            client,
            prepared,
            outcome,
            check_mode=policy.check_mode,
            check_stop=lambda: policy.check_stop(client, app_slug),
        )

    _guarded(client, app_slug, outcome, work)


def _guarded(
    client: BitriseClient, app_slug: str, outcome: FleetAppOutcome, work: Callable[[], ResultT]
) -> ResultT | None:
    try:
        return work()
    except CiError as error:
        if isinstance(error, NotDoneError) and not error.notes:
            error.notes.append("Run again to finish.")
        outcome.error = error
    except (Exception, SystemExit) as error:  # a bug that occurs with one app must not stop the others
        message = (
            f"Unexpected {type(error).__name__} in app {app_slug}. This is a bug of the collection, please report it."
        )
        outcome.error = CiError(message, kind="bug")
        outcome.traceback = client.redact(traceback.format_exc())
    return None


def file_as_result(kind: FileKind, file: RemoteFile) -> dict[str, Any]:
    return {
        "kind": kind.name,
        "name": file.name,
        "slug": file.slug,
        "sha256": file.sha256,
        "is_protected": file.is_protected,
        "is_expose": file.is_expose,
    }


def action_counts(outcomes: Mapping[str, FleetAppOutcome]) -> dict[str, int]:
    """Return the number of files with an action of each type, kept without comparison, and of leftovers."""
    actions = [action for outcome in outcomes.values() for action in outcome.actions]
    names = [action.action for action in actions]
    # Protection is an update of its own.
    updated = {(action.app_slug, action.kind, action.slug) for action in actions if action.action == "update"}
    return {
        "uploaded": names.count("upload"),
        "updated": len(updated),
        "deleted": names.count("delete"),
        "unverified": sum(len(outcome.unverified) for outcome in outcomes.values()),
        "leftovers": sum(outcome.leftovers for outcome in outcomes.values()),
    }
