# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Export of the files of apps: a rollout of it changes nothing, and it holds no secret in plain text."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.constants import DEFAULT_VAULT_IDENTITY
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.adopt.module import CODE_SIGNING_EXPORT
from ansible_collections.mobileops.ci.plugins.module_utils._local.read_file import Content, read_file
from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import TaskContext
from ansible_collections.mobileops.ci.plugins.plugin_utils._vault import encryption
from tests.emulator.process import Emulator
from tests.helpers.documented_results import check_results
from tests.helpers.fleet import ONE, THREE, TWO, Fleet
from tests.helpers.service import CERTIFICATES, KEYSTORES, PROFILES, PROJECT_FILES, READING, a_file
from tests.helpers.tasks import validated

SECRETS = [(DEFAULT_VAULT_IDENTITY, VaultSecret(b"of the vault"))]
VAULT = VaultLib(SECRETS)
STORED = "p4ssw0rd-c4n4ry"


class Reader(yaml.SafeLoader):
    """Reads variables as ansible-core does: decrypts, and takes what is marked as unsafe for text."""


Reader.add_constructor("!vault", lambda _loader, node: VAULT.decrypt(node.value.encode()).decode())
Reader.add_constructor("!unsafe", lambda _loader, node: str(node.value))

LISTS = {
    "code_signing_certificates": CERTIFICATES,
    "code_signing_profiles": PROFILES,
    "code_signing_keystores": KEYSTORES,
    "code_signing_project_files": PROJECT_FILES,
}
HELD: dict[str, list[dict[str, Any]]] = {
    CERTIFICATES: [
        a_file("dist.p12", b"c4n4ry 1", certificate_password=STORED, is_expose=False),
        a_file("protected.p12", b"c4n4ry 2", certificate_password=STORED, is_protected=True),
    ],
    PROFILES: [
        a_file("twice", b"c4n4ry 3"),
        a_file("twice", b"c4n4ry 4"),
        a_file("Twice", b"c4n4ry 5"),
        a_file("../../../out", b"c4n4ry 6"),
        a_file("{{ 1 + 1 }}\n# x: y", b"c4n4ry 7"),
        a_file("half", None),
    ],
    KEYSTORES: [
        a_file("release.jks", b"c4n4ry 8", alias=STORED, password=STORED, private_key_password=STORED),
        a_file("second.jks", b"c4n4ry 9", keystore_file_name="SECOND"),
    ],
    PROJECT_FILES: [
        a_file("a.json", b"c4n4ry 10", user_env_key="A"),
        a_file("a.json", b"c4n4ry 11", user_env_key="B"),
        a_file("vaulted.yml", VAULT.encrypt(b"of somebody else"), user_env_key="VAULTED"),
    ],
}


@dataclass(frozen=True)
class Export:
    """The task, and the folder that it writes to."""

    fleet: Fleet
    dest: Path

    def result(
        self, apps: Any, *, check_mode: bool = False, encrypt: Callable[[bytes], str] | None = None, **options: Any
    ) -> dict[str, Any]:
        fleet = self.fleet
        given = {
            "api_url": fleet.emulator.api_url,
            "api_token": fleet.emulator.tokens["owner"],
            "max_retries": 0,
            "apps": apps,
            "dest": str(self.dest),
            **options,
        }
        entry = CODE_SIGNING_EXPORT
        context = TaskContext({}, check_mode=check_mode, encrypt=encrypt)
        return entry.execute(validated(entry, entry.normalize(given)), context, diff=True)

    def run(self, apps: Any, **options: Any) -> dict[str, Any]:
        result = self.result(apps, **options)
        assert not result.get("failed"), result
        return result

    def written(self) -> dict[str, bytes]:
        return {str(path.relative_to(self.dest)): path.read_bytes() for path in self.dest.rglob("*") if path.is_file()}

    def declared(self, host: str, *groups: str) -> dict[str, Any]:
        """Return the variables as ansible-core reads them, where those of a host override those of groups."""
        places = [*(f"group_vars/{group}" for group in groups), f"host_vars/{host}"]
        found: dict[str, Any] = {}
        for place in places:
            text = (self.dest / place / "code_signing.yml").read_text()
            found.update(yaml.load(text, Loader=Reader))  # noqa: S506 (a SafeLoader)
        values = {f"{{{{ {name} }}}}": found.pop(name) for name in list(found) if name.startswith("vault_")}
        for entries in found.values():
            for entry in entries if isinstance(entries, list) else ():
                entry.update({key: values[value] for key, value in entry.items() if value in values})
        return found

    def rollout(self, app: str, host: str, *groups: str) -> dict[str, Any]:
        """Apply the exported declaration. The role finds a file in files/ beside the inventory."""
        variables = self.declared(host, *groups)
        assert variables.pop("code_signing_app_slug") == app

        def read(path: str) -> Content:
            data = read_file(str(self.dest / "files" / path)).data
            return Content.of(VAULT.decrypt(data) if data.startswith(b"$ANSIBLE_VAULT") else data)

        def plain(entry: Mapping[str, Any]) -> dict[str, Any]:
            return {key: value if isinstance(value, bool) else str(value) for key, value in entry.items()}

        lists = {LISTS[name]: list(map(plain, entries)) for name, entries in variables.items()}
        task = self.fleet.task([app], **lists)
        # Nothing is uploaded, so these files need not be genuine signing files.
        strict = {
            kind: [{**file, "verify": "strict"} for file in task.options[kind]]
            for kind in lists
            if kind != PROJECT_FILES
        }
        options = {**task.options, **strict}
        return type(task)(task.fleet, options, task.env, read).run(check_mode=True, diff=True)


@pytest.fixture
def export(emulator: Emulator, tmp_path: Path) -> Export:
    fleet = Fleet(emulator, tmp_path)
    fleet.holds({ONE: HELD, TWO: {PROFILES: [a_file("dist", b"c4n4ry")]}, THREE: {}})
    return Export(fleet, tmp_path / "dest")


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
    removed = [subject for subject, text in said.items() if "The next rollout removes it" in text]
    rolled_out = export.rollout(ONE, ONE)
    expected = [f"{action['kind'].replace('_', ' ')} {action['name']}" for action in rolled_out["actions"]]
    assert {action.get("reason") for action in rolled_out["actions"]} <= {"leftover"}
    assert removed == expected
    assert {"provisioning profile other", "Android keystore other"} <= set(said)


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
    assert "cannot be the name of a folder" in result["msg"]
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
def test_apps_that_cannot_be_told_apart(export: Export, apps: Any) -> None:
    assert export.result(apps)["error"]["kind"] == "option"
    assert not export.dest.exists()


def test_documented_results(export: Export) -> None:
    done, failed = export.run([ONE], check_mode=True), export.result([TWO, "ffff"])
    check_results(
        "bitrise_code_signing_export",
        *({**result, "apps": result["apps"][TWO if "error" in result else ONE]} for result in (done, failed)),
    )
