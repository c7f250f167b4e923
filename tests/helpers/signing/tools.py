# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing files that OpenSSL, keytool or the tests have created, and the output of these tools for them.

`python -m tests.helpers.signing.tools` writes recorded.json again, for machines without the tools. One of the
files needs Bouncy Castle's provider, whose jar MOBILEOPS_CI_TEST_BCPROV names. Without it that recording is kept.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.signing_files import JavaKey, OddCertificate, der, jks_keystore
from tests.signing_files import pkcs12 as writer

RECORDED = Path(__file__).with_name("recorded.json")
PASSWORD = "secret-of-a-test"
KEY_PASSWORD = "another-one"
Facts = dict[str, Any]

# The jar with Bouncy Castle's provider.
BCPROV = os.environ.get("MOBILEOPS_CI_TEST_BCPROV", "")
_MODERN = ["not_importable_on_macos"]
_UNUSUAL = ["unusual_certificate"]


def run(*command: str, data: bytes | None = None) -> str:
    done = subprocess.run(command, input=data, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, (command, done.stderr.decode(), done.stdout.decode())
    return done.stdout.decode()


def openssl_identity(folder: Path, *options: str, codes: list[str] | None = None) -> Facts:
    """Make a PKCS#12 file with OpenSSL. `codes`: the warnings to expect."""
    key, certificate, file = (str(folder / name) for name in ("key.pem", "certificate.pem", "identity.p12"))
    subject = "/UID=A1B2C3D4E5/CN=Apple Distribution: Zoë Ltd (A1B2C3D4E5)/OU=A1B2C3D4E5/O=Zoë Ltd/C=US"
    run("openssl", "ecparam", "-genkey", "-name", "prime256v1", "-out", key)
    request = ("openssl", "req", "-x509", "-utf8", "-new", "-key", key, "-out", certificate, "-days", "365")
    run(*request, "-subj", subject)
    run("openssl", "pkcs12", "-export", "-in", certificate, "-inkey", key, "-out", file, *options)
    says = openssl_says(certificate)
    return {"data": Path(file).read_bytes(), "kind": "build_certificate", "codes": codes or [], "says": says}


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


def keytool_keystore(folder: Path, store_type: str, *more: str, algorithm: str = "EC") -> Facts:
    """Make a keystore with keytool. It has two keys; the second one is asked for."""
    file = str(folder / "upload.keystore")
    store = ("-keystore", file, "-storetype", store_type, "-storepass", PASSWORD)
    key_password = KEY_PASSWORD if store_type in ("JKS", "JCEKS") else PASSWORD
    for alias, days in (("first", "10000"), ("Upload", "9000")):
        key = ("-alias", alias, "-keypass", key_password, "-keyalg", algorithm, "-validity", days)
        run("keytool", *more, "-genkeypair", *store, *key, "-dname", "CN=Acme Ltd, OU=Mobile, C=CH")
    facts = keytool_reads(folder, Path(file).read_bytes(), store_type, *more, alias="Upload")
    codes = _UNUSUAL if algorithm == "DSA" else []
    return {**facts, "private_key_password": key_password, "keys": 2, "codes": codes}


def keytool_reads(
    folder: Path, data: bytes, store_type: str, *more: str, alias: str = "upload", codes: list[str] | None = None
) -> Facts:
    """Return what keytool says about one key of a keystore."""
    file = folder / "read.keystore"
    file.write_bytes(data)
    store = ("-keystore", str(file), "-storetype", store_type, "-storepass", PASSWORD)
    listing = run("keytool", *more, "-J-Duser.language=en", "-J-Duser.timezone=UTC", "-list", "-v", *store)
    return {
        "data": data,
        "kind": "android_keystore",
        "alias": alias,
        "private_key_password": PASSWORD,
        "keys": 1,
        "codes": codes or [],
        "says": keytool_says(listing, alias),
    }


def keytool_says(listing: str, alias: str) -> Facts:
    entries = listing.split("Alias name: ")[1:]
    (entry,) = (entry for entry in entries if entry.splitlines()[0].lower() == alias.lower())
    fingerprint = entry.partition("SHA256: ")[2].split()[0]
    begin, _until, end = entry.partition("Valid from: ")[2].splitlines()[0].partition(" until: ")
    return {
        "type": listing.partition("Keystore type: ")[2].split()[0].lower(),
        "alias": entry.splitlines()[0],
        "sha256_fingerprint": fingerprint,
        "not_before": keytool_date(begin),
        "expires_at": keytool_date(end),
    }


def keytool_date(text: str) -> str:
    moment = dt.datetime.strptime(text, "%a %b %d %H:%M:%S UTC %Y")  # noqa: DTZ007
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def with_certificate(
    folder: Path, odd: OddCertificate, codes: list[str] | None = None, *, name: str | None = "upload"
) -> Facts:
    """Return a keystore of the type PKCS#12 with this certificate."""
    key = writer.key_bag(odd.key, PASSWORD, name=name, local_id=b"1")
    certificate = writer.certificate_bag(odd.der, name=name, local_id=b"1")
    data = writer.pfx([writer.plain_part(key), writer.encrypted_part(PASSWORD, certificate)], PASSWORD)
    return keytool_reads(folder, data, "PKCS12", alias=name or "1", codes=codes)


def with_key_password(folder: Path) -> Facts:
    """Return a keystore of the type PKCS#12 whose key has another password, as Java's KeyStore API writes it."""
    odd = OddCertificate()
    key = writer.key_bag(odd.key, KEY_PASSWORD, name="upload", local_id=b"1")
    certificate = writer.certificate_bag(odd.der, name="upload", local_id=b"1")
    data = writer.pfx([writer.plain_part(key), writer.encrypted_part(PASSWORD, certificate)], PASSWORD)
    return {**keytool_reads(folder, data, "PKCS12"), "private_key_password": KEY_PASSWORD}


def odd_jks(folder: Path, odd: OddCertificate, codes: list[str] | None = None, *, more: bytes = b"") -> Facts:
    data = jks_keystore([JavaKey("upload", odd.der, writer.private_bytes(odd.key))], PASSWORD) + more
    return keytool_reads(folder, data, "JKS", codes=codes)


def bouncy_castle(folder: Path) -> Facts:
    provider = "org.bouncycastle.jce.provider.BouncyCastleProvider"
    return keytool_keystore(folder, "BKS", "-providerclass", provider, "-providerpath", BCPROV)


_LEGACY = ("-legacy", "-certpbe", "PBE-SHA1-RC2-40", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1")
_OPEN = ("-keypbe", "NONE", "-certpbe", "NONE", "-nomac")
_LOCKED = ("-passout", f"pass:{PASSWORD}")
_EMPTY = ("-passout", "pass:")
_NO_SECONDS, _OFFSET = der.written_time("2601010000Z"), der.written_time("20510519000000+0200", generalized=True)
# By name: the tool that it takes, and what makes it.
MAKERS: dict[str, tuple[str, Callable[[Path], Facts]]] = {
    "RC2 and 3DES with SHA-1": ("openssl", lambda folder: openssl_identity(folder, *_LEGACY, *_LOCKED)),
    "AES-256 with SHA-256": ("openssl", lambda folder: openssl_identity(folder, *_LOCKED, codes=_MODERN)),
    "1,200,000 rounds": (
        "openssl",
        lambda folder: openssl_identity(folder, "-iter", "1200000", *_LOCKED, codes=_MODERN),
    ),
    "an empty password": ("openssl", lambda folder: openssl_identity(folder, *_EMPTY, codes=_MODERN)),
    "an empty password, legacy": (
        "openssl",
        lambda folder: openssl_identity(folder, *_LEGACY, *_EMPTY, codes=_MODERN),
    ),
    "neither password nor checksum": ("openssl", lambda folder: openssl_identity(folder, *_OPEN, *_EMPTY)),
    "keystore PKCS12": ("keytool", lambda folder: keytool_keystore(folder, "PKCS12")),
    "keystore PKCS12, legacy": (
        "keytool",
        lambda folder: keytool_keystore(folder, "PKCS12", "-J-Dkeystore.pkcs12.legacy"),
    ),
    "keystore PKCS12, DSA": ("keytool", lambda folder: keytool_keystore(folder, "PKCS12", algorithm="DSA")),
    "keystore JKS": ("keytool", lambda folder: keytool_keystore(folder, "JKS")),
    "keystore JKS, DSA": ("keytool", lambda folder: keytool_keystore(folder, "JKS", algorithm="DSA")),
    "keystore JCEKS": ("keytool", lambda folder: keytool_keystore(folder, "JCEKS")),
    "keystore BKS": ("keytool", bouncy_castle),
    "PKCS12, EC with NULL parameters": (
        "keytool",
        lambda folder: with_certificate(folder, OddCertificate(null_parameters=True)),
    ),
    "JKS, EC with NULL parameters": ("keytool", lambda folder: odd_jks(folder, OddCertificate(null_parameters=True))),
    "PKCS12, another key password": ("keytool", with_key_password),
    "PKCS12, key without a name": ("keytool", lambda folder: with_certificate(folder, OddCertificate(), name=None)),
    "PKCS12, long country": ("keytool", lambda folder: with_certificate(folder, OddCertificate(country="Switzerland"))),
    "PKCS12, no seconds": (
        "keytool",
        lambda folder: with_certificate(folder, OddCertificate(begin=_NO_SECONDS), _UNUSUAL),
    ),
    "PKCS12, time with an offset": (
        "keytool",
        lambda folder: with_certificate(folder, OddCertificate(end=_OFFSET), _UNUSUAL),
    ),
    "PKCS12, serial 0": ("keytool", lambda folder: with_certificate(folder, OddCertificate(serial=0), _UNUSUAL)),
    "JKS, negative serial": ("keytool", lambda folder: odd_jks(folder, OddCertificate(serial=-5), _UNUSUAL)),
    "JKS, bytes after its end": ("keytool", lambda folder: odd_jks(folder, OddCertificate(), more=b"more" * 20)),
}
# The others take keytool several calls, or many rounds.
QUICK = ("RC2 and 3DES with SHA-1", "AES-256 with SHA-256", "an empty password", "an empty password, legacy")
MANY_ROUNDS = ("keystore PKCS12, legacy", "keystore JCEKS")
NOT_RECORDED = ("1,200,000 rounds",)
WITHOUT_PASSWORD = ("an empty password", "an empty password, legacy", "neither password nor checksum")


def made(name: str) -> Facts:
    with tempfile.TemporaryDirectory() as folder:
        return MAKERS[name][1](Path(folder))


def recorded() -> dict[str, Facts]:
    entries = json.loads(RECORDED.read_text(encoding="utf-8"))
    return {name: {**facts, "data": base64.b64decode(facts["data"])} for name, facts in entries.items()}


def makeable() -> list[str]:
    """Return the names of what the tools of this machine can make."""
    return [name for name, (tool, _make) in MAKERS.items() if shutil.which(tool) and (BCPROV or name != "keystore BKS")]


if __name__ == "__main__":
    found = recorded() | {name: made(name) for name in makeable() if name not in NOT_RECORDED}
    text = {name: {**facts, "data": base64.b64encode(facts["data"]).decode()} for name, facts in found.items()}
    RECORDED.write_text(json.dumps(text, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
