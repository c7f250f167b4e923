# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Probe behaviors that need a file of their own, in most cases a profile: creation, names, confirmation, changes."""

from __future__ import annotations

from typing import Any

from ...files.kinds import (
    PROJECT_FILE,
    PROVISIONING_PROFILE,
)
from .prober import ProbeResponse
from .results import REFUSALS, ProbeResults
from .throwaway_content import ThrowawayContent
from .throwaways import (
    Throwaway,
    Throwaways,
)


def probe_creation(files: Throwaways, contents: ThrowawayContent, results: ProbeResults) -> None:
    """Create files with unusual requests, which a service may refuse."""
    response, with_unknown_key = files.create(PROVISIONING_PROFILE, contents.profile, mobileops_doctor=True)
    results.note("unknown_keys", accepted(response, "ignore"))
    response, as_text = files.create(
        PROVISIONING_PROFILE, contents.profile, upload_file_size=str(len(contents.profile))
    )
    results.note("size_as_text", accepted(response, "accept"))
    response, empty = files.create(PROVISIONING_PROFILE, b"")
    results.note("empty_files", accepted(response, "accept"))
    first = with_unknown_key or files.create(PROVISIONING_PROFILE, contents.profile)[1]
    if first is not None:
        response = files.delete(first)
        if response.succeeded:
            results.note("delete_unprocessed", "accept")
        elif response.status in REFUSALS:
            results.note("delete_unprocessed", "refuse")
    for file in (as_text, empty):
        if file is not None:
            files.delete(file)


def probe_names(files: Throwaways, contents: ThrowawayContent, results: ProbeResults) -> None:
    """Create a file with a name that a service may change."""
    name = files.new_name(PROVISIONING_PROFILE, "-\u00dc A b ")
    _response, file = files.create(PROVISIONING_PROFILE, contents.profile, name)
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
    results.note("names", known or "another change")


def probe_changes(files: Throwaways, contents: ThrowawayContent, results: ProbeResults) -> None:
    """Confirm a file by a change, create another one with its name, and set both flags at once."""
    _response, file = files.create(PROVISIONING_PROFILE, contents.profile)
    if file is None:
        return
    files.upload(file)
    if not _confirm_by_change(files, file, results) and not files.complete(file):
        return
    response, same = files.create(PROVISIONING_PROFILE, contents.profile, file.name)
    _note_second(files, results, "same_name", response, same, {"accepted": "allowed"})
    if not files.change(file, is_expose=True).succeeded:
        return
    response = files.change(file, is_protected=True, is_expose=False)
    if response.status in REFUSALS:
        results.note("patch_both_flags", "refuse")
    elif response.succeeded:
        data = files.read(file).data
        if data.get("is_protected") is True:
            results.note("patch_both_flags", "accept" if data.get("is_expose") is False else "protect_only")
    files.delete(file)


def _confirm_by_change(files: Throwaways, file: Throwaway, results: ProbeResults) -> bool:
    response = files.change(file, processed=True)
    if response.status in REFUSALS:
        results.note("patch_processed", "refuse")
        return False
    delay = float(results.values.get("confirm_delay_s", 0))
    is_processed = response.succeeded and files.wait_for(lambda: files.is_processed(file), 2 * delay + 2) is not None
    results.note("patch_processed", "accept" if is_processed else None)
    return is_processed


def probe_unuploaded(files: Throwaways, contents: ThrowawayContent, results: ProbeResults) -> None:
    _response, file = files.create(PROVISIONING_PROFILE, contents.profile)
    if file is None:
        return
    response = files.confirm(file)
    if response.status in REFUSALS:
        results.note("confirm_without_upload", "refuse")
    elif response.succeeded:
        delay = float(results.values.get("confirm_delay_s", 0))
        is_processed = files.wait_for(lambda: files.is_processed(file), 2 * delay + 2) is not None
        results.note("confirm_without_upload", "accept" if is_processed else "ignore")
    files.delete(file)


def probe_second_upload(files: Throwaways, contents: ThrowawayContent, results: ProbeResults) -> None:
    """Upload a project file again after its confirmation, and create another one with its key."""
    file = files.make(PROJECT_FILE, contents.text(), user_env_key=files.env_key())
    if file is None:
        return
    other = contents.text()
    status = files.upload(file, other).status_code
    if status in REFUSALS:
        results.note("upload_after_confirm", "refused")
    elif 200 <= status < 300:
        results.note("upload_after_confirm", "stored" if files.download(file) == other else "another effect")
    key = files.read(file).data.get("user_env_key")
    if isinstance(key, str) and key:
        response, second = files.create(PROJECT_FILE, contents.text(), user_env_key=key)
        _note_second(files, results, "unique_env_keys", response, second, {"accepted": False, "400": True})
    files.delete(file)


def _note_second(
    files: Throwaways,
    results: ProbeResults,
    key: str,
    response: ProbeResponse,
    second: Throwaway | None,
    values: dict[str, Any],
) -> None:
    """Note whether a second file like the first was accepted. `values`: results by status, if they differ from it."""
    if second is not None:
        results.note(key, values["accepted"])
        files.delete(second)
    elif response.status in REFUSALS:
        # Another reason is possible, such as too many files. So create a different file.
        kind = PROJECT_FILE if key == "unique_env_keys" else PROVISIONING_PROFILE
        _response, control = files.create(kind, ThrowawayContent.text())
        if control is not None:
            results.note(key, values.get(str(response.status), str(response.status)))
            files.delete(control)


def accepted(response: ProbeResponse, answer: str) -> str | None:
    """Return `answer` if the request was accepted, "refuse" if it was refused, None if neither is clear."""
    if response.succeeded:
        return answer
    return "refuse" if response.status in REFUSALS else None
