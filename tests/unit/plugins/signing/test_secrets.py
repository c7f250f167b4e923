# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private keys, passwords and bytes of a file are not part of the result."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.helpers.signing.samples import PASSWORD, Sample, android_key, expired_identity, identity
from tests.helpers.signing.tools import MANY_ROUNDS
from tests.signing_files import OddCertificate

from .fuzz import genuine

KEYS = [
    holder.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    for holder in (
        identity(),
        identity(elliptic=True),
        expired_identity(),
        android_key(),
        android_key("other"),
        OddCertificate(null_parameters=True),
    )
]


def pieces(data: bytes, size: int) -> set[str]:
    """Return runs of the bytes in the forms that they could have in text."""
    runs = [data[start : start + size] for start in range(0, len(data) - size, size)]
    return {run.hex() for run in runs} | {base64.b64encode(run).decode() for run in runs}


@pytest.mark.parametrize("name", [name for name in genuine() if name not in MANY_ROUNDS])
def test_inspections_contain_no_secrets(name: str) -> None:
    sample = genuine()[name]
    looked_into = [
        sample,
        replace(sample, password="wrong pässword"),
        replace(sample, alias="nobody", private_key_password="wrong pässword"),
        Sample(sample.data[: len(sample.data) // 2], PASSWORD),
    ]
    for one in looked_into:
        for expected in (None, "android_keystore", "build_certificate", "provisioning_profile"):
            found = one.inspected(expected=expected)
            shown = json.dumps(found.details, ensure_ascii=False) + repr(found)
            for secret in (sample.password, sample.private_key_password, "wrong pässword"):
                assert not secret or secret not in shown
            for key in KEYS:
                assert not [piece for piece in pieces(key, 12) if piece in shown]
            # Longer, because a digest that names the key is in the file too.
            assert not [piece for piece in pieces(sample.data, 24) if piece in shown]
