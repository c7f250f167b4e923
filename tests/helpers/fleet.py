# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many apps on the emulator, and tasks about all of them."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.fleet.code_signing import CODE_SIGNING
from ansible_collections.mobileops.ci.plugins.module_utils._local.read_file import Content, read_file
from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import TaskContext
from tests.emulator.process import Emulator

from .service import CERTIFICATES, KEYSTORES, PROFILES, READING, sha256, word
from .tasks import b64, validated

# Long enough for a stage of a pipeline to name, and the same in each run.
APPS = tuple(f"aa{number:014x}" for number in range(1, 41))
ONE, TWO, THREE = APPS[:3]
IOS_KINDS = (CERTIFICATES, PROFILES)
SEEN = (*IOS_KINDS, KEYSTORES)  # those that can be inspected

# By app and kind: the files as in a fixture.
Holdings = Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]


def declared(name: str, content: bytes, **more: Any) -> dict[str, Any]:
    """Return a file as a task declares it."""
    return {"name": name, "content": b64(content), **more}


def names(prefix: str, count: int) -> list[str]:
    return [f"{prefix}{number:03}" for number in range(count)]


class Fleet:
    """The emulator, seen by a test about many apps."""

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        self.emulator = emulator
        self.folder = folder

    def holds(self, holdings: Holdings | Iterable[str], roles: Mapping[str, Mapping[str, str]] | None = None) -> None:
        """Set the apps of the service, and clear the request log."""
        apps = holdings if isinstance(holdings, Mapping) else {slug: {} for slug in holdings}
        described = [
            {
                "title": slug,
                "slug": slug,
                "owner": "owner",
                "roles": dict((roles or {}).get(slug, {})),
                **{kind: [dict(file) for file in files] for kind, files in kinds.items()},
            }
            for slug, kinds in apps.items()
        ]
        self.emulator.load({"apps": described})
        self.forget()

    def files(self, app: str, kind: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.emulator.state()["apps"][app][kind]
        return found

    def contents(self, kind: str) -> dict[str, list[tuple[str, str | None]]]:
        """Return name and digest of each file by app. A file that is not complete has no digest."""
        return {
            slug: sorted(
                ((file["upload_file_name"], file["sha256"] if file["processed"] else None) for file in app[kind]),
                key=str,
            )
            for slug, app in self.emulator.state()["apps"].items()
        }

    def complete(self, kind: str) -> dict[str, list[tuple[str, str | None]]]:
        """Return the same without unfinished uploads, which stay for an hour."""
        return {slug: [file for file in files if file[1] is not None] for slug, files in self.contents(kind).items()}

    def forget(self) -> None:
        self.emulator.clear_requests()

    def asked(self) -> Counter[str]:
        """Count the requests since `forget` by word."""
        return Counter(word(entry) for entry in self.emulator.requests())

    def wait_for_service(self) -> None:
        """Wait for the end of all requests. The service completes those of a client that is gone."""
        until = time.monotonic() + 60
        while open_requests := self.emulator.requests(seconds=None):
            assert time.monotonic() < until, open_requests
            time.sleep(0.02)

    def asked_about(self, app: str) -> Counter[str]:
        return Counter(
            word(entry) for entry in self.emulator.requests(area="api") if re.search(rf"/apps/{app}\b", entry["path"])
        )

    def task(self, apps: Sequence[Any] = (), **options: Any) -> FleetTask:
        """Return a task about these apps, without retries, which tests of retries set themselves."""
        connection = {"api_url": self.emulator.api_url, "api_token": self.emulator.tokens["owner"], "max_retries": 0}
        env = {"XDG_STATE_HOME": str(self.folder / "state")}
        return FleetTask(self, {**connection, "apps": list(map(unseen, apps)), **unseen(options)}, env)


def unseen(holder: Any) -> Any:
    """Turn off the validation of files, which are not genuine, unless the test sets it."""

    def entry(file: Any) -> Any:
        return {"verify": "none", **file} if isinstance(file, Mapping) else file

    if not isinstance(holder, Mapping):
        return holder
    lists = {kind: holder[kind] for kind in SEEN if isinstance(holder.get(kind), (list, tuple))}
    return {**holder, **{kind: [entry(file) for file in files] for kind, files in lists.items()}}


@dataclass(frozen=True)
class FleetTask:
    """One task. `env`: the environment of the task, which is all that it knows of any."""

    fleet: Fleet
    options: Mapping[str, Any]
    env: Mapping[str, str]
    read_file: Callable[[str], Content] = read_file
    report_progress: Callable[[str], None] = field(default=lambda _line: None)

    def with_options(self, **changes: Any) -> FleetTask:
        return replace(self, options={**self.options, **unseen(changes)})

    def result(self, *, check_mode: bool = False, diff: bool = False) -> dict[str, Any]:
        """Return the result of a success or a failure."""
        options = validated(CODE_SIGNING, CODE_SIGNING.normalize(self.options))
        context = TaskContext(
            self.env, check_mode=check_mode, read_file=self.read_file, report_progress=self.report_progress
        )
        result = CODE_SIGNING.execute(options, context, diff=diff)
        # However it ends, it leaves no thread behind.
        assert [thread for thread in threading.enumerate() if thread.name.startswith("mobileops.ci")] == []
        return result

    def run(self, *, check_mode: bool = False, diff: bool = False) -> dict[str, Any]:
        """Return the result of a success."""
        result = self.result(check_mode=check_mode, diff=diff)
        assert not result.get("failed"), result
        return result

    def fail(self, *, check_mode: bool = False) -> dict[str, Any]:
        """Return the result of an expected failure: a message and an error, no traceback."""
        result = self.result(check_mode=check_mode)
        assert result.get("failed"), result
        assert set(result["error"]) == {"kind", "status", "method", "path", "request_id"}
        assert "exception" not in result
        return result

    def asked_by(self, *, check_mode: bool = False) -> Counter[str]:
        """Count the requests of a successful run, and check that the result has the same number."""
        self.fleet.forget()
        result = self.run(check_mode=check_mode)
        asked = self.fleet.asked()
        assert result["summary"]["requests"] == asked.total()
        return asked


def check_then_run_then_rerun(task: FleetTask) -> dict[str, Any]:
    """Check that check mode only reads and has the result of the run, and that a second run changes nothing.

    Return the result of the real run.
    """
    fleet = task.fleet
    fleet.forget()
    checked = task.run(check_mode=True, diff=True)
    assert set(fleet.asked()) <= READING
    done = task.run(diff=True)
    fleet.forget()
    again = task.run(diff=True)
    assert set(fleet.asked()) <= READING

    for key in ("changed", "actions", "diff"):
        assert checked.get(key) == done.get(key), key
    assert counted(checked) == counted(done)
    assert shape(checked) == shape(done) == shape(again)
    assert checked["apps"].keys() == done["apps"].keys()
    for slug, app in done["apps"].items():
        assert {**app, "files": None} == {**checked["apps"][slug], "files": None}
        assert without_slugs(app["files"]) == without_slugs(checked["apps"][slug]["files"])
        nothing = {"changed": False, "actions": [], "error": None, "diff": {"before": {}, "after": {}}}
        assert again["apps"][slug] == {**nothing, "files": app["files"], "unverified": app["unverified"]}
    assert (again["changed"], again["actions"]) == (False, [])
    assert again["diff"]["before"] == again["diff"]["after"]
    return done


def counted(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return the summary without values that differ on each run, or that only other tests check."""
    others = ("requests", "seconds", "unverified", "leftovers", "waited_s", "refused")
    return {key: value for key, value in result["summary"].items() if key not in others}


def without_slugs(files: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in file.items() if key != "slug"} for file in files]


def shape(result: Mapping[str, Any]) -> Any:
    """Return the keys of a result, those of each app and of the summary."""
    apps = {slug: sorted(app) for slug, app in result["apps"].items()}
    return sorted(set(result) - {"warnings"}), sorted(result["summary"]), apps


def digests(**contents: bytes) -> list[tuple[str, str]]:
    """Return names and digests as `Fleet.contents` lists them."""
    return sorted((name, sha256(content)) for name, content in contents.items())
