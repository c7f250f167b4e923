# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The process: socket, first line, event loop, end."""

from __future__ import annotations

import json
import signal
import socket
import sys
from types import FrameType
from typing import NoReturn

import uvicorn
from starlette.types import ASGIApp

from .connection import EmulatorProtocol
from .service import Service
from .watch import Watch


class EmulatorServer(uvicorn.Server):
    """uvicorn, with a look at the watch ten times a second."""

    def __init__(self, config: uvicorn.Config, watch: Watch, first_line: str) -> None:
        super().__init__(config)
        self._watch = watch
        self._first_line = first_line

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(self._first_line, flush=True)

    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) or self._watch.is_over()


def listening_socket(port: int) -> socket.socket:
    """A socket on loopback; port 0 takes any free one."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    return listener


def url_of(listener: socket.socket) -> str:
    """Where the socket is reached."""
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def first_line(service: Service, root: str) -> str:
    """What somebody needs to know who started this."""
    return json.dumps(
        {
            "bitrise": f"{root}/v0.1",
            "tokens": service.world.tokens(),
            "phonegap": f"{root}/api/v1",
            "phonegap_tokens": service.phonegap.tokens(),
            "phonegap_logins": service.phonegap.logins(),
            "admin": f"{root}/_emulator",
        }
    )


def serve(app: ASGIApp, listener: socket.socket, watch: Watch, greeting: str) -> None:
    """Answer requests until a signal or the watch says otherwise."""
    config = uvicorn.Config(
        app,
        http=EmulatorProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        # The gate tells the service's own time.
        date_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
        backlog=512,
    )

    def end(signum: int, frame: FrameType | None) -> NoReturn:
        sys.exit(0)

    # uvicorn finishes in good order at the first signal and raises it once more when it is done.
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, end)
    EmulatorServer(config, watch, greeting).run(sockets=[listener])
