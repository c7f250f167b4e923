# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inspect Android keystores: PKCS#12, which keytool writes today, JKS and JCEKS, which it wrote before, and BKS."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from . import bks, jks, pkcs12
from .certificates import (
    Certificate,
    days_between,
    iso,
    read_certificate,
)
from .file_formats import Format
from .findings import (
    finding,
    hint_about,
    named,
    out_of_date,
    quoted,
    unusual,
)
from .inspection import (
    KEYSTORE,
    KEYSTORE_KEYS,
    Finding,
    Inspection,
    ReadError,
    TooMuchWorkError,
    Unreadable,
    UnsupportedError,
    WrongPasswordError,
)
from .java_records import JavaEntry, JavaKeystore
from .public_keys import PublicKey, public_key_of

_RENEW = "Sign with a key whose certificate is valid; for an app on Google Play, have its upload key reset first."
_RIGHT_FILE = "Use the keystore that holds the key of the app"
_READERS: dict[Format, tuple[str, Callable[[bytes], JavaKeystore]]] = {
    Format.JKS: ("jks", jks.read_jks),
    Format.JCEKS: ("jceks", jks.read_jks),
    Format.BKS: ("bks", bks.read_bks),
}


@dataclass(frozen=True)
class _Entry:
    alias: str
    certificate: Certificate | None
    has_certificate: bool  # includes an unreadable one
    has_key: bool
    # Returns the public half of the private key, opened with its own password or with that of the keystore.
    open_key: Callable[[str | None], PublicKey | None] | None = None
    is_encrypted: bool = True

    @property
    def label(self) -> str:
        return quoted(self.alias)


@dataclass(frozen=True)
class KeySelection:
    """The alias and the password of the private key that the declaration gives, or None."""

    alias: str | None = None
    private_key_password: str | None = field(default=None, repr=False)


def inspect_pkcs12_keystore(store: pkcs12.Store, selection: KeySelection, now: dt.datetime) -> Inspection:
    """Inspect an opened PKCS#12 file as a keystore."""
    problems = [store.problem] if store.problem else []
    return _inspection("pkcs12", _entries_of_pkcs12(store), problems, list(store.notes), selection, now)


def inspect_java_keystore(
    data: bytes, found: Format, password: str | None, selection: KeySelection, now: dt.datetime
) -> Inspection:
    """Inspect a keystore in one of Java's own formats."""
    keystore_type, read = _READERS[found]
    try:
        keystore = read(data)
    except TooMuchWorkError:
        return Inspection(KEYSTORE, {}, (pkcs12.too_many_rounds(),))
    except ReadError:
        if found is Format.BKS:
            text = "The keystore is of the type UBER, which the collection does not read, or it is a damaged BKS file"
            details = {**dict.fromkeys(KEYSTORE_KEYS), "type": keystore_type}
            return Inspection(KEYSTORE, details, (finding("not_inspected", f"{text}. Check it with keytool."),))
        message = "The keystore is cut off or damaged. Take the file from where it was made."
        return Inspection(KEYSTORE, {}, (finding("not_a_keystore", message),))
    problems, notes = [], []
    if password is not None and not keystore.has_password(password):
        message = "The password is not that of the keystore, or the keystore was changed after it was written."
        advice = " Give the password that it was made with."
        problems.append(finding("wrong_password", f"{message}{advice}{hint_about('password', password)}"))
    if not keystore.is_complete:
        text = "The keystore holds a secret key, which hides the entries after it from the collection"
        notes.append(finding("not_inspected", f"{text}. Check it with keytool."))
    entries = [_entry_of_java(entry, password) for entry in keystore.entries]
    return _inspection(keystore_type, entries, problems, notes, selection, now, is_complete=keystore.is_complete)


def _inspection(
    keystore_type: str,
    entries: list[_Entry],
    problems: list[Finding],
    notes: list[Finding],
    selection: KeySelection,
    now: dt.datetime,
    *,
    is_complete: bool = True,
) -> Inspection:
    entry, about_alias = _choose(entries, selection.alias, is_open=not problems)
    findings = [*problems, *notes, *(about_alias if is_complete or entry else ())]
    if entry and entry.has_key:
        findings += _about_key(entry, selection.private_key_password, is_open=not problems)
    certificate = entry.certificate if entry else None
    if entry and certificate:
        subject = f"The certificate of the alias {entry.label}"
        findings += out_of_date(subject, certificate.not_before, certificate.expires_at, now, _RENEW)
        findings += unusual(subject, certificate)
    elif entry and not problems and entry.has_certificate:
        message = f"The certificate of the alias {entry.label} cannot be read, so when it expires is not known"
        findings.append(finding("not_inspected", f"{message}. Check it with keytool."))
    values: dict[str, Any] = {"type": keystore_type, "alias": entry.alias if entry else None}
    if certificate:
        values.update(
            sha256_fingerprint=_as_keytool_writes(certificate.sha256),
            not_before=iso(certificate.not_before),
            expires_at=iso(certificate.expires_at),
            days_left=days_between(now, certificate.expires_at),
        )
    return Inspection(KEYSTORE, {key: values.get(key) for key in KEYSTORE_KEYS}, tuple(findings))


def _choose(entries: list[_Entry], alias: str | None, *, is_open: bool) -> tuple[_Entry | None, list[Finding]]:
    """Return the entry that the details describe."""
    with_key = [entry for entry in entries if entry.has_key]
    if alias is not None:
        # Java ignores case in these names.
        same = [entry for entry in entries if entry.alias.lower() == alias.lower()]
        if same:
            entry = next((entry for entry in same if entry.has_key), same[0])
            return entry, [] if entry.has_key else [_only_a_certificate(entry, with_key)]
        if entries:
            return None, [_alias_missing(alias, with_key)]
    elif len(with_key) > 1:
        several = f"The keystore holds several keys ({named(entry.alias for entry in with_key)})."
        first = "The details are those of the first one. Name one with alias."
        return with_key[0], [finding("several_identities", f"{several} {first}")]
    if with_key:
        return with_key[0], []
    # The contents of a file that could not be opened are unknown.
    return None, [_no_key()] if is_open else []


def _about_key(entry: _Entry, password: str | None, *, is_open: bool) -> Iterator[Finding]:
    """Yield findings about the private key of an entry, and about its match with the certificate."""
    if not entry.is_encrypted:
        problem = f"The private key of the alias {entry.label} is not encrypted, and Java ignores such keys"
        yield finding("no_private_key", f"{problem}. Import it into a keystore with a password.")
        return
    if is_open and not entry.has_certificate:
        problem = f"The private key of the alias {entry.label} has no certificate, so nothing can be signed with it"
        yield finding("no_certificates", f"{problem}. {_RIGHT_FILE}.")
    if entry.open_key is None or (not is_open and password is None):
        return
    try:
        public_key = entry.open_key(password)
    except TooMuchWorkError:
        yield pkcs12.too_many_rounds()
    except UnsupportedError as error:
        yield pkcs12.unsupported(str(error))
    except WrongPasswordError:
        if password is None:
            problem = f"The private key of the alias {entry.label} has another password than the keystore"
            yield finding("private_key_password_needed", f"{problem}. Give it as private_key_password.")
        else:
            message = f"The private key password does not open the key of the alias {entry.label}."
            advice = f" Give the one that it was made with.{hint_about('private key password', password)}"
            yield finding("wrong_private_key_password", f"{message}{advice}")
    except Unreadable:
        yield finding("damaged", f"The private key of the alias {entry.label} is damaged. {_RIGHT_FILE}.")
    else:
        known = entry.certificate.public_key if entry.certificate else None
        if None not in (known, public_key) and known != public_key:
            problem = f"The private key of the alias {entry.label} does not belong to its certificate"
            yield finding("key_mismatch", f"{problem}, so nothing can be signed with it. {_RIGHT_FILE}.")


def _alias_missing(alias: str, with_key: list[_Entry]) -> Finding:
    held = named(entry.alias for entry in with_key) or "none with a private key"
    message = f"The keystore holds no alias {quoted(alias)}; it holds: {held}. Name one of them."
    return finding("alias_missing", message + hint_about("alias", alias))


def _only_a_certificate(entry: _Entry, with_key: list[_Entry]) -> Finding:
    held = named(other.alias for other in with_key) or "none"
    message = f"The alias {entry.label} is a certificate without a private key; aliases with a key: {held}."
    return finding("no_private_key", f"{message} Name the one that the app is signed with.")


def _no_key() -> Finding:
    return finding(
        "no_private_key", f"The keystore holds no private key, so no app can be signed with it. {_RIGHT_FILE}."
    )


def _entries_of_pkcs12(store: pkcs12.Store) -> list[_Entry]:
    """Return the entries as Java lists them. It numbers the keys without a name."""
    contents, entries, unnamed = store.contents, [], 0
    taken: set[int] = set()
    for bag in contents.keys:
        if bag.alias is None:
            unnamed += 1
        found = _certificate_of(bag, contents)
        taken.update([id(found)] if found else [])
        entries.append(
            _Entry(
                bag.alias if bag.alias is not None else str(unnamed),
                found.certificate if found else None,
                found is not None,
                True,
                partial(_open_bag, store, bag),
                bag.is_locked,
            )
        )
    others = [entry for entry in contents.certificates if id(entry) not in taken]
    return entries + [
        _Entry(entry.alias or "(without a name)", entry.certificate, True, has_key=False) for entry in others
    ]


def _open_bag(store: pkcs12.Store, bag: pkcs12.KeyBag, password: str | None) -> PublicKey | None:
    return None if store.problem else store.open_key(bag, password)


def _certificate_of(bag: pkcs12.KeyBag, contents: pkcs12.Contents) -> pkcs12.NamedCertificate | None:
    """Return the certificate of a key.

    Like Java, use the identifier that both have, and the name. Without them, a file with one key is unambiguous.
    """
    certificates = contents.certificates
    if bag.local_id is not None:
        same = [entry for entry in certificates if entry.local_id == bag.local_id]
        same = [entry for entry in same if entry.alias == bag.alias] or same
    else:
        same = [entry for entry in certificates if bag.alias is not None and entry.alias == bag.alias]
    if not same and len(contents.keys) == 1:
        same = [entry for entry in certificates if entry.local_id is None]
    return same[0] if same else None


def _entry_of_java(entry: JavaEntry, password: str | None) -> _Entry:
    opens = entry.open_key

    def public_key(own: str | None) -> PublicKey | None:
        secret = own if own is not None else password
        if opens is None or secret is None:
            return None
        return public_key_of(opens(secret))

    return _Entry(
        entry.alias,
        _read(entry.certificates[0]) if entry.certificates else None,
        bool(entry.certificates),
        opens is not None,
        public_key if opens else None,
    )


def _read(der: bytes) -> Certificate | None:
    """Return the certificate, or None for an unreadable one, which does not affect the other entries."""
    try:
        return read_certificate(der)
    except Unreadable:
        return None


def _as_keytool_writes(fingerprint: str) -> str:
    return bytes.fromhex(fingerprint).hex(":").upper()
