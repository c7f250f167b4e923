# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers with responses that the emulator never sends: a few lines each, for one test."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class CannedResponse:
    status: int = 200
    body: bytes = b'{"data": []}'
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})


@dataclass
class Server:
    """`seen`: request lines and headers, in order; `connections`: those that they came by."""

    url: str
    seen: list[tuple[str, dict[str, str]]]
    connections: set[object]

    @property
    def lines(self) -> list[str]:
        return [line for line, _headers in self.seen]


@contextmanager
def serving(
    response: CannedResponse | Callable[[str], CannedResponse], certificate: Path | None = None
) -> Iterator[Server]:
    """Run a server on loopback. Use TLS if a certificate and its key are given in one file."""
    seen: list[tuple[str, dict[str, str]]] = []
    connections: set[object] = set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _reply(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            connections.add(self.client_address)
            seen.append((f"{self.command} {self.path}", dict(self.headers)))
            given = response(f"{self.command} {self.path}") if callable(response) else response
            self.send_response_only(given.status)
            usual = {"Date": self.date_time_string(), "Content-Length": str(len(given.body))}
            for name, value in {**usual, **given.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(given.body)

        def __getattr__(self, name: str) -> Callable[[], None]:
            if name.startswith("do_"):
                return self._reply
            raise AttributeError(name)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name in the base class)
            """Print nothing."""

    class QuietServer(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Ignore errors, because in some tests the client ends the connection."""

    server = QuietServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    scheme = "http"
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        # The handshake belongs to the thread of the connection, so that a client that ends it does not disturb others.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        scheme = "https"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield Server(f"{scheme}://127.0.0.1:{server.server_port}", seen, connections)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def self_signed(path: Path, *, days: int = 1) -> Path:
    """Create a certificate for 127.0.0.1 with its key, in one file. With negative days it has expired."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=10))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path
