# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connections behind HTTP sessions. Where one process does many tasks, the next one gets those of the last.

A session from here has no credentials in it: they go into each request. So it serves every token alike, and what
is kept is open connections only. Those made with different trust are kept apart.
"""

from __future__ import annotations

import os
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, ClassVar, Union

if TYPE_CHECKING:
    import requests

# The version in galaxy.yml, which a module on another host cannot read. A test compares both.
VERSION = "0.1.0"
USER_AGENT = f"mobileops.ci/{VERSION}"

Trust = Union[bool, str]  # what requests calls verify: a bundle, or whether to trust the usual ones


class _Kept:
    """Sessions at rest, and the process that they belong to: a fork must not use the connections of its parent."""

    process: ClassVar[int | None] = None
    by_trust: ClassVar[dict[Trust, list[requests.Session]]] = {}


def keep_sessions() -> None:
    """From now on this process, though not its children, keeps sessions that are released."""
    if _Kept.process != os.getpid():
        _Kept.process, _Kept.by_trust = os.getpid(), {}


def acquire(trust: Trust) -> requests.Session:
    """A session for one thread at a time, to be released in the end."""
    if _Kept.process == os.getpid():
        try:
            # The one that rests longest: a client that takes two gets each for the same host as the client before.
            return _Kept.by_trust[trust].pop(0)
        except (KeyError, IndexError):
            pass
    return _new_session()


def release(trust: Trust, session: requests.Session) -> None:
    if _Kept.process == os.getpid():
        resting = _Kept.by_trust.setdefault(trust, [])
        if session not in resting:
            resting.append(session)
    else:
        session.close()


def _new_session() -> requests.Session:
    from .connections import BoundedSession

    session = BoundedSession()
    # Neither ~/.netrc nor os.environ may add credentials or proxies of their own.
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["User-Agent"] = USER_AGENT
    # Other forms would be unpacked by libraries that not every machine has, and without a limit.
    session.headers["Accept-Encoding"] = "gzip"
    return session
