# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PKCS#12 files with a developer's certificate and its private key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._signing.certificates import (
    Certificate,
    days_between,
    iso,
)
from ansible_collections.mobileops.ci.plugins.module_utils._signing.findings import named, out_of_date
from ansible_collections.mobileops.ci.plugins.module_utils._signing.model import (
    CERTIFICATE,
    CERTIFICATE_KEYS,
    WARNING,
    Finding,
    Inspection,
)
from ansible_collections.mobileops.ci.plugins.module_utils._signing.pkcs12 import Store

_EXPORT = "Export the certificate together with its private key from the keychain that has both."
_RENEW = "Make a new certificate in Apple's developer portal, export it with its private key, and renew the profiles."


def inspect_identity(store: Store, now: dt.datetime) -> Inspection:
    """What an opened PKCS#12 file says."""
    identities = tuple(entry.certificate for entry in store.identities)
    all_of_them = tuple(entry.certificate for entry in store.certificates)
    # Without a key it is still worth saying whose certificate it is.
    known = identities or all_of_them[:1]
    shown = known[0] if known else None
    findings = [store.problem] if store.problem else list(_about_keys(store, identities, all_of_them))
    for certificate in known:
        findings += out_of_date(
            f"The certificate {named([certificate.label])}", certificate.not_before, certificate.expires_at, now, _RENEW
        )
    has_key = (bool(store.keys) or None) if store.problem else bool(identities)
    # Files put together from several may hold the same authority more than once.
    others = {certificate.sha256 for certificate in all_of_them} - {certificate.sha256 for certificate in known}
    details = _details(shown, has_key, len(others), now)
    # What shows of a file that could not be opened need not be all.
    sha1s = None if store.problem else tuple(certificate.sha1 for certificate in known)
    return Inspection(CERTIFICATE, details, tuple(findings), sha1s)


def _about_keys(
    store: Store, identities: tuple[Certificate, ...], certificates: tuple[Certificate, ...]
) -> Iterator[Finding]:
    if not certificates and not store.keys:
        yield Finding("no_certificates", f"The file holds neither a certificate nor a private key. {_EXPORT}")
    elif not identities and store.keys:
        yield Finding("no_private_key", f"The private key in the file belongs to none of its certificates. {_EXPORT}")
    elif not identities:
        yield Finding("no_private_key", f"The file holds no private key, only certificates. {_EXPORT}")
    elif len(identities) > 1:
        who = named(certificate.label for certificate in identities)
        only = "the details are those of the first"
        yield Finding("several_identities", f"The file holds {len(identities)} identities ({who}); {only}.", WARNING)


def _details(certificate: Certificate | None, has_key: bool | None, chain: int, now: dt.datetime) -> dict[str, Any]:
    values: dict[str, Any] = {"has_private_key": has_key}
    if certificate:
        values.update(
            common_name=certificate.common_name,
            team_id=certificate.unit,
            serial=certificate.serial,
            sha1=certificate.sha1,
            sha256=certificate.sha256,
            not_before=iso(certificate.not_before),
            expires_at=iso(certificate.expires_at),
            days_left=days_between(now, certificate.expires_at),
            chain=chain,
        )
    return {key: values.get(key) for key in CERTIFICATE_KEYS}
