# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the log of a build: from chunks while the build runs, from an archive afterwards."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..._core.errors import ServiceError
from ..._core.fields import number, text
from ..client import BitriseClient
from .endpoints import read_log_info

MISSING, GROWING, ARCHIVED = "missing", "growing", "archived"
_LONGEST_CHARACTER_BYTES = 4
_NEVER = "0001-"  # the start of a time that the service has no value for


@dataclass(frozen=True)
class LogText:
    """The end of a log."""

    text: str
    truncated: bool
    size: int | None  # bytes of the whole log, if all of it was read


class Tail:
    """A sink that keeps only the end of the data, so that memory does not grow with the log."""

    def __init__(self, limit: int) -> None:
        self.size = 0
        self._limit = limit
        # One character more than returned, to know whether the first returned one begins a line.
        self._room = (limit + 1) * _LONGEST_CHARACTER_BYTES
        self._blocks: deque[bytes] = deque()
        self._kept = 0

    def write(self, data: bytes, /) -> None:
        self.size += len(data)
        self._blocks.append(data)
        self._kept += len(data)
        while self._kept - len(self._blocks[0]) >= self._room:
            self._kept -= len(self._blocks.popleft())

    def as_text(self) -> LogText:
        complete = self._kept == self.size
        return _end_of(b"".join(self._blocks).decode("utf-8", "replace"), self._limit, self.size, complete=complete)


def _end_of(log: str, limit: int, size: int | None, *, complete: bool) -> LogText:
    if complete and len(log) <= limit:
        return LogText(log, False, size)
    end = log[-limit:]
    if not log[:-limit].endswith("\n"):
        # Remove the incomplete first line, unless it is the only one.
        end = end.partition("\n")[2] or end
    return LogText(end, True, size)


@dataclass(frozen=True)
class LogSource:
    """The state of a log at one moment, as the service reports it."""

    state: str
    url: str | None = field(default=None, repr=False)
    info: Mapping[str, Any] = field(default_factory=dict, repr=False)


def find_log(client: BitriseClient, app_slug: str, build_slug: str) -> LogSource:
    """Return the state of a log. It is also MISSING for a build that does not exist, with the same response."""
    try:
        info = read_log_info(client, app_slug, build_slug)
    except ServiceError as error:
        if error.kind != "not_found":
            raise
        return LogSource(MISSING)
    url = text(info.get("expiring_raw_log_url"))
    if info.get("is_archived") is True:
        # Without a URL there is no archive, only chunks, if any.
        return LogSource(ARCHIVED, url, info)
    return LogSource(GROWING if _chunks(info) else MISSING, None, info)


def archived_text(client: BitriseClient, app_slug: str, build_slug: str, source: LogSource, limit: int) -> LogText:
    """Return the end of an archived log. If the URL has expired, ask for a new one, once."""
    if source.url is None:
        return chunks_text(client, app_slug, build_slug, source, limit)
    try:
        return _tail_behind(client, source.url, build_slug, limit)
    except ServiceError as error:
        if error.kind != "signed_url_expired":
            raise
    return _tail_behind(client, fresh_url(client, app_slug, build_slug), build_slug, limit)


def _tail_behind(client: BitriseClient, url: str, build_slug: str, limit: int) -> LogText:
    tails: list[Tail] = []

    def new_tail() -> Tail:
        tails.append(Tail(limit))
        return tails[-1]

    client.download(url, new_tail, f"download the log of build {build_slug}")
    return tails[-1].as_text()


def fresh_url(client: BitriseClient, app_slug: str, build_slug: str) -> str:
    """Return a new URL of the archive. Raise ServiceError if there is none."""
    url = text(read_log_info(client, app_slug, build_slug).get("expiring_raw_log_url"))
    if url is None:
        raise ServiceError(
            f"Could not download the log of build {build_slug}: the service returned no new URL for it. Run again.",
            kind="invalid_response",
        )
    return url


def chunks_text(
    client: BitriseClient, app_slug: str, build_slug: str, source: LogSource, limit: int | None = None
) -> LogText:
    """Return the end of a log that is in chunks, or all of it if `limit` is None.

    The service returns the last chunks first. Request earlier ones as far as the limit needs them.
    """
    info = source.info
    chunks = _chunks(info)
    while chunks and min(chunks) > 1 and (limit is None or _length(chunks) <= limit):
        before = text(info.get("next_before_timestamp"))
        if before is None or before.startswith(_NEVER):
            break
        info = read_log_info(client, app_slug, build_slug, before)
        older = {position: chunk for position, chunk in _chunks(info).items() if position < min(chunks)}
        if not older:
            break
        chunks.update(older)
    complete = not chunks or min(chunks) <= 1
    log = "".join(chunk for _position, chunk in sorted(chunks.items()))
    size = len(log.encode("utf-8", "replace")) if complete else None
    return LogText(log, not complete, size) if limit is None else _end_of(log, limit, size, complete=complete)


def _length(chunks: Mapping[int, str]) -> int:
    return sum(map(len, chunks.values()))


def _chunks(info: Mapping[str, Any]) -> dict[int, str]:
    """Return the chunks by position. The response may have them in any order."""
    entries = info.get("log_chunks")
    found: dict[int, str] = {}
    for index, entry in enumerate(entries if isinstance(entries, list) else [], 1):
        chunk = text(entry.get("chunk")) if isinstance(entry, Mapping) else None
        if chunk is not None:
            position = number(entry.get("position"))
            found[index if position is None else position] = chunk
    return found
