# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resolve names, connect, and do TLS handshakes as separate steps, to find out which of them fails."""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote

UNKNOWN_ISSUER = "an unknown authority"
_LONGEST_RESPONSE = 16 * 1024


@dataclass(frozen=True)
class Hop:
    """The target of the first connection: the service, or a proxy."""

    host: str
    port: int
    proxy: SplitResult | None = None


@dataclass(frozen=True)
class Handshake:
    """Version and certificate of a TLS handshake."""

    version: str
    issuer: str
    expires_at: str | None


class ProxyRefusedError(OSError):
    """A proxy refuses to connect to the service."""


class NoAuthoritiesError(OSError):
    """The file or folder with certificate authorities does not contain a readable one."""


class NotExaminedError(OSError):
    """The doctor cannot check this kind of proxy, although requests supports it."""


def reason_of(error: OSError) -> str:
    """Return the reason of an error of the network in a few words. It contains no name and no address."""
    if isinstance(error, ssl.SSLCertVerificationError):
        # Some messages of OpenSSL quote the host.
        return error.verify_message.split(",")[0].rstrip(". ")
    if isinstance(error, ssl.SSLError):
        return (error.reason or "the handshake failed").replace("_", " ").lower()
    if isinstance(error, TimeoutError):
        return "timed out"
    return error.strerror or type(error).__name__


def resolve(hop: Hop) -> list[str]:
    """Return the addresses of the host."""
    try:
        found = socket.getaddrinfo(hop.host, hop.port, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise OSError(0, "it is not a host name") from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def connect(hop: Hop, timeout: float) -> socket.socket:
    return socket.create_connection((hop.host, hop.port), timeout)


def handshake(service: SplitResult, hop: Hop, verify: bool | str, timeout: float) -> Handshake:
    """Make a TLS connection to the service as requests would, and return what it shows. Raise OSError."""
    host = service.hostname or ""
    tls, port = _context(verify), service.port or 443
    with _tunnel(host, port, hop, timeout) as tunnel, tls.wrap_socket(tunnel, server_hostname=host) as secured:
        certificate = secured.getpeercert(binary_form=True) or b""
        issuer, expires_at = _described(certificate, secured.getpeercert() or {})
        return Handshake(secured.version() or "TLS", issuer, expires_at)


@contextlib.contextmanager
def _tunnel(host: str, port: int, hop: Hop, timeout: float) -> Iterator[socket.socket]:
    with contextlib.closing(connect(hop, timeout)) as connection:
        if hop.proxy is None:
            yield connection
            return
        if hop.proxy.scheme != "http":
            # One TLS connection inside another one needs buffers in memory, and SOCKS is another protocol.
            raise NotExaminedError
        connection.sendall(_connect_request(host, port, hop.proxy))
        status = _status(connection)
        if status != 200:
            raise ProxyRefusedError(f"it responds with {status}")
        yield connection


def _connect_request(host: str, port: int, proxy: SplitResult) -> bytes:
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}"]
    if proxy.username is not None:
        login = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
        lines.append(f"Proxy-Authorization: Basic {base64.b64encode(login.encode()).decode()}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def _status(connection: socket.socket) -> int:
    response = b""
    while b"\r\n\r\n" not in response and len(response) < _LONGEST_RESPONSE:
        part = connection.recv(4096)
        if not part:
            break
        response += part
    words = response.split(b"\r\n", 1)[0].split()
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0


def _context(verify: bool | str) -> ssl.SSLContext:
    if verify is False:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    if isinstance(verify, bool):
        from requests.utils import DEFAULT_CA_BUNDLE_PATH

        verify = str(DEFAULT_CA_BUNDLE_PATH)
    try:
        if Path(verify).is_dir():
            return ssl.create_default_context(capath=verify)
        return ssl.create_default_context(cafile=verify)
    except OSError as error:
        reason = reason_of(error)
        raise NoAuthoritiesError(error.errno, reason) from error


def _described(certificate: bytes, listed: Any) -> tuple[str, str | None]:
    """Return issuer and expiry of a certificate. `listed`: its fields by the ssl module, empty if it is not trusted."""
    if listed:
        names = {key: value for entry in listed.get("issuer", ()) for key, value in entry}
        issuer = names.get("organizationName") or names.get("commonName") or UNKNOWN_ISSUER
        return issuer, listed.get("notAfter")
    try:
        from cryptography import x509
        from cryptography.x509.oid import NameOID

        found = x509.load_der_x509_certificate(certificate)
    except (ImportError, ValueError):
        return UNKNOWN_ISSUER, None
    for name in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        values = found.issuer.get_attributes_for_oid(name)
        if values and values[0].value:
            return str(values[0].value), None
    return UNKNOWN_ISSUER, None
