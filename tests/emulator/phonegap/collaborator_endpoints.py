# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Endpoints to invite, change and remove collaborators."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from .body import Submission, read_submission
from .endpoint import OWNER_ONLY, PhoneGapEndpoint, reply
from .model import ADMIN, DEVELOPER, TESTER, App, Collaborator
from .world import api_error

_ROLES = {"dev": DEVELOPER, "tester": TESTER}


class CollaboratorEndpoints(PhoneGapEndpoint):
    """Endpoints under `/apps/:id/collaborators`."""

    async def create(self, request: Request) -> Response:
        """Add a collaborator. If the collaborator exists, change the role."""
        app = self.app(request, OWNER_ONLY)
        submission = await read_submission(request)
        email = submission.text("email")
        if not email:
            raise api_error(400, "need email for new collaborator")
        role = _role(submission)
        collaborator = app.collaborator_of(email)
        if collaborator is None:
            account = self.world.with_email(email)
            collaborator = Collaborator(email, role)
            if account is not None:
                collaborator.id, collaborator.account_id = self.world.next_id("collaborator"), account.id
            app.collaborators.append(collaborator)
        elif collaborator.role == ADMIN:
            raise api_error(400, f"{email} owns the app")
        collaborator.role = role
        self.world.put_app(app)
        return reply(self.views(request).app_detail(app), 202 if collaborator.id is None else 201)

    async def update(self, request: Request) -> Response:
        """Change the role of a collaborator."""
        app = self.app(request, OWNER_ONLY)
        collaborator = _collaborator(app, request)
        submission = await read_submission(request)
        email = submission.text("email")
        if email and email.lower() != collaborator.email.lower():
            raise api_error(400, "the email of a collaborator cannot be changed")
        collaborator.role = _role(submission)
        self.world.put_app(app)
        return reply(self.views(request).collaborator(app, collaborator))

    async def delete(self, request: Request) -> Response:
        """Remove a collaborator."""
        app = self.app(request, OWNER_ONLY)
        collaborator = _collaborator(app, request)
        app.collaborators.remove(collaborator)
        self.world.put_app(app)
        return reply({"success": f"{collaborator.email} removed from app {app.id}"}, 202)


def _role(submission: Submission) -> str:
    role = submission.text("role")
    if role not in _ROLES:
        raise api_error(400, "role must be dev or tester")
    return _ROLES[role]


def _collaborator(app: App, request: Request) -> Collaborator:
    number = request.path_params["collaborator"]
    collaborator = next((collaborator for collaborator in app.collaborators if collaborator.id == number), None)
    if collaborator is None:
        raise api_error(404, f"collaborator {number} not found")
    if collaborator.role == ADMIN:
        raise api_error(400, f"{collaborator.email} owns the app")
    return collaborator
