# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The summary of deleted certificates, and the names that no app has."""

from __future__ import annotations

from ansible_collections.mobileops.ci.plugins.plugin_utils._code_signing.removal import (
    Removal,
    absent_names,
    others_of,
    removal_lines,
)

OLD = "rotate_certificate_old"


def test_lines_count_files_and_group_apps() -> None:
    removals = [
        Removal("Shop", ("a.p12", "a.p12")),
        Removal("Bank", ("a.p12",)),
        Removal("News", ("b.p12",), ("a.p12",)),
        Removal("Watch"),
    ]
    assert removal_lines(removals, check_mode=True) == [
        "Old certificates: 4 to delete in 3 apps, in addition to the files above",
        "2 apps: a.p12 would be deleted (Shop, Bank)",
        "News: b.p12 would be deleted",
    ]
    assert removal_lines(removals[-1:], check_mode=True) == []


def test_a_name_that_some_app_has_is_not_reported() -> None:
    removals = [Removal("Shop", ("dist-1.p12",)), Removal("Bank", (), ("dist-1.p12",), ("dist-2.p12",))]
    assert absent_names(removals, OLD) == ([], [])


def test_a_similar_name_is_a_warning() -> None:
    of_app = ("development.p12", "distribution-2027.p12")
    removals = [Removal(host, (), ("distribution-2072.p12",), of_app) for host in ("Shop", "Bank")]
    text = "no app has distribution-2072.p12 (2 apps checked). The closest name is distribution-2027.p12."
    assert absent_names(removals, OLD) == ([], [f"{OLD}: {text}"])
    assert absent_names(removals[:1], OLD)[1] == [
        f"{OLD}: no app has distribution-2072.p12 (1 app checked). The closest name is distribution-2027.p12."
    ]


def test_a_second_run_is_not_a_warning() -> None:
    """Ignore the new certificate, which resembles the old one, because it is declared."""
    files = [{"upload_file_name": name} for name in ("distribution-2028.p12", "development.p12")]
    others = others_of(files, ["distribution-2027.p12", "distribution-2028.p12"])
    assert others == ["development.p12"]
    removal = Removal("Shop", (), ("distribution-2027.p12",), tuple(others))
    assert absent_names([removal], OLD) == ([f"{OLD}: no app has distribution-2027.p12 (1 app checked)."], [])


def test_result_of_the_task() -> None:
    actions = [{"name": "a", "reason": "absent"}, {"name": "mobileops.ci-protect-a", "reason": "leftover"}]
    result = {"actions": actions, "absent": ["b"], "others": ["c"]}
    assert Removal.of("Shop", result) == Removal("Shop", ("a",), ("b",), ("c",))
