# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Extract the texts that people read from the files of each format: comments, documentation, messages, labels."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Text:
    """A piece of text. `line` is that of its first character."""

    line: int
    content: str
    is_prose: bool = True  # made of sentences, in contrast to code or data


def _paragraphs(lines: list[tuple[int, str]]) -> Iterator[Text]:
    """Join lines to paragraphs. A blank line, a gap, a bullet and a table row begin a new one."""
    paragraph: list[str] = []
    start = last = 0
    for number, line in lines:
        bullet = re.match(r"\s*(?:[-*+#|]|\d+[.)])\s+", line)
        if paragraph and (bullet or not line.strip() or number != last + 1):
            yield Text(start, "\n".join(paragraph))
            paragraph = []
        if line.strip():
            if not paragraph:
                start = number
            paragraph.append(line[bullet.end() :] if bullet else line)
        last = number
    if paragraph:
        yield Text(start, "\n".join(paragraph))


def _cells(text: Text) -> Iterator[Text]:
    """Yield the cells of a row of a Markdown table, or the text."""
    parts = text.content.split(" | ") if " | " in text.content and "\n" not in text.content else [text.content]
    yield from (Text(text.line, part.strip(" |")) for part in parts)


def _markdown(content: str) -> Iterator[Text]:
    """Yield paragraphs. Code blocks are searched for words only."""
    prose, code, in_code = [], [], False
    for number, line in enumerate(content.splitlines(), 1):
        if line.lstrip().startswith("```"):
            in_code = not in_code
        elif in_code:
            code.append((number, line))
        else:
            prose.append((number, line))
    for text in _paragraphs(prose):
        yield from _cells(text)
    yield from (Text(number, line, is_prose=False) for number, line in code)


def _restructured_text(content: str) -> Iterator[Text]:
    """Yield paragraphs. Literal blocks are searched for words only."""
    prose: list[tuple[int, str]] = []
    code_indent: int | None = None
    for number, line in enumerate(content.splitlines(), 1):
        indent = len(line) - len(line.lstrip())
        if code_indent is not None and (not line.strip() or indent > code_indent):
            yield Text(number, line, is_prose=False)
            continue
        code_indent = None
        if line.lstrip().startswith((".. code-block::", ".. code::")):
            code_indent = indent
        elif line.lstrip().startswith(".. ") or re.fullmatch(r"\s*:[\w-]+:.*|([-=~^\"'])\1+", line):
            prose.append((number, ""))
        elif re.search(r"\S {2,}\S", line):
            yield from (Text(number, cell) for cell in re.split(r" {2,}", line))
            prose.append((number, ""))
        else:
            prose.append((number, re.sub(r"^(\s*)\* - ", r"\1- ", line)))
    yield from _paragraphs(prose)


def _yaml(content: str, first_line: int = 1) -> Iterator[Text]:
    """Yield comments, task names and descriptions of a YAML file."""
    prose: list[tuple[int, str]] = []
    in_comment = False
    for number, line in enumerate(content.splitlines(), first_line):
        words = re.sub(r"^(\s*)(?:# ?)+", r"\1", line)
        if in_comment != (in_comment := words != line):
            prose.append((number - 1, ""))
        key = re.match(r"\s*(?:- )?[\w.]+:(?:\s+[>|][-+]?)?\s*(.*)$", words)
        if key:
            prose += [(number - 1, ""), (number, key[1].strip("\"'"))]
            if not key[1]:
                prose.append((number, ""))
        else:
            prose.append((number, words))
    yield from _paragraphs(prose)


_YAML_BLOCKS = ("DOCUMENTATION", "EXAMPLES", "RETURN")


def _python(content: str) -> Iterator[Text]:
    """Yield comments, docstrings, messages, and the documentation of plugins."""
    tree = ast.parse(content)
    documentation = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            target = ast.unparse(node.targets[0])
            if target in _YAML_BLOCKS or (
                "\n" in node.value.value and re.search(r"^(options|description):", node.value.value, re.MULTILINE)
            ):
                documentation.add(id(node.value))
                yield from _yaml(node.value.value, node.value.lineno)
    in_f_string = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "x" for part in node.values]
            yield _message(node.lineno, "".join(map(str, parts)))
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and not {id(node)} & (documentation | in_f_string)
        ):
            yield from [_message(node.lineno, node.value)] if " " in node.value else []
    comments = [
        (token.start[0], token.string.lstrip("#: "))
        for token in tokenize.generate_tokens(io.StringIO(content).readline)
        if token.type == tokenize.COMMENT and not re.match(r"#\s*(noqa|type:|pylint)", token.string)
    ]
    yield from _paragraphs(comments)


def _message(line: int, content: str) -> Text:
    """Return a string of the code, which is prose if it ends like a sentence."""
    return Text(line, content, is_prose=content.rstrip().endswith((".", "!")))


def _hash_comments(content: str) -> Iterator[Text]:
    """Yield comments that begin with #, and strings in the other lines."""
    comments: list[tuple[int, str]] = []
    for number, line in enumerate(content.splitlines(), 1):
        code, *comment = re.split(r"(?:^|(?<=\s))#+(?=\s|$)", line, maxsplit=1)
        if code.strip():  # a comment beside code does not continue the one above
            comments.append((number - 1, ""))
        comments += [(number, text) for text in comment]
        yield from _strings(code, number)
    yield from _paragraphs(comments)


# A string ends in its line, except a template of JavaScript.
_STRING = r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`"


def _strings(code: str, first_line: int = 1) -> Iterator[Text]:
    """Yield the strings with several words."""
    for match in re.finditer(_STRING, code):
        if " " in match[0].strip("\"'` "):
            yield _message(_line_of(code, match.start(), first_line), re.sub(r"\$\{[^}]*\}", "x", match[0][1:-1]))


def _script(content: str) -> Iterator[Text]:
    """Yield comments and strings of JavaScript and CSS."""
    comments: list[tuple[int, str]] = []
    for match in re.finditer(rf"{_STRING}|/\*.*?\*/|//[^\n]*", content, re.DOTALL):
        line = _line_of(content, match.start())
        if match[0].startswith("/"):
            comments += enumerate(match[0].strip("/* ").splitlines(), line)
        else:
            yield from _strings(match[0], line)
    yield from _paragraphs(comments)


_COMMENT = re.compile(r"\{#-?(.*?)-?#\}|<!--(.*?)-->", re.DOTALL)
_LABEL = re.compile(r"(?<=\s)(?:alt|aria-label|placeholder|title)=\"([^\"]*)\"")
_INLINE_TAG = re.compile(r"</?(?:a|b|bdi|code|em|i|span|strong|time)\b[^<>]*>")


def _html(content: str) -> Iterator[Text]:
    """Yield comments, texts and labels of HTML pages and Jinja2 templates."""
    for match in _COMMENT.finditer(content):
        yield from _paragraphs(list(enumerate((match[1] or match[2]).splitlines(), _line_of(content, match.start()))))
    for match in re.finditer(r"\{[{%].*?[}%]\}", content, re.DOTALL):
        yield from _strings(match[0], _line_of(content, match.start()))
    content = _COMMENT.sub(_blank, content)
    content = re.sub(r"\{\{.*?\}\}", lambda match: re.sub(r"[^\n]", "x", match[0]), content, flags=re.DOTALL)
    for match in _LABEL.finditer(content):
        yield Text(_line_of(content, match.start()), match[1])
    content = re.sub(r"<(script|style)\b.*?</\1>", _blank, content, flags=re.DOTALL)
    content = re.sub(r"\{%.*?%\}", "{}", _INLINE_TAG.sub(_blank, content))
    for match in re.finditer(r"(?:^|(?<=[>}]))\s*([^<>{}]*\w[^<>{}]*)", content):
        yield Text(_line_of(content, match.start(1)), match[1].rstrip())


def _blank(match: re.Match[str]) -> str:
    """Replace all characters of a match except line breaks."""
    return re.sub(r"[^\n]", " ", match[0])


def _line_of(content: str, position: int, first_line: int = 1) -> int:
    return first_line + content.count("\n", 0, position)


_FORMATS: dict[str, Callable[[str], Iterator[Text]]] = {
    ".cfg": _hash_comments,
    ".css": _script,
    ".html": _html,
    ".j2": _html,
    ".js": _script,
    ".json": _strings,
    ".md": _markdown,
    ".py": _python,
    ".rst": _restructured_text,
    ".toml": _hash_comments,
    ".txt": _hash_comments,
    ".yaml": _yaml,
    ".yml": _yaml,
    ".ansible-lint": _yaml,
    ".gitignore": _hash_comments,
    ".yamllint": _yaml,
    "Makefile": _hash_comments,
    "aliases": _hash_comments,
}


def texts_in(name: str, content: str) -> Iterator[Text]:
    """Yield the texts of a file with this name. Raise ValueError if its format is not known."""
    path = Path(name)
    extract = _FORMATS.get(path.suffix or path.name) or (_hash_comments if content.startswith("#!") else None)
    if extract is None:
        raise ValueError(f"{name}: the format is not known. Add it to tests/unit/docs/{Path(__file__).name}.")
    return extract(content)
