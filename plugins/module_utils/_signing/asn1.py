# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decoding ASN.1 that may be damaged, hostile or both.

Specifications of whole files are spelt out here in one piece, although pyasn1_modules has most of them: there the
content of an envelope is left to be decoded later, and the end of an open length (which is BER) gets lost on the way.
What is raised for bytes that cannot be decoded is left to model.reading.
"""

from __future__ import annotations

import functools
import io
from importlib.util import find_spec
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._signing.model import Unreadable

# Genuine files take a few hundred.
MAX_READS = 20_000


class _Rationed(io.BytesIO):
    """Bytes that may be read a limited number of times: what decoding takes is time for each element, not each byte."""

    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads += 1
        if self.reads > MAX_READS:
            raise Unreadable("more elements than signing files have")
        return super().read(size)


@functools.cache
def _reads_streams() -> bool:
    return find_spec("pyasn1.codec.streaming") is not None  # 0.5 and later


def decode(data: bytes, specification: Any = None) -> Any:
    """The value at the start of these bytes, in BER, of which DER is a part."""
    from pyasn1.codec.ber import decoder

    value, _rest = decoder.decode(_Rationed(data) if _reads_streams() else data, asn1Spec=specification)
    return value


def decode_octets(data: bytes) -> bytes:
    from pyasn1.type import univ

    # Told what to expect: bytes() of a number is that many zeros.
    return bytes(decode(data, univ.OctetString()))


def encode(value: Any) -> bytes:
    """The value in DER."""
    from pyasn1.codec.der import encoder

    encoded: bytes = encoder.encode(value)
    return encoded


@functools.cache
def signed_data() -> Any:
    """ContentInfo of RFC 5652 around SignedData, with certificates as they stand: what is asked for is their bytes."""
    from pyasn1.type import namedtype, tag, univ
    from pyasn1_modules import rfc5652

    def tagged(value: Any, number: int) -> Any:
        return value.subtype(implicitTag=tag.Tag(tag.tagClassContext, tag.tagFormatSimple, number))

    class SignedData(univ.Sequence):
        componentType = namedtype.NamedTypes(  # noqa: N815
            namedtype.NamedType("version", rfc5652.CMSVersion()),
            namedtype.NamedType("digestAlgorithms", univ.Any()),
            namedtype.NamedType("encapContentInfo", rfc5652.EncapsulatedContentInfo()),
            namedtype.OptionalNamedType("certificates", tagged(univ.SetOf(componentType=univ.Any()), 0)),
            namedtype.OptionalNamedType("crls", tagged(univ.SetOf(componentType=univ.Any()), 1)),
            namedtype.NamedType("signerInfos", rfc5652.SignerInfos()),
        )

    class SignedContent(univ.Sequence):
        componentType = namedtype.NamedTypes(  # noqa: N815
            namedtype.NamedType("contentType", rfc5652.ContentType()),
            namedtype.NamedType(
                "content",
                SignedData().subtype(explicitTag=_context(0)),
            ),
        )

    return SignedContent()


@functools.cache
def pfx() -> Any:
    """PFX of RFC 7292, protected with a password."""
    from pyasn1.type import namedtype, univ
    from pyasn1_modules import rfc5652, rfc7292

    class Safe(univ.Sequence):
        componentType = namedtype.NamedTypes(  # noqa: N815
            namedtype.NamedType("contentType", rfc5652.ContentType()),
            namedtype.NamedType("content", univ.OctetString().subtype(explicitTag=_context(0))),
        )

    class Pfx(univ.Sequence):
        componentType = namedtype.NamedTypes(  # noqa: N815
            namedtype.NamedType("version", univ.Integer()),
            namedtype.NamedType("authSafe", Safe()),
            namedtype.OptionalNamedType("macData", rfc7292.MacData()),
        )

    return Pfx()


@functools.cache
def authenticated_safe() -> Any:
    """AuthenticatedSafe of RFC 7292: parts that are plain, or encrypted with a password."""
    from pyasn1.type import namedtype, univ
    from pyasn1_modules import rfc5652

    class Content(univ.Choice):
        componentType = namedtype.NamedTypes(  # noqa: N815
            namedtype.NamedType("plain", univ.OctetString()),
            namedtype.NamedType("encrypted", rfc5652.EncryptedData()),
        )

    class Part(univ.Sequence):
        componentType = namedtype.NamedTypes(  # noqa: N815
            namedtype.NamedType("contentType", rfc5652.ContentType()),
            namedtype.NamedType("content", Content().subtype(explicitTag=_context(0))),
        )

    return univ.SequenceOf(componentType=Part())


def _context(number: int) -> Any:
    from pyasn1.type import tag

    return tag.Tag(tag.tagClassContext, tag.tagFormatConstructed, number)
