# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List texts and names that break the rules of language in CONTRIBUTING.md.

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

from .texts import Text, texts_in

CHECKOUT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(CHECKOUT / ".ci"))

import working_copy  # noqa: E402

# Texts of others, bytes, and the files that name the words they forbid.
_SKIPPED_FILES = {
    "COPYING",
    "changelogs/fragments/.keep",
    "tests/functional/emulator/bitrise-swagger.json",
    "tests/helpers/signing/recorded.json",
    "tests/unit/docs/language.py",
    "tests/unit/docs/test_language.py",
}
_SKIPPED_FOLDER = "LICENSES"
_SKIPPED_SUFFIXES = {".keystore", ".mobileprovision", ".png"}


def _words(pattern: str) -> re.Pattern[str]:
    """Compile a pattern in which a space also matches a line break."""
    return re.compile(rf"\b(?:{pattern})\b".replace(" ", r"\s+"), re.IGNORECASE)


_ARCHAIC = _words(
    "albeit|all the same|amongst|anew|anybody|everybody|forthwith|henceforth|hereby|herein|hitherto|in vain|lest|"
    "nobody|none of|nothing of|notwithstanding|of no use|seldom|shall|somebody|thence|thereby|therein|thereof|thereto|"
    "unto|upon|whence|whereas|whereby|wherein|whereof|whereupon|whilst"
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
# Parts of names for which the glossary has another word. Texts use some of them in their ordinary sense.
_PRIVATE_PARTS = frozenset(
    {
        *("anybody", "deed", "everybody", "nobody", "somebody", "strange", "tidied", "tidies", "tidy", "told"),
        *("trouble", "troubles", "untidy", "wanted", "wish"),
    }
)
_NAME_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
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
    """One text or name that breaks a rule."""

    path: str
    line: int
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.text}"


def check(content: str, name: str) -> list[Violation]:
    """Return the violations in the content of a file with this name."""
    found = {violation for text in texts_in(name, content) for violation in _check_text(text, name)}
    found.update(_check_name(name, 1, name))
    if name.endswith(".py"):
        found.update(_check_docstrings(content, name))
        for token in tokenize.generate_tokens(io.StringIO(content).readline):
            if token.type == tokenize.NAME:
                found.update(_check_name(name, token.start[0], token.string))
    return sorted(found)


def is_checked(file: Path) -> bool:
    """Return whether the file, relative to the checkout, has texts of the project."""
    return str(file) not in _SKIPPED_FILES and file.parts[0] != _SKIPPED_FOLDER and file.suffix not in _SKIPPED_SUFFIXES


def _check_text(text: Text, name: str) -> Iterator[Violation]:
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


def _violation(name: str, text: Text, position: int, rule: str) -> Violation:
    line = text.line + text.content.count("\n", 0, position)
    shown = " ".join(text.content[max(0, position - 30) if rule != "begins with a clause" else position :][:90].split())
    return Violation(name, line, rule, shown)


def _check_name(path: str, line: int, name: str) -> Iterator[Violation]:
    if _PRIVATE_PARTS.intersection(part.lower() for part in _NAME_PART.findall(name)):
        yield Violation(path, line, "private name", name)
    elif name == "_":  # pylint of ansible-test rejects it
        yield Violation(path, line, "name without a meaning", name)


def _check_docstrings(content: str, name: str) -> Iterator[Violation]:
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (docstring := ast.get_docstring(node)):
            first = re.match(r"[A-Za-z]+", docstring)
            if not first or first[0].lower() not in _VERBS or not first[0][0].isupper():
                yield Violation(name, node.body[0].lineno, "docstring without a verb", docstring.splitlines()[0][:90])
            elif indicative := _INDICATIVE.search(docstring):
                line = node.body[0].lineno + docstring.count("\n", 0, indicative.start(1))
                yield Violation(name, line, "verb not in the imperative", docstring[indicative.start(1) :][:90])


def main() -> int:
    parser = argparse.ArgumentParser(description="List sentences that break the rules of language.")
    parser.add_argument("paths", nargs="*", type=Path, help="files or folders; default: all texts of the project")
    parser.add_argument("--count", action="store_true", help="count violations by folder and rule")
    parser.add_argument("--rule", help="only rules whose name contains this text")
    arguments = parser.parse_args()
    below = [path.resolve().relative_to(CHECKOUT) for path in arguments.paths or [CHECKOUT]]
    working_copy.refresh(working_copy.SOURCES)
    project_files = map(Path, sorted(working_copy.project_files()))
    files = [file for file in project_files if is_checked(file) and any(file.is_relative_to(path) for path in below)]
    if not files:
        parser.error("the paths have no text to check")
    found = [violation for file in files for violation in check((CHECKOUT / file).read_text("utf-8"), str(file))]
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
