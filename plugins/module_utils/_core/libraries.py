# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Libraries that an interpreter may lack. They are imported on first use, so all other code works without them."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable
from importlib.util import find_spec

from .errors import CiError


def find_missing(libraries: Iterable[str]) -> tuple[str, ...]:
    """Return the libraries that this interpreter does not have."""
    return tuple(library for library in libraries if find_spec(library) is None)


def missing_library(library: str) -> CiError:
    """Return the error for a missing library. Its message names the library and the interpreter."""
    return CiError(
        f"The Python library {library} is missing: {sys.executable} on {platform.node()} does not have it. "
        "Install it there, or let Ansible use a Python that has it.",
        kind="missing_library",
    )
