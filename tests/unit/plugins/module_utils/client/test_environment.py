# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proxies and certificates of the environment that the task passes, and of no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import OptionError
from ansible_collections.mobileops.ci.plugins.module_utils._http.transport_options import Transport, is_loopback

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
