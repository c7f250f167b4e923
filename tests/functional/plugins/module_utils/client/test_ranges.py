# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloads that continue after an interruption: their requests, and every kind of response."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import CiError, ServiceError
from tests.helpers.servers import CannedResponse, Server, serving

from .conftest import MakeClient

DATA = bytes(range(256)) * 4
TAG = '"one"'
OLD, NOW = "Fri, 02 Jan 2026 03:04:05 GMT", "Fri, 02 Jan 2026 04:00:00 GMT"


class Sink(io.BytesIO):
    """A sink that keeps what it has."""

    validator = ""

    @classmethod
    def holding(cls, data: bytes, validator: str = TAG) -> Sink:
        sink = cls()
        sink.write(data)
        sink.validator = validator
        return sink

    @property
    def position(self) -> int:
        return self.tell()

    def restart(self) -> None:
        self.seek(0)
        self.truncate()
        self.validator = ""


def whole(data: bytes = DATA, **headers: str) -> CannedResponse:
    return CannedResponse(200, data, headers)


def short(sent: int, data: bytes = DATA, **headers: str) -> CannedResponse:
    """Return a response that ends early."""
    return CannedResponse(200, data[:sent], {"Content-Length": str(len(data)), "Connection": "close", **headers})


def part(start: int, data: bytes = DATA, **headers: str) -> CannedResponse:
    span = {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"}
    return CannedResponse(206, data[start:], {**span, **headers})


def in_turn(*responses: CannedResponse) -> Callable[[str], CannedResponse]:
    waiting = list(responses)
    return lambda _line: waiting.pop(0) if len(waiting) > 1 else waiting[0]


def fetch(
    make_client: MakeClient, *responses: CannedResponse, sink: Sink | None = None, retries: int = 2
) -> tuple[bytes, Server]:
    sink = sink or Sink()
    with serving(in_turn(*responses)) as server:
        make_client(max_retries=retries).download_on(f"{server.url}/f?signature=c4nary", sink, "download it")
    return sink.getvalue(), server


def asked(server: Server) -> list[tuple[str | None, str | None]]:
    return [(headers.get("Range"), headers.get("If-Range")) for _line, headers in server.seen]


def test_the_whole_file(make_client: MakeClient) -> None:
    data, server = fetch(make_client, whole())
    assert (data, asked(server)) == (DATA, [(None, None)])


@pytest.mark.parametrize(("validator", "headers"), [(TAG, {"ETag": TAG}), (OLD, {"Last-Modified": OLD}), (OLD, {})])
def test_the_rest_of_the_file(make_client: MakeClient, validator: str, headers: dict[str, str]) -> None:
    data, server = fetch(make_client, part(100, **headers), sink=Sink.holding(DATA[:100], validator))
    assert (data, asked(server)) == (DATA, [("bytes=100-", validator)])


def test_a_part_of_unknown_content_is_downloaded_again(make_client: MakeClient) -> None:
    data, server = fetch(make_client, whole(), sink=Sink.holding(b"x" * 100, ""))
    assert (data, asked(server)) == (DATA, [(None, None)])


def test_a_server_without_ranges_sends_the_whole_file(make_client: MakeClient) -> None:
    data, _server = fetch(make_client, whole(), sink=Sink.holding(b"x" * 100))
    assert data == DATA


@pytest.mark.parametrize(
    ("validator", "headers"),
    [(TAG, {"ETag": '"two"'}), (TAG, {"ETag": f"W/{TAG}"}), (TAG, {}), (OLD, {"Last-Modified": NOW})],
)
def test_a_server_that_ignores_if_range(make_client: MakeClient, validator: str, headers: dict[str, str]) -> None:
    data, server = fetch(make_client, part(100, **headers), whole(), sink=Sink.holding(b"x" * 100, validator))
    assert (data, asked(server)) == (DATA, [("bytes=100-", validator), (None, None)])


@pytest.mark.parametrize(
    ("headers", "sent"),
    [
        ({"ETag": '"a"'}, '"a"'),
        ({"ETag": '"a"', "Last-Modified": OLD}, '"a"'),
        ({"Last-Modified": OLD, "Date": NOW}, OLD),
        ({"Last-Modified": NOW, "Date": NOW}, None),
        ({"Last-Modified": "yesterday", "Date": NOW}, None),
        ({"ETag": 'W/"a"', "Last-Modified": OLD, "Date": NOW}, None),
        ({"ETag": "no tag"}, None),
        ({"ETag": '"a"', "Content-Encoding": "x-unknown"}, None),
        ({}, None),
    ],
)
def test_what_identifies_the_content(make_client: MakeClient, headers: dict[str, str], sent: str | None) -> None:
    data, server = fetch(make_client, short(500, **headers), whole(b"other"))
    assert data == b"other"
    (start, validator) = asked(server)[1]
    assert (start is not None, validator) == (sent is not None, sent)


@pytest.mark.parametrize("said", ["bytes 0-9/1024", "bytes 1-1023/1024", "", "nonsense"])
def test_another_part_than_asked_for_is_refused(make_client: MakeClient, said: str) -> None:
    sink = Sink.holding(DATA[:100])
    with pytest.raises(ServiceError) as caught:
        fetch(make_client, CannedResponse(206, DATA[100:], {"Content-Range": said}), sink=sink)
    assert caught.value.kind == "invalid_response"
    assert "c4nary" not in caught.value.message
    assert sink.getvalue() == DATA[:100]


def test_compressed_content_is_downloaded_again(make_client: MakeClient) -> None:
    packed = gzip.compress(DATA)
    encoding = {"Content-Encoding": "gzip"}
    data, server = fetch(make_client, short(len(packed) - 30, packed, **encoding), whole(packed, **encoding))
    assert data == DATA
    assert asked(server) == [(None, None), (None, None)]


def test_a_part_that_is_complete(make_client: MakeClient) -> None:
    sink = Sink.holding(DATA)
    with pytest.raises(ServiceError) as caught:
        fetch(make_client, CannedResponse(416, b"<Error><Code>InvalidRange</Code></Error>"), sink=sink)
    assert (caught.value.kind, caught.value.status) == ("storage", 416)


def test_a_part_that_is_too_long_is_downloaded_again(make_client: MakeClient) -> None:
    data, server = fetch(make_client, CannedResponse(416, b""), whole(), sink=Sink.holding(b"x" * 2000))
    assert (data, asked(server)) == (DATA, [("bytes=2000-", TAG), (None, None)])


def test_attempts_are_limited(make_client: MakeClient) -> None:
    with serving(short(0)) as server:
        with pytest.raises(CiError) as caught:
            make_client(max_retries=2).download_on(f"{server.url}/f?signature=c4nary", Sink(), "download it")
        assert len(server.seen) == 3
    assert caught.value.kind == "connection"
    assert "Tried 3 times" in caught.value.message
    assert "c4nary" not in caught.value.message
