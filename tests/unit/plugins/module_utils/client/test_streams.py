# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Streams of bodies to a sink, whole or continued, without a socket."""

from __future__ import annotations

import io

import pytest
import requests

from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import ServiceError
from tests.helpers.clock import VirtualClock

from .wire import Wire, call, new_session, response, wire

__all__ = ["wire"]

DATA = b"0123456789" * 20_000
TAG = '"one"'


class Sink(io.BytesIO):
    """A sink that keeps its bytes."""

    def __init__(self, data: bytes = b"", validator: str = "") -> None:
        super().__init__()
        self.write(data)
        self.validator = validator
        self.restarts = 0

    @property
    def position(self) -> int:
        return self.tell()

    def restart(self) -> None:
        self.seek(0)
        self.truncate()
        self.validator = ""
        self.restarts += 1


def part(start: int, status: int = 206, **headers: str) -> requests.Response:
    span = {"Content-Range": f"bytes {start}-{len(DATA) - 1}/{len(DATA)}", "ETag": TAG}
    return response(status, DATA[start:], {**span, **headers})


def ranges(wire: Wire) -> list[tuple[str | None, str | None]]:
    return [(request.headers.get("Range"), request.headers.get("If-Range")) for request in wire.sent]


def test_a_whole_download(wire: Wire, clock: VirtualClock) -> None:
    found = response(200, DATA, {"Content-Length": str(len(DATA))})
    wire.outcomes = [found]
    sink = io.BytesIO()
    assert new_session(clock).download(call(), lambda: sink) is found
    assert sink.getvalue() == DATA


@pytest.mark.parametrize("status", [201, 206, 302, 404])
def test_another_status_has_no_content(wire: Wire, clock: VirtualClock, status: int) -> None:
    """Read the body for the message."""
    wire.outcomes = [response(status, b"words")]
    found = new_session(clock).download(call(), lambda: pytest.fail("a sink was opened"))
    assert (found.status_code, found.content) == (status, b"words")


def test_a_continued_download(wire: Wire, clock: VirtualClock) -> None:
    found = part(100)
    wire.outcomes = [found]
    sink = Sink(DATA[:100], TAG)
    assert new_session(clock).download_on(call(headers={"X-Y": "z"}), sink) is found
    assert (sink.getvalue(), sink.restarts, sink.validator) == (DATA, 0, TAG)
    assert ranges(wire) == [("bytes=100-", TAG)]
    assert wire.sent[0].headers["X-Y"] == "z"


@pytest.mark.parametrize("data", [b"", b"x" * 100])
@pytest.mark.parametrize("status", [200, 206])
def test_a_download_from_the_start(wire: Wire, clock: VirtualClock, data: bytes, status: int) -> None:
    """Discard bytes of unknown content."""
    wire.outcomes = [part(0, status)]
    sink = Sink(data)
    new_session(clock).download_on(call(), sink)
    assert (sink.getvalue(), sink.validator) == (DATA, TAG)
    assert ranges(wire) == [(None, None)]


def test_a_whole_response_to_a_request_for_the_rest(wire: Wire, clock: VirtualClock) -> None:
    wire.outcomes = [part(0, 200)]
    sink = Sink(b"x" * 100, '"old"')
    new_session(clock).download_on(call(), sink)
    assert (sink.getvalue(), sink.validator) == (DATA, TAG)


def test_a_rest_of_another_content(wire: Wire, clock: VirtualClock) -> None:
    wire.outcomes = [part(100), part(0, 200)]
    sink = Sink(b"x" * 100, '"old"')
    found = new_session(clock).download_on(call(), sink)
    assert (sink.getvalue(), found.status_code) == (DATA, 200)
    assert ranges(wire) == [("bytes=100-", '"old"'), (None, None)]


def test_content_that_became_shorter(wire: Wire, clock: VirtualClock) -> None:
    first = response(416, b"")
    wire.outcomes = [first, part(0, 200)]
    sink = Sink(b"x" * 100, TAG)
    found = new_session(clock).download_on(call(), sink)
    assert (sink.getvalue(), found.status_code) == (DATA, 200)
    assert ranges(wire) == [("bytes=100-", TAG), (None, None)]
    assert first.raw.closed


def test_a_refused_range_without_a_range(wire: Wire, clock: VirtualClock) -> None:
    """Return the response, because another request would get the same one."""
    wire.outcomes = [response(416, b"words"), response(200, DATA)]
    found = new_session(clock).download_on(call(), Sink())
    assert (found.status_code, found.content) == (416, b"words")


def test_another_part_than_the_requested_one(wire: Wire, clock: VirtualClock) -> None:
    wire.outcomes = [part(99)]
    sink = Sink(DATA[:100], TAG)
    with pytest.raises(ServiceError) as caught:
        new_session(clock).download_on(call(), sink)
    assert caught.value.kind == "invalid_response"
    assert "returned 206: not the requested part." in caught.value.message
    assert sink.getvalue() == DATA[:100]


@pytest.mark.parametrize("status", [201, 207, 302, 404, 417])
@pytest.mark.parametrize("data", [b"", DATA[:100]])
def test_a_refusal_keeps_the_bytes(wire: Wire, clock: VirtualClock, status: int, data: bytes) -> None:
    wire.outcomes = [response(status, b"words")]
    sink = Sink(data, TAG)
    found = new_session(clock).download_on(call(), sink)
    assert (found.status_code, found.content, sink.getvalue()) == (status, b"words", data)
