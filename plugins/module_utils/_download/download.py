# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that come from behind signed URLs: streamed beside their destination, checked, and renamed in the end.

    wanted = Wanted("artifact app.apk", lambda: url, size=607185)
    saved = save(client, wanted, path_of(options["dest"], title), options, context)
    return Outcome({"dest": saved.path, "size": saved.size, "sha256": saved.sha256}, saved.plan(kind="artifact", ...))

In check mode nothing is written, and `saved` says what would be.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
import time
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
from .._http.service_client import ServiceClient
from .._task.module_spec import TaskContext
from .destination import (
    Digest,
    Partial,
    Present,
    WrongSizeError,
    check_writable,
    look_at,
)

DOWNLOAD = OptionGroup(
    {
        "dest": {"type": "path", "required": True},
        "checksum": {"type": "str"},
        "force": {"type": "bool", "default": False},
    }
)

# A connection that breaks after so many bytes was worth it: the tries are counted anew.
PROGRESS_BYTES = 1024 * 1024
SAY_INTERVAL_S = 5.0


@dataclass(frozen=True)
class Wanted:
    """A file that is to be had, and what is known of it before."""

    what: str  # completes "Could not download ...": "artifact app.apk (slug 1234)"
    fresh_url: Callable[[], str] = field(repr=False)  # asks the service for a signed URL
    size: int | None = None  # as the service states it
    checksum: str | None = None  # what the user demands: a SHA-256 in hexadecimal, see checksum_of()
    known_sha256: str | None = None  # what these bytes had when they came last, where that is known
    force: bool = False
    # Names what is downloaded, with its service: an interrupted download goes on in a later run if the content is the
    # same by then.
    identity: str | None = None
    # Called with the digest of the file that is about to be replaced. Raises RefusedError if it must not be.
    before_replacing: Callable[[str], None] | None = field(default=None, repr=False)
    # Called with the number of bytes that have come, instead of a line of progress for this file.
    progress: Callable[[int], None] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Download(Action):
    """Write the file, new or instead of what is there."""

    action: ClassVar[str] = "download"
    described: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        return {"action": self.action, **self.described}


@dataclass(frozen=True)
class SetAttributes(Action):
    """Give a file that stays as it is another mode, owner or the like."""

    action: ClassVar[str] = "set_attributes"
    described: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        return {"action": self.action, **self.described}


@dataclass(frozen=True)
class Saved:
    """What came of it. `written`: the bytes are new there (in check mode: would be)."""

    path: str
    size: int | None
    sha256: str | None  # None: only a real run finds it out
    written: bool
    attributes_changed: bool
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)

    def plan(self, *, kind: str, app_slug: str | None, slug: str | None, name: str) -> Plan:
        """`kind`, `app_slug`, `slug` and `name` are those of the thing that the file comes from."""
        described = {"kind": kind, "app_slug": app_slug, "slug": slug, "name": name, "dest": self.path, "size": None}
        if self.written:
            actions: tuple[Action, ...] = (Download({**described, "size": self.after.get("size")}),)
        else:
            actions = (SetAttributes(described),) if self.attributes_changed else ()
        return Plan(actions, {self.path: self.before} if self.before else {}, {self.path: self.after})


def checksum_of(option: str | None) -> str | None:
    """The digest in an option of the form sha256:... Raises OptionError for any other form."""
    if option is None:
        return None
    found = re.fullmatch(r"sha256:([0-9a-f]{64})", option.strip().lower())
    if not found:
        raise OptionError(f"checksum: {option} is not sha256: followed by 64 hexadecimal digits.")
    return found[1]


def save(client: ServiceClient, wanted: Wanted, path: str, options: Mapping[str, Any], context: TaskContext) -> Saved:
    """Make sure that the file is at the path. `options`: those of the task, for the attributes of the file."""
    return _save(wanted, path, options, context, lambda sink: _stream(client, wanted, sink, context))


def save_bytes(
    data: bytes, what: str, path: str, options: Mapping[str, Any], context: TaskContext, *, force: bool = False
) -> Saved:
    """The same for bytes that are at hand."""

    def no_url() -> str:
        raise ValueError("what is at hand is not downloaded")

    wanted = Wanted(what, no_url, len(data), known_sha256=hashlib.sha256(data).hexdigest(), force=force)
    return _save(wanted, path, options, context, lambda sink: sink.write(data))


def _save(
    wanted: Wanted, path: str, options: Mapping[str, Any], context: TaskContext, fill: Callable[[Digest], None]
) -> Saved:
    present = look_at(path)
    local = present.sha256() if present and _may_be_wanted(present, wanted) else None
    known = wanted.checksum or wanted.known_sha256
    if present and local and local == known:
        return _as_it_is(present, local, options, context)
    check_writable(path)
    # Only looked at, and beside it: what would be refused in the end is refused before anything is fetched.
    context.set_attributes(options, os.path.dirname(path) or ".", True)
    # The same size and nothing to compare with: only the bytes themselves can tell.
    compare = local is not None and not known
    if present and not compare:
        _check_replaced(wanted, present, local)
    if context.check_mode:
        digest = Digest(wanted.size)
        if compare:
            try:
                fill(digest)
            finally:
                digest.stop()
            known = digest.sha256
            if present and local != known:
                _check_replaced(wanted, present, local)
        size, same = wanted.size, compare and local == known
    else:
        digest, same = _write(wanted, path, local if compare else None, options, context, fill)
        size, known = digest.position, digest.sha256
    if present and same:
        return _as_it_is(present, local, options, context)
    return _new(path, wanted, present, local, size, known)


def _write(
    wanted: Wanted,
    path: str,
    unless: str | None,
    options: Mapping[str, Any],
    context: TaskContext,
    fill: Callable[[Digest], None],
) -> tuple[Digest, bool]:
    """Put the bytes there, unless they have this digest. What came, and whether it has."""
    partial = Partial(path, wanted.identity, wanted.size)
    try:
        _fill(wanted, partial, fill)
        same = unless == partial.sha256
        if same:
            partial.discard()
        else:
            if unless is not None and wanted.before_replacing:
                wanted.before_replacing(unless)
            partial.finish()
            partial.inherit()
            context.set_attributes(options, partial.path, False)
            partial.publish()
    except BaseException as error:
        partial.give_up(error)
        raise
    return partial, same


def _check_replaced(wanted: Wanted, present: Present, local: str | None) -> None:
    if wanted.before_replacing:
        wanted.before_replacing(local or present.sha256())


def _may_be_wanted(present: Present, wanted: Wanted) -> bool:
    """Whether a look at the digest of the file that is there is worth it."""
    same_size = wanted.size is None or wanted.size == present.size
    return not wanted.force and (same_size or wanted.checksum is not None)


def _as_it_is(present: Present, sha256: str | None, options: Mapping[str, Any], context: TaskContext) -> Saved:
    differs = context.set_attributes(options, present.path, context.check_mode)
    before: dict[str, Any] = {"size": present.size}
    after = before
    if differs:
        before, after = ({**before, "attributes": words} for words in ("not as declared", "as declared"))
    return Saved(present.path, present.size, sha256, False, differs, before, after)


def _new(
    path: str, wanted: Wanted, present: Present | None, local: str | None, size: int | None, sha256: str | None
) -> Saved:
    before: dict[str, Any] = {"size": present.size} if present else {}
    after: dict[str, Any] = {"size": wanted.size}
    if local:
        # Both are known before and after: the same in check mode.
        before["sha256"], after["sha256"] = local, sha256
    return Saved(path, size, sha256, True, False, before, after)


def _fill(wanted: Wanted, partial: Partial, fill: Callable[[Digest], None]) -> None:
    """Get what is missing, and check all of it."""
    while True:
        taken_over = partial.taken_over
        if wanted.size is None or partial.position < wanted.size:
            fill(partial)
        if not wanted.checksum or partial.sha256 == wanted.checksum:
            return
        found = partial.sha256
        partial.restart()
        # It may be the part of the earlier run that is wrong.
        if not taken_over:
            raise ServiceError(
                f"Could not download {wanted.what}: its SHA-256 is {found} and not {wanted.checksum}, as checksum "
                "demands. Nothing was changed at dest.",
                kind="checksum",
            )


def _stream(client: ServiceClient, wanted: Wanted, sink: Digest, context: TaskContext) -> None:
    """All bytes that are missing, with a fresh URL whenever one has expired, and on after an interruption."""
    what = f"download {wanted.what}"
    talking = _Talking(sink, wanted, context)
    renewed = False
    url = wanted.fresh_url()
    while True:
        start = sink.position
        try:
            client.download_on(url, talking, what)
            if wanted.size is not None and sink.position != wanted.size:
                raise WrongSizeError(wanted.size, sink.position)
            return
        except WrongSizeError as error:
            sink.restart()
            raise ServiceError(f"Could not {what}: {error}.", kind=error.kind) from error
        except CiError as error:
            went_on = sink.position >= start + PROGRESS_BYTES
            if isinstance(error, ConnectionFailedError) and went_on:
                renewed = False
            elif error.kind == "signed_url_expired" and (went_on or not renewed):
                url, renewed = wanted.fresh_url(), True
            else:
                raise


class _Talking:
    """The sink, and a line of progress from time to time."""

    def __init__(self, sink: Digest, wanted: Wanted, context: TaskContext) -> None:
        self._sink, self._wanted, self._say = sink, wanted, context.say
        self._progress = wanted.progress
        self._last = time.monotonic()

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
        now = time.monotonic()
        if now - self._last >= SAY_INTERVAL_S:
            self._last = now
            of = f" of {self._wanted.size / 2**20:.0f}" if self._wanted.size else ""
            self._say(f"{self._wanted.what}: {self._sink.position / 2**20:.0f}{of} MiB")

    def restart(self) -> None:
        self._sink.restart()


class TotalProgress:
    """Lines of progress for several files together. For several threads."""

    def __init__(self, what: str, sizes: Sequence[int | None], say: Callable[[str], None]) -> None:
        self._what, self._say = what, say
        self._files = len(sizes)
        self._size = None if None in sizes else sum(size or 0 for size in sizes)
        self._lock = threading.Lock()
        self._bytes: dict[str, int] = {}
        self._finished = 0
        self._last = time.monotonic()

    def note(self, file: str, position: int) -> None:
        """Take note that the file has so many bytes."""
        with self._lock:
            self._bytes[file] = position
            now = time.monotonic()
            if now - self._last < SAY_INTERVAL_S:
                return
            self._last = now
            done = sum(self._bytes.values()) / 2**20
        of = f" of {self._size / 2**20:.0f}" if self._size else ""
        self._say(f"{self._what}: {self._finished} of {self._files} files, {done:.0f}{of} MiB")

    def finish(self) -> None:
        """Take note that a file is done."""
        with self._lock:
            self._finished += 1
