# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules for files of an app: for each kind, one that manages a file and one that lists files."""

from __future__ import annotations

from typing import Any

from ..._core.errors import CiError
from ..._core.option_groups import RUN, OptionGroup, reject_empty
from ..._core.plan import Plan
from ..._signing.inspection import SIGNING_KINDS
from ..._task.module_spec import ModuleSpec, Outcome, TaskContext
from ..client import BitriseClient
from ..options import APP, BITRISE, LIMIT, check_limit
from .endpoints import get_file, list_files
from .file_options import (
    FILE_OPTIONS,
    STATE,
    declared_file_of,
)
from .kinds import (
    ANDROID_KEYSTORE,
    BUILD_CERTIFICATE,
    PROJECT_FILE,
    PROVISIONING_PROFILE,
    FileKind,
)
from .model import RemoteFile, is_same_name
from .plan_app import Policy
from .reconcile import (
    FilesOutcome,
    apply_app,
    prepare_app,
)

FILE_FILTER = OptionGroup({"name": {"type": "str"}, "slug": {"type": "str"}}, mutually_exclusive=(("name", "slug"),))


def _managing_module(kind: FileKind) -> ModuleSpec:
    def run(options: dict[str, Any], client: BitriseClient, context: TaskContext) -> Outcome:
        declared_file = declared_file_of(kind, options, context.read_file)
        client.redact.add(*declared_file.desired.secrets)
        prepared = prepare_app(client, options["app_slug"], {kind: [declared_file]}, Policy())
        outcome = FilesOutcome()
        try:
            apply_app(client, prepared, outcome, check_mode=context.check_mode)
        except CiError as error:
            if not outcome.actions:
                raise
            return Outcome({}, Plan(tuple(outcome.actions)), tuple(outcome.warnings), error)
        file = outcome.files[0][1].as_result() if outcome.files else None
        if file and kind.name in SIGNING_KINDS:
            file["details"] = next(iter(prepared.validations.values())).details
        plan = Plan(
            tuple(outcome.actions), before=outcome.before.get(kind.plural, {}), after=outcome.after.get(kind.plural, {})
        )
        return Outcome({kind.name: file}, plan, tuple(outcome.warnings))

    options = BITRISE + RUN + APP + STATE + FILE_OPTIONS[kind]
    return ModuleSpec(f"bitrise_{kind.name}", options, BitriseClient.from_options, run, files=("src",))


def _listing_module(kind: FileKind) -> ModuleSpec:
    def run(options: dict[str, Any], client: BitriseClient, _context: TaskContext) -> Outcome:
        app_slug, name, slug, limit = (options[key] for key in ("app_slug", "name", "slug", "limit"))
        check_limit(limit)
        reject_empty(options, "name", "slug")
        if slug is not None:
            found = [get_file(client, kind, app_slug, slug)]
        elif name is not None:
            found = [
                data
                for data in list_files(client, kind, app_slug)
                if is_same_name(str(data.get("upload_file_name")), name)
            ][:limit]
        else:
            found = list(list_files(client, kind, app_slug, limit))
        return Outcome({kind.plural: [RemoteFile.from_service(kind, data).as_result() for data in found]})

    options = BITRISE + RUN + APP + FILE_FILTER + LIMIT
    return ModuleSpec(f"bitrise_{kind.name}_info", options, BitriseClient.from_options, run)


PROVISIONING_PROFILE_MODULE = _managing_module(PROVISIONING_PROFILE)
BUILD_CERTIFICATE_MODULE = _managing_module(BUILD_CERTIFICATE)
ANDROID_KEYSTORE_MODULE = _managing_module(ANDROID_KEYSTORE)
PROJECT_FILE_MODULE = _managing_module(PROJECT_FILE)
PROVISIONING_PROFILE_INFO = _listing_module(PROVISIONING_PROFILE)
BUILD_CERTIFICATE_INFO = _listing_module(BUILD_CERTIFICATE)
ANDROID_KEYSTORE_INFO = _listing_module(ANDROID_KEYSTORE)
PROJECT_FILE_INFO = _listing_module(PROJECT_FILE)
