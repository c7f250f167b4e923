# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The server process: socket, first line of output, event loop and shutdown."""

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
from .watchdog import Watchdog


class EmulatorServer(uvicorn.Server):
    """uvicorn server that asks the watchdog ten times a second whether to end."""

    def __init__(self, config: uvicorn.Config, watchdog: Watchdog, first_line: str) -> None:
        super().__init__(config)
        self._watchdog = watchdog
        self._first_line = first_line

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(self._first_line, flush=True)

    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) or self._watchdog.should_exit()


def listening_socket(port: int) -> socket.socket:
    """Return a listening socket on loopback. Port 0 picks a free port."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    return listener


def url_of(listener: socket.socket) -> str:
    """Return the URL of a listening socket."""
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def first_line(service: Service, root: str) -> str:
    """Return the first line of output: URLs, tokens and logins as JSON."""
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


def serve(app: ASGIApp, listener: socket.socket, watchdog: Watchdog, greeting: str) -> None:
    """Serve requests until a signal or the watchdog ends the process."""
    config = uvicorn.Config(
        app,
        http=EmulatorProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        # The gate adds a Date header with the service's own time.
        date_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
        backlog=512,
    )

    def end(signum: int, frame: FrameType | None) -> NoReturn:
        sys.exit(0)

    # At the first signal uvicorn shuts down gracefully, then raises the signal again.
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, end)
    EmulatorServer(config, watchdog, greeting).run(sockets=[listener])
