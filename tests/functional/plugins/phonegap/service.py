# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account of PhoneGap Build on the emulator, and its request log."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._phonegap.app_module import APP_MODULE
from ansible_collections.mobileops.ci.plugins.module_utils._phonegap.builds import BUILD_MODULE
from ansible_collections.mobileops.ci.plugins.module_utils._phonegap.collaborators import COLLABORATOR_MODULE
from ansible_collections.mobileops.ci.plugins.module_utils._phonegap.download import DOWNLOAD_MODULE
from ansible_collections.mobileops.ci.plugins.module_utils._phonegap.info import APP_INFO, KEY_INFO, USER_INFO
from ansible_collections.mobileops.ci.plugins.module_utils._phonegap.key_module import KEY_MODULE
from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import ModuleSpec
from tests.emulator.process import Emulator
from tests.helpers.tasks import Task

ENTRIES: tuple[ModuleSpec, ...] = (
    *(APP_MODULE, BUILD_MODULE, COLLABORATOR_MODULE, DOWNLOAD_MODULE),
    *(APP_INFO, KEY_INFO, USER_INFO, KEY_MODULE),
)
API = "/api/v1"
ANDROID = {"key_pw": "one", "keystore_pw": "two"}


def keystore(password: str) -> bytes:
    """Return an empty JKS file that only this password opens."""
    head = bytes.fromhex("feedfeed0000000200000000")
    return head + hashlib.sha1(password.encode("utf-16-be") + b"Mighty Aphrodite" + head).digest()


class PhoneGap:
    """The emulator, seen by a test about one account; `folder` is for files of the task."""

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        self.emulator = emulator
        self.folder = folder

    @property
    def connection(self) -> dict[str, Any]:
        """Return the options of a connection without retries, which tests of retries set themselves."""
        token = self.emulator.phonegap_tokens["owner"]
        return {"api_url": self.emulator.phonegap_url, "api_token": token, "max_retries": 0}

    def make(self, spec: ModuleSpec, **options: Any) -> Task:
        return Task(self, spec, {**self.connection, **options}, {})  # type: ignore[arg-type]

    def app(self, **options: Any) -> Task:
        return self.make(APP_MODULE, **options)

    def key(self, **options: Any) -> Task:
        # Separate tests check the validation of files.
        return self.make(KEY_MODULE, **{"verify": "none", **options})

    def file(self, name: str, content: str | bytes = "content") -> str:
        """Write a file for the task, and return its path."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def holds(self, *apps: Mapping[str, Any], keys: tuple[Mapping[str, Any], ...] = ()) -> None:
        """Set the apps and keys of the account, and clear the request log."""
        self.emulator.load({"phonegap": {"apps": list(apps), "keys": list(keys)}})
        self.emulator.clear_requests()

    @property
    def state(self) -> dict[str, Any]:
        """Return the whole state of the emulator."""
        found: dict[str, Any] = self.emulator.state()["phonegap"]
        return found

    def app_state(self, number: int = 1) -> dict[str, Any]:
        found: dict[str, Any] = self.state["apps"][str(number)]
        return found

    def forget(self) -> None:
        self.emulator.clear_requests()

    def asked(self) -> list[str]:
        """Return the requests since `forget`: `get` for all that only read, else method and path."""
        return ["get" if line.startswith("GET ") else line for line in self.lines()]

    def lines(self) -> list[str]:
        """Return the same requests, all with their paths below the API."""
        return [f"{sent['method']} {sent['path'].removeprefix(API)}" for sent in self.emulator.requests()]

    def lines_of(self, task: Task, *, check_mode: bool = False) -> list[str]:
        """Return the requests of a run."""
        self.forget()
        task.run(check_mode=check_mode)
        return self.lines()

    def lines_of_failure(self, task: Task) -> list[str]:
        self.forget()
        task.fail()
        return self.lines()
