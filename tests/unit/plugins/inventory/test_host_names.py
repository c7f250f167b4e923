# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of hosts: one for each slug, distinct, and independent of the order of the apps."""

from __future__ import annotations

import json
import re
import shlex

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mobileops.ci.plugins.plugin_utils._host_names import (
    NoNameError,
    distinct_names,
    portable,
    usable,
)

# Few and treacherous ones: a name may look like another one with a slug added, or like a slug.
SLUGS = st.sampled_from(["1", "2", "1_2", "x", "x_1"])
NAMES = st.one_of(st.none(), st.sampled_from(["x", "x_1", "x_1_2", "1", "2", "all"]))


def none_taken(_name: str, _slug: str) -> bool:
    return False


@given(st.dictionaries(SLUGS, NAMES), st.randoms())
def test_names_are_distinct_and_do_not_depend_on_the_order(preferred: dict[str, str | None], random: object) -> None:
    names = distinct_names(preferred, none_taken)

    assert names.keys() == preferred.keys()
    assert len(set(names.values())) == len(names)
    shuffled = list(preferred.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert distinct_names(dict(shuffled), none_taken) == names


@given(st.dictionaries(SLUGS, NAMES))
def test_a_unique_name_is_kept(preferred: dict[str, str | None]) -> None:
    names = distinct_names(preferred, none_taken)

    for slug, name in preferred.items():
        others = {other for key, other in preferred.items() if key != slug}
        given_to_others = {names[key] for key in preferred if key != slug}
        if name and name not in others and name not in given_to_others:
            assert names[slug] == name or name in {f"{other}_{key}" for key, other in preferred.items()} | set(
                preferred
            )


def test_a_name_that_is_already_a_substitute_is_changed() -> None:
    names = distinct_names({"1": "x", "2": "x", "3": "x_1"}, none_taken)

    assert names == {"1": "x_1", "2": "x_2", "3": "x_1_3"}


def test_taken_names_are_avoided_until_there_is_none_left() -> None:
    assert distinct_names({"1": "x"}, lambda name, _slug: name == "x") == {"1": "x_1"}
    assert distinct_names({"1": "x"}, lambda name, _slug: name != "1") == {"1": "1"}
    with pytest.raises(NoNameError, match="1"):
        distinct_names({"1": "x"}, lambda _name, _slug: True)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (" Shop ", "Shop"),
        ("v1..2", "v1..2"),
        (".hidden", ".hidden"),
        ("a/b", "a/b"),
        (None, None),
        ("", None),
        ("..", None),
        ("a/..", None),
        ("..\\x", None),
        ("a\u2028b", None),
        ("\ud800", None),
    ],
)
def test_valid_names(text: str | None, name: str | None) -> None:
    assert usable(text) == name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Shop", "Shop"),
        ("  My  Great\tApp ", "My_Great_App"),
        ("Bank: iOS", "Bank_iOS"),
        ("Shop [beta]", "Shop_beta"),
        ("a,b;c:d[1:2]", "a_b_c_d_1_2"),
        ("{{ 7 * 7 }} {% if %} {# x #}", "7_7_if_x"),
        ("!Shop", "Shop"),
        ("&Shop", "Shop"),
        ("~Shop", "Shop"),
        ("@Shop", "Shop"),
        ("-Shop", "Shop"),
        (".hidden", "hidden"),
        ("../etc/passwd", "etc_passwd"),
        ("iOS/Android \\ $HOME `id` \"x\" 'y' (z) *?", "iOS_Android_HOME_id_x_y_z"),
        ("C++ v1.2-rc_1", "C++_v1.2-rc_1"),
        ("Überstück 日本 Банк हिन्दी", "Überstück_日本_Банк_हिन्दी"),
        ("U\u0308ber", "Über"),
        ("a\nb\x1b", "a_b"),
        ("日" * 100, "日" * 66),
        ("🚀", None),
        ("", None),
        (None, None),
    ],
)
def test_portable_names(title: str | None, name: str | None) -> None:
    assert portable(title) == name


@given(st.text())
def test_a_portable_name_survives_limit_a_shell_and_an_import(title: str) -> None:
    name = portable(title)
    if name is None:
        return

    assert usable(name) == portable(name) == name
    assert len(name.split()) == 1
    assert not re.search(r"[:,;{}\[\]*?]|^[!&~@-]", name)
    assert json.loads(json.dumps(name)) == name
    # No ASCII character that a shell treats specially.
    assert shlex.quote(re.sub(r"[^\x00-\x7f]", "", name) or "x") == (re.sub(r"[^\x00-\x7f]", "", name) or "x")


@given(st.lists(st.text(min_size=1), min_size=1, max_size=5))
def test_limit_selects_exactly_the_host_of_a_portable_name(titles: list[str]) -> None:
    names = distinct_names({str(n): portable(title) for n, title in enumerate(titles)}, none_taken, str.casefold)
    manager = InventoryManager(loader=DataLoader(), sources=[], parse=False)
    for name in names.values():
        manager.add_host(name, "all")

    for name in names.values():
        manager.subset(name)
        assert [host.name for host in manager.get_hosts("all")] == [name]
