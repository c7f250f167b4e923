# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The log of requests, without secrets."""

from __future__ import annotations

import time
from collections import deque
from urllib.parse import parse_qsl

from .model import Json

CAPACITY = 200_000
_SECRET_PARAMETERS = frozenset({"x-amz-signature", "x-amz-credential", "x-amz-security-token"})
# The log masks these secrets, so that it shows that a client put one into the URL.
_MASKED_PARAMETERS = frozenset({"auth_token", "access_token", "client_secret", "code"})


class RequestLog:
    """The most recent requests. Numbers start at 1, and again after the log was emptied."""

    def __init__(self) -> None:
        self._entries: deque[Json] = deque(maxlen=CAPACITY)
        self._count = 0

    def start(self, method: str, host: str, path: str, query: bytes, user: str | None, area: str) -> Json:
        """Add a request at its arrival and return its entry. The gate fills in the response."""
        self._count += 1
        parameters = parse_qsl(query.decode("latin-1"), keep_blank_values=True) if query else ()
        entry: Json = {
            "n": self._count,
            "area": area,
            "method": method,
            "host": host,
            "path": path,
            "query": {
                name: "***" if name.lower() in _MASKED_PARAMETERS else value
                for name, value in parameters
                if name.lower() not in _SECRET_PARAMETERS
            },
            "status": None,
            "token": user,
            "fault": None,
            "bytes_in": 0,
            "bytes_out": 0,
            "at": time.time(),
            "seconds": None,
        }
        self._entries.append(entry)
        return entry

    def entries(self) -> list[Json]:
        """Return all entries, oldest first."""
        return list(self._entries)

    def clear(self) -> None:
        """Empty the log and restart its numbering."""
        self._entries.clear()
        self._count = 0
