# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test of Ctrl-C during a playbook run."""

from __future__ import annotations

import contextlib
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time

import pytest

from tests.demo.workspace import CHECKOUT
from tests.helpers.cases import exhaustive

TIMEOUT_SECONDS = 60.0


def processes_of(workspace: pathlib.Path) -> list[int]:
    """Return the processes of Ansible, which have a folder of the workspace in their environment."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"ANSIBLE_HOME={workspace}".encode() in (process / "environ").read_bytes():
                found.append(int(process.name))
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=exhaustive)])
def test_interrupted_demo_leaves_no_process_and_no_signing_file(tmp_path: pathlib.Path, number: signal.Signals) -> None:
    workspace = tmp_path / "demo"
    command = [sys.executable, "-m", "tests.demo", "--workspace", str(workspace)]
    demo = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    limit = time.monotonic() + TIMEOUT_SECONDS
    while not processes_of(workspace):
        assert demo.poll() is None
        assert time.monotonic() < limit
        time.sleep(0.05)
    # Interrupt the playbook at any point after its start.
    time.sleep(1)

    demo.send_signal(number)
    output, _errors = demo.communicate(timeout=TIMEOUT_SECONDS)

    assert demo.returncode == 130
    assert output.endswith("Stopped. No process is left running.\n")
    assert "Traceback" not in output
    assert processes_of(workspace) == []
    assert not (workspace / "project" / "files").exists()
    port = re.search(r"http://127\.0\.0\.1:(\d+)", output)
    assert port is not None
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(port[1]))) != 0
