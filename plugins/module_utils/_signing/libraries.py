# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The libraries that read signing files. They are imported where they are used, so that all else works without."""

from __future__ import annotations

import warnings
from importlib.util import find_spec

from ansible.module_utils.basic import missing_required_lib

from ansible_collections.mobileops.ci.plugins.module_utils._errors import CiError

# What a library thinks of an odd file (a negative serial number, lengths left open) is no news to whoever runs a task.
# A filter that stays, because those that go away again get in each other's way when several threads use them.
warnings.filterwarnings("ignore", module=__name__.rpartition(".")[0].replace(".", r"\."))

LIBRARIES = ("cryptography", "pyasn1", "pyasn1_modules")


def missing_libraries() -> tuple[str, ...]:
    """Those that this interpreter does not have."""
    return tuple(library for library in LIBRARIES if find_spec(library) is None)


def require_libraries() -> None:
    """Raises CiError that names what is missing, and the interpreter that misses it."""
    missing = missing_libraries()
    if missing:
        raise CiError(missing_required_lib(missing[0]), kind="missing_library")
