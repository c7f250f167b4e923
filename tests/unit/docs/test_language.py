# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checker of language finds violations, and accepts plain language."""

from __future__ import annotations

import pytest

from .language import check

BAD = {
    "archaic": [
        (".md", "Nobody shall use it."),
        (".rst", "   * - It waits in\n       vain for the\n       build."),
        (".yml", "- name: Upload the file anew\n"),
        (".yml", "# None\n# of the hosts\n"),
        (".py", "x = f'Seldom {1}'"),
        (".py", 'DOCUMENTATION = """\noptions:\n  a:\n    description: The title that it shall have.\n"""\n'),
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
        (".py", 'RETURN = """\na:\n  description:\n    - What came of it.\n"""\n'),
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
    (".py", 'def a():\n    """Return the name."""\n    return "what it is"\n'),
    (".py", "class A:\n    '''A name. Raises ValueError if it is empty.'''\n"),
    (".py", 'def a():\n    """Return the name. Raise ValueError if there is none."""\n'),
]


@pytest.mark.parametrize(
    ("rule", "suffix", "text"), [(rule, *case) for rule, cases in BAD.items() for case in cases], ids=str
)
def test_a_violation_is_found(rule: str, suffix: str, text: str) -> None:
    assert rule in {violation.rule for violation in check(text, suffix)}


@pytest.mark.parametrize(("suffix", "text"), GOOD, ids=str)
def test_plain_language_is_accepted(suffix: str, text: str) -> None:
    assert check(text, suffix) == []


def test_a_violation_names_its_line() -> None:
    assert [violation.line for violation in check("One line.\n\nTwo lines, of\nwhich one shall fail.\n", ".md")] == [4]
