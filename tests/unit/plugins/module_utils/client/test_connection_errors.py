# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds, reasons and advice of requests without a response, for each error that the libraries raise."""

from __future__ import annotations

import socket
import ssl

import pytest
import requests
import urllib3
from requests import exceptions
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, ProtocolError, ReadTimeoutError

from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import CiError
from ansible_collections.mobileops.ci.plugins.module_utils._http.connection_errors import (
    NoResponseError,
    classify,
    was_never_sent,
)
from ansible_collections.mobileops.ci.plugins.module_utils._http.response_body import TooSlowError
from ansible_collections.mobileops.ci.plugins.module_utils._http.transport_options import Proxy

POOL = urllib3.HTTPSConnectionPool("api.example.com")
PROXY = Proxy("https_proxy", "http://proxy.example:3128")
LABEL = "the proxy proxy.example:3128 (https_proxy)"


def wrapped(cause: Exception, *, reason: bool = True) -> requests.ConnectionError:
    """Wrap an error as requests and urllib3 do."""
    return requests.ConnectionError(MaxRetryError(POOL, "/", cause) if reason else cause)


def caused_by(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


def new_connection(cause: Exception | None = None) -> Exception:
    error = NewConnectionError(POOL, "failed to establish a new connection")
    return caused_by(error, cause) if cause else error


def ssl_error(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, f"[SSL: {reason}] text")
    error.reason = reason
    return error


def untrusted(message: str) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = message
    return error


CONNECTION = "the connection to {host} ended before the response was complete"
ERRORS: dict[str, tuple[Exception, str, str, str]] = {
    "unknown host": (
        wrapped(new_connection(socket.gaierror(-2, "Name or service not known"))),
        "dns",
        "the host name {host} is unknown",
        "Check api_url and the name service.",
    ),
    "untrusted": (
        requests.exceptions.SSLError(MaxRetryError(POOL, "/", untrusted("self-signed {certificate}"))),
        "tls",
        "the TLS connection to {host} is not trusted: self-signed (certificate)",
        "See ca_path and validate_certs.",
    ),
    "untrusted without a message": (
        untrusted(""),
        "tls",
        "the TLS connection to {host} is not trusted: certificate verify failed",
        "See ca_path and validate_certs.",
    ),
    "port without TLS": (
        wrapped(ssl_error("WRONG_VERSION_NUMBER")),
        "tls",
        "{host} does not speak TLS at this port",
        "Check the scheme and the port of api_url.",
    ),
    "empty bundle": (
        ssl_error("NO_CERTIFICATE_OR_CRL_FOUND"),
        "tls",
        "the TLS connection to {host} is not trusted: NO_CERTIFICATE_OR_CRL_FOUND",
        "See ca_path and validate_certs.",
    ),
    "missing bundle": (
        OSError("Could not find a suitable TLS CA certificate bundle: /x"),
        "tls",
        "the TLS connection to {host} is not trusted: Could not find a suitable TLS CA certificate bundle: /x",
        "See ca_path and validate_certs.",
    ),
    "broken TLS": (wrapped(ssl_error("UNEXPECTED_EOF_WHILE_READING")), "connection", CONNECTION, ""),
    "words of a bundle in an error of requests": (
        requests.ConnectionError("TLS CA certificate bundle"),
        "connection",
        CONNECTION,
        "",
    ),
    "refused": (
        wrapped(new_connection(ConnectionRefusedError(111, "Connection refused"))),
        "connection",
        "{host} refuses connections",
        "Check host and port in api_url, and whether the service runs.",
    ),
    "no route": (
        wrapped(new_connection(OSError(113, "No route to host"))),
        "connection",
        "no connection to {host} is possible",
        "Check api_url and the network.",
    ),
    "timeout of the system": (
        wrapped(new_connection(TimeoutError(110, "Connection timed out"))),
        "connection",
        "no connection to {host} is possible",
        "Check api_url and the network.",
    ),
    "connect timeout": (
        requests.ConnectTimeout(MaxRetryError(POOL, "/", ConnectTimeoutError("timed out"))),
        "timeout",
        "{host} did not respond within 2.5 s",
        "Raise timeout, or check the network.",
    ),
    "read timeout": (
        requests.ReadTimeout(ReadTimeoutError(POOL, "/", "timed out")),
        "timeout",
        "{host} did not respond within 2.5 s",
        "Raise timeout, or check the network.",
    ),
    "another timeout": (TimeoutError("x"), "timeout", "{host} did not respond within 2.5 s", ""),
    "own timeout": (TooSlowError("the response takes too long"), "timeout", "the response takes too long", ""),
    "slow upload": (
        wrapped(ProtocolError("Connection aborted.", TooSlowError("the upload is too slow after 31 s"))),
        "timeout",
        "the upload is too slow after 31 s",
        "Raise timeout, or check the network.",
    ),
    "broken": (wrapped(ProtocolError("Connection aborted."), reason=False), "connection", CONNECTION, ""),
    "invalid URL": (exceptions.InvalidURL("x"), "option", "the request to {host} is not possible", ""),
    "invalid header": (exceptions.InvalidHeader("x"), "option", "the request to {host} is not possible", ""),
    "invalid text": (
        UnicodeEncodeError("latin-1", "\u20ac", 0, 1, "x"),
        "option",
        "the request to {host} is not possible",
        "",
    ),
    "invalid URL of a proxy": (exceptions.InvalidProxyURL("x"), "option", "the request to {host} is not possible", ""),
}


@pytest.mark.parametrize(("error", "kind", "reason", "advice"), ERRORS.values(), ids=ERRORS)
def test_kind(error: Exception, kind: str, reason: str, advice: str) -> None:
    found = classify(error, 2.5)
    assert found[:2] == (kind, reason)
    assert advice in found[2]
    assert bool(found[2]) is (found[1] != CONNECTION)


def proxy_error(cause: Exception) -> requests.exceptions.ProxyError:
    return requests.exceptions.ProxyError(MaxRetryError(POOL, "/", cause))


def tunnel(status: int) -> Exception:
    return proxy_error(OSError(f"Tunnel connection failed: {status} x"))


PROXY_FAILURES: dict[str, tuple[Exception, str, str]] = {
    "forbidden": (
        tunnel(403),
        f"{LABEL} refuses to connect to {{host}} (status 403)",
        "Ask the operator of the proxy.",
    ),
    "no user": (
        tunnel(407),
        f"{LABEL} requires a user and a password (status 407)",
        "Put them into https_proxy: http://USER:PASSWORD@HOST:PORT.",
    ),
    "unknown": (
        wrapped(new_connection(socket.gaierror(-2, "Name or service not known"))),
        f"the host name of {LABEL} is unknown",
        "Check https_proxy.",
    ),
    "refused": (
        proxy_error(new_connection(ConnectionRefusedError())),
        f"{LABEL} refuses connections",
        "Check https_proxy. Is the proxy running?",
    ),
    "connect timeout": (
        requests.ConnectTimeout(MaxRetryError(POOL, "/", ConnectTimeoutError("timed out"))),
        f"{LABEL} did not respond within 2.5 s",
        "Check https_proxy.",
    ),
    "timeout": (proxy_error(TimeoutError()), f"{LABEL} did not respond within 2.5 s", "Check https_proxy."),
    "TLS": (
        proxy_error(ssl_error("WRONG_VERSION_NUMBER")),
        f"the TLS connection to {LABEL} failed",
        "Check https_proxy. Most proxies are reached by http://.",
    ),
    "another": (proxy_error(OSError("x")), f"{LABEL} failed", "Check https_proxy."),
}


@pytest.mark.parametrize(("error", "reason", "advice"), PROXY_FAILURES.values(), ids=PROXY_FAILURES)
def test_failure_of_the_proxy(error: Exception, reason: str, advice: str) -> None:
    assert classify(error, 2.5, PROXY) == ("proxy", reason, advice)


def test_user_that_the_proxy_rejects() -> None:
    found = classify(tunnel(407), 2.5, Proxy("https_proxy", "http://user:c4nary@proxy.example:3128"))
    assert found == ("proxy", f"{LABEL} rejects the user and password (status 407)", "Check https_proxy.")


def test_braces_in_the_name_of_a_proxy() -> None:
    """Keep them, because the reason is a format string."""
    reason = classify(tunnel(403), 2.5, Proxy("https_proxy", "http://{a}:1"))[1]
    assert reason.format(host="h") == "the proxy {a}:1 (https_proxy) refuses to connect to h (status 403)"


@pytest.mark.parametrize("error", [exceptions.InvalidProxyURL("x"), urllib3.exceptions.ProxySchemeUnknown("x")])
def test_value_that_is_not_a_proxy(error: Exception) -> None:
    expected = ("option", "the value of https_proxy is not the URL of a proxy", "Use http://HOST:PORT.")
    assert classify(error, 2.5, PROXY) == expected


@pytest.mark.parametrize(
    "error", [requests.ReadTimeout(ReadTimeoutError(POOL, "/", "x")), wrapped(ProtocolError("x"), reason=False)]
)
def test_failure_of_the_host_behind_a_proxy(error: Exception) -> None:
    assert classify(error, 2.5, PROXY) == classify(error, 2.5)


def test_errors_that_wrap_each_other() -> None:
    outer, inner = requests.ConnectionError("x"), ConnectionRefusedError()
    outer.__context__, inner.__context__ = inner, outer
    assert classify(outer, 2.5)[1] == "{host} refuses connections"


def test_the_cause_behind_an_error_that_occurs_twice() -> None:
    """Continue after an error that is its own cause."""
    outer, inner, last = requests.ConnectionError("x"), OSError("y"), ConnectionRefusedError()
    outer.__cause__ = outer.__context__ = inner
    inner.__cause__ = outer
    inner.__context__ = last
    assert classify(outer, 2.5)[1] == "{host} refuses connections"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (wrapped(new_connection()), True),
        (wrapped(ConnectTimeoutError("x")), True),
        (wrapped(urllib3.exceptions.ProxyError("x", OSError())), True),
        (untrusted("x"), True),
        (wrapped(ProtocolError("x"), reason=False), False),
        (TimeoutError(), False),
    ],
)
def test_requests_that_were_never_sent(error: Exception, expected: bool) -> None:
    assert was_never_sent(error) is expected


def test_the_text_of_an_attempt_without_a_response() -> None:
    assert str(NoResponseError(CiError("words"), was_sent=False, worth_retrying=True)) == "words"
