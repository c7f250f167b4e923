# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Export of the files of apps: a rollout of it changes nothing, and it holds no secret in plain text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.plugin_utils._vault import encryption
from tests.helpers.fleet import ONE, THREE, TWO
from tests.helpers.service import CERTIFICATES, KEYSTORES, PROFILES, PROJECT_FILES, READING, a_file

from .exports import HELD, STORED, VAULT, Export


@pytest.mark.parametrize("encrypt", [None, encryption(VAULT)], ids=["plain", "vault"])
@pytest.mark.parametrize("echo", [False, True])
def test_rollout_of_an_export_changes_nothing(
    export: Export, encrypt: Callable[[bytes], str] | None, echo: bool
) -> None:
    export.fleet.emulator.options(echo_keystore_secrets=echo)
    done = export.run([{"app_slug": ONE, "host": "Shop"}, TWO, THREE], encrypt=encrypt)
    assert done["summary"] == {
        "apps": 3,
        "changed": 3,
        "failed": 0,
        "files": 11,
        "shared_files": 0,
        "groups": 0,
    }
    assert done["encrypted"] is (encrypt is not None)
    for app, host in ((TWO, TWO), (ONE, "Shop")):
        rolled_out = export.rollout(app, host)
        # An upload that was never completed is not declared, so only its deletion is missing.
        assert rolled_out["actions"] == []
        assert rolled_out["changed"] is False
        assert "warnings" not in rolled_out
    assert export.declared(THREE) == {"code_signing_app_slug": THREE}


SHARED = a_file("dist.p12", b"c4nary shared", certificate_password=STORED)


@pytest.mark.parametrize("encrypt", [None, encryption(VAULT)], ids=["plain", "vault"])
def test_apps_that_share_files(export: Export, encrypt: Callable[[bytes], str] | None) -> None:
    """Write a shared file once, and declare it once if a group has exactly the hosts that share it."""
    profile = [a_file("same name", b"c4nary of one")]
    export.fleet.holds(
        {
            ONE: {CERTIFICATES: [SHARED], PROFILES: profile},
            TWO: {CERTIFICATES: [SHARED], PROFILES: [a_file("same name", b"c4nary of two")]},
            THREE: {CERTIFICATES: [SHARED], PROFILES: profile, KEYSTORES: [a_file("r.jks", b"c4nary 3")]},
        }
    )
    apps = [{"app_slug": slug, "host": host} for slug, host in ((ONE, "a"), (TWO, "b"), (THREE, "c"))]
    groups = {"all": ["a", "b", "c"], "pair": ["a", "c"], "elsewhere": ["a", "z"]}
    checked = export.run(apps, groups=groups, check_mode=True, encrypt=encrypt)
    assert export.written() == {}
    done = export.run(apps, groups=groups, encrypt=encrypt)
    for key in ("changed", "actions", "diff", "summary", "groups", "notes"):
        assert checked[key] == done[key], key
    assert {name: group["variables"] for name, group in done["groups"].items()} == {
        "all": ["code_signing_certificates"],
        "pair": ["code_signing_profiles"],
    }
    written = export.written()
    assert {str(export.dest / path) for path in written} == {action["path"] for action in done["actions"]}
    assert sorted(path for path in written if path.startswith("files/")) == sorted(
        [
            f"files/code_signing/{TWO}/same_name",
            f"files/code_signing/{THREE}/r.jks",
            *(path for path in written if path.startswith("files/code_signing/shared/")),
        ]
    )
    assert done["summary"] == {"apps": 3, "changed": 3, "failed": 0, "files": 4, "shared_files": 2, "groups": 2}
    assert [app["changed"] for app in done["apps"].values()] == [True] * 3
    for slug, host, of_groups in ((ONE, "a", ("all", "pair")), (TWO, "b", ("all",)), (THREE, "c", ("all", "pair"))):
        assert export.rollout(slug, host, *of_groups)["changed"] is False
    assert (STORED.encode() in b"".join(written.values())) is False


def test_declarations_of_groups_are_overridden(export: Export) -> None:
    """Remove the files of a group from an app that has no such file, because a rollout would upload them."""
    export.fleet.holds({ONE: {CERTIFICATES: [SHARED]}, TWO: {}})
    declares = ["code_signing_certificates", "code_signing_keystores"]
    export.run([{"app_slug": slug, "declares": declares} for slug in (ONE, TWO)], groups={"all": [ONE, TWO]})
    assert export.declared(TWO) == {
        "code_signing_app_slug": TWO,
        "code_signing_certificates": [],
        "code_signing_keystores": [],
    }
    assert [file["name"] for file in export.declared(ONE)["code_signing_certificates"]] == ["dist.p12"]


def test_a_group_whose_variables_are_a_file(export: Export) -> None:
    export.fleet.holds({ONE: {CERTIFICATES: [SHARED]}, TWO: {CERTIFICATES: [SHARED]}})
    (export.dest / "group_vars").mkdir(parents=True)
    (export.dest / "group_vars" / "all.yml").write_text("mine: true\n")
    done = export.run([ONE, TWO], groups={"all": [ONE, TWO]})
    assert done["groups"] == {}
    (warning,) = [text for text in done["warnings"] if "group_vars" in text]
    assert "group_vars/all.yml" in warning
    assert export.rollout(ONE, ONE)["changed"] is False
    # As the warning says.
    (export.dest / "group_vars" / "all").mkdir()
    (export.dest / "group_vars" / "all.yml").rename(export.dest / "group_vars" / "all" / "main.yml")
    again = export.run([ONE, TWO], groups={"all": [ONE, TWO]}, force=True)
    assert list(again["groups"]) == ["all"]
    assert export.rollout(ONE, ONE, "all")["changed"] is False
    # The declarations that are replaced do not count as those of other files.
    apps = [{"app_slug": slug, "declares": ["code_signing_certificates"]} for slug in (ONE, TWO)]
    assert list(export.run(apps, groups={"all": [ONE, TWO]}, force=True)["groups"]) == ["all"]


def test_an_app_that_fails_keeps_its_groups_from_declaring(export: Export) -> None:
    export.fleet.holds({ONE: {CERTIFICATES: [SHARED]}, TWO: {CERTIFICATES: [SHARED]}})
    apps = [ONE, TWO, "ffffffffffffffff"]
    result = export.result(apps, groups={"all": apps, "both": [ONE, TWO]})
    assert list(result["groups"]) == ["both"]
    assert export.rollout(ONE, ONE, "both")["changed"] is False


def test_a_refused_token_is_tried_by_few_apps(export: Export) -> None:
    export.fleet.holds([])
    apps = [f"{number:016x}" for number in range(30)]
    result = export.result(apps, api_token="wr0ng", concurrency=2)
    assert result["error"]["kind"] == "unauthorized"
    assert export.fleet.asked().total() <= 3
    assert result["msg"].startswith("30 of 30 apps failed. 30 apps (")


def test_notes_are_by_cause(export: Export) -> None:
    protected = a_file("protected.p12", b"c4nary 2", is_protected=True)
    export.fleet.holds(
        {ONE: {CERTIFICATES: [protected]}, TWO: {CERTIFICATES: [protected], PROFILES: [a_file("p", None)]}}
    )
    done = export.run([ONE, TWO])
    assert {note["cause"].partition(".")[0]: note["files"] for note in done["notes"]} == {
        "Bitrise does not return its content": {"build certificate protected.p12": [ONE, TWO]},
        "Bitrise does not return its certificate_password": {"build certificate protected.p12": [ONE, TWO]},
        "This upload was never completed and is not declared": {"provisioning profile p": [TWO]},
    }
    assert export.run([ONE, TWO])["notes"] == done["notes"]


def test_encrypted(export: Export) -> None:
    """Encrypt files, passwords and notes about them with a vault secret."""
    export.fleet.emulator.options(echo_keystore_secrets=True)
    done = export.run([ONE], encrypt=encryption(VAULT))
    assert "c4n4ry" not in json.dumps(done)
    written = export.written()
    assert [path for path, data in written.items() if b"c4n4ry" in data] == []
    files = {path: data for path, data in written.items() if path.startswith("files/")}
    assert all(data.startswith(b"$ANSIBLE_VAULT") for data in files.values())
    (certificate, protected) = export.declared(ONE)["code_signing_certificates"]
    assert str(certificate["certificate_password"]) == STORED
    assert set(protected) == {"name", "is_protected", "is_expose"}
    assert str(export.declared(ONE)["code_signing_keystores"][0]["alias"]) == STORED
    missing = " ".join(done["apps"][ONE]["missing"])
    assert "protected.p12: Bitrise does not return its content" in missing
    assert "half: This upload was never completed" in missing
    assert "vaulted variables" not in missing


def test_without_a_vault_secret(export: Export) -> None:
    """Write files in plain text, omit passwords, and list the values to fill in."""
    export.fleet.emulator.options(echo_keystore_secrets=True)
    done = export.run([ONE])
    declaration = export.written()[f"host_vars/{ONE}/code_signing.yml"]
    assert STORED.encode() not in b"".join(export.written().values())
    assert STORED not in json.dumps(done)
    assert "passwords are not written" in done["warnings"][0]
    for words in (
        "build certificate dist.p12: Put its passwords into vaulted variables.",
        "Android keystore release.jks: Put its passwords into vaulted variables.",
    ):
        assert any(words in text for text in done["apps"][ONE]["missing"])
        assert words.encode() in declaration


def test_check_mode(export: Export) -> None:
    apps = [ONE, {"app_slug": TWO, "host": "Bank"}]
    export.fleet.holds({ONE: {**HELD, PROJECT_FILES: []}, TWO: {PROFILES: [a_file("dist", b"c4n4ry")]}})
    checked = export.run(apps, check_mode=True)
    assert set(export.fleet.asked()) == {"list"}
    assert export.written() == {}
    done = export.run(apps)
    assert set(export.fleet.asked()) <= READING
    for key in ("changed", "actions", "diff", "summary"):
        assert checked[key] == done[key]
    assert {key for app in checked["apps"].values() for key in app} == {
        key for app in done["apps"].values() for key in app
    }
    paths = {str(path) for path in export.dest.rglob("*") if path.is_file()}
    assert {action["path"] for action in done["actions"]} == paths


@pytest.mark.parametrize("encrypt", [None, encryption(VAULT)], ids=["plain", "vault"])
def test_check_mode_reports_missing_values(export: Export, encrypt: Callable[[bytes], str] | None) -> None:
    """Report missing values without a download and without a vault secret."""
    export.fleet.emulator.options(echo_keystore_secrets=True)
    apps = [{"app_slug": ONE, "host": "Shop"}, TWO, THREE]
    checked = export.run(apps, check_mode=True, encrypt=encrypt)
    assert set(export.fleet.asked()) == {"list"}
    assert checked["apps"][ONE]["missing"] != []
    done = export.run(apps, encrypt=encrypt)
    for slug, app in done["apps"].items():
        assert checked["apps"][slug]["missing"] == app["missing"]


LEFTOVERS: dict[str, dict[str, list[dict[str, Any]]]] = {
    "name": {PROFILES: [a_file("dist", b"c4n4ry"), a_file("dist", None)]},
    "name of a protected file": {CERTIFICATES: [a_file("dist", b"c4n4ry", is_protected=True), a_file("dist", None)]},
    "name of two files": {PROFILES: [a_file("dist", b"1"), a_file("dist", b"2"), a_file("dist", None)]},
    "key": {
        PROJECT_FILES: [a_file("a", b"1", user_env_key="A"), a_file("a", None, user_env_key="B")],
    },
}


@pytest.mark.parametrize("held", LEFTOVERS.values(), ids=LEFTOVERS)
def test_leftovers_that_a_rollout_deletes_are_reported(export: Export, held: dict[str, list[dict[str, Any]]]) -> None:
    """Report leftovers that a rollout deletes. It keeps recent ones."""
    others = {KEYSTORES: [a_file("other", None)], PROFILES: [*held.get(PROFILES, []), a_file("other", None)]}
    export.fleet.holds({ONE: {**held, **others}})
    done = export.run([ONE])
    said = {text.partition(":")[0]: text for text in done["apps"][ONE]["missing"] if "never completed" in text}
    removed = [subject for subject, text in said.items() if "The next rollout deletes it" in text]
    rolled_out = export.rollout(ONE, ONE)
    expected = [f"{action['kind'].replace('_', ' ')} {action['name']}" for action in rolled_out["actions"]]
    assert {action.get("reason") for action in rolled_out["actions"]} <= {"leftover"}
    assert removed == expected
    assert {"provisioning profile other", "Android keystore other"} <= set(said)
