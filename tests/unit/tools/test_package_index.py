# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""uv and ansible-test get the package index of pip."""

from __future__ import annotations

import configparser
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / ".ci"))

import package_index

# Output of `pip config list`.
CONFIGURATION = r"""
:env:.index-url='https://user:pa%20ss@example.com/simple'
:env:.user='1'
global.cert='/etc/ssl/own.crt'
global.extra-index-url='\nfile:///first\nfile:///second'
global.find-links='/wheels /more'
global.index-url='https://other.example.com/simple'
install.trusted-host='example.com'
list.format='columns'
"""


@pytest.fixture(autouse=True)
def configuration(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    answer = SimpleNamespace(stdout=CONFIGURATION)
    monkeypatch.setattr(subprocess, "run", lambda *_words, **_settings: answer)
    monkeypatch.setattr(package_index, "PYTHON", sys.executable)
    for variable, _separator in package_index._FOR_UV.values():
        monkeypatch.delenv(variable, raising=False)
    package_index.pip_settings.cache_clear()
    yield
    package_index.pip_settings.cache_clear()


def test_uv_gets_the_settings_of_pip() -> None:
    environment = package_index.install_environment()
    assert {variable: environment.get(variable) for variable, _separator in package_index._FOR_UV.values()} == {
        "UV_DEFAULT_INDEX": "https://user:pa%20ss@example.com/simple",
        "UV_INDEX": "file:///first file:///second",
        "UV_FIND_LINKS": "/wheels,/more",
        "UV_INSECURE_HOST": "example.com",
        "SSL_CERT_FILE": "/etc/ssl/own.crt",
        "ALL_PROXY": None,
    }
    assert environment["UV_INDEX_STRATEGY"] == "unsafe-best-match"


def test_variables_of_the_user_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_INDEX", "https://mine.example.com")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    environment = package_index.install_environment()
    assert environment["UV_INDEX"] == "https://mine.example.com"
    assert "UV_INDEX_STRATEGY" not in environment
    assert "PYTHONPATH" not in environment


def test_ansible_test_gets_a_file_that_only_the_user_can_read(tmp_path: Path) -> None:
    package_index.write_pip_configuration(tmp_path)
    file = tmp_path / ".config" / "pip" / "pip.conf"
    assert file.stat().st_mode & 0o777 == 0o600
    written = configparser.RawConfigParser()
    written.read(file)
    assert written["global"]["index-url"] == "https://user:pa%20ss@example.com/simple"
    assert written["global"]["extra-index-url"].split() == ["file:///first", "file:///second"]
    assert "user" not in written["global"]
