# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All operations, and the modules that have to be in one of them."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path

import yaml

from tests.helpers.documentation import MODULES, PLUGINS
from tests.reliability.scenarios import SCENARIOS

from .bitrise import BITRISE_OPERATIONS
from .model import Operation
from .phonegap import PHONEGAP_OPERATIONS
from .playbooks import PLAYBOOK_OPERATIONS

OPERATIONS: Mapping[str, Operation] = {**BITRISE_OPERATIONS, **PHONEGAP_OPERATIONS, **PLAYBOOK_OPERATIONS}


# The scenario or operation with the work of each playbook and role; None if it does not change the service.
PLAYS: Mapping[str, str | None] = {
    "playbooks/rollout": "fleet: rollout",
    "playbooks/rotate_certificate": "rotation",
    "playbooks/adopt": "adopt",
    "playbooks/artifact_retention": "retention: two apps",
    "playbooks/abort_stale_builds": "abort stale",
    "playbooks/phonegap_rollout": "phonegap_rollout",
    "playbooks/report": None,
    # See ELSEWHERE.
    "playbooks/doctor": None,
    # It writes to AWX, by modules of another collection; tests/awx has its tests.
    "playbooks/awx_setup": None,
    "roles/code_signing": "fleet: rollout",
    "roles/artifact_retention": "retention: two apps",
    "roles/code_signing_report": None,
}


# Modules whose runs are killed in tests of their own.
ELSEWHERE: Mapping[str, str] = {"bitrise_doctor": "tests/functional/plugins/doctor/test_behavior.py"}


def plays() -> set[str]:
    """Return all playbooks and roles of the collection."""
    root: Path = PLUGINS.parent
    playbooks = {f"playbooks/{path.stem}" for path in (root / "playbooks").glob("*.yml")}
    return playbooks | {f"roles/{path.name}" for path in (root / "roles").iterdir() if path.is_dir()}


def changing_modules() -> set[str]:
    """Return the modules whose documentation does not say that they only read."""
    found = set()
    for name in MODULES:
        module = importlib.import_module(f"ansible_collections.mobileops.ci.plugins.modules.{name}")
        described = yaml.safe_load(module.DOCUMENTATION)
        if "mobileops.ci._attributes.info" not in described["extends_documentation_fragment"]:
            found.add(name)
    return found


def covered_modules() -> set[str]:
    """Return the modules that take part in these tests."""
    files = {scenario.task[0].name for scenario in SCENARIOS.values()}
    elsewhere = {name for name, path in ELSEWHERE.items() if (PLUGINS.parent / path).exists()}
    return elsewhere | files | {name for operation in OPERATIONS.values() for name in operation.modules}
