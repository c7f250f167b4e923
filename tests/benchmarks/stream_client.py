# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloads a URL with the collection's storage client and prints the seconds: stream_client.py URL."""

from __future__ import annotations

import json
import sys
import time

from ansible_collections.mobileops.ci.plugins.module_utils._http.gates import Gates
from ansible_collections.mobileops.ci.plugins.module_utils._http.redact import Redactor
from ansible_collections.mobileops.ci.plugins.module_utils._http.session import Call, HttpSession
from ansible_collections.mobileops.ci.plugins.module_utils._http.transport_options import Transport


class CountingSink:
    """Sink that counts the bytes and discards them."""

    def __init__(self) -> None:
        self.bytes = 0

    def write(self, data: bytes, /) -> None:
        self.bytes += len(data)


def main(url: str) -> None:
    transport = Transport()
    session = HttpSession(transport, Gates(transport.clock, transport.time_limit), Redactor([]))
    sink = CountingSink()
    call = Call("GET", url, "download", headers={"Accept-Encoding": "identity"})
    started = time.perf_counter()
    response = session.download(call, lambda: sink)
    seconds = time.perf_counter() - started
    session.close()
    if response.status_code != 200:
        raise SystemExit(f"status {response.status_code}")
    print(json.dumps({"seconds": seconds, "bytes": sink.bytes}))


if __name__ == "__main__":
    main(sys.argv[1])
