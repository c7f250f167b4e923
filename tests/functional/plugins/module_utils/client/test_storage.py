# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The storage behind signed URLs: exact bytes, no token, its own errors, and redacted URLs."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.endpoints import (
    confirm_file,
    create_file,
    get_file,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import PROVISIONING_PROFILE as PROFILE
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import CiError, ServiceError
from tests.helpers.servers import CannedResponse, serving
from tests.helpers.service import APP, PROFILES, Service, a_file

from .conftest import MakeClient

DATA = b"\x00bytes\xff" * 1000


@pytest.fixture
def slot(client: BitriseClient) -> dict[str, Any]:
    return create_file(client, PROFILE, APP, "dist", len(DATA))


@pytest.fixture
def download_url(service: Service, client: BitriseClient) -> str:
    service.holds(PROFILES, a_file("dist", DATA))
    url: str = get_file(client, PROFILE, APP, service.files()[0]["slug"])["download_url"]
    return url


def refusal(client: BitriseClient, url: str, data: bytes = DATA) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        client.upload(url, data, "upload it")
    error = caught.value
    assert error.path is None
    assert "X-Amz" not in error.message
    assert "/_storage/" not in error.message
    return error


def test_upload_and_download(service: Service, client: BitriseClient, slot: dict[str, Any]) -> None:
    client.upload(slot["upload_url"], DATA, "upload it")
    confirm_file(client, PROFILE, APP, slot["slug"])
    sink = io.BytesIO()
    client.download(get_file(client, PROFILE, APP, slot["slug"])["download_url"], lambda: sink, "download it")
    assert sink.getvalue() == DATA
    assert service.asked() == ["create", "put", "confirm", "show", "get"]


def test_token_stays_with_the_api(make_client: MakeClient) -> None:
    with serving(CannedResponse(200, b"x", {})) as storage:
        client = make_client(token="c4nary")
        client.upload(f"{storage.url}/f?signature=1", DATA, "upload it")
        client.download(f"{storage.url}/f?signature=1", io.BytesIO, "download it")
    assert storage.lines == ["PUT /f?signature=1", "GET /f?signature=1"]
    for _line, headers in storage.seen:
        assert "Authorization" not in headers
        assert "c4nary" not in str(headers)
        assert not [name for name in headers if name.lower().startswith(("x-amz", "cookie", "content-type"))]
        assert "Transfer-Encoding" not in headers
    assert storage.seen[0][1]["Content-Length"] == str(len(DATA))


def test_url_that_came_too_late(service: Service, client: BitriseClient, slot: dict[str, Any]) -> None:
    service.emulator.advance(601)
    error = refusal(client, slot["upload_url"])
    assert (error.kind, error.status) == ("signed_url_expired", 403)
    assert "Request has expired" in error.message


def test_wrong_length(client: BitriseClient, slot: dict[str, Any]) -> None:
    error = refusal(client, slot["upload_url"], DATA + b"x")
    assert (error.kind, error.status) == ("storage", 403)
    assert "SignatureDoesNotMatch: The request signature" in error.message


def test_wrong_method(client: BitriseClient, slot: dict[str, Any]) -> None:
    with pytest.raises(ServiceError) as caught:
        client.download(slot["upload_url"], io.BytesIO, "download it")
    assert caught.value.kind == "storage"


def test_missing_object(client: BitriseClient, service: Service, slot: dict[str, Any]) -> None:
    url = get_file(client, PROFILE, APP, slot["slug"])["download_url"]
    with pytest.raises(ServiceError) as caught:
        client.download(url, io.BytesIO, "download it")
    assert "NoSuchKey" in caught.value.message
    assert caught.value.request_id == "EMULATOR"


@pytest.mark.parametrize("status", [500, 503])
def test_storage_with_an_error(service: Service, client: BitriseClient, slot: dict[str, Any], status: int) -> None:
    service.emulator.fault(method="PUT", status=status, html=True)
    error = refusal(client, slot["upload_url"])
    assert (error.kind, error.status) == ("storage", status)
    assert "has a problem" in error.message
    assert "<" not in error.message


def test_upload_is_repeated(service: Service, make_client: MakeClient) -> None:
    client = make_client(max_retries=2)
    slot = create_file(client, PROFILE, APP, "dist", len(DATA))
    service.emulator.fault(method="PUT", drop="after", times=1)
    service.emulator.fault(method="PUT", status=503, times=1)
    client.upload(slot["upload_url"], DATA, "upload it")
    assert service.asked() == ["create", "put", "put", "put"]
    assert confirm_file(client, PROFILE, APP, slot["slug"])["processed"] is True


def test_download_starts_again_with_each_attempt(service: Service, make_client: MakeClient, download_url: str) -> None:
    service.emulator.fault(method="GET", path="/_storage/", truncate=True, times=1)
    sinks: list[io.BytesIO] = []

    def open_sink() -> io.BytesIO:
        sinks.append(io.BytesIO())
        return sinks[-1]

    make_client(max_retries=1).download(download_url, open_sink, "download it")
    assert [sink.getvalue() == DATA for sink in sinks] == [False, True]


def test_download_that_stays_short(service: Service, client: BitriseClient, download_url: str) -> None:
    service.emulator.fault(method="GET", path="/_storage/", truncate=True)
    with pytest.raises(CiError) as caught:
        client.download(download_url, io.BytesIO, "download it")
    assert caught.value.kind == "connection"
    assert "X-Amz" not in caught.value.message


def test_refusal_that_breaks_off(client: BitriseClient) -> None:
    with serving(CannedResponse(403, b"<Code>", {"Content-Length": "100", "Connection": "close"})) as storage:
        url = f"{storage.url}/f?s=1"
        with pytest.raises(CiError) as caught:
            client.download(url, io.BytesIO, "download it")
    assert (caught.value.kind, caught.value.method) == ("connection", "GET")


@pytest.mark.parametrize("status", [301, 307])
def test_redirect_of_the_storage_is_not_followed(make_client: MakeClient, status: int) -> None:
    with serving(CannedResponse()) as other:
        with serving(CannedResponse(status, b"", {"Location": other.url})) as storage:
            assert refusal(make_client(), f"{storage.url}/f?s=1").kind == "storage"
            with pytest.raises(ServiceError):
                make_client().download(f"{storage.url}/f?s=1", io.BytesIO, "download it")
        assert other.seen == []


@pytest.mark.parametrize("url", ["", "http://storage.example.com/f?s=c4nary", "file:///etc/passwd?s=c4nary"])
def test_url_that_no_service_should_give(client: BitriseClient, url: str) -> None:
    with pytest.raises(ServiceError) as caught:
        client.upload(url, DATA, "upload it")
    assert str(caught.value).startswith("Could not upload it: the signed URL in the response must ")
    assert "c4nary" not in str(caught.value)


def test_unreachable_storage_is_named_by_its_host_only(client: BitriseClient) -> None:
    with pytest.raises(CiError) as caught:
        client.upload("https://nowhere.invalid/f?X-Amz-Signature=c4nary", DATA, "upload it")
    assert caught.value.kind == "dns"
    assert "PUT at nowhere.invalid" in caught.value.message
    assert "c4nary" not in caught.value.message
    assert "/f" not in caught.value.message


@pytest.mark.parametrize(
    ("headers", "tag"),
    [
        ({"ETag": '"d41d8cd9"'}, "d41d8cd9"),
        ({"ETag": "d41d8cd9"}, "d41d8cd9"),
        ({"ETag": 'W/"d41d8cd9"'}, None),
        ({}, None),
    ],
)
def test_upload_returns_the_tag_of_the_storage(client: BitriseClient, headers: dict[str, str], tag: str | None) -> None:
    with serving(CannedResponse(200, b"", headers)) as storage:
        assert client.upload(f"{storage.url}/f?s=1", DATA, "upload it") == tag


def test_upload_to_the_emulator_returns_a_tag(client: BitriseClient, slot: dict[str, Any]) -> None:
    assert client.upload(slot["upload_url"], DATA, "upload it") == hashlib.md5(DATA, usedforsecurity=False).hexdigest()


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"<html>Log in</html>", {"Content-Type": "text/html"}),
        (b"<!DOCTYPE html>", {}),
        (b"{}", {"Content-Type": "application/json"}),
        (b'{"ok": true}', {}),
    ],
)
def test_success_that_does_not_come_from_the_storage(
    client: BitriseClient, body: bytes, headers: dict[str, str]
) -> None:
    with serving(CannedResponse(200, body, headers)) as storage:
        error = refusal(client, f"{storage.url}/f?s=1")
    assert (error.kind, error.status) == ("storage", 200)
    assert "does not come from a storage" in error.message
