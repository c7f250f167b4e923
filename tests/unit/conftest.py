# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits of unit tests: they start no process and open no socket."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# Audit events of Python, see https://docs.python.org/3/library/audit_events.html.
FORBIDDEN = frozenset(
    {
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.system",
        "socket.__new__",
        "socket.getaddrinfo",
        "subprocess.Popen",
    }
)
UNIT_TESTS = Path(__file__).resolve().parent


class Border:
    """An audit hook that raises an error while a unit test runs. Python cannot remove audit hooks."""

    test = ""

    def audit(self, event: str, _details: tuple[Any, ...]) -> None:
        if self.test and event in FORBIDDEN:
            raise RuntimeError(
                f"{self.test} is a unit test and must not start a process or open a socket ({event}). "
                "Move the test to tests/functional."
            )


_border = Border()
sys.addaudithook(_border.audit)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Close the border during set-up, call and tear-down of the test.

    pytest calls this hook for the tests of all folders.
    """
    _border.test = item.nodeid if UNIT_TESTS in item.path.parents else ""
    try:
        return (yield)
    finally:
        _border.test = ""
