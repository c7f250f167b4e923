# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients of the emulator that wait in virtual time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from ansible_collections.mobileops.ci.plugins.module_utils._http.transport_options import Transport
from tests.helpers.clock import VirtualClock
from tests.helpers.service import Service


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


MakeClient = Callable[..., BitriseClient]


@pytest.fixture
def make_client(service: Service, clock: VirtualClock) -> Iterator[MakeClient]:
    """Return a function that makes clients of the emulator or of another `url`, with keywords for Transport."""
    made: list[BitriseClient] = []

    def make(url: str | None = None, token: str | None = None, **transport: Any) -> BitriseClient:
        settings = {"max_retries": 0, "timeout": 60.0, **transport}
        client = BitriseClient(
            url or service.emulator.api_url,
            token or service.emulator.tokens["owner"],
            Transport(clock=clock, **settings),
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(make_client: MakeClient) -> BitriseClient:
    """Return a client without retries."""
    return make_client()
