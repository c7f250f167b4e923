# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of the emulated Bitrise service, and the access rules. It does not depend on HTTP.

One event loop serves all requests, and no method here awaits anything. So no method is interrupted.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from .journal import Journal
from .model import App, Artifact, Build, Organization, Pipeline, StoredFile, User
from .replies import ApiError, not_found

OWNER = "owner"
ADMIN = "admin"
MANAGER = "manager"
MEMBER = "member"
VIEWER = "viewer"
ROLES = (OWNER, ADMIN, MANAGER, MEMBER, VIEWER)

MAY_MANAGE_FILES = frozenset({OWNER, ADMIN})
MAY_RUN_BUILDS = frozenset({OWNER, ADMIN, MANAGER, MEMBER})


class World:
    """Users, organizations and apps with their contents."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.users: dict[str, User] = {}
        self.organizations: dict[str, Organization] = {}
        self.apps: dict[str, App] = {}
        self.removed: deque[tuple[str, StoredFile, float]] = deque(maxlen=1000)  # app, file and time
        self._by_token: dict[str, User] = {}
        self._visible: dict[tuple[str, str], list[App]] = {}

    # Reading

    def user_with_token(self, authorization: str | None) -> User | None:
        """Return the user of an Authorization header: the bare token, or `token TOKEN`."""
        if not authorization:
            return None
        return self._by_token.get(authorization.removeprefix("token "))

    def tokens(self) -> dict[str, str]:
        """Return the token of each user by name."""
        return {user.username: user.token for user in self.users.values()}

    def role_in(self, app: App, user: User) -> str | None:
        """Return the user's role in an app, or None if the app is hidden from the user."""
        if user.sees_everything or (app.owner_type == "user" and app.owner_slug == user.slug):
            return OWNER
        return app.roles.get(user.username)

    def app_for(self, user: User, slug: str) -> App:
        """Return an app that the user can see. Raise ApiError 404 otherwise."""
        app = self.apps.get(slug)
        if app is None or self.role_in(app, user) is None:
            raise not_found()
        return app

    def require(self, app: App, user: User, allowed: frozenset[str]) -> None:
        """Raise ApiError 403 if the user's role in the app is not allowed."""
        if self.role_in(app, user) not in allowed:
            raise ApiError(403, "Forbidden")

    def visible_apps(self, user: User, sort_by: str) -> list[App]:
        """Return the user's apps, newest or latest built first."""
        known = self._visible.get((user.slug, sort_by))
        if known is None:
            known = [app for app in self.apps.values() if self.role_in(app, user)]
            if sort_by == "last_build_at":
                known.sort(key=lambda app: (_last_build_at(app), app.created_at), reverse=True)
            else:
                known.sort(key=lambda app: app.created_at, reverse=True)
            self._visible[user.slug, sort_by] = known
        return known

    def visible_organizations(self, user: User) -> list[Organization]:
        """Return the organizations that the user belongs to, or that own an app the user can see."""
        seen = {app.owner_slug for app in self.visible_apps(user, "created_at")}
        return [
            organization
            for organization in self.organizations.values()
            if user.sees_everything
            or organization.slug in seen
            or user.username in organization.owners
            or user.username in organization.members
        ]

    def has_processed(self, key: str) -> bool:
        """Return whether the bytes under this storage key belong to a processed file."""
        files = (item for app in self.apps.values() for some in app.files.values() for item in some.values())
        return any(item.key == key and item.processed for item in files)

    # Changing

    def put_user(self, user: User) -> None:
        """Add or change a user."""
        self.users[user.slug] = user
        self._by_token[user.token] = user
        self._visible.clear()
        self.journal.put("user", user.slug, "", vars(user))

    def put_organization(self, organization: Organization) -> None:
        """Add or change an organization."""
        self.organizations[organization.slug] = organization
        self.journal.put("organization", organization.slug, "", vars(organization))

    def put_app(self, app: App) -> None:
        """Add or change an app, without its contents."""
        self.apps[app.slug] = app
        self._visible.clear()
        self.journal.put("app", app.slug, "", _without(app, "files", "builds", "pipeline_runs"))

    def put_file(self, app: App, item: StoredFile) -> None:
        """Add or change a file."""
        app.files_of(item.kind)[item.slug] = item
        self.journal.put("file", item.slug, app.slug, vars(item))

    def remove_file(self, app: App, item: StoredFile, now: float) -> None:
        """Remove a file. Lists may still show it for a while."""
        del app.files_of(item.kind)[item.slug]
        self.removed.append((app.slug, item, now))
        self.journal.remove("file", item.slug)

    def put_build(self, app: App, build: Build) -> None:
        """Add or change a build, without its artifacts."""
        if build.slug not in app.builds:
            app.builds[build.slug] = build
            self._visible.clear()
        self.journal.put("build", build.slug, app.slug, _without(build, "artifacts"))

    def put_pipeline(self, app: App, pipeline: Pipeline) -> None:
        """Add or change a pipeline run, without its builds."""
        app.pipeline_runs[pipeline.slug] = pipeline
        self.journal.put("pipeline", pipeline.slug, app.slug, vars(pipeline))

    def put_artifact(self, app: App, build: Build, artifact: Artifact) -> None:
        """Add or change an artifact of a build."""
        build.artifacts[artifact.slug] = artifact
        place = f"{app.slug}/{build.slug}"
        self.journal.put("artifact", f"{place}/{artifact.slug}", place, vars(artifact))

    def remove_artifact(self, app: App, build: Build, artifact: Artifact) -> None:
        """Remove an artifact."""
        del build.artifacts[artifact.slug]
        self.journal.remove("artifact", f"{app.slug}/{build.slug}/{artifact.slug}")

    def replace_by(self, other: World) -> None:
        """Replace the contents by those of another world."""
        for table in (self.users, self.organizations, self.apps, self._by_token, self._visible):
            table.clear()
        self.removed.clear()
        self.journal.clear()
        for user in other.users.values():
            self.put_user(user)
        for organization in other.organizations.values():
            self.put_organization(organization)
        for app in other.apps.values():
            self.put_app(app)
            for files in app.files.values():
                for item in files.values():
                    self.put_file(app, item)
            for pipeline in app.pipeline_runs.values():
                self.put_pipeline(app, pipeline)
            for build in app.builds.values():
                self.put_build(app, build)
                for artifact in build.artifacts.values():
                    self.put_artifact(app, build, artifact)

    def restore(self) -> bool:
        """Load the contents from the journal. Return whether there were any."""
        for slug, _parent, body in self.journal.objects("user"):
            self.users[slug] = user = User(**body)
            self._by_token[user.token] = user
        for slug, _parent, body in self.journal.objects("organization"):
            self.organizations[slug] = Organization(**body)
        for slug, _parent, body in self.journal.objects("app"):
            self.apps[slug] = App(**body)
        for slug, parent, body in self.journal.objects("file"):
            self.apps[parent].files_of(body["kind"])[slug] = StoredFile(**body)
        for slug, parent, body in self.journal.objects("build"):
            self.apps[parent].builds[slug] = Build(**body)
        for slug, parent, body in self.journal.objects("pipeline"):
            self.apps[parent].pipeline_runs[slug] = Pipeline(**body)
        for _place, parent, body in self.journal.objects("artifact"):
            app, build = parent.split("/")
            self.apps[app].builds[build].artifacts[body["slug"]] = Artifact(**body)
        return bool(self.users)


def _without(item: App | Build, *names: str) -> dict[str, Any]:
    return {name: value for name, value in vars(item).items() if name not in names}


def _last_build_at(app: App) -> float:
    return max((build.triggered_at for build in app.builds.values()), default=0.0)
