# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make test-soak`: roll out new files to many apps again and again, while one request of fifty fails.

In the end everything is as declared, and memory, threads and open files are as after the first round.
"""

from __future__ import annotations

import argparse
import gc
import random
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import requests

import tests.conftest  # noqa: F401  # finds the collection  # pylint: disable=unused-import
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.fleet.code_signing import CODE_SIGNING
from ansible_collections.mobileops.ci.plugins.module_utils._http.transport_options import LONGEST_TIME_LIMIT_S
from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import TaskContext
from tests.helpers.service import CERTIFICATES, PROFILES
from tests.helpers.tasks import b64, validated

from .clients import Adapter, Client, Disturbance
from .faults import FAULTS
from .figures import record
from .service import FIRST_PORT, InProcess, digest_of

FAULT_RATE = 0.02
CONCURRENCY = 8
HOUR_S = 3600
# These end a run of all apps at once, or concern more than one request.
_LEFT_OUT = ("too many, huge", "two hours late", "gone from then on", "gone after the effect")
RANDOM_FAULTS = [fault for name, fault in FAULTS.items() if name not in _LEFT_OUT]


class FaultyAdapter(Adapter):
    """Disturbs requests of several threads by chance."""

    def __init__(self, service: InProcess, rate: float) -> None:
        super().__init__(service)
        self.rate = rate
        self.faults = 0
        self._random = random.Random(0)
        self._one_at_a_time = threading.RLock()

    def send(self, request: requests.PreparedRequest, *arguments: Any, **settings: Any) -> requests.Response:
        with self._one_at_a_time:
            client = self.clients[FIRST_PORT]
            client.disturbance = None
            if self._random.random() < self.rate:
                fault = self._random.choice(RANDOM_FAULTS)
                client.disturbance = Disturbance(client.sent + 1, fault.what, fault.before)
                self.faults += 1
            return super().send(request, *arguments, **settings)


def resources() -> tuple[int, int, int]:
    """Return the memory in MB, the threads and the open files of this process."""
    gc.collect()
    status = Path("/proc/self/status").read_text()
    [memory_kb] = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(memory_kb) // 1024, threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))


class Soak:
    """The fleet and what it is to hold."""

    def __init__(self, apps: int, folder: Path) -> None:
        self.slugs = [f"cc{number:014x}" for number in range(apps)]
        self.service = InProcess()
        self.adapter = FaultyAdapter(self.service, FAULT_RATE)
        self.generation = 0
        self.requests = 0
        self._folder = folder
        self.service.load([{"title": slug, "slug": slug} for slug in self.slugs])

    def content(self, kind: str) -> bytes:
        return f"{kind} of generation {self.generation}".encode()

    def run(self) -> dict[str, Any]:
        """Run the task once for all apps."""

        def declared(kind: str) -> list[dict[str, Any]]:
            return [{"name": "dist", "content": b64(self.content(kind)), "verify": "none"}]

        options = {
            **self.service.connection(FIRST_PORT),
            "apps": self.slugs,
            "concurrency": CONCURRENCY,
            "max_retries": 3,
            "time_limit": LONGEST_TIME_LIMIT_S,
            "build_certificates": declared(CERTIFICATES),
            "provisioning_profiles": declared(PROFILES),
        }
        checked = validated(CODE_SIGNING, CODE_SIGNING.normalize(options))
        client = self.adapter.clients[FIRST_PORT] = Client()
        result: dict[str, Any] = CODE_SIGNING.execute(checked, TaskContext({"HOME": str(self._folder)}), diff=False)
        self.requests += client.sent
        self.service.service.log.clear()
        if "exception" in result or "apps" not in result:
            raise SystemExit(str(result.get("exception") or result["msg"]))
        return result

    def differences(self) -> list[str]:
        """Return the apps that do not hold exactly what is declared."""
        expected = sorted((kind, digest_of(self.content(kind)), True) for kind in (CERTIFICATES, PROFILES))
        return [
            slug
            for slug in self.slugs
            if sorted((file.kind, str(file.sha256), file.processed) for file in self.service.files(slug)) != expected
        ]


def converge(soak: Soak) -> bool:
    """Return whether runs without faults end with exactly the declared state, and the last of them changes nothing."""
    soak.adapter.rate = 0
    soak.run()
    soak.service.time.seconds += HOUR_S + 60  # after that, unfinished uploads are removed
    soak.run()
    last = soak.run()
    return not last.get("failed") and last["changed"] is False and not soak.differences()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make test-soak")
    parser.add_argument("--apps", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--no-record", action="store_true", help="do not write the figures of the documentation")
    given = parser.parse_args(arguments)
    begun = time.monotonic()
    rounds = 0
    with tempfile.TemporaryDirectory() as folder:
        soak = Soak(given.apps, Path(folder))
        service = soak.service
        with service.time.in_force(), patch.object(requests.Session, "get_adapter", lambda _self, url: soak.adapter):
            soak.run()
            # After each run that replaces all files. The run after it, which finishes what has failed, needs less.
            seen: list[tuple[int, int, int]] = []
            while time.monotonic() - begun < given.seconds or len(seen) < 2:
                rounds += 1
                soak.generation = (rounds + 1) // 2
                result = soak.run()
                now = resources()
                if rounds % 2:
                    seen.append(now)
                summary = result.get("summary", {})
                print(f"round {rounds}: {now[0]} MB, {now[1]} threads, {now[2]} files, {summary}", flush=True)
            converged = converge(soak)
    first, last = seen[0], seen[-1]
    values = {
        "apps": given.apps,
        "seconds": round(time.monotonic() - begun),
        "requests": soak.requests,
        "faults": soak.adapter.faults,
        "runs": rounds + 4,
        "memory_mb": [first[0], last[0]],
        "threads": [first[1], last[1]],
        "files": [first[2], last[2]],
        "converged": converged,
    }
    print(values)
    # The digests of each generation are cached, so a little more memory is no leak.
    flat = last[0] <= first[0] * 1.1 + 20 and last[1] <= first[1] and last[2] <= first[2]
    if converged and flat and not given.no_record:
        record("soak", "soak", values)
    return 0 if converged and flat else 1


if __name__ == "__main__":
    raise SystemExit(main())
