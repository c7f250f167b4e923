# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starts the emulator as a process and calls its admin path. Standard library only."""

from __future__ import annotations

import http.client
import json
import os
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Any

CHECKOUT = Path(__file__).resolve().parents[2]

# Variables that configure `make emulator`. An emulator that a test starts ignores them.
_SETTINGS = frozenset({"PORT", "FIXTURE", "STATE", "STORAGE", "LATENCY_MS", "RATE_LIMIT"})


class EmulatorError(RuntimeError):
    """The emulator did not start, or rejected an admin request."""


class Emulator:
    """A running emulator, and a context manager that stops it.

    `python` is the interpreter with the emulator's requirements. The default is the environment variable
    `EMULATOR_PYTHON`, then the current interpreter.
    """

    def __init__(
        self,
        fixture: str | dict[str, Any] = "demo",
        *,
        port: int = 0,
        state: str | Path | None = None,
        latency_ms: float = 0,
        idle: float | None = 600,
        tokens: dict[str, str] | None = None,
        options: dict[str, Any] | None = None,
        arguments: tuple[str, ...] = (),
        environment: dict[str, str] | None = None,
        python: str | None = None,
    ) -> None:
        self._fixture = fixture
        self._environment = environment or {}
        self._command = [python or os.environ.get("EMULATOR_PYTHON") or sys.executable, "-m", "tests.emulator"]
        self._command += ["--fixture", fixture if isinstance(fixture, str) else "empty"]
        self._command += ["--port", str(port), "--latency-ms", str(latency_ms), "--parent", str(os.getpid())]
        if state is not None:
            self._command += ["--state", str(Path(state).resolve())]
        if idle is not None:
            self._command += ["--idle", str(idle)]
        for user, token in (tokens or {}).items():
            self._environment[f"EMULATOR_TOKEN_{user.upper()}"] = token
        for name, value in (options or {}).items():
            self._command += ["--option", f"{name}={value}"]
        self._command += arguments
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None
        self.api_url = ""
        self.admin_url = ""
        self.tokens: dict[str, str] = {}
        self.phonegap_url = ""
        self.phonegap_tokens: dict[str, str] = {}
        self.phonegap_logins: dict[str, dict[str, str]] = {}

    # Starting and ending

    def __enter__(self) -> Emulator:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """Return the running process. Raise EmulatorError if there is none."""
        if self._process is None:
            raise EmulatorError("the emulator is not running")
        return self._process

    def start(self, timeout: float = 120) -> Emulator:
        """Start the emulator and wait for its first line of output. Raise EmulatorError if it does not start."""
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the process)
        inherited = {name: value for name, value in os.environ.items() if name not in _SETTINGS}
        self._process = subprocess.Popen(
            self._command,
            cwd=CHECKOUT,
            env={**inherited, **self._environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        try:
            first = json.loads(self._first_line(timeout))
        except (ValueError, EmulatorError) as error:
            self.stop()
            reason = error if isinstance(error, EmulatorError) else "it printed no JSON object."
            raise EmulatorError(f"the emulator did not start: {reason} {self._error_output}") from None
        self.api_url, self.tokens, self.admin_url = first["bitrise"], first["tokens"], first["admin"]
        self.phonegap_url = first["phonegap"]
        self.phonegap_tokens, self.phonegap_logins = first["phonegap_tokens"], first["phonegap_logins"]
        if not isinstance(self._fixture, str):
            self.load(self._fixture)
        return self

    def _first_line(self, timeout: float) -> bytes:
        output = self.process.stdout
        assert output is not None
        ready, _writable, _failed = select.select([output], [], [], timeout)
        if not ready:
            raise EmulatorError(f"timed out after {timeout:g} s.")
        return output.readline()

    def stop(self) -> int:
        """Stop the emulator and return its exit status."""
        process, self._process = self.process, None
        process.terminate()
        try:
            status = process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            status = process.wait()
        if process.stdout:
            process.stdout.close()
        if self._errors:
            self._errors.seek(0)
            self._error_output = self._errors.read().decode(errors="replace")
            self._errors.close()
            self._errors = None
        return status

    _error_output = ""

    @property
    def error_output(self) -> str:
        """Return what the ended process wrote to standard error. It is normally empty."""
        return self._error_output

    # Admin path

    def admin(self, method: str, path: str, body: Any = None) -> Any:
        """Send an admin request and return the decoded response. Raise EmulatorError for an error status."""
        # http.client ignores proxy settings and is 30 ms faster than urllib.request.
        connection = http.client.HTTPConnection(self.admin_url.split("/")[2], timeout=60)
        try:
            connection.request(method, f"/_emulator/{path}", None if body is None else json.dumps(body))
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        if response.status >= 400:
            raise EmulatorError(f"{method} {path}: {response.status} {text}")
        return json.loads(text) if text else None

    def requests(self, **expected: Any) -> list[dict[str, Any]]:
        """Return the request log in order, filtered by values such as `method="PUT"` or `area="api"`."""
        return [
            entry
            for entry in self.admin("GET", "requests")
            if all(entry.get(name) == value for name, value in expected.items())
        ]

    def clear_requests(self) -> None:
        """Empty the request log and restart its numbering."""
        self.admin("DELETE", "requests")

    def fault(self, **definition: Any) -> list[dict[str, Any]]:
        """Add a fault and return it: `fault(status=503, method="PUT", path="/_storage/", nth=2)`."""
        added: list[dict[str, Any]] = self.admin("POST", "faults", definition)
        return added

    def faults(self) -> list[dict[str, Any]]:
        """Return the active faults, with how often each was seen and fired."""
        found: list[dict[str, Any]] = self.admin("GET", "faults")
        return found

    def clear_faults(self) -> None:
        """Remove all faults and continue held requests."""
        self.admin("DELETE", "faults")

    def held(self) -> list[dict[str, Any]]:
        """Return the requests that a fault holds."""
        found: list[dict[str, Any]] = self.admin("GET", "holds")
        return found

    def wait_until_held(self, count: int = 1, timeout: float = 60) -> list[dict[str, Any]]:
        """Wait until at least `count` requests are held and return them. Raise EmulatorError on a timeout."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            found = self.held()
            if len(found) >= count:
                return found
            time.sleep(0.01)
        raise EmulatorError(f"timed out after {timeout} s: fewer than {count} requests are held")

    def release(self, number: int, then: str = "go") -> None:
        """Continue a held request, or drop its connection with `then="drop"`."""
        self.admin("POST", "holds", {"n": number, "then": then})

    def advance(self, seconds: float) -> None:
        """Move the service's clock by a number of seconds."""
        self.admin("POST", "clock", {"advance_s": seconds})

    def set_clock(self, now: str) -> None:
        """Set the service's clock to a time such as 2026-11-29T10:00:00Z."""
        self.admin("POST", "clock", {"now": now})

    def load(self, fixture: str | dict[str, Any]) -> dict[str, Any]:
        """Replace the state by a fixture, given by name or as an object."""
        return self._replace("fixture", fixture)

    def reset(self, fixture: str | dict[str, Any]) -> dict[str, Any]:
        """Replace the state by a fixture, and restore faults, request log, clock and switches."""
        return self._replace("reset", fixture)

    def _replace(self, path: str, fixture: str | dict[str, Any]) -> dict[str, Any]:
        body = {"fixture": fixture} if isinstance(fixture, str) else fixture
        summary: dict[str, Any] = self.admin("POST", path, body)
        self.tokens = summary["tokens"]
        self.phonegap_tokens, self.phonegap_logins = summary["phonegap_tokens"], summary["phonegap_logins"]
        return summary

    def state(self, *, digests: bool = False) -> dict[str, Any]:
        """Return the state of the service. `digests` adds the digests of generated artifacts."""
        found: dict[str, Any] = self.admin("GET", "state?digests=true" if digests else "state")
        return found

    def options(self, **changes: Any) -> dict[str, Any]:
        """Set switches and return all switches with their values."""
        found: dict[str, Any] = self.admin("POST", "options", changes) if changes else self.admin("GET", "options")
        return found

    def wait(self, timeout: float = 60) -> int:
        """Wait until the process ends and return its exit status. Raise EmulatorError on a timeout."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            status = self.process.poll()
            if status is not None:
                return status
            time.sleep(0.05)
        raise EmulatorError(f"timed out after {timeout} s: the emulator is still running")
