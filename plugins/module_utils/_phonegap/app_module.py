# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""phonegap_app: an app, its content, its icon and its keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .._core.errors import (
    CiError,
    LocalFileError,
    OptionError,
    ServiceError,
    UnclearOutcomeError,
)
from .._core.option_groups import OptionGroup, reject_empty
from .._core.plan import Action, Plan
from .._core.text_values import require_text
from .._local.read_tree import read_file_or_tree
from .._task.module_spec import ModuleSpec, Outcome, TaskContext
from .app_plan import (
    FAIL,
    FIELDS,
    REPLACE,
    TRUST,
    WARN,
    AppStep,
    CreateApp,
    DeleteApp,
    Desired,
    SetIcon,
    UnlockChosen,
    UpdateApp,
    plan_absent,
    plan_present,
)
from .apps_and_keys import FILE, REMOTE_REPO, App, Key, only_one
from .chosen_keys import KEYS, choices_of, normalize
from .client import PhoneGapClient, has_number
from .local import (
    check_content,
    read_config,
    read_content,
    read_icon,
    reconciled,
)
from .phonegap_options import PHONEGAP, STATE

APP = OptionGroup(
    {
        "id": {"type": "int"},
        "title": {"type": "str"},
        "create_method": {"type": "str", "choices": [FILE, REMOTE_REPO]},
        "src": {"type": "path"},
        "repo": {"type": "str"},
        "package": {"type": "str"},
        "version": {"type": "str"},
        "description": {"type": "str"},
        "debug": {"type": "bool"},
        "private": {"type": "bool"},
        "phonegap_version": {"type": "str"},
        "hydrates": {"type": "bool"},
        "icon": {"type": "path"},
        "pull": {"type": "bool", "default": False},
        "force": {"type": "bool", "default": False},
        "on_unverifiable": {"type": "str", "choices": [WARN, TRUST, REPLACE, FAIL], "default": WARN},
    },
    mutually_exclusive=(("src", "repo"), ("src", "pull")),
    required_one_of=(("id", "title"),),
)

_LOGIN_IN_URL = re.compile(r"//[^/?#]*@")


def find_app(client: PhoneGapClient, app_id: int | None, *titles: str) -> App | None:
    """Return the app with this id, or without an id the only app with one of these titles, or None."""
    number = app_id
    if number is None:
        of_these_titles = (app for app in client.apps() if app.get("title") in titles)
        found = only_one(of_these_titles, f"apps with the title {' or '.join(titles)}")
        if found is None:
            return None
        number = int(found["id"])
    try:
        return App.from_service(client.app(number))
    except ServiceError as error:
        if error.kind == "not_found":
            return None
        raise


def run_app(options: dict[str, Any], client: PhoneGapClient, context: TaskContext) -> Outcome:
    reject_empty(options, "title", "src", "repo", "icon", "version", "phonegap_version")
    if options["state"] == "absent":
        title, warnings = _title_in_config(options, context)
        return _outcome(client, plan_absent(_find(client, options, title)), context, warnings)
    desired, effective, warnings = _desired(options, context)
    for choice in desired.choices:
        client.hide(*choice.passwords.values())
    app = _find(client, options, effective["title"])
    if app is None and options["id"] is not None:
        raise ServiceError(
            f"id: app {options['id']} does not exist, or this account has no access to it. To create an app, omit id. "
            "The service assigns it.",
            kind="not_found",
        )
    known = [Key.from_service(key) for key in client.signing_keys()] if desired.choices else []
    return _outcome(client, plan_present(app, desired, known), context, warnings)


def _find(client: PhoneGapClient, options: Mapping[str, Any], effective_title: str | None) -> App | None:
    """Return the app of the task, or None.

    It has the title of the task until its content is sent. Then it has the title in config.xml.
    """
    titles = dict.fromkeys(title for title in (options["title"], effective_title) if title)
    return find_app(client, options["id"], *titles)


def _title_in_config(options: Mapping[str, Any], context: TaskContext) -> tuple[str | None, tuple[str, ...]]:
    """Return the title in config.xml of an app to delete, and warnings. Its src may not exist any more."""
    if options["id"] is not None or not options["src"]:
        return None, ()
    try:
        content = read_content(options["src"], context)
    except LocalFileError as error:
        if not options["title"]:
            raise
        return None, (f"{error} The task searches the app only by the title {options['title']}.",)
    return read_config(content).get("title"), ()


def _desired(options: Mapping[str, Any], context: TaskContext) -> tuple[Desired, dict[str, Any], tuple[str, ...]]:
    """Return the desired app, the options with the values of config.xml, and warnings about the differences."""
    method = options["create_method"] or (FILE if options["src"] else REMOTE_REPO if options["repo"] else None)
    for option, required in (("src", FILE), ("repo", REMOTE_REPO)):
        if options[option] and method != required:
            raise OptionError(f"{option} requires create_method={required}, got {method}.")
    if _LOGIN_IN_URL.search(options["repo"] or ""):
        # The message does not quote the URL, which may contain a password.
        raise OptionError(
            "repo must not contain a user or a password. The service only supports public repositories. Remove the "
            "part before the @."
        )
    content = read_content(options["src"], context) if options["src"] else None
    if content:
        check_content(options["src"], content)
    effective, warnings = reconciled(options, read_config(content)) if content else (dict(options), ())
    desired = Desired(
        fields={name: effective[name] for name in FIELDS},
        create_method=method,
        repo=options["repo"],
        content=content,
        icon=read_icon(options["icon"], context) if options["icon"] else None,
        choices=choices_of(options),
        pull=options["pull"],
        force=options["force"],
        on_unverifiable=options["on_unverifiable"],
    )
    return desired, effective, warnings


def _outcome(client: PhoneGapClient, step: AppStep, context: TaskContext, warnings: tuple[str, ...]) -> Outcome:
    app, messages = step.app, (*warnings, *step.warnings)
    if step.plan.changed and not context.check_mode:
        done: list[Action] = []
        try:
            app = _apply(client, step, done)
        except CiError as error:
            if not done:
                raise
            return Outcome({}, Plan(tuple(done)), messages, error)
        messages += _differences(step, app)
    return Outcome({"app": app.as_result() if app else None}, step.plan, messages)


def _apply(client: PhoneGapClient, step: AppStep, done: list[Action]) -> App | None:
    """Apply the plan. Return the app after it, or None if it was deleted. `done` receives each complete action."""
    response: Mapping[str, Any] | None = None
    app_id: int | None = step.app.id if step.app else None
    for action in step.plan.actions:
        try:
            if isinstance(action, CreateApp):
                response = _create(client, action)
                app_id = response["id"]
            elif isinstance(action, UpdateApp):
                response = client.update_app(_required(action.id), action.data, action.files)
            elif isinstance(action, SetIcon):
                response = client.set_icon(_required(app_id), *action.icon.part)
            elif isinstance(action, UnlockChosen):
                what = f"unlock the {action.key.label}"
                client.update_key(action.key.platform, _required(action.key.id), action.passwords, what)
            elif isinstance(action, DeleteApp):
                client.delete_app(_required(action.id))
                done.append(action)
                return None
        except CiError as error:
            if response is not None:
                error.notes.append(f"The other changes of app {app_id} were made before that.")
            raise
        done.append(action)
    complete = response is not None and has_number(response) and "keys" in response
    return App.from_service(response if response is not None and complete else client.app(_required(app_id)))


def _create(client: PhoneGapClient, action: CreateApp) -> Mapping[str, Any]:
    """Create the app once. After an unclear outcome, the list of apps shows whether it exists."""
    try:
        response = client.create_app(action.data, action.files)
        if has_number(response):
            return response
        problem = f"Could not create app {action.name}: the response does not contain an app."
        raise UnclearOutcomeError(ServiceError(problem, kind="invalid_response", method="POST", path="/apps"))
    except UnclearOutcomeError as error:
        # No app had this title before.
        new = (app for app in client.apps() if app.get("title") == action.name)
        found = only_one(new, f"new apps with the title {action.name}")
        if found is None:
            error.notes.append("The app was not created. The list of apps does not contain it.")
            raise
        return client.app(found["id"])


def _required(number: int | None) -> int:
    if number is None:
        raise ValueError("an app of the service has an id")
    return number


def _differences(step: AppStep, app: App | None) -> tuple[str, ...]:
    """Return a warning for each field that the service did not set to the sent value."""
    if app is None or step.app is None:
        return ()
    sent: dict[str, Any] = {}
    for action in step.plan.actions:
        if isinstance(action, (CreateApp, UpdateApp)):
            sent.update(action.changes)
    other = [name for name in FIELDS if name in sent and getattr(step.app, name) != getattr(app, name)]
    return tuple(
        f"The {app.label} has {name} {getattr(app, name)!r}, because its config.xml or a rule of the service overrides "
        f"{name} of the task. Each run will send it again. Omit {name}, or change config.xml."
        for name in other
    )


def normalized(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments with each choice of a key in the long form.

    Raise OptionError for a version that is not text, because ansible-core converts 1.10 to "1.1".
    """
    for name in ("version", "phonegap_version"):
        if arguments.get(name) is not None:
            require_text(name, arguments[name])
    return normalize(arguments)


APP_MODULE = ModuleSpec(
    "phonegap_app",
    PHONEGAP + STATE + APP + KEYS,
    PhoneGapClient.from_options,
    run_app,
    normalize=normalized,
    files=("src", "icon"),
    read_path=read_file_or_tree,
)
