# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proxies and certificates come from the environment that is handed over, and from nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import OptionError
from ansible_collections.mobileops.ci.plugins.module_utils._http.transport_options import Transport, is_loopback
from tests.emulator.process import CHECKOUT

from ...helpers.servers import Answer, serving
from ...helpers.service import APP, Service
from .conftest import MakeClient

API = "https://api.bitrise.io/v0.1/apps"
PROXY = "http://proxy:3128"


@pytest.mark.parametrize(
    ("env", "url", "expected"),
    [
        ({}, API, {}),
        ({"https_proxy": PROXY}, API, {"https": PROXY}),
        ({"HTTPS_PROXY": PROXY}, API, {"https": PROXY}),
        ({"https_proxy": PROXY, "HTTPS_PROXY": "http://other"}, API, {"https": PROXY}),
        ({"http_proxy": PROXY}, API, {}),
        ({"all_proxy": PROXY}, API, {"https": PROXY}),
        ({"https_proxy": PROXY, "no_proxy": "bitrise.io"}, API, {}),
        ({"https_proxy": PROXY, "NO_PROXY": "example.com, .bitrise.io"}, API, {}),
        ({"https_proxy": PROXY, "no_proxy": "*"}, API, {}),
        ({"https_proxy": PROXY, "no_proxy": "itrise.io"}, API, {"https": PROXY}),
        ({"https_proxy": PROXY, "no_proxy": "api.bitrise.io:8443"}, API, {"https": PROXY}),
        ({"https_proxy": ""}, API, {}),
        ({"http_proxy": "http://127.0.0.1:3128"}, "http://127.0.0.1:8000/", {"http": "http://127.0.0.1:3128"}),
        ({"http_proxy": PROXY}, "http://127.0.0.1:8000/", {}),
    ],
)
def test_proxy(env: dict[str, str], url: str, expected: dict[str, str]) -> None:
    assert Transport(env=env).proxies(url) == expected


def test_request_goes_through_the_proxy(service: Service, make_client: MakeClient) -> None:
    with serving(Answer(200, b'{"data": {"slug": "by proxy"}}')) as proxy:
        assert make_client(env={"http_proxy": proxy.url}).app(APP) == {"slug": "by proxy"}
    assert proxy.lines == [f"GET {service.emulator.api_url}/apps/{APP}"]
    assert service.asked() == []


def test_no_proxy(service: Service, make_client: MakeClient) -> None:
    with serving(Answer()) as proxy:
        assert make_client(env={"http_proxy": proxy.url, "no_proxy": "127.0.0.1"}).app(APP)["slug"] == APP
    assert proxy.seen == []


def test_proxy_of_the_process_is_not_that_of_the_task(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Answer()) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert make_client().app(APP)["slug"] == APP
    assert proxy.seen == []


def test_netrc_of_the_process_is_not_used(
    make_client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password c4nary\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with serving(Answer(200, b'{"data": {"slug": "x"}}')) as server:
        make_client(server.url, token="the-token").app(APP)
    assert [headers["Authorization"] for _line, headers in server.seen] == ["the-token"]


def test_cookies_are_not_kept(make_client: MakeClient) -> None:
    headers = {"Content-Type": "application/json", "Set-Cookie": "session=1; Path=/"}
    with serving(Answer(200, b'{"data": {"slug": "x"}}', headers)) as server:
        client = make_client(server.url)
        client.app(APP)
        client.app(APP)
    assert all("Cookie" not in headers for _line, headers in server.seen)


def test_one_connection_serves_many_requests(make_client: MakeClient) -> None:
    with serving(Answer(200, b'{"data": {"slug": "x"}}')) as server:
        client = make_client(server.url)
        for _turn in range(3):
            client.app(APP)
    assert len(server.seen) == 3
    assert len(server.connections) == 1


def options(**changes: object) -> dict[str, object]:
    usual = {"timeout": 30.0, "max_retries": 5, "time_limit": 60.0, "validate_certs": True, "ca_path": None}
    return {**usual, **changes}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"timeout": 0.0}, "timeout must be greater than 0 and at most 86400 seconds, got 0.0."),
        ({"timeout": -1.0}, "timeout must be"),
        ({"timeout": float("nan")}, "timeout must be"),
        ({"time_limit": 0.0}, "time_limit must be greater than 0"),
        ({"max_retries": -1}, "max_retries must be 0 or greater, got -1."),
        ({"ca_path": "/nowhere"}, "ca_path: /nowhere does not exist"),
    ],
)
def test_option_that_cannot_be_used(changes: dict[str, object], words: str) -> None:
    with pytest.raises(OptionError) as caught:
        Transport.from_options(options(**changes), {})
    assert str(caught.value).startswith(words)


def test_ca_path_comes_before_the_environment(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).touch()
    env = {"REQUESTS_CA_BUNDLE": str(tmp_path / "b")}
    assert Transport.from_options(options(ca_path=str(tmp_path / "a")), env).verify == str(tmp_path / "a")
    assert Transport.from_options(options(), env).verify == str(tmp_path / "b")
    assert Transport.from_options(options(validate_certs=False), env).verify is False


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("localhost.example.com", False),
        ("10.0.0.1", False),
        ("", False),
        (None, False),
    ],
)
def test_loopback(host: str | None, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_the_service_sees_the_version_of_the_collection(make_client: MakeClient) -> None:
    """As galaxy.yml has it, so that whoever runs a service can tell versions apart."""
    with serving(Answer(200, b'{"data": {"slug": "x"}}')) as server:
        make_client(server.url).app("x")
    version = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    assert [headers["User-Agent"] for _line, headers in server.seen] == [f"mobileops.ci/{version}"]
