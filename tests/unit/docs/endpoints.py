# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of endpoints in the documentation, read as they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).parents[3]
_CELL = r"((?:.+\n)(?:       .+\n)*)"
_ROW = re.compile(rf"^   \* - ``([A-Z]+) (\S+)``\n     - {_CELL}     - {_CELL}", re.MULTILINE)
_MODULE = re.compile(r":ansplugin:`mobileops\.ci\.(\w+)#module`")
_LITERAL = re.compile(r"``(\w+)``")


@dataclass(frozen=True)
class Row:
    method: str
    path: str
    modules: tuple[str, ...]
    options: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """A page with such tables."""

    text: str

    @classmethod
    def read(cls, name: str) -> Page:
        return cls((CHECKOUT / "docs" / "docsite" / "rst" / f"{name}.rst").read_text(encoding="utf-8"))

    @property
    def rows(self) -> list[Row]:
        rows = [
            Row(method, path, tuple(_MODULE.findall(modules)), tuple(_LITERAL.findall(options)))
            for method, path, modules, options in _ROW.findall(self.text)
        ]
        # A row that is written in another way would be passed over.
        assert len(rows) == len(re.findall(r"^   \* - ``", self.text, re.MULTILINE))
        return rows

    @property
    def options_of_no_request(self) -> set[str]:
        """Return the options that the page lists at its end."""
        return set(re.findall(r"^\* ``(\w+)``$", self.text, re.MULTILINE))
