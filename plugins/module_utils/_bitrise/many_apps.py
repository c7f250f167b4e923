# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task for many apps: work on each app, collect the errors, and report them by cause.

The fleet module has its own loop in `fleet/code_signing.py`, because it plans all apps before it changes one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._core.errors import CiError, NotDoneError, OptionError
from .._core.plan import Plan
from .._core.progress import Progress
from .._core.text import clean_diff, name_some, one_line, plural
from .client import BitriseClient
from .client_pool import ClientPool
from .workers import run_concurrently

APPS_IN_MESSAGE = 5
CAUSES_IN_MESSAGE = 10
# Stands for the slug of the app while messages are compared.
_SLUG = "\0"


@dataclass
class AppOutcome:
    """The outcome of one app."""

    slug: str
    plan: Plan = field(default_factory=Plan)
    values: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    error: CiError | None = None

    def as_result(self) -> dict[str, Any]:
        return {
            **self.plan.as_result(),
            **self.values,
            "diff": clean_diff(self.plan.diff),
            "warnings": [one_line(text) for text in self.warnings],
            "error": {"msg": self.error.message, **self.error.as_dict()} if self.error else None,
        }


def check_slugs(slugs: Sequence[str | None]) -> None:
    """Raise OptionError for an empty list, an app without a slug, or one that is listed twice."""
    if not slugs:
        raise OptionError("apps must list at least one app.")
    for number, slug in enumerate(slugs, 1):
        if not slug or not slug.strip():
            raise OptionError(f"apps: the app_slug of entry {number} is empty.")
    twice = sorted({str(slug) for slug in slugs if slugs.count(slug) > 1}) if len(set(slugs)) < len(slugs) else []
    if twice:
        raise OptionError(f"apps: app {', '.join(twice)} is listed more than once. Use one entry for each app.")


def run_for_apps(
    clients: ClientPool,
    concurrency: int,
    slugs: Sequence[str],
    work: Callable[[BitriseClient, str], AppOutcome],
    report_progress: Callable[[str], None],
) -> dict[str, AppOutcome]:
    """Return the outcome of each app, in the given order. If the service refuses the token, stop for all apps."""
    outcomes: dict[str, AppOutcome] = {}
    refused: list[tuple[str, CiError]] = []
    lock = threading.Lock()
    progress = Progress(report_progress)

    def run(slug: str) -> AppOutcome:
        with lock:
            if refused:
                return AppOutcome(slug, error=_same_for(slug, *refused[0]))
        try:
            return work(clients.get(), slug)
        except CiError as error:
            if error.kind == "unauthorized":
                with lock:
                    refused.append((slug, error))
            return AppOutcome(slug, error=error)

    def done(slug: str, outcome: AppOutcome) -> None:
        outcomes[slug] = outcome
        progress.report(len(outcomes), len(slugs), "apps done")

    run_concurrently(clients, concurrency, slugs, run, done)
    return {slug: outcomes[slug] for slug in slugs}


def _same_for(slug: str, other_slug: str, error: CiError) -> CiError:
    """Return the error of another app as the error of this one, which would get the same response."""
    details = error.as_dict()
    path = details["path"] and details["path"].replace(other_slug, slug)
    return CiError(error.message.replace(other_slug, slug), **{**details, "path": path, "request_id": None})


def failure_of(failed: Mapping[str, CiError], apps: int, stop_reason: str = "") -> CiError | None:
    """Return one error for the task. Its message names each cause, with the apps that it concerns.

    `stop_reason`: the end of the sentence about apps that the task did not reach.
    """
    if not failed:
        return None
    errors = {slug: error for slug, error in failed.items() if not isinstance(error, NotDoneError)} or failed
    causes: dict[str, list[str]] = {}
    for slug, error in errors.items():
        # Messages with the same cause differ only in the slug of the app.
        causes.setdefault(error.message.replace(slug, _SLUG), []).append(slug)
    by_number = sorted(causes.items(), key=lambda cause: -len(cause[1]))
    sentences = [_sentence(text, slugs) for text, slugs in by_number[:CAUSES_IN_MESSAGE]]
    if len(causes) > CAUSES_IN_MESSAGE:
        sentences.append(f"{plural(len(causes) - CAUSES_IN_MESSAGE, 'more cause')}: see apps in the result.")
    left = len(failed) - len(errors)
    if left:
        sentences.append(f"{left} more {'app was' if left == 1 else 'apps were'} not reached{stop_reason}.")
    # Details that all errors share apply to the task.
    details = [error.as_dict() for error in errors.values()]
    common = {key: value for key, value in details[0].items() if all(other[key] == value for other in details)}
    message = f"{len(failed)} of {plural(apps, 'app')} failed. {' '.join(sentences)}"
    return CiError(message, **{"kind": "several", **common})


def _sentence(text: str, slugs: Sequence[str]) -> str:
    shown = text.replace(_SLUG, slugs[0])
    if len(slugs) == 1:
        return f"{slugs[0]}: {shown}"
    example = ", for example" if shown != text else ""
    return f"{len(slugs)} apps ({name_some(slugs, APPS_IN_MESSAGE)}){example}: {shown}"
