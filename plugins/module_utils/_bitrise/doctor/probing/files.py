# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions about creating, confirming and changing files that need a file each, most of them profiles."""

from __future__ import annotations

from typing import Any

from ...files.kinds import (
    PROJECT_FILE,
    PROVISIONING_PROFILE,
)
from .asking import Reply
from .findings import REFUSALS, Findings
from .material import Material
from .throwaways import (
    Throwaway,
    Throwaways,
)


def create_oddly(files: Throwaways, material: Material, findings: Findings) -> None:
    """Create files in ways that a service may refuse."""
    reply, with_unknown_key = files.create(PROVISIONING_PROFILE, material.profile, mobileops_doctor=True)
    findings.note("unknown_keys", accepted(reply, "ignore"))
    reply, as_text = files.create(PROVISIONING_PROFILE, material.profile, upload_file_size=str(len(material.profile)))
    findings.note("size_as_text", accepted(reply, "accept"))
    reply, empty = files.create(PROVISIONING_PROFILE, b"")
    findings.note("empty_files", accepted(reply, "accept"))
    first = with_unknown_key or files.create(PROVISIONING_PROFILE, material.profile)[1]
    if first is not None:
        reply = files.delete(first)
        if reply.succeeded:
            findings.note("delete_unprocessed", "accept")
        elif reply.status in REFUSALS:
            findings.note("delete_unprocessed", "refuse")
    for file in (as_text, empty):
        if file is not None:
            files.delete(file)


def name_oddly(files: Throwaways, material: Material, findings: Findings) -> None:
    """Create a file with a name that a service may change."""
    name = files.new_name(PROVISIONING_PROFILE, "-\u00dc A b ")
    _reply, file = files.create(PROVISIONING_PROFILE, material.profile, name)
    if file is None:
        return
    found = files.read(file).data.get("upload_file_name")
    files.delete(file)
    changes = {
        "kept": name,
        "trimmed": name.strip(),
        "blanks_replaced": name.replace(" ", "_"),
        "ascii_only": "".join(letter if letter.isascii() else "_" for letter in name),
        "lower_case": name.lower(),
    }
    known = next((answer for answer, changed in changes.items() if found == changed), None)
    if known is None and isinstance(found, str) and found.startswith(name.rstrip()):
        known = "extension_added"
    findings.note("names", known or "another change")


def change_oddly(files: Throwaways, material: Material, findings: Findings) -> None:
    """Confirm a file by a change, protect it together with another flag, and create another one of its name."""
    _reply, file = files.create(PROVISIONING_PROFILE, material.profile)
    if file is None:
        return
    files.upload(file)
    if not _confirm_by_change(files, file, findings) and not files.complete(file):
        return
    reply, same = files.create(PROVISIONING_PROFILE, material.profile, file.name)
    _note_second(files, findings, "same_name", reply, same, {"accepted": "allowed"})
    if not files.change(file, is_expose=True).succeeded:
        return
    reply = files.change(file, is_protected=True, is_expose=False)
    if reply.status in REFUSALS:
        findings.note("patch_both_flags", "refuse")
    elif reply.succeeded:
        data = files.read(file).data
        if data.get("is_protected") is True:
            findings.note("patch_both_flags", "accept" if data.get("is_expose") is False else "protect_only")
    files.delete(file)


def _confirm_by_change(files: Throwaways, file: Throwaway, findings: Findings) -> bool:
    reply = files.change(file, processed=True)
    if reply.status in REFUSALS:
        findings.note("patch_processed", "refuse")
        return False
    delay = float(findings.values.get("confirm_delay_s", 0))
    is_processed = reply.succeeded and files.wait_for(lambda: files.is_processed(file), 2 * delay + 2) is not None
    findings.note("patch_processed", "accept" if is_processed else None)
    return is_processed


def confirm_without_upload(files: Throwaways, material: Material, findings: Findings) -> None:
    _reply, file = files.create(PROVISIONING_PROFILE, material.profile)
    if file is None:
        return
    reply = files.confirm(file)
    if reply.status in REFUSALS:
        findings.note("confirm_without_upload", "refuse")
    elif reply.succeeded:
        delay = float(findings.values.get("confirm_delay_s", 0))
        is_processed = files.wait_for(lambda: files.is_processed(file), 2 * delay + 2) is not None
        findings.note("confirm_without_upload", "accept" if is_processed else "ignore")
    files.delete(file)


def upload_twice(files: Throwaways, material: Material, findings: Findings) -> None:
    """Upload a project file again after its confirmation, and create another one with its key."""
    file = files.make(PROJECT_FILE, material.text(), user_env_key=files.env_key())
    if file is None:
        return
    other = material.text()
    status = files.upload(file, other).status_code
    if status in REFUSALS:
        findings.note("upload_after_confirm", "refused")
    elif 200 <= status < 300:
        findings.note("upload_after_confirm", "stored" if files.download(file) == other else "another effect")
    key = files.read(file).data.get("user_env_key")
    if isinstance(key, str) and key:
        reply, second = files.create(PROJECT_FILE, material.text(), user_env_key=key)
        _note_second(files, findings, "unique_env_keys", reply, second, {"accepted": False, "400": True})
    files.delete(file)


def _note_second(
    files: Throwaways,
    findings: Findings,
    key: str,
    reply: Reply,
    second: Throwaway | None,
    values: dict[str, Any],
) -> None:
    """Note whether a second file like the first was accepted. `values`: answers by status, if they are not its text."""
    if second is not None:
        findings.note(key, values["accepted"])
        files.delete(second)
    elif reply.status in REFUSALS:
        # The reason may be another one, such as too many files.
        kind = PROJECT_FILE if key == "unique_env_keys" else PROVISIONING_PROFILE
        _reply, control = files.create(kind, Material.text())
        if control is not None:
            findings.note(key, values.get(str(reply.status), str(reply.status)))
            files.delete(control)


def accepted(reply: Reply, answer: str) -> str | None:
    """Return the answer if a request was accepted, and "refuse" if it was refused."""
    if reply.succeeded:
        return answer
    return "refuse" if reply.status in REFUSALS else None
