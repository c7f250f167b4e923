# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Process the items of a list while its next page is requested."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from queue import SimpleQueue
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")


class _Item(Generic[ItemT]):
    def __init__(self, value: ItemT) -> None:
        self.value = value


class _End:
    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def read_ahead(items: Iterable[ItemT]) -> Iterator[ItemT]:
    """Yield the items. Another thread reads them from their source as fast as it provides them.

    Only the other thread uses the source. An error of the source is raised here, after the items before it.
    """
    queue: SimpleQueue[_Item[ItemT] | _End] = SimpleQueue()
    stopped = threading.Event()

    def read() -> None:
        error: BaseException | None = None
        try:
            for item in items:
                queue.put(_Item(item))
                if stopped.is_set():
                    break
        except BaseException as found:
            error = found
        queue.put(_End(error))

    thread = threading.Thread(target=read, name="mobileops.ci read ahead", daemon=True)
    thread.start()
    try:
        while not isinstance(found := queue.get(), _End):
            yield found.value
        if found.error:
            raise found.error
    finally:
        stopped.set()
        thread.join()
