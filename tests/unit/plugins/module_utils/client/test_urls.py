# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""URLs of options and of answers: where a request goes is checked before it goes there."""

from __future__ import annotations

import pytest
import requests

from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import CiError, OptionError, ServiceError
from ansible_collections.mobileops.ci.plugins.module_utils._http import session as _http
from ansible_collections.mobileops.ci.plugins.module_utils._http.service_url import (
    check_response_url,
    check_url,
    host_of,
    is_loopback,
)
from ansible_collections.mobileops.ci.plugins.module_utils._http.session import Call

from .conftest import MakeClient

API = "https://api.bitrise.io/v0.1"

GOOD = [
    "https://storage.example/f?X-Amz-Signature=c4nary%2F==&a=~b",
    "https://storage.example:8443/f",
    "https://10.0.0.5/f",
    "https://[2001:db8::1]/f",
    "HTTPS://Storage.Example/f",
]
BAD = {
    "backslash, user": "http://192.0.2.2\\@127.0.0.1/c4nary",
    "backslash": "https://storage.example\\.evil.example/c4nary",
    "user": "https://user@storage.example/c4nary",
    "user and password": "https://user:c4nary@storage.example/f",
    "another host as user": "https://storage.example:443@evil.example/c4nary",
    "space": "https://storage.example/ c4nary",
    "space in the host": "https://storage .example/c4nary",
    "line break": "https://storage.example/\r\nX: c4nary",
    "tab in the scheme": "ht\ttps://storage.example/c4nary",
    "NUL": "https://storage.example/\0c4nary",
    "C1": "https://storage.example/\x85c4nary",
    "no-break space": "https://storage.example/\xa0c4nary",
    "leading space": " https://storage.example/c4nary",
    "not ASCII": "https://storage.example/\u00fcc4nary",
    "another alphabet in the host": "https://st\u043erage.example/c4nary",
    "full width": "https://storage\uff0eexample/c4nary",
    "plain": "http://storage.example/c4nary",
    "plain to an address": "http://192.0.2.2/c4nary",
    "file": "file:///etc/c4nary",
    "ftp": "ftp://storage.example/c4nary",
    "gopher": "gopher://storage.example/c4nary",
    "data": "data:text/plain,c4nary",
    "javascript": "javascript:alert('c4nary')",
    "no scheme": "//storage.example/c4nary",
    "nothing": "",
    "no host": "https:///c4nary",
    "a port only": "https://:443/c4nary",
    "bracket": "https://[c4nary",
    "port that is none": "https://storage.example:c4nary/f",
    "port that is too high": "https://storage.example:99999/c4nary",
    "too long": f"https://storage.example/{'c4nary' * 5000}",
    "loopback": "https://127.0.0.1/c4nary",
    "plain loopback": "http://127.0.0.1/c4nary",
    "all of loopback": "https://127.9.9.9/c4nary",
    "loopback, short": "https://127.1/c4nary",
    "loopback, a number": "https://2130706433/c4nary",
    "loopback, hexadecimal": "https://0x7f.0.0.1/c4nary",
    "loopback, octal": "https://0177.0.0.1/c4nary",
    "loopback by name": "https://localhost/c4nary",
    "loopback by name with a dot": "https://localhost./c4nary",
    "loopback by a longer name": "https://x.localhost/c4nary",
    "loopback IPv6": "https://[::1]/c4nary",
    "loopback IPv4 in IPv6": "https://[::ffff:127.0.0.1]/c4nary",
    "any address": "https://0.0.0.0/c4nary",
    "any IPv6 address": "https://[::]/c4nary",
    "metadata": "https://169.254.169.254/latest/c4nary",
    "metadata in IPv6": "https://[::ffff:169.254.169.254]/c4nary",
    "metadata, a number": "https://2852039166/c4nary",
    "metadata by name": "https://metadata.google.internal/c4nary",
    "metadata of others": "https://100.100.100.200/c4nary",
    "metadata, IPv6": "https://[fd00:ec2::254]/c4nary",
    "link-local": "https://[fe80::1]/c4nary",
    "link-local with a zone": "https://[fe80::1%25eth0]/c4nary",
    "multicast": "https://224.0.0.1/c4nary",
}


@pytest.mark.parametrize("url", GOOD)
def test_url_of_an_answer(url: str) -> None:
    check_response_url(url, "the signed URL in the response", api_url=API)


@pytest.mark.parametrize("url", BAD.values(), ids=BAD)
def test_url_of_an_answer_that_is_refused(url: str) -> None:
    with pytest.raises(OptionError) as caught:
        check_response_url(url, "the signed URL in the response", api_url=API)
    assert caught.value.message.startswith("the signed URL in the response ")
    assert "c4nary" not in caught.value.message


@pytest.mark.parametrize("method", ["upload", "download"])
def test_nothing_is_sent_to_such_a_url(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    monkeypatch.setattr(_http.HttpSession, "_once", lambda *_arguments, **_more: pytest.fail("a request was sent"))
    client = make_client(API)
    for url in BAD.values():
        with pytest.raises(ServiceError) as caught:
            client.upload(url, b"x", "upload it") if method == "upload" else client.download(url, bytearray, "get it")
        assert caught.value.kind == "invalid_response"
        assert "c4nary" not in caught.value.message


def test_a_service_on_this_machine_may_name_addresses_of_it() -> None:
    for url in ("http://127.0.0.1:9000/f", "http://localhost/f", "http://[::1]:9000/f"):
        check_response_url(url, "the signed URL", api_url="http://127.0.0.1:8080/v0.1")


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


@pytest.mark.parametrize("url", ["https://b\u00fccher.example/v0.1", "https://xn--bcher-kva.example/v0.1"])
def test_api_url_with_a_name_in_another_alphabet(url: str) -> None:
    check_url(url, "api_url")
    assert host_of(url) == "xn--bcher-kva.example"


def test_the_host_of_the_prepared_request_counts(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a library makes of a URL: what it makes is compared before anything is sent."""

    def prepare(_session: requests.Session, _request: requests.Request) -> requests.PreparedRequest:
        return requests.Request("GET", "https://evil.example/").prepare()

    monkeypatch.setattr(requests.Session, "prepare_request", prepare)
    monkeypatch.setattr(requests.Session, "send", lambda *_arguments, **_more: pytest.fail("a request was sent"))
    client = make_client(API)
    with pytest.raises(CiError) as caught:
        client._api.send(Call("GET", f"{API}/apps", "list the apps", "/apps"))
    assert "does not name one host" in caught.value.message


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "::1", "localhost", "2130706433", "::ffff:127.0.0.1"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", None, "127.0.0.1.example", "example", "10.0.0.1", "x.localhost", "0", "cafe"])
def test_not_loopback(host: str | None) -> None:
    assert not is_loopback(host)
