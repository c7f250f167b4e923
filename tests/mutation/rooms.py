# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rooms of the code that mutation testing covers, and the tests that have to notice the mutants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
UTILS = _ROOT / "plugins" / "module_utils"


@dataclass(frozen=True)
class Room:
    """Patterns of modules below plugins/module_utils, and patterns of tests below tests."""

    module_patterns: Sequence[str]
    test_patterns: Sequence[str]

    @property
    def modules(self) -> list[str]:
        """Return the modules as paths below plugins/module_utils."""
        return _matches(UTILS, self.module_patterns)

    @property
    def tests(self) -> list[str]:
        """Return the tests as arguments of pytest."""
        return [f"tests/{path}" for path in _matches(_ROOT / "tests", self.test_patterns)]


def _matches(folder: Path, patterns: Sequence[str]) -> list[str]:
    """Return the paths below the folder, in the order of the patterns. Raise LookupError if one matches no file."""
    found: list[str] = []
    for pattern in patterns:
        # Unit tests come before functional ones, which take longer.
        matched = sorted((path.relative_to(folder).as_posix() for path in folder.glob(pattern)), reverse=True)
        if not matched:
            raise LookupError(f"{pattern} matches no file below {folder.relative_to(_ROOT)}")
        found += [path for path in matched if path not in found]
    return found


_FILES = "_bitrise/files/"

ROOMS: Mapping[str, Room] = {
    "plan": Room(
        [f"{_FILES}{name}.py" for name in ("decide", "plan_app", "purge", "evidence", "kinds")],
        (
            "*/plugins/module_utils/plan/test_decide.py",
            "*/plugins/module_utils/plan/test_plan_app.py",
            "*/plugins/module_utils/plan/test_evidence.py",
            "*/plugins/module_utils/plan/test_shown.py",
            "*/plugins/module_utils/plan/test_properties.py",
        ),
    ),
    "apply": Room(
        [f"{_FILES}{name}.py" for name in ("apply", "deletion", "upload", "reconcile", "verify", "journal")],
        (
            "*/plugins/module_utils/test_secret_fields.py",
            "*/plugins/module_utils/plan/test_journal.py",
            "*/plugins/module_utils/plan/test_unread_files.py",
            "*/plugins/module_utils/plan/test_shown.py",
            "*/plugins/module_utils/plan/protocol/test_application.py",
            "*/plugins/module_utils/plan/protocol/test_late_lists.py",
            "*/plugins/module_utils/plan/protocol/test_other_runs.py",
            "*/plugins/module_utils/plan/protocol/test_refusals.py",
            "*/plugins/module_utils/plan/protocol/test_repeated_deletions.py",
            "*/plugins/module_utils/plan/protocol/test_upload.py",
            "*/plugins/module_utils/plan/protocol/test_same_requests.py",
            "*/plugins/modules/test_states.py",
            "*/plugins/modules/test_unclear_uploads.py",
            "*/plugins/modules/test_verify.py",
            "*/plugins/modules/test_ambiguous.py",
            "*/plugins/modules/test_backup.py",
            "*/plugins/modules/test_errors.py",
            "*/plugins/modules/test_keystores.py",
            "*/plugins/modules/test_project_files.py",
            "*/plugins/modules/test_requests.py",
            "*/plugins/fleet/test_purge.py",
            "*/plugins/fleet/test_partial_failure.py",
            "*/plugins/fleet/test_pairs.py",
            "*/plugins/fleet/test_verify.py",
            "reliability/test_kills.py",
            "reliability/test_lifecycle.py",
            "reliability/test_faults.py",
            "reliability/test_writers.py",
        ),
    ),
    "fleet": Room(
        ["_bitrise/fleet/reconcile_app.py", "_bitrise/digest_cache.py", "_bitrise/fleet/declarations.py"],
        (
            "*/plugins/fleet/test_app_declarations.py",
            "*/plugins/fleet/test_app_outcomes.py",
            "*/plugins/fleet/test_declarations.py",
            "*/plugins/fleet/test_digest_cache.py",
            "*/plugins/fleet/test_digest_cache_damage.py",
            "*/plugins/fleet/test_partial_failure.py",
            "*/plugins/fleet/test_runs.py",
            "*/plugins/fleet/test_purge.py",
            "*/plugins/fleet/test_pairs.py",
            "*/plugins/fleet/test_verify.py",
            "*/plugins/fleet/test_summary.py",
            "*/plugins/fleet/test_files_and_progress.py",
        ),
    ),
    "pace": Room(
        [f"_http/{name}.py" for name in ("pace", "announced_limits", "unannounced_window")],
        ("*/plugins/module_utils/pace",),
    ),
    "http": Room(
        [f"_http/{name}.py" for name in ("session", "connection_errors", "responses")],
        ("*/plugins/module_utils/client",),
    ),
    "download": Room(
        [f"_download/{name}.py" for name in ("download", "destination")],
        (
            "*/plugins/artifacts/test_saved_files.py",
            "*/plugins/artifacts/test_streams.py",
            "*/plugins/artifacts/test_destination.py",
            "*/plugins/artifacts/test_partial_files.py",
            "*/plugins/artifacts/test_download.py",
            "*/plugins/artifacts/test_interrupted.py",
        ),
    ),
    "signing": Room(
        [f"_signing/{name}.py" for name in ("asn1", "pkcs12", "keystore", "jks", "bks", "profile", "pairing")],
        ("*/plugins/signing",),
    ),
}
