# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The protocol that replaces files keeps its invariants in every interleaving. The checker rejects wrong protocols."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest

from tests.helpers.cases import exhaustive

from .checker import Checker
from .planning import Variant
from .scenarios import Scenario, all_scenarios, quick_scenarios

# A kill at every request is part of every scenario, because all runs are interrupted and repeated in every state.
# These scenarios also have a lost response, a false response, an hour that passes, or a killed concurrent run.
_WITH_DISTURBANCE = (
    "provisioning profile: old one; B the same",
    "provisioning profile: a living upload",
    "build certificate: nothing there; B flags only, protect",
    "Android keystore: old one; B other content",
    "project file: old protected; protection declared; B the same (by key)",
)


def _by_title(scenario: Scenario) -> str:
    return scenario.title


def _quarter_of(scenarios: Sequence[Scenario]) -> list[Any]:
    """Return the scenarios as parameters of a test. `make test-protocol` runs all, other targets one of four."""
    return [pytest.param(one, marks=exhaustive if number % 4 else ()) for number, one in enumerate(scenarios)]


@pytest.mark.parametrize("scenario", _quarter_of(quick_scenarios()), ids=_by_title)
def test_every_interleaving_of_two_runs(scenario: Scenario) -> None:
    assert Checker(scenario._replace(budget=0)).run().violations == []


@pytest.mark.parametrize(
    "scenario", [scenario for scenario in all_scenarios() if scenario.title in _WITH_DISTURBANCE], ids=_by_title
)
def test_one_disturbance(scenario: Scenario) -> None:
    checker = Checker(scenario._replace(budget=1)).run()
    assert checker.violations == []
    assert checker.state_count > 30


@exhaustive
@pytest.mark.parametrize("scenario", all_scenarios(), ids=_by_title)
def test_all_disturbances(scenario: Scenario) -> None:
    assert Checker(scenario).run().violations == []


def test_scenarios_have_different_titles() -> None:
    titles = [scenario.title for scenario in all_scenarios()]
    assert len(titles) == len(set(titles))
    assert set(_WITH_DISTURBANCE) <= set(titles)


def test_only_files_that_cannot_be_compared_are_kept_unverified() -> None:
    by_title = {scenario.title: scenario._replace(budget=0) for scenario in all_scenarios()}
    older_checkout = by_title["provisioning profile: old protected; protection declared; B older checkout"]
    renewal = by_title["provisioning profile: old protected; protection declared; B the same"]
    assert Checker(older_checkout).run().is_kept_unverified
    assert not Checker(renewal).run().is_kept_unverified


class Counterexample(NamedTuple):
    """A broken condition of a variant of the protocol, its scenario, and the last request of the shortest trace."""

    variant: Variant
    scenario: str
    properties: frozenset[str]
    last: str
    budget: int = 0


_COUNTEREXAMPLES = {
    "flags set after the confirmation": Counterexample(
        Variant(sets_late=True),
        "build certificate: nothing there; B flags only, protect",
        frozenset({"3", "8"}),
        "B PATCH is_protected",
    ),
    "protected before the confirmation": Counterexample(
        Variant(protects="first"),
        "provisioning profile: old protected; protection declared; B the same",
        frozenset({"2/6"}),
        "A CONFIRM",
    ),
    "protected before the old file is deleted": Counterexample(
        Variant(protects="middle"),
        "provisioning profile: old protected; protection declared; B the same",
        frozenset({"2/6"}),
        "A PATCH is_protected",
    ),
    "not listed before protecting": Counterexample(
        Variant(lists_again=False),
        "provisioning profile: nothing there; protect",
        frozenset({"2/6"}),
        "B PATCH is_protected",
        budget=1,
    ),
    "no marker": Counterexample(
        Variant(sets_markers=False),
        "provisioning profile: old protected; protection inherited; B the same",
        frozenset({"3"}),
        "A DELETE 5",
    ),
    "response to DELETE ignored": Counterexample(
        Variant(reads_deletions=False), "provisioning profile: old one; B flags only", frozenset({"3"}), "A LIST"
    ),
    "unknown password accepted": Counterexample(
        Variant(ignores_passwords=True),
        "build certificate: old one; B flags only, protect",
        frozenset({"1", "3", "7"}),
        "A DELETE 5",
    ),
    "any equal file kept": Counterexample(
        Variant(keeps_any_equal=True, ignores_evidence=True),
        "provisioning profile: old one; B other content",
        frozenset({"1", "7"}),
        "B DELETE 10",
    ),
    "several files always refused": Counterexample(
        Variant(refuses_several=True), "provisioning profile: old one; B the same", frozenset({"2/6"}), "A CONFIRM"
    ),
    "evidence ignored": Counterexample(
        Variant(ignores_evidence=True), "provisioning profile: two identities", frozenset({"2"}), ""
    ),
    "bytes not proven": Counterexample(
        Variant(proves_bytes=False),
        "provisioning profile: old one; B the same",
        frozenset({"1", "7"}),
        "A DELETE 5",
        budget=1,
    ),
    "response to the confirmation not read": Counterexample(
        Variant(reads_confirmation=False),
        "provisioning profile: old one; B the same",
        frozenset({"1", "3", "7"}),
        "A DELETE 5",
        budget=1,
    ),
    "a confirmed file is deleted": Counterexample(
        Variant(takes_back=True),
        "provisioning profile: old one; B the same",
        frozenset({"1", "3", "7"}),
        "B DELETE 5",
        budget=1,
    ),
    "unfinished uploads of any age removed": Counterexample(
        Variant(removes_any_slot=True),
        "provisioning profile: old one; B older checkout",
        frozenset({"1", "5", "7"}),
        "B DELETE 10",
    ),
    "no deadline": Counterexample(
        Variant(has_deadline=False),
        "provisioning profile: old protected; protection declared; slow",
        frozenset({"5"}),
        "B DELETE 10",
        budget=1,
    ),
    "lookalikes removed after a lost response": Counterexample(
        Variant(removes_lookalikes=True),
        "provisioning profile: old one; B the same",
        frozenset({"5"}),
        "A DELETE lookalike 11",
        budget=1,
    ),
    "a list that lacks a file": Counterexample(
        Variant(list_lacks_newest=True),
        "provisioning profile: old protected; protection declared; B the same",
        frozenset({"2/6"}),
        "B PATCH is_protected",
        budget=1,
    ),
}


@pytest.mark.parametrize("name", _COUNTEREXAMPLES)
def test_checker_notices(name: str) -> None:
    case = _COUNTEREXAMPLES[name]
    (scenario,) = [scenario for scenario in all_scenarios() if scenario.title == case.scenario]
    checker = Checker(scenario._replace(budget=case.budget), case.variant, limit=len(case.properties)).run()
    assert {violation.number for violation in checker.violations} == case.properties
    assert case.last in {violation.trace[-1] if violation.trace else "" for violation in checker.violations}
