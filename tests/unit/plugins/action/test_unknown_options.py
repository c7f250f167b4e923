# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A misspelt option may hold a secret: its value is in no result and on no screen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._known_options import known_options

from .playbook import Playground

CANARY = "c4n4ry-0f-4-s3cr3t"

TASKS: dict[str, dict[str, Any]] = {
    "bitrise_build_certificate": {"app_slug": "x", "name": "n", "certificat_password": CANARY, "api_tokn": CANARY},
    "bitrise_code_signing": {
        "build_certificates": [{"name": "n", "content": "eA==", "certificate_pasword": CANARY}],
        "apps": [{"app_slug": "x", "android_keystores": [{"name": "n", "key_password": {"deep": [CANARY]}}]}],
        "api_tokn": CANARY,
    },
    "phonegap_key": {"platform": "ios", "title": "t", "passwort": CANARY},
    "signing_file_info": {"files": [{"src": "f"}], "pasword": CANARY},
}


@pytest.mark.parametrize("run_in", ["controller", "target"])
def test_canary(tmp_path: Path, run_in: str) -> None:
    playground = Playground(tmp_path / "ground")
    tasks = [
        {"name": name, f"mobileops.ci.{name}": {**options, "run_in": run_in}, "ignore_errors": True}
        for name, options in TASKS.items()
    ]
    env = {"BITRISE_API_TOKEN": "a-token", "PHONEGAP_TOKEN": "a-token", "PHONEGAP_API_URL": "http://127.0.0.1:1"}

    run = playground.run(tasks, "-vvvv", "--diff", env=env)

    assert CANARY not in run.screen
    for name in TASKS:
        assert run.event(name).event == "failed"
        result = run.result(name)
        assert "nsupported" in result["msg"], result
        assert CANARY not in json.dumps(result)


def test_known_options() -> None:
    spec = {
        "name": {"aliases": ["title"]},
        "settings": {"type": "dict"},
        "files": {"type": "list", "elements": "dict", "options": {"src": {}}},
    }
    given = {"title": "t", "settings": {"a": 1}, "files": [{"src": "s", "scr": 2}, "scr=2"], "nam": 3}

    assert known_options(given, spec) == {"title": "t", "settings": {"a": 1}, "files": [{"src": "s"}, None]}
