# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parts of the code that mutation testing covers, and the tests that have to detect the mutants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Room:
    """Modules below plugins/module_utils, and tests below tests/unit/plugins or with a path from the checkout."""

    modules: Sequence[str]
    tests: Sequence[str]


_FILES = "_bitrise/files/"

ROOMS: Mapping[str, Room] = {
    "plan": Room(
        tuple(f"{_FILES}{name}.py" for name in ("decide", "plan_app", "purge", "evidence", "kinds")),
        (
            "module_utils/plan/test_decide.py",
            "module_utils/plan/test_plan_app.py",
            "module_utils/plan/test_evidence.py",
            "module_utils/plan/test_shown.py",
            "module_utils/plan/test_properties.py",
        ),
    ),
    "apply": Room(
        tuple(f"{_FILES}{name}.py" for name in ("apply", "upload", "reconcile", "verify")),
        ("module_utils/plan/protocol", "modules", "tests/reliability/test_kills.py", "fleet/test_partial_failure.py"),
    ),
    "fleet": Room(
        ("_bitrise/fleet/reconcile_app.py", "_bitrise/fleet/digest_cache.py", "_bitrise/fleet/declarations.py"),
        ("fleet/test_declarations.py", "fleet/test_digest_cache.py", "fleet/test_digest_cache_damage.py", "fleet"),
    ),
    "pace": Room(("_pace.py", "_told_limits.py", "_untold_window.py"), ("module_utils/pace",)),
    "http": Room(("_http.py", "_no_answer.py", "_answers.py"), ("module_utils/client",)),
    "download": Room(
        ("_download.py", "_destination.py"), ("artifacts/test_download.py", "artifacts/test_interrupted.py")
    ),
    "signing": Room(
        tuple(f"_signing/{name}.py" for name in ("asn1", "pkcs12", "keystore", "jks", "bks", "profile", "pairing")),
        ("signing",),
    ),
}
