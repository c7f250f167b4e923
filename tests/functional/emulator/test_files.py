# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The four kinds of files: creating, uploading, confirming, flags and errors."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12

from tests.emulator.inspection import certificates_in
from tests.emulator.process import Emulator
from tests.signing_files import Authority, Identity, IdentityKind, Team, merged

from .client import CERTIFICATES, KEYSTORES, PROFILES, PROJECT_FILES, Api, storage

ALL_KINDS = [PROFILES, CERTIFICATES, PROJECT_FILES, KEYSTORES]
PATCHABLE = [PROFILES, CERTIFICATES, PROJECT_FILES]
HASHES = {"file_sha256", "certificates", "certificate_sha256_fingerprint"}


@pytest.fixture(scope="module")
def identity() -> Identity:
    return Authority.create().identity(IdentityKind.DISTRIBUTION, Team("A1B2C3D4E5", "Acme"))


def patch(api: Api, kind: str, slug: str, body: dict[str, Any]) -> Any:
    return api.send("PATCH", f"/apps/one/{kind}/{slug}", json=body)


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_create_upload_confirm_and_delete(emulator: Emulator, owner: Api, kind: str) -> None:
    slot = owner.create("one", kind, "Übung 1.bin", 5, user_env_key="KEY")
    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{26}", slot["slug"])
    assert (slot["processed"], slot["is_expose"], slot["is_protected"]) == (False, True, False)
    assert (slot["upload_file_name"], slot["upload_file_size"]) == ("Übung 1.bin", 5)

    upload = storage("PUT", slot["upload_url"], data=b"hello")
    assert (upload.status_code, upload.content) == (200, b"")
    listed = owner.data(f"/apps/one/{kind}")
    assert [item["processed"] for item in listed] == [False]
    assert "upload_url" not in listed[0]
    assert "download_url" not in listed[0]

    confirmed = owner.send("POST", f"/apps/one/{kind}/{slot['slug']}/uploaded").json()["data"]
    assert confirmed["processed"] is True
    assert "upload_url" not in confirmed

    shown = owner.data(f"/apps/one/{kind}/{slot['slug']}")
    assert storage("GET", shown["download_url"]).content == b"hello"
    assert {key: shown[key] for key in confirmed} == confirmed

    deleted = owner.send("DELETE", f"/apps/one/{kind}/{slot['slug']}")
    assert deleted.status_code == 200
    assert deleted.json()["data"]["slug"] == slot["slug"]
    again = owner.send("DELETE", f"/apps/one/{kind}/{slot['slug']}")
    assert (again.status_code, again.json()) == (404, {"message": "Not Found"})
    assert owner.data(f"/apps/one/{kind}") == []
    assert storage("GET", shown["download_url"]).status_code == 404


def test_names_are_not_unique(owner: Api) -> None:
    first = owner.upload("one", PROFILES, "same", b"1")
    second = owner.upload("one", PROFILES, "same", b"2")
    assert first["slug"] != second["slug"]
    assert [item["slug"] for item in owner.data(f"/apps/one/{PROFILES}")] == [first["slug"], second["slug"]]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"upload_file_name": "a"},
        {"upload_file_size": 1},
        {"upload_file_name": "", "upload_file_size": 1},
        {"upload_file_name": "a", "upload_file_size": 0},
        {"upload_file_name": "a", "upload_file_size": -1},
        {"upload_file_name": "a", "upload_file_size": "1"},
        {"upload_file_name": "a", "upload_file_size": 1.5},
        {"upload_file_name": "a", "upload_file_size": True},
        {"upload_file_name": 1, "upload_file_size": 1},
    ],
)
@pytest.mark.parametrize("kind", ALL_KINDS)
def test_rejects_invalid_files(owner: Api, kind: str, body: dict[str, Any]) -> None:
    response = owner.send("POST", f"/apps/one/{kind}", json={**body, "user_env_key": "K"})
    assert response.status_code == 400
    assert response.json()["message"]
    assert owner.data(f"/apps/one/{kind}") == []


@pytest.mark.parametrize("raw", ["{", "[1]", '"x"', "null", "[" * 100_000, b"\xff"])
def test_rejects_invalid_json(owner: Api, raw: str | bytes) -> None:
    response = owner.send("POST", f"/apps/one/{PROFILES}", data=raw)
    assert response.status_code == 400
    assert response.json()["message"]


@pytest.mark.parametrize("content_type", [None, "application/x-www-form-urlencoded", "application/json", "text/plain"])
def test_ignores_the_content_type(owner: Api, content_type: str | None) -> None:
    body = json.dumps({"upload_file_name": "a", "upload_file_size": 1, "unknown": 1}).encode()
    response = owner.send("POST", f"/apps/one/{PROFILES}", data=body, headers={"Content-Type": content_type})
    assert response.status_code == 201
    path = f"/apps/one/{PROFILES}/{response.json()['data']['slug']}"
    assert owner.send("DELETE", path, headers={"Content-Type": content_type}).status_code == 200


def test_confirm_without_upload(emulator: Emulator, owner: Api) -> None:
    slot = owner.create("one", PROFILES, "a", 1)
    path = f"/apps/one/{PROFILES}/{slot['slug']}"
    assert owner.send("POST", f"{path}/uploaded").status_code == 400
    assert patch(owner, PROFILES, slot["slug"], {"processed": True}).status_code == 400
    emulator.options(confirm_without_upload="accept")
    assert owner.send("POST", f"{path}/uploaded").json()["data"]["processed"] is True


def test_confirm_twice_and_with_patch(owner: Api) -> None:
    slot = owner.create("one", PROFILES, "a", 1)
    storage("PUT", slot["upload_url"], data=b"a")
    assert patch(owner, PROFILES, slot["slug"], {"processed": True}).json()["data"]["processed"] is True
    assert owner.send("POST", f"/apps/one/{PROFILES}/{slot['slug']}/uploaded").status_code == 200


@pytest.mark.parametrize("kind", PATCHABLE)
def test_flags_cannot_be_reset(owner: Api, kind: str) -> None:
    slug = owner.upload("one", kind, "a", b"a", user_env_key="K")["slug"]
    assert patch(owner, kind, slug, {"is_expose": False}).json()["data"]["is_expose"] is False
    assert patch(owner, kind, slug, {"is_expose": True, "is_protected": True}).json()["data"]["is_protected"] is True
    for body in ({"is_protected": False}, {"is_expose": False}, {"processed": False}):
        response = patch(owner, kind, slug, body)
        assert response.status_code == 400, body
        assert response.json()["message"]
    same = patch(owner, kind, slug, {"is_protected": True, "is_expose": True, "processed": True})
    assert same.status_code == 200
    shown = owner.data(f"/apps/one/{kind}/{slug}")
    assert not shown["download_url"]
    assert owner.send("DELETE", f"/apps/one/{kind}/{slug}").status_code == 200


def test_rejected_patch_changes_nothing(owner: Api) -> None:
    slug = owner.upload("one", PROFILES, "a", b"a")["slug"]
    assert patch(owner, PROFILES, slug, {"is_expose": False, "processed": False}).status_code == 400
    assert owner.data(f"/apps/one/{PROFILES}/{slug}")["is_expose"] is True


@pytest.mark.parametrize("body", [{"is_protected": "true"}, {"is_expose": 1}, {"certificate_password": 1}])
def test_patch_rejects_wrong_types(owner: Api, body: dict[str, Any]) -> None:
    slug = owner.upload("one", CERTIFICATES, "a", b"a")["slug"]
    assert patch(owner, CERTIFICATES, slug, body).status_code == 400


def test_certificate_details(owner: Api, identity: Identity) -> None:
    body = identity.pkcs12("secret")
    item = owner.upload("one", CERTIFICATES, "a.p12", body, certificate_password="secret")
    assert item["certificate_password"] == ""
    assert item["file_sha256"] == hashlib.sha256(body).hexdigest()
    assert item["certificates"] == []
    changed = patch(owner, CERTIFICATES, item["slug"], {"certificate_password": "secret"}).json()["data"]
    assert changed["certificate_password"] == "secret"
    end = identity.certificate.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ")
    expected = [{"serial": f"{identity.certificate.serial_number:X}", "expiry_date": end}]
    assert changed["certificates"] == expected
    protected = patch(owner, CERTIFICATES, item["slug"], {"is_protected": True}).json()["data"]
    assert not protected["certificate_password"]
    assert protected["certificates"] == expected
    assert not owner.data(f"/apps/one/{CERTIFICATES}")[0]["certificate_password"]


def test_certificates_are_in_the_order_of_the_file() -> None:
    """Check a file in which the certificate of the key is not the first one."""
    authority, team = Authority.create(), Team("A1B2C3D4E5", "Acme Ltd")
    first, second = (authority.identity(IdentityKind.DISTRIBUTION, team) for _number in range(2))
    body = merged([first.pkcs12_without_key("secret"), second.pkcs12("secret")], "secret")
    serials = [entry["serial"] for entry in certificates_in(body, "secret")]
    assert serials == [f"{each.certificate.serial_number:X}" for each in (first, second)]


def test_lists_a_self_signed_certificate() -> None:
    root = Authority.create().root.certificate
    body = pkcs12.serialize_java_truststore([pkcs12.PKCS12Certificate(root, b"root")], NoEncryption())
    assert [entry["serial"] for entry in certificates_in(body, "")] == [f"{root.serial_number:X}"]


def test_no_details_before_the_confirmation(owner: Api) -> None:
    slot = owner.create("one", CERTIFICATES, "a.p12", 1)
    assert (slot["file_sha256"], slot["certificates"]) == (None, [])


@pytest.mark.parametrize(
    ("kind", "has"), [(CERTIFICATES, True), (KEYSTORES, True), (PROFILES, False), (PROJECT_FILES, False)]
)
def test_hashes_can_be_hidden(emulator: Emulator, owner: Api, kind: str, has: bool) -> None:
    owner.upload("one", kind, "a", b"a", user_env_key="K")
    assert bool(HASHES & set(owner.data(f"/apps/one/{kind}")[0])) is has
    emulator.options(hash_fields=False)
    assert not HASHES & set(owner.data(f"/apps/one/{kind}")[0])


def test_keystore_details(emulator: Emulator, owner: Api, identity: Identity) -> None:
    body = identity.pkcs12("secret")
    secrets = {"alias": "release", "password": "secret", "private_key_password": "secret"}
    first = owner.upload("one", KEYSTORES, "release.jks", body, **secrets)
    assert first["user_env_key"] == "ANDROID_KEYSTORE"
    assert first["file_sha256"] == hashlib.sha256(body).hexdigest()
    assert re.fullmatch("([0-9A-F]{2}:){31}[0-9A-F]{2}", first["certificate_sha256_fingerprint"])
    assert "secret" not in json.dumps(first)
    emulator.options(echo_keystore_secrets=True)
    stored = {"PASSWORD": "secret", "ALIAS": "release", "PRIVATE_KEY_PASSWORD": "secret"}
    assert owner.data(f"/apps/one/{KEYSTORES}")[0]["exposed_meta_datastore"] == stored
    path = f"/apps/one/{KEYSTORES}"
    assert owner.send("PATCH", f"{path}/{first['slug']}", json={"is_protected": True}).status_code == 405
    more = {"upload_file_name": "b", "upload_file_size": 1}
    assert owner.send("POST", path, json=more).status_code == 400
    assert owner.send("POST", path, json={**more, "keystore_file_name": "a b"}).status_code == 400
    second = owner.upload("one", KEYSTORES, "b", b"JKS", keystore_file_name="debug")
    assert second["user_env_key"] == "ANDROID_KEYSTORE_debug"
    assert second["certificate_sha256_fingerprint"] is None


def test_protected_keystore_hides_its_secrets(emulator: Emulator, owner: Api) -> None:
    file = {"name": "k", "slug": "k", "content": "x", "alias": "a", "password": "secret", "is_protected": True}
    emulator.load({"apps": [{"title": "A", "slug": "one", "android_keystores": [file]}]})
    emulator.options(echo_keystore_secrets=True)
    for shown in (*owner.data(f"/apps/one/{KEYSTORES}"), owner.data(f"/apps/one/{KEYSTORES}/k")):
        assert set(shown["exposed_meta_datastore"].values()) == {""}
        assert not shown.get("download_url")
    deleted = owner.send("DELETE", f"/apps/one/{KEYSTORES}/k").json()["data"]
    assert "certificate_sha256_fingerprint" not in deleted
    again = {"upload_file_name": "b", "upload_file_size": 1, "password": 5}
    assert owner.send("POST", f"/apps/one/{KEYSTORES}", json=again).status_code == 400
    fresh = owner.create("one", KEYSTORES, "b", 1)
    assert fresh["user_env_key"] == "ANDROID_KEYSTORE"


def test_environment_keys_of_project_files(emulator: Emulator, owner: Api) -> None:
    path = f"/apps/one/{PROJECT_FILES}"
    body = {"upload_file_name": "a", "upload_file_size": 1}
    assert owner.send("POST", path, json=body).status_code == 400
    item = owner.upload("one", PROJECT_FILES, "a", b"a", user_env_key="KEY")
    assert (item["user_env_key"], item["exposed_meta_datastore"]) == ("KEY", None)
    changed = patch(owner, PROJECT_FILES, item["slug"], {"user_env_key": "OTHER", "exposed_meta_datastore": {"a": 1}})
    assert changed.json()["data"]["user_env_key"] == "OTHER"
    too_large = {**body, "upload_file_size": 5 * 1024 * 1024 + 1, "user_env_key": "BIG"}
    assert owner.send("POST", path, json=too_large).status_code == 400
    emulator.options(unique_env_keys=True)
    assert owner.send("POST", path, json={**body, "user_env_key": "OTHER"}).status_code == 400
    assert owner.send("POST", path, json={**body, "user_env_key": "NEW"}).status_code == 201


@pytest.mark.parametrize("kind", PATCHABLE)
def test_limit_of_one_hundred_files(emulator: Emulator, owner: Api, kind: str) -> None:
    name = {"generic-project-files": "project_files"}.get(kind, kind.replace("-", "_"))
    files = [{"name": f"{number}", "content": "x", "user_env_key": f"K{number}"} for number in range(99)]
    emulator.load({"apps": [{"title": "A", "slug": "a", name: files}]})
    owner.create("a", kind, "last", 1, user_env_key="LAST")
    body = {"upload_file_name": "x", "upload_file_size": 1, "user_env_key": "X"}
    assert owner.send("POST", f"/apps/a/{kind}", json=body).status_code == 400


def test_ampersands_are_escaped_in_json(emulator: Emulator, owner: Api) -> None:
    slug = owner.upload("one", PROFILES, "a", b"a")["slug"]
    path = f"/apps/one/{PROFILES}/{slug}"
    text = owner.send("GET", path).text
    assert "\\u0026X-Amz-Date" in text
    assert "&" not in text
    emulator.options(escape_html=False)
    assert "&X-Amz-Date" in owner.send("GET", path).text


def test_lone_surrogate_in_a_name(owner: Api) -> None:
    response = owner.send("POST", f"/apps/one/{PROFILES}", data='{"upload_file_name":"a\\ud800","upload_file_size":1}')
    assert response.status_code == 201
    assert owner.send("GET", f"/apps/one/{PROFILES}").status_code == 200
