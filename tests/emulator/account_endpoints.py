# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Endpoints for users, organizations and apps."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .clock import rfc3339
from .endpoint import VERSION, Endpoint, caller
from .model import App, Json, Organization, User
from .paging import page_of
from .replies import ApiError, bad_request, not_found

_ME_REFUSED = {"401": "Unauthorized", "403": "Forbidden", "404": "Not Found"}
_TITLE_FILTERS: dict[str, Callable[[str, str], bool]] = {
    "part": lambda title, text: text in title,
    "prefix": str.startswith,
    "exact": str.__eq__,
    "ignored": lambda _title, _text: True,
}


class AccountEndpoints(Endpoint):
    """Read-only endpoints for the account and its apps."""

    def routes(self) -> list[Route]:
        """Return the routes of this group."""
        return [
            Route(f"{VERSION}/me", self.me),
            Route(f"{VERSION}/users/{{user}}", self.user),
            Route(f"{VERSION}/users/{{user}}/apps", self.user_apps),
            Route(f"{VERSION}/organizations", self.organizations),
            Route(f"{VERSION}/organizations/{{organization}}", self.organization),
            Route(f"{VERSION}/organizations/{{organization}}/apps", self.organization_apps),
            Route(f"{VERSION}/apps", self.apps),
            Route(f"{VERSION}/apps/{{app}}", self.one_app),
        ]

    async def me(self, request: Request) -> Response:
        """Return the owner of the token."""
        behavior = self.service.options.me
        if behavior in _ME_REFUSED:
            raise ApiError(int(behavior), _ME_REFUSED[behavior])
        data = _user_data(caller(request))
        if behavior == "pseudo_user":
            data = {**data, "username": "[bot] workspace token", "email": None}
        return self.reply({"data": data})

    async def user(self, request: Request) -> Response:
        """Return a user."""
        return self.reply({"data": _user_data(self._user(request))})

    async def organizations(self, request: Request) -> Response:
        """Return all organizations of the caller, without paging."""
        found = self.world.visible_organizations(caller(request))
        return self.reply({"data": [self._organization_data(organization) for organization in found]})

    async def organization(self, request: Request) -> Response:
        """Return an organization."""
        return self.reply({"data": self._organization_data(self._organization(request))})

    async def apps(self, request: Request) -> Response:
        """Return a page of all apps of the caller."""
        return self._app_list(request, None)

    async def user_apps(self, request: Request) -> Response:
        """Return a page of the apps that belong to a user."""
        return self._app_list(request, self._user(request).slug)

    async def organization_apps(self, request: Request) -> Response:
        """Return a page of the apps that belong to an organization."""
        return self._app_list(request, self._organization(request).slug)

    async def one_app(self, request: Request) -> Response:
        """Return an app."""
        return self.reply({"data": app_data(self.app(request))})

    def _user(self, request: Request) -> User:
        user = self.world.users.get(request.path_params["user"])
        if user is None:
            raise not_found()
        return user

    def _organization(self, request: Request) -> Organization:
        slug = request.path_params["organization"]
        organization = self.world.organizations.get(slug)
        if organization is None or organization not in self.world.visible_organizations(caller(request)):
            raise not_found()
        return organization

    def _app_list(self, request: Request, owner_slug: str | None) -> Response:
        query = request.query_params
        sort_by = query.get("sort_by", "created_at")
        if sort_by not in ("created_at", "last_build_at"):
            if self.service.options.unknown_sort_by == "refuse":
                raise bad_request("invalid sort_by parameter")
            sort_by = "created_at"
        apps = self.world.visible_apps(caller(request), sort_by)
        title = query.get("title", "").casefold()
        project_type = query.get("project_type")
        if owner_slug is not None:
            apps = [app for app in apps if app.owner_slug == owner_slug]
        if title:
            matches = _TITLE_FILTERS[self.service.options.title_filter]
            apps = [app for app in apps if matches(app.title.casefold(), title)]
        if project_type:
            apps = [app for app in apps if app.project_type == project_type]
        page, paging = page_of(apps, query, self.service.options)
        return self.reply({"data": [app_data(app) for app in page], "paging": paging})

    def _organization_data(self, organization: Organization) -> Json:
        users = {user.username: user for user in self.world.users.values()}
        owners = [users[name] for name in organization.owners if name in users]
        return {
            "name": organization.name,
            "slug": organization.slug,
            "avatar_icon_url": organization.avatar_icon_url,
            "concurrency_count": organization.concurrency_count,
            "owners": [{"slug": user.slug, "username": user.username, "email": user.email} for user in owners],
        }


def app_data(app: App) -> Json:
    """Return an app as the API shows it."""
    return {
        "slug": app.slug,
        "title": app.title,
        "project_type": app.project_type,
        "provider": app.provider,
        "repo_owner": app.repo_owner,
        "repo_url": app.repo_url,
        "repo_slug": app.repo_slug,
        "is_disabled": app.is_disabled,
        "status": app.status,
        "is_public": app.is_public,
        "is_github_checks_enabled": app.is_github_checks_enabled,
        "project_id": app.project_id,
        "owner": {"account_type": app.owner_type, "name": app.owner_name, "slug": app.owner_slug},
        "avatar_url": app.avatar_url,
    }


def _user_data(user: User) -> Json:
    created_at = rfc3339(user.created_at) or ""
    return {
        "username": user.username,
        "slug": user.slug,
        "email": user.email,
        "avatar_url": user.avatar_url,
        "created_at": created_at.replace("Z", ".000000Z"),
        "data_id": user.data_id,
        "has_used_organization_trial": user.has_used_organization_trial,
        "payment_processor": user.payment_processor,
        "unconfirmed_email": user.unconfirmed_email,
    }
