# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test of the whole demo with a user configuration that would break Ansible."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import pytest

from tests.demo.workspace import CHECKOUT


@pytest.fixture
def home(tmp_path: pathlib.Path) -> pathlib.Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / ".ansible.cfg").write_text("[defaults]\nstdout_callback = none_such\ninventory = /none/such\n")
    return folder


def test_demo_converges(home: pathlib.Path, tmp_path: pathlib.Path) -> None:
    workspace = tmp_path / "a folder"
    environment = {
        **os.environ,
        "HOME": str(home),
        "LC_ALL": "C",
        "ANSIBLE_CHECK_MODE_MARKERS": "true",
        "ANSIBLE_HOME": "/none/such",
        "ANSIBLE_INVENTORY_ENABLED": "none_such",
        "BITRISE_API_BASE_URL": "http://127.0.0.1:9/v0.1",
        "http_proxy": "http://127.0.0.1:9",
        "https_proxy": "http://127.0.0.1:9",
    }
    result = subprocess.run(
        [sys.executable, "-m", "tests.demo", "--workspace", str(workspace)],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )

    assert result.returncode == 0, result.stdout + result.stderr
    assert not result.stderr
    assert "\x1b" not in result.stdout
    rows = {words[0]: words for words in map(str.split, result.stdout.splitlines()) if len(words) == 9}
    # run, apps, files ok, changed, uploaded, deleted, requests, writes
    assert rows["check"][1:6] == ["12", "9", "changed=15", "(12)", "(10)"]
    assert rows["check"][7] == "0"
    assert rows["rollout"][1:6] == ["12", "9", "changed=15", "12", "10"]
    assert rows["again"][1:6] == ["12", "24", "changed=0", "0", "0"]
    assert rows["again"][7] == "0"
    assert [path.name for path in home.iterdir()] == [".ansible.cfg"]
    assert sorted(path.name for path in workspace.iterdir()) == ["again.log", "check.log", "project", "rollout.log"]
    assert not list(workspace.rglob("*.p12"))
