# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Probe behaviors with one throw-away certificate: create, upload, confirm, change, protect, delete it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from ...files.kinds import BUILD_CERTIFICATE
from .prober import ProbeResponse
from .results import (
    REFUSALS,
    ProbeResults,
    form_of,
    whole_seconds,
)
from .throwaway_content import ThrowawayContent
from .throwaways import (
    Throwaway,
    Throwaways,
)

_HASH_FIELDS = ("file_sha256", "certificates")


def probe_certificate(files: Throwaways, contents: ThrowawayContent, results: ProbeResults) -> None:
    """Probe each step from the creation of a certificate to its deletion."""
    response, file = files.create(BUILD_CERTIFICATE, contents.certificate)
    if file is None:
        return
    results.note("create_status", str(response.status))
    _note_text(response, results)
    before = _note_before_confirmation(files, file, results)
    _note_tag(files.upload(file), contents.certificate, results)
    _confirm(files, file, before, results)
    _note_change(files, file, results)
    _set_password(files, file, contents, results)
    _protect(files, file, results)
    response = files.delete(file)
    results.note("delete_answer", answer_of(response))


def probe_protected_password(files: Throwaways, contents: ThrowawayContent, results: ProbeResults) -> None:
    """Set the password of a protected certificate. The field `certificates` shows whether that took effect."""
    file = files.make(BUILD_CERTIFICATE, contents.certificate)
    if file is None or not files.change(file, is_protected=True).succeeded:
        return
    response = files.change(file, certificate_password=contents.password)
    if response.status in REFUSALS:
        results.note("patch_protected_password", "refuse")
    elif response.succeeded and results.values.get("certificates") == "password":
        delay = results.values.get("details_delay_s", 0)
        is_taken = files.wait_for(lambda: bool(files.read(file).data.get("certificates")), 2 * float(delay) + 2)
        results.note("patch_protected_password", "ignore" if is_taken is None else "accept")


def answer_of(response: ProbeResponse) -> str | None:
    """Return the form of a response to a change: its status, or 200_empty if it has no file."""
    if not response.succeeded:
        return None
    if response.status == 200 and not response.data:
        return "200_empty"
    return str(response.status)


def _note_text(response: ProbeResponse, results: ProbeResults) -> None:
    if "\\u0026" in response.text:
        results.note("escape_html", True)
    elif "&" in response.text:
        results.note("escape_html", False)


def _note_before_confirmation(files: Throwaways, file: Throwaway, results: ProbeResults) -> Mapping[str, Any]:
    """Read the file before its confirmation, and try to change it. Return the file before the change."""
    before = files.read(file).data
    if before:
        results.note("slot_download_url", bool(before.get("download_url")))
    response = files.change(file, is_expose=False)
    if response.status in REFUSALS:
        results.note("patch_unprocessed", "refuse")
    elif response.succeeded:
        is_changed = files.read(file).data.get("is_expose") is False
        results.note("patch_unprocessed", "accept" if is_changed else "refuse")
    return before


def _note_tag(response: Any, content: bytes, results: ProbeResults) -> None:
    tag = response.headers.get("ETag", "").removeprefix("W/").strip('"')
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    results.note("upload_etag", "md5" if tag == digest else "other" if tag else "none")


def _confirm(files: Throwaways, file: Throwaway, before: Mapping[str, Any], results: ProbeResults) -> None:
    """Confirm the upload, and measure how long it takes until the file is processed and has its details."""
    response = files.confirm(file)
    results.note("confirm_answer", answer_of(response))
    if not response.succeeded:
        return
    confirmed = response.data
    processed_s = 0.0 if confirmed.get("processed") is True else files.wait_for(lambda: files.is_processed(file))
    results.note("confirm_delay_s", whole_seconds(processed_s))
    if processed_s is None:
        return
    after = files.read(file).data
    _note_size(before, after, file, results)
    _note_digest(files, file, confirmed, results)
    again = files.confirm(file)
    results.note("confirm_twice", "200" if again.succeeded else str(again.status))


def _note_size(before: Mapping[str, Any], after: Mapping[str, Any], file: Throwaway, results: ProbeResults) -> None:
    form = form_of(after, "upload_file_size")
    if form is not None:
        results.note("sizes", "absent" if form == "absent" else "null")
    elif after["upload_file_size"] == len(file.content):
        results.note("sizes", "exact" if before.get("upload_file_size") == len(file.content) else "late")


def _note_digest(files: Throwaways, file: Throwaway, confirmed: Mapping[str, Any], results: ProbeResults) -> None:
    """Find out when the digest is known. `confirmed`: the file in the response to the confirmation."""

    def has_digest() -> bool:
        return bool(files.read(file).data.get("file_sha256"))

    is_complete = confirmed.get("processed") is True
    if is_complete and confirmed.get("file_sha256"):
        results.note("file_sha256", "at_once")
        results.note("details_delay_s", 0)
        results.note("hash_fields", True)
        return
    seconds = files.wait_for(has_digest)
    if seconds is not None:
        # Without a file in the response to the confirmation, "at once" and "later" cannot be distinguished.
        results.note("file_sha256", "later" if is_complete and seconds == 0 else "at_once")
        results.note("details_delay_s", whole_seconds(seconds))
        results.note("hash_fields", True)
        return
    fields = [key for key in _HASH_FIELDS if key in files.read(file).data]
    results.note("hash_fields", bool(fields))
    if fields:
        results.note("file_sha256", "never")


def _note_change(files: Throwaways, file: Throwaway, results: ProbeResults) -> None:
    results.note(
        "patch_answer", answer_of(files.change(file, is_expose=files.read(file).data.get("is_expose") is False))
    )


def _set_password(files: Throwaways, file: Throwaway, contents: ThrowawayContent, results: ProbeResults) -> None:
    if not files.change(file, certificate_password=contents.password).succeeded:
        return
    if results.values.get("hash_fields") is not True:
        return
    delay = results.values.get("details_delay_s", 0)
    if files.wait_for(lambda: bool(files.read(file).data.get("certificates")), 2 * float(delay) + 2) is not None:
        results.note("certificates", "password")
    else:
        data = files.read(file).data
        results.note("certificates", "never" if "certificates" in data else "absent")


def _protect(files: Throwaways, file: Throwaway, results: ProbeResults) -> None:
    if not files.change(file, is_protected=True).succeeded:
        return
    data = files.read(file).data
    if data.get("is_protected") is not True:
        return
    if data.get("download_url") or data.get("certificate_password"):
        results.note("protected_values", "shown")
        return
    results.note("protected_values", "withheld")
    results.note("withheld", form_of(data, "certificate_password"))
