# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read Bouncy Castle keystores of the type BKS. Their certificates are readable without the password."""

from __future__ import annotations

import hmac
from functools import partial

from . import password_encryption as encryption
from .inspection import (
    TooMuchWorkError,
    Unreadable,
    WrongPasswordError,
    reading,
)
from .java_records import (
    JavaEntry,
    JavaKeystore,
    Records,
)

_END, _CERTIFICATE, _KEY, _SECRET, _SEALED = range(5)
_PRIVATE = 0  # the first byte of a private key
_DIGEST_SIZE = 20
_KEY_PURPOSE, _VECTOR_PURPOSE, _MAC_PURPOSE = 1, 2, 3
# Bouncy Castle itself uses 1,024 to 51,200.
_MAX_ROUNDS = 200_000


@reading
def read_bks(data: bytes) -> JavaKeystore:
    """Return the entries. Raise Unreadable."""
    records = Records(data)
    version = records.number()
    salt, rounds = records.block(), records.number()
    if rounds > _MAX_ROUNDS:
        raise TooMuchWorkError
    start, entries = records.position, []
    while (kind := records.byte()) != _END:
        alias = records.text()
        records.take(8)  # the time when the entry was created
        chain = tuple(_certificate(records) for _turn in range(records.number()))
        if kind == _CERTIFICATE:
            entries.append(JavaEntry(alias, (_certificate(records), *chain)))
        elif kind == _KEY:
            is_private, key = _key(records)
            entries.append(JavaEntry(alias, chain, partial(_plain, key) if is_private else None))
        elif kind in (_SECRET, _SEALED):
            sealed = records.block()
            # A sealed key may be a secret key, which has no certificates.
            is_private = kind == _SEALED and bool(chain)
            entries.append(JavaEntry(alias, chain, partial(_unsealed, sealed) if is_private else None))
        else:
            raise Unreadable(f"entry of type {kind}")
    content, digest = data[start : records.position], records.take(_DIGEST_SIZE)
    # Version 1 uses the number of bytes as a number of bits: 20 bits, of which two bytes are whole.
    size = _DIGEST_SIZE if version == 2 else 2

    def has_password(password: str) -> bool:
        secret = encryption.Secret.of(password)
        key = encryption.derive_pkcs12("sha1", secret, salt, rounds, _MAC_PURPOSE, size)
        return hmac.compare_digest(hmac.digest(key, content, "sha1"), digest)

    return JavaKeystore(tuple(entries), has_password)


def _certificate(records: Records) -> bytes:
    records.text()  # always X.509
    return records.block()


def _key(records: Records) -> tuple[bool, bytes]:
    """Return whether the key is a private one, and the key."""
    kind = records.byte()
    records.text()  # its format: PKCS#8 for a private key
    records.text()  # its algorithm
    return kind == _PRIVATE, records.block()


def _plain(key: bytes, _password: str) -> bytes:
    """Return a key that is not encrypted."""
    return key


@reading
def _unsealed(sealed: bytes, password: str) -> bytes:
    """Return the private key in PKCS#8. Raise a ReadError."""
    records = Records(sealed)
    salt, rounds = records.block(), records.number()
    if rounds > _MAX_ROUNDS:
        raise TooMuchWorkError
    secret = encryption.Secret.of(password)
    key, vector = (
        encryption.derive_pkcs12("sha1", secret, salt, rounds, purpose, size)
        for purpose, size in ((_KEY_PURPOSE, 24), (_VECTOR_PURPOSE, 8))
    )
    plain = encryption.decrypt_triple_des(key, vector, sealed[records.position :])
    try:
        return _key(Records(plain))[1]
    except Unreadable as error:
        raise WrongPasswordError from error
