# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests that a fault holds until they are released."""

from __future__ import annotations

import asyncio

from .model import Json

GO, DROP = "go", "drop"


class HeldRequests:
    """All held requests, by their numbers in the request log."""

    def __init__(self) -> None:
        self._waiting: dict[int, tuple[Json, asyncio.Future[str]]] = {}

    async def wait(self, entry: Json, when: str) -> str:
        """Hold a request until it is released. Return what to do with it: `go` or `drop`."""
        shown = {**{name: entry[name] for name in ("n", "method", "path", "token")}, "when": when}
        released: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting[entry["n"]] = (shown, released)
        try:
            return await released
        finally:
            self._waiting.pop(entry["n"], None)

    def as_list(self) -> list[Json]:
        """Return the held requests in the order of arrival."""
        return [shown for shown, _released in self._waiting.values()]

    def release(self, number: int, then: str) -> bool:
        """Continue a request, or drop its connection. Return whether it was held."""
        if number not in self._waiting:
            return False
        _shown, released = self._waiting.pop(number)
        if not released.done():
            released.set_result(then)
        return True

    def release_all(self) -> None:
        """Continue all held requests."""
        for number in list(self._waiting):
            self.release(number, GO)
