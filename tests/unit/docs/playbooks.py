# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A page for each playbook, generated from the comments at its top.

`python -m tests.unit.docs.playbooks` writes the pages.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.helpers.documentation import read_yaml

CHECKOUT = Path(__file__).resolve().parents[3]
PAGES = CHECKOUT / "docs" / "docsite" / "rst"
PLAYBOOKS = sorted((CHECKOUT / "playbooks").glob("*.yml"))

_LICENSE = """\
.. Copyright (c) 2026, the mobileops.ci contributors
.. GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
.. SPDX-License-Identifier: GPL-3.0-or-later
"""
_TABLE = """\
.. list-table::
   :header-rows: 1
   :widths: 35 40 25

   * - Variable
     - Meaning
     - Default
"""
# Names of plugins, variables and environment variables, options of commands, paths.
_CODE = re.compile(
    r"(?<![\w`/.:@-])("
    r"--?[a-z][\w-]*(?: @[\w.]+\.yml)?|mobileops\.ci\.\w+|awx\.awx|(?:[\w-]+/)+(?:\w+\.\w+|\w*)|(?:\w+\.)+yml|"
    r"[A-Za-z]\w*_\w+|localhost)(?![\w`/])"
)
_ROLE = re.compile(r"\b([Rr]ole) (\w+_\w+)")
E_ONLY = "Set with ``-e`` or as an answer of a survey. In ``group_vars`` and ``host_vars`` it is an error."
_VARIABLE = re.compile(r"^([a-z]+_\w+) +(.+)$")


def path_of(playbook: Path) -> Path:
    """Return the path of the page of a playbook."""
    return PAGES / f"playbook_{playbook.stem}.rst"


def page(playbook: Path) -> str:
    """Return the page of a playbook."""
    text = playbook.read_text(encoding="utf-8")
    title = f"Playbook {playbook.stem}"
    label = f".. _ansible_collections.mobileops.ci.docsite.{path_of(playbook).stem}:"
    parts = [_LICENSE, label, "", title, "=" * len(title), "", f"{_plays(text)[0]['name']}.", ""]
    for paragraph in _paragraphs(text):
        parts += [*_section(paragraph, playbook.stem), ""]
    roles = sorted(set(re.findall(r"(?:mobileops\.ci\.|\.\./roles/)(\w+)", _work(text))) & _roles())
    described = "\n".join(parts)
    roles = [role for role in roles if f"{role}#role" not in described]
    parts += [f"It runs the role :ansplugin:`mobileops.ci.{role}#role`, whose variables apply, too." for role in roles]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(parts).rstrip()) + "\n"


def _plays(text: str) -> list[dict[str, Any]]:
    plays: list[dict[str, Any]] = read_yaml(text)
    return plays


def _work(text: str) -> str:
    """Return the playbook without its comments."""
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


def _roles() -> set[str]:
    return {folder.name for folder in (CHECKOUT / "roles").iterdir()}


def _paragraphs(text: str) -> Iterator[list[str]]:
    """Yield the paragraphs of the comments at the top, after the license."""
    lines = [line for line in text.splitlines() if line != "---"]
    comment = [line[2:] for line in itertools.takewhile(lambda line: line.startswith("#") or not line, lines)]
    paragraphs = ([*group] for filled, group in itertools.groupby(comment, bool) if filled)
    yield from itertools.islice(paragraphs, 1, None)


def _section(lines: list[str], name: str) -> Iterator[str]:
    """Yield a paragraph as the page has it: commands, an example, a table of variables, or sentences."""
    if all(line.startswith("ansible-playbook ") for line in lines):
        yield from [".. code-block:: console", "", *(f"   $ {line}" for line in lines)]
    elif all(match and match[1].startswith(name) for match in map(_VARIABLE.match, lines)):
        yield from [*_TABLE.splitlines(), *itertools.chain.from_iterable(map(_row, lines))]
    else:
        for indented, group in itertools.groupby(lines, lambda line: line.startswith("  ")):
            if indented:
                is_yaml = any(re.match(r" +\w+:", line) for line in lines)
                yield from ["", f".. code-block:: {'yaml' if is_yaml else 'text'}", ""]
                yield from (*(f" {line}" for line in group), "")
            else:
                yield from (_markup(line) for line in group)


def _row(line: str) -> Iterator[str]:
    match = _VARIABLE.match(line)
    assert match, line
    name, described = match.groups()
    if "default: " in described:
        meaning, _separator, default = described.rpartition("default: ")
    else:
        meaning, default = described.replace(" (required)", ""), "required" if "(required)" in described else "none"
    notes = re.findall(r"; one value for all apps| \(-e only\)", default)
    for note in notes:
        default = default.replace(note, "")
    limits = {"; one value for all apps": "One value for all apps.", " (-e only)": E_ONLY}
    meaning = meaning.rstrip("; ") or _description(name)
    sentences = [f"{meaning[0].upper()}{meaning[1:]}.", *(limits[note] for note in notes)]
    yield f"   * - ``{name}``"
    yield f"     - {_markup(' '.join(sentences))}"
    yield f"     - {_markup(default)}"


def _description(name: str) -> str:
    """Describe a variable that the comments name without a description."""
    described = {
        "api_token": "token of the service",
        "api_url": "URL of the API",
        "validate_certs": "verify the TLS certificate of the service",
        "ca_path": "file or folder with certificate authorities to trust",
        "project_branch": "branch of the repository",
        "max_retries": "number of retries of a request",
        "username": "user name of the service",
        "password": "password of the service",
    }
    found = [text for ending, text in described.items() if name.endswith(ending)]
    assert found, f"describe {name} in the playbook or here"
    return found[0]


def _markup(text: str) -> str:
    return _CODE.sub(r"``\1``", _ROLE.sub(r"\1 :ansplugin:`mobileops.ci.\2#role`", text))


if __name__ == "__main__":
    for file in PLAYBOOKS:
        path_of(file).write_text(page(file), encoding="utf-8")
