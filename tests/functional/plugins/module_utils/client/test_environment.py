# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proxies and certificates of the environment that the task passes, and of no other."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.emulator.process import CHECKOUT
from tests.helpers.servers import CannedResponse, serving
from tests.helpers.service import APP, Service

from .conftest import MakeClient


def test_request_goes_through_the_proxy(service: Service, make_client: MakeClient) -> None:
    with serving(CannedResponse(200, b'{"data": {"slug": "by proxy"}}')) as proxy:
        assert make_client(env={"http_proxy": proxy.url}).app(APP) == {"slug": "by proxy"}
    assert proxy.lines == [f"GET {service.emulator.api_url}/apps/{APP}"]
    assert service.asked() == []


def test_no_proxy(service: Service, make_client: MakeClient) -> None:
    with serving(CannedResponse()) as proxy:
        assert make_client(env={"http_proxy": proxy.url, "no_proxy": "127.0.0.1"}).app(APP)["slug"] == APP
    assert proxy.seen == []


def test_proxy_of_the_process_is_not_that_of_the_task(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(CannedResponse()) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert make_client().app(APP)["slug"] == APP
    assert proxy.seen == []


def test_netrc_of_the_process_is_not_used(
    make_client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password c4nary\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with serving(CannedResponse(200, b'{"data": {"slug": "x"}}')) as server:
        make_client(server.url, token="the-token").app(APP)
    assert [headers["Authorization"] for _line, headers in server.seen] == ["the-token"]


def test_cookies_are_not_kept(make_client: MakeClient) -> None:
    headers = {"Content-Type": "application/json", "Set-Cookie": "session=1; Path=/"}
    with serving(CannedResponse(200, b'{"data": {"slug": "x"}}', headers)) as server:
        client = make_client(server.url)
        client.app(APP)
        client.app(APP)
    assert all("Cookie" not in headers for _line, headers in server.seen)


def test_one_connection_serves_many_requests(make_client: MakeClient) -> None:
    with serving(CannedResponse(200, b'{"data": {"slug": "x"}}')) as server:
        client = make_client(server.url)
        for _turn in range(3):
            client.app(APP)
    assert len(server.seen) == 3
    assert len(server.connections) == 1


def test_the_service_sees_the_version_of_the_collection(make_client: MakeClient) -> None:
    """Send the version of galaxy.yml, so that logs of a service can tell versions apart."""
    with serving(CannedResponse(200, b'{"data": {"slug": "x"}}')) as server:
        make_client(server.url).app("x")
    version = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    assert [headers["User-Agent"] for _line, headers in server.seen] == [f"mobileops.ci/{version}"]
