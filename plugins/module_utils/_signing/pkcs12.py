# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read PKCS#12 files: their readable part without the password, and everything with it.

cryptography is not used, because it returns one key, rejects the whole file for one unknown certificate, tries one
encoding of an empty password, and does not limit the rounds of key derivation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from . import password_encryption as encryption
from .asn1 import (
    BMP_STRING,
    OCTET_STRING,
    Element,
    context,
    parse,
)
from .certificates import Certificate, read_certificate
from .findings import finding, hint_about
from .inspection import (
    Finding,
    ReadError,
    TooMuchWorkError,
    Unreadable,
    UnsupportedError,
    WrongPasswordError,
    reading,
)
from .public_keys import PublicKey, public_key_of

_BAGS = "1.2.840.113549.1.12.10.1."
_KEY_BAG, _LOCKED_KEY_BAG, _CERTIFICATE_BAG, _NESTED_BAGS = (f"{_BAGS}{number}" for number in (1, 2, 3, 6))
_DATA, _ENCRYPTED_DATA = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.6"
_FRIENDLY_NAME, _LOCAL_KEY_ID = "1.2.840.113549.1.9.20", "1.2.840.113549.1.9.21"
_X509 = "1.2.840.113549.1.9.22.1"


@dataclass(frozen=True)
class Locked:
    """Encrypted bytes. `scheme` is None if their algorithm is not implemented."""

    data: bytes = field(repr=False)
    scheme: encryption.Scheme | None
    unsupported: str = ""

    @classmethod
    def of(cls, algorithm: Element, data: bytes) -> Locked:
        try:
            return cls(data, encryption.encryption_of(algorithm))
        except UnsupportedError as error:
            return cls(data, None, str(error))

    @property
    def work(self) -> int:
        return self.scheme.work if self.scheme else 0

    def open(self, secret: encryption.Secret, budget: encryption.Budget) -> bytes:
        """Return the plain bytes. Raise the ReadError for the cause of a failure."""
        if self.scheme is None:
            raise UnsupportedError(self.unsupported)
        return self.scheme.decrypt(secret, self.data, budget)


@dataclass(frozen=True)
class KeyBag:
    alias: str | None
    local_id: bytes | None
    content: Locked | bytes = field(repr=False)  # bytes: not encrypted

    @property
    def is_locked(self) -> bool:
        return isinstance(self.content, Locked)


@dataclass(frozen=True)
class NamedCertificate:
    alias: str | None
    local_id: bytes | None
    certificate: Certificate | None  # None if it is unreadable


@dataclass
class Contents:
    """The bags of a file in their order, and the parts that are encrypted as a whole."""

    keys: list[KeyBag] = field(default_factory=list)
    certificates: list[NamedCertificate] = field(default_factory=list)
    parts: list[Locked] = field(default_factory=list)

    @property
    def locked(self) -> list[Locked]:
        return [*self.parts, *(bag.content for bag in self.keys if isinstance(bag.content, Locked))]

    @property
    def key_work(self) -> int:
        return sum(bag.content.work for bag in self.keys if isinstance(bag.content, Locked))

    @property
    def readable(self) -> list[tuple[NamedCertificate, Certificate]]:
        return [(entry, entry.certificate) for entry in self.certificates if entry.certificate]


@dataclass
class Store:
    """A PKCS#12 file. If it could not be opened, `problem` is set, and `contents` is the part without encryption."""

    contents: Contents
    problem: Finding | None = None
    notes: tuple[Finding, ...] = ()
    password: str | None = field(default=None, repr=False)
    secret: encryption.Secret | None = field(default=None, repr=False)
    budget: encryption.Budget = field(default_factory=encryption.Budget, repr=False)
    # True if keychains of macOS reject it because of its algorithms or its encoding of an empty password.
    is_modern: bool = False
    has_openssl_empty_password: bool = False
    _opened: dict[tuple[int, str | None], PublicKey | ReadError | None] = field(default_factory=dict, repr=False)

    def open_key(self, bag: KeyBag, password: str | None = None) -> PublicKey | None:
        """Return the public half of the key in the bag, or None for an unknown type of key.

        `password`: of the key, if it differs from that of the file. Raise the ReadError for the cause of a failure.
        """
        other = None if password == self.password else password
        asked = (id(bag), other)
        if asked not in self._opened:
            try:
                self._opened[asked] = self._public_key(bag, other)
            except ReadError as error:
                self._opened[asked] = error
        found = self._opened[asked]
        if isinstance(found, ReadError):
            raise found
        return found

    def _public_key(self, bag: KeyBag, other: str | None) -> PublicKey | None:
        self.budget.spend(encryption.WORK_OF_A_KEY)
        if not isinstance(bag.content, Locked):
            return public_key_of(bag.content)
        if other is not None:
            secrets: Iterable[encryption.Secret] = _candidates(other)
        else:
            secrets = [self.secret] if self.secret else []
        for secret in secrets:
            try:
                return public_key_of(bag.content.open(secret, self.budget))
            except (WrongPasswordError, Unreadable):  # one in 256 wrong passwords results in a valid padding
                continue
        raise WrongPasswordError


def open_pkcs12(data: bytes, password: str | None) -> Store:
    """Open a PKCS#12 file. Raise Unreadable for another format."""
    try:
        return _open(data, password)
    except TooMuchWorkError:  # its parameters ask for too much memory
        return Store(Contents(), too_many_rounds())


def too_many_rounds() -> Finding:
    return finding(
        "too_many_rounds",
        f"Opening the file takes more than {encryption.MAX_WORK:,} rounds of key derivation, far more than tools use. "
        "Export it again with the default number of rounds.",
    )


def unsupported(algorithm: str) -> Finding:
    return finding(
        "unsupported_algorithm",
        f"The file is encrypted with an algorithm that the collection cannot read ({algorithm}). Export it again, for "
        "example with openssl pkcs12 -export -legacy.",
    )


def _open(data: bytes, password: str | None) -> Store:
    structure = _read_structure(data)
    contents, budget = structure.contents, encryption.Budget()

    def closed(problem: Finding) -> Store:
        return Store(contents, problem, budget=budget)

    if structure.work > encryption.MAX_WORK:
        return closed(too_many_rounds())
    try:
        secret = _find_secret(structure, password, budget)
        if isinstance(secret, Finding):
            return closed(secret)
        for part in contents.parts:
            _add_bags(contents, part.open(secret, budget))
        if not budget.allows(contents.key_work):
            raise TooMuchWorkError
    except TooMuchWorkError:
        return closed(too_many_rounds())
    except UnsupportedError as error:
        return closed(unsupported(str(error)))
    except ReadError:
        fits = "The password is right, but a part of the file cannot be decrypted with it"
        return closed(finding("damaged", f"{fits}. Export the file again."))
    modern = [locked.scheme.is_modern for locked in contents.locked if locked.scheme]
    checksum = structure.checksum
    if checksum:
        modern.append(checksum.is_modern)
    return Store(
        contents,
        notes=structure.notes,
        password=password,
        secret=secret,
        budget=budget,
        is_modern=any(modern),
        has_openssl_empty_password=bool(modern) and not any(modern) and secret == encryption.EMPTY_WITH_ZEROS,
    )


@dataclass
class _Structure:
    """The part of a file that is readable without a password."""

    protected: bytes  # the bytes that the checksum covers
    contents: Contents
    checksum: encryption.Checksum | None
    notes: tuple[Finding, ...]

    @property
    def work(self) -> int:
        return sum(locked.work for locked in self.contents.locked) + (self.checksum.work if self.checksum else 0)


@reading
def _read_structure(data: bytes) -> _Structure:
    _version, authenticated, *mac_data = parse(data).items()
    oid, content = authenticated.items()
    if oid.oid() != _DATA:
        raise Unreadable("not protected with a password")
    protected = content.children[0].expect(OCTET_STRING).octets()
    checksum, notes = None, []
    if mac_data:
        try:
            checksum = encryption.checksum_of(mac_data[0])
        except UnsupportedError as error:
            problem = f"The checksum of the file uses an algorithm that the collection cannot compute ({error})"
            notes.append(finding("checksum_not_checked", f"{problem}, so damage to the file would not be noticed."))
    contents = Contents()
    for part in parse(protected).items():
        _add_part(contents, *part.items())
    return _Structure(protected, contents, checksum, tuple(notes))


def _add_part(contents: Contents, oid: Element, content: Element) -> None:
    if oid.oid() == _DATA:
        _add_bags(contents, content.children[0].expect(OCTET_STRING).octets())
    elif oid.oid() == _ENCRYPTED_DATA:
        _type, algorithm, encrypted = content.children[0].items()[1].items()
        contents.parts.append(Locked.of(algorithm, encrypted.octets()))
    else:
        contents.parts.append(Locked(b"", None, f"content type {oid.oid()}"))


@reading
def _add_bags(contents: Contents, safe_contents: bytes) -> None:
    _add_parsed_bags(contents, parse(safe_contents))


def _add_parsed_bags(contents: Contents, bags: Element) -> None:
    for bag in bags.items():
        oid, wrapped, *attributes = bag.items()
        value = wrapped.expect(context(0)).children[0]
        alias, local_id = _attributes(attributes)
        kind = oid.oid()
        if kind == _NESTED_BAGS:
            _add_parsed_bags(contents, value)
        elif kind == _KEY_BAG:
            contents.keys.append(KeyBag(alias, local_id, value.encoded))
        elif kind == _LOCKED_KEY_BAG:
            algorithm, data = value.items()
            contents.keys.append(KeyBag(alias, local_id, Locked.of(algorithm, data.octets())))
        elif kind == _CERTIFICATE_BAG and value.items()[0].oid() == _X509:
            contents.certificates.append(NamedCertificate(alias, local_id, _certificate(value.items()[1])))


def _certificate(wrapped: Element) -> Certificate | None:
    """Return the certificate, or None for an unreadable one, which does not affect the rest of the file."""
    try:
        return read_certificate(wrapped.children[0].octets())
    except Unreadable:
        return None


def _attributes(attributes: Iterable[Element]) -> tuple[str | None, bytes | None]:
    """Return the friendly name and the local key identifier."""
    found = dict(_values(attributes))
    name, local_id = found.get(_FRIENDLY_NAME), found.get(_LOCAL_KEY_ID)
    return name.expect(BMP_STRING).text() if name else None, local_id.octets() if local_id else None


def _values(attributes: Iterable[Element]) -> Iterator[tuple[str, Element]]:
    for attribute in (one for group in attributes for one in group.children):
        oid, values = attribute.items()
        if values.children:
            yield oid.oid(), values.children[0]


def _candidates(password: str | None) -> tuple[encryption.Secret, ...]:
    """Return the forms in which tools encode a password. Only an empty one has several."""
    return (encryption.Secret.of(password),) if password else (encryption.EMPTY_WITH_ZEROS, encryption.EMPTY)


def _find_secret(structure: _Structure, password: str | None, budget: encryption.Budget) -> encryption.Secret | Finding:
    """Return the password in the form that opens the file, or a finding if no form does."""
    secrets, checksum = _candidates(password), structure.checksum
    locked = structure.contents.locked
    if checksum:
        for secret in secrets:
            if checksum.fits(secret, structure.protected, budget):
                return secret
    elif not locked:
        return secrets[0]
    elif not any(one.scheme for one in locked):
        return unsupported(locked[0].unsupported)
    for secret in secrets if checksum is None or password else ():
        if _opens_something(locked, secret, budget):
            if checksum is None:
                return secret
            fits = "The password decrypts a part of the file, but the checksum of the file is wrong"
            return finding("damaged", f"{fits}: the file is damaged. Export it again.")
    return _wrong_password(password, is_locked=bool(locked))


def _opens_something(locked: list[Locked], secret: encryption.Secret, budget: encryption.Budget) -> bool:
    """Return whether the password decrypts the first part with a known algorithm to ASN.1."""
    for one in locked:
        if one.scheme and budget.allows(one.work):
            try:
                plain = one.open(secret, budget)
                return len(reading(parse)(plain).encoded) == len(plain)
            except (WrongPasswordError, Unreadable):
                return False
    return False


def _wrong_password(password: str | None, *, is_locked: bool) -> Finding:
    if not password:
        problem = (
            "The file is encrypted with a password, but none is given."
            if is_locked
            else "The file is not encrypted, but its checksum needs a password, and none is given."
        )
        return finding("password_needed", problem)
    if is_locked:
        problem = "The password does not open the file. Give the one that it was exported with, or export it again."
    else:
        problem = (
            "The file is not encrypted, and its checksum was made with another password. Leave the password out if the "
            "file has none, give the right one, or export the file again."
        )
    return finding("wrong_password", problem + hint_about("password", password))
