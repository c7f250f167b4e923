# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module process normalizes its arguments, as the action plugin does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.mobileops.ci.plugins.module_utils._signing.signing_file_info import SIGNING_FILE_INFO
from ansible_collections.mobileops.ci.plugins.module_utils._task import module_runner


def _module_with(arguments: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> AnsibleModule:
    def load(module: AnsibleModule) -> None:
        module.params = dict(arguments)

    monkeypatch.setattr(AnsibleModule, "_load_params", load)
    return module_runner._Module(SIGNING_FILE_INFO)


def test_short_forms_of_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    module = _module_with({"files": ["a.p12", {"src": "b.p12"}]}, monkeypatch)
    assert [file["src"] for file in module.params["files"]] == ["a.p12", "b.p12"]


def test_arguments_that_cannot_be_normalized(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        _module_with({"files": [5, "canary"]}, monkeypatch)
    result = json.loads(capsys.readouterr().out)
    assert ended.value.code == 1
    assert (result["failed"], result["error"]["kind"]) == (True, "option")
    assert result["msg"].startswith("files: entry 1 is neither a path")
    assert "canary" not in result["msg"]
