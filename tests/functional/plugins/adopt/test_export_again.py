# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exports into folders that hold files, and apps and hosts that make an export difficult."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.helpers.documented_results import check_results
from tests.helpers.fleet import ONE, TWO

from .exports import Export


def test_second_run_does_not_change_existing_files(export: Export) -> None:
    export.run([ONE])
    before = export.written()
    place = export.dest / "host_vars" / ONE / "code_signing.yml"
    place.write_text("changed: by hand\n")
    export.fleet.forget()
    again = export.run([ONE, TWO])
    assert {slug: app["changed"] for slug, app in again["apps"].items()} == {ONE: False, TWO: True}
    assert export.fleet.asked()["list"] == 4
    assert place.read_text() == "changed: by hand\n"
    export.run([ONE], force=True)
    assert {path: export.written()[path] for path in before} == before


def test_second_run_reports_values_that_are_still_missing(export: Export) -> None:
    """Report only what the declaration still lacks. The user may have deleted lines of it."""
    missing = export.run([ONE])["apps"][ONE]["missing"]
    place = export.dest / "host_vars" / ONE / "code_signing.yml"
    assert len(missing) > 3
    for check_mode in (True, False):
        export.fleet.forget()
        assert export.run([ONE], check_mode=check_mode)["apps"][ONE]["missing"] == missing
        assert export.fleet.asked() == {}
    place.write_text(place.read_text().replace(f"#   {missing[1]}\n", ""))
    assert export.run([ONE])["apps"][ONE]["missing"] == [missing[0], *missing[2:]]
    for other in ("---\n# mine\ncode_signing_profiles: []\n#   text\n", "$ANSIBLE_VAULT;1.1;AES256\n3132\n", ""):
        place.write_text(other)
        assert export.run([ONE])["apps"][ONE]["missing"] == []
    place.write_bytes(b"\xff\xfe# What")
    assert export.run([ONE])["apps"][ONE]["missing"] == []
    place.unlink()
    place.mkdir()
    assert export.run([ONE])["apps"][ONE]["missing"] == []


def test_each_app_has_a_diff_of_its_own(export: Export) -> None:
    done = export.run([ONE, TWO])
    diffs = [app["diff"] for app in done["apps"].values()]
    assert {path for diff in diffs for path in diff["after"]} == {action["path"] for action in done["actions"]}
    assert done["diff"]["after"] == {**diffs[0]["after"], **diffs[1]["after"]}
    again = export.run([ONE])
    assert again["apps"][ONE]["diff"] == {"before": {}, "after": {}}


def test_stopped_before_the_declaration_was_written(export: Export) -> None:
    """Complete an app on the next run, because files alone do not adopt it."""
    export.fleet.emulator.fault(method="GET", path="/_storage/", nth=5, status=500)
    failed = export.result([ONE])
    assert failed["error"]["kind"] == "storage"
    assert failed["apps"][ONE]["changed"] is False
    export.fleet.emulator.clear_faults()
    export.run([ONE])
    assert export.rollout(ONE, ONE)["changed"] is False


def test_one_app_fails(export: Export) -> None:
    result = export.result([{"app_slug": "ffffffffffffffff"}, TWO])
    assert result["failed"]
    assert result["msg"].startswith("1 of 2 apps failed. ffffffffffffffff: ")
    assert (result["error"]["kind"], result["error"]["status"]) == ("not_found", 404)
    assert export.rollout(TWO, TWO)["changed"] is False


@pytest.mark.parametrize("host", ["../out", "..", ".", "/etc", "~root", "a/b", "a\\b", "a\nb", "a\0b"])
def test_hosts_that_no_folder_can_be_named_after(export: Export, host: str) -> None:
    result = export.result([{"app_slug": TWO, "host": host}])
    assert result["error"]["kind"] == "option"
    assert "must have a name that is valid for a folder" in result["msg"]
    assert not export.dest.exists()


def test_names_of_files_do_not_lead_elsewhere(export: Export, tmp_path: Path) -> None:
    done = export.run([ONE])
    for action in done["actions"]:
        assert Path(action["path"]).resolve().is_relative_to(export.dest.resolve())
    paths = [action["path"].lower() for action in done["actions"]]
    assert len(set(paths)) == len(paths)
    assert {path.name for path in tmp_path.iterdir()} <= {"dest", "state"}
    for path in export.dest.rglob("*"):
        assert path.is_dir() or path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("ending", ["", ".yml", ".yaml", ".json"])
def test_variables_that_would_not_be_read_any_more(export: Export, ending: str) -> None:
    (export.dest / "host_vars").mkdir(parents=True)
    (export.dest / "host_vars" / f"Bank{ending}").write_text("mine: true\n")
    result = export.result([{"app_slug": TWO, "host": "Bank"}])
    assert result["error"]["kind"] == "local_file"
    assert f"Bank{ending}, and ansible-core" in result["msg"]
    assert list(export.written()) == [f"host_vars/Bank{ending}"]


@pytest.mark.parametrize(
    "apps", [[ONE, ONE], [{"app_slug": ONE, "host": "Shop"}, {"app_slug": TWO, "host": "shop"}], [""]]
)
def test_ambiguous_apps(export: Export, apps: Any) -> None:
    assert export.result(apps)["error"]["kind"] == "option"
    assert not export.dest.exists()


def test_documented_results(export: Export) -> None:
    done, failed = export.run([ONE], check_mode=True), export.result([TWO, "ffff"])
    check_results(
        "bitrise_code_signing_export",
        *({**result, "apps": result["apps"][TWO if "error" in result else ONE]} for result in (done, failed)),
    )
