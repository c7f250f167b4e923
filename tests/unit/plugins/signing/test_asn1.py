# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reader of ASN.1: forms of tags, lengths and values, and limits."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._signing import asn1
from ansible_collections.mobileops.ci.plugins.module_utils._signing.asn1 import Element, parse
from ansible_collections.mobileops.ci.plugins.module_utils._signing.inspection import Unreadable, reading
from tests.signing_files import der

NULL = b"\x05\x00"


def bodies(elements: tuple[Element, ...]) -> list[bytes]:
    return [element.body for element in elements]


# Tags and lengths


@pytest.mark.parametrize(
    ("data", "tag", "is_constructed", "body"),
    [
        (b"\x05\x00", 0x05, False, b""),
        (b"\x04\x01x", 0x04, False, b"x"),
        (b"\x30\x02\x05\x00", 0x10, True, NULL),
        (b"\xa1\x02\x05\x00", 0x81, True, NULL),
        (b"\x81\x01x", 0x81, False, b"x"),
        # Lengths in several bytes.
        (b"\x04\x81\x03xyz", 0x04, False, b"xyz"),
        (b"\x04\x82\x00\x03xyz", 0x04, False, b"xyz"),
        (b"\x04\x82\x01\x02" + b"x" * 258, 0x04, False, b"x" * 258),
        # Tags in several bytes. Their number is not read.
        (b"\x1f\x01\x01x", 0x1F, False, b"x"),
        (b"\x9f\x81\x82\x03\x01x", 0x9F, False, b"x"),
        (b"\xbf\x81\x01\x02\x05\x00", 0x9F, True, NULL),
    ],
)
def test_one_element(data: bytes, tag: int, body: bytes, *, is_constructed: bool) -> None:
    for more in (b"", b"more"):
        found = parse(data + more)
        assert (found.tag, found.is_constructed, found.body) == (tag, is_constructed, body)
        assert (found.encoded, found.end) == (data, len(data))


def test_all_elements() -> None:
    def elements(data: bytes) -> Sequence[Element]:
        return parse(der.sequence(data)).children

    assert bodies(elements(b"\x04\x01x\x05\x00\x04\x02yz")) == [b"x", b"", b"yz"]
    assert [element.encoded for element in elements(b"\x04\x01x\x05\x00")] == [b"\x04\x01x", NULL]
    assert len(elements(b"")) == 0


@pytest.mark.parametrize(
    "data",
    [
        b"\x04\x01",
        b"\x04\x03xy",
        b"\x04\x82\x00\x03xy",
        b"\x30\x80",
        b"\x30\x80\x05\x00",
        # An open length needs a constructed encoding.
        b"\x04\x80x\x00\x00",
        b"\x04\x80\x00\x00",
    ],
)
def test_elements_that_are_cut_off(data: bytes) -> None:
    with pytest.raises(Unreadable):
        parse(data)


@pytest.mark.parametrize("data", [b"", b"\x04", b"\x1f\x81", b"\x04\x82\x01", b"\x30\x80\x05\x00\x00"])
def test_tags_and_lengths_that_are_cut_off(data: bytes) -> None:
    with pytest.raises(Unreadable):
        reading(parse)(data)


def test_a_child_does_not_leave_its_parent() -> None:
    with pytest.raises(Unreadable, match="cut off"):
        _children = parse(b"\x30\x02\x04\x01x").children


# Children


def test_children() -> None:
    found = parse(b"\x30\x05\x04\x01x\x05\x00\x04\x01y")
    assert bodies(found.children) == [b"x", b""]
    assert found.children is found.children
    assert bodies(found.items()) == [b"x", b""]
    assert [child.encoded for child in found.children] == [b"\x04\x01x", NULL]
    assert parse(b"\x30\x00").children == ()


def test_children_of_open_lengths() -> None:
    inner = b"\x30\x80\x04\x01x\x00\x00"
    data = b"\x30\x80\x04\x01a" + inner + b"\x05\x00\x00\x00"
    found = parse(data + b"more")
    assert (found.encoded, found.end) == (data, len(data))
    assert found.body == data[2:-2]
    assert bodies(found.children) == [b"a", b"\x04\x01x", b""]
    assert found.children[1].encoded == inner
    assert bodies(found.children[1].children) == [b"x"]
    assert parse(b"\x30\x80\x00\x00").children == ()


def test_an_element_without_children() -> None:
    with pytest.raises(Unreadable, match="without children"):
        _children = parse(b"\x04\x01x").children


def test_expected_tags() -> None:
    found = parse(b"\x31\x02\x05\x00")
    assert found.expect(asn1.SET) is found
    assert bodies(found.items(asn1.SET)) == [b""]
    with pytest.raises(Unreadable, match=r"^tag 0x11 instead of 0x10$"):
        found.items()


# Limits


def nested(levels: int) -> bytes:
    data = NULL
    for _level in range(levels):
        data = der.sequence(data)
    return data


def deepest(element: Element) -> Element:
    while element.is_constructed:
        (element,) = element.children
    return element


@pytest.mark.parametrize("is_open", [False, True])
def test_the_depth_is_limited(*, is_open: bool) -> None:
    def data(levels: int) -> bytes:
        return der.open_lengths(nested(levels)) if is_open else nested(levels)

    assert deepest(parse(data(64))).encoded == NULL
    with pytest.raises(Unreadable, match="more elements than signing files have"):
        deepest(parse(data(65)))


def test_the_number_of_elements_is_limited() -> None:
    # The sequence counts, too.
    assert len(parse(der.sequence(NULL * 19_999)).children) == 19_999
    with pytest.raises(Unreadable, match="more elements than signing files have"):
        list(parse(der.sequence(NULL * 20_000)).children)
    # The whole file has one limit.
    found = parse(der.sequence(*[der.sequence(NULL * 9_998)] * 2))
    assert [len(child.children) for child in found.children] == [9_998] * 2
    with pytest.raises(Unreadable, match="more elements than signing files have"):
        [child.children for child in parse(der.sequence(*[der.sequence(NULL * 9_999)] * 2)).children]


# Values


@pytest.mark.parametrize("value", [0, 1, 127, 128, -1, -128, -129, 2**70, -(2**70)])
def test_integers(value: int) -> None:
    size = value.bit_length() // 8 + 1
    assert parse(bytes([2, size]) + value.to_bytes(size, "big", signed=True)).integer() == value


@pytest.mark.parametrize(
    "dotted",
    [
        "0.0",
        "0.39",
        "1.0",
        "1.39",
        "1.2.840.113549.1.7.1",
        "2.5.4.3",
        "2.39",
        "2.40",
        "2.999",
        "1.2.128.16384",
        "1.2.0",
    ],
)
def test_identifiers(dotted: str) -> None:
    assert parse(der.identifier(dotted)).oid() == dotted


def test_a_long_identifier() -> None:
    assert parse(der.identifier(".".join(["1", "2", *["3"] * 63]))).oid().count("3") == 63
    with pytest.raises(Unreadable, match="a long object identifier"):
        parse(der.identifier(".".join(["1", "2", *["3"] * 64]))).oid()


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (der.utf8_string("Zoë €"), "Zoë €"),
        (der.printable_string("Acme"), "Acme"),
        (der.bmp_string("Zoë €"), "Zoë €"),
        (b"\x14\x03Zo\xeb", "Zoë"),
        (b"\x1c\x04\x00\x00\x20\xac", "€"),
        (b"\x16\x03a\xebb", "a\ufffdb"),
        (b"\x2c\x80\x0c\x01a\x0c\x01b\x00\x00", "ab"),
    ],
)
def test_texts(data: bytes, text: str) -> None:
    assert parse(data).text() == text


def test_octets_in_chunks() -> None:
    data = der.open_octets(der.octets(b"ab"), der.open_octets(der.octets(b"c")), der.octets(b""))
    assert parse(data).octets() == b"abc"
    assert parse(der.octets(b"abc")).octets() == b"abc"
    assert parse(der.retagged(0, der.octets(b"abc"))).octets() == b"abc"


def test_bits() -> None:
    assert parse(der.bits(b"abc")).bits() == b"abc"
    with pytest.raises(Unreadable):
        parse(der.octets(b"abc")).bits()


@pytest.mark.parametrize(
    ("tag", "data"),
    [
        (asn1.INTEGER, der.INTEGER_1),
        (asn1.BIT_STRING, der.bits(b"")),
        (asn1.OCTET_STRING, der.octets(b"")),
        (asn1.NULL, der.NULL),
        (asn1.OBJECT_IDENTIFIER, der.identifier("1.2")),
        (asn1.SEQUENCE, der.sequence()),
        (asn1.SET, der.set_of()),
        (asn1.UTC_TIME, der.written_time("260504123015Z")),
        (asn1.GENERALIZED_TIME, der.written_time("20260504123015Z", generalized=True)),
        (asn1.BMP_STRING, der.bmp_string("")),
        (asn1.context(3), der.tagged(3)),
    ],
)
def test_names_of_tags(tag: int, data: bytes) -> None:
    assert parse(data).tag == tag
