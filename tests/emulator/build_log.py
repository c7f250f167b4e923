# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build logs: not available yet, growing with the clock, archived, or missing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from .model import Build, Json
from .options import Options
from .replies import bad_request, not_found

ABORTED = (3, 4)
MAX_CHUNKS = 50
_NEVER = "0001-01-01T00:00:00Z"
_NUMBER = re.compile(r"[0-9]{1,12}")


def log_is_archived(build: Build, now: float) -> bool:
    """Return whether the log is complete and archived. An aborted build that never started has no archived log."""
    if build.finished_at is None or not build.log_archived or (build.status in ABORTED and not build.started_at):
        return False
    return now >= build.finished_at + build.log_archive_delay_s


def log_data(build: Build, query: Mapping[str, str], now: float, options: Options) -> Json:
    """Return the log response, with the URL of an archived log left null."""
    after, before, limit = (
        _cursor(query, "after_timestamp"),
        _cursor(query, "before_timestamp"),
        _limit(query, int(options.log_chunks)),
    )
    if query.get("timestamp"):
        after = _whole_number(query, "timestamp") * 1000
    archived = log_is_archived(build, now)
    never_written = build.log_chunks is None and (build.status == 0 or archived)
    if build.is_on_hold and options.log_on_hold == "empty":
        return _response([], _NEVER, _NEVER, 0, None, is_archived=False)
    if now < build.triggered_at + build.log_delay_s or never_written or (build.status == 0 and not build.started_at):
        raise not_found()
    count = len(build.log_chunks or ())
    if archived and options.archived_log_chunks == "none":
        return _response([], _NEVER, _NEVER, count, None, is_archived=True)
    written = _written(build, now)
    if after is not None:
        part = [entry for entry in written if entry[0] > after][:limit]
    else:
        part = [entry for entry in written if before is None or entry[0] < before][-limit:]
    cursor = after if after is not None else before
    first, last = (part[0][0], part[-1][0]) if part else (cursor, cursor)
    # The service does not guarantee an order: clients must sort by position.
    chunks: list[Json] = [{"chunk": chunk, "position": position} for _moment, position, chunk in reversed(part)]
    legacy = None if last is None else last // 1000
    return _response(chunks, _stamp(first, now), _stamp(last, now), count, legacy, is_archived=archived)


def _response(
    chunks: list[Json], before: str, after: str, count: int, legacy: int | None, *, is_archived: bool
) -> Json:
    return {
        "log_chunks": chunks,
        "is_archived": is_archived,
        "expiring_raw_log_url": None,
        "next_before_timestamp": before,
        "next_after_timestamp": after,
        # Fields of older versions of the service.
        "generated_log_chunks_num": count,
        "timestamp": legacy,
    }


def _written(build: Build, now: float) -> list[tuple[int, int, str]]:
    """Return time in milliseconds, position and text of each chunk written so far.

    The times are unique, so a cursor names exactly one chunk.
    """
    if not build.started_at:
        return []
    start = int(build.triggered_at + build.log_delay_s)
    return [
        (int((start + position * build.log_interval_s) * 1000) + position, position + 1, chunk)
        for position, chunk in enumerate(build.log_chunks or ())
        if build.finished_at is not None or start + position * build.log_interval_s <= now
    ]


def _stamp(milliseconds: int | None, now: float) -> str:
    if milliseconds is None:
        milliseconds = int(now * 1000)
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


def _cursor(query: Mapping[str, str], name: str) -> int | None:
    text = query.get(name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise bad_request(f"invalid {name} parameter") from None
    if moment.tzinfo is None or moment.year < 1970:
        raise bad_request(f"invalid {name} parameter")
    return round(moment.timestamp() * 1000)


def _limit(query: Mapping[str, str], maximum: int) -> int:
    limit = _whole_number(query, "limit") if "limit" in query else maximum
    if not 1 <= limit <= MAX_CHUNKS:
        raise bad_request(f"invalid limit parameter: must be between 1 and {MAX_CHUNKS}")
    return min(limit, maximum)


def _whole_number(query: Mapping[str, str], name: str) -> int:
    if not _NUMBER.fullmatch(query[name]):
        raise bad_request(f"invalid {name} parameter")
    return int(query[name])
