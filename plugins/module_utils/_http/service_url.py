# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check URLs before a request: the URL of an option, and URLs in responses."""

from __future__ import annotations

import re
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Optional, Union
from urllib.parse import urlsplit

from .._core.errors import OptionError

try:
    from urllib3.util import parse_url
except ImportError:  # ModuleSpec.execute() reports the missing library before this code runs
    parse_url = None  # type: ignore[assignment]

Address = Optional[Union[IPv4Address, IPv6Address]]

LONGEST_URL = 16_384
_LONGEST_QUOTE = 200
# A value that is meant as a URL: with a scheme, a port or a version. Any other one may be a token in the wrong place.
_MEANT_AS_URL = re.compile(r"[a-z]+://|[\w.-]+:\d+(/|$)|[\w.-]+/v\d", re.IGNORECASE)
_AMBIGUOUS = re.compile(r"[\\\s\x00-\x20\x7f-\x9f]")
# Addresses of metadata services of clouds, which return credentials. All link-local addresses are rejected, too.
_METADATA = frozenset(
    map(ip_address, ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"))
)
_METADATA_NAMES = frozenset({"metadata", "metadata.google.internal", "instance-data"})


def is_loopback(host: str | None) -> bool:
    """Return whether the host is this machine."""
    if host == "localhost":
        return True
    address = _address(host or "")
    return address is not None and address.is_loopback


def host_of(url: str) -> str | None:
    """Return the host that a request to this URL is sent to, or None if parsers of URLs disagree about it."""
    try:
        host = urlsplit(url).hostname
        connected = (parse_url(url).host or "").strip("[]").lower()
    except ValueError:
        return None
    if not host or (host.isascii() and host != connected):
        return None
    return connected


def check_url(url: str, named: str) -> None:
    """Raise OptionError unless the URL is HTTPS or leads to this machine. `named`: the name of the URL in messages."""
    if _AMBIGUOUS.search(url):
        raise OptionError(f"{named} must not contain white space, control characters or backslashes.")
    if len(url) > LONGEST_URL:
        raise OptionError(f"{named} must have at most {LONGEST_URL} characters, got {len(url)}.")
    try:
        parts = urlsplit(url)
        scheme, netloc, _port = parts.scheme, parts.netloc, parts.port
    except ValueError:
        scheme = netloc = ""
    host = host_of(url)
    if scheme not in ("http", "https") or not host:
        raise OptionError(f"{named} must be a URL that starts with https:// and names a host.")
    if "@" in netloc:
        raise OptionError(f"{named} must not contain a user or a password.")
    if scheme == "http" and not is_loopback(host):
        raise OptionError(
            f"{named} must start with https://. Plain http:// to {host} would send secrets without encryption."
        )


def check_service_url(url: str, variable: str = "") -> None:
    """Raise OptionError unless api_url is valid. `variable`: the environment variable that sets it, or "".

    The message does not quote a value that may contain a password or be a token.
    """
    try:
        check_url(url, "api_url")
    except OptionError as error:
        is_shown = _MEANT_AS_URL.match(url) and "@" not in url and "?" not in url
        value = f" {url[:_LONGEST_QUOTE]!r}" if is_shown else ""
        origin = f" from the environment variable {variable}" if variable else ""
        given = f" The value is{value}{origin}." if value or origin else ""
        raise OptionError(f"{error.message}{given}") from None


def check_response_url(url: str, named: str, *, api_url: str) -> None:
    """Raise OptionError for a URL in a response that leads to this machine or to its cloud's metadata service.

    A service on this machine, as in tests, may name addresses of this machine.
    """
    check_url(url, named)
    if not url.isascii():
        raise OptionError(f"{named} must consist of ASCII characters.")
    host = host_of(url) or ""
    if not is_loopback(host_of(api_url)) and _is_inside(host):
        raise OptionError(f"{named} leads to {host}, an address inside of this machine or its network.")


def _is_inside(host: str) -> bool:
    """Return whether the host is this machine, a link-local address, or a metadata service of a cloud."""
    name = host.rstrip(".")
    if name == "localhost" or name.endswith(".localhost") or name in _METADATA_NAMES:
        return True
    address = _address(name)
    if address is None:
        return False
    return (
        address.is_loopback
        or address.is_link_local
        or address.is_unspecified
        or address.is_multicast
        or address in _METADATA
    )


def _address(host: str) -> Address:
    """Return the address that the host stands for, in every notation, or None if it is a name."""
    address: Address
    try:
        address = ip_address(host)
    except ValueError:
        try:
            # "127.1", "0x7f000001" and "2130706433" are addresses to the resolver.
            address = IPv4Address(socket.inet_aton(host)) if re.fullmatch(r"[0-9a-fA-Fx.]+", host) else None
        except OSError:
            return None
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        return inner or address
    return address
