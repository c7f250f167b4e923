# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How requests are made: time limits, whom to trust, which way to go; by the options and environment of the task."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

from ansible_collections.mobileops.ci.plugins.module_utils import _clock
from ansible_collections.mobileops.ci.plugins.module_utils._clock import Clock
from ansible_collections.mobileops.ci.plugins.module_utils._errors import OptionError

LONGEST_TIMEOUT_S = 86_400
DEFAULT_TIME_LIMIT_S = 14_400.0
LONGEST_TIME_LIMIT_S = 30 * 86_400


@dataclass(frozen=True)
class Transport:
    """How requests are made: the options of the group TRANSPORT, and the environment."""

    timeout: float = 30.0
    max_retries: int = 5
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
            if path and not Path(path).exists():
                raise OptionError(f"{named}: {path} does not exist on the host that sends the requests.")
        return transport

    @property
    def bundles(self) -> dict[str, str | None]:
        """Where the certificate authorities may be named, in the order in which it counts."""
        variables = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
        return {"ca_path": self.ca_path, **{name: self.env.get(name) for name in variables}}

    @property
    def verify(self) -> bool | str:
        """What requests calls verify: the bundle to trust, or False."""
        if not self.validate_certs:
            return False
        # Not cafile and capath: these look at os.environ.
        system = ssl.get_default_verify_paths()
        file, directory = Path(system.openssl_cafile), Path(system.openssl_capath)
        usual = [str(file)] if file.is_file() else []
        usual += [str(directory)] if directory.is_dir() and any(directory.iterdir()) else []
        return next((path for path in (*self.bundles.values(), *usual) if path), True)

    def proxies(self, url: str) -> dict[str, str]:
        """The proxy for this URL by the usual variables."""
        proxy, _variable = self.proxy(url)
        return {urlsplit(url).scheme: proxy} if proxy else {}

    def proxy(self, url: str) -> tuple[str, str]:
        """Return the proxy for this URL, and the variable that names it or excludes the host ("" if there is none)."""

        def setting(name: str) -> tuple[str, str]:
            return next(((self.env[key], key) for key in (name.lower(), name.upper()) if self.env.get(key)), ("", ""))

        parts = urlsplit(url)
        without, variable = setting("no_proxy")
        proxy = setting(f"{parts.scheme}_proxy")
        proxy = proxy if proxy[0] else setting("all_proxy")
        if proxy_bypass_environment(parts.netloc.rpartition("@")[2], {"no": without}) or _in_network(parts, without):
            return "", variable if proxy[0] else ""
        # Plain HTTP is for this machine only, so it must not leave it by way of a proxy either.
        leaves = parts.scheme == "http" and not is_loopback(urlsplit(proxy[0]).hostname)
        return ("", "") if leaves else proxy


def _in_network(parts: SplitResult, no_proxy: str) -> bool:
    """Whether the host is an address in one of the networks (10.0.0.0/8) that the variable no_proxy lists."""
    for entry in no_proxy.split(","):
        try:
            if "/" in entry and ip_address(parts.hostname or "") in ip_network(entry.strip(), strict=False):
                return True
        except ValueError:
            continue
    return False


def is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def check_url(url: str, named: str) -> None:
    """Refuse what is not HTTPS, except to this very machine. `named` is the option or thing that holds the URL."""
    try:
        parts = urlsplit(url)
        host, scheme = parts.hostname, parts.scheme
        _port = parts.port
    except ValueError:
        host = scheme = None
    if scheme not in ("http", "https") or not host:
        raise OptionError(f"{named} must be a URL that starts with https:// and names a host.")
    if scheme == "http" and not is_loopback(host):
        raise OptionError(
            f"{named} must start with https://. Plain http:// to {host} would show secrets to everyone on the way."
        )
