# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Download files from signed URLs: stream them beside their destination, check them, and rename them at the end.

    source = Source("artifact app.apk", lambda: url, size=607185)
    saved = save(client, source, path_of(options["dest"], title), options, context)
    return Outcome({"dest": saved.path, "size": saved.size, "sha256": saved.sha256}, saved.plan(kind="artifact", ...))

In check mode save() does not write a file, and `saved` describes the file that it would write.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from .._core.errors import (
    CiError,
    ConnectionFailedError,
    OptionError,
    ServiceError,
)
from .._core.option_groups import OptionGroup
from .._core.plan import Action, Plan
from .._core.progress import LineTimer
from .._http.service_client import ServiceClient
from .._task.module_spec import TaskContext
from .destination import (
    Digest,
    ExistingFile,
    PartialDownload,
    WrongSizeError,
    check_writable,
    find_existing,
)

DOWNLOAD = OptionGroup(
    {
        "dest": {"type": "path", "required": True},
        "checksum": {"type": "str"},
        "force": {"type": "bool", "default": False},
    }
)

# A connection that breaks after this many bytes resets the count of attempts.
PROGRESS_BYTES = 1024 * 1024
# Seconds between two lines of progress of a download.
DOWNLOAD_LINE_INTERVAL_S = 5.0


@dataclass(frozen=True)
class Source:
    """A file to download, and what the task knows of it before."""

    what: str  # completes "Could not download ...": "artifact app.apk (slug 1234)"
    fresh_url: Callable[[], str]  # asks the service for a signed URL
    size: int | None = None  # in bytes, as the service states it
    checksum: str | None = None  # the SHA-256 in hexadecimal that the user requires, see checksum_of()
    known_sha256: str | None = None  # of the last download of the same content, if known
    force: bool = False
    # Identifies the remote file, with its service. A later run continues an interrupted download if the content is
    # still the same.
    identity: str | None = None
    # Called with the digest of the file that is about to be replaced. Raises RejectedError to protect that file.
    before_replacing: Callable[[str], None] | None = None
    # Called with the number of received bytes, instead of a line of progress for this file.
    progress: Callable[[int], None] | None = None


@dataclass(frozen=True)
class Download(Action):
    """Write the file. It is new, or it replaces an existing one."""

    action: ClassVar[str] = "download"
    described: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        return {"action": self.action, **self.described}


@dataclass(frozen=True)
class SetAttributes(Action):
    """Change mode, owner or other attributes of a file, but not its content."""

    action: ClassVar[str] = "set_attributes"
    described: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        return {"action": self.action, **self.described}


@dataclass(frozen=True)
class Saved:
    """The file after save(). `written`: save() wrote new bytes or, in check mode, would write them."""

    path: str
    size: int | None
    sha256: str | None  # None in check mode if only a download would show it
    written: bool
    attributes_changed: bool
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)

    def plan(self, *, kind: str, app_slug: str | None, slug: str | None, name: str) -> Plan:
        """Return the plan. `kind`, `app_slug`, `slug` and `name` are those of the remote file."""
        described = {"kind": kind, "app_slug": app_slug, "slug": slug, "name": name, "dest": self.path, "size": None}
        if self.written:
            actions: tuple[Action, ...] = (Download({**described, "size": self.after.get("size")}),)
        else:
            actions = (SetAttributes(described),) if self.attributes_changed else ()
        return Plan(actions, {self.path: self.before} if self.before else {}, {self.path: self.after})


def checksum_of(option: str | None) -> str | None:
    """Return the digest in an option of the form sha256:..., or None. Raise OptionError for any other form."""
    if option is None:
        return None
    found = re.fullmatch(r"sha256:([0-9a-f]{64})", option.strip().lower())
    if not found:
        raise OptionError(f"checksum must be sha256: followed by 64 hexadecimal digits, got {option}.")
    return found[1]


def save(client: ServiceClient, source: Source, path: str, options: Mapping[str, Any], context: TaskContext) -> Saved:
    """Download the file to the path, unless it is there already. `options` of the task have the file's attributes."""
    return _save(source, path, options, context, lambda sink: _stream(client, source, sink, context))


def save_bytes(
    data: bytes, what: str, path: str, options: Mapping[str, Any], context: TaskContext, *, force: bool = False
) -> Saved:
    """Write these bytes to the path, unless they are there already. See save()."""
    no_url = ""  # the bytes are here already
    digest = hashlib.sha256(data).hexdigest()
    source = Source(what, lambda: no_url, len(data), known_sha256=digest, force=force)
    return _save(source, path, options, context, lambda sink: sink.write(data))


def _save(
    source: Source, path: str, options: Mapping[str, Any], context: TaskContext, fill: Callable[[Digest], None]
) -> Saved:
    existing = find_existing(path)
    local = existing.sha256() if existing and _is_worth_hashing(existing, source) else None
    known = source.checksum or source.known_sha256
    if existing and local and local == known:
        return _kept_file(existing, local, options, context)
    check_writable(path)
    # Compare the attributes of the directory, to raise errors about attributes before the download.
    context.set_attributes(options, os.path.dirname(path) or ".", True)
    # With the same size and no known digest, only a download shows whether the content differs.
    compare = local is not None and not known
    if existing and not compare:
        _check_replaced(source, existing, local)
    if context.check_mode:
        digest = Digest(source.size)
        if compare:
            try:
                fill(digest)
            finally:
                digest.stop()
            known = digest.sha256
            if existing and local != known:
                _check_replaced(source, existing, local)
        size, same = source.size, compare and local == known
    else:
        digest, same = _write(source, path, local if compare else None, options, context, fill)
        size, known = digest.position, digest.sha256
    if existing and same:
        return _kept_file(existing, local, options, context)
    return _written_file(path, source, existing, local, size, known)


def _write(
    source: Source,
    path: str,
    unless: str | None,
    options: Mapping[str, Any],
    context: TaskContext,
    fill: Callable[[Digest], None],
) -> tuple[Digest, bool]:
    """Write the bytes, unless their digest is `unless`. Return the bytes' digest, and whether it is `unless`."""
    partial = PartialDownload(path, source.identity, source.size)
    try:
        _fill(source, partial, fill)
        same = unless == partial.sha256
        if same:
            partial.discard()
        else:
            if unless is not None and source.before_replacing:
                source.before_replacing(unless)
            partial.finish()
            partial.inherit()
            context.set_attributes(options, partial.path, False)
            partial.publish()
    except BaseException as error:
        partial.give_up(error)
        raise
    return partial, same


def _check_replaced(source: Source, existing: ExistingFile, local: str | None) -> None:
    if source.before_replacing:
        source.before_replacing(local or existing.sha256())


def _is_worth_hashing(existing: ExistingFile, source: Source) -> bool:
    """Return whether the existing file can be up to date, so that its digest matters."""
    same_size = source.size is None or source.size == existing.size
    return not source.force and (same_size or source.checksum is not None)


def _kept_file(existing: ExistingFile, sha256: str | None, options: Mapping[str, Any], context: TaskContext) -> Saved:
    differs = context.set_attributes(options, existing.path, context.check_mode)
    before: dict[str, Any] = {"size": existing.size}
    after = before
    if differs:
        before, after = ({**before, "attributes": words} for words in ("not as declared", "as declared"))
    return Saved(existing.path, existing.size, sha256, False, differs, before, after)


def _written_file(
    path: str, source: Source, existing: ExistingFile | None, local: str | None, size: int | None, sha256: str | None
) -> Saved:
    before: dict[str, Any] = {"size": existing.size} if existing else {}
    after: dict[str, Any] = {"size": source.size}
    if local:
        # Both digests are known also in check mode.
        before["sha256"], after["sha256"] = local, sha256
    return Saved(path, size, sha256, True, False, before, after)


def _fill(source: Source, partial: PartialDownload, fill: Callable[[Digest], None]) -> None:
    """Receive the missing bytes, and check the whole file."""
    while True:
        taken_over = partial.taken_over
        if source.size is None or partial.position < source.size:
            fill(partial)
        if not source.checksum or partial.sha256 == source.checksum:
            return
        found = partial.sha256
        partial.restart()
        # The bytes of the earlier run may be wrong.
        if not taken_over:
            raise ServiceError(
                f"Could not download {source.what}: its SHA-256 is {found}, but checksum requires {source.checksum}. "
                "dest was not changed.",
                kind="checksum",
            )


def _stream(client: ServiceClient, source: Source, sink: Digest, context: TaskContext) -> None:
    """Receive the missing bytes. Continue after an interruption, and get a new URL when one has expired."""
    what = f"download {source.what}"
    progress_sink = _ProgressSink(sink, source, context)
    renewed = False
    url = source.fresh_url()
    while True:
        start = sink.position
        try:
            client.download_on(url, progress_sink, what)
            if source.size is not None and sink.position != source.size:
                raise WrongSizeError(source.size, sink.position)
            return
        except WrongSizeError as error:
            sink.restart()
            raise ServiceError(f"Could not {what}: {error}.", kind=error.kind) from error  # pylint: disable=bad-exception-cause
        except CiError as error:
            has_progressed = sink.position >= start + PROGRESS_BYTES
            if isinstance(error, ConnectionFailedError) and has_progressed:
                renewed = False
            elif error.kind == "signed_url_expired" and (has_progressed or not renewed):
                url, renewed = source.fresh_url(), True
            else:
                raise


class _ProgressSink:
    """A sink that reports progress at intervals."""

    def __init__(self, sink: Digest, source: Source, context: TaskContext) -> None:
        self._sink, self._source, self._report_progress = sink, source, context.report_progress
        self._progress = source.progress
        self._timer = LineTimer(DOWNLOAD_LINE_INTERVAL_S)

    @property
    def position(self) -> int:
        return self._sink.position

    @property
    def validator(self) -> str:
        return self._sink.validator

    @validator.setter
    def validator(self, text: str) -> None:
        self._sink.validator = text

    def write(self, data: bytes, /) -> None:
        self._sink.write(data)
        if self._progress:
            self._progress(self._sink.position)
            return
        if self._timer.claim():
            of = f" of {self._source.size / 2**20:.0f}" if self._source.size else ""
            self._report_progress(f"{self._source.what}: {self._sink.position / 2**20:.0f}{of} MiB")

    def restart(self) -> None:
        self._sink.restart()


class TotalProgress:
    """Lines of progress for several files together. Several threads may use it."""

    def __init__(self, what: str, sizes: Sequence[int | None], report_progress: Callable[[str], None]) -> None:
        self._what, self._report_progress = what, report_progress
        self._files = len(sizes)
        self._size = None if None in sizes else sum(size or 0 for size in sizes)
        self._lock = threading.Lock()
        self._bytes: dict[str, int] = {}
        self._finished = 0
        self._timer = LineTimer(DOWNLOAD_LINE_INTERVAL_S)

    def note(self, file: str, position: int) -> None:
        """Record the number of bytes that the file has."""
        with self._lock:
            self._bytes[file] = position
            if not self._timer.claim():
                return
            done = sum(self._bytes.values()) / 2**20
        of = f" of {self._size / 2**20:.0f}" if self._size else ""
        self._report_progress(f"{self._what}: {self._finished} of {self._files} files, {done:.0f}{of} MiB")

    def finish(self) -> None:
        """Record that a file is complete."""
        with self._lock:
            self._finished += 1
