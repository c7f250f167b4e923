# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All findings about signing files: code, severity, meaning and remedy.

The documentation of the codes is generated from this table. finding() accepts only codes in it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .._core.text import name_some
from .certificates import A_DAY, Certificate, iso
from .inspection import (
    CERTIFICATE,
    ERROR,
    KEYSTORE,
    PROFILE,
    SIGNING_KINDS,
    WARNING,
    Finding,
)
from .password_encryption import MAX_WORK

_LONGEST = 80


@dataclass(frozen=True)
class Described:
    """The documentation of one code. Texts are in the markup of Ansible's documentation."""

    kinds: tuple[str, ...]
    severity: str
    meaning: str
    remedy: str


_BINARY = (CERTIFICATE, KEYSTORE)
_PAIRED = (PROFILE, CERTIFICATE)
_EXPORT = "Export the certificate together with its private key."
_DOWNLOAD = "Download the profile again from Apple's developer portal."

FINDINGS: dict[str, Described] = {
    "expired": Described(SIGNING_KINDS, ERROR, "The file has expired.", "Renew it."),
    "not_yet_valid": Described(
        SIGNING_KINDS, ERROR, "The file is not valid yet.", "Check the clock of the machine, or wait."
    ),
    "too_large": Described(SIGNING_KINDS, ERROR, "The file is larger than 1 MiB.", "Name the right file."),
    "unknown_format": Described(SIGNING_KINDS, ERROR, "The file is not a signing file.", "Name the right file."),
    "not_a_profile": Described((PROFILE,), ERROR, "The file is not a provisioning profile, or is damaged.", _DOWNLOAD),
    "invalid_signature": Described(
        (PROFILE,), ERROR, "The profile is not signed, or was changed after it was signed.", _DOWNLOAD
    ),
    "signature_not_checked": Described(
        (PROFILE,), WARNING, "The signature uses an algorithm or a key that cannot be checked.", _DOWNLOAD
    ),
    "untrusted_signer": Described(
        (PROFILE,),
        WARNING,
        "The signer is not one of Apple's certificates for profiles, so devices refuse the profile.",
        _DOWNLOAD,
    ),
    "certificates_expired": Described(
        (PROFILE,),
        ERROR,
        "All certificates that the profile embeds have expired.",
        "Add a valid certificate to the profile in Apple's developer portal and download it again.",
    ),
    "superseded": Described(
        (PROFILE,),
        WARNING,
        "There is a newer profile with the same name, team and app ID. Xcode may use either.",
        "Delete the older one.",
    ),
    "unpaired": Described(
        _PAIRED,
        WARNING,
        "No profile that is given or declared beside the certificate embeds it, or the profile does not embed any of "
        "the certificates. It is an error for a profile that is about to be uploaded.",
        "Add the missing file, or make the profile again with the right certificate.",
    ),
    "no_certificates": Described(
        SIGNING_KINDS, ERROR, "The file holds no certificate, or none that can be read.", f"{_EXPORT} Renew a profile."
    ),
    "not_pkcs12": Described((CERTIFICATE,), ERROR, "The file is not a PKCS#12 file, or is damaged.", _EXPORT),
    "not_a_keystore": Described(
        (KEYSTORE,), ERROR, "The file is not a keystore, or is damaged.", "Name the file that keytool made."
    ),
    "wrong_password": Described(_BINARY, ERROR, "The password does not open the file.", "Give the right password."),
    "password_needed": Described(_BINARY, ERROR, "The file has a password, but none is given.", "Give the password."),
    "damaged": Described(
        _BINARY, ERROR, "The password is right, but a part of the file does not fit.", "Export the file again."
    ),
    "too_many_rounds": Described(
        _BINARY,
        ERROR,
        f"Opening the file takes more than {MAX_WORK:,} rounds of key derivation, or too much time.",
        "Export the file again with the default number of rounds.",
    ),
    "unsupported_algorithm": Described(
        _BINARY,
        ERROR,
        "The file is encrypted with an algorithm that the collection cannot read.",
        "Export the file again, for example with C(openssl pkcs12 -export -legacy).",
    ),
    "checksum_not_checked": Described(
        _BINARY,
        WARNING,
        "The password opens the file, but its checksum uses an algorithm that the collection cannot compute.",
        "Export the file again if other tools refuse it.",
    ),
    "no_private_key": Described(_BINARY, ERROR, "The file holds no private key that can be used.", _EXPORT),
    "key_mismatch": Described(
        _BINARY, ERROR, "The private key does not belong to the certificate in the file.", _EXPORT
    ),
    "wrong_private_key_password": Described(
        _BINARY,
        ERROR,
        "The password of the private key does not open it. A build certificate's key must have the password of the "
        "file.",
        "Give the right password, or export the file again.",
    ),
    "private_key_password_needed": Described(
        (KEYSTORE,),
        WARNING,
        "The private key has another password than the keystore, and none is given.",
        "Give the password of the private key.",
    ),
    "several_identities": Described(
        _BINARY,
        WARNING,
        "The file holds several private keys with their certificates. Details are those of the valid certificate that "
        "expires last, or of a keystore's first key.",
        "Name a keystore's key with its alias. Export a build certificate alone.",
    ),
    "partly_expired": Described(
        (CERTIFICATE,),
        WARNING,
        "Beside a valid certificate the file holds one that has expired.",
        "Export the valid certificate alone.",
    ),
    "unusual_certificate": Described(
        _BINARY,
        WARNING,
        "The certificate has a property that some tools refuse, for example a DSA key or a serial number of 0.",
        "Keep the file: a keystore with the same key cannot be made again. Try it with your build.",
    ),
    "not_importable_on_macos": Described(
        (CERTIFICATE,),
        WARNING,
        "C(security import), with which build machines read the file, is known to refuse its encryption or how it "
        "encodes an empty password.",
        "Convert the file with C(openssl pkcs12 -export -legacy) and a password that is not empty.",
    ),
    "alias_missing": Described(
        (KEYSTORE,), ERROR, "The keystore does not hold the alias.", "Name one that it does hold."
    ),
    "not_inspected": Described(
        (KEYSTORE,),
        WARNING,
        "The keystore, or the certificate of its key, is in a format that the collection does not read.",
        "Check it with keytool.",
    ),
}


def finding(code: str, message: str) -> Finding:
    """Return a finding with the severity of its code."""
    return Finding(code, message, FINDINGS[code].severity)


def quoted(name: str) -> str:
    """Return a name for a message. It is quoted if it has invisible characters."""
    cut = name if len(name) <= _LONGEST else f"{name[:_LONGEST]}..."
    return cut if cut.isprintable() and cut == cut.strip() and cut else repr(cut)


def named(names: Iterable[str]) -> str:
    """Return the first names of a list, and the number of the others."""
    return name_some(map(quoted, names))


def hint_about(subject: str, value: str) -> str:
    """Return a sentence about an unintended character or type of a password or an alias, or "".

    YAML reads 0123456 as the number 42798 and yes as true. The sentence gives no such example: redaction would replace
    a secret that occurs in it, and the rest of the example would reveal the secret. A line of a file from Windows ends
    in a carriage return.
    """
    if value in ("True", "False") or re.fullmatch(r"[-+]?\d+(\.\d+)?", value):
        changed = "YAML changes such a text unless it is quoted, for example if it begins with zero or is the word yes"
        return f" The given {subject} looks like a number or a boolean. {changed}. Put it in quotes."
    odd = [words for pattern, words in _INVISIBLE if re.search(pattern, value)]
    return f" The given {subject} {' and '.join(odd)}. Remove what does not belong to it." if odd else ""


_INVISIBLE = (
    (r"\r\n?\Z", "ends with a carriage return"),
    (r"[^\r]\n\Z|\A\n\Z", "ends with a line feed"),
    (r"\A\s|[^\S\r\n]\Z", "begins or ends with a blank"),
    (r"[\ufeff\u200b-\u200f\u00a0]", "has an invisible character"),
)


def out_of_date(
    subject: str, begin: dt.datetime | None, end: dt.datetime | None, now: dt.datetime, renew: str
) -> Iterator[Finding]:
    """Yield a finding before and after the period of validity."""
    if end is not None and end <= now:
        yield finding("expired", f"{subject} expired on {iso(end)}, {ago(now - end)}. {renew}")
    elif begin is not None and begin > now:
        wait = "Wait until then, or check the clock of the machine that runs this."
        yield finding("not_yet_valid", f"{subject} is not valid before {iso(begin)}. {wait}")


def unusual(subject: str, certificate: Certificate) -> Iterator[Finding]:
    """Yield a finding if the certificate has properties that some tools reject."""
    if certificate.unusual_properties:
        keep = "Some tools refuse such a certificate. Do not replace the file if an app is signed with it already"
        yield finding(
            "unusual_certificate", f"{subject} is unusual: {', '.join(certificate.unusual_properties)}. {keep}."
        )


def ago(span: dt.timedelta) -> str:
    days = span // A_DAY
    if days == 0:
        return "less than a day ago"
    return "1 day ago" if days == 1 else f"{days} days ago"
