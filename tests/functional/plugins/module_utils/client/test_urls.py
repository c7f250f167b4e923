# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""URLs in options and responses, which are validated before a request is sent."""

from __future__ import annotations

import pytest
import requests

from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import CiError, OptionError, ServiceError
from ansible_collections.mobileops.ci.plugins.module_utils._http import session as _http
from ansible_collections.mobileops.ci.plugins.module_utils._http.session import Call
from tests.helpers.urls import REFUSED

from .conftest import MakeClient

API = "https://api.bitrise.io/v0.1"


@pytest.mark.parametrize("method", ["upload", "download"])
def test_nothing_is_sent_to_such_a_url(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    monkeypatch.setattr(_http.HttpSession, "_once", lambda *_arguments, **_more: pytest.fail("a request was sent"))
    client = make_client(API)
    for url in REFUSED.values():
        with pytest.raises(ServiceError) as caught:
            client.upload(url, b"x", "upload it") if method == "upload" else client.download(url, bytearray, "get it")
        assert caught.value.kind == "invalid_response"
        assert "c4nary" not in caught.value.message


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example/v0.1 ",
        "https://user:c4nary@api.example/v0.1",
        "http://192.0.2.2\\@127.0.0.1/v0.1",
        "http://127.0.0.1.evil.example/v0.1",
        "https://api.example/v0.1\n",
    ],
)
def test_api_url_that_is_refused(make_client: MakeClient, url: str) -> None:
    with pytest.raises(OptionError) as caught:
        make_client(url)
    assert caught.value.message.startswith("api_url must ")
    assert "c4nary" not in caught.value.message


def test_the_host_of_the_prepared_request_counts(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare the URL that a library has prepared before the request is sent."""

    def prepare(_session: requests.Session, _request: requests.Request) -> requests.PreparedRequest:
        return requests.Request("GET", "https://evil.example/").prepare()

    monkeypatch.setattr(requests.Session, "prepare_request", prepare)
    monkeypatch.setattr(requests.Session, "send", lambda *_arguments, **_more: pytest.fail("a request was sent"))
    client = make_client(API)
    with pytest.raises(CiError) as caught:
        client._api.send(Call("GET", f"{API}/apps", "list the apps", "/apps"))
    assert "does not name one host" in caught.value.message
