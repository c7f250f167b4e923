# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""References to the doctor in errors of other modules and playbooks."""

from __future__ import annotations

DOCTOR = "Run 'ansible-playbook mobileops.ci.doctor' to find the cause."
# Kinds of errors whose cause the doctor finds. The hint about a wrong token refers to it already.
_ERROR_KINDS = frozenset({"connection", "dns", "tls", "proxy", "timeout", "redirect", "missing_library"})


def with_pointer(message: str, kind: str | None) -> str:
    """Return the message of an error, with a reference to the doctor if the doctor can find the cause."""
    return f"{message} {DOCTOR}" if kind in _ERROR_KINDS else message
