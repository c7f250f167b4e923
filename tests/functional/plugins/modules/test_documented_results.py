# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RETURN matches the results: every key, and its type."""

from __future__ import annotations

import pytest

from tests.helpers.documented_results import check_actions, check_results
from tests.helpers.service import CERTIFICATES, KEYSTORES, PROFILES, PROJECT_FILES, Service, a_file
from tests.helpers.tasks import APP_INFO, Tasks
from tests.signing_files import Authority, IdentityKind, Team


@pytest.fixture(scope="module")
def p12() -> bytes:
    return Authority.create().identity(IdentityKind.DISTRIBUTION, Team("A1B2C3D4E5", "Acme Ltd")).pkcs12("one")


@pytest.mark.parametrize("kind", [PROFILES, CERTIFICATES, PROJECT_FILES])
def test_managing(service: Service, tasks: Tasks, p12: bytes, kind: str) -> None:
    service.holds(kind, a_file("dist", b"old"), a_file("gone", p12))
    password = {"certificate_password": "one"} if kind == CERTIFICATES else {}
    results = []
    for check_mode in (True, False):
        results += [
            tasks.file(kind, p12, is_protected=True, **password).run(check_mode=check_mode, diff=True),
            tasks.file(kind, name="gone", is_expose=False).run(check_mode=check_mode),
            tasks.file(kind, name="gone", state="absent").run(check_mode=check_mode),
            tasks.file(kind, name="none", is_protected=True).fail(check_mode=check_mode),
        ]
    check_results(f"bitrise_{kind[:-1]}", *results)
    check_actions(f"bitrise_{kind[:-1]}", *results)


def test_managing_keystores(service: Service, tasks: Tasks) -> None:
    service.holds(KEYSTORES, a_file("dist", b"old"), a_file("gone", b"x"))
    results = []
    for check_mode in (True, False):
        results += [
            tasks.file(KEYSTORES, b"new", keystore_name="DIST", password="one").run(check_mode=check_mode, diff=True),
            tasks.file(KEYSTORES, name="gone", state="absent").run(check_mode=check_mode),
            tasks.file(KEYSTORES, name="none", is_protected=True).fail(check_mode=check_mode),
        ]
    check_results("bitrise_android_keystore", *results)
    check_actions("bitrise_android_keystore", *results)


@pytest.mark.parametrize("kind", [PROFILES, CERTIFICATES, PROJECT_FILES, KEYSTORES])
def test_listing(service: Service, tasks: Tasks, p12: bytes, kind: str) -> None:
    secret = {CERTIFICATES: "certificate_password", KEYSTORES: "password"}.get(kind)
    service.holds(kind, a_file("dist", p12, **({secret: "one"} if secret else {})), a_file("half", None))
    failed = tasks.listing(kind, slug="01GONE").fail()
    check_results(f"bitrise_{kind[:-1]}_info", tasks.listing(kind).run(), failed)


def test_apps(service: Service, tasks: Tasks) -> None:
    service.emulator.load("demo")
    task = tasks.make(APP_INFO)
    failed = task.with_options(app_slug="none").fail()
    check_results("bitrise_app_info", task.run(), failed)
