# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks that run in this process: ansible-core validates the options, and the specification of the module runs."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.apps import APP_INFO
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.file_modules import (
    ANDROID_KEYSTORE_INFO,
    ANDROID_KEYSTORE_MODULE,
    BUILD_CERTIFICATE_INFO,
    BUILD_CERTIFICATE_MODULE,
    PROJECT_FILE_INFO,
    PROJECT_FILE_MODULE,
    PROVISIONING_PROFILE_INFO,
    PROVISIONING_PROFILE_MODULE,
)
from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import ModuleSpec, TaskContext

from .service import APP, CERTIFICATES, KEYSTORES, PROFILES, PROJECT_FILES, READING, Service, env_key

PROFILE = PROVISIONING_PROFILE_MODULE
CERTIFICATE = BUILD_CERTIFICATE_MODULE
ENTRIES = (PROFILE, CERTIFICATE, PROVISIONING_PROFILE_INFO, BUILD_CERTIFICATE_INFO, APP_INFO)
MANAGING = {
    PROFILES: PROFILE,
    CERTIFICATES: CERTIFICATE,
    KEYSTORES: ANDROID_KEYSTORE_MODULE,
    PROJECT_FILES: PROJECT_FILE_MODULE,
}
LISTING = {
    PROFILES: PROVISIONING_PROFILE_INFO,
    CERTIFICATES: BUILD_CERTIFICATE_INFO,
    KEYSTORES: ANDROID_KEYSTORE_INFO,
    PROJECT_FILES: PROJECT_FILE_INFO,
}
# Those of the kinds that came later too.
ALL_ENTRIES = (*ENTRIES, *(entries[kind] for entries in (MANAGING, LISTING) for kind in (KEYSTORES, PROJECT_FILES)))
RESULT_KEY = {kind: kind.removesuffix("s") for kind in MANAGING}


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def validated(spec: ModuleSpec, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options with aliases, defaults and types, as a module gets them."""
    validator = ArgumentSpecValidator(dict(spec.options.argument_spec), **spec.options.rules)
    found = validator.validate(spec.normalize(options))
    assert found.error_messages == []
    parameters: dict[str, Any] = found.validated_parameters
    return parameters


@dataclass(frozen=True)
class Task:
    """One task against one service. `env`: the environment of the task, which is all that it knows of any."""

    service: Service
    spec: ModuleSpec
    options: Mapping[str, Any]
    env: Mapping[str, str] = field(default_factory=dict)

    def with_options(self, **changes: Any) -> Task:
        return replace(self, options={**self.options, **changes})

    def result(self, *, check_mode: bool = False, diff: bool = False) -> dict[str, Any]:
        """Return the result of a success or a failure."""
        context = TaskContext(self.env, check_mode=check_mode, read_file=self.spec.read_path)
        return self.spec.execute(validated(self.spec, self.options), context, diff=diff)

    def run(self, *, check_mode: bool = False, diff: bool = False) -> dict[str, Any]:
        """Return the result of a success."""
        result = self.result(check_mode=check_mode, diff=diff)
        assert not result.get("failed"), result
        return result

    def fail(self, *, check_mode: bool = False) -> dict[str, Any]:
        """Return the result of an expected failure: message, error, actions if any were done, and no traceback."""
        result = self.result(check_mode=check_mode)
        assert result.get("failed"), result
        more = {"changed", "actions", *({"warnings"} & set(result))} if result.get("actions") else set()
        assert set(result) == {"failed", "msg", "error", *more}, result
        assert set(result["error"]) == {"kind", "status", "method", "path", "request_id"}
        return result

    def asked_by(self, *, check_mode: bool = False) -> list[str]:
        """Return the requests of a run."""
        self.service.forget()
        self.run(check_mode=check_mode)
        return self.service.asked()

    def asked_when_failing(self, *, check_mode: bool = False) -> list[str]:
        self.service.forget()
        self.fail(check_mode=check_mode)
        return self.service.asked()


def check_then_run_then_rerun(task: Task) -> dict[str, Any]:
    """Check mode writes nothing and says what the run does; a second run reads only and changes nothing.

    Return the result of the real run.
    """
    service = task.service
    service.forget()
    checked = task.run(check_mode=True, diff=True)
    assert set(service.asked()) <= READING
    service.forget()
    done = task.run(diff=True)
    if not done["changed"]:
        assert set(service.asked()) <= READING
    service.forget()
    again = task.run(diff=True)
    assert set(service.asked()) <= READING

    for key in ("changed", "actions", "diff"):
        assert checked.get(key) == done.get(key), key
    assert shape(checked) == shape(done) == shape(again)
    assert again["changed"] is False
    assert again.get("actions", []) == []
    if "diff" in again:
        assert again["diff"]["before"] == again["diff"]["after"]
    return done


def shape(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys of a result, and those of the objects in it."""
    return {
        key: sorted(value) if isinstance(value, dict) and key != "diff" else None
        for key, value in result.items()
        if key != "warnings"
    }


@dataclass(frozen=True)
class Tasks:
    """Makes tasks for a test."""

    service: Service
    folder: Path

    @property
    def env(self) -> dict[str, str]:
        return {"XDG_STATE_HOME": str(self.folder / "state")}

    def make(self, spec: ModuleSpec, **options: Any) -> Task:
        connection = self.service.connection
        return Task(self.service, spec, {**connection, **options}, self.env)

    def file(self, kind: str = PROFILES, data: bytes | None = None, **options: Any) -> Task:
        """Return a task that manages a file of the app with these bytes."""
        given: dict[str, Any] = {} if data is None else {"content": b64(data)}
        name = options.get("name", "dist")
        if kind == PROJECT_FILES and {"content", "src"} & {*given, *options} and name and "slug" not in options:
            given["user_env_key"] = env_key(name)
        # Separate tests check the validation of files.
        unseen = {} if kind == PROJECT_FILES else {"verify": "none"}
        return self.make(MANAGING[kind], **{"app_slug": APP, "name": "dist", **unseen, **given, **options})

    def listing(self, kind: str = PROFILES, **options: Any) -> Task:
        return self.make(LISTING[kind], **{"app_slug": APP, **options})


def without_traffic(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return the summary of a task for many apps without its requests and times, after a check that it has them."""
    traffic = {"requests": int, "refused": int, "waited_s": float, "seconds": float}
    assert {name: type(summary[name]) for name in traffic} == traffic
    return {name: value for name, value in summary.items() if name not in traffic}
