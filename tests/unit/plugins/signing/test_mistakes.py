# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and passwords that people upload by mistake, and unusual names and keys."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from ansible_collections.mobileops.ci.plugins.module_utils._http.redact import Redactor
from ansible_collections.mobileops.ci.plugins.module_utils._signing.findings import hint_about
from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspect import inspect_file
from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspection import SIGNING_KINDS
from tests.helpers.signing.samples import (
    NOW,
    identity,
)
from tests.signing_files import (
    OddCertificate,
)
from tests.signing_files.pkcs12 import (
    certificate_bag,
    encrypted_part,
    key_bag,
    pfx,
)

from .odd_files import PASSWORD, certificate, codes, file, keystore, odd, pair

# Files that are something else


def pem(key: Any, style: PrivateFormat = PrivateFormat.TraditionalOpenSSL) -> bytes:
    return bytes(key.private_bytes(Encoding.PEM, style, NoEncryption()))


def in_der(key: Any, style: PrivateFormat) -> bytes:
    return bytes(key.private_bytes(Encoding.DER, style, NoEncryption()))


def text(data: bytes) -> bytes:
    return base64.encodebytes(data)


P12 = identity(elliptic=True).pkcs12(PASSWORD)
FRAMED = b"-----BEGIN CERTIFICATE-----\r\n%s-----END CERTIFICATE-----\r\n"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (text(b"Salted__" + bytes(100)), "fastlane match decrypt"),
        (text(b"match_encrypted_v2__" + bytes(100)), "fastlane match decrypt"),
        (pem(identity().key), "a private key in PEM form"),
        (in_der(identity().key, PrivateFormat.TraditionalOpenSSL), "a private key without its certificate"),
        (in_der(identity().key, PrivateFormat.PKCS8), "a private key without its certificate"),
        (
            in_der(identity(elliptic=True).key, PrivateFormat.TraditionalOpenSSL),
            "a private key without its certificate",
        ),
        (identity().der, "a certificate without its private key"),
        (FRAMED % text(identity().der), "a certificate without its private key"),
        (FRAMED % text(P12), "frame that certutil writes"),
        (b"\xef\xbb\xbf" + text(P12), "a PKCS#12 file as base64 text"),
        (base64.urlsafe_b64encode(P12), "a PKCS#12 file as base64 text"),
        (text(text(P12)), "encoded twice"),
        (base64.b64encode(P12)[:1001], "cut off or damaged"),
        (text(b"something"), "base64 of something else"),
    ],
    ids=[
        "match, format 1",
        "match, format 2",
        "key in PEM form",
        "key in PKCS#1",
        "key in PKCS#8",
        "key on a curve",
        "certificate",
        "certificate in PEM form",
        "certutil",
        "byte-order mark",
        "base64 for URLs",
        "encoded twice",
        "cut off",
        "some text",
    ],
)
def test_files_that_people_upload_by_mistake(data: bytes, words: str) -> None:
    for kind in (None, *SIGNING_KINDS):
        (finding,) = inspect_file(data, expected=kind, password=PASSWORD, now=NOW).findings
        assert words in finding.message
        assert finding.message.endswith(".")


# Passwords and names that YAML or an editor changed


@pytest.mark.parametrize("given", ["12345", "123456", "0123", "True", "42798"])
def test_the_hint_contains_no_text_that_redaction_may_replace(given: str) -> None:
    message = hint_about("password", given)

    assert message.startswith(" The given password looks like a number or a boolean.")
    assert not re.search(r"\d|True|False", message)
    assert Redactor([given])(message) == message


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("42798", "looks like a number or a boolean"),
        ("True", "looks like a number or a boolean"),
        ("secret1\r", "ends with a carriage return"),
        ("secret1\n", "ends with a line feed"),
        (" secret1", "begins or ends with a blank"),
        ("\ufeffsecret1", "has an invisible character"),
    ],
)
def test_passwords_with_odd_characters(given: str, words: str) -> None:
    data = file(*pair())
    wrong, wrong_key, missing = (
        keystore(data, given),
        keystore(data, private_key_password=given),
        keystore(data, alias=given),
    )
    for found, code in (
        (wrong, "wrong_password"),
        (wrong_key, "wrong_private_key_password"),
        (missing, "alias_missing"),
    ):
        assert codes(found) == [code]
        assert words in found.findings[0].message
    assert given.strip("\ufeff") not in wrong.findings[0].message.replace("42798 and", "").replace("into True", "")


def test_odd_characters_in_names_are_quoted() -> None:
    key = key_bag(odd().key, PASSWORD, name="upload\r", local_id=b"1")
    data = file(key, certificate_bag(odd().der, name="upload\r", local_id=b"1"))
    (finding,) = keystore(data, alias="upload").findings
    assert r"it holds: 'upload\r'." in finding.message


def test_a_point_on_a_curve_may_be_compressed() -> None:
    """Accept the key of a certificate in either form of the point."""
    whole = odd().der
    point = odd().key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    short = odd().key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    assert point in whole
    compressed = OddCertificate(point=short).der
    assert short in compressed
    assert point not in compressed
    key, _own = pair()
    assert keystore(file(key, certificate_bag(compressed, name="upload", local_id=b"1"))).findings == ()


def test_many_keys_are_refused() -> None:
    keys = [key_bag(odd().key, None)] * 200
    assert codes(certificate(file(*keys, pair()[1]))) == ["too_many_rounds"]


@pytest.mark.parametrize("content", [b"", b"\x30", b"\x30\x03\x02\x01"])
def test_an_encrypted_part_without_bags(content: bytes) -> None:
    data = pfx([encrypted_part(PASSWORD, content=content)], PASSWORD)
    assert codes(keystore(data)) == codes(certificate(data)) == ["damaged"]
