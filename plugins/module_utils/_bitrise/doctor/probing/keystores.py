# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions about keystores."""

from __future__ import annotations

from ...files.env_keys import FIRST_KEYSTORE
from ...files.kinds import ANDROID_KEYSTORE, PROJECT_FILE
from .files import accepted
from .findings import Findings
from .material import Material
from .throwaways import Throwaways


def make_keystores(files: Throwaways, material: Material, findings: Findings) -> None:
    """Create a keystore and look where it shows up, then another one for its key, and one with a dot in its name."""
    given = {"alias": "doctor", "password": material.password, "private_key_password": material.password}
    label = files.env_key()
    _reply, file = files.create(ANDROID_KEYSTORE, material.certificate, keystore_file_name=label, **given)
    if file is None or not files.complete(file):
        return
    stored = files.read(file).data.get("exposed_meta_datastore")
    if isinstance(stored, dict):
        findings.note("echo_keystore_secrets", stored.get("PASSWORD") == material.password)
    late = float(findings.values.get("list_late_s", 0))
    is_listed = files.wait_for(lambda: files.is_listed(file, PROJECT_FILE), 2 * late + 1)
    findings.note("keystores_in_generic_list", is_listed is not None)
    _reply, second = files.create(ANDROID_KEYSTORE, material.certificate, keystore_file_name=f"{label}_2", **given)
    if second is not None:
        key = files.read(second).data.get("user_env_key")
        known = {f"{FIRST_KEYSTORE}_{label}_2": "prefixed", f"{label}_2": "name"}
        findings.note("keystore_env_key", known.get(key, "another key") if isinstance(key, str) and key else None)
    reply, dotted = files.create(ANDROID_KEYSTORE, material.certificate, keystore_file_name=f"{label}.3", **given)
    if second is not None:
        findings.note("keystore_name_dot", accepted(reply, "accept"))
    for made in (dotted, second, file):
        if made is not None:
            files.delete(made)
