# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recognize the use of Apple's certificates, and signers that Apple certified."""

from __future__ import annotations

from collections.abc import Sequence

from .certificates import Certificate
from .cms import SIGNATURE_DIGESTS, Signature, verify
from .inspection import Unreadable
from .public_keys import load_public_key

# SHA-256 of Apple Root CA, Apple Root CA - G2 and Apple Root CA - G3, from https://www.apple.com/certificateauthority/
ROOTS = frozenset(
    {
        "b0b1730ecbc7ff4505142c49f1295e6eda6bcaed7e2c68c5be91b5a11001f024",
        "c2b9b042dd57830e7d117dac55ac8ae19407d38e41d88f3215bc3a890444a050",
        "63343abfb89a6a03ebb57e9b3f5fa7be7c4f5c756f3017b3a8c488c3653e9179",
    }
)
# Apple signs profiles with "Apple iPhone OS Provisioning Profile Signing", "Mac OS X Provisioning Profile Signing" and
# "Apple Provisioning Profile Signing". Apple does not issue certificates with such names to developers.
_SIGNER_OF_PROFILES = "Provisioning Profile Signing"
_LONGEST_CHAIN = 6

DEVELOPMENT, DISTRIBUTION, DEVELOPER_ID = "development", "distribution", "developer-id"
MAC_INSTALLER, DEVELOPER_ID_INSTALLER = "mac-installer", "developer-id-installer"
USES = (DEVELOPMENT, DISTRIBUTION, DEVELOPER_ID, MAC_INSTALLER, DEVELOPER_ID_INSTALLER)
INSTALLERS = frozenset({MAC_INSTALLER, DEVELOPER_ID_INSTALLER})
WITHOUT_PROFILE = frozenset({*INSTALLERS, DEVELOPER_ID})

# Apple's extensions for leaf certificates, and its extended key usages for installers.
_MARKS = {
    "1.2.840.113635.100.6.1.14": DEVELOPER_ID_INSTALLER,
    "1.2.840.113635.100.4.13": DEVELOPER_ID_INSTALLER,
    "1.2.840.113635.100.6.1.8": MAC_INSTALLER,
    "1.2.840.113635.100.4.9": MAC_INSTALLER,
    "1.2.840.113635.100.6.1.13": DEVELOPER_ID,
    "1.2.840.113635.100.6.1.4": DISTRIBUTION,
    "1.2.840.113635.100.6.1.7": DISTRIBUTION,
    "1.2.840.113635.100.6.1.2": DEVELOPMENT,
    "1.2.840.113635.100.6.1.12": DEVELOPMENT,
}
# The beginnings of common names, for certificates without such an extension.
_NAMES = {
    "Developer ID Installer: ": DEVELOPER_ID_INSTALLER,
    "3rd Party Mac Developer Installer: ": MAC_INSTALLER,
    "Mac Installer Distribution: ": MAC_INSTALLER,
    "Developer ID Application: ": DEVELOPER_ID,
    "Apple Distribution: ": DISTRIBUTION,
    "iPhone Distribution: ": DISTRIBUTION,
    "3rd Party Mac Developer Application: ": DISTRIBUTION,
    "Apple Development: ": DEVELOPMENT,
    "iPhone Developer: ": DEVELOPMENT,
    "Mac Developer: ": DEVELOPMENT,
}


def use_of(certificate: Certificate) -> str | None:
    """Return the use of the certificate, one of USES, or None if Apple did not issue it to a developer."""
    marks = {*certificate.extensions, *certificate.key_usages}
    by_mark = next((use for mark, use in _MARKS.items() if mark in marks), None)
    name = certificate.common_name or ""
    return by_mark or next((use for beginning, use in _NAMES.items() if name.startswith(beginning)), None)


def may_sign_profiles(signer: Certificate, others: Sequence[Certificate]) -> bool:
    """Return whether Apple may sign profiles with this certificate.

    The name decides, and the part of the chain that is in the file, which must lead to one of Apple's roots.
    """
    if not (signer.common_name or "").endswith(_SIGNER_OF_PROFILES):
        return False
    certificate = signer
    for _turn in range(_LONGEST_CHAIN):
        if certificate.sha256 in ROOTS:
            return True
        issuers = [one for one in others if one.subject == certificate.issuer]
        if not issuers and not certificate.is_self_issued:
            return True  # its issuer is not in the file
        issuer = next((one for one in issuers if _issued(one, certificate)), None)
        if issuer is None:
            return False
        certificate = issuer
    return False


def _issued(issuer: Certificate, certificate: Certificate) -> bool:
    digest = SIGNATURE_DIGESTS.get(certificate.signature_algorithm)
    if digest is None or issuer.sha256 == certificate.sha256:
        return False
    try:
        key = load_public_key(issuer.key_info)
    except Unreadable:
        return False
    # A system whose policy forbids SHA-1 cannot check older certificates of Apple.
    return verify(key, certificate.signature, certificate.signed, digest) is not Signature.BROKEN
