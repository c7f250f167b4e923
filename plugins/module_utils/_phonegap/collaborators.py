# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""phonegap_collaborator: the collaborators of an app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from .._core.errors import OptionError, RejectedError
from .._core.option_groups import OptionGroup
from .._core.plan import Action, Plan
from .._task.module_spec import ModuleSpec, Outcome, TaskContext
from .apps_and_keys import OWNER_ROLE, App, Person
from .client import PhoneGapClient
from .phonegap_options import APP_ID, PHONEGAP, STATE

COLLABORATOR = OptionGroup(
    {"email": {"type": "str", "required": True}, "role": {"type": "str", "choices": ["dev", "tester"]}},
    required_if=(("state", "present", ("role",)),),
)


@dataclass(frozen=True)
class PersonAction(Action):
    """A change of one collaborator."""

    app_id: int
    person: Person

    def as_dict(self) -> dict[str, Any]:
        number = None if self.person.id is None else str(self.person.id)
        identity = {"kind": "collaborator", "app_slug": str(self.app_id), "slug": number, "name": self.person.email}
        return {"action": self.action, **identity, "role": self.person.role}


@dataclass(frozen=True)
class Invite(PersonAction):
    action: ClassVar[str] = "invite"


@dataclass(frozen=True)
class ChangeRole(PersonAction):
    action: ClassVar[str] = "update"


@dataclass(frozen=True)
class Remove(PersonAction):
    action: ClassVar[str] = "delete"


def plan_person(app: App, email: str, role: str | None) -> tuple[Plan, Person | None]:
    """Plan the action that gives a person the role, or removes them if role is None. Pure."""
    person = _find(app, email)
    number = int(app.id or 0)
    if person and person.role == OWNER_ROLE:
        raise RejectedError(
            f"email: {person.email} owns the {app.label}, which this module cannot change.", kind="owner"
        )
    before = {"collaborator": {"email": person.email, "role": person.role}} if person else {}
    if role is None:
        if person is None:
            return Plan(), None
        _reject_pending(app, person, "removed")
        return Plan((Remove(number, person),), before, {}), None
    after = {"collaborator": {"email": person.email if person else email, "role": role}}
    if person is None:
        invited = Person(email, role)
        return Plan((Invite(number, invited),), before, after), invited
    if person.role == role:
        return Plan((), before, after), person
    _reject_pending(app, person, f"made {role}")
    changed = replace(person, role=role)
    return Plan((ChangeRole(number, changed),), before, after), changed


def _find(app: App, email: str) -> Person | None:
    if app.people is None:
        raise RejectedError(
            f"app_id: the service shows the collaborators of the {app.label} to its owner only, and this account "
            f"has the role {app.role}.",
            kind="forbidden",
        )
    return next((person for person in app.people if person.email.lower() == email.lower()), None)


def _reject_pending(app: App, person: Person, change: str) -> None:
    if person.id is None:
        raise RejectedError(
            f"{person.email} was invited to the {app.label} as {person.role} and has not registered yet. The service "
            f"assigns no id before that, so the person cannot be {change}. Run the task again after the "
            "registration, or ask an operator of the service.",
            kind="pending",
        )


def run_collaborator(options: dict[str, Any], client: PhoneGapClient, context: TaskContext) -> Outcome:
    email = options["email"].strip()
    if "@" not in email:
        raise OptionError(f"email must contain an @, got {email!r}.")
    app = App.from_service(client.app(options["app_id"]))
    plan, person = plan_person(app, email, options["role"] if options["state"] == "present" else None)
    if plan.changed and not context.check_mode:
        person = _apply(client, plan.actions[0], person)
    return Outcome({"collaborator": person.as_result() if person else None}, plan)


def _apply(client: PhoneGapClient, action: Action, expected: Person | None) -> Person | None:
    if not isinstance(action, PersonAction):
        raise TypeError(f"{action} is not about a collaborator")
    person = action.person
    if isinstance(action, Invite):
        response: Mapping[str, Any] = client.add_collaborator(action.app_id, person.email, person.role)
        # The response is the app. A registered person has an id now.
        app = App.from_service(response if "collaborators" in response else client.app(action.app_id))
        return _find(app, person.email) or expected
    if isinstance(action, ChangeRole):
        client.update_collaborator(action.app_id, int(person.id or 0), person.email, person.role)
        return expected
    client.remove_collaborator(action.app_id, int(person.id or 0), person.email)
    return None


COLLABORATOR_MODULE = ModuleSpec(
    "phonegap_collaborator", PHONEGAP + STATE + APP_ID + COLLABORATOR, PhoneGapClient.from_options, run_collaborator
)
