# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Collaborators: invite, change the role, remove. They are read with the app."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from .body import Submission, submission
from .endpoint import OWNER_ONLY, PhoneGapEndpoint, reply
from .model import ADMIN, DEVELOPER, TESTER, App, Collaborator
from .world import refusal

_ROLES = {"dev": DEVELOPER, "tester": TESTER}


class CollaboratorEndpoints(PhoneGapEndpoint):
    """`/apps/:id/collaborators`."""

    async def create(self, request: Request) -> Response:
        """Somebody new; again for somebody who is there changes the role."""
        app = self.app(request, OWNER_ONLY)
        sent = await submission(request)
        email = sent.text("email")
        if not email:
            raise refusal(400, "need email for new collaborator")
        role = _role(sent)
        one = app.collaborator_of(email)
        if one is None:
            account = self.world.with_email(email)
            one = Collaborator(email, role)
            if account is not None:
                one.id, one.account_id = self.world.next_id("collaborator"), account.id
            app.collaborators.append(one)
        elif one.role == ADMIN:
            raise refusal(400, f"{email} owns the app")
        one.role = role
        self.world.put_app(app)
        return reply(self.views(request).app_detail(app), 202 if one.id is None else 201)

    async def update(self, request: Request) -> Response:
        """Another role."""
        app = self.app(request, OWNER_ONLY)
        one = _collaborator(app, request)
        sent = await submission(request)
        email = sent.text("email")
        if email and email.lower() != one.email.lower():
            raise refusal(400, "the email of a collaborator cannot be changed")
        one.role = _role(sent)
        self.world.put_app(app)
        return reply(self.views(request).collaborator(app, one))

    async def delete(self, request: Request) -> Response:
        """Take somebody out."""
        app = self.app(request, OWNER_ONLY)
        one = _collaborator(app, request)
        app.collaborators.remove(one)
        self.world.put_app(app)
        return reply({"success": f"{one.email} removed from app {app.id}"}, 202)


def _role(sent: Submission) -> str:
    role = sent.text("role")
    if role not in _ROLES:
        raise refusal(400, "role must be dev or tester")
    return _ROLES[role]


def _collaborator(app: App, request: Request) -> Collaborator:
    number = request.path_params["collaborator"]
    one = next((one for one in app.collaborators if one.id == number), None)
    if one is None:
        raise refusal(404, f"collaborator {number} not found")
    if one.role == ADMIN:
        raise refusal(400, f"{one.email} owns the app")
    return one
