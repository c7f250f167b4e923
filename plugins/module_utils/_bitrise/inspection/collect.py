# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Collect the signing files of many apps: list them, then download and inspect each distinct content once."""

from __future__ import annotations

import datetime as dt
import io
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..._core.errors import CiError
from ..._local.read_file import Content
from ..._signing.inspect import MAX_BYTES
from ..._signing.inspection import Inspection
from ..._signing.pairing import superseded
from ..client_pool import ClientPool
from ..files.content import fetch
from ..files.description import NOT_OPENED
from ..files.endpoints import remote_files
from ..files.kinds import (
    ANDROID_KEYSTORE,
    FILE_KINDS,
    PROJECT_FILE,
    PROVISIONING_PROFILE,
    FileKind,
)
from ..files.model import RemoteFile
from ..files.observe import Digests
from ..files.verify import InspectionCache, Secrets
from ..workers import run_concurrently
from .reported_details import reported_details

UNFINISHED = "Its upload was never finished."


@dataclass
class FileOfApp:
    """A file with its inspection, if its content could be read."""

    kind: FileKind
    app_slug: str
    file: RemoteFile
    inspection: Inspection | None = None
    problem: str | None = None  # why it could not be inspected

    @property
    def opened(self) -> Inspection | None:
        """Return the inspection, or None if the file could not be opened."""
        closed = self.inspection is None or any(found.code in NOT_OPENED for found in self.inspection.findings)
        return None if closed else self.inspection

    def details(self, now: dt.datetime) -> dict[str, Any] | None:
        """Return details from the content, or else those that the service lists."""
        if self.opened and self.opened.details:
            return self.opened.details
        return reported_details(self.kind, self.file, now)


@dataclass
class AppFiles:
    """The files of one app. If there is an error, the list is empty."""

    app_slug: str
    title: str | None = None
    kinds: Sequence[FileKind] = FILE_KINDS  # kinds that were requested
    files: list[FileOfApp] = field(default_factory=list)
    error: CiError | None = None

    def of_kind(self, kind: FileKind) -> list[FileOfApp]:
        return [file for file in self.files if file.kind == kind]


@dataclass(frozen=True)
class FileCollector:
    """Collects and inspects the files of apps. `now` is the time for which expiry is computed."""

    clients: ClientPool
    kinds: Sequence[FileKind]
    concurrency: int
    now: dt.datetime
    digests: Digests | None = None
    inspects: bool = True
    # Called after each app, or each file, with the number of those that are done and the total.
    on_listed: Callable[[int, int], None] = lambda _done, _total: None
    on_inspected: Callable[[int, int], None] = lambda _done, _total: None

    def collect(self, apps: Mapping[str, str | None]) -> list[AppFiles]:
        """Return the files of the apps, which are given as titles by slug.

        Raise CiError if the service refuses the token. Any other failure becomes part of its app or file.
        """
        found: dict[str, AppFiles] = {}

        def listed(app_slug: str, app: AppFiles) -> None:
            found[app_slug] = replace(app, title=apps[app_slug])
            self.on_listed(len(found), len(apps))

        run_concurrently(self.clients, self.concurrency, apps, self._list, listed)
        all_files = [found[slug] for slug in apps]
        if self.inspects:
            self._inspect_all([file for app in all_files for file in app.files])
            for app in all_files:
                _mark_superseded(app.of_kind(PROVISIONING_PROFILE))
        return all_files

    def _inspect_all(self, files: Sequence[FileOfApp]) -> None:
        groups = _same_content(files)
        inspections = InspectionCache(self.now)
        number = itertools.count(1)
        run_concurrently(
            self.clients,
            self.concurrency,
            groups,
            lambda group: self._inspect_group(group, inspections),
            lambda _group, _nothing: self.on_inspected(next(number), len(groups)),
        )

    def _list(self, app_slug: str) -> AppFiles:
        self.clients.gates.deadline.check()
        app = AppFiles(app_slug, kinds=self.kinds)
        try:
            for kind in self.kinds:
                files = remote_files(self.clients.get(), kind, app_slug)
                app.files += [FileOfApp(kind, app_slug, self._with_known_digest(file)) for file in files]
        except CiError as error:
            if error.ends_task:
                raise
            return AppFiles(app_slug, kinds=self.kinds, error=error)
        return app

    def _with_known_digest(self, file: RemoteFile) -> RemoteFile:
        if self.digests and file.sha256 is None and file.processed and file.slug:
            return replace(file, sha256=self.digests.get(file.slug))
        return file

    def _inspect_group(self, files: list[FileOfApp], inspections: InspectionCache) -> None:
        """Inspect files that have the same content. Download the first one that can be downloaded."""
        self.clients.gates.deadline.check()
        content = None
        for one in files:
            if content is None:
                content = self._fetch(one)
        if content is None:
            return
        for one in files:
            one.file = replace(one.file, sha256=content.sha256)
            if one.kind.has_password and one.file.password is None:
                continue  # protected: only a copy in another app may have a known password
            one.inspection = _inspect(one, content, inspections)
            if one.inspection is None:
                one.problem = "The service does not return its password, which is needed to inspect it."
        known = next((one.opened for one in files if one.opened), None)
        for one in files:
            if one.inspection is None:
                one.inspection = known
                one.problem = None if known else one.problem

    def _fetch(self, one: FileOfApp) -> Content | None:
        file = one.file
        if file.is_protected:
            one.problem = "It is protected, so the service does not return its content."
        elif not file.processed:
            one.problem = UNFINISHED
        elif file.size is not None and file.size > MAX_BYTES:
            one.problem = f"It is too large for a signing file ({file.size} bytes)."
        else:
            try:
                copy = fetch(self.clients.get(), one.kind, one.app_slug, file, io.BytesIO)
            except CiError as error:
                if error.ends_task:
                    raise
                one.problem = error.message
                return None
            if copy is not None:
                content = Content.of(copy.getvalue())
                if self.digests and file.slug:
                    self.digests.put(file.slug, content.sha256)
                return content
            one.problem = "The service returns no download URL for it."
        return None


def _inspect(one: FileOfApp, content: Content, inspections: InspectionCache) -> Inspection | None:
    """Return the inspection, or None for a keystore whose password is unknown and needed."""
    secrets = Secrets(
        one.file.password if one.kind.has_password else one.file.created_with.get("password"),
        one.file.created_with.get("alias"),
        one.file.created_with.get("private_key_password"),
    )
    inspection = inspections.inspect(one.kind, content, secrets)
    if one.kind != ANDROID_KEYSTORE or secrets.password is not None:
        return inspection
    findings = tuple(found for found in inspection.findings if found.code not in NOT_OPENED)
    # The certificates in JKS, JCEKS and BKS are readable without the password.
    closed = len(findings) < len(inspection.findings) and not inspection.details.get("expires_at")
    return None if closed else replace(inspection, findings=findings)


def _mark_superseded(profiles: Sequence[FileOfApp]) -> None:
    """Add a finding to each profile of one app for which the app has a newer one."""
    for number, finding in superseded({number: one.opened for number, one in enumerate(profiles)}).items():
        inspection = profiles[number].inspection
        if inspection:
            profiles[number].inspection = replace(inspection, findings=(*inspection.findings, finding))


def _same_content(files: Iterable[FileOfApp]) -> list[list[FileOfApp]]:
    """Group files that have the same content, as far as it is known. Omit files that are not inspected."""
    groups: dict[tuple[str, str], list[FileOfApp]] = {}
    for one in files:
        if one.kind == PROJECT_FILE:
            continue
        if not one.file.processed:
            one.problem = UNFINISHED
            continue
        content = one.file.sha256 or f"slug {one.file.slug}"
        groups.setdefault((one.kind.name, content), []).append(one)
    # Files that can be downloaded come first, so that two requests suffice for a group.
    return [sorted(group, key=lambda one: one.file.is_protected) for group in groups.values()]
