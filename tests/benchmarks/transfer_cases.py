# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Transfers of large files, compared with curl."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.emulator.generated import GeneratedBytes
from tests.emulator.process import CHECKOUT, Emulator

from .bench import LATENCY_MS, Bench
from .contest import Contestant, Turn, compete
from .material import Fleet, Material, WrongOutcomeError

MIB = 2**20
UPLOAD_MIB = 100
STREAM_MIB = 1024
DOWNLOAD_MIB = 1024
NAME = "big.mobileprovision"

Json = dict[str, Any]


def upload_100m(bench: Bench) -> Json:
    """Measure the upload of a large signing file against curl, which only sends the bytes.

    `ours_s` is the whole ansible-playbook, which also creates and confirms the file. `ours_put_s` and `curl_put_s` are
    the PUT of the bytes as the emulator measured it.
    """
    size = bench.size(UPLOAD_MIB) * MIB
    controller = bench.controller("upload_100m")
    source = controller.folder / NAME
    source.write_bytes(os.urandom(size))
    with bench.emulator() as emulator:
        fleet = Fleet(1, Material.small(controller.folder / "files"))

        def ours() -> Turn:
            fleet.load(emulator, filled=False, latency_ms=LATENCY_MS)
            run = controller.playbook("upload", emulator, {"app_slug": fleet.slugs[0], "src": str(source)})
            extra = {"task_s": run.task("Upload")["seconds"], "ours_put_s": _put_seconds(emulator, size)}
            return Turn.of(run.measured, len(emulator.requests()), **extra)

        def curl() -> Turn:
            fleet.load(emulator, filled=False, latency_ms=LATENCY_MS)
            seconds = _curl("--upload-file", str(source), _upload_url(emulator, fleet.slugs[0], size))
            return Turn(seconds, extra={"curl_put_s": _put_seconds(emulator, size)})

        figures = compete([Contestant("ours", ours), Contestant("curl", curl)], bench.rounds, bench.report_progress)
    return {**figures, "mib": size // MIB, "latency_ms": LATENCY_MS}


def _put_seconds(emulator: Emulator, size: int) -> float:
    (put,) = emulator.requests(method="PUT")
    if (put["status"], put["bytes_in"]) != (200, size):
        raise WrongOutcomeError(f"{put['bytes_in']} bytes arrived instead of {size}, the response was {put['status']}")
    return float(put["seconds"])


def _upload_url(emulator: Emulator, app_slug: str, size: int) -> str:
    body = {"upload_file_name": NAME, "upload_file_size": size}
    return str(_api_data(emulator, f"apps/{app_slug}/provisioning-profiles", body)["upload_url"])


def _api_data(emulator: Emulator, path: str, body: Json | None = None) -> Json:
    """Return the data of an API response. The request is not measured."""
    request = urllib.request.Request(
        f"{emulator.api_url}/{path}",
        None if body is None else json.dumps(body).encode(),
        {"Authorization": emulator.tokens["owner"], "Content-Type": "application/json"},
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as response:
        data: Json = json.load(response)["data"]
        return data


def stream_1g(bench: Bench) -> Json:
    """Measure the storage client against curl. Both discard the bytes of a bare server without latency.

    The emulator would hold all bytes in memory. `ours_s` is the transfer in a running Python, and curl reports its own
    time. `ours_process_s` includes starting Python.
    """
    size = bench.size(STREAM_MIB) * MIB
    controller = bench.controller("stream_1g")
    with _byte_server(size) as url:

        def ours() -> Turn:
            measured, output = controller.run("tests.benchmarks.stream_client", [url])
            if output["bytes"] != size:
                raise WrongOutcomeError(f"{output['bytes']} bytes arrived instead of {size}")
            return replace(Turn.of(measured, 1, ours_process_s=measured.seconds), seconds=output["seconds"])

        def curl() -> Turn:
            return Turn(_curl("--output", os.devnull, url))

        figures = compete([Contestant("ours", ours), Contestant("curl", curl)], bench.rounds, bench.report_progress)
    return {**figures, "mib": size // MIB, "latency_ms": 0}


def download_1g(bench: Bench) -> Json:
    """Measure the download of a large artifact to a file against curl, which only fetches the bytes.

    `ours_s` is the whole ansible-playbook, which also finds the artifact, computes its digest and waits for the disk.
    `task_s` is its task. `ours_get_s` and `curl_get_s` are the GET of the bytes as the emulator measured it. The
    emulator generates the bytes while it sends them, so that they need no memory.
    """
    size = bench.size(DOWNLOAD_MIB) * MIB
    controller = bench.controller("download_1g")
    dest = controller.folder / "big.ipa"
    digest = GeneratedBytes("big", size).sha256()
    artifact = {"slug": "big", "title": "big.ipa", "size_bytes": size}
    with bench.emulator() as emulator:
        build = {"slug": "b1", "artifacts": [artifact]}
        emulator.load({"apps": [{"title": "Shop", "slug": "a1", "builds": [build]}]})

        def prepare() -> None:
            dest.unlink(missing_ok=True)
            emulator.clear_requests()

        def check() -> float:
            with dest.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                    raise WrongOutcomeError(f"{dest} is not the artifact")
            (get,) = emulator.requests(area="storage")
            return float(get["seconds"])

        def ours() -> Turn:
            prepare()
            run = controller.playbook("download", emulator, {"dest": str(dest)})
            extra = {"task_s": run.task("Download")["seconds"], "ours_get_s": check()}
            return Turn.of(run.measured, len(emulator.requests()), **extra)

        def curl() -> Turn:
            prepare()
            url = _api_data(emulator, "apps/a1/builds/b1/artifacts/big")["expiring_download_url"]
            seconds = _curl("--output", str(dest), str(url))
            return Turn(seconds, extra={"curl_get_s": check()})

        figures = compete([Contestant("ours", ours), Contestant("curl", curl)], bench.rounds, bench.report_progress)
    return {**figures, "mib": size // MIB, "latency_ms": LATENCY_MS}


@contextlib.contextmanager
def _byte_server(size: int) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.benchmarks.byte_server", str(size)]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def _curl(*arguments: str) -> float:
    """Run curl and return the seconds that it reports."""
    program = shutil.which("curl")
    if program is None:
        raise WrongOutcomeError("curl is not installed")
    command = [
        program,
        "--disable",
        "--silent",
        "--show-error",
        "--fail",
        "--noproxy",
        "*",
        "--write-out",
        "%{stderr}%{time_total}",
    ]
    done = subprocess.run([*command, *arguments], check=True, capture_output=True, text=True, cwd=Path("/"))
    return float(done.stderr)
