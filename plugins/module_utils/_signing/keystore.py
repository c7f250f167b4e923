# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Android keystores: of the type PKCS#12, which keytool writes today, and JKS, which it wrote before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._signing import jks, pkcs12
from ansible_collections.mobileops.ci.plugins.module_utils._signing.certificates import (
    Certificate,
    days_between,
    iso,
    read_certificate,
)
from ansible_collections.mobileops.ci.plugins.module_utils._signing.findings import named, out_of_date
from ansible_collections.mobileops.ci.plugins.module_utils._signing.model import (
    KEYSTORE,
    KEYSTORE_KEYS,
    WARNING,
    Finding,
    Inspection,
    Unreadable,
)
from ansible_collections.mobileops.ci.plugins.module_utils._signing.recognise import Format

_RENEW = "Sign with a key whose certificate is valid; for an app on Google Play, have its upload key reset first."
_TYPES = {Format.JKS: "jks", Format.JCEKS: "jceks", Format.BKS: "bks"}


@dataclass(frozen=True)
class _Entry:
    alias: str | None
    certificate: Certificate | None
    has_key: bool
    # Whether a password opens the private key; None: cannot be told.
    opens: Callable[[str], bool | None] = lambda _password: None

    @property
    def label(self) -> str:
        return self.alias if self.alias is not None else "(without a name)"


@dataclass(frozen=True)
class Wanted:
    """What the declaration says of the keystore. None: not told."""

    alias: str | None = None
    private_key_password: str | None = None


def inspect_pkcs12_keystore(store: pkcs12.Store, wanted: Wanted, now: dt.datetime) -> Inspection:
    """What an opened PKCS#12 file says as a keystore."""
    problems = [store.problem] if store.problem else []
    return _inspection("pkcs12", _entries_of_pkcs12(store), problems, wanted, now)


def inspect_java_keystore(
    data: bytes, found: Format, password: str | None, wanted: Wanted, now: dt.datetime
) -> Inspection:
    """What a keystore in one of Java's own formats says."""
    if found is not Format.JKS:
        text = f"This is {found.value}, which is not looked into: neither its password nor its aliases were checked."
        details = {**dict.fromkeys(KEYSTORE_KEYS), "type": _TYPES[found]}
        return Inspection(KEYSTORE, details, (Finding("not_looked_into", text, WARNING),))
    try:
        entries = [_entry_of_jks(entry) for entry in jks.read_jks(data)]
    except Unreadable:
        message = "The keystore is cut off or damaged. Take the file from where it was made."
        return Inspection(KEYSTORE, {}, (Finding("not_a_keystore", message),))
    problems = []
    if password is not None and not jks.has_password(data, password):
        message = "The password is not that of the keystore, or the keystore was changed since it was written."
        problems.append(Finding("wrong_password", f"{message} Give the password that it was made with."))
    return _inspection("jks", entries, problems, wanted, now)


def _inspection(
    keystore_type: str, entries: list[_Entry], problems: list[Finding], wanted: Wanted, now: dt.datetime
) -> Inspection:
    entry, about_alias = _choose(entries, wanted.alias, is_open=not problems)
    findings = [*problems, *about_alias]
    key_password = wanted.private_key_password
    if entry and entry.has_key and key_password is not None and entry.opens(key_password) is False:
        message = f"The private key password does not open the key of the alias {named([entry.label])}."
        findings.append(Finding("wrong_private_key_password", f"{message} Give the one that it was made with."))
    certificate = entry.certificate if entry else None
    if entry and certificate:
        subject = f"The certificate of the alias {named([entry.label])}"
        findings += out_of_date(subject, certificate.not_before, certificate.expires_at, now, _RENEW)
    elif entry and not problems:
        message = f"The certificate of the alias {named([entry.label])} is not there or cannot be read"
        findings.append(Finding("not_looked_into", f"{message}: when it expires is not known.", WARNING))
    values: dict[str, Any] = {"type": keystore_type, "alias": entry.alias if entry else None}
    if certificate:
        values.update(
            sha256_fingerprint=_as_keytool_writes(certificate.sha256),
            expires_at=iso(certificate.expires_at),
            days_left=days_between(now, certificate.expires_at),
        )
    return Inspection(KEYSTORE, {key: values.get(key) for key in KEYSTORE_KEYS}, tuple(findings))


def _choose(entries: list[_Entry], alias: str | None, *, is_open: bool) -> tuple[_Entry | None, list[Finding]]:
    """The entry that the details are about."""
    with_key = [entry for entry in entries if entry.has_key]
    if alias is not None:
        # Java takes no notice of upper and lower case in these names.
        same = [entry for entry in entries if entry.alias is not None and entry.alias.lower() == alias.lower()]
        if same:
            entry = next((entry for entry in same if entry.has_key), same[0])
            return entry, [] if entry.has_key else [_only_a_certificate(entry, with_key)]
        if entries:
            return None, [_alias_missing(alias, with_key)]
    elif len(with_key) > 1:
        several = f"The keystore holds several keys ({named(entry.label for entry in with_key)})."
        first = "The details are those of the first; name one with alias."
        return with_key[0], [Finding("several_identities", f"{several} {first}", WARNING)]
    if with_key:
        return with_key[0], []
    # What is in a file that could not be opened is not known.
    return None, [_no_key()] if is_open else []


def _alias_missing(alias: str, with_key: list[_Entry]) -> Finding:
    held = named(entry.label for entry in with_key) or "none with a private key"
    return Finding(
        "alias_missing", f"The keystore holds no alias {named([alias])}; it holds: {held}. Name one of them."
    )


def _only_a_certificate(entry: _Entry, with_key: list[_Entry]) -> Finding:
    held = named(entry.label for entry in with_key) or "none"
    message = f"The alias {entry.label} is a certificate without a private key; aliases with a key: {held}."
    return Finding("no_private_key", f"{message} Name the one that the app is signed with.")


def _no_key() -> Finding:
    message = "The keystore holds no private key, so no app can be signed with it."
    return Finding("no_private_key", f"{message} Name the keystore that the key of the app is in.")


def _entries_of_pkcs12(store: pkcs12.Store) -> list[_Entry]:
    entries = [_entry_of_key(store, bag) for bag in store.keys]
    if not entries and store.identities:
        # The key is in a part that is encrypted as a whole.
        entries = [_Entry(entry.alias, entry.certificate, has_key=True) for entry in store.identities]
    keyed = {id(entry.certificate) for entry in entries}
    others = [entry for entry in store.certificates if id(entry.certificate) not in keyed]
    return entries + [_Entry(entry.alias, entry.certificate, has_key=False) for entry in others]


def _entry_of_key(store: pkcs12.Store, bag: pkcs12.KeyBag) -> _Entry:
    """The key with its certificate: of the same name, or the only one whose key is there."""
    same = [entry.certificate for entry in store.certificates if bag.alias is not None and entry.alias == bag.alias]
    candidates = same or ([entry.certificate for entry in store.identities] if len(store.keys) == 1 else [])

    def opens(password: str) -> bool | None:
        if not bag.is_locked or store.problem:
            return None
        return pkcs12.open_key(bag, password.encode("utf-8", "surrogateescape")) is not None

    return _Entry(bag.alias, candidates[0] if candidates else None, True, opens)


def _entry_of_jks(entry: jks.JksEntry) -> _Entry:
    return _Entry(
        entry.alias, _certificate_of(entry), entry.locked_key is not None, lambda password: _opens(entry, password)
    )


def _certificate_of(entry: jks.JksEntry) -> Certificate | None:
    """Its own; None also for one of a form that cannot be read, which says nothing of the other entries."""
    try:
        return read_certificate(entry.certificates[0]) if entry.certificates else None
    except Unreadable:
        return None


def _opens(entry: jks.JksEntry, password: str) -> bool | None:
    try:
        return jks.opens_key(entry, password)
    except Unreadable:
        return None


def _as_keytool_writes(fingerprint: str) -> str:
    return bytes.fromhex(fingerprint).hex(":").upper()
