# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work on many apps concurrently, and detect that app after app fails for a shared cause."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

from .._core import controller_process as _controller
from .._core.errors import CiError
from .client_pool import ClientPool

# Kinds of errors that rarely concern a single app.
SHARED_CAUSES = frozenset({"connection", "dns", "tls", "proxy", "timeout", "rate_limited", "server_error", "storage"})
# Number of apps in a row with such an error that end the task.
FAILED_APPS_TO_END = 5

# Interval of checks that ansible-playbook still exists, while all threads wait for the service.
CHECK_INTERVAL_S = 0.5

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


def run_concurrently(
    clients: ClientPool,
    concurrency: int,
    items: Iterable[ItemT],
    work: Callable[[ItemT], ResultT],
    done: Callable[[ItemT, ResultT], object] = lambda _item, _result: None,
    stop: Callable[[], None] = lambda: None,
) -> None:
    """Work on each item. Call `done` with each item and its result, in this thread, in the order of completion.

    An exception in `work`, an interrupt and the timeout of Ansible end the work on all items: this function calls
    `stop`, ends all waits for the service, and raises when the running work has ended.
    """
    pool = ThreadPoolExecutor(concurrency, thread_name_prefix="mobileops.ci")
    try:
        # Only as many futures as keep the threads busy, because thousands of them need much memory.
        waiting = iter(items)
        pending: dict[Future[ResultT], ItemT] = {}
        while True:
            for item in islice(waiting, 2 * concurrency - len(pending)):
                pending[pool.submit(work, item)] = item
            if not pending:
                return
            _controller.check()
            for future in wait(pending, CHECK_INTERVAL_S, return_when=FIRST_COMPLETED).done:
                done(pending.pop(future), future.result())
    except BaseException:
        stop()
        clients.interrupt()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class FailureStreak:
    """Counts consecutive failures for causes that do not concern a single app, so that the task can end early."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0

    def note(self, error: CiError | None) -> bool:
        """Record the outcome of an app. Return whether to end the task after too many such failures in a row."""
        with self._lock:
            if error and error.ends_task:
                return False  # it says why the task ends
            self._failures = self._failures + 1 if error and error.kind in SHARED_CAUSES else 0
            return self._failures >= FAILED_APPS_TO_END
