# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator process: start, persistent state and end."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.emulator.cli import main
from tests.emulator.process import CHECKOUT, Emulator, EmulatorError
from tests.helpers.cases import exhaustive

from .client import CERTIFICATES, PROFILES, Api, storage
from .conftest import small_fixture


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tests.emulator", *arguments]


def test_first_line_and_environment(running: Emulator) -> None:
    environment = {**os.environ, "FIXTURE": "fleet:1", "PORT": "0", "EMULATOR_TOKEN_MEMBER": "known"}
    process = subprocess.Popen(
        command("--token", "owner=chosen"),
        cwd=CHECKOUT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    first = json.loads(process.stdout.readline())
    assert set(first) == {"bitrise", "tokens", "phonegap", "phonegap_tokens", "phonegap_logins", "admin"}
    assert (first["tokens"]["owner"], first["tokens"]["member"]) == ("chosen", "known")
    assert set(first["tokens"]) == {"owner", "member", "viewer"}
    assert first["tokens"]["viewer"] != running.tokens["viewer"]
    assert first["admin"] == first["bitrise"].replace("/v0.1", "/_emulator")
    assert len(Api(first["bitrise"], "chosen").data("/apps")) == 1
    process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output, errors) == (0, b"", b"")


@exhaustive
@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_clean_end_during_a_request(signum: signal.Signals) -> None:
    with Emulator("empty") as emulator:
        emulator.fault(slow_s=30)
        thread = threading.Thread(target=_ignore_errors, args=(emulator,))
        thread.start()
        while not emulator.requests():
            time.sleep(0.02)
        emulator.process.send_signal(signum)
        assert emulator.wait() == 0
        thread.join(60)
    assert not emulator.error_output


def _ignore_errors(emulator: Emulator) -> None:
    with contextlib.suppress(requests.ConnectionError):
        Api(emulator.api_url, emulator.tokens["owner"]).send("GET", "/me")


@exhaustive
def test_ends_when_idle() -> None:
    with Emulator("empty", idle=10) as emulator:
        api = Api(emulator.api_url, emulator.tokens["owner"])
        for _turn in range(6):
            time.sleep(2)
            assert api.send("GET", "/me").status_code == 200
        assert emulator.wait() == 0
    assert not emulator.error_output


PARENT = """
    import subprocess, sys
    process = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)
    print(process.pid, process.stdout.readline().decode(), flush=True)
    input()
"""


@pytest.mark.parametrize(("arguments", "survives"), [([], False), (["--no-parent"], True)])
def test_ends_with_the_parent(arguments: list[str], survives: bool) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PARENT), *command("--fixture", "empty", "--idle", "30", *arguments)],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert parent.stdout
    pid, _space, first = parent.stdout.readline().decode().partition(" ")
    url = json.loads(first)["bitrise"]
    assert requests.get(url, timeout=60).status_code == 200
    parent.kill()
    parent.communicate()
    time.sleep(1)
    if survives:
        assert requests.get(url, timeout=60).status_code == 200
        os.kill(int(pid), signal.SIGTERM)
    assert _has_ended(url)


def _has_ended(url: str) -> bool:
    parts = urlsplit(url)
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        try:
            socket.create_connection((parts.hostname, parts.port), timeout=1).close()
        except OSError:
            return True
        time.sleep(0.05)
    return False


def test_ends_with_another_process() -> None:
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with Emulator("empty", arguments=("--parent", str(other.pid))) as emulator:
        time.sleep(0.3)
        assert emulator.process.poll() is None
        # Do not wait for the process: a zombie counts as ended.
        other.kill()
        assert emulator.wait() == 0
    other.communicate()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fixture", "nothing"], "unknown fixture 'nothing'"),
        (["--fixture", "/missing.json"], "cannot read fixture"),
        (["--token", "owner"], "USER=TOKEN"),
        (["--state", "/missing/folder/state.db"], "No such file"),
        (["--state", __file__], "not a database"),
    ],
)
def test_rejects_invalid_arguments(capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    assert main(arguments) == 2
    output, errors = capsys.readouterr()
    assert output == ""
    assert message in errors
    assert errors.count("\n") == 1


def test_names_a_port_in_use(running: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--port", str(urlsplit(running.api_url).port)]) == 2
    assert "Address already in use" in capsys.readouterr().err


def test_error_of_a_failed_start(tmp_path: Path) -> None:
    with pytest.raises(EmulatorError, match="unknown fixture 'nothing'"):
        Emulator("nothing").start()
    with pytest.raises(EmulatorError, match="did not start: it printed no JSON object"):
        Emulator("empty", python="/bin/false").start()
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o700)
    with pytest.raises(EmulatorError, match=r"did not start: timed out after 0.1 s"):
        Emulator("empty", python=str(slow)).start(timeout=0.1)


def test_fixture_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "fixture.json"
    path.write_text(json.dumps(small_fixture()), encoding="utf-8")
    with Emulator(str(path)) as emulator:
        assert [app["title"] for app in Api(emulator.api_url, emulator.tokens["owner"]).data("/apps")] == [
            "One",
            "Two",
            "Three",
        ]


def _kill(emulator: Emulator) -> None:
    emulator.process.kill()
    emulator.wait()


def test_restart_keeps_the_state(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with Emulator(small_fixture(), state=path) as first:
        api = Api(first.api_url, first.tokens["owner"])
        slug = api.upload("one", CERTIFICATES, "a.p12", b"hello")["slug"]
        api.send("PATCH", f"/apps/one/{CERTIFICATES}/{slug}", json={"certificate_password": "pw", "is_protected": True})
        half = api.create("one", PROFILES, "half", 5)
        gone = api.upload("one", PROFILES, "gone", b"gone!")
        api.send("DELETE", f"/apps/one/{PROFILES}/{gone['slug']}")
        build = api.send("POST", "/apps/two/builds", json={"build_params": {"branch": "x"}}).json()["build_slug"]
        first.advance(100)
        before = first.state()
        _kill(first)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with Emulator("demo", state=path, tokens={"viewer": "fixed"}) as second:
        assert second.state() == before
        assert second.tokens == {**first.tokens, "viewer": "fixed"}
        assert second.admin("GET", "clock")["offset_s"] == 100
        api = Api(second.api_url, second.tokens["owner"])
        assert api.data("/apps/two/builds")[0]["slug"] == build
        assert api.data(f"/apps/one/{PROFILES}")[0]["slug"] == half["slug"]
        assert Api(second.api_url, "fixed").data("/me")["username"] == "viewer"
        second.load("empty")
    with Emulator("demo", state=path) as third:
        assert third.state()["apps"] == {}


@exhaustive
def test_url_is_valid_after_a_restart_on_the_same_port(tmp_path: Path) -> None:
    with Emulator(small_fixture(), state=tmp_path / "s") as first:
        url = Api(first.api_url, first.tokens["owner"]).create("one", PROFILES, "a", 1)["upload_url"]
        port = urlsplit(url).port
    assert port
    with Emulator("empty", state=tmp_path / "s", port=port):
        assert storage("PUT", url, data=b"a").status_code == 200


def _segments(url: str, request: bytes) -> list[bytes]:
    """Return the data of each read. With TCP_NODELAY on the sending side it is one segment."""
    parts = urlsplit(url)
    received = []
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as connection:
        for _turn in range(50):
            connection.sendall(request)
            received.append(connection.recv(1_000_000))
    return received


def test_response_is_one_segment(emulator: Emulator, owner: Api) -> None:
    request = (
        b"GET /v0.1/apps/one HTTP/1.1\r\nHost: x\r\nAuthorization: " + emulator.tokens["owner"].encode() + b"\r\n\r\n"
    )
    for response in _segments(emulator.api_url, request):
        head, _break, body = response.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        assert f"content-length: {len(body)}".encode() in head


@exhaustive
def test_latency_does_not_add_up_for_concurrent_clients() -> None:
    with Emulator("empty", latency_ms=200) as emulator:

        def ask() -> None:
            response = Api(emulator.api_url, emulator.tokens["owner"]).send("GET", "/me")
            assert response.elapsed.total_seconds() >= 0.2

        start = time.monotonic()
        for _turn in range(10):
            ask()
        one_by_one = time.monotonic() - start
        start = time.monotonic()
        with ThreadPoolExecutor(10) as pool:
            for done in [pool.submit(ask) for _turn in range(10)]:
                done.result()
        assert time.monotonic() - start < one_by_one
