# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files in group_vars and host_vars whose group or host does not exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.mobileops.ci.plugins.plugin_utils._play.variable_files import ignored_files

GROUPS = {"all": ["Shop", "Bank_iOS", "Caf\u00e9"], "ungrouped": [], "type_ios": ["Shop", "Bank_iOS"]}
USED = (
    *("group_vars/all.yml", "group_vars/type_ios", "group_vars/ungrouped.json", "host_vars/Shop.yaml"),
    *("host_vars/Bank_iOS/main.yml", "host_vars/localhost.yml", "host_vars/Cafe\u0301.yml"),
    *("group_vars/.gitkeep", "group_vars/notes.md", "group_vars/type_io.yml~"),
)


@pytest.mark.parametrize("is_folder", [True, False])
def test_files_without_a_group_or_host_are_found(tmp_path: Path, is_folder: bool) -> None:
    ignored = ("group_vars/type_io.yml", "group_vars/xyz", "host_vars/Bank-iOS/main.yml", "host_vars/type_ios.yml")
    for file in (*USED, *ignored):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    source = tmp_path if is_folder else tmp_path / "fleet.bitrise.yml"

    found = ignored_files({"groups": GROUPS, "ansible_inventory_sources": [str(source)], "playbook_dir": str(tmp_path)})

    assert found == [
        "group_vars/type_io.yml (did you mean type_ios?)",
        "group_vars/xyz",
        "host_vars/Bank-iOS/ (did you mean Bank_iOS?)",
        "host_vars/type_ios.yml",
    ]


def test_nothing_is_found_without_folders(tmp_path: Path) -> None:
    assert ignored_files({"groups": GROUPS, "ansible_inventory_sources": [str(tmp_path / "gone.yml"), "a,b,"]}) == []
