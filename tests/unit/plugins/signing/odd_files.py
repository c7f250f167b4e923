# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make unusual signing files, and inspect them."""

from __future__ import annotations

from functools import cache
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspect import inspect_file
from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspection import Inspection
from tests.helpers.signing.samples import (
    NOW,
)
from tests.signing_files import (
    OddCertificate,
)
from tests.signing_files.pkcs12 import (
    certificate_bag,
    key_bag,
    pfx,
    plain_part,
)

PASSWORD, OTHER = "secret1", "other22"
MACOS = "not_importable_on_macos"


def keystore(data: bytes, password: str | None = PASSWORD, **given: str | None) -> Inspection:
    return inspect_file(data, expected="android_keystore", password=password, now=NOW, **given)


def certificate(data: bytes, password: str | None = PASSWORD) -> Inspection:
    return inspect_file(data, expected="build_certificate", password=password, now=NOW)


def codes(found: Inspection) -> list[str]:
    return [finding.code for finding in found.findings if finding.code != MACOS]


@cache
def odd(**changes: Any) -> OddCertificate:
    return OddCertificate(**changes)


def pair(one: OddCertificate | None = None, *, password: str | None = PASSWORD, **more: Any) -> tuple[bytes, bytes]:
    """Return a key and its certificate."""
    one = one or odd()
    return (
        key_bag(one.key, password, name="upload", local_id=b"1", **more),
        certificate_bag(one.der, name="upload", local_id=b"1"),
    )


def file(*bags: bytes, **more: Any) -> bytes:
    return pfx([plain_part(*bags)], PASSWORD, **more)
