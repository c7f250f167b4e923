# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep the connections of HTTP sessions for the next task of the same process.

These sessions contain no credentials, which are part of each request. So they serve every token, and only open
connections are kept. Connections with different trust are kept apart.
"""

from __future__ import annotations

import os
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, ClassVar, Union

if TYPE_CHECKING:
    import requests

# The version in galaxy.yml, which a module on a target cannot read. A test compares the two.
VERSION = "1.0.0"
USER_AGENT = f"mobileops.ci/{VERSION}"

Trust = Union[bool, str]  # the parameter `verify` of requests: a bundle, or whether to verify certificates


class _IdleSessions:
    """Idle sessions, and the process that owns them. A fork must not use the connections of its parent."""

    process: ClassVar[int | None] = None
    by_trust: ClassVar[dict[Trust, list[requests.Session]]] = {}


def keep_sessions() -> None:
    """Keep released sessions from now on, in this process but not in its children."""
    if _IdleSessions.process != os.getpid():
        _IdleSessions.process, _IdleSessions.by_trust = os.getpid(), {}


def acquire(trust: Trust) -> requests.Session:
    """Return a session for one thread at a time. The caller releases it."""
    if _IdleSessions.process == os.getpid():
        try:
            # The session with the longest idle time, so that a client with two sessions gets each for the same host as
            # the client before.
            return _IdleSessions.by_trust[trust].pop(0)
        except (KeyError, IndexError):
            pass
    return _new_session()


def release(trust: Trust, session: requests.Session) -> None:
    if _IdleSessions.process == os.getpid():
        idle = _IdleSessions.by_trust.setdefault(trust, [])
        if session not in idle:
            idle.append(session)
    else:
        session.close()


def _new_session() -> requests.Session:
    from .connections import BoundedSession

    session = BoundedSession()
    # Neither ~/.netrc nor os.environ may add credentials or proxies of their own.
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["User-Agent"] = USER_AGENT
    # Libraries that not every machine has would unpack other encodings, without a limit.
    session.headers["Accept-Encoding"] = "gzip"
    return session
