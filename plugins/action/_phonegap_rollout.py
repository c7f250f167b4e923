# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of the playbook phonegap_rollout: update signing keys and the app, build it, download its packages."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..module_utils._core.errors import LocalFileError, OptionError
from ..module_utils._phonegap.app_module import APP, APP_MODULE
from ..module_utils._phonegap.builds import BUILD_MODULE
from ..module_utils._phonegap.download import COMPLETE, DOWNLOAD_MODULE
from ..module_utils._phonegap.key_module import KEY, KEY_MODULE
from ..module_utils._phonegap.phonegap_options import PHONEGAP
from ..module_utils._task.module_spec import ModuleSpec
from ..plugin_utils._play.action import Json, PlayAction, play_result
from ..plugin_utils._play.causes import sentence
from ..plugin_utils._play.connection import as_variables
from ..plugin_utils._play.evaluation import Evaluator
from ..plugin_utils._play.play_variables import OF_LOOKUP, names_of_play
from ..plugin_utils._play.search import FileSearch
from ..plugin_utils._play.variables import Read, Variables

PLATFORMS = ("android",)
BUILD_TIMEOUT_S = 1800.0
PACKAGES = "packages"
# Keys of an app that unlock a signing key. The app sends them again if a build failed because of a password.
_UNLOCKING = ("id", "password", "key_pw", "keystore_pw")
_KEY_FILES = ("cert", "profile", "keystore", "db", "csk")
# The service does not lock the keys of these platforms.
_NEVER_LOCKED = ("winphone",)

CONNECTION = as_variables(PHONEGAP, "run_in")
# Options of the modules whose names have another meaning here or in phonegap_key.
_CONNECTION_OPTIONS = {"service_timeout": "timeout", "password": "login_password"}
VARIABLES = Variables(
    "phonegap_rollout_",
    {
        "app": {"type": "dict", "required": True, "options": as_variables(APP), **APP.rules},
        "keys": {"type": "list", "elements": "dict", "options": as_variables(KEY, "locked"), **KEY.rules},
        "platforms": {"type": "list", "elements": "str"},
        "dest": {"type": "path"},
        "timeout": {"type": "float"},
        "project_dir": {"type": "path"},
        **{f"service_{name}" if name == "timeout" else name: spec for name, spec in CONNECTION.items()},
        **{name: {"type": "raw"} for name in OF_LOOKUP},
    },
)


class StepFailedError(Exception):
    """A failed step with its result."""

    def __init__(self, result: Json) -> None:
        super().__init__(result.get("msg"))
        self.result = result


@dataclass
class Rollout:
    """Results of the steps so far."""

    lines: list[str] = field(default_factory=list)
    diffs: list[Json] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    changed: bool = False
    app: Json = field(default_factory=dict)
    packages: list[Json] = field(default_factory=list)

    def add(self, what: str, result: Json) -> Json:
        """Add the result of a step. Raise StepFailedError."""
        self.warnings += [str(text) for text in result.get("warnings") or ()]
        if result.get("diff"):
            self.diffs.append(result["diff"])
        if result.get("failed"):
            self.changed |= bool(result.get("changed"))
            raise StepFailedError(result)
        self.changed |= bool(result.get("changed"))
        self.lines.append(f"{what}: {'changed' if result.get('changed') else 'ok'}")
        return result


class ActionModule(PlayAction):
    """Roll out one app. The host of the task only provides variables."""

    has_doctor = False
    of_play = names_of_play(VARIABLES.prefix)

    def work(self, options: Mapping[str, Any], task_vars: Json) -> Json:
        del options
        self.play_variables(task_vars).check_all()
        host = str(task_vars["inventory_hostname"])
        read = VARIABLES.read(host, task_vars, Evaluator(self._loader))
        if read.problems:
            hint = (
                " There is no inventory_dir without an inventory file: use a path relative to the current folder."
                if any("inventory_dir" in problem.text for problem in read.problems)
                else ""
            )
            raise OptionError(" ".join(problem.message for problem in read.problems) + hint)
        _find_files(read, task_vars)
        rollout = Rollout(warnings=[problem.message for problem in read.suspected])
        result: Json = {}
        try:
            self._roll_out(read.values, rollout, task_vars)
        except StepFailedError as error:
            result = {"failed": True, **{key: error.result[key] for key in ("msg", "error") if key in error.result}}
        result.update(changed=rollout.changed, app=rollout.app, packages=rollout.packages)
        if self._task.diff and rollout.diffs:
            result["diff"] = rollout.diffs
        return play_result({host: result}, summary=rollout.lines, warnings=rollout.warnings)

    def _roll_out(self, values: Mapping[str, Any], rollout: Rollout, task_vars: Json) -> None:
        check_mode = bool(self._task.check_mode)
        names = {"service_timeout", *CONNECTION} - {"timeout"}
        connection = {_CONNECTION_OPTIONS.get(name, name): values[name] for name in names if name in values}

        variables = {_CONNECTION_OPTIONS.get(name, name): f"{VARIABLES.prefix}{name}" for name in (*names, "platforms")}

        def step(what: str, spec: ModuleSpec, **options: Any) -> Json:
            result = self.execute(
                spec, {**connection, **options}, task_vars, diff=bool(self._task.diff), variables=variables
            )
            return rollout.add(what, result)

        declared: list[Json] = values.get("keys") or []
        signing = []
        for key in declared:
            locked = {} if key["platform"] in _NEVER_LOCKED else {"locked": False}
            signing.append(step(_label(key), KEY_MODULE, **key, **locked))
        keys = _choices(declared, signing, check_mode=check_mode)
        done = step(
            f"app {values['app'].get('title', values['app'].get('id'))}", APP_MODULE, **values["app"], keys=keys
        )
        rollout.app = app = done["app"]
        platforms = values.get("platforms") or list(PLATFORMS)
        states = [app["status"].get(platform) for platform in platforms]
        complete = not done["changed"] and set(states) == {COMPLETE}
        # A platform without a status waits for a key that check mode has not selected.
        waits_for_key = check_mode and None in states and any(result["changed"] for result in signing)
        if app["id"] is not None and not complete and not waits_for_key:
            timeout = values.get("timeout", BUILD_TIMEOUT_S)
            wait = {"wait": True, "wait_timeout": timeout}
            step(f"builds for {', '.join(platforms)}", BUILD_MODULE, app_id=app["id"], platforms=platforms, **wait)
        folder = os.path.abspath(os.path.expanduser(os.path.expandvars(str(values.get("dest") or PACKAGES))))
        made = _make_folder(folder, check_mode=check_mode)
        rollout.add(f"folder {folder}", {"changed": made})
        # In check mode, there are no packages of builds that were not started, and there may be no folder for them.
        if not check_mode or (complete and not made):
            for platform in platforms:
                options = {"app_id": app["id"], "platform": platform, "dest": f"{folder}/"}
                package = step(f"package for {platform}", DOWNLOAD_MODULE, **options)
                shown = ("platform", "dest", "size", "sha256")
                rollout.packages.append({name: package[name] for name in shown})


def _label(key: Mapping[str, Any]) -> str:
    return f"{key['platform']} key {key.get('title', key.get('id'))}"


def _choices(declared: list[Json], results: list[Json], *, check_mode: bool) -> Json:
    """Return the option `keys` of the app, which has the last key of each platform. Add passwords of unchanged keys.

    In check mode, a key that would be created has no number, and a key that would be unlocked cannot be selected.
    """
    chosen: Json = {}
    for key, result in zip(declared, results, strict=True):
        found = result["key"]
        if not result["changed"]:
            chosen[key["platform"]] = {name: value for name, value in {**key, **found}.items() if name in _UNLOCKING}
        elif not check_mode:
            chosen[key["platform"]] = {"id": found["id"]}
        else:
            chosen.pop(key["platform"], None)
    return chosen


def _find_files(read: Read, task_vars: Mapping[str, Any]) -> None:
    """Make paths absolute. Search in the folders of the role code_signing and in the current folder."""
    search, project_dir = FileSearch(), read.values.get("project_dir") or os.getcwd()
    for what, options, name in _paths(read.values):
        found = search.find(options[name], task_vars, project_dir)
        if found is None:
            text, hint = search.problem(options[name], task_vars, project_dir)
            raise LocalFileError(f"{what}: {name}: {sentence(text)} {hint}")
        options[name] = found


def _paths(values: Mapping[str, Any]) -> Iterator[tuple[str, Json, str]]:
    """Yield each option that names a file, as the variable, the options that contain it, and its name."""
    everything: list[tuple[str, Json, tuple[str, ...]]] = [("phonegap_rollout_app", values["app"], ("src", "icon"))]
    everything += [("phonegap_rollout_keys", key, _KEY_FILES) for key in values.get("keys") or ()]
    for what, options, names in everything:
        for name in names:
            if options.get(name):
                yield what, options, name


def _make_folder(folder: str, *, check_mode: bool) -> bool:
    """Create the folder if it does not exist. Return whether it did not exist."""
    if os.path.isdir(folder):
        return False
    if not check_mode:
        try:
            os.makedirs(folder, mode=0o755)
        except OSError as error:
            text = f"phonegap_rollout_dest: {folder} cannot be created: {error.strerror}."
            raise StepFailedError({"msg": text, "error": LocalFileError(text).as_dict()}) from None
    return True
