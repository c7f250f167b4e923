# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random tasks from the argument specifications of all modules. A new module takes part without a change."""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import requests
from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator

from ansible_collections.mobileops.ci.plugins.module_utils._core import polling as _waiting
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import CiError, ConnectionFailedError
from ansible_collections.mobileops.ci.plugins.module_utils._http.connection_errors import NoResponseError
from ansible_collections.mobileops.ci.plugins.module_utils._http.session import Call, HttpSession
from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import ModuleSpec, TaskContext, failure
from ansible_collections.mobileops.ci.plugins.plugin_utils._in_process import _hide
from ansible_collections.mobileops.ci.plugins.plugin_utils._task_environment import arguments_of_module, bind

from .material import PASSWORD, material
from .virtual_time import VirtualTime

MOST_REQUESTS = 60
LISTS = frozenset(
    {"apps", "builds", "archived-builds", "artifacts", "organizations", "provisioning-profiles", "build-certificates"}
    | {"android-keystore-files", "generic-project-files"}
)
TEXTS = (
    *("", " ", "x", "a", "s1", "dist", "main", "com.acme.shop", "ü", "日本", "e\u0301", "{{ 1 }}", "{% x %}", "%s%n"),
    *(
        "../../x",
        "/",
        ".",
        "~",
        "~nobody/x",
        "$HOME/x",
        "a\0b",
        "\n",
        "\r\n",
        "a\x1b[31mb",
        "\x9b2J",
        "\u202eb",
        "\ud800",
    ),
    *(
        "=cmd|' /C calc'!A0",
        "<script>",
        "-----BEGIN CERTIFICATE-----\nMAA=",
        "none",
        "null",
        "true",
        "12",
        "-1",
        "1e400",
    ),
    *("https://app.bitrise.io/app/0123456789abcdef", "https://[x", "a@b", "a:b", "50%", "101%", "sha256:" + "0" * 64),
    *("2026-01-31T13:00:00Z", "0644", "u=rw", "n" * 5_000, "9" * 400, "a,b", "release", PASSWORD),
)
JUNK: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 7, 64, 65, 10**9, 10**30, -(10**30), 0.5, 1e308, float("nan"), float("inf")),
    *([], [None], [[]], [{}], [1, "a"], ["a", "a"], {}, {"a": None}, {"": ""}, {1: 2}, {"app_slug": "a"}, {"name": []}),
    *(b"bytes", b"\xff", dt.date(2026, 1, 31), dt.datetime(2026, 1, 31, tzinfo=dt.UTC), {"a", "b"}, ("a",)),
    [{"app_slug": "a"}, {"app_slug": "b"}],
    [[[[[[[[[[]]]]]]]]]],
)
NUMBERS = (0, 1, 2, 5, 30, 64, "3", "0.5", 3600)


class RandomTasks:
    """Make and run tasks. The same number makes the same task. They write below `folder` only."""

    def __init__(self, folder: Path, canary: str = "") -> None:
        """Take a folder, and the text that all secrets contain, so that tests find them again."""
        self.folder = folder
        self._canary = canary
        self.time = VirtualTime()
        own = material(1)
        self._contents = (own.certificate, own.profile, own.keystore, b"text", b"\0" * 100, b"PK\3\4")
        self._paths = [str(folder / "files" / str(number)) for number in range(len(self._contents))]
        self._paths += [str(folder / name) for name in ("files", "nowhere", "new/deeper", "pipe", "empty", "loop")]
        self._paths += [
            "0",
            "files",
            "",
            ".",
            "a\0b",
            "x" * 5_000,
            "/dev/null",
            "none",
            f"{folder}/",
            str(folder / "ü"),
        ]
        self._recreate_files()

    def _recreate_files(self) -> None:
        self.folder.mkdir(exist_ok=True)
        for path in self.folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        (self.folder / "files").mkdir()
        for number, content in enumerate(self._contents):
            (self.folder / "files" / str(number)).write_bytes(content)
        (self.folder / "empty").touch()
        (self.folder / "loop").symlink_to("loop")
        os.mkfifo(self.folder / "pipe")

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """Give tasks a network, a clock and a folder of their own."""
        here = Path.cwd()
        os.chdir(self.folder)
        with ExitStack() as stack:
            stack.enter_context(self.time.in_force())
            stack.enter_context(patch.object(_waiting, "now", self.time.monotonic))
            # Arguments of a process can be read by every user of the machine. There is none.
            stack.enter_context(patch.object(subprocess.Popen, "__init__", _no_process))
            try:
                yield
            finally:
                os.chdir(here)

    def options(self, spec: ModuleSpec, dice: Random) -> dict[str, Any]:
        found = self._some(spec.options.argument_spec, dice, dice.choice((0.15, 0.5, 0.9)))
        if "api_url" in spec.options.argument_spec and dice.random() < 0.9:
            found["api_url"] = "https://api.example/v0.1"
            found["api_token"] = self._canary or "t0ken"
            for name in ("timeout", "time_limit", "ca_path"):
                if dice.random() < 0.9:
                    found.pop(name, None)
        if dice.random() < 0.03:
            found[dice.choice(("no_such_option", "", "naem"))] = dice.choice((self._canary, *JUNK))
        return found

    def _some(self, spec: Mapping[str, Any], dice: Random, share: float) -> dict[str, Any]:
        return {
            name: self._value(option, dice, share)
            for name, option in spec.items()
            if dice.random() < (0.97 if option.get("required") or (self._canary and option.get("no_log")) else share)
        }

    def _secret(self, option: Mapping[str, Any], dice: Random) -> Any:
        if dice.random() < 0.1:
            # Keys are names, which messages may show.
            return dice.choice(([self._canary], {"key": self._canary}, [{"a": [self._canary]}]))
        text = self._canary + dice.choice(("", "x" * 40, " &+%\"'<", "\u00fc", "\n", f" {self._canary}"))
        if option.get("type") == "dict":
            return {"KEY": text, "OTHER": self._canary}
        return base64.b64encode(text.encode()).decode() if dice.random() < 0.2 else text

    def _value(self, option: Mapping[str, Any], dice: Random, share: float) -> Any:
        if self._canary and option.get("no_log"):
            return self._secret(option, dice)
        if dice.random() < 0.06:
            return dice.choice(JUNK)
        if dice.random() < 0.03:
            return dice.choice(TEXTS)
        kind = option.get("type", "str")
        if option.get("choices"):
            one = dice.choice(option["choices"])
            return [one] if kind == "list" else one
        if kind == "list":
            element = {**option, "type": option.get("elements", "str")}
            return [self._value(element, dice, share) for _turn in range(dice.choice((0, 1, 1, 2)))]
        if kind == "dict":
            some = self._some(option["options"], dice, min(share, 0.5)) if option.get("options") else None
            return {"KEY": dice.choice(TEXTS)} if some is None else some
        return self._plain_value(kind, dice)

    def _plain_value(self, kind: str, dice: Random) -> Any:
        if kind == "path":
            return dice.choice(self._paths)
        if kind == "bool":
            return dice.random() < 0.5
        if kind in ("int", "float"):
            return dice.choice(NUMBERS)
        if dice.random() < 0.15:
            return base64.b64encode(dice.choice(self._contents)).decode()
        return dice.choice(TEXTS)

    def result(self, spec: ModuleSpec, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the arguments and what comes of them, as the action plugins carry them out."""
        dice = Random(number)
        if number % 50 == 0:
            self._recreate_files()
        given = self.options(spec, dice)
        env = {"HOME": str(self.folder), "XDG_STATE_HOME": str(self.folder / "state")}
        try:
            arguments = arguments_of_module(given)
            arguments.update(spec.prepared(arguments))
        except CiError as error:
            return given, failure(error)
        bound = bind(spec.options.argument_spec, env)
        validated = ModuleArgumentSpecValidator(bound, **spec.options.rules).validate(arguments)
        if validated.error_messages:
            return given, _hide({"failed": True, "msg": validated.errors.msg, "validation": True}, validated)
        service = _Service(dice, self.time)
        with patch.object(HttpSession, "_once", service.once):
            context = TaskContext(
                env, check_mode=dice.random() < 0.3, read_file=spec.read_path, report_progress=service.said.append
            )
            result = spec.execute({**arguments, **validated.validated_parameters}, context, diff=True)
        result["said"] = service.said
        return given, result


def _no_process(*_arguments: Any, **_more: Any) -> None:
    raise AssertionError("a process is started")


class _Service:
    """Respond to each request, mostly with something that fits."""

    def __init__(self, dice: Random, time: VirtualTime) -> None:
        self.said: list[str] = []
        self.authorization = ""
        self._time = time
        self._sent = 0
        self._fails = dice.random() < 0.2
        self._dice = Random(dice.random())
        flags = {name: dice.random() < 0.5 for name in ("is_protected", "is_expose", "is_archived", "debug", "private")}
        signed = "https://storage.example/f?X-Amz-Signature=1"
        self._item = {
            "slug": "s1",
            "id": 1,
            "title": dice.choice(("dist", "a", "x")),
            "upload_file_name": "dist",
            **flags,
            "processed": dice.random() < 0.9,
            "upload_file_size": 4,
            "user_env_key": "KEY",
            "status": 0,
            **dict.fromkeys(("upload_url", "download_url", "expiring_download_url", "expiring_raw_log_url"), signed),
            "artifact_type": "file",
            "role": "admin",
            "email": "a@b",
            "file_size_bytes": 4,
            "username": "a",
            "triggered_at": "2026-01-31T13:00:00Z",
            "build_number": 1,
            "locked": True,
            "platform": "ios",
        }

    @property
    def once(self) -> Callable[..., requests.Response]:
        """Return what takes the place of HttpSession._once."""

        def once(session: HttpSession, call: Call, *, stream: bool) -> requests.Response:
            self.authorization = session._headers.get("Authorization", "")
            return self._respond(call)

        return once

    def _respond(self, call: Call) -> requests.Response:
        self._sent += 1
        self._time.seconds += 0.25
        if self._sent > MOST_REQUESTS:
            gone = ConnectionFailedError("The service is gone.")
            raise NoResponseError(gone, was_sent=False, worth_retrying=False)
        response = requests.Response()
        response.request = requests.Request(call.method, "https://api.example").prepare()
        response.status_code = 200
        if self._fails and self._dice.random() < 0.3:
            response.status_code = self._dice.choice((302, 400, 401, 403, 404, 409, 422, 429, 500, 503))
        parts = urlsplit(call.url)
        if response.status_code != 200:
            response._content = self._echo(call)
        else:
            response._content = b"text" if parts.hostname == "storage.example" else self._body(parts.path)
        response._content_consumed = True  # type: ignore[attr-defined]
        response.raw = SimpleNamespace(was_cut=False)  # in place of a BoundedBody
        if parts.path.rpartition("/")[2] in ("ios", "android") and call.method == "GET" and "/apps/" in parts.path:
            response.status_code = 302
            response.headers["Location"] = "https://storage.example/f.ipa?X-Amz-Signature=1"
        return response

    def _echo(self, call: Call) -> bytes:
        """Return an error message that repeats the request, as some services do."""
        sent = f"{call.url} {call.json} {call.params} {dict(call.headers)} {call.data!r}"
        words = [sent, json.dumps(call.json), f"no: {self.authorization}"]
        return json.dumps({"message": self._dice.choice(words)}).encode()

    def _body(self, path: str) -> bytes:
        item = self._item
        last = path.rpartition("/")[2]
        groups = {"ios": {"all": [item]}, "android": {"all": [item]}}
        phonegap = {"apps": [item], "keys": groups if last == "keys" else [item], "status": {"ios": "complete"}}
        return json.dumps({**item, **phonegap, "data": [item] if last in LISTS else item}).encode()
