# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules that list files: their results, and fields that they never show."""

from __future__ import annotations

import json

import pytest

from tests.helpers.service import CERTIFICATES, KEYSTORES, PROFILES, PROJECT_FILES, Service, a_file, sha256
from tests.helpers.tasks import Tasks

EACH_KIND = pytest.mark.parametrize("kind", [PROFILES, CERTIFICATES, PROJECT_FILES, KEYSTORES])
OWN: dict[str, set[str]] = {
    PROFILES: set(),
    CERTIFICATES: {"file_sha256", "certificates"},
    PROJECT_FILES: {"user_env_key"},
    KEYSTORES: {"user_env_key", "file_sha256", "certificate_sha256_fingerprint"},
}
COMMON = {
    "slug",
    "upload_file_name",
    "upload_file_size",
    "processed",
    "is_protected",
    "is_expose",
    "sha256",
}


@EACH_KIND
def test_file_as_it_is(service: Service, tasks: Tasks, kind: str) -> None:
    service.holds(kind, a_file("dist", b"content", is_protected=True), a_file("half", None, size=9))
    whole, half = tasks.listing(kind).run()[kind]
    assert set(whole) == set(half) == COMMON | OWN[kind]
    digest = sha256(b"content") if "file_sha256" in OWN[kind] else None
    assert {key: whole[key] for key in COMMON - {"slug"}} == {
        "upload_file_name": "dist",
        "upload_file_size": 7,
        "processed": True,
        "is_protected": True,
        "is_expose": True,
        "sha256": digest,
    }
    assert (half["processed"], half["upload_file_size"], half["sha256"]) == (False, 9, None)


@EACH_KIND
def test_filters(service: Service, tasks: Tasks, kind: str) -> None:
    service.holds(kind, *(a_file(name, b"content") for name in ("a", "b", "a", "c")))
    slug = service.files(kind)[1]["slug"]

    def names(**options: object) -> list[str]:
        return [file["upload_file_name"] for file in tasks.listing(kind, **options).run()[kind]]

    assert names() == ["a", "b", "a", "c"]
    assert names(name="a") == ["a", "a"]
    assert names(name="a", limit=1) == ["a"]
    assert names(name="none") == []
    assert names(slug=slug) == ["b"]
    assert names(limit=3) == ["a", "b", "a"]


@pytest.mark.parametrize("option", ["name", "slug"])
def test_empty_filter_is_refused(tasks: Tasks, option: str) -> None:
    assert tasks.listing(**{option: ""}).fail()["msg"] == f"{option} must not be empty. Omit the option instead."


@EACH_KIND
def test_unknown_slug_fails(tasks: Tasks, kind: str) -> None:
    failed = tasks.listing(kind, slug="01GONE").fail()
    assert failed["error"]["kind"] == "not_found"


@EACH_KIND
def test_neither_password_nor_url_is_shown(service: Service, tasks: Tasks, kind: str) -> None:
    service.holds(kind, a_file("dist", b"content", certificate_password="c4nary"))
    slug = service.files(kind)[0]["slug"]
    for task in (tasks.listing(kind), tasks.listing(kind, slug=slug), tasks.file(kind, b"content")):
        text = json.dumps(task.run(diff=True))
        assert "c4nary" not in text
        assert "http" not in text
        assert "X-Amz" not in text
