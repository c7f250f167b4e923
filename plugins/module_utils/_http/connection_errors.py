# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Classify requests that got no response: kind of failure, and whether the request may have had an effect."""

from __future__ import annotations

import re
import ssl

from .._core.errors import CiError
from .response_body import TooSlowError
from .transport_options import Proxy

try:
    import requests
    import urllib3
except ImportError:  # ModuleSpec.execute() reports the missing library before this code runs
    requests = None  # type: ignore[assignment]
    urllib3 = None  # type: ignore[assignment]


# OpenSSL's reason for a response that is not TLS, such as plain HTTP.
_NO_TLS = "WRONG_VERSION_NUMBER"
# Python's message for a proxy that does not connect to the host.
_TUNNEL = re.compile(r"Tunnel connection failed: ([0-9]{3})")


class NoResponseError(Exception):
    """An attempt that got no response. HttpSession catches it."""

    def __init__(self, error: CiError, *, was_sent: bool, worth_retrying: bool) -> None:
        super().__init__(str(error))
        self.error = error
        self.was_sent = was_sent
        self.worth_retrying = worth_retrying


def _causes(error: BaseException) -> list[BaseException]:
    """Return the error and the errors that it wraps, outermost first. requests and urllib3 wrap several times."""
    found: list[BaseException] = []
    waiting: list[BaseException] = [error]
    while waiting:
        current = waiting.pop(0)
        if any(current is known for known in found):
            continue
        found.append(current)
        inner = [getattr(current, "reason", None), current.__cause__, current.__context__, *current.args]
        waiting += [cause for cause in inner if isinstance(cause, BaseException)]
    return found


def classify(error: Exception, timeout: float, proxy: Proxy | None = None) -> tuple[str, str, str]:
    """Return the kind of the error, the reason, in which {host} stands for the host, and what to do."""
    causes = _causes(error)
    if proxy and (found := _proxy_failure(causes, timeout, proxy)):
        reason, advice = found
        return "proxy", reason, advice

    def any_of(*types: type[BaseException]) -> BaseException | None:
        return next((cause for cause in causes if isinstance(cause, types)), None)

    exceptions = requests.exceptions
    dns = next((cause for cause in causes if type(cause).__name__ in ("gaierror", "NameResolutionError")), None)
    # Other TLS errors are broken connections, which a retry may repair.
    tls = any_of(ssl.SSLCertVerificationError) or next((cause for cause in causes if _is_hopeless(cause)), None)
    if dns:
        return "dns", "the host name {host} is unknown", "Check api_url and the name service."
    if getattr(tls, "reason", None) == _NO_TLS:
        return "tls", "{host} does not speak TLS at this port", "Check the scheme and the port of api_url."
    if tls:
        reason = getattr(tls, "verify_message", "") or getattr(tls, "reason", "") or str(tls)
        text = str(reason).replace("{", "(").replace("}", ")")
        return "tls", f"the TLS connection to {{host}} is not trusted: {text}", "See ca_path and validate_certs."
    if any_of(ConnectionRefusedError):
        return (
            "connection",
            "{host} refuses connections",
            "Check host and port in api_url, and whether the service runs.",
        )
    # urllib3 raises a subclass of its timeout for every connection that it cannot open.
    if any_of(exceptions.Timeout, TimeoutError, TooSlowError) and not any_of(urllib3.exceptions.NewConnectionError):
        too_slow = any_of(TooSlowError)
        reason = str(too_slow) if too_slow else f"{{host}} did not respond within {timeout:g} s"
        return "timeout", reason, "Raise timeout, or check the network."
    if any_of(urllib3.exceptions.NewConnectionError):
        return "connection", "no connection to {host} is possible", "Check api_url and the network."
    if proxy and any_of(exceptions.InvalidProxyURL, urllib3.exceptions.ProxySchemeUnknown):
        return "option", f"the value of {proxy.variable} is not the URL of a proxy", "Use http://HOST:PORT."
    wrong = (exceptions.InvalidURL, exceptions.InvalidHeader, exceptions.InvalidSchema, exceptions.MissingSchema)
    if any_of(*wrong, exceptions.InvalidProxyURL, UnicodeError):
        return "option", "the request to {host} is not possible", "Check api_url, api_token and the proxy variables."
    return "connection", "the connection to {host} ended before the response was complete", ""


def _proxy_failure(causes: list[BaseException], timeout: float, proxy: Proxy) -> tuple[str, str] | None:
    """Return reason and advice for a failure of the proxy or of the connection to it, or None for any other failure."""
    kinds = urllib3.exceptions
    # All connections lead to the proxy. requests does not raise ProxyError if one times out.
    if not any(
        isinstance(cause, (requests.exceptions.ProxyError, kinds.NewConnectionError, kinds.ConnectTimeoutError))
        for cause in causes
    ):
        return None
    label = proxy.label.replace("{", "{{").replace("}", "}}")
    check = f"Check {proxy.variable}."
    tunnel = next((found for cause in causes if (found := _TUNNEL.search(str(cause)))), None)
    if tunnel:
        if tunnel[1] != "407":
            return f"{label} refuses to connect to {{host}} (status {tunnel[1]})", "Ask the operator of the proxy."
        if proxy.has_user:
            return f"{label} rejects the user and password (status 407)", check
        advice = f"Put them into {proxy.variable}: http://USER:PASSWORD@HOST:PORT."
        return f"{label} requires a user and a password (status 407)", advice
    if any(type(cause).__name__ in ("gaierror", "NameResolutionError") for cause in causes):
        return f"the host name of {label} is unknown", check
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return f"{label} refuses connections", f"{check} Is the proxy running?"
    if any(isinstance(cause, (TimeoutError, kinds.ConnectTimeoutError)) for cause in causes):
        return f"{label} did not respond within {timeout:g} s", check
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return f"the TLS connection to {label} failed", f"{check} Most proxies are reached by http://."
    return f"{label} failed", check


def _is_hopeless(error: BaseException) -> bool:
    """Return whether a retry cannot help, because the port has no TLS or the bundle cannot be used."""
    if isinstance(error, ssl.SSLError):
        return getattr(error, "reason", None) in (_NO_TLS, "NO_CERTIFICATE_OR_CRL_FOUND")
    return "TLS CA certificate bundle" in str(error) and not isinstance(error, requests.RequestException)


def was_never_sent(error: Exception) -> bool:
    """Return whether the request cannot have reached the service."""
    kinds = urllib3.exceptions
    before = (kinds.NewConnectionError, kinds.ConnectTimeoutError, kinds.ProxyError, ssl.SSLCertVerificationError)
    return any(isinstance(cause, before) for cause in _causes(error))
