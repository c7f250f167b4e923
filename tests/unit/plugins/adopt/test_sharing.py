# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Declarations in groups for files that their hosts share. Every host gets exactly the files of its app."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.adopt.declaration import VARIABLES, Declared
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.adopt.sharing import (
    Adoptee,
    Lists,
    share,
    shared_paths,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    BUILD_CERTIFICATE,
    PROVISIONING_PROFILE,
)

CERTIFICATES, PROFILES = VARIABLES[BUILD_CERTIFICATE], VARIABLES[PROVISIONING_PROFILE]


def certificates(*contents: str) -> Lists:
    entries = (Declared(BUILD_CERTIFICATE, (("name", f"{content}.p12"),), content) for content in contents)
    return {CERTIFICATES: tuple(entries)}


def profiles(*contents: str) -> Lists:
    entries = (Declared(PROVISIONING_PROFILE, (("name", content),), content) for content in contents)
    return {PROFILES: tuple(entries)}


ONE, TWO = certificates("one"), certificates("two")


def adoptees(lists: dict[str, Lists], **inherited: set[str]) -> list[Adoptee]:
    return [Adoptee(host, held, frozenset(inherited.get(host, ()))) for host, held in lists.items()]


def test_a_group_with_the_same_list_declares_it() -> None:
    hosts = {"a": {**ONE, **profiles("a")}, "b": {**ONE, **profiles("b")}, "c": TWO}
    found = share(adoptees(hosts), {"all": ["a", "b", "c"], "ios": ["a", "b"], "acme": ["b", "a"]})
    assert found.groups == {"acme": ONE}
    assert found.hosts == {"a": profiles("a"), "b": profiles("b"), "c": TWO}


def test_all_comes_before_other_groups_of_the_same_hosts() -> None:
    hosts = dict.fromkeys("ab", ONE)
    found = share(adoptees(hosts), {"acme": ["a", "b"], "ungrouped": ["a", "b"], "all": ["a", "b"]})
    assert found.groups == {"all": ONE}


def test_a_group_with_another_host_is_not_used() -> None:
    """Declare files in hosts: the other host may not be an app, may have failed, or may not be part of the run."""
    found = share(adoptees(dict.fromkeys("ab", ONE)), {"all": ["a", "b", "localhost"]})
    assert found.groups == {}
    assert found.hosts == {"a": ONE, "b": ONE}


def test_several_groups_that_have_no_host_in_common() -> None:
    groups = {"one": ["a", "b", "c"], "two": ["d", "e"], "across": ["c", "d"], "single": ["f"]}
    found = share(adoptees(dict.fromkeys("abcdef", ONE)), groups)
    assert found.groups == {"one": ONE, "two": ONE}
    assert {host for host, lists in found.hosts.items() if lists} == {"f"}


def test_lists_from_elsewhere_are_overridden() -> None:
    hosts = {"a": ONE, "b": ONE, "c": profiles("c")}
    found = share(adoptees(hosts, b={CERTIFICATES}, c={CERTIFICATES}), {"all": ["a", "b"], "ab": ["a", "b"]})
    assert found.groups == {}
    assert found.hosts == {"a": ONE, "b": ONE, "c": {CERTIFICATES: (), **profiles("c")}}


HOSTS = "abcdef"
ANY_LISTS = st.fixed_dictionaries(
    {
        host: st.builds(
            lambda first, second: {**first, **second},
            st.sampled_from([{}, ONE, TWO, certificates("one", "two")]),
            st.sampled_from([{}, profiles("x"), profiles("y")]),
        )
        for host in HOSTS
    }
)
ANY_GROUPS = st.dictionaries(st.sampled_from(["all", "g", "h", "i"]), st.sets(st.sampled_from([*HOSTS, "other"])))
# Declarations of other groups, with their hosts.
ANY_INHERITED = st.dictionaries(st.sampled_from(HOSTS), st.sets(st.sampled_from([CERTIFICATES, PROFILES])))


@given(ANY_LISTS, ANY_GROUPS, ANY_INHERITED)
def test_each_host_gets_exactly_its_lists(
    hosts: dict[str, Lists], groups: dict[str, set[str]], inherited: dict[str, set[str]]
) -> None:
    found = share(adoptees(hosts, **inherited), {name: sorted(members) for name, members in groups.items()})
    for host, held in hosts.items():
        variables: dict[str, Any] = dict.fromkeys(inherited.get(host, ()), "of another file")
        of_groups = [lists for name, lists in found.groups.items() if host in groups[name]]
        for lists in of_groups:
            # No variable comes from two places whose precedence would matter.
            assert not set(lists) & set(variables)
            variables.update(lists)
        variables.update(found.hosts[host])
        assert {name: entries for name, entries in variables.items() if entries} == held
    for name, lists in found.groups.items():
        assert len(groups[name]) > 1
        assert "other" not in groups[name]
        assert lists


def test_paths_of_shared_files() -> None:
    paths = shared_paths({"a" * 64: ["dist.p12", "dist.p12", "Dist.p12"], "b" * 64: ["dist.p12"], "c" * 64: ["../x"]})
    assert paths == {
        "a" * 64: "code_signing/shared/dist-aaaaaaaaaaaa.p12",
        "b" * 64: "code_signing/shared/dist-bbbbbbbbbbbb.p12",
        "c" * 64: "code_signing/shared/_x-cccccccccccc",
    }
