# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pathlib

import pytest

from tests.demo.playbook import Run, clean_environment
from tests.demo.workspace import Workspace


def test_environment_excludes_the_users_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    for name in ("ANSIBLE_INVENTORY", "ANSIBLE_FORKS", "BITRISE_API_TOKEN", "https_proxy", "PYTHONPATH"):
        monkeypatch.setenv(name, "of the user")
    monkeypatch.setenv("ANSIBLE_CONFIG", "/of/the/user")
    environment = clean_environment(Workspace(tmp_path))

    assert "of the user" not in environment.values()
    for name in ("HOME", "ANSIBLE_CONFIG", "ANSIBLE_HOME", "ANSIBLE_REMOTE_TEMP", "ANSIBLE_COLLECTIONS_PATH"):
        assert pathlib.Path(environment[name]).is_relative_to(tmp_path)


def test_results_are_counted_file_by_file() -> None:
    properties = {"size": 1}
    upload, delete = (
        {"action": action, "kind": "build_certificate", "name": "a.p12"} for action in ("upload", "delete")
    )
    certificate, profile = (
        {"kind": "build_certificate", "name": "a.p12"},
        {"kind": "provisioning_profile", "name": "a.mobileprovision"},
    )
    diff = {
        "before": {"build_certificates": {"a.p12 (X)": properties, "a.p12 (Y)": properties}},
        "after": {"build_certificates": {"a.p12": properties}},
    }
    run = Run("run", declared=3)
    for host, failed, result in (
        ("one", False, {"actions": [upload, delete], "files": [certificate, profile], "diff": diff}),
        ("two", False, {"actions": [], "files": [certificate]}),
        ("one", False, {"actions": [upload, delete], "msg": "the task for all apps"}),
        ("one", False, {"msg": "a task that is about something else"}),
        ("three", True, {"msg": "no such file"}),
        ("", False, {"apps": 3}),
    ):
        run.add_event({"host": host, "failed": failed, "result": result})

    assert (run.apps, run.in_play) == (["one", "two"], 3)
    assert (run.changed, run.unchanged, run.count("upload"), run.count("delete")) == (1, 2, 1, 1)
    assert run.failures == ["three: no such file"]
    assert run.actions == [upload, delete]
    assert list(run.files[0].before) == ["a.p12 (X)", "a.p12 (Y)"]
    assert list(run.files[0].after) == ["a.p12"]


def test_workspace_is_recreated_unless_it_has_other_contents(tmp_path: pathlib.Path) -> None:
    workspace = Workspace(tmp_path / "demo")
    for _turn in range(2):
        workspace.prepare()
        assert workspace.root.stat().st_mode & 0o777 == 0o700
        assert (workspace.project / "fleet.bitrise.yml").is_file()
        (workspace.signing_files / "a.p12").touch()
    workspace.remove_secrets()
    assert not workspace.signing_files.exists()

    (tmp_path / "other").touch()
    with pytest.raises(FileExistsError, match="Choose another folder"):
        Workspace(tmp_path).prepare()
    assert (tmp_path / "other").exists()
