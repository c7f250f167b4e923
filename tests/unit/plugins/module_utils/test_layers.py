# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The layers of module_utils: a room imports only from rooms below it. CONTRIBUTING.md shows the rooms."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.helpers.documentation import PLUGINS

ROOMS = PLUGINS / "module_utils"
LAYERS = {
    "_core": 1,
    "_http": 2,
    "_signing": 2,
    "_local": 3,
    "_task": 4,
    "_download": 5,
    "_bitrise": 6,
    "_phonegap": 6,
}
# The module that a file in a lower room implements stands above everything that it uses.
MODULES = {"_signing.module"}
# Pure code: the same arguments, the same result.
PURE = (
    "_bitrise.adopt.declaration",
    "_bitrise.adopt.sharing",
    "_bitrise.artifacts.retention_plan",
    "_bitrise.artifacts.retention_rules",
    "_bitrise.files.actions",
    "_bitrise.files.decide",
    "_bitrise.files.evidence",
    "_bitrise.files.kinds",
    "_bitrise.files.model",
    "_bitrise.files.plan_app",
    "_bitrise.files.plan_errors",
    "_bitrise.files.purge",
    "_bitrise.inspection.findings",
    "_http.pace",
    "_http.unannounced_window",
    "_phonegap.app_plan",
    "_phonegap.key_plan",
)
IMPURE = {"os", "threading", "time", "requests", "socket", "subprocess", "_bitrise.client", "_phonegap.client"}
IMPURE |= {
    "_local.read_file",
    "_local.read_tree",
    "_http.gates",
    "_http.session",
    "_http.service_client",
    "_http.session_pool",
}
READ_THE_ENVIRONMENT = {"_core.environment", "_task.module_runner"}
# missing_required_lib() is what these take from there.
USE_MODULE_BASE = {"_local.file_attributes", "_signing.libraries", "_task.module_runner", "_task.module_spec"}


def name_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOMS).with_suffix("").parts).removesuffix(".__init__")


FILES = {name_of(file): file for file in sorted(ROOMS.rglob("*.py"))}


@cache
def tree_of(name: str) -> ast.Module:
    return ast.parse(FILES[name].read_text(encoding="utf-8"))


@cache
def imports_of(name: str) -> frozenset[str]:
    """Return the names of the modules that a module imports: those of module_utils without that prefix."""
    package = FILES[name].relative_to(ROOMS).parts[:-1]
    found: set[str] = set()
    for node in executed_statements(tree_of(name)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - (node.level - 1)] if node.level else ()
            source = ".".join([*base, *([node.module] if node.module else [])])
            inside = (f"{source}.{alias.name}" for alias in node.names)
            found.update(one if one in FILES else source for one in inside)
    return frozenset(found)


def executed_statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements of a module without those that only type checkers see."""
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.If) and isinstance(inner.test, ast.Name) and inner.test.id == "TYPE_CHECKING":
            continue
        if isinstance(inner, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            yield inner
            yield from executed_statements(inner)


def layer_of(name: str) -> int:
    return max(LAYERS.values()) if name in MODULES else LAYERS[name.partition(".")[0]]


def test_each_room_has_a_layer() -> None:
    assert {name.partition(".")[0] for name in FILES if "." in name} == set(LAYERS)
    assert set(FILES) >= MODULES


@pytest.mark.parametrize("name", sorted(name for name in FILES if "." in name))
def test_imports_only_from_below(name: str) -> None:
    room = name.partition(".")[0]
    others = {used for used in imports_of(name) if used in FILES and used.partition(".")[0] != room}
    assert {used for used in others if layer_of(used) >= layer_of(name)} == set()
    assert not imports_of(name) & MODULES


def test_no_import_cycle() -> None:
    graph = {name: {used for used in imports_of(name) if used in FILES and used != name} for name in FILES}
    assert len(list(TopologicalSorter(graph).static_order())) == len(FILES)


def test_subjects_of_a_service_form_no_cycle() -> None:
    """Count folders below _bitrise and its loose files as one node each."""
    prefix = "_bitrise."
    graph: dict[str, set[str]] = {}
    for name in (name for name in FILES if name.startswith(prefix)):
        own = name.split(".")[1]
        used = {other.split(".")[1] for other in imports_of(name) if other.startswith(prefix)}
        graph.setdefault(own, set()).update(used - {own})
    assert len(list(TopologicalSorter(graph).static_order())) == len(graph)
    assert not graph["client"] & {"files", "fleet", "builds", "artifacts", "inspection", "adopt", "accounts"}


@pytest.mark.parametrize("name", PURE)
def test_pure_code_imports_no_client_and_no_clock(name: str) -> None:
    assert imports_of(name) & IMPURE == set()


@pytest.mark.parametrize("name", sorted(FILES))
def test_environment_and_module_base_stay_where_they_belong(name: str) -> None:
    tree = tree_of(name)
    reads = any(isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"} for node in ast.walk(tree))
    assert not reads or name in READ_THE_ENVIRONMENT
    assert "ansible.module_utils.basic" not in imports_of(name) or name in USE_MODULE_BASE


def test_modules_import_relatively() -> None:
    """Use one form of imports inside the collection, without its name, which a fork changes."""
    plugins = PLUGINS
    absolute = [
        str(file.relative_to(plugins))
        for file in plugins.rglob("*.py")
        if "from ansible_collections.mobileops" in file.read_text(encoding="utf-8")
    ]
    assert absolute == []
