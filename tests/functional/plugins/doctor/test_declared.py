# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of declarations: all errors are found without a write, by the code of the rollout."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.doctor.checks import (
    FAILED,
    OK,
    SKIPPED,
    WARNING,
    Check,
    Checks,
    Pseudonyms,
    recorded,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.fleet.code_signing import CODE_SIGNING
from ansible_collections.mobileops.ci.plugins.module_utils._local.read_file import read_file
from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import TaskContext
from ansible_collections.mobileops.ci.plugins.plugin_utils._code_signing.declaration import Declaration, declaration_of
from ansible_collections.mobileops.ci.plugins.plugin_utils._doctor.declared import check_declared
from ansible_collections.mobileops.ci.plugins.plugin_utils._play.evaluation import Evaluator
from ansible_collections.mobileops.ci.plugins.plugin_utils._play.search import FileSearch
from tests.emulator.process import Emulator
from tests.helpers.doctor_report import only, statuses
from tests.helpers.service import CERTIFICATES, a_file
from tests.helpers.tasks import validated
from tests.signing_files import Authority, Identity, IdentityKind, ProfileType, Team

TEAM = Team("A1B2C3D4E5", "Acme Ltd")
PASSWORD = "p4ssw0rd-c4n4ry"
APPS = [f"a99a{number:04}a99a{number:04}" for number in range(4)]
Json = dict[str, Any]


class Files:
    def __init__(self, folder: Path) -> None:
        authority = Authority.create()
        own, other = (authority.identity(IdentityKind.DISTRIBUTION, TEAM) for _number in range(2))

        def profile(identity: Identity) -> bytes:
            return authority.profile(
                name="Shop", type=ProfileType.APP_STORE, bundle_id="com.acme.shop", identities=[identity], team=TEAM
            ).content

        self.p12 = own.pkcs12(PASSWORD)
        for name, content in {"dist.p12": self.p12, "fits": profile(own), "not": profile(other)}.items():
            (folder / name).write_bytes(content)
        (folder / "text").write_text("no profile")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def files(folder: Path) -> Files:
    return Files(folder)


def certificate(**more: Any) -> Json:
    return {"src": "dist.p12", "certificate_password": PASSWORD, **more}


def examined(
    folder: Path, hosts: Mapping[str, Json], emulator: Emulator | None = None, *, failure: str = ""
) -> list[Check]:
    """Return the checks of these hosts, compared with the emulator if there is one."""
    evaluator, search = Evaluator(DataLoader()), FileSearch()
    declared: list[Declaration] = []
    for number, (host, variables) in enumerate(hosts.items()):
        known = {"bitrise_app_slug": APPS[number], "inventory_dir": str(folder), **variables}
        declared.append(declaration_of(host, known, evaluator, search))

    def engine(options: Mapping[str, Any]) -> Json:
        if failure or emulator is None:
            return {"failed": True, "msg": failure, "error": {"kind": "tls"}}
        given = {"api_url": emulator.api_url, "api_token": emulator.tokens["owner"], "max_retries": 0, **options}
        context = TaskContext({}, check_mode=True, read_file=read_file)
        return CODE_SIGNING.execute(validated(CODE_SIGNING, given), context, diff=False)

    checks = Checks("declared")
    check_declared(checks, declared, read_file, engine if emulator or failure else None)
    text = str([check.as_result() for check in checks.found]) + str(recorded(checks.found, Pseudonyms()))
    assert PASSWORD not in text
    return checks.found


def load(emulator: Emulator, number: int, **more: Any) -> None:
    described = [{"title": slug, "slug": slug, **more} for slug in APPS[:number]]
    emulator.load({"apps": described})
    emulator.clear_requests()


def test_no_problem(emulator: Emulator, folder: Path, files: Files) -> None:
    load(emulator, 3, **{CERTIFICATES: [a_file("dist.p12", files.p12, certificate_password=PASSWORD)]})
    both = {"code_signing_certificates": [certificate()], "code_signing_profiles": [{"src": "fits"}]}
    found = examined(
        folder, {"one": both, "two": {"code_signing_certificates": [certificate()]}, "three": {}}, emulator
    )
    assert statuses(found) == {"hosts": OK, "files": OK, "rollout": OK}
    assert [check.message for check in found] == [
        "3 hosts, 2 with declared files. Without files: three",
        "3 declared files valid",
        "A rollout would change 1 of 2 apps",
    ]
    assert {request["method"] for request in emulator.requests()} == {"GET"}


def test_an_app_that_does_not_exist(emulator: Emulator, folder: Path) -> None:
    """Show its slug to people, because it is the error, but not in the record."""
    load(emulator, 1)
    declared = {"code_signing_certificates": [{"content": "eA==", "name": "x", "verify": "none"}]}
    found = examined(folder, {"one": declared, "two": declared, "three": declared}, emulator)
    shown = only(found, FAILED).as_result()
    assert shown["advice"] == f"The slug of two is {APPS[1]}. The slug of three is {APPS[2]}."
    assert APPS[1] not in str(recorded(found, Pseudonyms()))


def test_no_declarations(folder: Path) -> None:
    found = examined(folder, {"one": {}, "two": {}})
    assert found[0].message == "2 hosts, and none declares a file"
    assert statuses(found) == {"hosts": WARNING, "files": OK}


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("variables", "message", "kind"),
    [
        ({"code_signing_profile": ["fits"]}, "did you mean code_signing_profiles?", "variable"),
        (
            {"code_signing_certificates": [certificate()], "code_signing_max_purges": 1},
            "did you mean code_signing_max_purge?",
            "variable",
        ),
        ({"code_signing_profiles": [{"src": "missing"}]}, "file missing does not exist", "variable"),
        ({"code_signing_profiles": [{"src": "fits", "vreify": "none"}]}, "vreify is not an option here", "variable"),
        ({"code_signing_profiles": [{"src": "text"}]}, "This is not a provisioning profile", "verify"),
        (
            {"code_signing_certificates": [certificate(certificate_password="other")]},
            "is invalid: ",
            "verify wrong_password",
        ),
        (
            {"code_signing_certificates": [certificate()], "code_signing_profiles": [{"src": "not"}]},
            "It does not embed any certificate that is declared",
            "verify unpaired",
        ),
        (
            {"code_signing_profiles": [{"src": "fits"}, {"src": "fits"}]},
            "provisioning_profiles declares fits twice",
            "option",
        ),
        ({"code_signing_profiles": [{"src": "fits"}], "bitrise_app_slug": ""}, "the app is unknown", "variable"),
    ],
)
def test_errors_of_declarations(folder: Path, variables: Json, message: str, kind: str) -> None:
    found = examined(folder, {"one": variables})
    problem = only(found, FAILED)
    assert message in problem.message
    assert problem.message.endswith(" [one]")
    assert str(problem.facts["kind"]).startswith(kind)


@pytest.mark.usefixtures("files")
def test_an_expired_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = Authority.create().identity(IdentityKind.DISTRIBUTION, TEAM)
    monkeypatch.setattr(
        "ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.verify.InspectionCache.__init__",
        _ten_years_later,
    )
    content = base64.b64encode(old.pkcs12(PASSWORD)).decode()
    entry = {"name": "old.p12", "content": content, "certificate_password": PASSWORD}
    problem = only(examined(folder, {"one": {"code_signing_certificates": [entry]}}), FAILED)
    assert "expired" in problem.message
    assert "expired" in str(problem.facts["kind"])


def _ten_years_later(self: Any, _now: Any = None) -> None:
    import datetime as dt
    import threading

    self._now = dt.datetime.now(dt.UTC) + dt.timedelta(days=3660)
    self._known = {}
    self._lock = threading.Lock()


@pytest.mark.usefixtures("files")
def test_a_lenient_declaration_is_a_warning(folder: Path) -> None:
    entry = {"src": "text", "verify": "warn"}
    found = examined(folder, {"one": {"code_signing_profiles": [entry]}})
    assert "This is not a provisioning profile" in only(found, WARNING).message
    assert statuses(examined(folder, {"one": {"code_signing_profiles": [{**entry, "verify": "none"}]}})) == {
        "hosts": OK,
        "files": OK,
        "rollout": SKIPPED,
    }


@pytest.mark.usefixtures("files")
def test_a_password_that_only_the_service_has(folder: Path) -> None:
    """Do not check the password of a file if only the service knows it."""
    found = examined(folder, {"one": {"code_signing_certificates": [{"src": "dist.p12"}]}})
    assert FAILED not in statuses(found).values()


@pytest.mark.usefixtures("files")
def test_several_hosts_of_one_app(folder: Path) -> None:
    of_app = {"bitrise_app_slug": APPS[0], "code_signing_profiles": [{"src": "fits"}]}
    found = examined(folder, {"one": of_app, "two": of_app})
    assert only(found, FAILED).message == (
        f"app {APPS[0]} has several hosts: one, two; declare all files of an app for one host [one, two]"
    )


def test_values_that_only_the_service_knows(emulator: Emulator, folder: Path, files: Files) -> None:
    protected = a_file("dist.p12", files.p12, certificate_password=PASSWORD, is_protected=True)
    load(emulator, 2, **{CERTIFICATES: [protected]})
    wrong = {"code_signing_certificates": [certificate(is_protected=False)]}
    found = examined(folder, {"one": wrong, "two": {"code_signing_certificates": [certificate()]}}, emulator)
    problem = only(found, FAILED)
    assert problem.facts == {"kind": "one_way_flag", "hosts": 1}
    assert found[-1].message == "A rollout would change 0 of 1 app"
    assert {request["method"] for request in emulator.requests()} == {"GET"}


def test_a_warning_of_file_and_engine_is_one_line(emulator: Emulator, folder: Path, files: Files) -> None:
    load(emulator, 1)
    entries = {"code_signing_profiles": [{"src": "text", "verify": "warn"}], "code_signing_certificates": []}
    found = examined(folder, {"one": entries}, emulator)
    assert only(found, WARNING).message.endswith(" [one]")
    # Print a line for a warning of the engine: the content of a protected file cannot be compared.
    load(emulator, 1, **{CERTIFICATES: [a_file("dist.p12", files.p12, is_protected=True, age_s=0)]})
    emulator.options(hash_fields=False)
    found = examined(folder, {"one": {"code_signing_certificates": [certificate()]}}, emulator)
    assert "protected" in only(found, WARNING).message
    assert only(found, WARNING).message.endswith(" [one]")


@pytest.mark.usefixtures("files")
def test_an_engine_that_fails(folder: Path) -> None:
    found = examined(folder, {"one": {"code_signing_profiles": [{"src": "fits"}]}}, failure="no way")
    assert only(found, FAILED).message == "no way [one]"
    assert only(found, SKIPPED).name == "rollout"


@pytest.mark.usefixtures("files")
def test_a_cause_of_many_hosts_is_one_line(folder: Path) -> None:
    found = examined(folder, {f"host{number}": {"code_signing_profiles": [{"src": "text"}]} for number in range(4)})
    problem = only(found, FAILED)
    assert problem.message.endswith("[host0, host1, host2, host3]")
    assert "Provisioning profile text for the app is invalid" in problem.message


@pytest.mark.usefixtures("files")
def test_many_causes_do_not_flood_the_screen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ansible_collections.mobileops.ci.plugins.plugin_utils._doctor.declared.MOST_CAUSES", 1)
    kinds = ("certificates", "profiles", "project_files")
    found = examined(folder, {f"of_{kind}": {f"code_signing_{kind}": [{"src": "missing"}]} for kind in kinds})
    assert [check.message for check in found if check.status == FAILED][1:] == ["2 more causes"]


@pytest.mark.usefixtures("files")
def test_the_record_has_no_name(folder: Path) -> None:
    found = examined(folder, {"shop": {"code_signing_profiles": [{"src": "text"}]}})
    text = str(recorded(found, Pseudonyms()))
    for private in ("shop", str(folder), "text", APPS[0]):
        assert private not in text
