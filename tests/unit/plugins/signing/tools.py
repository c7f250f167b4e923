# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing files made by OpenSSL and keytool, and what these tools say of them.

`python -m tests.unit.plugins.signing.tools` makes recorded.json anew, for machines that lack the tools.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).with_name("recorded.json")
PASSWORD = "secret-of-a-test"
KEY_PASSWORD = "another-one"
Facts = dict[str, Any]

# What one begins with.
BKS = bytes.fromhex("0000000200000014") + bytes(range(20)) + bytes.fromhex("000004d2")


def run(*command: str, data: bytes | None = None) -> str:
    done = subprocess.run(command, input=data, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, (command, done.stderr.decode(), done.stdout.decode())
    return done.stdout.decode()


def openssl_identity(folder: Path, *options: str) -> Facts:
    """A PKCS#12 file written by OpenSSL."""
    key, certificate, file = (str(folder / name) for name in ("key.pem", "certificate.pem", "identity.p12"))
    subject = "/UID=A1B2C3D4E5/CN=Apple Distribution: Zoë Ltd (A1B2C3D4E5)/OU=A1B2C3D4E5/O=Zoë Ltd/C=US"
    run("openssl", "ecparam", "-genkey", "-name", "prime256v1", "-out", key)
    request = ("openssl", "req", "-x509", "-utf8", "-new", "-key", key, "-out", certificate, "-days", "365")
    run(*request, "-subj", subject)
    run("openssl", "pkcs12", "-export", "-in", certificate, "-inkey", key, "-out", file, *options)
    return {"data": Path(file).read_bytes(), "kind": "build_certificate", "says": openssl_says(certificate)}


def openssl_says(certificate: str) -> Facts:
    asked = ("-serial", "-startdate", "-enddate", "-subject", "-nameopt", "sep_multiline,utf8,sname")
    lines = run("openssl", "x509", "-in", certificate, "-noout", *asked).splitlines()
    said = dict(line.strip().split("=", 1) for line in lines if "=" in line.rstrip("="))
    fingerprints = {
        name: run("openssl", "x509", "-in", certificate, "-noout", "-fingerprint", f"-{name}").strip().partition("=")[2]
        for name in ("sha1", "sha256")
    }
    return {
        "common_name": said["CN"],
        "team_id": said["OU"],
        "serial": said["serial"],
        "not_before": openssl_date(said["notBefore"]),
        "expires_at": openssl_date(said["notAfter"]),
        **{name: value.replace(":", "").lower() for name, value in fingerprints.items()},
    }


def openssl_date(text: str) -> str:
    return dt.datetime.strptime(text, "%b %d %H:%M:%S %Y %Z").strftime("%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ007


def keytool_keystore(folder: Path, store_type: str, *more: str) -> Facts:
    """A keystore written by keytool, with two keys: the second one is what is asked for."""
    file = str(folder / "upload.keystore")
    store = ("-keystore", file, "-storetype", store_type, "-storepass", PASSWORD)
    key_password = KEY_PASSWORD if store_type == "JKS" else PASSWORD
    for alias, days in (("first", "10000"), ("Upload", "9000")):
        key = ("-alias", alias, "-keypass", key_password, "-keyalg", "EC", "-validity", days)
        run("keytool", *more, "-genkeypair", *store, *key, "-dname", "CN=Acme Ltd, OU=Mobile, C=CH")
    return {
        "data": Path(file).read_bytes(),
        "kind": "android_keystore",
        "alias": "Upload",
        "private_key_password": key_password,
        "says": keytool_says(run("keytool", "-J-Duser.language=en", "-J-Duser.timezone=UTC", "-list", "-v", *store)),
    }


def keytool_says(listing: str) -> Facts:
    entries = listing.split("Alias name: ")[1:]
    (entry,) = (entry for entry in entries if entry.lower().startswith("upload"))
    fingerprint = entry.partition("SHA256: ")[2].split()[0]
    until = entry.partition(" until: ")[2].splitlines()[0]
    moment = dt.datetime.strptime(until, "%a %b %d %H:%M:%S UTC %Y")  # noqa: DTZ007
    return {
        "type": listing.partition("Keystore type: ")[2].split()[0].lower(),
        "alias": entry.splitlines()[0],
        "sha256_fingerprint": fingerprint,
        "expires_at": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


_LEGACY = ("-legacy", "-certpbe", "PBE-SHA1-RC2-40", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1")
_OPEN = ("-keypbe", "NONE", "-certpbe", "NONE", "-nomac")
_LOCKED = ("-passout", f"pass:{PASSWORD}")
# By name: the tool that it takes, and what makes it.
MAKERS: dict[str, tuple[str, Callable[[Path], Facts]]] = {
    "RC2 and 3DES with SHA-1": ("openssl", lambda folder: openssl_identity(folder, *_LEGACY, *_LOCKED)),
    "AES-256 with SHA-256": ("openssl", lambda folder: openssl_identity(folder, *_LOCKED)),
    "an empty password": ("openssl", lambda folder: openssl_identity(folder, "-passout", "pass:")),
    "neither password nor checksum": ("openssl", lambda folder: openssl_identity(folder, *_OPEN, "-passout", "pass:")),
    "keystore PKCS12": ("keytool", lambda folder: keytool_keystore(folder, "PKCS12")),
    "keystore PKCS12, legacy": (
        "keytool",
        lambda folder: keytool_keystore(folder, "PKCS12", "-J-Dkeystore.pkcs12.legacy"),
    ),
    "keystore JKS": ("keytool", lambda folder: keytool_keystore(folder, "JKS")),
    "keystore JCEKS": ("keytool", lambda folder: keytool_keystore(folder, "JCEKS")),
}
SLOW = ("keystore PKCS12, legacy", "keystore JKS", "keystore JCEKS")
WITHOUT_PASSWORD = ("an empty password", "neither password nor checksum")


def made(name: str) -> Facts:
    with tempfile.TemporaryDirectory() as folder:
        return MAKERS[name][1](Path(folder))


def recorded() -> dict[str, Facts]:
    entries = json.loads(RECORDED.read_text(encoding="utf-8"))
    return {name: {**facts, "data": base64.b64decode(facts["data"])} for name, facts in entries.items()}


def makeable() -> list[str]:
    """What the tools of this machine can make."""
    return [name for name, (tool, _make) in MAKERS.items() if shutil.which(tool)]


if __name__ == "__main__":
    found = {name: made(name) for name in MAKERS}
    text = {name: {**facts, "data": base64.b64encode(facts["data"]).decode()} for name, facts in found.items()}
    RECORDED.write_text(json.dumps(text, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
