# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses that arrive byte by byte: the client ends them, because no timeout of the socket does."""

from __future__ import annotations

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import CiError
from ansible_collections.mobileops.ci.plugins.module_utils._http.response_body import BoundedBody
from tests.helpers.clock import VirtualClock
from tests.helpers.servers import CannedResponse, serving
from tests.helpers.service import APP

from .conftest import MakeClient


def test_the_client_reports_a_timeout(
    make_client: MakeClient, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stream(self: BoundedBody, amount: int, decode_content: bool | None = None) -> list[bytes]:
        raise TimeoutError

    monkeypatch.setattr(BoundedBody, "stream", stream)
    with serving(CannedResponse(200, b'{"data": {"slug": "x"}}')) as server, pytest.raises(CiError) as caught:
        make_client(server.url).app(APP)
    assert caught.value.kind == "timeout"
