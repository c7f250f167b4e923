# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inspect PKCS#12 files with a developer's certificate and its private key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from . import pkcs12
from .apple import INSTALLERS, WITHOUT_PROFILE, use_of
from .certificates import (
    Certificate,
    days_between,
    iso,
)
from .findings import (
    ago,
    finding,
    named,
    out_of_date,
    quoted,
    unusual,
)
from .inspection import (
    CERTIFICATE,
    CERTIFICATE_KEYS,
    Finding,
    Inspection,
    ReadError,
    TooMuchWorkError,
    UnsupportedError,
    WrongPasswordError,
)

_EXPORT = "Export the certificate together with its private key from the keychain that has both."
_RENEW = "Make a new certificate in Apple's developer portal, export it with its private key, and renew the profiles."
_CONVERT = "openssl pkcs12 -legacy -in OLD.p12 -nodes | openssl pkcs12 -export -legacy -out NEW.p12"


@dataclass(frozen=True)
class _Keys:
    """The private keys of a file after the attempt to open them."""

    opened: int  # number of keys that the password opens
    identities: tuple[Certificate, ...]  # certificates whose private key is in the file, in the order of the file
    problem: Finding | None = None


def inspect_identity(store: pkcs12.Store, now: dt.datetime) -> Inspection:
    """Inspect an opened PKCS#12 file."""
    certificates = [certificate for _entry, certificate in store.contents.readable]
    keys = _open_keys(store) if store.problem is None else _Keys(0, ())
    problem = store.problem or keys.problem
    identities = keys.identities
    # Even without a key, the owner of the certificate is useful information.
    known = identities or tuple(certificates[:1])
    shown = _best(known, now)
    findings = [problem] if problem else list(_about_contents(store, keys, certificates))
    findings += store.notes
    findings += _about_dates(known, shown, now)
    if shown:
        findings += unusual(f"The certificate {quoted(shown.label)}", shown)
    if problem is None:
        findings += _about_macos(store)
    has_key = (bool(store.contents.keys) or None) if problem else _has_key(keys, certificates)
    # Files that combine several others may contain the same authority more than once.
    others = {certificate.sha256 for certificate in certificates} - {certificate.sha256 for certificate in known}
    uses = {use_of(certificate) for certificate in identities}
    # A file that could not be opened may have more certificates than the readable ones.
    pairable = [certificate for certificate in known if use_of(certificate) not in INSTALLERS]
    return Inspection(
        CERTIFICATE,
        _details(shown, has_key, len(others), now),
        tuple(findings),
        None if problem else tuple(certificate.sha1 for certificate in pairable),
        needs_profile=not uses or not uses <= WITHOUT_PROFILE,
    )


def _open_keys(store: pkcs12.Store) -> _Keys:
    """Open all private keys, and find their certificates."""
    public_keys, local_ids, opened = set(), set(), 0
    for bag in store.contents.keys:
        try:
            public_key = store.open_key(bag)
        except ReadError as error:
            return _Keys(opened, (), _key_problem(error))
        opened += 1
        if public_key is not None:
            public_keys.add(public_key)
        elif bag.local_id is not None:
            local_ids.add(bag.local_id)
    identities = [
        certificate
        for entry, certificate in store.contents.readable
        if certificate.public_key in public_keys or entry.local_id in local_ids
    ]
    # The same certificate may be in the file twice.
    return _Keys(opened, tuple({certificate.sha256: certificate for certificate in identities}.values()))


def _key_problem(error: ReadError) -> Finding:
    if isinstance(error, TooMuchWorkError):
        return pkcs12.too_many_rounds()
    if isinstance(error, UnsupportedError):
        return pkcs12.unsupported(str(error))
    if isinstance(error, WrongPasswordError):
        problem = "The private key has another password than the file, so keychains cannot import it"
        return finding("wrong_private_key_password", f"{problem}. Export the file again with one password.")
    return finding("damaged", f"The private key in the file is damaged. {_EXPORT}")


def _best(certificates: Sequence[Certificate], now: dt.datetime) -> Certificate | None:
    """Return the valid certificate that expires last; if none is valid, the one that expires last."""
    return max(
        certificates, key=lambda certificate: (certificate.is_valid_at(now), certificate.expires_at), default=None
    )


def _has_key(keys: _Keys, certificates: Sequence[Certificate]) -> bool:
    return bool(keys.identities) or (keys.opened > 0 and not certificates)


def _about_contents(store: pkcs12.Store, keys: _Keys, certificates: Sequence[Certificate]) -> Iterator[Finding]:
    identities = keys.identities
    if not certificates and store.contents.certificates:
        yield finding("no_certificates", f"The certificates in the file cannot be read. {_EXPORT}")
    elif not certificates and keys.opened:
        yield finding("no_certificates", f"The file holds a private key, but no certificate. {_EXPORT}")
    elif not certificates:
        yield finding("no_certificates", f"The file holds neither a certificate nor a private key. {_EXPORT}")
    elif not identities and keys.opened:
        yield finding("key_mismatch", f"The private key does not belong to a certificate in the file. {_EXPORT}")
    elif not identities:
        yield finding("no_private_key", f"The file holds only certificates, no private key. {_EXPORT}")
    elif len({certificate.public_key for certificate in identities}) > 1:
        who = named(certificate.label for certificate in identities)
        shown = "The details are those of the valid one that expires last"
        yield finding("several_identities", f"The file holds {len(identities)} identities ({who}). {shown}.")


def _about_dates(known: Sequence[Certificate], shown: Certificate | None, now: dt.datetime) -> Iterator[Finding]:
    """Yield an error if no certificate is valid. Yield a warning for each expired one beside a valid one."""
    if shown is None:
        return
    if not shown.is_valid_at(now):
        for certificate in known:
            subject = f"The certificate {quoted(certificate.label)}"
            yield from out_of_date(subject, certificate.not_before, certificate.expires_at, now, _RENEW)
        return
    for certificate in known:
        if certificate.expires_at <= now:
            when = f"expired on {iso(certificate.expires_at)}, {ago(now - certificate.expires_at)}"
            advice = "The file holds a valid one, too. Export that alone, so that no tool takes the wrong one."
            yield finding("partly_expired", f"The certificate {quoted(certificate.label)} {when}. {advice}")


def _about_macos(store: pkcs12.Store) -> Iterator[Finding]:
    if store.is_modern:
        reason = "Its encryption is newer than what security import on macOS is known to read"
    elif store.has_openssl_empty_password:
        reason = "It has an empty password as OpenSSL encodes it, which keychains of macOS refuse"
    else:
        return
    convert = f"If builds cannot import it, convert it with a password that is not empty: {_CONVERT}"
    yield finding("not_importable_on_macos", f"{reason}. {convert}.")


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
            use=use_of(certificate),
        )
    return {key: values.get(key) for key in CERTIFICATE_KEYS}
