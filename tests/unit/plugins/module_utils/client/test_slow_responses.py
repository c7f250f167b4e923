# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses that arrive byte by byte: the client ends them, because no timeout of the socket does."""

from __future__ import annotations

import io
from typing import ClassVar

import pytest
from urllib3 import HTTPResponse

from ansible_collections.mobileops.ci.plugins.module_utils._http.response_body import BoundedBody, Limits
from tests.helpers.clock import VirtualClock

RESPONSE = Limits(30, 120)
TRANSFER = Limits(30, 14_400, is_transfer=True)


class Trickle(io.BytesIO):
    """A stream that returns `step` bytes on each read, after a second."""

    def __init__(self, size: int, step: int, clock: VirtualClock) -> None:
        super().__init__(b"x" * size)
        self._step, self._clock = step, clock

    def read1(self, size: int | None = -1, /) -> bytes:
        self._clock.sleep(1)
        return super().read1(self._step)


def body(size: int, step: int, clock: VirtualClock, limits: Limits) -> BoundedBody:
    raw = HTTPResponse(Trickle(size, step, clock), preload_content=False)
    return BoundedBody(raw, clock.monotonic, limits)


def test_whole_response_within_its_time(clock: VirtualClock) -> None:
    assert b"".join(body(100, 1, clock, RESPONSE).stream(1024)) == b"x" * 100


def test_whole_response_that_takes_too_long(clock: VirtualClock) -> None:
    with pytest.raises(TimeoutError):
        list(body(10_000, 1, clock, RESPONSE).stream(1024))
    assert clock.monotonic() == pytest.approx(121, abs=2)


def test_transfer_may_take_long_if_it_goes_on(clock: VirtualClock) -> None:
    assert len(b"".join(body(2_000_000, 2048, clock, TRANSFER).stream(1024 * 1024))) == 2_000_000


def test_transfer_that_is_too_slow(clock: VirtualClock) -> None:
    with pytest.raises(TimeoutError):
        list(body(2_000_000, 512, clock, TRANSFER).stream(1024))
    assert clock.monotonic() == pytest.approx(31, abs=2)


def test_transfer_beyond_the_time_limit_of_the_task(clock: VirtualClock) -> None:
    with pytest.raises(TimeoutError):
        list(body(10**8, 2048, clock, Limits(30, 600, is_transfer=True)).stream(1024 * 1024))
    assert clock.monotonic() == pytest.approx(601, abs=2)


class OlderResponse:
    """A response of urllib3 before 2.1, which has no read1()."""

    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, content: Trickle) -> None:
        self._fp = content
        self.released = False

    def release_conn(self) -> None:
        self.released = True


def test_older_urllib3(clock: VirtualClock) -> None:
    raw = OlderResponse(Trickle(100, 7, clock))
    assert b"".join(BoundedBody(raw, clock.monotonic, RESPONSE).stream(10)) == b"x" * 100
    assert raw.released
    with pytest.raises(TimeoutError):
        list(BoundedBody(OlderResponse(Trickle(10_000, 1, clock)), clock.monotonic, RESPONSE).stream(1024))
