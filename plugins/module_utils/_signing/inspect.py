# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inspect a signing file: its details and its findings.

This module does not read files, the clock or the environment.
"""

from __future__ import annotations

import datetime as dt

from .certificates import Certificate
from .file_formats import Format, describe, detect_format
from .findings import finding
from .identity import inspect_identity
from .inspection import (
    CERTIFICATE,
    KEYSTORE,
    PROFILE,
    Inspection,
    ReadError,
)
from .keystore import (
    KeySelection,
    inspect_java_keystore,
    inspect_pkcs12_keystore,
)
from .libraries import require_libraries
from .pkcs12 import Store, open_pkcs12
from .profile import inspect_profile

# Profiles with hundreds of devices have less than a tenth of this size. Larger files would take long to read.
MAX_BYTES = 1024 * 1024

# By kind: the code of the finding, the expected file, and advice.
_SHOULD_BE = {
    PROFILE: ("not_a_profile", "a provisioning profile", "Download the profile again from Apple's developer portal."),
    CERTIFICATE: (
        "not_pkcs12",
        "a PKCS#12 file",
        "Export the certificate together with its private key as .p12 from the keychain.",
    ),
    KEYSTORE: ("not_a_keystore", "an Android keystore", "Use the file that keytool or Android Studio made."),
}


def inspect_file(
    data: bytes,
    *,
    expected: str | None,
    password: str | None = None,
    alias: str | None = None,
    private_key_password: str | None = None,
    now: dt.datetime,
) -> Inspection:
    """Return details and findings of these bytes.

    `expected`: one of SIGNING_KINDS, or None to recognize the kind by the content. `password`: of the PKCS#12 file or
    the keystore. `alias` and `private_key_password`: for keystores. `now` needs a time zone. Raise only CiError, if a
    library is missing. Every problem of the file becomes a finding.
    """
    require_libraries()
    if len(data) > MAX_BYTES:
        size = f"The file has {len(data)} bytes, but a signing file has at most {MAX_BYTES}"
        return Inspection(expected, {}, (finding("too_large", f"{size}. Use the right file."),))
    found = detect_format(data)
    selection = KeySelection(alias, private_key_password)
    if found is Format.CMS and expected in (PROFILE, None):
        return inspect_profile(data, now)
    if found is Format.PKCS12 and expected in (CERTIFICATE, KEYSTORE, None):
        try:
            store = open_pkcs12(data, password)
        except ReadError:
            return _something_else(data, expected or CERTIFICATE, "a PKCS#12 file that is cut off or damaged")
        if expected == KEYSTORE or (expected is None and _is_of_android(store, selection)):
            return inspect_pkcs12_keystore(store, selection, now)
        return inspect_identity(store, now)
    if found and found not in (Format.CMS, Format.PKCS12) and expected in (KEYSTORE, None):
        return inspect_java_keystore(data, found, password, selection, now)
    return _something_else(data, expected)


def _is_of_android(store: Store, selection: KeySelection) -> bool:
    """Return whether the file is probably a keystore: its certificate is self-signed, and not issued by Apple."""
    if selection.alias is not None or selection.private_key_password is not None:
        return True
    readable = [certificate for _entry, certificate in store.contents.readable]
    leaves = [one for one in readable if not any(_is_issued_by(other, one) for other in readable)]
    return bool(leaves) and leaves[0].is_self_issued


def _is_issued_by(certificate: Certificate, issuer: Certificate) -> bool:
    return certificate.issuer == issuer.subject and certificate.sha256 != issuer.sha256


def _something_else(data: bytes, expected: str | None, what: str | None = None) -> Inspection:
    is_what = what or describe(data)
    if expected is None:
        return Inspection(None, {}, (finding("unknown_format", f"This is not a signing file but {is_what}."),))
    code, should_be, advice = _SHOULD_BE[expected]
    # A description with advice needs no general advice.
    message = f"This is not {should_be} but {is_what}." + ("" if ";" in is_what else f" {advice}")
    return Inspection(expected, {}, (finding(code, message),))
