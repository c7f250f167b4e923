# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of the modules about builds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .cases_bitrise import APP
from .comparison import Case

RUNNING = {"slug": "b1", "status": 0, "age_s": 600, "log": ["one\n", "two\n"]}
# Run where every case is, see test_both_ways.
LESS_COMMON = ("builds", "a build that is not there", "trigger in check mode", "log of a build")
# The service's clock advances between the two ways.
_TIMES = ("triggered_at", "started_on_worker_at", "environment_prepare_finished_at", "finished_at")


def _case(title: str, module: str, args: Mapping[str, Any] | None = None, **keywords: Any) -> Case:
    own = {"app_slug": APP, **(args or {})}
    return Case(
        title,
        own,
        f"mobileops.ci.bitrise_build_{module}",
        {"diff": True, **keywords},
        {"builds": [RUNNING]},
        differs=_TIMES,
    )


BUILDS = (
    _case("builds", "info"),
    _case("a build that is not there", "info", {"build_slug": "none"}),
    _case("pull request of what", "info", {"pull_request_id": 1}),
    _case("abort", "abort", {"build_slug": "b1", "reason": "why"}),
    _case(
        "trigger in check mode",
        "trigger",
        {"branch": "main", "secret_environments": {"A": "hush-hush"}},
        check_mode=True,
    ),
    _case("trigger with a short value", "trigger", {"workflow": "none", "environments": {"A": "1"}}),
    _case("log of a build", "log", {"build_slug": "b1", "limit": 4}),
)
