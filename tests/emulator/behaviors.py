# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection's table of behaviors, loaded from its folder.

The emulator also runs from a checkout that cannot be imported as a collection.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING

FOLDER = Path(__file__).resolve().parents[2] / "plugins/module_utils/_bitrise/behaviors"
_PACKAGE = "tests.emulator._behaviors"


def _load() -> None:
    locations = [str(FOLDER)]
    spec = spec_from_file_location(_PACKAGE, FOLDER / "__init__.py", submodule_search_locations=locations)
    assert spec is not None
    sys.modules[_PACKAGE] = module_from_spec(spec)


if TYPE_CHECKING:
    from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.behaviors.behavior import (
        EVIDENCE,
        PROBES,
        BadBehaviorError,
        Behavior,
        Value,
    )
    from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.behaviors.table import (
        BEHAVIORS,
        RECORD_KEY,
        behaviors_of,
    )
else:
    _load()
    _behavior, _table = import_module(f"{_PACKAGE}.behavior"), import_module(f"{_PACKAGE}.table")
    EVIDENCE, PROBES = _behavior.EVIDENCE, _behavior.PROBES
    BadBehaviorError, Behavior, Value = _behavior.BadBehaviorError, _behavior.Behavior, _behavior.Value
    BEHAVIORS, RECORD_KEY, behaviors_of = _table.BEHAVIORS, _table.RECORD_KEY, _table.behaviors_of

__all__ = ["BEHAVIORS", "EVIDENCE", "PROBES", "RECORD_KEY", "BadBehaviorError", "Behavior", "Value", "behaviors_of"]
