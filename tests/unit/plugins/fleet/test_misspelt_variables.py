# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Misspelt variables of a declaration are errors, also beside variables that are right."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader

from ansible_collections.mobileops.ci.plugins.action import _rotate_certificate
from ansible_collections.mobileops.ci.plugins.plugin_utils._code_signing.declaration import Declaration, declaration_of
from ansible_collections.mobileops.ci.plugins.plugin_utils._play.action import PlayFailureError
from ansible_collections.mobileops.ci.plugins.plugin_utils._play.evaluation import Evaluator
from ansible_collections.mobileops.ci.plugins.plugin_utils._play.search import FileSearch

CERTIFICATES: dict[str, Any] = {
    "code_signing_app_slug": "5l4g",
    "code_signing_certificates": [{"content": "eA==", "name": "dist.p12"}],
}


def declaration(variables: dict[str, Any]) -> Declaration:
    return declaration_of("Shop", variables, Evaluator(DataLoader()), FileSearch())


@pytest.mark.parametrize(
    ("name", "closest"),
    [
        ("profile", "profiles"),
        ("max_purges", "max_purge"),
        ("provisioning_profiles", "profiles"),
        ("build_certificates", "certificates"),
        ("android_keystores", "keystores"),
    ],
)
@pytest.mark.parametrize("others", [{}, CERTIFICATES])
def test_a_misspelt_variable_is_an_error(name: str, closest: str, others: dict[str, Any]) -> None:
    found = declaration({f"code_signing_{name}": [], **others})

    assert [problem.text for problem in found.problems] == [
        f"code_signing_{name} is not a variable of this collection; did you mean code_signing_{closest}?"
    ]


@pytest.mark.parametrize("name", ["password", "certificate_password", "profiles_dir", "shared_certificates", "theme"])
def test_a_variable_of_the_user_is_not_an_error(name: str) -> None:
    assert declaration({f"code_signing_{name}": "x", **CERTIFICATES}).problems == []


def test_a_key_of_entries_is_not_a_variable() -> None:
    (problem,) = declaration({"code_signing_backup_dir": "x", **CERTIFICATES}).problems
    lists = "code_signing_certificates, code_signing_profiles, code_signing_keystores or code_signing_project_files"
    assert problem.text == (
        f"code_signing_backup_dir: backup_dir is a key of an entry of {lists}, not a variable. Set it in each entry"
    )


def test_a_variable_that_an_entry_uses() -> None:
    entry = {"content": "eA==", "name": "x", "backup_dir": "{{ code_signing_backup_dir }}"}
    variables = {"code_signing_backup_dir": "x", **CERTIFICATES, "code_signing_profiles": [entry]}
    assert declaration(variables).problems == []


@pytest.mark.parametrize("name", ["code_signing_certificate", "rotate_certificate_olds"])
def test_a_rotation_does_not_skip_a_host_with_a_misspelt_variable(name: str) -> None:
    hosts = [
        _rotate_certificate._host(host, variables, Evaluator(DataLoader()), FileSearch())
        for host, variables in {"Shop": CERTIFICATES, "Bank": {"code_signing_app_slug": "84nk", name: []}}.items()
    ]

    with pytest.raises(PlayFailureError) as error:
        _rotate_certificate._check(hosts, hosts[:1], is_whole_play=True)

    assert f"{name} is not a variable of this collection; did you mean {name}s?".replace("oldss", "old") in str(
        error.value.args[0]
    )
    assert "[Bank]" in str(error.value.args[0])
