# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Private keys. They are cached, because creating one is the only slow step of creating a signing file."""

from __future__ import annotations

import functools

from cryptography.hazmat.primitives.asymmetric import ec, rsa

# The size that Apple requires in a certificate signing request.
KEY_SIZE = 2048


@functools.cache
def private_key(label: str) -> rsa.RSAPrivateKey:
    """Return the key of a label. The same label gives the same key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=KEY_SIZE)


@functools.cache
def elliptic_key(label: str) -> ec.EllipticCurvePrivateKey:
    """Return the key of a label on the curve P-256, for ECDSA."""
    return ec.generate_private_key(ec.SECP256R1())


PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
