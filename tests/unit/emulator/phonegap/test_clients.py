# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `make test-clients` says where it cannot run. That it runs is shown by running it."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from tests.clients import __main__ as clients


@pytest.mark.parametrize("missing", ["node", "npm"])
def test_a_missing_program_is_named(
    missing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None if name == missing else f"/usr/bin/{name}")
    assert clients.main() == clients.MISSING
    assert f"it needs {missing}, which is not on this machine" in capsys.readouterr().err


def test_an_old_node_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    answer = subprocess.CompletedProcess([], 0, stdout="v12.22.9\n")
    monkeypatch.setattr(subprocess, "run", lambda *_arguments, **_keywords: answer)
    assert clients.main() == clients.MISSING
    assert "it needs node 18 or newer, and here is v12.22.9" in capsys.readouterr().err


def test_the_package_is_the_one_that_is_named() -> None:
    wanted = json.loads((clients.SOURCE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert wanted == {"phonegap-build-api": "1.0.0"}
