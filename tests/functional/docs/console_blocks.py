# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All commands that READMEs and guides show, with the output that they show."""

from __future__ import annotations

import os
import re
import shlex
import textwrap
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .yaml_blocks import CHECKOUT

_MARKDOWN = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_RST = re.compile(r"^( *)\.\. code-block:: console\n\n((?:\1 +.*\n|\n)+)", re.MULTILINE)
# Lines of the output that differ from run to run.
_FIGURES = re.compile(r'"Requests: ')


@dataclass(frozen=True)
class Command:
    """One command of a page, and the lines of its output that do not differ from run to run.

    `block` is the name of the piece of the page that shows it.
    """

    page: str
    block: str
    text: str
    printed: list[str] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        return shlex.split(self.text, comments=True)

    def words_in(self, folder: Path) -> list[str]:
        """Return the words, with the files of a pattern instead of the pattern, as a shell passes them."""
        return [
            found
            for word in self.words
            for found in ([os.path.relpath(path, folder) for path in folder.glob(word)] if "*" in word else [word])
        ]


def commands() -> list[Command]:
    found: list[Command] = []
    numbers: Counter[str] = Counter()
    for page, block in _blocks():
        numbers[page] += 1
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append(Command(page, f"{page}-{numbers[page]}", line.removeprefix("$ ")))
            elif line.strip() not in ("", "...") and not _FIGURES.match(line):
                found[-1].printed.append(line.rstrip(","))
    return found


def _blocks() -> Iterator[tuple[str, str]]:
    readmes = {"README": CHECKOUT / "README.md"}
    readmes |= {f"role-{file.parent.name}": file for file in sorted((CHECKOUT / "roles").glob("*/README.md"))}
    for page, file in readmes.items():
        for block in _MARKDOWN.findall(file.read_text(encoding="utf-8")):
            yield page, block
    for file in sorted((CHECKOUT / "docs" / "docsite" / "rst").glob("*.rst")):
        for _indent, block in _RST.findall(file.read_text(encoding="utf-8")):
            yield file.stem, textwrap.dedent(block)
