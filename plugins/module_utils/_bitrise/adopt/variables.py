# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write variables as YAML for ansible-core, with encrypted values. Text from the service is never a template."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from ..._core.text import clean

try:
    import yaml
except ImportError:  # the module spec requires it and reports that it is missing
    _Base: Any = object
else:
    _Base = yaml.SafeDumper

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
    """Indents lists and does not write aliases, so that users can change each entry separately."""

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
    """Return the content of a file with comments and variables."""
    _Dumper.add_representer(Vaulted, _Dumper.vaulted)
    _Dumper.add_representer(Reference, _Dumper.reference)
    _Dumper.add_representer(_Unsafe, _Dumper.unsafe)
    lines = "".join(f"# {clean(comment)}\n" for comment in comments)
    body = yaml.dump(_data(variables), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    return f"---\n{lines}\n{body}".encode()


def comments_of(text: str) -> list[str]:
    """Return the comments that `variables_file` has written before the variables."""
    lines = text.split("\n")
    comments = takewhile(lambda line: line.startswith("# "), lines[1:] if lines[0] == "---" else ())
    return [line[len("# ") :] for line in comments]


def _data(value: Any) -> Any:
    """Return the value with every text that looks like a template marked as unsafe, so that it is not one."""
    if isinstance(value, str):
        return _Unsafe(value) if _TEMPLATE.search(value) else value
    if isinstance(value, Mapping):
        return {key: _data(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_data(item) for item in value]
    return value
