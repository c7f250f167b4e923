# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read X.509 certificates, including unusual ones.

Depending on its version, cryptography rejects certificates that Java and OpenSSL accept: with NULL parameters for
ECDSA or DSA, a serial number of zero, or times without seconds. A signing key of Android cannot be replaced, so this
module reads as much of its certificate as possible and lists unusual properties.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from . import public_keys
from .asn1 import (
    GENERALIZED_TIME,
    OBJECT_IDENTIFIER,
    UTC_TIME,
    Element,
    context,
    parse,
)
from .inspection import Unreadable, reading

A_DAY = dt.timedelta(days=1)
# The latest time that Python's datetime can hold.
END_OF_TIME = dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.timezone.utc)

_COMMON_NAME, _UNIT = "2.5.4.3", "2.5.4.11"
_EXTENDED_KEY_USAGE = "2.5.29.37"
_SUBJECT_KEY_IDENTIFIER = "2.5.29.14"
# RFC 5280 allows 20 bytes.
_LONGEST_SERIAL = 64
_TIME = re.compile(r"(\d+)(?:[.,]\d+)?(Z|[+-]\d{4})?\Z", re.ASCII)


@dataclass(frozen=True)
class Certificate:
    common_name: str | None
    unit: str | None  # the team, in certificates from Apple
    serial: str
    serial_number: int
    sha1: str
    sha256: str
    not_before: dt.datetime
    expires_at: dt.datetime  # END_OF_TIME also for years after 9999
    subject: bytes = field(repr=False)
    issuer: bytes = field(repr=False)
    key_info: bytes = field(repr=False)  # SubjectPublicKeyInfo
    public_key: public_keys.PublicKey | None = field(repr=False)  # None if the issuer's key has its parameters
    signed: bytes = field(repr=False)  # the part that the signature covers
    signature: bytes = field(repr=False)
    signature_algorithm: str
    extensions: Mapping[str, bytes] = field(repr=False)
    unusual_properties: tuple[str, ...] = ()  # descriptions of properties that other tools may reject

    @property
    def label(self) -> str:
        return self.common_name or f"serial {self.serial}"

    @property
    def is_self_issued(self) -> bool:
        return self.subject == self.issuer

    @property
    def subject_key_identifier(self) -> bytes | None:
        try:
            return parse(self.extensions[_SUBJECT_KEY_IDENTIFIER]).octets()
        except (KeyError, IndexError, Unreadable):
            return None

    @property
    def key_usages(self) -> tuple[str, ...]:
        """Return the object identifiers of the extended key usages."""
        try:
            return tuple(usage.oid() for usage in parse(self.extensions[_EXTENDED_KEY_USAGE]).items())
        except (KeyError, IndexError, Unreadable):
            return ()

    def is_valid_at(self, moment: dt.datetime) -> bool:
        return self.not_before <= moment < self.expires_at


@reading
def read_certificate(der: bytes) -> Certificate:
    """Return the certificate at the start of these bytes. Raise Unreadable."""
    whole = parse(der)
    der = whole.encoded
    signed, algorithm, signature = whole.items()[:3]
    parts = list(signed.items())
    if parts[0].tag == context(0):
        del parts[0]
    serial, _algorithm, issuer, validity, subject, key_info, *more = parts
    if len(serial.body) > _LONGEST_SERIAL:
        raise Unreadable("a long serial number")
    number = serial.integer()
    begin, end = (_moment(time) for time in validity.items()[:2])
    names = dict(reversed(list(_attributes(subject))))
    return Certificate(
        common_name=names.get(_COMMON_NAME),
        unit=names.get(_UNIT),
        serial=_hex(number),
        serial_number=number,
        sha1=hashlib.sha1(der, usedforsecurity=False).hexdigest(),
        sha256=hashlib.sha256(der).hexdigest(),
        not_before=begin.moment,
        expires_at=end.moment,
        subject=subject.encoded,
        issuer=issuer.encoded,
        key_info=key_info.encoded,
        public_key=public_keys.public_key_in(key_info),
        signed=signed.encoded,
        signature=signature.bits(),
        signature_algorithm=algorithm.items()[0].oid(),
        extensions=_extensions(more),
        unusual_properties=tuple(_unusual_properties(number, key_info, begin, end)),
    )


def _unusual_properties(serial: int, key_info: Element, begin: _Moment, end: _Moment) -> Iterator[str]:
    if public_keys.algorithm_of(key_info) in public_keys.DSA:
        yield "its key is a DSA key"
    if serial == 0:
        yield "its serial number is 0"
    elif serial < 0:
        yield "its serial number is negative"
    yield from dict.fromkeys((*begin.unusual_properties, *end.unusual_properties))


def _attributes(name: Element) -> Iterator[tuple[str, str]]:
    for relative in name.items():
        for attribute in relative.children:
            oid, value = attribute.items()[:2]
            yield oid.oid(), value.text()


def _extensions(parts: list[Element]) -> dict[str, bytes]:
    extensions: dict[str, bytes] = {}
    for part in parts:
        if part.tag == context(3):
            for extension in part.children[0].items():
                values = extension.items()
                extensions.setdefault(values[0].expect(OBJECT_IDENTIFIER).oid(), values[-1].octets())
    return extensions


@dataclass(frozen=True)
class _Moment:
    moment: dt.datetime
    unusual_properties: tuple[str, ...] = ()


def _moment(time: Element) -> _Moment:
    """Return the time, even in a form that RFC 5280 does not allow."""
    found = _TIME.match(time.octets().decode("ascii"))
    if found is None or time.tag not in (UTC_TIME, GENERALIZED_TIME):
        raise Unreadable("not a time")
    digits, zone = found[1], found[2] or ""
    unusual_properties = []
    if time.tag == UTC_TIME:
        digits = ("20" if digits[:2] < "50" else "19") + digits
    if len(digits) in (10, 12):
        unusual_properties.append("a time in it has no seconds")
        digits = digits.ljust(14, "0")
    if zone != "Z":
        unusual_properties.append("a time in it is not in UTC" if zone else "a time in it has no time zone")
    if len(digits) in (15, 16):
        year = int(digits[:-10])
        return _Moment(END_OF_TIME, (*unusual_properties, f"it is valid until the year {year}, which is shown as 9999"))
    if len(digits) != 14:
        raise Unreadable("not a time")
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:8])
    hour, minute, second = int(digits[8:10]), int(digits[10:12]), int(digits[12:])
    moment = dt.datetime(year, month, day, hour, minute, second, tzinfo=dt.timezone.utc)
    if zone not in ("", "Z"):
        offset = dt.timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5]))
        moment = moment - offset if zone[0] == "+" else moment + offset
    return _Moment(moment, tuple(unusual_properties))


def _hex(number: int) -> str:
    """Return the hexadecimal digits of whole bytes, as openssl prints them."""
    digits = f"{abs(number):X}"
    return ("-" if number < 0 else "") + digits.zfill(len(digits) + len(digits) % 2)


def days_between(now: dt.datetime, moment: dt.datetime) -> int:
    """Return the number of days until the moment, rounded down. It is negative for a moment in the past."""
    return (moment - now) // A_DAY


def iso(moment: dt.datetime) -> str:
    """Return the moment in UTC as ISO 8601, for example 2026-05-04T12:30:15Z."""
    return moment.astimezone(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
