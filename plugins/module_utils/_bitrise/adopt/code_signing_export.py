# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_code_signing_export: write the files of apps, as files and as variables of the role code_signing."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..._core.errors import LocalFileError, OptionError
from ..._core.option_groups import CONCURRENCY, RUN, OptionGroup, with_entries
from ..._core.plan import Plan
from ..._core.text import clean
from ..._local.read_file import Content
from ..._task.module_spec import ModuleSpec, Outcome, TaskContext
from ..client import BitriseClient
from ..client_pool import ClientPool, check_workers
from ..files.content import content_of
from ..files.endpoints import remote_files
from ..files.model import RemoteFile
from ..many_apps import AppOutcome, check_slugs, failure_of, run_for_apps
from ..options import BITRISE
from .declaration import (
    CAUSES,
    VARIABLES,
    Declared,
    HeldFile,
    Note,
    declare,
    files_of_app,
    unfinished,
)
from .sharing import lists_of
from .variables import comments_of
from .writing import (
    DECLARATION,
    INDENTED,
    MISSING,
    App,
    Write,
    Writer,
    is_folder_name,
    would_be_hidden,
)

EXPORT = OptionGroup(
    {
        "apps": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": {
                "app_slug": {"type": "str", "required": True},
                "host": {"type": "str"},
                "declares": {"type": "list", "elements": "str", "choices": list(VARIABLES.values()), "default": []},
            },
        },
        "groups": {"type": "dict"},
        "dest": {"type": "path", "required": True},
        **CONCURRENCY.argument_spec,
        "force": {"type": "bool", "default": False},
    }
)


def normalized(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments with each app as a dict, even if only its slug is given."""
    return with_entries(arguments, "apps", "app_slug", "the slug of an app nor a dict with app_slug")


def _run_code_signing_export(options: dict[str, Any], clients: ClientPool, context: TaskContext) -> Outcome:
    check_workers(options["concurrency"])
    dest = options["dest"]
    check_slugs([app["app_slug"] for app in options["apps"]])
    apps = [_app(app, dest) for app in options["apps"]]
    hosts = Counter(app.host.lower() for app in apps)
    twice = sorted(host for host, number in hosts.items() if number > 1)
    if twice:
        raise OptionError(f"apps: host {', '.join(twice)} is listed more than once.")
    groups = _groups(options["groups"])
    export = _Export(clients, options["concurrency"], Writer(dest, context.encrypt, check_mode=context.check_mode))
    export.read(apps, force=options["force"])
    export.write(apps, groups, force=options["force"])
    return _outcome(apps, export.writer, encrypted=context.encrypt is not None)


def _app(app: Mapping[str, Any], dest: str) -> App:
    host = app["host"] or app["app_slug"]
    return App(app["app_slug"], host, os.path.join(dest, "host_vars", host, DECLARATION), frozenset(app["declares"]))


def _groups(given: Mapping[str, Any] | None) -> dict[str, list[str]]:
    """Return the hosts of each group. Raise OptionError unless they are lists of names."""
    for name, members in (given or {}).items():
        if not isinstance(members, list) or not all(isinstance(member, str) for member in members):
            raise OptionError(f"groups: {name} must be a list of host names.")
    return {str(name): list(members) for name, members in (given or {}).items()}


@dataclass
class _Export:
    """Reads all apps before it writes, because only then it knows which files they share."""

    clients: ClientPool
    concurrency: int
    writer: Writer
    _held: dict[str, list[HeldFile]] = field(default_factory=dict)
    _observed: dict[str, Mapping[Any, Sequence[RemoteFile]]] = field(default_factory=dict)
    _digests: dict[str, dict[str, str]] = field(default_factory=dict)  # by app, by slug of the file
    _sizes: Counter[int | None] = field(default_factory=Counter)

    def read(self, apps: Sequence[App], *, force: bool) -> None:
        self._for_each(apps, lambda app: self._list(app, force=force))
        self._sizes = Counter(
            size for held in self._held.values() for size in {one.file.size for one in held if one.path is not None}
        )
        self._for_each([app for app in apps if app.slug in self._held], self._download)

    def write(self, apps: Sequence[App], groups: Mapping[str, list[str]], *, force: bool) -> None:
        ready = [app for app in apps if app.slug in self._held and app.error is None]
        for app in ready:
            declared = declare(self._held[app.slug], self._digests[app.slug], encrypts=self.writer.encrypt is not None)
            app.lists = lists_of(declared)
            app.notes += unfinished(self._observed[app.slug], declared)
        self.writer.write(ready, self._held, self._digests, groups, force=force)

    def _for_each(self, apps: Sequence[App], work: Any) -> None:
        by_slug = {app.slug: app for app in apps}

        def run(_client: BitriseClient, slug: str) -> AppOutcome:
            try:
                work(by_slug[slug])
            except OSError as error:
                raise self.writer.error_of(error) from error
            return AppOutcome(slug)

        found = run_for_apps(self.clients, self.concurrency, list(by_slug), run, lambda _text: None)
        for slug, outcome in found.items():
            by_slug[slug].error = outcome.error

    def _list(self, app: App, *, force: bool) -> None:
        _check_host(app, self.writer.dest)
        if os.path.lexists(app.path) and not force:
            app.notes += _remaining_notes(app.path)
            return
        client = self.clients.get()
        observed = {kind: remote_files(client, kind, app.slug) for kind in VARIABLES}
        for files in observed.values():
            for file in files:
                client.redact.add(file.password, *file.created_with.values())
        self._observed[app.slug] = observed
        self._held[app.slug] = files_of_app(app.slug, observed)

    def _download(self, app: App) -> None:
        digests: dict[str, str] = {}
        for one in self._held[app.slug]:
            if one.path is not None:
                digest = self._digest(self.clients.get(), app, one)
                if digest is not None:
                    digests[str(one.file.slug)] = digest
        self._digests[app.slug] = digests

    def _digest(self, client: BitriseClient, app: App, one: HeldFile) -> str | None:
        """Return the digest of the content. In check mode, download only files that apps may share."""
        may_be_shared = one.file.size is None or self._sizes[one.file.size] > 1
        if self.writer.check_mode:
            if not may_be_shared:
                return f"slug {one.file.slug}"
            if one.file.sha256:
                return one.file.sha256
        data = content_of(client, one.kind, app.slug, one.file)
        if data is None:
            return None
        content = Content.of(data)
        if may_be_shared or self.writer.check_mode:
            self.writer.keep(content)
        else:
            self.writer.write_file(one, content)
        return content.sha256


def _check_host(app: App, dest: str) -> None:
    """Check that the name of the host can be that of a folder, and that ansible-core reads that folder."""
    host = app.host
    if not is_folder_name(host):
        raise OptionError(
            f"apps: the host of app {app.slug} must have a name that is valid for a folder, got {clean(host)}. "
            "Rename it, for example with the option hostname of the inventory plugin."
        )
    hidden = would_be_hidden(Path(dest, "host_vars"), host)
    if hidden:
        raise LocalFileError(
            f"dest: there is a file {hidden}, and ansible-core does not read both it and a folder of that name. "
            f"Move it to {Path(dest, 'host_vars', host, 'main.yml')}, then run again."
        )


def _remaining_notes(path: str) -> list[Note]:
    """Return the notes in a declaration of an earlier run, or an empty list if it is encrypted or was replaced."""
    try:
        comments = comments_of(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return []
    if MISSING not in comments:
        return []
    listed = comments[comments.index(MISSING) + 1 :]
    notes = (Note.parse(text[len(INDENTED) :]) for text in listed if text.startswith(INDENTED))
    return [note for note in notes if note is not None]


def _outcome(apps: Sequence[App], writer: Writer, *, encrypted: bool) -> Outcome:
    actions = [*writer.actions, *(action for app in apps for action in app.actions)]
    warnings = []
    if actions and not encrypted:
        warnings.append(
            "Files are not encrypted (mode 0600), and passwords are not written. To write both encrypted, set a vault "
            "secret (--ask-vault-pass, --vault-id) and run the task in the controller: set run_in=controller or "
            "the variable mobileops_ci_run_in, for example on macOS."
        )
    values = {
        "apps": {app.slug: app.as_result() for app in apps},
        "groups": writer.groups,
        "notes": _notes(apps),
        "encrypted": encrypted,
        "summary": {
            "apps": len(apps),
            "changed": sum(bool(app.actions) for app in apps),
            "failed": sum(app.error is not None for app in apps),
            "files": sum(action.kind != "declaration" for action in actions),
            "shared_files": sum(action.kind != "declaration" for action in writer.actions),
            "groups": len(writer.groups),
        },
    }
    plan = Plan(tuple(actions), after=_diff_of(actions))
    errors = {app.slug: app.error for app in apps if app.error}
    return Outcome(values, plan, (*warnings, *writer.warnings), failure_of(errors, len(apps)))


def _diff_of(actions: Iterable[Write]) -> dict[str, Any]:
    return {action.path: {"kind": action.kind, "name": action.name} for action in actions}


def _notes(apps: Sequence[App]) -> list[dict[str, Any]]:
    """Return one entry for each cause, with the hosts that each file concerns."""
    found: dict[str, dict[str, list[str]]] = {}
    for app in apps:
        for note in (*app.notes, *_notes_of(app.lists.values())):
            hosts = found.setdefault(note.cause, {}).setdefault(note.subject, [])
            if app.host not in hosts:
                hosts.append(app.host)
    return [{"cause": cause, "files": found[cause]} for cause in CAUSES if cause in found]


def _notes_of(lists: Iterable[Sequence[Declared]]) -> Iterable[Note]:
    return (note for entries in lists for one in entries for note in one.notes)


CODE_SIGNING_EXPORT = ModuleSpec(
    "bitrise_code_signing_export",
    BITRISE + RUN + EXPORT,
    ClientPool,
    _run_code_signing_export,
    requires=("requests", "yaml"),
    normalize=normalized,
)
