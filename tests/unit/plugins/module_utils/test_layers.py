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
MODULES = {"_signing.signing_file_info"}
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
# All files of plugins that read os.environ: in a module process, and in the controller.
READ_THE_ENVIRONMENT = {
    "module_utils/_core/environment.py",
    "module_utils/_task/module_runner.py",
    "plugin_utils/_task_environment.py",
}
READERS = {"environ", "environb", "getenv", "getenvb"}
# Only the module process uses AnsibleModule.
MODULE_BASE = "ansible.module_utils.basic"
USE_MODULE_BASE = {"module_utils/_task/module_attributes.py", "module_utils/_task/module_runner.py"}
ALL_FILES = {str(file.relative_to(PLUGINS)): file for file in sorted(PLUGINS.rglob("*.py"))}


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


def reads_the_environment(tree: ast.Module) -> bool:
    """Return whether code names os.environ or a function that reads it, also below another name of os."""
    return any(
        (isinstance(node, ast.Attribute) and node.attr in READERS)
        or (isinstance(node, ast.ImportFrom) and READERS & {alias.name for alias in node.names})
        for node in ast.walk(tree)
    )


def imports_module_base(tree: ast.Module) -> bool:
    """Return whether code imports AnsibleModule or its neighbors, also for type checkers only."""
    package, _dot, name = MODULE_BASE.rpartition(".")
    return any(
        (isinstance(node, ast.Import) and MODULE_BASE in {alias.name for alias in node.names})
        or (isinstance(node, ast.ImportFrom) and node.module == MODULE_BASE)
        or (isinstance(node, ast.ImportFrom) and node.module == package and name in {one.name for one in node.names})
        for node in ast.walk(tree)
    )


@cache
def all_trees() -> dict[str, ast.Module]:
    return {path: ast.parse(file.read_text(encoding="utf-8")) for path, file in ALL_FILES.items()}


def test_the_test_finds_all_plugins() -> None:
    folders = {path.partition("/")[0] for path in ALL_FILES}
    assert folders >= {"action", "filter", "inventory", "lookup", "modules", "module_utils", "plugin_utils"}


def test_no_other_file_reads_the_environment() -> None:
    assert {path for path, tree in all_trees().items() if reads_the_environment(tree)} == READ_THE_ENVIRONMENT


def test_only_the_module_process_imports_the_module_base() -> None:
    users = {path for path, tree in all_trees().items() if imports_module_base(tree)}
    assert users == USE_MODULE_BASE


@pytest.mark.parametrize(
    "code", ["import os\nos.environ['A']", "import os as o\no.getenv('A')", "from os import environ as e"]
)
def test_each_way_to_read_the_environment_is_found(code: str) -> None:
    assert reads_the_environment(ast.parse(code))


@pytest.mark.parametrize(
    "code",
    [
        "import ansible.module_utils.basic",
        "from ansible.module_utils.basic import missing_required_lib",
        "from ansible.module_utils import basic",
        "if TYPE_CHECKING:\n    from ansible.module_utils.basic import AnsibleModule",
    ],
)
def test_each_way_to_import_the_module_base_is_found(code: str) -> None:
    assert imports_module_base(ast.parse(code))


def test_modules_import_relatively() -> None:
    """Use one form of imports inside the collection, without its name, which a fork changes."""
    plugins = PLUGINS
    absolute = [
        str(file.relative_to(plugins))
        for file in plugins.rglob("*.py")
        if "from ansible_collections.mobileops" in file.read_text(encoding="utf-8")
    ]
    assert absolute == []
