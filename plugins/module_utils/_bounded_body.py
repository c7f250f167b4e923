# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of an answer with a limit on the time that it takes: a timeout of a socket starts again with every byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

# A transfer that brings fewer bytes than this within the timeout of a request counts as one that hangs.
LEAST_BYTES_PER_S = 1024


class BoundedBody:
    """The raw body of a response, as requests reads it. Raises TimeoutError if it is too slow.

    `whole_s`: the time for all of it; None for a transfer, which has to bring LEAST_BYTES_PER_S instead.
    """

    def __init__(self, raw: Any, monotonic: Callable[[], float], timeout_s: float, whole_s: float | None) -> None:
        self._raw, self._monotonic = raw, monotonic
        self._timeout_s, self._whole_s = timeout_s, whole_s

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)

    def stream(self, amount: int, decode_content: bool | None = None) -> Iterator[bytes]:
        if not hasattr(self._raw, "read1"):  # urllib3 before 2.1: a read goes on until it has the whole amount
            yield from self._raw.stream(amount, decode_content=decode_content)
            return
        begun = since = self._monotonic()
        received = 0
        while True:
            chunk = self._raw.read1(amount, decode_content=decode_content)
            if not chunk:
                return
            yield chunk
            received += len(chunk)
            now = self._monotonic()
            if self._whole_s is not None:
                if now - begun > self._whole_s:
                    raise TimeoutError("the answer takes too long")
            elif now - since > self._timeout_s:
                if received < LEAST_BYTES_PER_S * (now - since):
                    raise TimeoutError("the transfer is too slow")
                since, received = now, 0
