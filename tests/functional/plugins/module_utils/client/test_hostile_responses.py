# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses that are too large, too slow or invalid: an error in bounded time and memory."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import socket
import threading
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise import client as bitrise_client
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.endpoints import create_file, list_files
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import PROVISIONING_PROFILE as PROFILE
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import CiError, UnclearOutcomeError
from ansible_collections.mobileops.ci.plugins.module_utils._http import connections as _connections
from ansible_collections.mobileops.ci.plugins.module_utils._http import responses as _responses
from ansible_collections.mobileops.ci.plugins.module_utils._http import session as _http
from tests.helpers.servers import CannedResponse, serving
from tests.helpers.service import APP

from .conftest import MakeClient

Talk = Callable[[socket.socket], object]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@contextmanager
def talking(talk: Talk) -> Iterator[str]:
    """Run a server of one connection at a time, which sends the output of `talk` after each request."""
    server = socket.create_server(("127.0.0.1", 0))
    ends = threading.Event()

    def serve() -> None:
        while not ends.is_set():
            with contextlib.suppress(OSError):
                connection = server.accept()[0]
                with connection:
                    connection.recv(65536)
                    talk(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    finally:
        ends.set()
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)


def endless(first: bytes, more: bytes) -> Talk:
    def talk(connection: socket.socket) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(more)

    return talk


def failure_of(make_client: MakeClient, url: str) -> CiError:
    with pytest.raises(CiError) as caught:
        make_client(url, timeout=10.0).app(APP)
    return caught.value


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "MOST_BYTES", 1024 * 1024)


def packed(data: bytes) -> bytes:
    """Pack the same way at any time: the bytes are part of the names of tests."""
    return gzip.compress(data, mtime=0)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("head", [b"", b"Content-Length: 99999999999\r\n"], ids=["no length", "huge length"])
def test_response_without_end(make_client: MakeClient, head: bytes) -> None:
    with talking(endless(HEAD + head + b"\r\n{", b" " * 65536)) as url:
        error = failure_of(make_client, url)
    assert error.kind == "invalid_response"
    assert f"GET /apps/{APP} returned 200: more than 1048576 bytes." in error.message


def test_limit_of_a_response() -> None:
    assert _http.MOST_BYTES == 64 * 1024 * 1024


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("packing", ["gzip", "deflate"])
def test_few_bytes_that_unpack_to_many(make_client: MakeClient, packing: str) -> None:
    bomb = (gzip.compress if packing == "gzip" else zlib.compress)(b"\0" * 32 * 1024 * 1024, 1)
    with serving(CannedResponse(200, bomb, {"Content-Encoding": packing})) as server:
        client = make_client(server.url)
        tracemalloc.start()
        with pytest.raises(CiError) as caught:
            client.app(APP)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert (caught.value.kind, "more than" in caught.value.message) == ("invalid_response", True)
    assert peak < 8 * 1024 * 1024


@pytest.mark.parametrize(
    ("packed", "headers"),
    [
        (packed(b'{"data": {"slug": "x"}}'), {"Content-Encoding": "gzip"}),
        (packed(b'{"data": {') + packed(b'"slug": "x"}}'), {"Content-Encoding": "GZIP"}),
        (zlib.compress(b'{"data": {"slug": "x"}}'), {"Content-Encoding": "deflate"}),
        (b'{"data": {"slug": "x"}}', {"Content-Encoding": "identity"}),
        (b'{"data": {"slug": "x"}}', {"Content-Type": "text/html; charset=utf-16"}),
        (b'\xef\xbb\xbf{"data": {"slug": "x"}}', {}),
    ],
)
def test_response_that_can_be_read(make_client: MakeClient, packed: bytes, headers: dict[str, str]) -> None:
    with serving(CannedResponse(200, packed, headers)) as server:
        assert make_client(server.url).app(APP)["slug"] == "x"
    assert server.seen[0][1]["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize(
    ("body", "encoding", "kind"),
    [
        (packed(b"{}")[:-9], "gzip", "connection"),
        (b"not packed", "gzip", "connection"),
        (packed(packed(b"{}")), "gzip, gzip", "invalid_response"),
        (b"{}", "br", "invalid_response"),
    ],
)
def test_unknown_compression(make_client: MakeClient, body: bytes, encoding: str, kind: str) -> None:
    with serving(CannedResponse(200, body, {"Content-Encoding": encoding})) as server:
        assert failure_of(make_client, server.url).kind == kind


@pytest.mark.parametrize("status", [302, 404, 500])
def test_refusal_without_end(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    """Use the status and the beginning of the text of an endless refusal, of the API and of the storage."""
    monkeypatch.setattr(_http, "MOST_BYTES_OF_REFUSAL", 100_000)
    head = f"HTTP/1.1 {status} X\r\nLocation: http://127.0.0.1:9/\r\n\r\n".encode()
    with talking(endless(head + b"no way ", b"x" * 65536)) as url:
        error = failure_of(make_client, url)
        assert (error.status, error.kind) == (
            status,
            {302: "redirect", 404: "not_found", 500: "server_error"}[status],
        )
        assert f"returned {status}: no way x" in error.message
        assert len(error.message) < 1000
        with pytest.raises(CiError) as caught:
            make_client().download(f"{url}/f", io.BytesIO, "download it")
    assert (caught.value.status, caught.value.kind) == (status, "storage")


def test_file_that_is_too_large(make_client: MakeClient) -> None:
    with talking(endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536)) as url, pytest.raises(CiError) as caught:
        make_client().download(f"{url}/f", io.BytesIO, "download it", most_bytes=1_000_000)
    assert caught.value.kind == "invalid_response"
    assert "more than 1000000 bytes" in caught.value.message


@pytest.mark.parametrize(
    ("first", "more"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 ", b"O"),
    ],
    ids=["headers", "responses in between", "status"],
)
def test_head_that_does_not_end(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, first: bytes, more: bytes
) -> None:
    """Send each byte long before the timeout of the socket."""
    seconds = iter(range(10_000))
    monkeypatch.setattr(_connections.time, "monotonic", lambda: float(next(seconds)))

    with talking(endless(first, more)) as url:
        error = failure_of(make_client, url)
    assert error.kind in {"timeout", "connection"}
    # With a timeout of 10 s all of the head has to come within 40 s.
    assert next(seconds) <= 43


def test_upload_that_is_taken_too_slowly(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Receive a block so often that the timeout of the socket is never reached."""
    seconds = iter(range(0, 10**7, 700))
    monkeypatch.setattr(_connections.time, "monotonic", lambda: float(next(seconds)))

    def drain(connection: socket.socket) -> None:
        while connection.recv(65536):
            pass

    with talking(drain) as url, pytest.raises(CiError) as caught:
        make_client().upload(f"{url}/f", b"x" * 10_000_000, "upload it")
    assert caught.value.kind == "timeout"
    assert "the upload is too slow after " in caught.value.message
    assert next(seconds) < 700 * 10


def nested(depth: int) -> bytes:
    return b'{"data": ' + b"[" * depth + b"]" * depth + b"}"


BAD_JSON = {
    "nested": (nested(3_000), "too deeply nested"),
    "nested far": (nested(1_000_000), "too deeply nested"),
    "nested more than is needed": (nested(60), "too deeply nested"),
    "NaN": (b'{"data": {"slug": "x", "n": NaN}}', "NaN is not a number of JSON"),
    "infinity": (b'{"data": {"slug": "x", "n": -Infinity}}', "-Infinity is not a number of JSON"),
    "a number beyond floats": (b'{"data": {"slug": "x", "n": 1e999}}', "a number that is too large"),
    "a million digits": (b'{"data": {"slug": "x", "n": ' + b"9" * 1_000_000 + b"}}", "a number that is too large"),
    "latin-1": ('{"data": {"slug": "x", "title": "ü"}}'.encode("latin-1"), "not UTF-8"),
    "utf-16": ('{"data": {"slug": "x"}}'.encode("utf-16"), "not UTF-8"),
    "surrogates in UTF-8": (b'{"data": {"slug": "\xed\xa0\x80"}}', "not UTF-8"),
    "a lone surrogate as slug": (b'{"data": {"slug": "a\\ud800"}}', "no usable data"),
    "a slug of another type": (b'{"data": {"slug": 7}}', "no usable data"),
    "a long slug": (b'{"data": {"slug": "' + b"x" * 1_000_000 + b'"}}', "no usable data"),
    "a slug with an escape sequence": (b'{"data": {"slug": "a\\u001b[31m"}}', "no usable data"),
    "a slug with C1": (b'{"data": {"slug": "a\\u009b31m"}}', "no usable data"),
    "a slug with a bidirectional mark": (b'{"data": {"slug": "a\\u202eb"}}', "no usable data"),
    "a slug with a line break": (b'{"data": {"slug": "a\\nb"}}', "no usable data"),
}


@pytest.mark.parametrize(("body", "words"), BAD_JSON.values(), ids=BAD_JSON)
def test_json_that_cannot_be_used(make_client: MakeClient, body: bytes, words: str) -> None:
    with serving(CannedResponse(200, body)) as server:
        error = failure_of(make_client, server.url)
        assert error.kind == "invalid_response"
        assert words in error.message
        assert len(error.message) < 1000
        # Something may have been created.
        with pytest.raises(UnclearOutcomeError):
            create_file(make_client(server.url), PROFILE, APP, "dist", 1)


def test_too_many_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_responses, "MOST_CONTAINERS", 1000)
    with pytest.raises(ValueError, match="too many"):
        _responses.parse(b"[" + b"{}," * 1000 + b"1]")


def test_lone_surrogates_in_other_texts_are_replaced() -> None:
    value = _responses.parse(b'{"a\\ud800": ["\\udfffb", "\\ud83d\\ude00", 1, null]}')
    assert value == {"a\ufffd": ["\ufffdb", "\U0001f600", 1, None]}
    json.dumps(value, ensure_ascii=False).encode()


def test_pages_without_further_items(make_client: MakeClient) -> None:
    """Stop although each page has a new anchor."""
    numbers = iter(range(1000))

    def response(_line: str) -> CannedResponse:
        return CannedResponse(
            200, json.dumps({"data": [{"slug": "A"}], "paging": {"next": f"n{next(numbers)}"}}).encode()
        )

    with serving(response) as server, pytest.raises(CiError) as caught:
        list(list_files(make_client(server.url), PROFILE, APP))
    assert (caught.value.kind, len(server.seen)) == ("invalid_response", 2)
    assert "contains no further items" in caught.value.message


def test_too_many_pages(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bitrise_client, "MOST_PAGES", 5)
    numbers = iter(range(1000))

    def response(_line: str) -> CannedResponse:
        slug = f"n{next(numbers)}"
        return CannedResponse(200, json.dumps({"data": [{"slug": slug}], "paging": {"next": f"{slug}x"}}).encode())

    with serving(response) as server, pytest.raises(CiError) as caught:
        list(list_files(make_client(server.url), PROFILE, APP))
    assert (caught.value.kind, len(server.seen)) == ("invalid_response", 5)
    assert "more than 5 pages" in caught.value.message


SENSELESS = ("1000000000", "inf", "9" * 400, "-5", "1e9", "soon", "Fri, 31 Dec 9999 23:59:59 GMT")


@pytest.mark.parametrize(("asked", "max_retries"), [*((asked, 0) for asked in SENSELESS), (SENSELESS[0], 1)])
def test_unusable_waits(make_client: MakeClient, asked: str, max_retries: int) -> None:
    """Fail at once, because a retry does not help."""
    headers = {"Content-Type": "application/json", "Retry-After": asked}
    with serving(CannedResponse(429, b'{"message": "slow down"}', headers)) as server, pytest.raises(CiError) as caught:
        make_client(server.url, max_retries=max_retries, time_limit=20.0).app(APP)
    assert caught.value.kind == "rate_limited"
    assert "Run the task again later" in caught.value.message
    assert "max_retries" not in caught.value.message
