# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checker of language finds violations, and accepts plain language."""

from __future__ import annotations

from pathlib import Path

import pytest

from .language import check, is_checked

BAD = {
    "archaic": [
        (".md", "Nobody shall use it."),
        (".rst", "   * - It waits in\n       vain for the\n       build."),
        (".yml", "- name: Upload the file anew\n"),
        (".yml", "# None\n# of the hosts\n"),
        (".py", "x = f'Seldom {1}'"),
        (".py", 'DOCUMENTATION = """\noptions:\n  a:\n    description: The title that it shall have.\n"""\n'),
    ],
    "name without a meaning": [(".py", "first, _ = 1, 2\n")],
    "private name": [
        (".py", "wanted = 1\n"),
        (".py", "class SomebodyElse:\n    pass\n"),
        (".py", "def a(is_tidy: bool) -> None: ...\n"),
        ("/trouble/Makefile", ""),
        ("_tidy.yml", ""),
    ],
    "vague passive": [(".md", "The file is looked into."), (".py", "# What follows is\n# said above.\n")],
    "begins with a clause": [
        (".md", "It works. What is replaced goes last."),
        (".md", "| option | Whether it works. |"),
        (".rst", "Title\n=====\n\n- Whoever reads this. Works?\n"),
        (".rst", "====  ====\nname  meaning\na    Which of them.\n"),
        (".yml", "description:\n  - Whether it works.\n"),
        (".yml", "a: b  \n# What it does.\n"),
        (".py", '"""What a plan is."""\n'),
        (".py", "# How it works: well.\n"),
        (".j2", "<p>It works.</p>\n<h2>{% if a %}What works{% endif %}</h2>\n"),
        (".html", "<!-- What works -->\n"),
        (".js", "/* How it works. */\n"),
        (".toml", "a = 1\n# What it does.\n"),
        (".py", 'RETURN = """\na:\n  description:\n    - What came of it.\n"""\n'),
    ],
    "British spelling": [
        (".js", "const a = 1; // its colour\n"),
        (".js", "show(`The colour of ${file}`);\n"),
        (".css", "a { b: c } /* the first\n   colour */\n"),
        (".html", "<p>The <b>colour</b> of it</p>\n"),
        (".j2", "{#- the colour -#}\n"),
        (".j2", "{{ 'the colour' if a }}\n"),
        (".j2", '<svg aria-label="Colours"></svg>\n'),
        (".json", '{"a": "its colour"}\n'),
        (".toml", "a = 1  # its colour\n"),
        (".toml", 'a = "its colour"\n'),
        ("/Makefile", "all: ## show the colours\n"),
        ("/script", "#!/bin/sh\necho 'no colours'\n"),
        ("/script", "#!/bin/sh\n# no colours\n"),
        (".txt", "# its colour\na >= 2\n"),
        ("/.gitignore", "# its colour\n"),
        ("/.yamllint", "# its colour\na: 1\n"),
    ],
    "docstring without a verb": [
        (".py", 'def a():\n    """The name."""\n'),
        (".py", 'class A:\n    @property\n    def a(self):\n        """Returns the name."""\n'),
        (".py", 'async def a():\n    """`name`: the name."""\n'),
    ],
    "verb not in the imperative": [
        (".py", 'def a():\n    """Return the name. Raises ValueError."""\n'),
        (
            ".py",
            'def a():\n    """Read the name.\n\n    Returns it as text.\n    """\n',
        ),
    ],
}
GOOD = [
    (".md", "What breaks next month? It says so.\n\n```yaml\n# What is this\n```"),
    (".md", "Use `anew` here: how to do it. What to do | Whether to do it"),
    (".rst", "How does it work?\n-----------------\n\n.. code-block:: yaml\n\n   # What it is.\n\nText.\n"),
    (".yml", "- name: Show what expires\n  when: not whether\n"),
    (".py", "troubleshooting = unwanted = 1  # The wanted file\n"),
    (".js", 'const colour = text("a").colour; // What to do\n'),
    (".css", "a { b: url('x//colour.png') } /* the color */\n"),
    (".j2", "{% if colour %}<p class='colour'>{{ colour }} which <b>What</b></p>{% endif %}\n"),
    (".html", "<script>colour</script><style>colour</style>\n"),
    (".json", '{"colour": 1}\n'),
    (".toml", "colour = 1 # the color\n"),
    ("/Makefile", "colour:\n\t@echo $#colour\n"),
    (".py", 'def a():\n    """Return the name."""\n    return "what it is"\n'),
    (".py", "class A:\n    '''A name. Raises ValueError if it is empty.'''\n"),
    (".py", 'def a():\n    """Return the name. Raise ValueError if there is none."""\n'),
]


@pytest.mark.parametrize(
    ("rule", "suffix", "text"), [(rule, *case) for rule, cases in BAD.items() for case in cases], ids=str
)
def test_a_violation_is_found(rule: str, suffix: str, text: str) -> None:
    assert rule in {violation.rule for violation in check(text, f"name{suffix}")}


@pytest.mark.parametrize(("suffix", "text"), GOOD, ids=str)
def test_plain_language_is_accepted(suffix: str, text: str) -> None:
    assert check(text, f"name{suffix}") == []


def test_a_violation_names_its_line() -> None:
    assert [
        violation.line for violation in check("One line.\n\nTwo lines, of\nwhich one shall fail.\n", "name.md")
    ] == [4]


def test_a_violation_in_a_template_names_its_line() -> None:
    template = "{#\nIts color.\n#}\n{% if a %}\n<p>\nIts <b\n>colour</b></p>\n<p>{{ b\n}} its colour</p>\n"
    assert [violation.line for violation in check(template, "name.html.j2")] == [7, 9]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("Makefile", True),
        (".github/workflows/checks.yml", True),
        ("plugins/plugin_utils/_report/html/main.js", True),
        ("LICENSES/MIT.txt", False),
        ("tests/unit/docs/language.py", False),
        ("docs/docsite/images/report-dark.png", False),
    ],
)
def test_files_with_texts_of_the_project_are_checked(file: str, expected: bool) -> None:
    assert is_checked(Path(file)) is expected


def test_an_unknown_format_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"name\.adoc: the format is not known"):
        check("Text.", "name.adoc")
