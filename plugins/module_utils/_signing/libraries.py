# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The libraries that read signing files. They are imported on first use, so all other code works without them."""

from __future__ import annotations

from importlib.util import find_spec

from ansible.module_utils.basic import missing_required_lib

from .._core.errors import CiError

LIBRARIES = ("cryptography",)


def missing_libraries() -> tuple[str, ...]:
    """Return the libraries that this interpreter does not have."""
    return tuple(library for library in LIBRARIES if find_spec(library) is None)


def require_libraries() -> None:
    """Raise CiError if a library is missing. Its message names the library and the interpreter."""
    missing = missing_libraries()
    if missing:
        raise CiError(missing_required_lib(missing[0]), kind="missing_library")
