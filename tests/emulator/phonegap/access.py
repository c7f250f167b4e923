# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Authentication of requests to PhoneGap Build."""

from __future__ import annotations

from urllib.parse import parse_qsl

from .model import Account
from .world import PhoneGapWorld

BAD_LOGIN = "Invalid email or password."
BAD_TOKEN = "Invalid authentication token."


def identify(world: PhoneGapWorld, authorization: str, query: bytes) -> tuple[Account | None, str]:
    """Return the account of a request, and the error text to send if there is none."""
    scheme, _space, rest = authorization.partition(" ")
    if scheme.lower() == "basic":
        return world.with_password(rest.strip()), BAD_LOGIN
    if scheme.lower() == "token":
        return world.with_token(rest.strip()), BAD_TOKEN
    parameters = dict(parse_qsl(query.decode("latin-1")))
    token = parameters.get("auth_token") or parameters.get("access_token")
    if token:
        return world.with_token(token), BAD_TOKEN
    return None, BAD_LOGIN
