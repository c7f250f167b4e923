# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The comments at the top of a playbook document its variables, and its page is generated from them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .playbooks import CHECKOUT, PAGES, PLAYBOOKS, page, path_of

READMES = "\n".join(file.read_text("utf-8") for file in (CHECKOUT / "roles").glob("*/README.md"))
# The role's, which the header names by their endings, and Ansible's own.
ELSEWHERE = re.compile(r"code_signing_|bitrise_|inventory_dir$")


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=lambda playbook: playbook.stem)
def test_every_variable_is_documented(playbook: Path) -> None:
    lines = playbook.read_text("utf-8").splitlines()
    header = "\n".join(line for line in lines if line.startswith("#"))
    work = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    read = set(re.findall(r"(?<![\w.])([a-z]\w+) \| default\(", work))
    for prefix in re.findall(r"prefix='(\w+)'", work):
        read |= {f"{prefix}_hosts", f"{prefix}_allow_empty"}
    assert read
    undocumented = {name for name in read if not re.search(rf"\b{name}\b", header + READMES)}
    assert {name for name in undocumented if not ELSEWHERE.match(name)} == set()


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=lambda playbook: playbook.stem)
def test_the_page_is_generated(playbook: Path) -> None:
    assert path_of(playbook).read_text("utf-8") == page(playbook), "run python -m tests.unit.docs.playbooks"


def test_every_page_has_a_playbook() -> None:
    assert set(PAGES.glob("playbook_*.rst")) == set(map(path_of, PLAYBOOKS))


def test_contributors_find_the_files_that_their_guide_names() -> None:
    guide = (PAGES / "life_of_a_task.rst").read_text("utf-8")
    named = re.findall(r"``((?:plugins|playbooks|roles|tests)/[^`]*)``", guide)
    assert len(named) > 20
    assert [name for name in named if not (CHECKOUT / name).exists()] == []
