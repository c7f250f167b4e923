# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Observe the files of an app, and read the evidence that a plan needs: digests and details of signing files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from ..._core.errors import CiError, ServiceError
from ..._local.read_file import Content
from ..._signing.inspect import MAX_BYTES
from ..._signing.inspection import SIGNING_KINDS, Inspection
from ..client import BitriseClient
from .content import Backup, content_of, with_digest
from .description import (
    NOT_OPENED,
    Description,
    listed_description,
)
from .endpoints import get_file, remote_files
from .evidence import (
    Candidates,
    candidates_for,
    files_to_hash,
    files_to_identify,
    needs_own_evidence,
)
from .kinds import PROJECT_FILE, FileKind, FileLocation
from .model import Desired, RemoteFile
from .verify import (
    STRICT,
    InspectionCache,
    Secrets,
)


class Digests(Protocol):
    """Digests from earlier runs, by slug. The content of a slug never changes."""

    def get(self, slug: str) -> str | None:
        """Return the digest of a file, or None if it is unknown."""

    def put(self, slug: str, sha256: str) -> None:
        """Store a digest that was just computed."""


@dataclass(frozen=True)
class DeclaredFile:
    """A declared file with its content, and the folder for backups of the files that it replaces."""

    desired: Desired
    content: Content | None = field(default=None, repr=False)
    backup: Backup | None = None
    verify: str = STRICT


class Observer:
    """Read the files of one app, and remember the evidence that this run has found."""

    def __init__(
        self,
        client: BitriseClient,
        app_slug: str,
        digests: Digests | None = None,
        inspections: InspectionCache | None = None,
    ) -> None:
        self.app_slug = app_slug
        self.inspections = inspections or InspectionCache()
        self._client = client
        self._digests = digests
        self._known: dict[str, str] = {}  # digests that this run has found, by slug
        self._evidence: dict[str, dict[str, Any]] = {}  # other fields of RemoteFile that this run has found, by slug
        self._bytes: dict[str, Content] = {}
        self._absences: Counter[str] = Counter()  # how often a listed file did not exist
        # A list of the service may lag behind the changes of this run. So keep the slugs of deleted and new files.
        self.gone: dict[str, FileKind] = {}  # slugs that do not exist any more, as the service has confirmed
        self.own: dict[str, FileKind] = {}  # slugs of files that this run has uploaded
        self.late: dict[FileKind, bool] = {}  # whether the latest list of a kind lagged behind the changes of this run

    def use(self, client: BitriseClient) -> None:
        """Continue with the client of another thread. Drop the downloaded content, which only planning needs."""
        self._client = client
        self._bytes.clear()

    def list_files(self, kind: FileKind) -> list[RemoteFile]:
        """List the files of a kind from the service, with the evidence that is known."""
        listed = remote_files(self._client, kind, self.app_slug)
        slugs = {file.slug for file in listed}
        missing = [
            slug for slug, own_kind in self.own.items() if own_kind == kind and slug not in slugs | self.gone.keys()
        ]
        for slug in missing:
            try:
                listed.append(RemoteFile.from_service(kind, get_file(self._client, kind, self.app_slug, slug)))
            except ServiceError as error:
                if error.status != 404:
                    raise
        if kind in (*self.own.values(), *self.gone.values()):  # a list before a change shows nothing about that
            self.late[kind] = len(listed) > len(slugs) or bool(slugs & self.gone.keys())
            self._client.observed.note_list(is_late=self.late[kind])
        return [self._with_evidence(kind, file) for file in listed if file.slug not in self.gone]

    def note_upload(self, slug: str, kind: FileKind) -> None:
        """Note that this run has uploaded a file. Only the lists from now on show whether they are late."""
        self.own[slug] = kind
        self.late.pop(kind, None)

    def note_gone(self, slug: str, kind: FileKind, *, is_listed_late: bool = False) -> None:
        """Note that a file does not exist any more. `is_listed_late`: a list has shown it after its deletion."""
        self.gone[slug] = kind
        self.late.pop(kind, None)
        if is_listed_late:
            self._client.observed.note_list(is_late=True)

    def remember(self, slug: str | None, sha256: str | None) -> None:
        if slug and sha256:
            self._known[slug] = sha256
            if self._digests:
                self._digests.put(slug, sha256)

    def _with_evidence(self, kind: FileKind, file: RemoteFile) -> RemoteFile:
        slug = file.slug or ""
        if file.sha256 is None and file.processed:
            known = self._known.get(slug) or (self._digests.get(slug) if self._digests else None)
            file = file.with_found_digest(known) if known else file
        identity = f"key {file.env_key}" if kind == PROJECT_FILE and file.env_key else None
        identity = identity or listed_description(kind, file).identity
        return replace(file, **{"identity": identity, **self._evidence.get(slug, {})})

    def complete(
        self, kind: FileKind, declared_file: DeclaredFile, observed: list[RemoteFile]
    ) -> tuple[Desired, list[RemoteFile]]:
        """Read the evidence that the plan for this file needs. Return its desired state and the files with it."""
        desired = declared_file.desired
        if kind == PROJECT_FILE:
            named = sorted((file for file in observed if desired.means(file)), key=lambda file: file.slug or "")
            newest = named[-1].identity if named else None
            desired = replace(desired, identity=f"key {desired.env_key}" if desired.env_key else newest)
        while todo := files_to_hash(desired, observed):
            for file in todo:
                observed[observed.index(file)] = self._hashed(kind, file)
        candidates = _candidates(kind, self.app_slug, desired, observed)
        if candidates and kind.name in SIGNING_KINDS and needs_own_evidence(kind, desired, candidates):
            desired = self._with_own_evidence(kind, declared_file, desired, candidates)
            for file in files_to_identify(desired, candidates):
                identified = self._identified(kind, file)
                observed[observed.index(file)] = identified
        return desired, observed

    def _hashed(self, kind: FileKind, file: RemoteFile) -> RemoteFile:
        """Return the file with its digest, or with the reason why it has none."""
        slug = str(file.slug)
        try:
            content = self._content(kind, file)
        except ServiceError as error:
            if error.kind != "storage" or error.status != 404:
                raise
            self._evidence[slug] = {"is_missing_bytes": True}
            return replace(file, is_missing_bytes=True)
        if content is None:
            self._evidence[slug] = {"is_withheld": True}
            return replace(file, is_withheld=True)
        self.remember(slug, content)
        return file.with_found_digest(content)

    def _content(self, kind: FileKind, file: RemoteFile) -> str | None:
        """Return the digest of a file, or None if the service returns no download URL. Keep the bytes to inspect."""
        try:
            return self._fetched(kind, file)
        except ServiceError as error:
            if error.status == 404 and error.kind == "not_found":
                self._absences[str(file.slug)] += 1
                # The list has it again, although it does not exist: the list is late.
                if self._absences[str(file.slug)] > 1:
                    self.note_gone(str(file.slug), kind, is_listed_late=True)
            raise

    @property
    def absences(self) -> int:
        """Return how often a listed file did not exist."""
        return sum(self._absences.values())

    def _fetched(self, kind: FileKind, file: RemoteFile) -> str | None:
        if kind.name not in SIGNING_KINDS or (file.size or 0) > MAX_BYTES:
            return with_digest(self._client, kind, self.app_slug, file).sha256
        data = content_of(self._client, kind, self.app_slug, file)
        if data is None:
            return None
        self._bytes[str(file.slug)] = Content.of(data)
        return self._bytes[str(file.slug)].sha256

    def describe(self, kind: FileKind, file: RemoteFile, *, downloads: bool) -> Description:
        """Return details of a remote file: those that the service lists, or else those in its content."""
        listed = listed_description(kind, file)
        can_read = downloads or str(file.slug) in self._bytes
        if (
            listed.identity
            or not can_read
            or not file.is_readable
            or kind.name not in SIGNING_KINDS
            or (file.size or 0) > MAX_BYTES
        ):
            return listed
        if str(file.slug) not in self._bytes:
            self.remember(str(file.slug), self._content(kind, file))
        content = self._bytes.get(str(file.slug))
        return Description.of(kind, self._inspect(kind, content, Secrets(file.password))) if content else listed

    def describe_declared(self, kind: FileKind, declared_file: DeclaredFile, desired: Desired) -> Description:
        if declared_file.content is None or kind.name not in SIGNING_KINDS:
            return Description()
        secrets = Secrets.of(kind, desired, ())
        return Description.of(kind, self._inspect(kind, declared_file.content, secrets))

    def _identified(self, kind: FileKind, file: RemoteFile) -> RemoteFile:
        identity = self.describe(kind, file, downloads=True).identity
        if identity is None:
            return file
        self._evidence.setdefault(str(file.slug), {})["identity"] = identity
        return replace(file, identity=identity)

    def _with_own_evidence(
        self, kind: FileKind, declared_file: DeclaredFile, desired: Desired, candidates: Candidates
    ) -> Desired:
        if declared_file.content is None:
            return desired
        password = desired.password or next((file.password for file in candidates.processed if file.password), None)
        own = self.describe_declared(kind, declared_file, replace(desired, password=password))
        opens: bool | None = None
        if kind.has_password and desired.password is None:
            inspection = self._inspect(kind, declared_file.content, Secrets(None))
            closed = inspection is None or any(finding.code in NOT_OPENED for finding in inspection.findings)
            opens = not closed and bool(inspection and inspection.details.get("has_private_key"))
        return replace(
            desired,
            made_at=own.made_at,
            identity=own.identity,
            serials=own.serials,
            opens_without_password=opens,
        )

    def _inspect(self, kind: FileKind, content: Content, secrets: Secrets) -> Inspection | None:
        try:
            return self.inspections.inspect(kind, content, secrets)
        except CiError:
            return None  # a library is missing, so the evidence is missing as well


def _candidates(kind: FileKind, app_slug: str, desired: Desired, observed: Sequence[RemoteFile]) -> Candidates | None:
    """Return the candidates, or None if the plan will reject the declared file."""
    try:
        return candidates_for(str(FileLocation(kind, app_slug)), desired, observed)
    except CiError:
        return None


def observe_app(
    observer: Observer,
    declared: Mapping[FileKind, Sequence[DeclaredFile]],
    listed: Mapping[FileKind, list[RemoteFile]] | None = None,
) -> tuple[dict[FileKind, list[Desired]], dict[FileKind, list[RemoteFile]]]:
    """Read the evidence that declared files need. List the files of all declared kinds, unless `listed` has them."""
    files = listed or {kind: observer.list_files(kind) for kind in declared}
    while True:
        known = observer.absences
        try:
            return _completed(observer, declared, {kind: list(some) for kind, some in files.items()})
        except ServiceError:
            if observer.absences == known:
                raise
        # A file was deleted after it was listed, or the list is late. A file that was missing twice is not read again,
        # so this loop ends.
        files = {kind: observer.list_files(kind) for kind in declared}


def _completed(
    observer: Observer, declared: Mapping[FileKind, Sequence[DeclaredFile]], files: dict[FileKind, list[RemoteFile]]
) -> tuple[dict[FileKind, list[Desired]], dict[FileKind, list[RemoteFile]]]:
    desired_files: dict[FileKind, list[Desired]] = {}
    for kind, declared_files in declared.items():
        desired_files[kind] = []
        for declared_file in declared_files:
            desired, files[kind] = observer.complete(kind, declared_file, files[kind])
            desired_files[kind].append(desired)
    return desired_files, files
