# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables as YAML that ansible-core reads: encrypted values, and text from elsewhere that is never a template."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

try:
    import yaml
except ImportError:  # said by the entry, which requires it
    _Base: Any = object
else:
    _Base = yaml.SafeDumper

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_TEMPLATE = re.compile("{[{%#]")


@dataclass(frozen=True)
class Vaulted:
    """A value that is encrypted with ansible-vault."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class Reference:
    """The value of another variable."""

    name: str


@dataclass(frozen=True)
class _Unsafe:
    text: str


class _Dumper(_Base):
    """Indents lists, and writes no aliases: each entry can be read, and changed, on its own."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        del indentless
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True

    def vaulted(self, data: Vaulted) -> Any:
        return self.represent_scalar("!vault", data.text, style="|")

    def reference(self, data: Reference) -> Any:
        return self.represent_scalar("tag:yaml.org,2002:str", f"{{{{ {data.name} }}}}", style='"')

    def unsafe(self, data: _Unsafe) -> Any:
        return self.represent_scalar("!unsafe", data.text, style='"')


def variables_file(comments: Sequence[str], variables: Mapping[str, Any]) -> bytes:
    """A file of variables with lines of comments before them."""
    _Dumper.add_representer(Vaulted, _Dumper.vaulted)
    _Dumper.add_representer(Reference, _Dumper.reference)
    _Dumper.add_representer(_Unsafe, _Dumper.unsafe)
    lines = "".join(f"# {one_line(comment)}\n" for comment in comments)
    body = yaml.dump(_data(variables), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    return f"---\n{lines}\n{body}".encode()


def comments_of(text: str) -> list[str]:
    """The comments that `variables_file` has written before the variables."""
    lines = text.split("\n")
    comments = takewhile(lambda line: line.startswith("# "), lines[1:] if lines[0] == "---" else ())
    return [line[len("# ") :] for line in comments]


def one_line(text: str) -> str:
    """Text from elsewhere, fit for a comment or a message."""
    return _CONTROL.sub(" ", text)


def _data(value: Any) -> Any:
    """The value with every text in it that ansible-core would take for a template marked as none."""
    if isinstance(value, str):
        return _Unsafe(value) if _TEMPLATE.search(value) else value
    if isinstance(value, Mapping):
        return {key: _data(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_data(item) for item in value]
    return value
