# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parse a page into a tree, and check that it is well formed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"meta", "input", "br", "rect"})


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    @property
    def words(self) -> str:
        """Return the text as a reader sees it."""
        return " ".join(self.text.split())

    def __iter__(self) -> Iterator[Element]:
        """Yield this element and all below it."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child

    def all(self, tag: str, name: str | None = None) -> list[Element]:
        """Return the elements with this tag and, if given, this class."""
        return [
            element
            for element in self
            if element.tag == tag and (name is None or name in element.attributes.get("class", "").split())
        ]

    def one(self, tag: str, name: str | None = None) -> Element:
        (found,) = self.all(tag, name)
        return found

    def by_id(self, name: str) -> Element:
        (found,) = [element for element in self if element.attributes.get("id") == name]
        return found


Document = Element


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("document", {})
        self._open = [self.root]
        self.declarations: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _value in attrs}) == len(attrs), f"{tag} has an attribute twice: {attrs}"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag == "rect", f"only SVG has elements that end themselves: {tag}"
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        ended = self._open.pop()
        assert ended.tag == tag, f"</{tag}> ends <{ended.tag} {ended.attributes}>"

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)

    def handle_decl(self, decl: str) -> None:
        self.declarations.append(decl)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"a processing instruction: {data}")


def parsed(text: str) -> Document:
    """Parse a page. Raise AssertionError if elements are not closed in order, or if it has anything unsafe."""
    tree = _Tree()
    tree.feed(text)
    tree.close()
    assert tree.declarations == ["DOCTYPE html"]
    (page,) = [child for child in tree.root.children if isinstance(child, Element)]
    return page
