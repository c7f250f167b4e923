# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Android keystores of the type PKCS#12, as keytool writes them today."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import pkcs12

from .identity import Pkcs12Encryption
from .keys import PrivateKey
from .pkcs12 import merged


@dataclasses.dataclass(frozen=True)
class AndroidKey:
    """Made by :meth:`Authority.android_key`."""

    alias: str
    certificate: x509.Certificate
    key: PrivateKey = dataclasses.field(repr=False)

    @property
    def sha256_fingerprint(self) -> str:
        """As keytool and Google Play write it."""
        return self.certificate.fingerprint(hashes.SHA256()).hex(":").upper()

    def pkcs12(self, password: str, *, encryption: Pkcs12Encryption = Pkcs12Encryption.MODERN) -> bytes:
        return pkcs12.serialize_key_and_certificates(
            self.alias.encode(), self.key, self.certificate, None, encryption.with_password(password)
        )


def pkcs12_keystore(keys: Sequence[AndroidKey], password: str) -> bytes:
    """A keystore with these keys, each under its alias."""
    files = [key.pkcs12(password) for key in keys]
    return files[0] if len(files) == 1 else merged(files, password)
