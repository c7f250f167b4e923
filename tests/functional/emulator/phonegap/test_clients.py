# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Messages of `make test-clients` where its requirements are missing."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from tests.clients import __main__ as clients


@pytest.mark.parametrize("missing", ["node", "npm"])
def test_names_a_missing_program(
    missing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None if name == missing else f"/usr/bin/{name}")
    assert clients.main() == clients.MISSING
    assert f"{missing} is required, but not installed" in capsys.readouterr().err


def test_names_an_old_node(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    result = subprocess.CompletedProcess([], 0, stdout="v12.22.9\n")
    monkeypatch.setattr(subprocess, "run", lambda *_arguments, **_keywords: result)
    assert clients.main() == clients.MISSING
    assert "node 18 or newer is required, got v12.22.9" in capsys.readouterr().err


def test_pins_the_version_of_the_package() -> None:
    dependencies = json.loads((clients.SOURCE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert dependencies == {"phonegap-build-api": "1.0.0"}
