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
from .._core.option_groups import OptionGroup, refuse_empty
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
from .chosen_keys import KEYS, choices_of, normalize
from .client import PhoneGapClient, has_number
from .local import (
    check_content,
    read_content,
    read_icon,
    reconciled,
    told_by_config,
)
from .model import FILE, REMOTE_REPO, App, Key, only_one
from .options import PHONEGAP, STATE

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
    """The app of that number, else the one that has exactly one of these titles; nothing if there is none."""
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


def _run(options: dict[str, Any], client: PhoneGapClient, context: TaskContext) -> Outcome:
    refuse_empty(options, "title", "src", "repo", "icon", "version", "phonegap_version")
    if options["state"] == "absent":
        title, warnings = _title_in_config(options, context)
        return _outcome(client, plan_absent(_find(client, options, title)), context, warnings)
    desired, effective, warnings = _desired(options, context)
    for choice in desired.choices:
        client.hide(*choice.passwords.values())
    app = _find(client, options, effective["title"])
    if app is None and options["id"] is not None:
        raise ServiceError(
            f"id: there is no app {options['id']}, or this account has no access to it. To create one, leave id out: "
            "the service gives it a number.",
            kind="not_found",
        )
    known = [Key.from_service(key) for key in client.signing_keys()] if desired.choices else []
    return _outcome(client, plan_present(app, desired, known), context, warnings)


def _find(client: PhoneGapClient, options: Mapping[str, Any], effective_title: str | None) -> App | None:
    """The app that the task means, whatever its state shall be.

    Until its content is sent it has the title of the task; from then on the one that config.xml says.
    """
    titles = dict.fromkeys(title for title in (options["title"], effective_title) if title)
    return find_app(client, options["id"], *titles)


def _title_in_config(options: Mapping[str, Any], context: TaskContext) -> tuple[str | None, tuple[str, ...]]:
    """For an app that is to go. What it was made of may be gone already."""
    if options["id"] is not None or not options["src"]:
        return None, ()
    try:
        content = read_content(options["src"], context)
    except LocalFileError as error:
        if not options["title"]:
            raise
        return None, (f"{error} So the app is looked for by the title {options['title']} alone.",)
    return told_by_config(content).get("title"), ()


def _desired(options: Mapping[str, Any], context: TaskContext) -> tuple[Desired, dict[str, Any], tuple[str, ...]]:
    """What is declared; the options as the service will have them; what is to be said about the difference."""
    method = options["create_method"] or (FILE if options["src"] else REMOTE_REPO if options["repo"] else None)
    for option, wanted in (("src", FILE), ("repo", REMOTE_REPO)):
        if options[option] and method != wanted:
            raise OptionError(f"{option}: this goes with create_method={wanted} only.")
    if _LOGIN_IN_URL.search(options["repo"] or ""):
        # Not quoted: what stands there may be a password, and the service would quote it as well.
        raise OptionError(
            "repo: this URL says who logs in. The service fetches from public repositories only: leave out what stands "
            "before the @."
        )
    content = read_content(options["src"], context) if options["src"] else None
    if content:
        check_content(options["src"], content)
    effective, warnings = reconciled(options, told_by_config(content)) if content else (dict(options), ())
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
    app, told = step.app, (*warnings, *step.warnings)
    if step.plan.changed and not context.check_mode:
        app = _apply(client, step)
        told += _kept_otherwise(step, app)
    return Outcome({"app": app.as_result() if app else None}, step.plan, told)


def _apply(client: PhoneGapClient, step: AppStep) -> App | None:
    answer: Mapping[str, Any] | None = None
    app_id: int | None = step.app.id if step.app else None
    for action in step.plan.actions:
        try:
            if isinstance(action, CreateApp):
                answer = _create(client, action)
                app_id = answer["id"]
            elif isinstance(action, UpdateApp):
                answer = client.update_app(_given(action.id), action.data, action.files)
            elif isinstance(action, SetIcon):
                answer = client.set_icon(_given(app_id), *action.icon.part)
            elif isinstance(action, UnlockChosen):
                what = f"unlock the {action.key.label}"
                client.update_key(action.key.platform, _given(action.key.id), action.passwords, what)
            elif isinstance(action, DeleteApp):
                client.delete_app(_given(action.id))
                return None
        except CiError as error:
            if answer is not None:
                error.notes.append(f"The other changes of app {app_id} were made before that.")
            raise
    complete = answer is not None and has_number(answer) and "keys" in answer
    return App.from_service(answer if answer is not None and complete else client.app(_given(app_id)))


def _create(client: PhoneGapClient, action: CreateApp) -> Mapping[str, Any]:
    """Create it once: after an unclear outcome the list tells whether it is there."""
    try:
        answer = client.create_app(action.data, action.files)
        if has_number(answer):
            return answer
        problem = f"Could not create app {action.name}: its answer names no app."
        raise UnclearOutcomeError(ServiceError(problem, kind="invalid_response", method="POST", path="/apps"))
    except UnclearOutcomeError as error:
        # There was none of that title before.
        new = (app for app in client.apps() if app.get("title") == action.name)
        found = only_one(new, f"new apps with the title {action.name}")
        if found is None:
            error.notes.append("It was not created: the list of apps does not have it.")
            raise
        return client.app(found["id"])


def _given(number: int | None) -> int:
    if number is None:
        raise ValueError("an app that is there has a number")
    return number


def _kept_otherwise(step: AppStep, app: App | None) -> tuple[str, ...]:
    """What was sent and is not there: then the next run would send it again, and the next."""
    if app is None or step.app is None:
        return ()
    sent: dict[str, Any] = {}
    for action in step.plan.actions:
        if isinstance(action, (CreateApp, UpdateApp)):
            sent.update(action.changes)
    other = [name for name in FIELDS if name in sent and getattr(step.app, name) != getattr(app, name)]
    return tuple(
        f"The service keeps {name} {getattr(app, name)!r} of the {app.label}: what the app's own config.xml says, or a "
        f"rule of the service, counts more than {name} of the task. Each run will send it again."
        for name in other
    )


def normalized(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments with each choice of a key in the long form.

    Raises OptionError for a version that is not text: ansible-core would turn 1.10 into "1.1".
    """
    for name in ("version", "phonegap_version"):
        if arguments.get(name) is not None:
            require_text(name, arguments[name])
    return normalize(arguments)


APP_MODULE = ModuleSpec(
    "phonegap_app",
    PHONEGAP + STATE + APP + KEYS,
    PhoneGapClient.from_options,
    _run,
    normalize=normalized,
    files=("src", "icon"),
    read_path=read_file_or_tree,
)
