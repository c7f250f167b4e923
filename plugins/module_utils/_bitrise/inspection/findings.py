# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings about the signing files of apps: files that are unusable or will be soon. Pure: from files to lists."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from ..._core.fields import moment
from ..._core.text import composed
from ..._signing.pairing import unpaired
from ..files.kinds import (
    BUILD_CERTIFICATE,
    PROJECT_FILE,
    PROVISIONING_PROFILE,
    FileKind,
)
from .collect import AppFiles, FileOfApp

# The lists of findings in a result, most urgent first.
FINDING_LISTS = ("expired", "invalid", "expiring", "unprocessed", "unpaired", "duplicated", "unverifiable")

# Codes of findings about a date in the past.
_EXPIRED = frozenset({"expired", "certificates_expired"})

# A file, and the reason why it is in a list.
_Found = tuple[FileOfApp, str]


def findings_of(apps: Sequence[AppFiles], now: dt.datetime, expires_within: int) -> dict[str, list[dict[str, Any]]]:
    """Return the entries of each list in FINDING_LISTS, most urgent first."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in FINDING_LISTS}
    for app in apps:
        for name, files in _of_app(app, now, expires_within).items():
            found[name] += [_entry(app, file, reason, now) for file, reason in files]
    for entries in found.values():
        entries.sort(key=_urgency)
    return found


def _of_app(app: AppFiles, now: dt.datetime, expires_within: int) -> dict[str, list[_Found]]:
    dates = list(_with_dates(app.files, now))
    return {
        "expired": list(_expired(app.files, dates, now)),
        "invalid": list(_invalid(app.files)),
        "expiring": [
            (file, f"It expires on {_day(end)}.")
            for file, end in dates
            if now < end <= now + dt.timedelta(days=expires_within)
        ],
        "unpaired": list(_unpaired(app)),
        "unprocessed": [
            (file, "Its upload was never finished, so builds cannot use it.")
            for file in app.files
            if not file.file.processed
        ],
        "duplicated": list(_duplicated(app.files)),
        "unverifiable": list(_unverifiable(app.files, now)),
    }


def _with_dates(files: Iterable[FileOfApp], now: dt.datetime) -> Iterator[tuple[FileOfApp, dt.datetime]]:
    for file in files:
        end = moment((file.details(now) or {}).get("expires_at"))
        if end:
            yield file, end


def _expired(
    files: Iterable[FileOfApp], dates: Iterable[tuple[FileOfApp, dt.datetime]], now: dt.datetime
) -> Iterator[_Found]:
    """Yield expired files, and profiles all of whose certificates have expired, so that they cannot sign."""
    over = {id(file): end for file, end in dates if end <= now}
    for file in files:
        if id(file) in over:
            yield file, f"It expired on {_day(over[id(file)])}."
        elif file.inspection:
            yield from ((file, found.message) for found in file.inspection.errors if found.code in _EXPIRED)


def _invalid(files: Iterable[FileOfApp]) -> Iterator[_Found]:
    for file in files:
        errors = (
            [found.message for found in file.inspection.errors if found.code not in _EXPIRED] if file.inspection else []
        )
        if errors:
            yield file, " ".join(errors)


def _unverifiable(files: Iterable[FileOfApp], now: dt.datetime) -> Iterator[_Found]:
    """Yield files whose expiry is unknown. The service lists the expiry of a protected certificate."""
    for file in files:
        known = bool((file.details(now) or {}).get("expires_at"))
        if file.kind == PROJECT_FILE or not file.file.processed or known:
            continue
        if file.inspection is None:
            yield file, file.problem or "The file could not be inspected."
        elif not file.inspection.errors:
            messages = " ".join(found.message for found in file.inspection.warnings)
            yield file, messages or "It contains no expiry date."


def _unpaired(app: AppFiles) -> Iterator[_Found]:
    """Yield profiles and certificates without a counterpart, unless one of the app's files could not be read."""
    if not {PROVISIONING_PROFILE, BUILD_CERTIFICATE}.issubset(app.kinds):
        return
    profiles, certificates = app.of_kind(PROVISIONING_PROFILE), app.of_kind(BUILD_CERTIFICATE)
    alone = unpaired(_fingerprints(profiles), _fingerprints(certificates))
    for number in alone.profiles:
        reason = "It does not embed any certificate of the app" if certificates else "The app has no certificate for it"
        yield profiles[number], f"{reason}, so builds cannot sign with it."
    for number in alone.certificates:
        opened = certificates[number].opened
        if opened and not opened.needs_profile:
            continue
        reason = "No provisioning profile of the app embeds it" if profiles else "The app has no provisioning profile"
        yield certificates[number], f"{reason}, so builds cannot sign with it."


def _fingerprints(files: Sequence[FileOfApp]) -> dict[int, Sequence[str] | None]:
    return {
        number: file.opened.sha1s if file.opened else None for number, file in enumerate(files) if file.file.processed
    }


def _duplicated(files: Sequence[FileOfApp]) -> Iterator[_Found]:
    """Yield files of one name or content, and profiles that a newer one replaces."""
    by_name = _grouped(files, lambda file: composed(file.file.name))
    for file, others in by_name:
        slugs = ", ".join(str(other.file.slug) for other in others)
        yield file, f"The app has other files with this name: slug {slugs}."
    known = {id(file) for file, _others in by_name}
    for file, others in _grouped(files, lambda file: file.file.sha256):
        if id(file) not in known:
            known.add(id(file))
            yield (
                file,
                f"The app has other files with the same content: {', '.join(other.file.name for other in others)}.",
            )
    for file in files:
        found = file.inspection.findings if file.inspection and id(file) not in known else ()
        yield from ((file, finding.message) for finding in found if finding.code == "superseded")


def _grouped(
    files: Iterable[FileOfApp], key: Callable[[FileOfApp], str | None]
) -> list[tuple[FileOfApp, list[FileOfApp]]]:
    """Return each file that shares its kind and key with other files, and these files."""
    groups: dict[tuple[FileKind, str], list[FileOfApp]] = defaultdict(list)
    for file in files:
        value = key(file)
        if value and file.file.processed:
            groups[file.kind, value].append(file)
    return [
        (file, [other for other in group if other is not file])
        for group in groups.values()
        if len(group) > 1
        for file in group
    ]


def _entry(app: AppFiles, one: FileOfApp, reason: str, now: dt.datetime) -> dict[str, Any]:
    details = one.details(now) or {}
    return {
        "app_slug": app.app_slug,
        "app_title": app.title,
        "kind": one.kind.name,
        "slug": one.file.slug,
        "name": one.file.name,
        "reason": reason,
        "expires_at": details.get("expires_at"),
        "days_left": details.get("days_left"),
    }


def _urgency(entry: dict[str, Any]) -> tuple[Any, ...]:
    days = entry["days_left"]
    return (days is None, days or 0, entry["app_title"] or "", entry["app_slug"], entry["name"], entry["slug"] or "")


def _day(end: dt.datetime) -> str:
    return end.astimezone(dt.timezone.utc).strftime("%Y-%m-%d at %H:%M UTC")
