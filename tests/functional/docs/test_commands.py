# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of the guides that encrypt a password write a variable that Ansible can read."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from .yaml_blocks import CHECKOUT

GUIDES = CHECKOUT / "docs" / "docsite" / "rst"
COMMAND = re.compile(r"^ +\$ ansible-vault (encrypt_string .+)$", re.MULTILINE)
COMMANDS = [
    (page.stem, found[1])
    for page in sorted(GUIDES.glob("*.rst"))
    for found in COMMAND.finditer(page.read_text(encoding="utf-8"))
]


class _Loader(yaml.SafeLoader):
    """Reads an encrypted value as its text."""


_Loader.add_constructor("!vault", lambda _loader, node: str(node.value))


def test_the_guides_have_such_commands() -> None:
    assert {page for page, _command in COMMANDS} >= {"awx_guide", "fleet_guide"}


@pytest.mark.parametrize(("page", "command"), COMMANDS)
def test_encrypted_password(page: str, command: str, tmp_path: Path) -> None:
    words, name = command.partition(" > ")[0].split(), command.split()[2]
    (tmp_path / "vault").write_text("of the vault", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "ansible", "vault", *words],
        cwd=tmp_path,
        env={**os.environ, "ANSIBLE_HOME": str(tmp_path), "ANSIBLE_VAULT_PASSWORD_FILE": str(tmp_path / "vault")},
        input="rehearsal",
        capture_output=True,
        text=True,
        check=True,
    )
    variables = _Loader(done.stdout).get_single_data()
    assert isinstance(variables, dict), page
    assert list(variables) == [name]
    assert VaultLib([("default", VaultSecret(b"of the vault"))]).decrypt(variables[name]) == b"rehearsal"
