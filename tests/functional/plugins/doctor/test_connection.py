# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of the connection to the service. A failed check skips those after it."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.doctor import network
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.doctor.checks import (
    FAILED,
    OK,
    SKIPPED,
    WARNING,
    Checks,
    Private,
    Pseudonyms,
    recorded,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.doctor.connection import (
    authority,
    check_connection_path,
    check_storage,
)
from ansible_collections.mobileops.ci.plugins.module_utils._http.transport_options import Transport
from tests.helpers.doctor_report import only, statuses
from tests.helpers.servers import CannedResponse, self_signed, serving

STEPS = ["proxy", "name", "connection", "tls", "api", "clock", "latency", "limits"]
TOKEN = "t0ken-c4nary"


def me(status: int = 200, body: Any = None, **headers: str) -> CannedResponse:
    text = json.dumps({"data": {"username": "u"}} if body is None else body).encode()
    return CannedResponse(status, text, {"Content-Type": "application/json", **headers})


def examined(url: str, *, is_open: bool = True, **settings: Any) -> list[Any]:
    """Return the checks of the connection to this address."""
    checks = Checks("connection")
    path = check_connection_path(checks, f"{url}/v0.1", TOKEN, Transport(**{"timeout": 5.0, **settings}))
    assert path.is_open is is_open
    text = json.dumps([check.as_result() for check in checks.found])
    assert "c4nary" not in text
    return checks.found


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("tls") / "server.pem")


def test_no_problem() -> None:
    with serving(me()) as server:
        found = examined(server.url)
        assert len(server.seen) == 5
    assert statuses(found) == dict.fromkeys(STEPS, OK)
    assert list(statuses(found)) == STEPS


@pytest.mark.parametrize("url", ["http://api.bitrise.io", "ftp://127.0.0.1", "https://app.bitrise.io"])
def test_an_address_without_an_api(url: str) -> None:
    assert statuses(examined(url, is_open=False)) == {"address": FAILED}


def test_a_proxy_that_is_no_url() -> None:
    found = examined("https://127.0.0.1:1", is_open=False, env={"HTTPS_PROXY": "http://:c4nary@:99999"})
    assert statuses(found) == {"proxy": FAILED}
    assert "HTTPS_PROXY" in found[0].message


def test_a_proxy_is_shown_without_its_password() -> None:
    env = {"https_proxy": "http://me:c4nary@127.0.0.1:1"}
    found = examined("https://api.example", is_open=False, env=env)
    assert found[0].message == "Proxy 127.0.0.1:1, from https_proxy, with a password"
    assert found[-1].message == "No connection to the proxy 127.0.0.1 port 1: Connection refused"
    assert "proxy variable" in found[-1].advice


def test_an_excluded_host() -> None:
    env = {"HTTP_PROXY": "http://127.0.0.1:1", "NO_PROXY": "127.0.0.1"}
    with serving(me()) as server:
        assert examined(server.url, env=env)[0].message == "No proxy: NO_PROXY excludes 127.0.0.1"


def test_an_unknown_name() -> None:
    found = examined("https://no.such.host.invalid", is_open=False)
    assert statuses(found) == {"proxy": OK, "name": FAILED}


def test_a_port_without_a_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    found = examined(f"http://127.0.0.1:{port}", is_open=False)
    assert statuses(found) == {"proxy": OK, "name": OK, "connection": FAILED}
    assert found[-1].message == f"No connection to 127.0.0.1 port {port}: Connection refused"


def test_a_certificate_that_is_trusted(certificate: Path) -> None:
    with serving(me(), certificate) as server:
        found = examined(server.url, ca_path=str(certificate))
    assert statuses(found)["tls"] == OK
    assert "the certificate of 127.0.0.1 was issued by 127.0.0.1" in found[3].message


def test_a_certificate_that_is_not_trusted(certificate: Path, tmp_path: Path) -> None:
    other = self_signed(tmp_path / "other.pem")
    with serving(me(), certificate) as server:
        found = examined(server.url, is_open=False, ca_path=str(other))
        # No request, so no token, went there.
        assert server.seen == []
    assert statuses(found)["tls"] == FAILED
    assert "It was issued by 127.0.0.1" in found[-1].message
    assert "ca_path" in found[-1].advice


def test_a_certificate_for_another_name(certificate: Path) -> None:
    with serving(me(), certificate) as server:
        url = server.url.replace("127.0.0.1", "localhost")
        found = examined(url, is_open=False, ca_path=str(certificate))
    assert found[-1].advice.startswith("Check api_url")


def test_authorities_that_are_no_certificates(tmp_path: Path, certificate: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_text("none")
    with serving(me(), certificate) as server:
        found = examined(server.url, is_open=False, ca_path=str(path))
    assert found[-1].message.startswith(f"No certificate authority can be read from {path}: ")


def test_a_certificate_that_is_not_validated(certificate: Path) -> None:
    with serving(me(), certificate) as server:
        found = examined(server.url, validate_certs=False)
    assert only(found, WARNING).name == "tls"


def test_no_tls_on_that_port() -> None:
    with serving(me()) as server:
        found = examined(server.url.replace("http:", "https:"), is_open=False)
    assert statuses(found)["tls"] == FAILED
    assert "No TLS connection" in found[-1].message


@contextmanager
def proxy(response: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Run a proxy that sends this response to CONNECT, and connects to nothing."""
    seen: list[bytes] = []

    def serve(server: socket.socket) -> None:
        while True:
            try:
                connection, _address = server.accept()
            except OSError:
                return
            with connection:
                if received := connection.recv(4096):
                    seen.append(received)
                    connection.sendall(response)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(server,), daemon=True)
        thread.start()
        yield f"me:c4nary@127.0.0.1:{server.getsockname()[1]}", seen
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


def test_a_proxy_that_refuses() -> None:
    with proxy(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n") as (address, seen):
        found = examined("https://api.example", is_open=False, env={"HTTPS_PROXY": f"http://{address}"})
    assert statuses(found)["tls"] == FAILED
    assert found[-1].message == "The proxy refuses to connect to api.example: it responds with 407"
    assert seen[0].startswith(b"CONNECT api.example:443 HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic bWU6YzRuYXJ5\r\n" in seen[0]


@pytest.mark.parametrize("scheme", ["https", "socks5"])
def test_a_proxy_that_uses_another_protocol_is_not_examined(scheme: str) -> None:
    with proxy(b"") as (address, _seen):
        found = examined("https://api.example", is_open=False, env={"HTTPS_PROXY": f"{scheme}://{address}"})
    assert statuses(found)["tls"] == SKIPPED
    assert statuses(found)["api"] == FAILED


@pytest.mark.parametrize(
    ("response", "message"),
    [
        (CannedResponse(200, b"<html>Log in</html>", {"Content-Type": "text/html"}), "with 200 and an HTML page"),
        (CannedResponse(200, b"[]"), "that is not a JSON object"),
        (me(503), "The service has a problem"),
        (me(302, Location="https://login.example"), "is not the address of the API"),
        (me(404), "is not the address of the API"),
    ],
    ids=["page", "list", "busy", "redirect", "not found"],
)
def test_a_response_that_is_not_one_of_the_api(response: CannedResponse, message: str) -> None:
    with serving(response) as server:
        found = examined(server.url, is_open=False)
    assert only(found, FAILED).name == "api"
    assert message in only(found, FAILED).message


def test_no_response_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        found = examined(f"http://127.0.0.1:{silent.getsockname()[1]}", is_open=False, timeout=0.1)
    assert only(found, FAILED).name == "api"


@pytest.mark.parametrize(("seconds", "status"), [(-30, OK), (90, WARNING), (-90, WARNING), (4000, FAILED)])
def test_the_clock_is_wrong(seconds: int, status: str) -> None:
    with serving(lambda _line: me(Date=formatdate(time.time() + seconds, usegmt=True))) as server:
        found = {check.name: check for check in examined(server.url)}["clock"]
    assert found.status == status
    if status != OK:
        assert ("behind" in found.message) is (seconds > 0)


def test_responses_without_a_time() -> None:
    with serving(me(Date="soon")) as server:
        assert statuses(examined(server.url))["clock"] == WARNING


def test_a_slow_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ansible_collections.mobileops.ci.plugins.module_utils._bitrise.doctor.connection.SLOW_S", 0.0)
    with serving(me()) as server:
        found = examined(server.url)
    assert only(found, WARNING).name == "latency"
    assert "(median of 5)" in only(found, WARNING).message


@pytest.mark.parametrize(
    ("response", "status", "message"),
    [
        (me(), OK, "The service does not report a limit of requests"),
        (me(RateLimit='"a";r=90;t=30'), OK, "The service allows 90 more requests in the next 30 s"),
        (me(RateLimit='"a";r=2;t=30'), WARNING, "The service allows 2 more requests in the next 30 s"),
        (me(429, **{"Retry-After": "7"}), FAILED, "The service refuses requests now (429): it asks to wait 7 s"),
        (me(**{"X-RateLimit-Limit": "100"}), OK, "The service reports a limit of requests, in x-ratelimit-limit"),
    ],
    ids=["none", "enough", "few", "refused", "unclear"],
)
def test_limits_that_the_service_reports(response: CannedResponse, status: str, message: str) -> None:
    with serving(response) as server:
        found = {check.name: check for check in examined(server.url)}["limits"]
        assert len(server.seen) == (1 if response.status == 429 else 5)
    assert (found.status, found.message) == (status, message)


def test_the_storage_is_reached_without_the_signature() -> None:
    checks = Checks("connection")
    with serving(CannedResponse(403, b"<Error/>")) as server:
        check_storage(checks, f"{server.url}/bucket/file?X-Amz-Signature=c4nary", Transport())
        assert server.lines == ["GET /"]
        assert "Authorization" not in server.seen[0][1]
    assert statuses(checks.found) == {"storage": OK}


def test_the_storage_cannot_be_reached() -> None:
    checks = Checks("connection")
    check_storage(checks, "https://no.such.host.invalid/file?X-Amz-Signature=c4nary", Transport())
    check_storage(checks, "http://storage.example/file", Transport())
    assert [check.status for check in checks.found] == [FAILED, FAILED]
    assert "c4nary" not in checks.found[0].message


def test_no_file_reveals_the_storage() -> None:
    checks = Checks("connection")
    check_storage(checks, None, Transport())
    assert statuses(checks.found) == {"storage": SKIPPED}


def test_records_name_public_authorities_only() -> None:
    assert authority("Amazon") == "Amazon"
    assert authority("Acme Proxy CA") == Private("authority", "Acme Proxy CA")


def test_a_record_shows_no_address() -> None:
    with serving(me()) as server:
        found = examined(server.url)
    names = Pseudonyms()
    text = json.dumps(recorded(found, names))
    assert "127.0.0.1" not in text
    assert "address-1 has the address address-1" in text
    assert names.as_dict() == {"address": {"127.0.0.1": "address-1"}}


@pytest.mark.parametrize("error", [TimeoutError(), OSError(113, "No route to host"), OSError()])
def test_reasons_are_words(error: OSError) -> None:
    assert network.reason_of(error)
