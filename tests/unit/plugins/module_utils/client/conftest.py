"""A clock for tests of the client."""

from __future__ import annotations

import pytest

from tests.helpers.clock import VirtualClock


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()
