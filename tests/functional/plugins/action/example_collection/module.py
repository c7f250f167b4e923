# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module of the test collection."""

from __future__ import annotations

from ansible_collections.testing.example.plugins.module_utils.module_spec import SPEC  # type: ignore[import-not-found]

from ansible_collections.mobileops.ci.plugins.module_utils._task.module_runner import run_module


def main() -> None:
    run_module(SPEC)


if __name__ == "__main__":
    main()
