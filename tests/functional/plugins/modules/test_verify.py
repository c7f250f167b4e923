# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validation of each file before the upload: files that cannot be used are not sent to the service."""

from __future__ import annotations

import datetime as dt
import json
import sys
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._signing import libraries
from tests.helpers.service import APP, CERTIFICATES, KEYSTORES, PROFILES, READING, Service, a_file, sha256
from tests.helpers.tasks import Task, Tasks, check_then_run_then_rerun
from tests.signing_files import AndroidKey, Authority, IdentityKind, ProfileType, Team, pkcs12_keystore

NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)
TEAM = Team("A1B2C3D4E5", "Acme Ltd")
PASSWORD = "p4ssw0rd-c4n4ry"


class Files:
    """Genuine files, of use and of none."""

    def __init__(self) -> None:
        authority = Authority.create()
        kind = IdentityKind.DISTRIBUTION
        identity = authority.identity(kind, TEAM)
        self.p12 = identity.pkcs12(PASSWORD)
        self.renewed = authority.identity(kind, TEAM).pkcs12(PASSWORD)
        self.without_key = identity.pkcs12_without_key(PASSWORD)
        past = authority.identity(kind, TEAM, not_before=NOW - 20 * DAY, not_after=NOW - 3 * DAY)
        self.expired_p12 = past.pkcs12(PASSWORD)
        self.future_p12 = authority.identity(kind, TEAM, not_before=NOW + 3 * DAY).pkcs12(PASSWORD)

        def profile(**more: Any) -> bytes:
            store = ProfileType.APP_STORE
            made = authority.profile(
                name="Shop", type=store, bundle_id="com.acme.shop", identities=[identity], team=TEAM, **more
            )
            return made.content

        self.profile = profile()
        self.expired_profile = profile(created_at=NOW - 400 * DAY, expires_at=NOW - 2 * DAY)
        key: AndroidKey = authority.android_key("upload")
        self.keystore = pkcs12_keystore([key], PASSWORD)


@pytest.fixture(scope="module")
def files() -> Files:
    return Files()


def seen(tasks: Tasks, kind: str, data: bytes | None, **options: Any) -> Task:
    """Return a task that validates files as it does by default."""
    given = {"certificate_password": PASSWORD} if kind == CERTIFICATES else {}
    given |= {"alias": "upload", "password": PASSWORD} if kind == KEYSTORES else {}
    task = tasks.file(kind, data, **{**given, **options})
    return task.with_options(verify=options.get("verify", "strict"))


OF_NO_USE = {
    "expired certificate": (CERTIFICATES, "expired_p12", {}, "expired"),
    "certificate of the future": (CERTIFICATES, "future_p12", {}, "not valid before"),
    "wrong password": (CERTIFICATES, "p12", {"certificate_password": "an0ther-c4n4ry"}, "password"),
    "no password": (CERTIFICATES, "p12", {"certificate_password": None}, "password"),
    "no private key": (CERTIFICATES, "without_key", {}, "no private key"),
    "profile as certificate": (CERTIFICATES, "profile", {}, "not a PKCS#12 file"),
    "expired profile": (PROFILES, "expired_profile", {}, "expired"),
    "certificate as profile": (PROFILES, "p12", {}, "not a provisioning profile"),
    "alias missing": (KEYSTORES, "keystore", {"alias": "other"}, "no alias other"),
    "keystore with a wrong password": (KEYSTORES, "keystore", {"password": "an0ther-c4n4ry"}, "password"),
    "profile as keystore": (KEYSTORES, "profile", {}, "not an Android keystore"),
}
EACH = pytest.mark.parametrize("case", OF_NO_USE.values(), ids=OF_NO_USE.keys())


@EACH
def test_strict(service: Service, tasks: Tasks, files: Files, case: tuple[str, str, dict[str, Any], str]) -> None:
    """Name the file, the app, the finding and the solution. Change nothing, as in check mode."""
    kind, name, options, words = case
    service.holds(kind)
    task = seen(tasks, kind, getattr(files, name), **options)
    for check_mode in (True, False):
        assert set(task.asked_when_failing(check_mode=check_mode)) <= READING
        failed = task.fail(check_mode=check_mode)
        assert failed["error"]["kind"] == "verify"
        for part in ("dist", APP, words, "Set verify=warn"):
            assert part in failed["msg"]
        assert "c4n4ry" not in json.dumps(failed)


@EACH
def test_warn(service: Service, tasks: Tasks, files: Files, case: tuple[str, str, dict[str, Any], str]) -> None:
    kind, name, options, words = case
    service.holds(kind)
    data = getattr(files, name)
    task = seen(tasks, kind, data, verify="warn", **options)
    checked, done = task.run(check_mode=True), task.run()
    assert checked["warnings"] == done["warnings"]
    assert any(words in warning and APP in warning for warning in done["warnings"])
    assert service.contents(kind) == [("dist", sha256(data))]
    again = task.run()
    assert (again["changed"], again.get("warnings")) == (False, None)


@EACH
def test_none(service: Service, tasks: Tasks, files: Files, case: tuple[str, str, dict[str, Any], str]) -> None:
    kind, name, options, _words = case
    service.holds(kind)
    done = seen(tasks, kind, getattr(files, name), verify="none", **options).run()
    assert "warnings" not in done
    assert done[kind.removesuffix("s")]["details"] is None


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        (CERTIFICATES, "p12", {"team_id": "A1B2C3D4E5", "has_private_key": True}),
        (PROFILES, "profile", {"bundle_id": "com.acme.shop", "type": "app-store", "name": "Shop"}),
        (KEYSTORES, "keystore", {"alias": "upload", "type": "pkcs12"}),
    ],
)
def test_details(service: Service, tasks: Tasks, files: Files, kind: str, name: str, expected: dict[str, Any]) -> None:
    service.holds(kind)
    task = seen(tasks, kind, getattr(files, name))
    key = kind.removesuffix("s")
    checked = task.run(check_mode=True)[key]["details"]
    done = check_then_run_then_rerun(task)[key]["details"]
    assert checked == done == task.run()[key]["details"]
    assert {name: done[name] for name in expected} == expected
    assert done["days_left"] > 0
    assert "c4n4ry" not in json.dumps(task.run(), default=str)


def test_files_that_the_app_has_are_not_rejected(service: Service, tasks: Tasks, files: Files) -> None:
    """Accept an expired file that the app has already, because only uploads are validated."""
    service.holds(PROFILES, a_file("dist", files.expired_profile))
    task = seen(tasks, PROFILES, files.expired_profile, is_expose=False)
    assert [action["action"] for action in check_then_run_then_rerun(task)["actions"]] == ["update"]


def test_new_password_for_a_file_that_is_there(service: Service, tasks: Tasks, files: Files) -> None:
    service.holds(CERTIFICATES, a_file("dist", files.p12, certificate_password=PASSWORD))
    failed = seen(tasks, CERTIFICATES, files.p12, certificate_password="an0ther-c4n4ry").fail()
    assert failed["error"]["kind"] == "verify"


def test_kept_password_opens_the_file(service: Service, tasks: Tasks, files: Files) -> None:
    service.holds(CERTIFICATES, a_file("dist", files.p12, certificate_password=PASSWORD))
    done = seen(tasks, CERTIFICATES, files.renewed, certificate_password=None).run()
    assert [action["action"] for action in done["actions"]] == ["upload", "delete"]


def test_an_interrupted_run_is_completed_with_the_inherited_password(
    service: Service, tasks: Tasks, files: Files
) -> None:
    service.holds(CERTIFICATES, a_file("dist", files.p12, certificate_password=PASSWORD))
    service.emulator.options(patch_unprocessed="refuse")
    service.emulator.fault(method="PATCH", path="/build-certificates/", status=503, nth=2)
    task = seen(tasks, CERTIFICATES, files.renewed, certificate_password=None, max_retries=0)
    assert "503" in task.fail()["msg"]
    assert [file["processed"] for file in service.files(CERTIFICATES)] == [True, True]
    service.emulator.clear_faults()
    task.run()
    (left,) = service.files(CERTIFICATES)
    assert left["password_sha256"] == sha256(PASSWORD.encode())


def test_without_a_library(service: Service, tasks: Tasks, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name the library, the interpreter, and the solution. Require no library if nothing is uploaded."""
    monkeypatch.setattr(libraries, "LIBRARIES", ("no_such_library",))
    service.holds(PROFILES)
    failed = seen(tasks, PROFILES, files.profile).fail()
    assert failed["error"]["kind"] == "missing_library"
    for part in ("no_such_library", sys.executable, "verify=none"):
        assert part in failed["msg"]
    assert service.files(PROFILES) == []
    warned = seen(tasks, PROFILES, files.profile, verify="warn").run()
    assert any("was not validated" in text for text in warned["warnings"])
    again = seen(tasks, PROFILES, files.profile).run()
    assert (again["changed"], again["provisioning_profile"]["details"]) == (False, None)
    seen(tasks, PROFILES, files.expired_profile, name="other", verify="none").run()
