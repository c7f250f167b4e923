# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Endpoints for the account, its token and OAuth."""

from __future__ import annotations

import secrets
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response

from .app_endpoints import DEFAULT_PHONEGAP
from .endpoint import PhoneGapEndpoint, caller, reply
from .model import Account, OAuthClient
from .world import api_error

_VERSIONS = {
    DEFAULT_PHONEGAP: {"android": "8.1.0", "ios": "5.1.1", "winphone": "7.0.0"},
    "cli-8.1.1": {"android": "7.1.4", "ios": "4.5.5", "winphone": "6.0.1"},
}


class AccountEndpoints(PhoneGapEndpoint):
    """Endpoints `/me`, `/token`, `/authorize` and `/current_support`."""

    async def me(self, request: Request) -> Response:
        """Return the account with its apps and keys."""
        return reply(self.views(request).me())

    async def token(self, request: Request) -> Response:
        """Return the account's token."""
        return reply({"token": caller(request).token})

    async def support(self, request: Request) -> Response:
        """Return the versions that the service can build with."""
        return reply({"default": DEFAULT_PHONEGAP, "by_phonegap": _VERSIONS})

    # OAuth

    async def consent(self, request: Request) -> Response:
        """Return a redirect to the program with a code, or with an error if `refuse` is given."""
        client = self.world.clients.get(request.query_params.get("client_id", ""))
        if client is None:
            raise api_error(400, "invalid request")
        if request.query_params.get("refuse"):
            parameters = {"error": "authorization_refused"}
        else:
            parameters = {"code": secrets.token_hex(16)}
            client.codes[parameters["code"]] = caller(request).id
            self.world.put_client(client)
        location = f"{client.callback}{'&' if '?' in client.callback else '?'}{urlencode(parameters)}"
        return reply({"location": location}, 302, location)

    async def redeem(self, request: Request) -> Response:
        """Return an access token for a code."""
        parameters = await _parameters(request)
        client = self._client(parameters)
        owner = client.codes.pop(parameters.get("code", ""), None) if client else None
        account = self.world.accounts.get(owner) if owner is not None else None
        if client is None or account is None:
            raise api_error(400, "invalid request")
        self.world.put_client(client)
        return self._granted(account)

    async def exchange(self, request: Request) -> Response:
        """Return an access token for the account's own token, without a browser."""
        parameters = await _parameters(request)
        if self._client(parameters) is None:
            raise api_error(400, "invalid request")
        account = self.world.with_own_token(parameters.get("auth_token", ""))
        if account is None:
            raise api_error(401, "Invalid authentication token.")
        return self._granted(account)

    def _client(self, parameters: dict[str, str]) -> OAuthClient | None:
        client = self.world.clients.get(parameters.get("client_id", ""))
        return client if client and client.client_secret == parameters.get("client_secret") else None

    def _granted(self, account: Account) -> Response:
        token = secrets.token_urlsafe(24)
        account.access_tokens.append(token)
        self.world.put_account(account)
        return reply({"access_token": token})


async def _parameters(request: Request) -> dict[str, str]:
    """Return the parameters of query and body."""
    body = (await request.body()).decode(errors="replace")
    return {**dict(parse_qsl(body)), **dict(request.query_params)}
