# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work on many apps, several at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

from ansible_collections.mobileops.ci.plugins.module_utils import _controller
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.clients import BitriseClients

# How often to check that ansible-playbook is still there while all threads wait for the service.
CHECK_INTERVAL_S = 0.5

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


def side_by_side(
    clients: BitriseClients,
    concurrency: int,
    items: Iterable[ItemT],
    work: Callable[[ItemT], ResultT],
    done: Callable[[ItemT, ResultT], object] = lambda _item, _result: None,
    stop: Callable[[], None] = lambda: None,
) -> None:
    """Work on each item; `done` gets them with their results, in this thread and in the order in which they are ready.

    What one piece of work raises ends all of it, as do an interrupt and the task's own time limit: `stop` is called,
    nobody waits for the service any longer, and what is under way is waited for.
    """
    pool = ThreadPoolExecutor(concurrency, thread_name_prefix="mobileops.ci")
    try:
        # No more futures than keep the threads busy: for thousands of apps they would take more memory than all else.
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
