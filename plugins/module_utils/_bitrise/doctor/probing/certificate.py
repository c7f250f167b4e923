# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions that one throw-away certificate answers: created, uploaded, confirmed, changed, protected, deleted."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from ...files.kinds import BUILD_CERTIFICATE
from .asking import Reply
from .findings import (
    REFUSALS,
    Findings,
    form_of,
    whole_seconds,
)
from .material import Material
from .throwaways import (
    Throwaway,
    Throwaways,
)

_HASH_FIELDS = ("file_sha256", "certificates")


def follow_certificate(files: Throwaways, material: Material, findings: Findings) -> None:
    """Follow a certificate from its creation to its deletion."""
    reply, file = files.create(BUILD_CERTIFICATE, material.certificate)
    if file is None:
        return
    findings.note("create_status", str(reply.status))
    _look_at_text(reply, findings)
    before = _look_before(files, file, findings)
    _note_tag(files.upload(file), material.certificate, findings)
    _confirm(files, file, before, findings)
    _look_at_change(files, file, findings)
    _set_password(files, file, material, findings)
    _protect(files, file, findings)
    reply = files.delete(file)
    findings.note("delete_answer", answer_of(reply))


def change_protected_password(files: Throwaways, material: Material, findings: Findings) -> None:
    """Set the password of a protected certificate. Only the certificates inside tell whether it was taken."""
    file = files.make(BUILD_CERTIFICATE, material.certificate)
    if file is None or not files.change(file, is_protected=True).succeeded:
        return
    reply = files.change(file, certificate_password=material.password)
    if reply.status in REFUSALS:
        findings.note("patch_protected_password", "refuse")
    elif reply.succeeded and findings.values.get("certificates") == "password":
        delay = findings.values.get("details_delay_s", 0)
        is_taken = files.wait_for(lambda: bool(files.read(file).data.get("certificates")), 2 * float(delay) + 2)
        findings.note("patch_protected_password", "ignore" if is_taken is None else "accept")


def answer_of(reply: Reply) -> str | None:
    """Return what an answer to a write is like: its status, or 200_empty if it has no file."""
    if not reply.succeeded:
        return None
    if reply.status == 200 and not reply.data:
        return "200_empty"
    return str(reply.status)


def _look_at_text(reply: Reply, findings: Findings) -> None:
    if "\\u0026" in reply.text:
        findings.note("escape_html", True)
    elif "&" in reply.text:
        findings.note("escape_html", False)


def _look_before(files: Throwaways, file: Throwaway, findings: Findings) -> Mapping[str, Any]:
    """Look at the file before its confirmation, and try to change it. Return the file as it was."""
    before = files.read(file).data
    if before:
        findings.note("slot_download_url", bool(before.get("download_url")))
    reply = files.change(file, is_expose=False)
    if reply.status in REFUSALS:
        findings.note("patch_unprocessed", "refuse")
    elif reply.succeeded:
        is_changed = files.read(file).data.get("is_expose") is False
        findings.note("patch_unprocessed", "accept" if is_changed else "refuse")
    return before


def _note_tag(response: Any, content: bytes, findings: Findings) -> None:
    tag = response.headers.get("ETag", "").removeprefix("W/").strip('"')
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    findings.note("upload_etag", "md5" if tag == digest else "other" if tag else "none")


def _confirm(files: Throwaways, file: Throwaway, before: Mapping[str, Any], findings: Findings) -> None:
    """Confirm the upload, and measure how long it takes until the file and its details are there."""
    reply = files.confirm(file)
    findings.note("confirm_answer", answer_of(reply))
    if not reply.succeeded:
        return
    told = reply.data
    processed_s = 0.0 if told.get("processed") is True else files.wait_for(lambda: files.is_processed(file))
    findings.note("confirm_delay_s", whole_seconds(processed_s))
    if processed_s is None:
        return
    after = files.read(file).data
    _note_size(before, after, file, findings)
    _note_digest(files, file, told, findings)
    again = files.confirm(file)
    findings.note("confirm_twice", "200" if again.succeeded else str(again.status))


def _note_size(before: Mapping[str, Any], after: Mapping[str, Any], file: Throwaway, findings: Findings) -> None:
    form = form_of(after, "upload_file_size")
    if form is not None:
        findings.note("sizes", "absent" if form == "absent" else "null")
    elif after["upload_file_size"] == len(file.content):
        findings.note("sizes", "exact" if before.get("upload_file_size") == len(file.content) else "late")


def _note_digest(files: Throwaways, file: Throwaway, told: Mapping[str, Any], findings: Findings) -> None:
    """Find out when the digest is known. `told`: the answer to the confirmation."""

    def is_there() -> bool:
        return bool(files.read(file).data.get("file_sha256"))

    is_complete = told.get("processed") is True
    if is_complete and told.get("file_sha256"):
        findings.note("file_sha256", "at_once")
        findings.note("details_delay_s", 0)
        findings.note("hash_fields", True)
        return
    seconds = files.wait_for(is_there)
    if seconds is not None:
        # Without a file in the answer to the confirmation, nothing tells "at once" from "later".
        findings.note("file_sha256", "later" if is_complete and seconds == 0 else "at_once")
        findings.note("details_delay_s", whole_seconds(seconds))
        findings.note("hash_fields", True)
        return
    fields = [key for key in _HASH_FIELDS if key in files.read(file).data]
    findings.note("hash_fields", bool(fields))
    if fields:
        findings.note("file_sha256", "never")


def _look_at_change(files: Throwaways, file: Throwaway, findings: Findings) -> None:
    findings.note(
        "patch_answer", answer_of(files.change(file, is_expose=files.read(file).data.get("is_expose") is False))
    )


def _set_password(files: Throwaways, file: Throwaway, material: Material, findings: Findings) -> None:
    if not files.change(file, certificate_password=material.password).succeeded:
        return
    if findings.values.get("hash_fields") is not True:
        return
    delay = findings.values.get("details_delay_s", 0)
    if files.wait_for(lambda: bool(files.read(file).data.get("certificates")), 2 * float(delay) + 2) is not None:
        findings.note("certificates", "password")
    else:
        data = files.read(file).data
        findings.note("certificates", "never" if "certificates" in data else "absent")


def _protect(files: Throwaways, file: Throwaway, findings: Findings) -> None:
    if not files.change(file, is_protected=True).succeeded:
        return
    data = files.read(file).data
    if data.get("is_protected") is not True:
        return
    if data.get("download_url") or data.get("certificate_password"):
        findings.note("protected_values", "shown")
        return
    findings.note("protected_values", "withheld")
    findings.note("withheld", form_of(data, "certificate_password"))
