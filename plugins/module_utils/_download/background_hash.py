# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compute SHA-256 in a separate thread. It takes as long as receiving and writing the bytes together."""

from __future__ import annotations

import hashlib
import threading
from queue import SimpleQueue

# Starting a thread costs more than hashing this many bytes.
SMALL_BYTES = 1024 * 1024
# Number of blocks that may wait to be hashed. It bounds the memory.
_WAITING = 12


class BackgroundHash:
    """A SHA-256 for one thread at a time. `hexdigest` and `stop` end the inner thread, `update` starts a new one."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._size = 0
        self._thread: threading.Thread | None = None
        self._queue: SimpleQueue[bytes | None] = SimpleQueue()
        self._room = threading.BoundedSemaphore(_WAITING)

    def update(self, data: bytes) -> None:
        self._size += len(data)
        if self._size < SMALL_BYTES:
            self._sha256.update(data)
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="mobileops.ci sha256", daemon=True)
            self._thread.start()
        self._room.acquire()
        self._queue.put(data)

    def hexdigest(self) -> str:
        self.stop()
        return self._sha256.hexdigest()

    def stop(self) -> None:
        """Hash the waiting blocks, and end the thread."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while (data := self._queue.get()) is not None:
            self._sha256.update(data)
            self._room.release()
