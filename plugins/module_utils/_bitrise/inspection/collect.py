# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The signing files of many apps, and what is inside of them: listed first, then each distinct file fetched once."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..._core.errors import CiError
from ..._local.read_file import Content
from ..._signing.inspect import MAX_BYTES, inspect_file
from ..._signing.model import Inspection
from ..._signing.pairing import superseded
from ..client_pool import ClientPool
from ..files.content import fetch
from ..files.endpoints import remote_files
from ..files.kinds import (
    ANDROID_KEYSTORE,
    KINDS,
    PROJECT_FILE,
    PROVISIONING_PROFILE,
    FileKind,
)
from ..files.model import RemoteFile
from ..files.observe import Digests
from ..workers import run_concurrently
from .reported_details import details_told

# Findings that say nothing of the file, but that it could not be opened.
NOT_OPENED = frozenset({"wrong_password", "password_needed"})


@dataclass
class FileOfApp:
    """A file, and what is inside of it as far as that can be found out."""

    kind: FileKind
    app_slug: str
    file: RemoteFile
    inspection: Inspection | None = None
    problem: str | None = None  # why nobody could look inside

    @property
    def opened(self) -> Inspection | None:
        """What is inside, where it was opened with success."""
        closed = self.inspection is None or any(found.code in NOT_OPENED for found in self.inspection.findings)
        return None if closed else self.inspection

    def details(self, now: dt.datetime) -> dict[str, Any] | None:
        """What the file itself says, or else what the service says of its inside."""
        if self.opened and self.opened.details:
            return self.opened.details
        return details_told(self.kind, self.file, now)


@dataclass
class AppFiles:
    """The files of one app. With an error there are none."""

    app_slug: str
    title: str | None = None
    kinds: Sequence[FileKind] = KINDS  # those that were asked for
    files: list[FileOfApp] = field(default_factory=list)
    error: CiError | None = None

    def of_kind(self, kind: FileKind) -> list[FileOfApp]:
        return [file for file in self.files if file.kind == kind]


@dataclass(frozen=True)
class Gathering:
    """How files are gathered: by whom, of which kinds, as of when."""

    clients: ClientPool
    kinds: Sequence[FileKind]
    concurrency: int
    now: dt.datetime
    digests: Digests | None = None
    look_inside: bool = True
    # Called with the number of apps, or of files, that are done, and of all.
    listed: Callable[[int, int], None] = lambda _done, _total: None
    opened: Callable[[int, int], None] = lambda _done, _total: None

    def gather(self, apps: Mapping[str, str | None]) -> list[AppFiles]:
        """The files of the apps, which are given as slug and title.

        Raises CiError if the token is refused; any other failure is told of the app or file that it is about.
        """
        found: dict[str, AppFiles] = {}

        def listed(app_slug: str, app: AppFiles) -> None:
            found[app_slug] = replace(app, title=apps[app_slug])
            self.listed(len(found), len(apps))

        run_concurrently(self.clients, self.concurrency, apps, self._list, listed)
        everything = [found[slug] for slug in apps]
        if self.look_inside:
            self._look_into([file for app in everything for file in app.files])
            for app in everything:
                _mark_superseded(app.of_kind(PROVISIONING_PROFILE))
        return everything

    def _look_into(self, files: Sequence[FileOfApp]) -> None:
        groups = _same_content(files)
        inspector = _Inspector(self.now)
        opened = itertools.count(1)
        run_concurrently(
            self.clients,
            self.concurrency,
            groups,
            lambda group: self._open(group, inspector),
            lambda _group, _nothing: self.opened(next(opened), len(groups)),
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

    def _open(self, files: list[FileOfApp], inspector: _Inspector) -> None:
        """Look inside of files that have the same content; the first that can be fetched stands for all."""
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
                continue  # protected: with which password it opens is known from others at best
            one.inspection = inspector.inspect(one, content)
            if one.inspection is None:
                one.problem = "The service does not give its password, and without it nobody can look inside."
        known = next((one.opened for one in files if one.opened), None)
        for one in files:
            if one.inspection is None:
                one.inspection = known
                one.problem = None if known else one.problem

    def _fetch(self, one: FileOfApp) -> Content | None:
        file = one.file
        if file.is_protected:
            one.problem = "It is protected, so the service does not give its bytes."
        elif not file.processed:
            one.problem = "Its upload was never finished."
        elif file.size is not None and file.size > MAX_BYTES:
            one.problem = f"With {file.size} bytes it is too large to be a signing file."
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
            one.problem = "The service gives no address to download it from."
        return None


class _Inspector:
    """Looks into each content once, whatever number of apps it is in."""

    def __init__(self, now: dt.datetime) -> None:
        self._now = now
        self._known: dict[tuple[Any, ...], Inspection] = {}
        self._lock = threading.Lock()

    def inspect(self, one: FileOfApp, content: Content) -> Inspection | None:
        """What is inside; None for a keystore that does not show it without the password that is not known."""
        password = one.file.password if one.kind.has_password else one.file.created_with.get("password")
        alias, key_password = one.file.created_with.get("alias"), one.file.created_with.get("private_key_password")
        asked = (one.kind.name, content.sha256, password, alias, key_password)
        with self._lock:
            known = self._known.get(asked)
        if known is None:
            known = inspect_file(
                content.data,
                expected=one.kind.name,
                password=password,
                alias=alias,
                private_key_password=key_password,
                now=self._now,
            )
            with self._lock:
                self._known[asked] = known
        if one.kind != ANDROID_KEYSTORE or password is not None:
            return known
        findings = tuple(found for found in known.findings if found.code not in NOT_OPENED)
        # The certificates in JKS, JCEKS and BKS are readable without the password.
        closed = len(findings) < len(known.findings) and not known.details.get("expires_at")
        return None if closed else replace(known, findings=findings)


def _mark_superseded(profiles: Sequence[FileOfApp]) -> None:
    """Add a finding to each profile of one app that has a newer one beside it."""
    for number, finding in superseded({number: one.opened for number, one in enumerate(profiles)}).items():
        inspection = profiles[number].inspection
        if inspection:
            profiles[number].inspection = replace(inspection, findings=(*inspection.findings, finding))


def _same_content(files: Iterable[FileOfApp]) -> list[list[FileOfApp]]:
    """Files that hold the same bytes by what is known of them, together; without those that nobody looks into."""
    groups: dict[tuple[str, str], list[FileOfApp]] = {}
    for one in files:
        if one.kind == PROJECT_FILE:
            continue
        if not one.file.processed:
            one.problem = "Its upload was never finished."
            continue
        content = one.file.sha256 or f"slug {one.file.slug}"
        groups.setdefault((one.kind.name, content), []).append(one)
    # Those that can be fetched first: for them one request pair is enough.
    return [sorted(group, key=lambda one: one.file.is_protected) for group in groups.values()]
