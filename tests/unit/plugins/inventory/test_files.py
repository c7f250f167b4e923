# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that the plugin accepts, by the key `plugin` and not by their name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible.plugins.loader import inventory_loader

from tests.helpers.inventory_sources import NAME, write

BUILD_CONFIGURATION = """\
format_version: "13"
project_type: ios
workflows:
  primary:
    steps:
      - script@1:
          inputs:
            - content: |
                cat > apps.bitrise.yml <<END
                plugin: mobileops.ci.bitrise
                END
"""


def claimed(path: Path, text: str) -> bool:
    verdict = inventory_loader.get(NAME).verify_file(write(path, text))
    assert isinstance(verdict, bool)
    return verdict


@pytest.mark.parametrize("name", ["bitrise.yml", "fleet.yaml", "fleet", "Bank: iOS.json"])
@pytest.mark.parametrize(
    "text",
    [
        "plugin: mobileops.ci.bitrise\n",
        "---\n'plugin' : \"mobileops.ci.bitrise\"  # ours\n",
        '{"plugin": "mobileops.ci.bitrise", "strict": true}',
        "api_token: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\nplugin: mobileops.ci.bitrise\n",
        "\ufeffplugin: mobileops.ci.bitrise\n",
        "plugin: mobileops.ci.bitrise\ntitle: 'no end\n",
        "$ANSIBLE_VAULT;1.1;AES256\n6162\n",
    ],
)
def test_configuration_files_of_the_plugin(tmp_path: Path, name: str, text: str) -> None:
    assert claimed(tmp_path / name, text)


@pytest.mark.parametrize(
    "text",
    [
        BUILD_CONFIGURATION,
        BUILD_CONFIGURATION + "broken: [\n",
        "",
        "- plugin: mobileops.ci.bitrise\n",
        "plugin: another.collection.bitrise\n",
        "plugin: mobileops.ci.bitrise_other\n",
        "plugin: [mobileops.ci.bitrise]\n",
        "all: {hosts: {plugin: mobileops.ci.bitrise}}\n",
    ],
)
def test_a_file_without_its_key_is_skipped(tmp_path: Path, text: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert not claimed(tmp_path / "bitrise.yml", text)
    assert capfd.readouterr() == ("", "")


def test_sources_that_are_not_ordinary_files(tmp_path: Path) -> None:
    (tmp_path / "binary.bitrise.yml").write_bytes(b"plugin: mobileops.ci.bitrise\n\xff\xfe")
    (tmp_path / "deep.yml").write_text("plugin: mobileops.ci.bitrise\nx: " + "[" * 1_000)
    (tmp_path / "huge.yml").write_text("plugin: mobileops.ci.bitrise\n" + "#" * 2_000_000)
    plugin = inventory_loader.get(NAME)
    for name in ("binary.bitrise.yml", "deep.yml", "huge.yml", "missing.yml", "", "a,b", "null\0byte"):
        assert not plugin.verify_file(str(tmp_path / name)), name


def test_a_pipe_is_left_to_other_parsers(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.yml"
    os.mkfifo(pipe)

    assert not inventory_loader.get(NAME).verify_file(str(pipe))
