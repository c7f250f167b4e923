# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan the actions that bring an app to its declaration. Pure: no network, no file, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from .._core.errors import OptionError, RejectedError
from .._core.plan import Action, Plan
from .apps_and_keys import FILE, REMOTE_REPO, App, Key
from .chosen_keys import (
    Choice,
    check_choice,
    how_to_unlock,
)
from .local import NamedFile

# Fields that are compared one by one. The service treats an empty text and null alike.
FIELDS = ("title", "package", "version", "description", "debug", "private", "phonegap_version", "hydrates")

# Values of on_unverifiable: what to do if the content of the app is unknown.
WARN, TRUST, REPLACE, FAIL = "warn", "trust", "replace", "fail"


@dataclass(frozen=True)
class Desired:
    """The declared app. None for options that the task omits."""

    fields: Mapping[str, Any]
    create_method: str | None
    repo: str | None
    content: NamedFile | None
    icon: NamedFile | None
    choices: tuple[Choice, ...]
    pull: bool
    force: bool
    on_unverifiable: str = "warn"


@dataclass(frozen=True)
class AppAction(Action):
    """A change of an app."""

    id: int | None  # None before it is created
    name: str

    def as_dict(self) -> dict[str, Any]:
        number = None if self.id is None else str(self.id)
        return {
            "action": self.action,
            "kind": "app",
            "app_slug": number,
            "slug": number,
            "name": self.name,
            **self.more(),
        }

    def more(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True)
class _ContentAction(AppAction):
    """A request with fields, keys and content."""

    changes: Mapping[str, Any]
    choices: tuple[Choice, ...]
    content: NamedFile | None
    pull: bool = False

    @property
    def data(self) -> dict[str, Any]:
        keys = {choice.platform: choice.in_request for choice in self.choices}
        pull = {"pull": True} if self.pull else {}
        return {**self.changes, **({"keys": keys} if keys else {}), **pull}

    @property
    def files(self) -> dict[str, tuple[str, bytes]]:
        return {"file": self.content.part} if self.content else {}

    def more(self) -> dict[str, Any]:
        return {
            "changes": dict(self.changes),
            "signing_keys": {choice.platform: choice.id for choice in self.choices},
            "content": self.content.shown() if self.content else None,
            "pull": self.pull,
        }


@dataclass(frozen=True)
class CreateApp(_ContentAction):
    action: ClassVar[str] = "create"


@dataclass(frozen=True)
class UpdateApp(_ContentAction):
    action: ClassVar[str] = "update"


@dataclass(frozen=True)
class SetIcon(AppAction):
    """Set the icon. The service then queues builds."""

    action: ClassVar[str] = "set_icon"
    icon: NamedFile

    def more(self) -> dict[str, Any]:
        return {"content": self.icon.shown()}


@dataclass(frozen=True)
class DeleteApp(AppAction):
    action: ClassVar[str] = "delete"


@dataclass(frozen=True)
class UnlockChosen(AppAction):
    """Unlock a key that the app already uses."""

    action: ClassVar[str] = "unlock"
    key: Key
    passwords: Mapping[str, str] = field(repr=False)

    def as_dict(self) -> dict[str, Any]:
        number = None if self.id is None else str(self.id)
        return {
            "action": self.action,
            "kind": "key",
            "app_slug": number,
            "slug": str(self.key.id),
            "name": self.key.title,
            "platform": self.key.platform,
        }


@dataclass(frozen=True)
class AppStep:
    """A plan, and the expected app after it."""

    plan: Plan
    app: App | None
    warnings: tuple[str, ...] = ()


def plan_absent(app: App | None) -> AppStep:
    if app is None:
        return AppStep(Plan(), None)
    return AppStep(Plan((DeleteApp(app.id, app.title),), {"app": _diff_fields(app)}, {}), None)


def plan_present(app: App | None, desired: Desired, known: Sequence[Key]) -> AppStep:
    """Return the plan for an app that must exist. Raise RejectedError or OptionError for impossible declarations."""
    return _created(desired, known) if app is None else _changed(app, desired, known)


def _created(desired: Desired, known: Sequence[Key]) -> AppStep:
    title = desired.fields["title"]
    method = desired.create_method
    if not title:
        raise OptionError("title is required to create an app.")
    needed = "src" if method == FILE else "repo"
    if method is None or (desired.content if method == FILE else desired.repo) is None:
        how = "src or repo" if method is None else needed
        raise OptionError(f"{how} is required to create app {title}, which does not exist.")
    for choice in desired.choices:
        check_choice(choice, known)
    given = {name: value for name, value in desired.fields.items() if value is not None}
    fields = {**given, "create_method": method, **({"repo": desired.repo} if method == REMOTE_REPO else {})}
    content = desired.content if method == FILE else None
    actions: list[Action] = [CreateApp(None, title, fields, desired.choices, content)]
    app = App(id=None, title=title, create_method=method, repo=fields.get("repo"))
    app = _with(app, given, desired.choices)
    if desired.icon:
        actions.append(SetIcon(None, title, desired.icon))
        app = replace(app, icon=desired.icon.name)
    return AppStep(Plan(tuple(actions), {}, {"app": _diff_fields(app, content)}), app)


def _changed(app: App, desired: Desired, known: Sequence[Key]) -> AppStep:
    _reject_immutable(app, desired)
    changes = {
        name: value
        for name, value in desired.fields.items()
        if value is not None and (value if value != "" else None) != getattr(app, name)
    }
    new = tuple(choice for choice in desired.choices if app.keys.get(choice.platform) != choice.id)
    for choice in new:
        check_choice(choice, known)
    used = [choice for choice in desired.choices if choice not in new]
    unlocks, warnings = _unlocks(app, used, known)
    corrected = _corrected(app, used, known)
    # The service does not return a digest of its content. So the content is sent together with any other change.
    unknown = _unverifiable(app, desired, changes=bool(changes or new))
    warnings += _about_unverifiable(app, unknown, desired.on_unverifiable)
    force = desired.force or (bool(unknown) and desired.on_unverifiable == REPLACE)
    content = desired.content if changes or new or force else None
    actions: list[Action] = list(unlocks)
    if changes or new or corrected or content or desired.pull:
        choices = (*new, *corrected.values())
        actions.append(UpdateApp(app.id, app.title, changes, choices, content, desired.pull))
    after = _with(app, changes, new)
    if desired.icon and (desired.icon.name != app.icon or force):
        actions.append(SetIcon(app.id, app.title, desired.icon))
        after = replace(after, icon=desired.icon.name)
    shown_before, shown_after = _diff_fields(app), _diff_fields(after, content)
    for unlock in unlocks:
        shown_before.setdefault("locked_keys", []).append(unlock.key.label)
        shown_after["locked_keys"] = []
    if corrected:
        shown_before["keys_with_wrong_password"], shown_after["keys_with_wrong_password"] = list(corrected), []
    return AppStep(Plan(tuple(actions), {"app": shown_before}, {"app": shown_after}), after, warnings)


def _unverifiable(app: App, desired: Desired, *, changes: bool) -> list[str]:
    """Return the options with files that the app may or may not have, unless they are sent anyway."""
    if desired.force:
        return []
    src = desired.content is not None and not changes
    icon = desired.icon is not None and desired.icon.name == app.icon
    return [option for option, is_unknown in (("src", src), ("icon", icon)) if is_unknown]


def _about_unverifiable(app: App, options: Sequence[str], on_unverifiable: str) -> tuple[str, ...]:
    """Return a warning. Raise RejectedError for on_unverifiable=fail."""
    if not options or on_unverifiable in (TRUST, REPLACE):
        return ()
    named = " and ".join(options)
    problem = (
        f"The service does not return the content of the {app.label}, so it is unknown whether {named} "
        f"{'differs' if len(options) == 1 else 'differ'} from it."
    )
    ways = "set version to a new one, or force=true" if "src" in options else "set force=true"
    if on_unverifiable == FAIL:
        raise RejectedError(
            f"{problem} To send it, {ways}. on_unverifiable=trust keeps the content of the app.", kind="unverifiable"
        )
    text = f"{problem} Nothing was sent. To send it, {ways}, or use on_unverifiable=replace to send it on every run."
    return (f"{text} on_unverifiable=trust keeps the content of the app without this warning.",)


def _reject_immutable(app: App, desired: Desired) -> None:
    method = desired.create_method
    advice = "Delete the app (state=absent) and create it again. It gets another id, and its builds are lost."
    if method is not None and method != app.create_method:
        words = {FILE: "an uploaded file", REMOTE_REPO: "a repository"}
        raise RejectedError(
            f"create_method: the {app.label} was created from {words[app.create_method]} ({app.create_method}), and "
            f"the service cannot change that to {method}. {advice}",
            kind="immutable",
        )
    if desired.repo is not None and desired.repo != app.repo:
        raise RejectedError(
            f"repo: the {app.label} was created from {app.repo}, and the service cannot change that. {advice}",
            kind="immutable",
        )
    if desired.pull and app.create_method != REMOTE_REPO:
        raise RejectedError(
            f"pull: the {app.label} was created from an uploaded file, and has no repository to pull. Use src.",
            kind="immutable",
        )


def _unlocks(
    app: App, choices: Sequence[Choice], known: Sequence[Key]
) -> tuple[tuple[UnlockChosen, ...], tuple[str, ...]]:
    """Return actions and warnings for keys that the app already uses and that are locked now."""
    unlocks, warnings = [], []
    for choice in choices:
        key = _key_of(choice, known)
        if key is None or not key.locked:
            continue
        if choice.passwords:
            unlocks.append(UnlockChosen(app.id, app.title, key, choice.passwords))
        else:
            warnings.append(
                f"The {key.label} is locked: builds for {choice.platform} fail until it is unlocked with "
                f"{how_to_unlock(choice.platform)}."
            )
    return tuple(unlocks), tuple(warnings)


def _corrected(app: App, choices: Sequence[Choice], known: Sequence[Key]) -> dict[str, Choice]:
    """Return, by label, keys that the app already uses and whose password was wrong in its last build.

    If the task chooses such a key again, with its passwords, the service builds again. So the failure, which this
    function looks for, ends.
    """
    found = {}
    for choice in choices:
        key = _key_of(choice, known)
        if key and not key.locked and choice.passwords and app.found_password_wrong(choice.platform):
            found[key.label] = choice
    return found


def _key_of(choice: Choice, known: Sequence[Key]) -> Key | None:
    return next((key for key in known if (key.platform, key.id) == (choice.platform, choice.id)), None)


def _with(app: App, changes: Mapping[str, Any], choices: Sequence[Choice]) -> App:
    fields: dict[str, Any] = {name: None if value == "" else value for name, value in changes.items()}
    return replace(app, **fields, keys={**app.keys, **{choice.platform: choice.id for choice in choices}})


def _diff_fields(app: App, content: NamedFile | None = None) -> dict[str, Any]:
    """Return the app as a diff shows it."""
    shown = {name: getattr(app, name) for name in (*FIELDS, "create_method", "repo", "icon")}
    shown["signing_keys"] = {platform: number for platform, number in app.keys.items() if number is not None}
    return {**shown, "content": content.shown()} if content else shown
