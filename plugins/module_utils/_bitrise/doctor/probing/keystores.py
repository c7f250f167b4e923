# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Probe behaviors of keystores."""

from __future__ import annotations

from ...files.env_keys import FIRST_KEYSTORE
from ...files.kinds import ANDROID_KEYSTORE, PROJECT_FILE
from .files import accepted
from .results import ProbeResults
from .throwaway_content import ThrowawayContent
from .throwaways import Throwaways


def probe_keystores(files: Throwaways, contents: ThrowawayContent, results: ProbeResults) -> None:
    """Create a keystore and find the lists that have it. Create another one for its key, and one with a dot."""
    given = {"alias": "doctor", "password": contents.password, "private_key_password": contents.password}
    label = files.env_key()
    _response, file = files.create(ANDROID_KEYSTORE, contents.certificate, keystore_file_name=label, **given)
    if file is None or not files.complete(file):
        return
    stored = files.read(file).data.get("exposed_meta_datastore")
    if isinstance(stored, dict):
        results.note("echo_keystore_secrets", stored.get("PASSWORD") == contents.password)
    late = float(results.values.get("list_late_s", 0))
    is_listed = files.wait_for(lambda: files.is_listed(file, PROJECT_FILE), 2 * late + 1)
    results.note("keystores_in_generic_list", is_listed is not None)
    _response, second = files.create(ANDROID_KEYSTORE, contents.certificate, keystore_file_name=f"{label}_2", **given)
    if second is not None:
        key = files.read(second).data.get("user_env_key")
        known = {f"{FIRST_KEYSTORE}_{label}_2": "prefixed", f"{label}_2": "name"}
        results.note("keystore_env_key", known.get(key, "another key") if isinstance(key, str) and key else None)
    response, dotted = files.create(ANDROID_KEYSTORE, contents.certificate, keystore_file_name=f"{label}.3", **given)
    if second is not None:
        results.note("keystore_name_dot", accepted(response, "accept"))
    for made in (dotted, second, file):
        if made is not None:
            files.delete(made)
