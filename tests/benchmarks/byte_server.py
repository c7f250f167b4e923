# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP server that serves BYTES bytes and prints its URL: byte_server.py BYTES. It needs little time and memory."""

from __future__ import annotations

import os
import sys
import tempfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BLOCK = 2**20


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    size = 0
    descriptor = -1

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "binary/octet-stream")
        self.send_header("Content-Length", str(self.size))
        self.end_headers()
        self.wfile.flush()
        remaining = self.size
        while remaining:
            remaining -= os.sendfile(self.connection.fileno(), self.descriptor, 0, min(remaining, BLOCK))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- name of the overridden method
        """Write no log."""


def main(size: int) -> None:
    # Send the same block repeatedly: a large file would be read into memory by the first download.
    with tempfile.TemporaryFile() as file:
        file.write(bytes(BLOCK))
        file.flush()
        Handler.size, Handler.descriptor = size, file.fileno()
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        print(f"http://127.0.0.1:{server.server_address[1]}/bytes", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
