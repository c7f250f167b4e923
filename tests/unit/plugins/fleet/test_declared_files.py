# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors about declared files name the variable, the entry and the place."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible.parsing.dataloader import DataLoader

from ansible_collections.mobileops.ci.plugins.plugin_utils._code_signing.declaration import Declaration, declaration_of
from ansible_collections.mobileops.ci.plugins.plugin_utils._play.evaluation import Evaluator
from ansible_collections.mobileops.ci.plugins.plugin_utils._play.search import FileSearch


def declare(text: str, folder: Path) -> Declaration:
    """Return the declaration of a host with these variables, in YAML."""
    path = folder / "all.yml"
    path.write_text(text)
    variables = {"code_signing_app_slug": "5l4g", **DataLoader().load_from_file(str(path))}
    return declaration_of("Shop", {**variables, "inventory_dir": str(folder)}, Evaluator(DataLoader()), FileSearch())


@pytest.mark.parametrize(
    ("src", "reason"),
    [
        ("missing.p12", "does not exist"),
        ("folder.p12", "is a directory. Name a file in it"),
        ("empty.p12", "must not be empty"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, src: str, reason: str) -> None:
    (tmp_path / "folder.p12").mkdir()
    (tmp_path / "empty.p12").touch()

    (problem,) = declare(f"code_signing_certificates:\n  - name: x\n  - src: {src}\n", tmp_path).problems

    assert problem.text == f"code_signing_certificates, entry 2: file {src} {reason}"
    assert problem.place.startswith(f"{tmp_path}/all.yml:3")
    assert problem.kind == "local_file"


def test_an_error_of_the_engine(tmp_path: Path) -> None:
    text = "code_signing_profiles:\n  - name: Shop\n  - name: Shop extension\n"
    declared = declare(text, tmp_path)
    message = "Provisioning profile Shop extension for app 5l4g is invalid."

    problem = declared.problem_of({"msg": message, "kind": "verify"})

    assert problem.text == f"code_signing_profiles, entry 2: {message}"
    assert problem.place.startswith(f"{tmp_path}/all.yml:3")
    named = declared.problem_of({"msg": message, "kind": "verify"}, host="Shop")
    assert named.text.endswith("for app Shop is invalid.")
    assert declared.problem_of({"msg": message, "kind": "verify"}, host="ACME\\shop").text.endswith(
        "for app ACME\\shop is invalid."
    )
    assert declared.problem_of({"msg": message, "kind": "server_error"}).text == message


@pytest.mark.parametrize("before", ["", "The ", "ß" * 80 + " "])
def test_an_error_in_the_middle_of_which_the_file_is_named(tmp_path: Path, before: str) -> None:
    declared = declare("code_signing_profiles:\n  - name: Shop\n", tmp_path)
    message = f"{before}provisioning profile Shop has another team."

    assert declared.problem_of({"msg": message, "kind": "verify"}).text == f"code_signing_profiles, entry 1: {message}"
