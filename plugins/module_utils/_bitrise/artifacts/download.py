# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_artifact_download: download one artifact of a build, or all of them to a folder."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ..._core.errors import (
    CiError,
    LocalFileError,
    OptionError,
    RejectedError,
    ServiceError,
    join_errors,
)
from ..._core.option_groups import CONCURRENCY, RUN, reject_empty
from ..._core.plan import Plan
from ..._core.text import name_some, plural
from ..._core.text_values import require_texts
from ..._download.destination import path_in
from ..._download.download import (
    DOWNLOAD,
    Saved,
    Source,
    TotalProgress,
    checksum_of,
    save,
)
from ..._local.file_attributes import ATTRIBUTES, only_as_module
from ..._task.module_spec import ModuleSpec, Outcome, TaskContext
from ..builds.build_options import BUILD
from ..client_pool import ClientPool, check_workers
from ..digest_cache import DigestCache
from ..options import APP, BITRISE
from ..workers import run_concurrently
from .artifact import KIND
from .artifact_fields import Artifact
from .artifact_options import (
    SEVERAL,
    check_patterns,
    matches,
)
from .endpoints import Artifacts
from .file_names import file_names
from .owners import Owners, open_digests


@dataclass(frozen=True)
class _Downloads:
    """The downloads of one task."""

    options: Mapping[str, Any]
    clients: ClientPool
    context: TaskContext
    digests: DigestCache | None
    owners: Owners
    progress: TotalProgress | None = None

    def artifacts(self) -> Artifacts:
        """Return the artifacts of the build, for the thread that calls this."""
        return _artifacts(self.clients, self.options)

    def save(self, artifact: Artifact, path: str, read: Artifact | None = None) -> _File:
        """Download the artifact to the path, if necessary. `read`: the artifact with its URL, if that is known."""
        options, checksum = self.options, checksum_of(self.options["checksum"])
        known = [read] if read else []

        def fresh_url() -> str:
            return _url_of(known.pop() if known else self.artifacts().read(artifact.slug))

        source = Source(
            artifact.label,
            fresh_url,
            artifact.size,
            checksum,
            known_sha256=self.digests.get(artifact.slug) if self.digests else None,
            force=options["force"],
            identity=self._identity(artifact),
            before_replacing=None if options["force"] else partial(self.owners.check, artifact, path),
            progress=partial(self.progress.note, artifact.slug) if self.progress else None,
        )
        saved = save(self.clients.get(), source, path, options, self.context)
        # A file that only matched the option checksum need not be this artifact.
        if self.digests and saved.sha256 and not self.context.check_mode and (saved.written or not checksum):
            self.digests.put(artifact.slug, saved.sha256)
        return _File(artifact, saved, options["app_slug"])

    def _identity(self, artifact: Artifact) -> str | None:
        """Return the name for a partial download, or None if the size is unknown, so that it cannot be resumed."""
        if artifact.size is None:
            return None
        options = self.options
        return " ".join((self.clients.api_url, options["app_slug"], options["build_slug"], artifact.slug))


@dataclass(frozen=True)
class _File:
    artifact: Artifact
    saved: Saved
    app_slug: str

    @property
    def plan(self) -> Plan:
        artifact = self.artifact
        return self.saved.plan(kind=KIND, app_slug=self.app_slug, slug=artifact.slug, name=artifact.name)

    def as_result(self) -> dict[str, Any]:
        saved = self.saved
        values = {"dest": saved.path, "size": saved.size, "sha256": saved.sha256, KIND: self.artifact.as_result()}
        return {**values, "changed": self.plan.changed}


def _artifacts(clients: ClientPool, options: Mapping[str, Any]) -> Artifacts:
    return Artifacts(clients.get(), options["app_slug"], options["build_slug"])


def _run_artifact_download(options: dict[str, Any], clients: ClientPool, context: TaskContext) -> Outcome:
    check_workers(options["concurrency"])
    reject_empty(options, "slug", "title")
    checksum_of(options["checksum"])
    digests = open_digests(clients.api_url, context.env)
    work = _download_build if options["slug"] is None and options["title"] is None else _download_one
    try:
        outcome = work(options, clients, context, digests)
    finally:
        if digests:
            digests.save()
    return replace(outcome, warnings=(*digests.warnings, *outcome.warnings)) if digests else outcome


def _download_one(
    options: dict[str, Any], clients: ClientPool, context: TaskContext, digests: DigestCache | None
) -> Outcome:
    """Download the artifact with the slug or title in the options."""
    artifacts = _artifacts(clients, options)
    artifact = artifacts.find_existing(options)
    dest = options["dest"]
    in_directory = dest.endswith("/") or os.path.isdir(dest)
    # Another artifact of the build may have the same title.
    name = file_names(_with(artifact, list(artifacts.each())))[artifact.slug] if in_directory else ""
    path = path_in(dest, name)
    owners = Owners(digests, lambda: list(artifacts.each()), in_directory=in_directory)
    file = _Downloads(options, clients, context, digests, owners).save(artifact, path, artifact)
    values = file.as_result()
    changed = values.pop("changed")
    return Outcome({**values, "files": [{**values, "changed": changed}]}, file.plan, _about_replaced(owners))


def _with(artifact: Artifact, listed: list[Artifact]) -> list[Artifact]:
    return listed if any(each.slug == artifact.slug for each in listed) else [*listed, artifact]


def _download_build(
    options: dict[str, Any], clients: ClientPool, context: TaskContext, digests: DigestCache | None
) -> Outcome:
    """Download all artifacts of the build that the filters select."""
    if options["checksum"] is not None:
        raise OptionError("checksum requires slug or title, because it applies to one artifact.")
    for name in ("titles", "types"):
        check_patterns(name, options[name])
    every = list(_artifacts(clients, options).each())
    selected = [artifact for artifact in every if _is_selected(artifact, options)]
    if not selected:
        raise RejectedError(_nothing(options, len(every)), kind="not_found")
    folder = options["dest"].rstrip("/") or "/"
    if not os.path.isdir(folder):
        raise LocalFileError(f"dest must be an existing directory to download a whole build, got {folder}.")
    names = file_names(every)
    owners = Owners(digests, lambda: every, in_directory=True)
    progress = TotalProgress(
        f"build {options['build_slug']}", [artifact.size for artifact in selected], context.report_progress
    )
    downloads = _Downloads(options, clients, context, digests, owners, progress)
    files: dict[str, _File] = {}
    errors: dict[str, CiError] = {}

    def work(artifact: Artifact) -> _File | CiError:
        try:
            return downloads.save(artifact, path_in(f"{folder}/", names[artifact.slug]))
        except CiError as error:
            if error.ends_task:
                raise
            return error

    def done(artifact: Artifact, result: _File | CiError) -> None:
        progress.finish()
        if isinstance(result, CiError):
            errors[artifact.slug] = result
        else:
            files[artifact.slug] = result

    workers = min(options["concurrency"], len(selected))
    run_concurrently(clients, workers, selected, work, done)
    in_order = [files[artifact.slug] for artifact in selected if artifact.slug in files]
    return _outcome_of(folder, in_order, [errors[each.slug] for each in selected if each.slug in errors], owners)


def _outcome_of(folder: str, files: Sequence[_File], errors: Sequence[CiError], owners: Owners) -> Outcome:
    plans = [file.plan for file in files]
    plan = Plan(
        tuple(action for plan in plans for action in plan.actions),
        {path: side for plan in plans for path, side in plan.before.items()},
        {path: side for plan in plans for path, side in plan.after.items()},
    )
    values = {
        "dest": folder,
        "size": sum(file.saved.size or 0 for file in files),
        "sha256": None,
        KIND: None,
        "files": [file.as_result() for file in files],
    }
    return Outcome(values, plan, _about_replaced(owners), _error_of(errors, len(files) + len(errors)))


def _error_of(errors: Sequence[CiError], number: int) -> CiError | None:
    if not errors:
        return None
    message = f"{len(errors)} of {plural(number, 'artifact')} failed. {join_errors(errors)}"
    return CiError(message, **errors[0].as_dict())


def _about_replaced(owners: Owners) -> tuple[str, ...]:
    if not owners.replaced:
        return ()
    paths = name_some(sorted(owners.replaced), 5)
    return (f"dest: replaced files of other builds: {paths}. Use a directory for each build to keep them.",)


def _is_selected(artifact: Artifact, options: Mapping[str, Any]) -> bool:
    filters = ((options["titles"], artifact.title), (options["types"], artifact.artifact_type))
    return all(patterns is None or matches(value, patterns) for patterns, value in filters)


def _nothing(options: Mapping[str, Any], number: int) -> str:
    build = f"Build {options['build_slug']} of app {options['app_slug']}"
    if number == 0:
        return f"{build} has no artifacts."
    filters = " and ".join(name for name in ("titles", "types") if options[name] is not None)
    return (
        f"{build} has {number} artifacts, but {filters} do not select any of them. "
        "mobileops.ci.bitrise_artifact_info lists them."
    )


def _url_of(artifact: Artifact) -> str:
    if artifact.download_url is None:
        raise ServiceError(
            f"Could not download {artifact.label}: the service returned no URL for it. It may have been deleted.",
            kind="invalid_response",
        )
    return artifact.download_url


def with_patterns(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments. Raise OptionError for patterns that are not text."""
    for name in ("titles", "types"):
        require_texts(name, arguments.get(name))
    return dict(arguments)


ARTIFACT_DOWNLOAD = ModuleSpec(
    "bitrise_artifact_download",
    BITRISE + RUN + APP + BUILD + SEVERAL + DOWNLOAD + CONCURRENCY + ATTRIBUTES,
    ClientPool,
    _run_artifact_download,
    normalize=with_patterns,
    only_as_module=only_as_module,
)
