# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the parts of RETURN that modules share, because Ansible has documentation fragments for options only.

`python -m tests.unit.docs.return_blocks` updates the modules from return_blocks.yml, which describes the format.
"""

from __future__ import annotations

import copy
import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.helpers.documentation import read_yaml

CHECKOUT = Path(__file__).resolve().parents[3]
MODULES = CHECKOUT / "plugins" / "modules"
SOURCE = Path(__file__).with_suffix(".yml")

_GUIDE = "See R(the troubleshooting guide,ansible_collections.mobileops.ci.docsite.troubleshooting) for all kinds."
_RETURN = re.compile(r'(?<=^RETURN = r"""\n)(.*?)(?=^""")', re.MULTILINE | re.DOTALL)
_WIDTH = 120


class Source:
    """The content of return_blocks.yml."""

    def __init__(self, text: str) -> None:
        content = read_yaml(text)
        self._kinds: dict[str, list[str]] = content["kinds"]
        self._blocks: dict[str, dict[str, Any]] = content["blocks"]
        self.modules: dict[str, dict[str, dict[str, Any]]] = content["modules"]

    def values(self, module: str) -> dict[str, Any]:
        """Return what a module documents, by path in its RETURN."""
        return {path: self._value(entry) for path, entry in self.modules[module].items()}

    def kinds(self, entry: Mapping[str, Any]) -> list[str]:
        """Return the kinds of errors that an entry names."""
        return [kind for name in entry["kinds"] for kind in self._kinds.get(name, [name])]

    def _value(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        own = {key: value for key, value in entry.items() if key not in ("base", "kinds")}
        base = self._value(self._blocks[entry["base"]]) if "base" in entry else {}
        value = _merged(base, {key: self._nested(item) for key, item in own.items()})
        if "kinds" in entry:
            value["contains"]["kind"]["description"] = [_example_kinds(self.kinds(entry)), _GUIDE]
        return value

    def _nested(self, item: Any) -> Any:
        return self._value(item) if isinstance(item, dict) else item


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Merge two values. A sample is replaced, not merged."""
    merged = copy.deepcopy(dict(base))
    for key, item in own.items():
        if isinstance(item, dict) and isinstance(merged.get(key), dict) and key != "sample":
            merged[key] = _merged(merged[key], item)
        else:
            merged[key] = item
    return merged


def _example_kinds(kinds: list[str]) -> str:
    *first, last = [f"V({kind})" for kind in kinds]
    return f"Kind of the error, for example {', '.join(first)} or {last}."


def documented(file: Path) -> dict[str, Any]:
    """Return the content of RETURN of a plugin."""
    found = _RETURN.search(file.read_text(encoding="utf-8"))
    if not found:
        raise AssertionError(f"{file} has no RETURN")
    return dict(read_yaml(found[0]))


def updated(module: str, text: str, source: Source) -> str:
    """Return the text of a module with its shared parts as the source has them."""
    found = _RETURN.search(text)
    if not found:
        raise AssertionError(f"{module} has no RETURN")
    returned = found[0]
    for path, value in source.values(module).items():
        returned = _replaced(returned, path, value)
    return text[: found.start()] + returned + text[found.end() :]


def _replaced(text: str, path: str, value: Mapping[str, Any]) -> str:
    """Return the text of RETURN with the lines below a key replaced."""
    lines = text.splitlines(keepends=True)
    start, end = 0, len(lines)
    for depth, key in enumerate(path.split(".")):
        indent = "  " * depth
        start = next(number for number in range(start, end) if re.match(rf"{indent}{key}:", lines[number])) + 1
        end = next((number for number in range(start, end) if not lines[number].startswith(f"{indent}  ")), end)
    body = "".join(f"{line}\n" for line in _lines(value, "  " * len(path.split("."))))
    return "".join([*lines[:start], body, *lines[end:]])


def _lines(value: Mapping[str, Any], indent: str) -> Iterator[str]:
    """Yield the lines of a mapping in YAML, in the style of the other documentation."""
    for key, item in value.items():
        if key == "description" and not isinstance(item, dict):
            yield from _description([item] if isinstance(item, str) else item, indent)
        elif key == "sample":
            yield from _sample(item, indent)
        elif isinstance(item, dict):
            yield f"{indent}{key}:"
            yield from _lines(item, f"{indent}  ")
        else:
            yield f"{indent}{key}: {item}"


def _description(sentences: list[str], indent: str) -> Iterator[str]:
    line = f"{indent}description: {sentences[0]}"
    if len(sentences) == 1 and len(line) <= _WIDTH and _is_plain(sentences[0]):
        yield line
        return
    yield f"{indent}description:"
    for sentence in sentences:
        first, *others = textwrap.wrap(sentence, _WIDTH - len(indent) - 4, break_long_words=False)
        yield f"{indent}  - {first}"
        yield from (f"{indent}    {line}" for line in others)


def _is_plain(text: str) -> bool:
    """Tell whether YAML reads the text without quotation marks."""
    try:
        return bool(read_yaml(f"key: {text}") == {"key": text})
    except yaml.YAMLError:
        return False


def _sample(item: Any, indent: str) -> Iterator[str]:
    if isinstance(item, (dict, list)):
        flow = yaml.safe_dump(item, default_flow_style=True, sort_keys=False, width=10_000).strip()
        if len(f"{indent}sample: {flow}") <= _WIDTH:
            yield f"{indent}sample: {flow}"
        else:
            yield f"{indent}sample:"
            block = yaml.safe_dump(item, sort_keys=False, width=10_000, indent=2)
            yield from textwrap.indent(block, f"{indent}  ").splitlines()
    elif isinstance(item, str) and _is_plain(item) and item:
        yield f"{indent}sample: {item}"
    else:
        yield f"{indent}sample: {json.dumps(item)}"


def main() -> None:
    """Update the modules."""
    source = Source(SOURCE.read_text(encoding="utf-8"))
    for module in source.modules:
        file = MODULES / f"{module}.py"
        text = file.read_text(encoding="utf-8")
        file.write_text(updated(module, text, source), encoding="utf-8")


if __name__ == "__main__":
    main()
