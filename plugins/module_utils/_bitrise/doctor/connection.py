# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the connection to the service: address, proxy, name, TLS, clock, latency, limits, and the file storage."""

from __future__ import annotations

import ssl
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import SplitResult, urlsplit

from ..._core.errors import CiError, OptionError
from ..._http.announced_limits import read_announced_limit
from ..._http.gates import Gates
from ..._http.redact import Redactor
from ..._http.responses import is_html
from ..._http.service_clock import parse_http_date
from ..._http.service_url import check_url
from ..._http.session import Call, HttpSession
from ..._http.transport_options import Transport
from ..client import check_api_url
from ..options import DEFAULT_API_URL
from . import network
from .checks import Checks, Private, Value

CONNECTION_CHECKS = "connection"
PROBES = 5
# Longest time for a connection. A longer one does not change the result.
CONNECT_S = 10.0
# Signed URLs are valid for ten minutes by the service's clock, and expiry dates are compared with the clock of this
# machine.
CLOCK_WARNING_S, CLOCK_FAILURE_S = 60.0, 600.0
SLOW_S = 1.0
# Authorities that records may name, because they do not reveal a company.
_PUBLIC_AUTHORITIES = (
    "amazon",
    "digicert",
    "entrust",
    "globalsign",
    "google trust services",
    "internet security research group",
    "let's encrypt",
    "microsoft",
    "sectigo",
)
CA_PATH = "ca_path (doctor_ca_path)"
_PROXY_PORTS = {"https": 443, "socks4": 1080, "socks4a": 1080, "socks5": 1080, "socks5h": 1080}
# Codes of OpenSSL: X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH; not valid yet, has expired.
_WRONG_NAME, _WRONG_TIME = (62, 64), (9, 10)
_PUBLIC_HOSTS = frozenset({urlsplit(DEFAULT_API_URL).hostname})
_LIMIT_HEADERS = ("ratelimit", "x-ratelimit", "x-rate-limit", "retry-after")


@dataclass(frozen=True)
class Probe:
    """A response of the service, with the values that the checks need."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    seconds: float
    clock_offset_s: float | None  # of the service's clock against the clock of this machine
    body: Any = None
    is_page: bool = False


@dataclass
class ConnectionPath:
    """Result of the checks of the connection to the service."""

    is_open: bool = False
    probes: list[Probe] = field(default_factory=list)

    @property
    def last(self) -> Probe | None:
        return self.probes[-1] if self.probes else None


def address(host: str | None) -> Value:
    """Return a host as a value of a check. Only the vendor's own host is public."""
    return host or "" if host in _PUBLIC_HOSTS else Private("address", host or "")


def check_connection_path(checks: Checks, api_url: str, token: str | None, transport: Transport) -> ConnectionPath:
    """Check the connection step by step. Stop after a step that fails."""
    path = ConnectionPath()
    try:
        check_url(api_url, "api_url")
        check_api_url(api_url)
    except OptionError as error:
        checks.fail("address", "Address of the service: {problem}", "", problem=Private("message", error.message))
        return path
    parts = urlsplit(api_url)
    hop = _check_proxy(checks, api_url, parts, transport)
    if hop is None:
        return path
    timeout = min(transport.timeout, CONNECT_S)
    if not _check_connection(checks, hop, timeout):
        return path
    if not _check_tls(checks, parts, hop, transport, timeout):
        return path
    path.probes = _probe(checks, api_url, token, transport)
    if path.last is None or not _check_api(checks, parts, path.last):
        return path
    path.is_open = True
    _check_clock(checks, path.last)
    _check_latency(checks, path.probes)
    _check_limits(checks, path.last)
    return path


def _check_proxy(checks: Checks, api_url: str, parts: SplitResult, transport: Transport) -> network.Hop | None:
    """Return the first hop, or None if the URL of the proxy is invalid."""
    proxy = transport.proxy_for(api_url)
    variable = proxy.variable if proxy else transport.no_proxy_for(api_url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if not proxy:
        text = "No proxy: {variable} excludes {host}" if variable else "No proxy is set"
        checks.ok("proxy", text, {"variable": variable}, variable=variable, host=address(parts.hostname))
        return network.Hop(parts.hostname or "", port)
    split = _split_proxy(proxy.url)
    if split is None:
        advice = f"Set {variable} to a URL such as http://proxy.example.com:3128."
        checks.fail("proxy", "The proxy in {variable} is not a URL", advice, {"variable": variable}, variable=variable)
        return None
    host, proxy_port = split.hostname or "", split.port or _PROXY_PORTS.get(split.scheme, 80)
    place = Private("address", f"{host}:{proxy_port}")
    has_password = split.password is not None
    text = "Proxy {proxy}, from {variable}" + (", with a password" if has_password else "")
    facts: Mapping[str, Value] = {"variable": variable, "has_password": has_password, "scheme": split.scheme}
    checks.ok("proxy", text, facts, proxy=place, variable=variable)
    return network.Hop(host, proxy_port, split)


def _split_proxy(proxy: str) -> SplitResult | None:
    """Return the parts of the URL of a proxy, or None if it is not one."""
    try:
        split = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        _port = split.port
    except ValueError:
        return None
    return split if split.hostname else None


def _check_connection(checks: Checks, hop: network.Hop, timeout: float) -> bool:
    host, proxy_advice = address(hop.host), "Check the proxy variable and the network."
    advice = proxy_advice if hop.proxy else "Check api_url and the name service. Behind a proxy, set HTTPS_PROXY."
    try:
        found = network.resolve(hop)
    except OSError as error:
        reason = network.reason_of(error)
        checks.fail("name", "The name {host} cannot be resolved: {reason}", advice, host=host, reason=reason)
        return False
    addresses = [Private("address", text) for text in found]
    checks.ok("name", "{host} has the address {addresses}", {"number": len(found)}, host=host, addresses=addresses)
    started = time.monotonic()
    try:
        network.connect(hop, timeout).close()
    except OSError as error:
        text = f"No connection to {'the proxy ' if hop.proxy else ''}{{host}} port {{port}}: {{reason}}"
        advice = proxy_advice if hop.proxy else "Check the firewall. Behind a proxy, set HTTPS_PROXY."
        checks.fail("connection", text, advice, host=host, port=hop.port, reason=network.reason_of(error))
        return False
    milliseconds = round((time.monotonic() - started) * 1000)
    text = "Connection to {host} port {port} in {milliseconds} ms"
    checks.ok("connection", text, host=host, port=hop.port, milliseconds=milliseconds)
    return True


def _check_tls(checks: Checks, parts: SplitResult, hop: network.Hop, transport: Transport, timeout: float) -> bool:
    host = address(parts.hostname)
    if parts.scheme != "https":
        checks.ok("tls", "Plain HTTP, which is allowed on this machine only")
        return True
    try:
        found = network.handshake(parts, hop, transport.verify, timeout)
    except network.NotExaminedError:
        scheme = hop.proxy.scheme if hop.proxy else ""
        text = "TLS of {host} was not checked, because the address of the proxy begins with {scheme}://"
        checks.skip("tls", text, host=host, scheme=scheme)
        return True
    except network.NoAuthoritiesError as error:
        text = "No certificate authority can be read from {path}: {reason}"
        advice = f"Set {CA_PATH} to a file or folder with certificates in PEM format."
        checks.fail("tls", text, advice, path=Private("path", str(transport.verify)), reason=network.reason_of(error))
        return False
    except network.ProxyRefusedError as error:
        advice = "Check the user and the password in the proxy variable, and whether the proxy allows this host."
        text = "The proxy refuses to connect to {host}: {reason}"
        checks.fail("tls", text, advice, host=host, reason=Private("message", str(error)))
        return False
    except OSError as error:
        _explain_distrust(checks, parts, hop, timeout, error)
        return False
    issuer = authority(found.issuer)
    facts: Mapping[str, Value] = {"version": found.version, "issuer": issuer, "expires_at": found.expires_at}
    if transport.verify is False:
        text = "{version}, the certificate of {host} was issued by {issuer}, and is not validated"
        advice = (
            "Set validate_certs (doctor_validate_certs) to true. Otherwise others in the network can read the token."
        )
        checks.warn("tls", text, advice, facts, version=found.version, host=host, issuer=issuer)
    else:
        text = "{version}, the certificate of {host} was issued by {issuer}"
        checks.ok("tls", text, facts, version=found.version, host=host, issuer=issuer)
    return True


def _explain_distrust(checks: Checks, parts: SplitResult, hop: network.Hop, timeout: float, error: OSError) -> None:
    host, reason = address(parts.hostname), network.reason_of(error)
    try:
        found = network.handshake(parts, hop, False, timeout)
    except OSError:
        text = "No TLS connection to {host}: {reason}"
        checks.fail("tls", text, "Check host and port in api_url, and the proxy.", host=host, reason=reason)
        return
    text = "The certificate of {host} is not trusted: {reason}. It was issued by {issuer}"
    code = error.verify_code if isinstance(error, ssl.SSLCertVerificationError) else None
    if code in _WRONG_NAME:
        advice = "Check api_url, and whether a proxy or another service responds under this name."
    elif code in _WRONG_TIME:
        advice = (
            "Check the clock of this machine. If it is right, the operator of this host has to renew the certificate."
        )
    else:
        advice = (
            f"If the issuer is your company's proxy, set {CA_PATH} to a bundle that contains its certificate "
            "authority. Otherwise another server responds instead of the service."
        )
    checks.fail(
        "tls", text, advice, {"version": found.version}, host=host, reason=reason, issuer=authority(found.issuer)
    )


def authority(name: str) -> Value:
    """Return the issuer of a certificate as a value of a check."""
    known = name.lower().startswith(_PUBLIC_AUTHORITIES) or name == network.UNKNOWN_ISSUER
    return name if known else Private("authority", name)


def _probe(checks: Checks, api_url: str, token: str | None, transport: Transport) -> list[Probe]:
    """Request the user of the token several times, because that response is small. Return the responses."""
    once = replace(transport, max_retries=0)
    headers = {"Accept": "application/json", **({"Authorization": token} if token else {})}
    redact = Redactor([token])
    session = HttpSession(once, Gates(once.clock, once.time_limit), redact, headers)
    call = Call("GET", f"{api_url.rstrip('/')}/me", "reach the service", "/me")
    probes: list[Probe] = []
    try:
        for _number in range(PROBES):
            started = time.monotonic()
            response = session.send(call)
            seconds = time.monotonic() - started
            date = parse_http_date(response.headers.get("Date"))
            # A Date has no fractions of a second: on average, it is half a second too early.
            offset = None if date is None else date + 0.5 - (time.time() - seconds / 2)
            probe = Probe(
                response.status_code, response.headers, seconds, offset, _json(response.json), is_html(response)
            )
            probes.append(probe)
            if response.status_code == 429:
                break
    except CiError as error:
        facts: Mapping[str, Value] = {"kind": error.kind, "status": error.status}
        checks.fail(
            "api", "{message}", "Check api_url and the network.", facts, message=Private("message", error.message)
        )
        return []
    finally:
        session.close()
    return probes


def _json(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except ValueError:
        return None


def _check_api(checks: Checks, parts: SplitResult, probe: Probe) -> bool:
    host, facts = address(parts.hostname), {"status": probe.status}
    if probe.is_page or not isinstance(probe.body, dict):
        what = "an HTML page" if probe.is_page else "something that is not a JSON object"
        text = "{host} responds with {status} and {what}, so it is not the API"
        advice = "Check api_url (by default {default}), and whether a proxy or a login page responds instead."
        values: dict[str, Value] = {"host": host, "status": probe.status, "what": what, "default": DEFAULT_API_URL}
        checks.fail("api", text, advice, facts, **values)
        return False
    if probe.status >= 500:
        text = "The service has a problem: {host} responds with {status}"
        checks.fail("api", text, "Run the doctor again later.", facts, host=host, status=probe.status)
        return False
    if 300 <= probe.status < 400 or probe.status == 404:
        text = "{host} responds with {status}, so api_url is not the address of the API"
        advice = "Set api_url to {default}, unless you have your own installation."
        checks.fail("api", text, advice, facts, host=host, status=probe.status, default=DEFAULT_API_URL)
        return False
    checks.ok("api", "{host} responds like the API", facts, host=host)
    return True


def _check_clock(checks: Checks, probe: Probe) -> None:
    offset = probe.clock_offset_s
    if offset is None:
        checks.warn(
            "clock",
            "The responses of the service have no time",
            "Check whether a proxy removes the header Date. Without it, a run does not delete unfinished uploads of "
            "earlier runs.",
        )
        return
    seconds = round(abs(offset))
    facts = {"offset_s": round(offset)}
    if seconds <= CLOCK_WARNING_S:
        checks.ok("clock", "The clock differs by {seconds} s from the clock of the service", facts, seconds=seconds)
        return
    direction = "behind" if offset > 0 else "ahead of"
    text = "The clock is {seconds} s {direction} the clock of the service"
    advice = "Set the clock of this machine, for example with NTP. Certificates are validated by it."
    add = checks.fail if seconds > CLOCK_FAILURE_S else checks.warn
    add("clock", text, advice, facts, seconds=seconds, direction=direction)


def _check_latency(checks: Checks, probes: list[Probe]) -> None:
    # The first response includes the time to connect.
    median = statistics.median(probe.seconds for probe in probes)
    milliseconds = round(median * 1000, 1 if median < 0.01 else None)
    facts = {"median_ms": milliseconds}
    values = {"milliseconds": milliseconds, "number": len(probes)}
    text = "A response takes {milliseconds} ms (median of {number})"
    if median > SLOW_S:
        advice = "A rollout needs about three responses for each app. Raise concurrency, or check the network."
        checks.warn("latency", text, advice, facts, **values)
    else:
        checks.ok("latency", text, facts, **values)


def _check_limits(checks: Checks, probe: Probe) -> None:
    announced = read_announced_limit(probe.headers, None)
    names = sorted(name.lower() for name in probe.headers if name.lower().startswith(_LIMIT_HEADERS))
    facts: dict[str, Value] = {"headers": names, "remaining": announced.remaining, "wait_s": announced.wait_s}
    if probe.status == 429:
        advice = "Run the doctor again later. Other jobs may use the same limit."
        text = "The service refuses requests now (429)"
        text += ": it asks to wait {wait_s} s" if announced.wait_s else ""
        checks.fail("limits", text, advice, facts, wait_s=round(announced.wait_s or 0))
    elif not names:
        checks.ok("limits", "The service does not report a limit of requests", facts)
    elif announced.remaining is not None and announced.wait_s is not None:
        text = "The service allows {remaining} more requests in the next {wait_s} s"
        values = {"remaining": announced.remaining, "wait_s": round(announced.wait_s)}
        if announced.remaining < PROBES:
            advice = "A rollout waits until the service allows more. Other jobs may use the same limit."
            checks.warn("limits", text, advice, facts, **values)
        else:
            checks.ok("limits", text, facts, **values)
    else:
        checks.ok("limits", "The service reports a limit of requests, in {headers}", facts, headers=names)


def check_storage(checks: Checks, url: str | None, transport: Transport) -> None:
    """Check whether the host of a signed URL responds. Send neither the signature nor a token."""
    if not url:
        advice = "Run the doctor with doctor_app and doctor_writes, which uploads a file."
        checks.skip("storage", "File storage was not checked, because no app has a file with a download URL", advice)
        return
    try:
        check_url(url, "the address of the file storage")
    except OptionError as error:
        advice = "Check whether a proxy changes responses."
        checks.fail("storage", "File storage: {problem}", advice, problem=Private("message", error.message))
        return
    parts = urlsplit(url)
    once = replace(transport, max_retries=0)
    session = HttpSession(once, Gates(once.clock, once.time_limit), Redactor(), None)
    host = Private("address", parts.hostname or "")
    started = time.monotonic()
    try:
        response = session.send(Call("GET", f"{parts.scheme}://{parts.netloc}/", "reach the file storage"))
    except CiError as error:
        facts = {"kind": error.kind}
        text = "The file storage {host} cannot be reached: {reason}"
        advice = "Allow this host in the firewall or the proxy. Files are uploaded to it and downloaded from it."
        checks.fail("storage", text, advice, facts, host=host, reason=Private("message", error.message))
        return
    finally:
        session.close()
    milliseconds = round((time.monotonic() - started) * 1000)
    text = "The file storage {host} responds in {milliseconds} ms"
    checks.ok("storage", text, {"status": response.status_code}, host=host, milliseconds=milliseconds)
