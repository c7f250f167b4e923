# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients of the threads of one task."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from .._core.errors import OptionError
from .._http.gates import Gates
from .._http.redact import Redactor
from .._http.transport_options import Transport
from .client import BitriseClient
from .observed_behavior import ObservedBehavior

MOST_WORKERS = 64


def check_workers(number: int) -> None:
    if not 1 <= number <= MOST_WORKERS:
        raise OptionError(f"concurrency must be between 1 and {MOST_WORKERS}, got {number}.")


class ClientPool:
    """One client for each thread.

    All clients share the pace, the time limit, the observed behavior, and the secrets to redact.
    """

    def __init__(self, options: Mapping[str, Any], env: Mapping[str, str]) -> None:
        transport = Transport.from_options(options, env)
        self.gates = Gates(transport.clock, transport.time_limit)
        self.redact = Redactor()
        self._make = partial(
            BitriseClient,
            options["api_url"],
            options["api_token"],
            transport,
            self.gates,
            ObservedBehavior(),
            self.redact,
        )
        self._begun = time.monotonic()
        self._local = threading.local()
        self._all: list[BitriseClient] = []
        self.api_url = self.get().api_url  # raises an error for wrong connection options

    def get(self) -> BitriseClient:
        """Return the client of this thread."""
        client: BitriseClient | None = getattr(self._local, "client", None)
        if client is None:
            client = self._local.client = self._make()
            self._all.append(client)
        return client

    def interrupt(self) -> None:
        """End the waits of all threads for the service."""
        self.gates.interrupt()

    def traffic(self) -> dict[str, float]:
        """Return the part of a summary that all tasks for many apps have: requests, refused ones, waits and time."""
        return {
            "requests": sum(client.requests_sent for client in self._all),
            "refused": self.gates.refused,
            "waited_s": round(self.gates.waited_s, 3),
            "seconds": round(time.monotonic() - self._begun, 3),
        }

    def close(self) -> None:
        for client in self._all:
            client.close()
