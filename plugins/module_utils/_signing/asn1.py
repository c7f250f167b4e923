# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read ASN.1 in BER, of which DER is a part, from files that may be damaged or hostile.

The reader is lazy: it parses the children of an element on first access. All elements of one file share limits of
number and nesting, so reading takes bounded time and memory. Functions may raise any exception for odd bytes. Callers
use the decorator model.reading.
"""

from __future__ import annotations

from collections.abc import Sequence

from .inspection import Unreadable

# Genuine files have a few hundred elements, and fewer than 20 levels.
MAX_ELEMENTS = 20_000
MAX_DEPTH = 64

INTEGER, BIT_STRING, OCTET_STRING, NULL, OBJECT_IDENTIFIER, SEQUENCE, SET = 0x02, 0x03, 0x04, 0x05, 0x06, 0x10, 0x11
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18
BMP_STRING = 0x1E
_CONSTRUCTED, _LONG_TAG, _OPEN_LENGTH = 0x20, 0x1F, 0x80

# Encodings of the string types other than UTF-8. T61String has an encoding of its own, but in practice contains
# Latin-1.
_TEXT = {0x14: "latin-1", BMP_STRING: "utf-16-be", 0x1C: "utf-32-be"}


def context(number: int) -> int:
    """Return the value of Element.tag for the tag [number]."""
    return 0x80 | number


class Element:
    """One tag with its content. `tag` is the identifier without the bit for a constructed encoding."""

    __slots__ = ("_body_end", "_body_start", "_children", "_depth", "_reader", "_start", "end", "is_constructed", "tag")

    def __init__(
        self, reader: _Reader, tag: int, start: int, body_start: int, body_end: int, end: int, depth: int
    ) -> None:
        self._reader, self._start, self.end, self._depth = reader, start, end, depth
        self.tag, self.is_constructed = tag & ~_CONSTRUCTED, bool(tag & _CONSTRUCTED)
        self._body_start, self._body_end = body_start, body_end
        self._children: tuple[Element, ...] | None = None

    @property
    def encoded(self) -> bytes:
        return self._reader.data[self._start : self.end]

    @property
    def body(self) -> bytes:
        return self._reader.data[self._body_start : self._body_end]

    @property
    def children(self) -> tuple[Element, ...]:
        if self._children is None:
            if not self.is_constructed:
                raise Unreadable("an element without children")
            self._children = tuple(self._reader.between(self._body_start, self._body_end, self._depth + 1))
        return self._children

    def set_children(self, children: Sequence[Element]) -> None:
        self._children = tuple(children)

    def expect(self, tag: int) -> Element:
        """Return the element itself. Raise Unreadable if it has another tag."""
        if self.tag != tag:
            raise Unreadable(f"tag {self.tag:#x} instead of {tag:#x}")
        return self

    def items(self, tag: int = SEQUENCE) -> tuple[Element, ...]:
        """Return the children of a SEQUENCE, or of an element with another tag."""
        return self.expect(tag).children

    def octets(self) -> bytes:
        """Return the bytes of an OCTET STRING with any tag. BER may split them into chunks."""
        if not self.is_constructed:
            return self.body
        return b"".join(child.octets() for child in self.children)

    def bits(self) -> bytes:
        """Return the bytes of a BIT STRING that has no unused bits."""
        return self.expect(BIT_STRING).body[1:]

    def integer(self) -> int:
        return int.from_bytes(self.expect(INTEGER).body, "big", signed=True)

    def oid(self) -> str:
        """Return the dotted form of an OBJECT IDENTIFIER."""
        body = self.expect(OBJECT_IDENTIFIER).body
        if len(body) > 64:
            raise Unreadable("a long object identifier")
        numbers, number = [], 0
        for byte in body:
            number = number << 7 | byte & 0x7F
            if not byte & 0x80:
                numbers.append(number)
                number = 0
        first = min(numbers[0] // 40, 2)
        return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))

    def text(self) -> str:
        """Return the text of any string type. Invalid bytes become the replacement character."""
        return self.octets().decode(_TEXT.get(self.tag, "utf-8"), "replace")


def parse(data: bytes) -> Element:
    """Return the element at the start of the bytes. Ignore all bytes after it."""
    return _Reader(data).one(0, len(data), 0)


class _Reader:
    """The bytes of a file, and the number of elements that may still be parsed."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._left = MAX_ELEMENTS

    def between(self, start: int, end: int, depth: int) -> list[Element]:
        """Return the elements that fill the bytes from start to end."""
        elements = []
        while start < end:
            elements.append(self.one(start, end, depth))
            start = elements[-1].end
        return elements

    def one(self, start: int, end: int, depth: int) -> Element:
        """Return the element at start, which must end at `end` or before."""
        self._left -= 1
        if self._left < 0 or depth > MAX_DEPTH:
            raise Unreadable("more elements than signing files have")
        data = self.data
        tag, at = data[start], start + 1
        if tag & _LONG_TAG == _LONG_TAG:
            while data[at] & 0x80:
                at += 1
            at += 1
        length, at = data[at], at + 1
        if length == _OPEN_LENGTH:
            return self._open(tag, start, at, end, depth)
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(data[at : at + size], "big"), at + size
        if at + length > end:
            raise Unreadable("cut off")
        return Element(self, tag, start, at, at + length, at + length, depth)

    def _open(self, tag: int, start: int, at: int, end: int, depth: int) -> Element:
        """Return an element of indefinite length, whose last child is followed by two zeros."""
        if not tag & _CONSTRUCTED:
            raise Unreadable("an open length without children")
        body_start, children = at, []
        while self.data[at : at + 2] != b"\0\0":
            if at >= end:
                raise Unreadable("cut off")
            children.append(self.one(at, end, depth + 1))
            at = children[-1].end
        element = Element(self, tag, start, body_start, at, at + 2, depth)
        element.set_children(children)
        return element
