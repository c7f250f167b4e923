# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Control of a headless Chromium with the DevTools protocol, without a browser package."""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.helpers.report.chromium import chromium

from .measured import ProgramError

_START_S = 60.0
Json = dict[str, Any]


class Tab:
    """A page of the browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)

    async def call(self, method: str, **parameters: Any) -> Json:
        """Send a command and return its result. Events that come before it are dropped."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        while True:
            message: Json = await self._socket.receive_json()
            if message.get("id") == number:
                if "error" in message:
                    raise ProgramError(f"{method}: {message['error']}")
                return dict(message["result"])

    async def open(self, url: str) -> None:
        """Load a page, and return after its event load."""
        await self.call("Page.enable")
        await self.call("Page.navigate", url=url)
        while (await self._socket.receive_json()).get("method") != "Page.loadEventFired":
            pass

    async def evaluate(self, expression: str) -> Any:
        """Return the value of an expression. Wait for the result of a promise."""
        response = await self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in response:
            raise ProgramError(f"{expression}: {response['exceptionDetails']}")
        return response["result"].get("value")


@asynccontextmanager
async def browser(folder: Path) -> AsyncIterator[Tab]:
    """Start a browser with a new profile in the folder, and end it."""
    program = chromium()
    if program is None:
        raise ProgramError("No Chromium in PATH. Set CHROMIUM to its path.")
    command = [program, "--headless", "--no-sandbox", "--remote-debugging-port=0", f"--user-data-dir={folder}"]
    process = subprocess.Popen(
        [*command, "--window-size=1400,1000", "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        port = await _port(folder / "DevToolsActivePort")
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as response:
                (page, *_others) = [one for one in await response.json() if one["type"] == "page"]
            async with session.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                yield Tab(socket)
    finally:
        process.terminate()
        process.wait()


async def _port(file: Path) -> str:
    end = time.monotonic() + _START_S
    while time.monotonic() < end:
        if file.exists() and file.read_text().strip():
            return file.read_text().split()[0]
        await asyncio.sleep(0.05)
    raise ProgramError("Chromium did not start.")
