# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send a request to the admin path of the emulator that setup_emulator started, and return the response as `json`.

Like ansible.builtin.uri, but in the controller's process, which spares a module process for each request.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """Options: `path` below the admin path, `method` (default GET), and `body`, a text or what becomes JSON."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        options = self._task.args
        if unknown := options.keys() - {"path", "method", "body"}:
            raise AnsibleActionFail(f"emulator_admin has no option {', '.join(sorted(unknown))}.")
        url = f"{(task_vars or {})['emulator']['admin']}/{options['path']}"
        body = options.get("body")
        if body is not None and not isinstance(body, str):
            body = json.dumps(body)
        request = urllib.request.Request(
            url,
            None if body is None else body.encode(),
            {"Content-Type": "application/json"},
            method=options.get("method", "GET"),
        )
        # No proxy: the emulator runs on this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as response:
                text = response.read().decode()
        except urllib.error.HTTPError as error:
            raise AnsibleActionFail(f"{request.method} {url}: {error.code} {error.read().decode()}") from error
        return {"changed": False, "json": json.loads(text) if text else None}
