# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests without a response: each reason has its kind, its message and its hint."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
import requests

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import (
    CiError,
    ConnectionFailedError,
    OptionError,
)
from ansible_collections.mobileops.ci.plugins.module_utils._http import session as _http
from tests.helpers.clock import VirtualClock
from tests.helpers.servers import CannedResponse, self_signed, serving
from tests.helpers.service import APP, Service

from .conftest import MakeClient

APP_RESPONSE = CannedResponse(200, b'{"data": {"slug": "x"}}')


def failure(client: BitriseClient) -> CiError:
    with pytest.raises(CiError) as caught:
        client.app(APP)
    error = caught.value
    assert error.message.startswith(f"Could not read app {APP}: ")
    assert f"(GET /apps/{APP})." in error.message
    assert error.status is None
    return error


@pytest.fixture
def closed_port() -> str:
    """Return host and port of a server that does not run."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{taken.getsockname()[1]}"


def test_refused_connection(make_client: MakeClient, closed_port: str) -> None:
    error = failure(make_client(f"http://{closed_port}"))
    assert error.kind == "connection"
    assert f"{closed_port} refuses connections (" in error.message


def test_unknown_host(make_client: MakeClient) -> None:
    error = failure(make_client("https://nowhere.invalid/v0.1"))
    assert error.kind == "dns"
    assert "the host name nowhere.invalid is unknown" in error.message


def test_untrusted_certificate(make_client: MakeClient, tmp_path: Path) -> None:
    with serving(APP_RESPONSE, self_signed(tmp_path / "server.pem")) as server:
        error = failure(make_client(server.url))
    assert error.kind == "tls"
    assert "self-signed certificate" in error.message
    assert "See ca_path and validate_certs" in error.message
    assert server.seen == []


def test_untrusted_certificate_is_not_tried_again(make_client: MakeClient, clock: VirtualClock, tmp_path: Path) -> None:
    with serving(APP_RESPONSE, self_signed(tmp_path / "server.pem")) as server:
        assert failure(make_client(server.url, max_retries=3)).kind == "tls"
    assert clock.slept == []


def test_expired_certificate(make_client: MakeClient, tmp_path: Path) -> None:
    certificate = self_signed(tmp_path / "server.pem", days=-1)
    with serving(APP_RESPONSE, certificate) as server:
        error = failure(make_client(server.url, ca_path=str(certificate)))
    assert error.kind == "tls"
    assert "expired" in error.message


def test_certificate_trusted_by_ca_path(make_client: MakeClient, tmp_path: Path) -> None:
    certificate = self_signed(tmp_path / "server.pem")
    with serving(APP_RESPONSE, certificate) as server:
        assert make_client(server.url, ca_path=str(certificate)).app(APP) == {"slug": "x"}


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_certificate_trusted_by_the_tasks_environment(
    make_client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    certificate = self_signed(tmp_path / "server.pem")
    with serving(APP_RESPONSE, certificate) as server:
        assert make_client(server.url, env={variable: str(certificate)}).app(APP) == {"slug": "x"}
        # The environment of the process is not that of the task.
        monkeypatch.setenv(variable, str(certificate))
        assert failure(make_client(server.url)).kind == "tls"


def test_certificate_that_is_not_validated(make_client: MakeClient, tmp_path: Path) -> None:
    with serving(APP_RESPONSE, self_signed(tmp_path / "server.pem")) as server:
        assert make_client(server.url, validate_certs=False).app(APP) == {"slug": "x"}


def test_tls_to_a_server_without(make_client: MakeClient) -> None:
    with serving(APP_RESPONSE) as server:
        error = failure(make_client(server.url.replace("http:", "https:")))
    assert error.kind == "tls"


def test_timeout(service: Service, make_client: MakeClient) -> None:
    service.emulator.fault(slow_s=0.4, times=1)
    error = failure(make_client(timeout=0.1))
    assert error.kind == "timeout"
    assert "did not respond within 0.1 s (" in error.message


@pytest.mark.parametrize(
    "fault", [{"drop": "before"}, {"drop": "after"}, {"truncate": True}], ids=["before", "after", "cut"]
)
def test_broken_connection(service: Service, client: BitriseClient, fault: dict[str, object]) -> None:
    service.emulator.fault(**fault)
    error = failure(client)
    assert error.kind == "connection"
    assert "ended before the response was complete" in error.message


def test_body_that_ends_early_is_noticed_whatever_urllib3_says() -> None:
    """Detect it with the oldest supported versions of urllib3 too, which do not do so themselves."""
    response = requests.Response()
    response.request = requests.Request("GET", "https://api.example.com").prepare()
    response.headers["Content-Length"] = "10"
    _http._check_length(response, 10)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        _http._check_length(response, 9)


def test_server_that_speaks_no_http(make_client: MakeClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = make_client(f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=0.2)
        assert failure(client).kind == "timeout"


@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "all_proxy"])
def test_proxy_that_does_not_run(make_client: MakeClient, closed_port: str, variable: str) -> None:
    error = failure(make_client("https://api.example.com", env={variable: f"http://user:c4nary@{closed_port}"}))
    assert error.kind == "proxy"
    assert f": the proxy {closed_port} ({variable}) refuses connections (" in error.message
    assert f"Check {variable}." in error.message
    assert "c4nary" not in error.message


def test_proxy_that_is_unknown(make_client: MakeClient) -> None:
    error = failure(
        make_client("https://api.example.com", env={"https_proxy": "http://user:c4nary@proxy.invalid:3128"})
    )
    assert error.kind == "proxy"
    assert ": the host name of the proxy proxy.invalid:3128 (https_proxy) is unknown (" in error.message
    assert "c4nary" not in error.message


@pytest.mark.parametrize(
    ("status", "user", "words"),
    [
        (407, "", "requires a user and a password (status 407)"),
        (407, "user:c4nary@", "rejects the user and password (status 407)"),
        (403, "user:c4nary@", "refuses to connect to api.example.com (status 403)"),
    ],
)
def test_proxy_that_refuses(make_client: MakeClient, status: int, user: str, words: str) -> None:
    with serving(CannedResponse(status, b"")) as proxy:
        place = proxy.url.removeprefix("http://")
        error = failure(make_client("https://api.example.com", env={"HTTPS_PROXY": f"http://{user}{place}"}))
    assert error.kind == "proxy"
    assert f": the proxy {place} (HTTPS_PROXY) {words} (" in error.message
    assert "c4nary" not in str(error.as_dict()) + error.message
    assert proxy.lines[0] == "CONNECT api.example.com:443"


@pytest.mark.parametrize("value", ["user:c4nary@proxy.invalid:3128", "http://", "gopher://c4nary@proxy.invalid"])
def test_value_that_is_not_a_proxy(make_client: MakeClient, value: str) -> None:
    error = failure(make_client("https://api.example.com", env={"https_proxy": value}))
    assert error.kind == "option"
    assert ": the value of https_proxy is not the URL of a proxy (" in error.message
    assert "c4nary" not in error.message


def test_host_behind_a_proxy_that_fails(make_client: MakeClient, closed_port: str) -> None:
    """Do not blame the proxy for a host that the task reaches without it."""
    env = {"https_proxy": f"http://{closed_port}", "no_proxy": "127.0.0.1"}
    assert failure(make_client(f"http://{closed_port}", env=env)).kind == "connection"


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com/v0.1",
        "http://192.0.2.1/",
        "http://localhost.example.com/",
        "http://127.0.0.1.example.com/",
        "ftp://127.0.0.1/",
        "api.bitrise.io",
        "https://",
        "https://[::1",
        "https://host:port/",
        "https://user:c4nary@api.example.com/",
        "https://api.example.com/?token=c4nary",
        "",
    ],
)
def test_url_that_is_refused(make_client: MakeClient, url: str) -> None:
    with pytest.raises(OptionError) as caught:
        BitriseClient(url, "token", make_client()._api.transport)
    assert str(caught.value).startswith("api_url ")
    assert "c4nary" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/v0.1/", "http://localhost", "http://[::1]:80/", "https://api.bitrise.io/v0.1"]
)
def test_url_that_is_accepted(make_client: MakeClient, url: str) -> None:
    assert make_client(url).api_url == url.rstrip("/")


def test_connection_errors_are_one_family() -> None:
    assert issubclass(ConnectionFailedError, CiError)
    assert ConnectionFailedError("x").as_dict()["kind"] == "connection"
