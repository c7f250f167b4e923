# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections outlive a loop item, but neither the process nor a fork. A timeout leaves none."""

from __future__ import annotations

import http.server
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._http import session_pool as _sessions
from tests.emulator.process import Emulator

from .playbook import Playground

APPS = "mobileops.ci.bitrise_app_info"


class Counting(http.server.ThreadingHTTPServer):
    """A server that responds to every request with an empty page, and counts connections."""

    daemon_threads = True

    class RequestHandlerClass(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # a response in one segment; see tests/emulator/connection.py

        def do_GET(self) -> None:
            body = json.dumps({"data": [], "paging": {"total_item_count": 0, "page_item_limit": 50}}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            pass

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), self.RequestHandlerClass)
        self.connections = 0
        self.url = f"http://127.0.0.1:{self.server_port}/v0.1"

    def get_request(self) -> Any:
        self.connections += 1
        return super().get_request()


@pytest.fixture
def counting() -> Iterator[Counting]:
    with Counting() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize(("run_in", "connections"), [("controller", 1), ("target", 3)])
def test_a_loop_takes_one_connection(tmp_path: Path, counting: Counting, run_in: str, connections: int) -> None:
    options = {"api_token": "t0ken-{{ item }}", "api_url": counting.url, "title": "{{ item }}", "run_in": run_in}
    run = Playground(tmp_path).run([{"name": "loop", APPS: options, "loop": ["a", "b", "c"]}])

    assert run.event("loop").event == "ok"
    assert counting.connections == connections


@pytest.fixture
def keeping(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep sessions in this process during a test."""
    monkeypatch.setattr(_sessions._IdleSessions, "process", None)
    monkeypatch.setattr(_sessions._IdleSessions, "by_trust", {})
    _sessions.keep_sessions()


@pytest.mark.usefixtures("keeping")
def test_sessions_are_kept_by_whom_they_trust() -> None:
    one, other = _sessions.acquire(True), _sessions.acquire("/a/bundle.pem")
    assert one is not other
    _sessions.release(True, one)
    _sessions.release("/a/bundle.pem", other)
    _sessions.release("/a/bundle.pem", other)  # closing twice gives back once

    assert _sessions.acquire(False) not in (one, other)
    assert _sessions.acquire("/a/bundle.pem") is other
    assert _sessions.acquire("/a/bundle.pem") is not other
    assert _sessions.acquire(True) is one


@pytest.mark.usefixtures("keeping")
def test_a_fork_does_not_use_the_connections_of_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    session = _sessions.acquire(True)
    _sessions.release(True, session)
    with monkeypatch.context() as fork:
        fork.setattr(os, "getpid", lambda: -1)
        assert _sessions.acquire(True) is not session
        _sessions.keep_sessions()
        assert _sessions.acquire(True) is not session


def test_no_session_is_kept_by_default() -> None:
    session = _sessions.acquire(True)
    _sessions.release(True, session)

    assert _sessions.acquire(True) is not session


def test_a_timeout_of_the_task_rolls_back(tmp_path: Path, emulator: Emulator) -> None:
    slug = "a99a0001a99a0001"
    emulator.load({"apps": [{"title": "Shop", "slug": slug, "owner": "owner"}]})
    emulator.fault(slow_s=120, method="PUT", path="/_storage/")
    ground = Playground(tmp_path)
    (ground.files / "Shop.mobileprovision").write_bytes(b"the bytes")
    options = {
        "api_token": emulator.tokens["owner"],
        "api_url": emulator.api_url,
        "app_slug": slug,
        "src": "Shop.mobileprovision",
        "verify": "none",
    }
    slow = {"name": "slow", "mobileops.ci.bitrise_provisioning_profile": options, "ignore_errors": True}
    # A busy machine may need longer to get as far as the request that hangs.
    for timeout in (6, 18, 54):
        emulator.clear_requests()
        run = ground.run([slow | {"timeout": timeout}])
        methods = [entry["method"] for entry in emulator.requests(area="api")]
        if "POST" in methods:
            break

    assert run.event("slow").event == "failed"
    assert methods == ["GET", "POST", "DELETE"]
    assert emulator.state()["apps"][slug]["provisioning_profiles"] == []
