# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors about declared files name the variable, the entry and the place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from ansible.parsing.dataloader import DataLoader

from ansible_collections.mobileops.ci.plugins.plugin_utils._code_signing.declaration import Declaration, declaration_of
from ansible_collections.mobileops.ci.plugins.plugin_utils._play.causes import by_cause
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
    message = "Provisioning profile Shop extension for app {} is invalid."
    of_service = {"msg": message.format("5l4g"), "kind": "verify"}

    problem = declared.problem_of(of_service)

    assert problem.text == f"code_signing_profiles, entry 2: {message.format('Shop')}"
    assert problem.place.startswith(f"{tmp_path}/all.yml:3")
    windows = replace(declared, host="ACME\\shop")
    assert windows.problem_of(of_service).text.endswith("for app ACME\\shop is invalid.")
    assert declared.problem_of({**of_service, "kind": "server_error"}).text == message.format("Shop")


def test_a_slug_that_may_be_wrong_is_named(tmp_path: Path) -> None:
    declared = declare("code_signing_profiles: [{name: Shop}]\n", tmp_path)

    assert declared.problem_of({"msg": "no", "kind": "not_found", "status": 404}).hint == "The slug of Shop is 5l4g."
    assert declared.problem_of({"msg": "no", "kind": "forbidden", "status": 404}).hint == ""


def test_files_of_one_template_share_a_cause(tmp_path: Path) -> None:
    """Ignore names and dates of files, in which the texts differ."""
    text = "Provisioning profile {0}.x for app 5l4g is invalid: It expired on 2026-11-{1}T23:05:53Z, {1} days ago."
    problems = []
    for name in ("19", "2"):
        declared = declare(f"code_signing_profiles:\n  - name: {name}.x\n", tmp_path)
        problems.append((name, declared.problem_of({"msg": text.format(name, 10 + int(name)), "kind": "verify"})))
    other = declare("code_signing_profiles:\n  - name: y\n  - name: 2.x\n", tmp_path)
    problems.append(("z", other.problem_of({"msg": text.format(2, 12), "kind": "verify"})))

    first, second = by_cause(problems)

    assert (first.hosts, second.hosts) == (["19", "2"], ["z"])
    assert first.text.startswith("For example: code_signing_profiles, entry 1: Provisioning profile 19.x for the app")


@pytest.mark.parametrize("before", ["", "The ", "ß" * 80 + " "])
def test_an_error_in_the_middle_of_which_the_file_is_named(tmp_path: Path, before: str) -> None:
    declared = declare("code_signing_profiles:\n  - name: Shop\n", tmp_path)
    message = f"{before}provisioning profile Shop has another team."

    assert declared.problem_of({"msg": message, "kind": "verify"}).text == f"code_signing_profiles, entry 1: {message}"
