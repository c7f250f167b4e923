# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Items that are read ahead while others are processed."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core.read_ahead import read_ahead


def test_all_items_come_in_order() -> None:
    assert list(read_ahead(iter(range(1000)))) == list(range(1000))


def test_the_next_item_is_requested_before_the_last_one_is_processed() -> None:
    asked = threading.Event()

    def source() -> Iterator[int]:
        yield 1
        asked.set()
        yield 2

    items = read_ahead(source())
    assert next(items) == 1
    assert asked.wait(60)
    assert list(items) == [2]


def test_an_error_comes_after_the_items_before_it() -> None:
    def source() -> Iterator[int]:
        yield 1
        raise ValueError("no more")

    items = read_ahead(source())
    assert next(items) == 1
    with pytest.raises(ValueError, match="no more"):
        next(items)


def test_no_item_is_requested_after_the_reader_stops() -> None:
    taken = []

    def source() -> Iterator[int]:
        number = 0
        while True:
            taken.append(number)
            yield number
            number += 1

    items = read_ahead(source())
    next(items)
    items.close()  # type: ignore[attr-defined]
    count = len(taken)
    assert len(taken) == count
    assert not [thread for thread in threading.enumerate() if thread.name == "mobileops.ci read ahead"]
