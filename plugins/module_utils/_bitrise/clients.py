# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients for work that several threads share."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from ansible_collections.mobileops.ci.plugins.module_utils._errors import NotDoneError, OptionError
from ansible_collections.mobileops.ci.plugins.module_utils._http import Pause
from ansible_collections.mobileops.ci.plugins.module_utils._transport import Transport

MOST_WORKERS = 64


def check_workers(number: int) -> None:
    if not 1 <= number <= MOST_WORKERS:
        raise OptionError(f"concurrency: {number} is not a number between 1 and {MOST_WORKERS}.")


class BitriseClients:
    """A client of its own for each thread; after a 429 they all wait together."""

    def __init__(self, options: Mapping[str, Any], env: Mapping[str, str]) -> None:
        self._interrupted = threading.Event()
        transport = replace(Transport.from_options(options, env), sleep=self._sleep)
        self._make = partial(BitriseClient, options["api_url"], options["api_token"], transport, Pause())
        self._local = threading.local()
        self._all: list[BitriseClient] = []
        self.api_url = self.get().api_url  # so that wrong connection options are found out here

    def get(self) -> BitriseClient:
        client: BitriseClient | None = getattr(self._local, "client", None)
        if client is None:
            client = self._local.client = self._make()
            self._all.append(client)
        return client

    def interrupt(self) -> None:
        """Nobody waits any longer for the service to become ready."""
        self._interrupted.set()

    def _sleep(self, seconds: float) -> None:
        if self._interrupted.wait(seconds):
            raise NotDoneError("The task was stopped while it waited for the service.")

    @property
    def requests_sent(self) -> int:
        return sum(client.requests_sent for client in self._all)

    def close(self) -> None:
        for client in self._all:
            client.close()
