# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The findings about signing files are documented, and no other code can be reported."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._signing.findings import FINDINGS, finding
from ansible_collections.mobileops.ci.plugins.modules import signing_file_info
from tests.helpers.documentation import read_yaml

from . import findings

UTILS = Path(__file__).resolve().parents[3] / "plugins" / "module_utils"


def test_the_page_is_generated() -> None:
    assert findings.PAGE.read_text(encoding="utf-8") == findings.page(), "run python -m tests.unit.docs.findings"


def reported() -> set[str]:
    """Return the codes of all findings that the code can report."""
    codes: set[str] = set()
    for file in UTILS.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("finding", "Finding")
            ):
                code = node.args[0]
                codes.update([str(code.value)] if isinstance(code, ast.Constant) else [])
    return codes


def test_every_code_of_the_table_is_reported_and_no_other() -> None:
    # Three codes for a file of another kind come from a table of their own.
    assert reported() | {"not_a_profile", "not_pkcs12", "not_a_keystore"} == set(FINDINGS)
    with pytest.raises(KeyError):
        finding("something_else", "x")


def test_the_module_documents_every_code() -> None:
    returned = read_yaml(signing_file_info.RETURN)
    described = " ".join(returned["files"]["contains"]["findings"]["contains"]["code"]["description"])
    assert {code for code in FINDINGS if f"V({code})" not in described} == set()
