# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Details of a signing file that the service lists. They are used if the file cannot be inspected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from ..._core.fields import moment
from ..._signing.certificates import days_between, iso
from ..._signing.inspection import CERTIFICATE_KEYS, KEYSTORE_KEYS
from ..files.kinds import (
    ANDROID_KEYSTORE,
    BUILD_CERTIFICATE,
    FileKind,
)
from ..files.model import RemoteFile


def reported_details(kind: FileKind, file: RemoteFile, now: dt.datetime) -> dict[str, Any] | None:
    """Return the details that the service lists, with None for other keys, or None if it lists no details.

    Since 2026 it lists serial numbers and expiry dates of certificates, and the fingerprint of a keystore.
    """
    if kind == BUILD_CERTIFICATE:
        listed = file.others.get("certificates")
        entries = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
        dated = [(end, one) for one in entries if (end := moment(one.get("expiry_date")))]
        if not dated:
            return None
        # The certificate of the identity expires first. Certificates of authorities in the file are valid longer.
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
