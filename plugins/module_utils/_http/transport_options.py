# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time limits, trusted certificates and proxies of requests, by the options and environment of the task."""

from __future__ import annotations

import os
import ssl
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

from .._core import clock as _clock
from .._core.clock import Clock
from .._core.errors import OptionError
from .._core.option_groups import (
    DEFAULT_MAX_RETRIES,
    DEFAULT_TIME_LIMIT_S,
    DEFAULT_TIMEOUT_S,
)
from .service_url import is_loopback

LONGEST_TIMEOUT_S = 86_400
LONGEST_TIME_LIMIT_S = 30 * 86_400


@dataclass(frozen=True)
class Proxy:
    """A proxy, and the variable that names it."""

    variable: str
    url: str = field(repr=False)  # may contain a password

    @property
    def _parts(self) -> SplitResult | None:
        try:
            return urlsplit(self.url if "://" in self.url else f"//{self.url}")
        except ValueError:
            return None

    @property
    def host(self) -> str | None:
        return self._parts.hostname if self._parts else None

    @property
    def has_user(self) -> bool:
        return bool(self._parts and "@" in self._parts.netloc)

    @property
    def label(self) -> str:
        """Return the name of the proxy for messages, without user and password."""
        place = self._parts.netloc.rpartition("@")[2] if self._parts else ""
        return f"the proxy {place} ({self.variable})" if place else f"the proxy in {self.variable}"


@dataclass(frozen=True)
class Transport:
    """The options of the group TRANSPORT, and the environment."""

    timeout: float = DEFAULT_TIMEOUT_S
    max_retries: int = DEFAULT_MAX_RETRIES
    validate_certs: bool = True
    ca_path: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    time_limit: float = DEFAULT_TIME_LIMIT_S
    clock: Clock = field(default_factory=lambda: _clock.SYSTEM)

    @classmethod
    def from_options(cls, options: Mapping[str, Any], env: Mapping[str, str]) -> Transport:
        for name, longest in (("timeout", LONGEST_TIMEOUT_S), ("time_limit", LONGEST_TIME_LIMIT_S)):
            if not 0 < options[name] <= longest:
                raise OptionError(f"{name} must be greater than 0 and at most {longest} seconds, got {options[name]}.")
        if options["max_retries"] < 0:
            raise OptionError(
                f"max_retries must be 0 or greater, got {options['max_retries']}. Use 0 to send each request once."
            )
        transport = cls(
            options["timeout"],
            options["max_retries"],
            options["validate_certs"],
            options["ca_path"],
            env,
            options["time_limit"],
        )
        for named, path in transport.bundles.items():
            if path:
                _check_bundle(named, path)
        return transport

    @property
    def bundles(self) -> dict[str, str | None]:
        """Return the options and variables that may name certificate authorities, by precedence."""
        variables = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
        return {"ca_path": self.ca_path, **{name: self.env.get(name) for name in variables}}

    @property
    def verify(self) -> bool | str:
        """Return the parameter `verify` of requests: the bundle to trust, or False."""
        if not self.validate_certs:
            return False
        # Not cafile and capath, which read os.environ.
        system = ssl.get_default_verify_paths()
        file, directory = system.openssl_cafile, system.openssl_capath
        usual = [file] if os.path.isfile(file) else []
        usual += [directory] if _has_entries(directory) else []
        return next((path for path in (*self.bundles.values(), *usual) if path), True)

    def proxy_for(self, url: str) -> Proxy | None:
        """Return the proxy for this URL by the usual variables, or None."""
        proxy = self._named_proxy(url)
        return None if proxy is None or self._excluding(url) else proxy

    def no_proxy_for(self, url: str) -> str:
        """Return the variable that excludes this URL from its proxy, or "" if it has no proxy or is not excluded."""
        return self._excluding(url) if self._named_proxy(url) else ""

    def _named_proxy(self, url: str) -> Proxy | None:
        scheme = urlsplit(url).scheme
        names = (*_spellings(f"{scheme}_proxy"), *_spellings("all_proxy"))
        proxy = next((Proxy(name, self.env[name]) for name in names if self.env.get(name)), None)
        # Plain HTTP is for this machine only, and must not leave it through a proxy.
        return None if proxy and scheme == "http" and not is_loopback(proxy.host) else proxy

    def _excluding(self, url: str) -> str:
        """Return the variable that excludes the host of the URL from proxies, or ""."""
        variable = next((name for name in _spellings("no_proxy") if self.env.get(name)), "")
        parts, without = urlsplit(url), self.env.get(variable, "")
        host = parts.netloc.rpartition("@")[2]
        return variable if proxy_bypass_environment(host, {"no": without}) or _in_network(parts, without) else ""

    def proxies(self, url: str) -> dict[str, str]:
        """Return the proxy for this URL in the form of requests."""
        proxy = self.proxy_for(url)
        return {urlsplit(url).scheme: proxy.url} if proxy else {}


def _spellings(name: str) -> tuple[str, str]:
    return name.lower(), name.upper()


def _check_bundle(named: str, path: str) -> None:
    """Raise OptionError unless the path is a readable file or directory."""
    if "-----BEGIN" in path:
        raise OptionError(f"{named} must be the path to a file, got PEM text. Save the text to a file.")
    try:
        found = os.stat(path)
        if stat.S_ISDIR(found.st_mode):
            os.listdir(path)
        elif stat.S_ISREG(found.st_mode):
            with open(path, "rb"):
                pass
        else:
            raise ValueError("it is neither a file nor a directory")
    except FileNotFoundError:
        raise OptionError(f"{named}: {path} does not exist on the host that sends the requests.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise OptionError(f"{named}: {path} cannot be read: {reason}.") from error


def _has_entries(directory: str) -> bool:
    try:
        with os.scandir(directory) as entries:
            return next(entries, None) is not None
    except OSError:
        return False


def _in_network(parts: SplitResult, no_proxy: str) -> bool:
    """Return whether the host is an address in a network (10.0.0.0/8) that the variable no_proxy lists."""
    for entry in no_proxy.split(","):
        try:
            if "/" in entry and ip_address(parts.hostname or "") in ip_network(entry.strip(), strict=False):
                return True
        except ValueError:
            continue
    return False
