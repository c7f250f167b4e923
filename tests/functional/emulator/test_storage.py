# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signed URLs: permitted requests, and error messages of S3."""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.emulator.process import Emulator
from tests.emulator.signed_urls import SigningKey, presign

from .client import PROFILES, Api, storage


@pytest.fixture
def upload_url(owner: Api) -> str:
    url: str = owner.create("one", PROFILES, "a", 5)["upload_url"]
    return url


@pytest.fixture
def download_url(owner: Api) -> str:
    slug = owner.upload("one", PROFILES, "a", b"0123456789")["slug"]
    url: str = owner.data(f"/apps/one/{PROFILES}/{slug}")["download_url"]
    return url


def refused(response: requests.Response, status: int, code: str) -> str:
    """Check an error in the format of S3 and return its message."""
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"].startswith("application/xml")
    form = r'<\?xml version="1.0" encoding="UTF-8"\?>\n<Error><Code>(\w+)</Code><Message>([^<]*)</Message>.*</Error>'
    found = re.fullmatch(form, response.text)
    assert found, response.text
    assert found[1] == code
    return found[2]


def test_urls_have_the_parameters_of_sigv4(upload_url: str, download_url: str) -> None:
    upload, download = (parse_qs(urlsplit(url).query) for url in (upload_url, download_url))
    assert upload["X-Amz-SignedHeaders"] == ["content-length;host"]
    assert download["X-Amz-SignedHeaders"] == ["host"]
    assert upload["X-Amz-Expires"] == download["X-Amz-Expires"] == ["600"]
    assert upload["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert "/v0.1/" not in upload_url


def test_signature_equals_that_of_botocore() -> None:
    params = {"X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD"}
    request = AWSRequest("PUT", "http://s3.example/b/a%20b.p12", headers={"content-length": "7"}, params=params)
    S3SigV4QueryAuth(Credentials("AKIAEXAMPLE", "secret"), "s3", "eu-central-1", 600).add_auth(request)
    expected = parse_qs(urlsplit(request.url).query)
    signed_at = datetime.strptime(expected["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    key = SigningKey("AKIAEXAMPLE", "secret", "eu-central-1")
    headers = {"host": "s3.example", "content-length": "7"}
    signed = presign(key, "PUT", "http://s3.example", "/b/a%20b.p12", headers, signed_at)
    assert parse_qs(urlsplit(signed).query) == expected


def test_second_upload_replaces_the_first(upload_url: str) -> None:
    assert storage("PUT", upload_url, data=b"hello").status_code == 200
    assert storage("PUT", upload_url, data=b"again").status_code == 200


@pytest.mark.parametrize("body", [b"", b"hell", b"hello!"])
def test_rejects_another_length(upload_url: str, body: bytes) -> None:
    refused(
        storage("PUT", upload_url, data=body, headers={"Content-Length": str(len(body))}), 403, "SignatureDoesNotMatch"
    )


def test_rejects_a_chunked_upload(upload_url: str) -> None:
    refused(storage("PUT", upload_url, data=iter([b"hello"])), 501, "NotImplemented")


def test_rejects_an_upload_without_length(upload_url: str) -> None:
    parts = urlsplit(upload_url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    connection.putrequest("PUT", f"{parts.path}?{parts.query}")
    connection.endheaders()
    response = connection.getresponse()
    assert (response.status, b"MissingContentLength" in response.read()) == (411, True)
    connection.close()


@pytest.mark.parametrize("token", ["token {}", "{}", "Basic eDp5", "nonsense"])
def test_rejects_an_authorization_header(emulator: Emulator, upload_url: str, download_url: str, token: str) -> None:
    headers = {"Authorization": token.format(emulator.tokens["owner"])}
    for response in (
        storage("PUT", upload_url, data=b"hello", headers=headers),
        storage("GET", download_url, headers=headers),
    ):
        assert refused(response, 400, "InvalidArgument").startswith("Only one auth mechanism allowed")


def test_urls_expire(emulator: Emulator, upload_url: str, download_url: str) -> None:
    emulator.advance(500)
    assert storage("GET", download_url).status_code == 200
    emulator.advance(110)
    assert refused(storage("PUT", upload_url, data=b"hello"), 403, "AccessDenied") == "Request has expired"
    assert refused(storage("GET", download_url), 403, "AccessDenied") == "Request has expired"


def test_url_is_valid_for_one_method(upload_url: str, download_url: str) -> None:
    storage("PUT", upload_url, data=b"hello")
    for response in (
        storage("GET", upload_url),
        storage("DELETE", upload_url),
        storage("POST", upload_url, data=b"hello"),
        storage("PUT", download_url, data=b"hello"),
        storage("DELETE", download_url),
    ):
        refused(response, 403, "SignatureDoesNotMatch")
    assert storage("HEAD", download_url).status_code == 403


@pytest.mark.parametrize(
    "tamper",
    [
        lambda url: url.replace("X-Amz-Expires=600", "X-Amz-Expires=6000"),
        lambda url: url.replace("/original/", "/other/"),
        lambda url: url + "&extra=1",
        lambda url: url[:-1] + ("0" if url[-1] != "0" else "1"),
        lambda url: url.replace("127.0.0.1", "localhost"),
        lambda url: url.replace("us-west-2", "us-east-1"),
        lambda url: url.replace("AKIAEMULATOR", "AKIAANOTHER"),
        lambda url: url.replace("content-length%3Bhost", "content-length"),
        lambda url: url[:-4] + "%C3%BC",
    ],
)
def test_rejects_a_tampered_url(upload_url: str, tamper: Callable[[str], str]) -> None:
    refused(storage("PUT", tamper(upload_url), data=b"hello"), 403, "SignatureDoesNotMatch")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda url: url.replace("X-Amz-Date=2", "X-Amz-Date=x"),
        lambda url: url.replace("X-Amz-Expires=600", "X-Amz-Expires=-1"),
        lambda url: url.replace("X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Algorithm=none"),
        lambda url: url.replace("X-Amz-SignedHeaders", "Other"),
    ],
)
def test_rejects_broken_parameters(upload_url: str, spoil: Callable[[str], str]) -> None:
    refused(storage("PUT", spoil(upload_url), data=b"hello"), 400, "AuthorizationQueryParametersError")


def test_rejects_an_unsigned_request(upload_url: str) -> None:
    refused(storage("GET", upload_url.partition("?")[0]), 403, "AccessDenied")


def test_content_type_is_not_signed(upload_url: str) -> None:
    assert storage("PUT", upload_url, data=b"hello", headers={"Content-Type": "text/x"}).status_code == 200


@pytest.mark.parametrize(
    ("header", "status", "body", "content_range"),
    [
        ("bytes=2-4", 206, b"234", "bytes 2-4/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=5-500", 206, b"56789", "bytes 5-9/10"),
        ("bytes=4-2", 200, b"0123456789", None),
        ("bytes=0-1,4-5", 200, b"0123456789", None),
        ("lines=1-2", 200, b"0123456789", None),
    ],
)
def test_range_of_bytes(download_url: str, header: str, status: int, body: bytes, content_range: str | None) -> None:
    response = storage("GET", download_url, headers={"Range": header})
    assert (response.status_code, response.content, response.headers.get("Content-Range")) == (
        status,
        body,
        content_range,
    )


def test_range_beyond_the_end(download_url: str) -> None:
    refused(storage("GET", download_url, headers={"Range": "bytes=10-"}), 416, "InvalidRange")


def test_range_of_another_version(download_url: str) -> None:
    etag = storage("GET", download_url).headers["ETag"]
    same = storage("GET", download_url, headers={"Range": "bytes=9-", "If-Range": etag})
    other = storage("GET", download_url, headers={"Range": "bytes=9-", "If-Range": '"other"'})
    assert (same.content, other.content) == (b"9", b"0123456789")


def test_missing_object_is_not_found(emulator: Emulator, owner: Api) -> None:
    slug = owner.create("one", PROFILES, "a", 5)["slug"]
    url = owner.data(f"/apps/one/{PROFILES}/{slug}")["download_url"]
    refused(storage("GET", url), 404, "NoSuchKey")
