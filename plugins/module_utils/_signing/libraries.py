# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The libraries that read signing files."""

from __future__ import annotations

from .._core.libraries import find_missing, missing_library

LIBRARIES = ("cryptography",)


def missing_libraries() -> tuple[str, ...]:
    """Return the libraries that this interpreter does not have."""
    return find_missing(LIBRARIES)


def require_libraries() -> None:
    """Raise CiError if a library is missing. Its message names the library and the interpreter."""
    missing = missing_libraries()
    if missing:
        raise missing_library(missing[0])
