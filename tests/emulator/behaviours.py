# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection's table of behaviours, loaded from its folder.

The emulator also runs from a checkout that cannot be imported as a collection.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING

FOLDER = Path(__file__).resolve().parents[2] / "plugins/module_utils/_bitrise/behaviours"
_PACKAGE = "tests.emulator._behaviours"


def _load() -> None:
    locations = [str(FOLDER)]
    spec = spec_from_file_location(_PACKAGE, FOLDER / "__init__.py", submodule_search_locations=locations)
    assert spec is not None
    sys.modules[_PACKAGE] = module_from_spec(spec)


if TYPE_CHECKING:
    from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.behaviours.model import (
        EVIDENCE,
        PROBES,
        BadBehaviourError,
        Behaviour,
        Value,
    )
    from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.behaviours.table import (
        BEHAVIOURS,
        RECORD_KEY,
        behaviours_of,
    )
else:
    _load()
    _model, _table = import_module(f"{_PACKAGE}.model"), import_module(f"{_PACKAGE}.table")
    EVIDENCE, PROBES = _model.EVIDENCE, _model.PROBES
    BadBehaviourError, Behaviour, Value = _model.BadBehaviourError, _model.Behaviour, _model.Value
    BEHAVIOURS, RECORD_KEY, behaviours_of = _table.BEHAVIOURS, _table.RECORD_KEY, _table.behaviours_of

__all__ = ["BEHAVIOURS", "EVIDENCE", "PROBES", "RECORD_KEY", "BadBehaviourError", "Behaviour", "Value", "behaviours_of"]
