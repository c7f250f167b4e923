# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_code_signing_export: writes down what apps have, as variables of the role code_signing and files."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.adopt.declaration import (
    VARIABLES,
    Adopted,
    Held,
    adopt,
    held_by,
    never_completed,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.adopt.variables import (
    comments_of,
    one_line,
    variables_file,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.clients import BitriseClients, check_workers
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.actions import FileAction
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.content import content_of
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import RemoteFile
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.options import BITRISE
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.workers import side_by_side
from ansible_collections.mobileops.ci.plugins.module_utils._entry import Entry, Outcome, TaskContext
from ansible_collections.mobileops.ci.plugins.module_utils._errors import CiError, LocalFileError, OptionError
from ansible_collections.mobileops.ci.plugins.module_utils._local_file import save_privately
from ansible_collections.mobileops.ci.plugins.module_utils._options import CONCURRENCY, RUN, OptionGroup, with_entries
from ansible_collections.mobileops.ci.plugins.module_utils._plan import Plan

EXPORT = OptionGroup(
    {
        "apps": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": {"app_slug": {"type": "str", "required": True}, "host": {"type": "str"}},
        },
        "dest": {"type": "path", "required": True},
        **CONCURRENCY.argument_spec,
        "force": {"type": "bool", "default": False},
    }
)
DECLARATION = "code_signing.yml"
# In the comments at its top; what follows is read again by the next run.
MISSING = "What is not in here (delete a line when that is done):"
INDENTED = "  "
NAMED_IN_MESSAGE = 20


@dataclass(frozen=True)
class Write(FileAction):
    """A local file that is written. `kind` of the declaration itself is "declaration"."""

    action: ClassVar[str] = "write"
    path: str

    def more(self) -> dict[str, Any]:
        return {"path": self.path}


@dataclass
class _App:
    """What came of one app."""

    slug: str
    host: str
    path: str
    actions: list[Write] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    error: CiError | None = None

    @property
    def written(self) -> dict[str, Any]:
        return {action.path: {"kind": action.kind, "name": action.name} for action in self.actions}

    def as_result(self) -> dict[str, Any]:
        return {
            "changed": bool(self.actions),
            "host": self.host,
            "path": self.path,
            "actions": [action.as_dict() for action in self.actions],
            "missing": self.missing,
            "error": {"msg": self.error.message, **self.error.as_dict()} if self.error else None,
            "diff": {"before": {}, "after": self.written},
        }


def normalized(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """An app that is given by its slug alone becomes a dict."""
    return with_entries(arguments, "apps", "app_slug", "the slug of an app nor a dict with app_slug")


def _run(options: dict[str, Any], clients: BitriseClients, context: TaskContext) -> Outcome:
    check_workers(options["concurrency"])
    dest = options["dest"]
    apps = [_app(app, dest) for app in options["apps"]]
    for what, values in (("app", [app.slug for app in apps]), ("host", [app.host.lower() for app in apps])):
        twice = sorted({value for value in values if values.count(value) > 1})
        if twice:
            raise OptionError(f"apps: {what} {', '.join(twice)} is listed twice.")

    def work(app: _App) -> None:
        try:
            _export(clients.get(), app, dest, context, force=options["force"])
        except CiError as error:
            app.error = error
        except OSError as error:
            where = error.filename or dest
            app.error = LocalFileError(f"dest: {where} cannot be written: {error.strerror}.")

    try:
        side_by_side(clients, options["concurrency"], apps, work)
    finally:
        clients.close()
    return _outcome(apps, encrypted=context.encrypt is not None)


def _app(app: Mapping[str, Any], dest: str) -> _App:
    slug = app["app_slug"]
    host = app["host"] or slug
    if not slug:
        raise OptionError("apps: an entry has an empty app_slug.")
    return _App(slug, host, os.path.join(dest, "host_vars", host, DECLARATION))


def _check_place(app: _App, dest: str) -> None:
    """The name of a host is the name of a folder here; and ansible-core reads either the folder or a file beside it."""
    host = app.host
    if host in (".", "..") or host != one_line(host) or any(character in host for character in "/\\~\0"):
        raise OptionError(
            f"apps: the host of app {app.slug} has a name that no folder can have here ({one_line(host)}). Give it "
            "another one, with the option hostname of the inventory plugin for example."
        )
    for ending in ("", ".yml", ".yaml", ".json"):
        place = Path(dest, "host_vars", host + ending)
        if place.is_file():
            raise LocalFileError(
                f"dest: there is a file {place}, and ansible-core would not read both it and a folder of that name. "
                f"Move it to {Path(dest, 'host_vars', host)}/main.yml, then run again."
            )


def _export(client: BitriseClient, app: _App, dest: str, context: TaskContext, *, force: bool) -> None:
    _check_place(app, dest)
    if os.path.lexists(app.path) and not force:
        app.missing += _still_missing(app.path)
        return
    observed = {
        kind: [RemoteFile.from_service(kind, data) for data in client.files(kind, app.slug)] for kind in VARIABLES
    }
    held = held_by(app.slug, observed)
    for files in observed.values():
        for file in files:
            client.redact.add(file.password, *file.told.values())
    contents: dict[str, bytes] = {}
    for one in held:
        content = _content(client, app, one, context) if one.is_given else None
        if content is not None:
            contents[str(one.file.slug)] = content
    adopted = adopt(app.slug, held, contents, _unread if context.check_mode and context.encrypt else context.encrypt)
    app.missing += [*never_completed(observed, adopted.variables), *adopted.missing]
    for one in held:
        if one.path in adopted.files:
            place = Path(dest, "files", one.path)
            if not context.check_mode:
                save_privately(str(place.parent), place.name, adopted.files[one.path])
            app.actions.append(Write(one.kind.name, app.slug, one.file.slug, one.file.name, str(place)))
    # At the end: an app that has its declaration is complete.
    if not context.check_mode:
        _save_declaration(app, adopted)
    app.actions.append(Write("declaration", app.slug, None, DECLARATION, app.path))


def _content(client: BitriseClient, app: _App, one: Held, context: TaskContext) -> bytes | None:
    """In check mode nothing is downloaded: what is not protected is taken for given."""
    return b"" if context.check_mode else content_of(client, one.kind, app.slug, one.file)


def _unread(_data: bytes) -> str:
    """Instead of encrypting, which takes its time, where nothing is written."""
    return ""


def _save_declaration(app: _App, adopted: Adopted) -> None:
    comments = [
        "The signing files that the app had when this was written, for the role mobileops.ci.code_signing.",
        *([MISSING] if app.missing else []),
        *(f"{INDENTED}{text}" for text in app.missing),
    ]
    place = Path(app.path)
    save_privately(str(place.parent), place.name, variables_file(comments, adopted.variables))


def _still_missing(path: str) -> list[str]:
    """What the declaration itself says is not in it. Where it is encrypted, or has been replaced, that is nothing."""
    try:
        comments = comments_of(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return []
    if MISSING not in comments:
        return []
    listed = comments[comments.index(MISSING) + 1 :]
    return [text[len(INDENTED) :] for text in listed if text.startswith(INDENTED)]


def _outcome(apps: Sequence[_App], *, encrypted: bool) -> Outcome:
    plan = Plan(
        tuple(action for app in apps for action in app.actions),
        after={path: shown for app in apps for path, shown in app.written.items()},
    )
    warnings = []
    if plan.changed and not encrypted:
        warnings.append(
            "The files are written as they are, with mode 0600, and no password is written at all. To have both, "
            "encrypted, give a vault secret (--ask-vault-pass, --vault-id) and let the task run in the controller: not "
            "with run_in=target, another connection, become or async."
        )
    values = {
        "apps": {app.slug: app.as_result() for app in apps},
        "encrypted": encrypted,
        "summary": {
            "apps": len(apps),
            "changed": sum(bool(app.actions) for app in apps),
            "failed": sum(app.error is not None for app in apps),
            "files": sum(action.kind != "declaration" for action in plan.actions if isinstance(action, Write)),
        },
    }
    return Outcome(values, plan, tuple(warnings), _failure(apps))


def _failure(apps: Sequence[_App]) -> CiError | None:
    """One error for the task: it names the apps that failed, and why."""
    failed = {app.slug: app.error for app in apps if app.error}
    if not failed:
        return None
    said = [f"{slug}: {error.message}" for slug, error in list(failed.items())[:NAMED_IN_MESSAGE]]
    details = [error.as_dict() for error in failed.values()]
    # What is the same for all of them is true of the task.
    common = {key: value for key, value in details[0].items() if all(other[key] == value for other in details)}
    return CiError(f"{len(failed)} of {len(apps)} apps failed. {' | '.join(said)}", **{"kind": "several", **common})


CODE_SIGNING_EXPORT = Entry(
    "bitrise_code_signing_export",
    BITRISE + RUN + EXPORT,
    BitriseClients,
    _run,
    requires=("requests", "yaml"),
    normalize=normalized,
)
