# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bare asynchronous client that sends the requests of a script and prints the seconds: floor_client.py SCRIPT.

It uses aiohttp, because httpx needs about eight times the processor time per request.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any

import aiohttp
import yarl

Json = dict[str, Any]


class Client:
    def __init__(self, script: Json) -> None:
        self._base = script["base"]
        self._authorization = {"Authorization": script["token"]}
        self._lanes = deque(script["lanes"])
        self._workers = script["concurrency"]
        sources = {step["source"] for lane in self._lanes for step in lane if step["source"]}
        self._bytes = {source: Path(source).read_bytes() for source in sources}
        self._urls: dict[str, str] = {}
        self._slugs: dict[str, str] = {}

    async def run(self) -> float:
        """Send all requests and return the seconds."""
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
            started = time.perf_counter()
            await asyncio.gather(*(self._work(session) for _turn in range(self._workers)))
            return time.perf_counter() - started

    async def _work(self, session: aiohttp.ClientSession) -> None:
        while self._lanes:
            for step in self._lanes.popleft():
                await self._send(session, step)

    async def _send(self, session: aiohttp.ClientSession, step: Json) -> None:
        file = step["file"]
        if step["path"]:
            url = self._base + step["path"].replace("{file}", self._slugs.get(file, file or ""))
            headers = self._authorization | ({"Content-Type": "application/json"} if step["body"] else {})
        else:
            url, headers = self._urls[file], {}
        body = self._bytes[step["source"]] if step["source"] else step["body"]
        async with session.request(
            step["method"], yarl.URL(url, encoded=True), headers=headers, data=body, allow_redirects=False
        ) as response:
            content = await response.read()
        if response.status != step["status"]:
            raise RuntimeError(f"{step['method']} {step['path']}: {response.status} instead of {step['status']}")
        if step["path"] and file:
            data = json.loads(content)["data"]
            self._slugs[file] = data["slug"]
            if url_of_bytes := data.get("upload_url") or data.get("download_url"):
                self._urls[file] = url_of_bytes


if __name__ == "__main__":
    client = Client(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    print(json.dumps({"seconds": asyncio.run(client.run())}))
