# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service says of the inside of a file, which counts where nobody can look into it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from ..._core.fields import moment
from ..._signing.certificates import days_between, iso
from ..._signing.model import CERTIFICATE_KEYS, KEYSTORE_KEYS
from ..files.kinds import (
    ANDROID_KEYSTORE,
    BUILD_CERTIFICATE,
    FileKind,
)
from ..files.model import RemoteFile


def details_told(kind: FileKind, file: RemoteFile, now: dt.datetime) -> dict[str, Any] | None:
    """Details with None for all that the service does not tell; None if it tells nothing.

    Of a certificate it tells serial numbers and dates of expiry, of a keystore the fingerprint; both since 2026.
    """
    if kind == BUILD_CERTIFICATE:
        listed = file.others.get("certificates")
        told = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
        dated = [(end, one) for one in told if (end := moment(one.get("expiry_date")))]
        if not dated:
            return None
        # The identity is what expires first: what vouches for it lives longer.
        expires, certificate = min(dated, key=lambda one: one[0])
        serial = certificate.get("serial")
        return {
            **dict.fromkeys(CERTIFICATE_KEYS),
            "serial": serial if isinstance(serial, str) else None,
            "expires_at": iso(expires),
            "days_left": days_between(now, expires),
        }
    fingerprint = file.others.get("certificate_sha256_fingerprint")
    if kind == ANDROID_KEYSTORE and isinstance(fingerprint, str) and fingerprint:
        return {**dict.fromkeys(KEYSTORE_KEYS), "sha256_fingerprint": fingerprint}
    return None
