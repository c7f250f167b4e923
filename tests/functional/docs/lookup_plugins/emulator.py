# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepare the emulator before an example: lookup('emulator', ADMIN_URL, FIXTURE, OPTIONS, FAULTS)."""

from __future__ import annotations

import http.client
import json
from typing import Any

from ansible.plugins.lookup import LookupBase


class LookupModule(LookupBase):
    """Load a fixture, set the clock right, and order faults. A lookup, because a module would be a process."""

    def run(self, terms: list[Any], variables: Any = None, **_kwargs: Any) -> list[str]:
        url, fixture, options, faults = terms
        connection = http.client.HTTPConnection(str(url).split("/")[2], timeout=60)

        def admin(method: str, path: str, body: Any = None) -> Any:
            connection.request(method, f"/_emulator/{path}", None if body is None else json.dumps(body))
            response = connection.getresponse()
            text = response.read()
            if response.status >= 400:
                raise AssertionError(f"{path}: {text!r}")
            return json.loads(text) if text else None

        admin("DELETE", "faults")
        admin("POST", "clock", {"advance_s": -admin("GET", "clock")["offset_s"]})
        admin("POST", "options", options)
        admin("POST", "fixture", fixture)
        for fault in faults:
            admin("POST", "faults", fault)
        connection.close()
        return ["prepared"]
