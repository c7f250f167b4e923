# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List sentences that break the rules of language in CONTRIBUTING.md.

`python -m tests.unit.docs.language [PATH...]` lists violations with file and line, in all texts of the project by
default. `--count` counts them by folder. `make lint` runs it.
"""

from __future__ import annotations

import argparse
import ast
import collections
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]
# Files and folders with text that people read.
TEXTS = (
    ".ci",
    "CODE_OF_CONDUCT.md",
    "CONTRIBUTING.md",
    "README.md",
    "SECURITY.md",
    "changelogs",
    "docs",
    "examples",
    "extensions",
    "noxfile.py",
    "playbooks",
    "plugins",
    "roles",
    "tests",
)
SUFFIXES = {".py", ".md", ".rst", ".yml", ".yaml"}
_SKIPPED_FOLDERS = {
    ".build",
    ".cache",
    ".git",
    ".venv",
    "LICENSES",
    "__pycache__",
    "build",
    "dist",
    "node_modules",
    "output",
}
# These name the words that they forbid.
_SKIPPED_FILES = {"language.py", "test_language.py"}


def _words(pattern: str) -> re.Pattern[str]:
    """Compile a pattern in which a space also matches a line break."""
    return re.compile(rf"\b(?:{pattern})\b".replace(" ", r"\s+"), re.IGNORECASE)


_ARCHAIC = _words(
    "albeit|all the same|amongst|anew|forthwith|henceforth|hereby|herein|hitherto|in vain|lest|nobody|none of|"
    "nothing of|notwithstanding|of no use|seldom|shall|thence|thereby|therein|thereof|thereto|unto|upon|whence|"
    "whereas|whereby|wherein|whereof|whereupon|whilst"
)
_VAGUE_PASSIVE = _words(
    "(?:is|are|was|were|be|been|being)(?: not| never| only| then)? "
    "(?:said|told|looked (?:into|at|after)|left alone|let alone|taken (?:back|for)|dealt with|begun with|gone on with)"
)
# The documentation of Ansible has American spelling.
_BRITISH = _words(
    r"\w*(?:behaviour|colour|favour|honour|neighbour)\w*|licences?|(?:label|model|cancel|travel)l(?:ed|ing)|"
    r"\w*(?:organis|recognis|normalis|initialis|serialis|optimis|summaris|minimis|synchronis)(?:e|es|ed|ing|ation)\w*|"
    r"analys(?:e|ed|ing)|defence|grey|centre|fulfil"
)
# "Whether to" and "How to" are no clauses with a subject of their own.
_CLAUSE = re.compile(
    r"(?:What|Whatever|Whoever|Whosever|Whichever|Whether|Who|Whose|Which|How|Why|That which)\b(?! to\b)"
)
_SENTENCE_END = re.compile(r"(?<=[.!?:])[\"')*]*\s+(?=[\"'(*]*[A-Z])")
_MARKUP = re.compile(r"^[\s\"'(*_>]+")
_INLINE_CODE = re.compile(r"``[^`]*``|`[^`]*`|\b[CEIMOPV]\([^()]*\)|https?://\S+")

# The first word of a function's docstring.
_VERB_LIST = """
abort accept adapt add adopt advance allow answer append apply approve ask assemble assert assign assume await
back begin bind block bring build cache calculate call cancel change check choose claim clean clear close
collect combine compare compile complain complete compose compress compute confirm connect consume contain
continue convert copy correct count cover create cut damage decide declare decode decorate decrypt deduplicate
define delay delete deliver demand derive describe detect determine discard display divide do download draw
drive drop dump edit emit empty enable encode encrypt end enforce ensure enter estimate evaluate examine
exchange exclude execute exercise exit expand expect explain export expose extend extract fail fake fetch fill
filter find finish fix flag follow forbid force forget format forward free gather generate get give go grant
group guard guess hand handle hash have hide hold identify ignore import include increase indent inherit
initialize insert inspect install interrupt invalidate invite join judge keep kill label lay leave let limit
link list load lock log look lower make map mark mask match measure merge mimic modify mount move name narrow
normalize note notify number observe offer omit open order overwrite pack pad page parametrize parse pass patch
pause perform pick place plan play poll prepare present pretend prevent print probe process produce propose
protect prove provide publish pull purge push put query queue quote raise rank read rebuild receive recognize
record reconcile recover redact reduce refuse register reject release reload rely remember remove rename render
repair repeat replace reply report represent request require reserve reset resolve respond restart restore
restrict resume retry return reuse reveal revert rewrite rotate round run sample save scale scan schedule search
see select send separate serialize serve set share shift shorten show shrink shut sign simulate skip sleep slow
sort split stage start state step stop store stream strip submit suggest sum summarize support suppress survive
switch take tell terminate test throttle tidy time touch trace track transfer transform translate treat trigger
trim trust try turn undo unlock unpack unprotect update upload use validate verify wait wake walk warn watch
withhold work wrap write yield
"""
_VERBS = frozenset(_VERB_LIST.split())
# A later sentence of such a docstring about results and errors, which is in the imperative too.
_INDICATIVE = re.compile(r"[.:]\s+(Raises|Returns)\b")


@dataclass(frozen=True, order=True)
class Violation:
    """One sentence that breaks a rule."""

    path: str
    line: int
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.text}"


@dataclass(frozen=True)
class _Text:
    """A piece of text. `line` is that of its first character."""

    line: int
    content: str
    is_prose: bool = True  # made of sentences, in contrast to code or data


def violations(path: Path) -> list[Violation]:
    """Return the violations in one file."""
    name = path.relative_to(CHECKOUT) if path.is_relative_to(CHECKOUT) else path
    return check(path.read_text(encoding="utf-8"), path.suffix, str(name))


def check(content: str, suffix: str, name: str = "text") -> list[Violation]:
    """Return the violations in a text with the format that a file with this suffix has."""
    texts = {".py": _python, ".md": _markdown, ".rst": _restructured_text}.get(suffix, _yaml)
    found = {violation for text in texts(content) for violation in _check_text(text, name)}
    if suffix == ".py":
        found.update(_check_docstrings(content, name))
    return sorted(found)


def files_below(paths: list[Path]) -> Iterator[Path]:
    """Yield the files that people read."""
    for path in paths:
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            skipped = _SKIPPED_FOLDERS.intersection(file.relative_to(path).parts) or file.name in _SKIPPED_FILES
            if file.suffix in SUFFIXES and file.is_file() and not skipped:
                yield file


def _check_text(text: _Text, name: str) -> Iterator[Violation]:
    content = _INLINE_CODE.sub(lambda match: re.sub(r"[^\n]", "x", match[0]), text.content)
    for rule, pattern in (("archaic", _ARCHAIC), ("British spelling", _BRITISH), ("vague passive", _VAGUE_PASSIVE)):
        for match in pattern.finditer(content):
            yield _violation(name, text, match.start(), rule)
    if not text.is_prose:
        return
    position = 0
    for sentence in _SENTENCE_END.split(content):
        position = content.index(sentence, position)
        start = _MARKUP.sub("", sentence)
        if _CLAUSE.match(start) and not sentence.rstrip("\"')*_ \n").endswith("?"):
            yield _violation(name, text, position + len(sentence) - len(start), "begins with a clause")
        position += len(sentence)


def _violation(name: str, text: _Text, position: int, rule: str) -> Violation:
    line = text.line + text.content.count("\n", 0, position)
    shown = " ".join(text.content[max(0, position - 30) if rule != "begins with a clause" else position :][:90].split())
    return Violation(name, line, rule, shown)


def _check_docstrings(content: str, name: str) -> Iterator[Violation]:
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (docstring := ast.get_docstring(node)):
            first = re.match(r"[A-Za-z]+", docstring)
            if not first or first[0].lower() not in _VERBS or not first[0][0].isupper():
                yield Violation(name, node.body[0].lineno, "docstring without a verb", docstring.splitlines()[0][:90])
            elif indicative := _INDICATIVE.search(docstring):
                line = node.body[0].lineno + docstring.count("\n", 0, indicative.start(1))
                yield Violation(name, line, "verb not in the imperative", docstring[indicative.start(1) :][:90])


def _paragraphs(lines: list[tuple[int, str]]) -> Iterator[_Text]:
    """Join lines to paragraphs. A blank line, a gap, a bullet and a table row begin a new one."""
    paragraph: list[str] = []
    start = last = 0
    for number, line in lines:
        bullet = re.match(r"\s*(?:[-*+#|]|\d+[.)])\s+", line)
        if paragraph and (bullet or not line.strip() or number != last + 1):
            yield _Text(start, "\n".join(paragraph))
            paragraph = []
        if line.strip():
            if not paragraph:
                start = number
            paragraph.append(line[bullet.end() :] if bullet else line)
        last = number
    if paragraph:
        yield _Text(start, "\n".join(paragraph))


def _cells(text: _Text) -> Iterator[_Text]:
    """Yield the cells of a row of a Markdown table, or the text."""
    parts = text.content.split(" | ") if " | " in text.content and "\n" not in text.content else [text.content]
    yield from (_Text(text.line, part.strip(" |")) for part in parts)


def _markdown(content: str) -> Iterator[_Text]:
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
    yield from (_Text(number, line, is_prose=False) for number, line in code)


def _restructured_text(content: str) -> Iterator[_Text]:
    """Yield paragraphs. Literal blocks are searched for words only."""
    prose: list[tuple[int, str]] = []
    code_indent: int | None = None
    for number, line in enumerate(content.splitlines(), 1):
        indent = len(line) - len(line.lstrip())
        if code_indent is not None and (not line.strip() or indent > code_indent):
            yield _Text(number, line, is_prose=False)
            continue
        code_indent = None
        if line.lstrip().startswith((".. code-block::", ".. code::")):
            code_indent = indent
        elif line.lstrip().startswith(".. ") or re.fullmatch(r"\s*:[\w-]+:.*|([-=~^\"'])\1+", line):
            prose.append((number, ""))
        elif re.search(r"\S {2,}\S", line):
            yield from (_Text(number, cell) for cell in re.split(r" {2,}", line))
            prose.append((number, ""))
        else:
            prose.append((number, re.sub(r"^(\s*)\* - ", r"\1- ", line)))
    yield from _paragraphs(prose)


def _yaml(content: str, first_line: int = 1) -> Iterator[_Text]:
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


def _python(content: str) -> Iterator[_Text]:
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


def _message(line: int, content: str) -> _Text:
    """Return a string of the code, which is prose if it ends like a sentence."""
    return _Text(line, content, is_prose=content.rstrip().endswith((".", "!")))


def main() -> int:
    parser = argparse.ArgumentParser(description="List sentences that break the rules of language.")
    parser.add_argument("paths", nargs="*", type=Path, help="files or folders; default: all texts of the project")
    parser.add_argument("--count", action="store_true", help="count violations by folder and rule")
    parser.add_argument("--rule", help="only rules whose name contains this text")
    arguments = parser.parse_args()
    files = list(files_below(arguments.paths or [CHECKOUT / text for text in TEXTS]))
    if not files:
        parser.error("the paths have no text to check")
    found = [violation for file in files for violation in violations(file)]
    if arguments.rule:
        found = [violation for violation in found if arguments.rule in violation.rule]
    if arguments.count:
        counts = collections.Counter((str(Path(violation.path).parent), violation.rule) for violation in found)
        for (folder, rule), number in sorted(counts.items()):
            print(f"{number:5} {rule:26} {folder}")
    else:
        print(*found, sep="\n")
    print(f"{len(files)} files, {len(found)} violations")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
