# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""OpenStack Swift with its S3 interface on free ports and in one folder, with one replica and objects in memory."""

from __future__ import annotations

import getpass
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

ACCESS_KEY, SECRET_KEY = "test:tester", "testing"
SERVERS = ("account", "container", "object")

RINGS = """
import sys
from swift.common.ring import RingBuilder
folder = sys.argv[1]
for kind, port in zip(("account", "container", "object"), sys.argv[2:]):
    builder = RingBuilder(4, 1, 0)
    device = {"id": 0, "region": 1, "zone": 1, "weight": 1, "ip": "127.0.0.1", "port": int(port), "device": "d1"}
    builder.add_dev(device)
    builder.rebalance()
    builder.get_ring().save(f"{folder}/{kind}.ring.gz")
"""

COMMON = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
user = {user}
log_level = ERROR
"""

SERVER = """
[pipeline:main]
pipeline = {kind}-server

[app:{kind}-server]
use = egg:swift#{app}
"""

PROXY = """
[pipeline:main]
pipeline = catch_errors s3api tempauth proxy-server

[filter:catch_errors]
use = egg:swift#catch_errors

[filter:s3api]
use = egg:swift#s3api
location = us-east-1

[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
"""


def program(name: str) -> str:
    """Return the path of a Swift program, from the folder of the interpreter or from PATH."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    assert found, f"{name} is missing: pip install swift"
    return found


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


class SwiftStore:
    """A running Swift, and a context manager that stops it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = {kind: free_port() for kind in (*SERVERS, "proxy")}
        self._processes: list[subprocess.Popen[bytes]] = []
        self.url = f"http://127.0.0.1:{self._ports['proxy']}"

    def __enter__(self) -> SwiftStore:
        try:
            self._start_all()
        except BaseException:
            self._end_all()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_all()

    def _start_all(self) -> None:
        (self._folder / "devices" / "d1").mkdir(parents=True)
        self._write("swift.conf", "[swift-hash]\nswift_hash_path_suffix = test\n")
        # Create the rings with the interpreter that has Swift installed.
        python = Path(program("swift-proxy-server")).with_name("python")
        ports = [str(self._ports[kind]) for kind in SERVERS]
        subprocess.run([python, "-c", RINGS, str(self._folder), *ports], check=True)
        for kind in SERVERS:
            self._start(kind, SERVER.format(kind=kind, app="mem_object" if kind == "object" else kind))
        self._start("proxy", PROXY)
        for port in self._ports.values():
            self._wait_for(port)

    def _end_all(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(10)

    def _write(self, name: str, text: str) -> Path:
        path = self._folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def _start(self, kind: str, text: str) -> None:
        common = COMMON.format(port=self._ports[kind], folder=self._folder, user=getpass.getuser())
        path = self._write(f"{kind}-server.conf", common + text)
        with (self._folder / f"{kind}.log").open("wb") as log:
            command = [program(f"swift-{kind}-server"), str(path)]
            self._processes.append(subprocess.Popen(command, stdout=log, stderr=log))

    def _wait_for(self, port: int) -> None:
        limit = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                ended = any(process.poll() is not None for process in self._processes)
                logs = "\n".join(path.read_text() for path in self._folder.glob("*.log"))
                assert not ended, logs
                assert time.monotonic() < limit, logs
                time.sleep(0.1)
