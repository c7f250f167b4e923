# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All YAML that the documentation shows: in READMEs, guides, and the examples of plugins."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

CHECKOUT = Path(__file__).resolve().parents[3]
_MARKDOWN = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_RST = re.compile(r"^( *)\.\. code-block:: yaml(?:\+jinja)?\n\n((?:\1 +.*\n|\n)+)", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One piece of YAML. `source` is a page or a plugin."""

    source: str
    number: int
    text: str

    @property
    def name(self) -> str:
        """Return a name that can be that of a host and of a file."""
        return f"{self.source}-{self.number}"

    @property
    def content(self) -> Any:
        return yaml.safe_load(self.text)


def blocks() -> list[Block]:
    """Return all pieces of YAML."""
    found = []
    for source, texts in _texts():
        found += [Block(source, number, text) for number, text in enumerate(texts, 1)]
    return found


def _texts() -> Iterator[tuple[str, list[str]]]:
    yield "README", _MARKDOWN.findall(_read(CHECKOUT / "README.md"))
    for file in sorted((CHECKOUT / "roles").glob("*/README.md")):
        yield f"role-{file.parent.name}", _MARKDOWN.findall(_read(file))
    for file in sorted((CHECKOUT / "docs" / "docsite" / "rst").glob("*.rst")):
        yield file.stem, [textwrap.dedent(text) for _indent, text in _RST.findall(_read(file))]
    for kind in ("modules", "lookup", "filter", "inventory"):
        for file in sorted((CHECKOUT / "plugins" / kind).glob("[!_]*.py")):
            yield f"{kind.removesuffix('s')}-{file.stem}", [_examples(file)]


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _examples(file: Path) -> str:
    """Return EXAMPLES of a plugin without importing it."""
    for node in ast.parse(_read(file)).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "EXAMPLES":
            return str(ast.literal_eval(node.value))
    raise AssertionError(f"{file} has no EXAMPLES")
