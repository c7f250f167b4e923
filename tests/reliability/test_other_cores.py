# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret leaves a task with the oldest ansible-core either."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.conftest import CHECKOUT
from tests.helpers.documentation import MODULES

from .cases import count_case, exhaustive
from .test_leaks import COUNT

# The environment that `make matrix` makes for the oldest ansible-core.
OTHER_CORES = {"2.16": CHECKOUT / ".build/nox/core-2-16/bin/python"}
WITH_OTHER_CORES = ("tests/reliability/test_leaks.py", "tests/*/plugins/modules/test_secrets.py")


@exhaustive
@pytest.mark.parametrize("core", OTHER_CORES)
def test_no_secret_leaves_a_task(core: str) -> None:
    """Run these tests, and those of playbooks with verbosity 4 and diff, with another ansible-core."""
    if not OTHER_CORES[core].exists():
        pytest.skip(f"make matrix CORES={core} makes the environment")
    files = [str(path) for pattern in WITH_OTHER_CORES for path in CHECKOUT.glob(pattern)]
    assert len(files) == len(WITH_OTHER_CORES)
    arguments = ["-q", "-n", "0", *files]
    env = {**os.environ, "MOBILEOPS_CI_TEST_CASES": "all", "MOBILEOPS_CI_FIGURES": ""}
    done = subprocess.run(
        [OTHER_CORES[core], "-B", "-m", "pytest", *arguments],
        cwd=CHECKOUT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    count_case(COUNT * len(MODULES))
