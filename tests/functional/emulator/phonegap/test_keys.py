# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signing keys: required parts, locking and unlocking, and their use by apps."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from tests.emulator.process import Emulator

from .client import FILES, PASSWORDS, TEXTS, Client, Json

EXTRA: dict[str, Json] = {
    "ios": {"cert_name": "dist.p12", "provision": "app.mobileprovision", "role": "developer", "locked": False},
    "android": {"alias": "release", "locked": False},
    "blackberry": {"locked": False},
    "winphone": {},
    "windows": {"locked": False},
}


@pytest.mark.parametrize("platform", FILES)
def test_create_key_of_each_platform(emulator: Emulator, owner: Client, platform: str) -> None:
    data = {"title": "My key", **TEXTS.get(platform, {}), **PASSWORDS[platform]}
    response = owner.send("POST", f"/keys/{platform}", data, FILES[platform])
    key = response.json()
    assert response.status_code == 201, key
    created_at = key.pop("created_at")
    link = f"/api/v1/keys/{platform}/1"
    common = {"id": 1, "title": "My key", "default": False, "link": link, "last_used": None}
    assert key == {**common, **EXTRA[platform]}
    assert owner.ok("GET", f"/keys/{platform}/1") == {**key, "created_at": created_at}
    assert owner.ok("GET", f"/keys/{platform}")["link"] == f"/api/v1/keys/{platform}"
    groups = owner.ok("GET", "/keys")["keys"]
    assert {name: len(group["all"]) for name, group in groups.items()} == {
        name: int(name == platform) for name in FILES
    }
    state = emulator.state()["phonegap"]["keys"][platform]["1"]
    assert state["files"] == {name: hashlib.sha256(body).hexdigest() for name, (_n, body) in FILES[platform].items()}
    assert set(state["passwords_sha256"]) == set(PASSWORDS[platform])
    gone = owner.send("DELETE", f"/keys/{platform}/1")
    assert (gone.status_code, gone.json()) == (202, {"success": f"{platform} key 1 deleted"})
    for method in ("GET", "PUT", "DELETE"):
        assert owner.refused(method, f"/keys/{platform}/1") == (404, f"could not find {platform} key #1")


@pytest.mark.parametrize("platform", [name for name in FILES if PASSWORDS[name]])
def test_locked_until_all_passwords_are_given(owner: Client, platform: str) -> None:
    key = owner.key(platform, unlocked=False)
    link = f"/keys/{platform}/{key['id']}"
    assert key["locked"] is True
    assert owner.ok("PUT", link)["locked"] is True
    *some, last = PASSWORDS[platform].items()
    assert owner.ok("PUT", link, dict(some))["locked"] is True
    assert owner.ok("PUT", link, {**dict(some), last[0]: last[1]})["locked"] is False
    assert owner.ok("PUT", link, {"lock": "true"})["locked"] is True


def test_unlock_expires(emulator: Emulator, owner: Client) -> None:
    owner.key("android")
    emulator.advance(3590)
    assert owner.ok("GET", "/keys/android/1")["locked"] is False
    emulator.advance(20)
    assert owner.ok("GET", "/keys/android/1")["locked"] is True


def test_role_depends_on_the_profile(emulator: Emulator, owner: Client) -> None:
    files = {**FILES["ios"], "profile": ("a.mobileprovision", b"<key>get-task-allow</key>\n<false/>")}
    key = owner.ok("POST", "/keys/ios", {"title": "Store", "password": "x"}, files=files)
    assert key["role"] == "distribution"
    emulator.advance(3601)
    assert owner.ok("GET", "/keys/ios/1")["locked"] is True


@pytest.mark.parametrize("platform", FILES)
def test_rejects_missing_parts(owner: Client, platform: str) -> None:
    texts = {"title": "x", **TEXTS.get(platform, {})}
    for name in texts:
        data = {key: value for key, value in texts.items() if key != name}
        assert owner.refused("POST", f"/keys/{platform}", data, files=FILES[platform])[1].startswith(f"{name} is")
    for name in FILES[platform]:
        files = {key: value for key, value in FILES[platform].items() if key != name}
        assert owner.refused("POST", f"/keys/{platform}", texts, files=files)[0] == 400
    assert owner.refused("POST", "/keys/amiga", texts) == (404, "there are no keys for amiga")


def test_each_platform_numbers_its_keys_separately(owner: Client) -> None:
    assert [owner.key(platform)["id"] for platform in ("ios", "android", "ios")] == [1, 1, 2]


def test_one_default_key_per_platform(owner: Client) -> None:
    first, second = owner.key("android", default=True), owner.key("android", default="true")
    assert (first["default"], second["default"]) == (True, True)
    assert owner.ok("GET", "/keys/android/1")["default"] is False
    assert owner.app()["keys"]["android"]["id"] == 2
    assert owner.ok("PUT", "/keys/android/2", {"title": "Renamed"})["title"] == "Renamed"


def test_choose_a_key_for_an_app(owner: Client) -> None:
    owner.key("android"), owner.key("ios", unlocked=False)
    app = owner.app(keys={"android": "1", "ios": {"id": 1, "password": "x"}})
    assert (app["keys"]["android"]["id"], app["status"]["ios"]) == (1, "pending")
    assert owner.ok("GET", "/keys/ios/1")["locked"] is False
    unchanged = owner.ok("PUT", f"/apps/{app['id']}", {"keys": {"android": None}})
    assert unchanged["keys"] == app["keys"]
    owner.ok("DELETE", "/keys/ios/1")
    assert owner.ok("GET", f"/apps/{app['id']}")["keys"]["ios"] is None


def test_rejects_a_locked_key(owner: Client) -> None:
    key = owner.key("android", unlocked=False)
    app = owner.app()
    for choice in (key["id"], {"id": key["id"], "key_pw": "only one"}):
        status, text = owner.refused("PUT", f"/apps/{app['id']}", {"keys": {"android": choice}})
        assert (status, text) == (401, "android key 1 is locked: unlock it before you choose it")
    assert owner.ok("GET", f"/apps/{app['id']}")["keys"]["android"] is None


def test_rejects_a_key_of_another_account(owner: Client, member: Client) -> None:
    member.key("android")
    text = "android key 1 not found (maybe wrong platform?)"
    app = owner.app()
    assert owner.refused("PUT", f"/apps/{app['id']}", {"keys": {"android": 1}}) == (404, text)
    assert owner.refused("GET", "/keys/android/1")[0] == 404


def _pkcs12(password: str) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    encryption = BestAvailableEncryption(password.encode())
    return pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, encryption)


def _jks(password: str) -> bytes:
    body = bytes.fromhex("feedfeed00000002") + b"entries"
    return body + hashlib.sha1(password.encode("utf-16-be") + b"Mighty Aphrodite" + body).digest()


@pytest.mark.parametrize("make", [_pkcs12, _jks])
def test_wrong_password_fails_the_build(emulator: Emulator, owner: Client, make: object) -> None:
    files = {"keystore": ("release.keystore", make("right"))}  # type: ignore[operator]
    data = {"title": "x", "alias": "a", "key_pw": "right", "keystore_pw": "wrong"}
    assert owner.ok("POST", "/keys/android", data, files=files)["locked"] is False
    link = f"/apps/{owner.app(keys={'android': 1})['id']}"
    emulator.advance(30)
    failed = owner.ok("GET", link)
    assert failed["error"] == {"android": "Keystore was tampered with, or password was incorrect"}
    owner.ok("PUT", "/keys/android/1", {"key_pw": "right", "keystore_pw": "right"})
    owner.ok("POST", f"{link}/build/android")
    emulator.advance(30)
    assert owner.ok("GET", link)["status"]["android"] == "complete"
