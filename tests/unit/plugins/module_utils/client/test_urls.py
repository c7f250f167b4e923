# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""URLs in options and responses, which are validated before a request is sent."""

from __future__ import annotations

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import OptionError
from ansible_collections.mobileops.ci.plugins.module_utils._http.service_url import (
    check_response_url,
    check_service_url,
    check_url,
    host_of,
    is_loopback,
)
from tests.helpers.urls import REFUSED

API = "https://api.bitrise.io/v0.1"

GOOD = [
    "https://storage.example/f?X-Amz-Signature=c4nary%2F==&a=~b",
    "https://storage.example:8443/f",
    "https://10.0.0.5/f",
    "https://[2001:db8::1]/f",
    "HTTPS://Storage.Example/f",
]


@pytest.mark.parametrize("url", GOOD)
def test_url_of_a_response(url: str) -> None:
    check_response_url(url, "the signed URL in the response", api_url=API)


@pytest.mark.parametrize("url", REFUSED.values(), ids=REFUSED)
def test_url_of_a_response_that_is_refused(url: str) -> None:
    with pytest.raises(OptionError) as caught:
        check_response_url(url, "the signed URL in the response", api_url=API)
    assert caught.value.message.startswith("the signed URL in the response ")
    assert "c4nary" not in caught.value.message


def test_a_service_on_this_machine_may_name_addresses_of_it() -> None:
    for url in ("http://127.0.0.1:9000/f", "http://localhost/f", "http://[::1]:9000/f"):
        check_response_url(url, "the signed URL", api_url="http://127.0.0.1:8080/v0.1")


@pytest.mark.parametrize("url", ["https://b\u00fccher.example/v0.1", "https://xn--bcher-kva.example/v0.1"])
def test_api_url_with_a_name_in_another_alphabet(url: str) -> None:
    check_url(url, "api_url")
    assert host_of(url) == "xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("url", "variable", "end"),
    [
        ("127.0.0.1:18231/v0.1", "", " and names a host. The value is '127.0.0.1:18231/v0.1'."),
        ("x:1/v0.1", "SOME_URL", " The value is 'x:1/v0.1' from the environment variable SOME_URL."),
        ("http://api.example/v0.1", "", " without encryption. The value is 'http://api.example/v0.1'."),
        ("https://user:c4nary@api.example/v0.1", "", "must not contain a user or a password."),
        ("c4narytokenintheplaceoftheurl", "", " and names a host."),
        ("eyJhbGciOi.c4nary.xYz-_", "", " and names a host."),
        ("abc/c4nary+base64==", "", " and names a host."),
        ("api.example/v0.1", "", " and names a host. The value is 'api.example/v0.1'."),
        ("https://user:c4nary@api.example", "SOME_URL", " The value is from the environment variable SOME_URL."),
    ],
)
def test_an_invalid_api_url_is_quoted_with_its_origin(url: str, variable: str, end: str) -> None:
    with pytest.raises(OptionError) as caught:
        check_service_url(url, variable)
    assert caught.value.message.startswith("api_url must ")
    assert caught.value.message.endswith(end)
    assert "c4nary" not in caught.value.message


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "::1", "localhost", "2130706433", "::ffff:127.0.0.1"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", None, "127.0.0.1.example", "example", "10.0.0.1", "x.localhost", "0", "cafe"])
def test_not_loopback(host: str | None) -> None:
    assert not is_loopback(host)
