# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lower bound of a run: the same requests as in a recorded run, sent by a bare client.

The client's script is derived from the emulator's request log. It refers to URLs and slugs in responses by the slug
that the file had in the recorded run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.emulator.process import Emulator

from .contest import Turn
from .controller import CONCURRENCY, Controller
from .material import Material, SigningFile, WrongOutcomeError

_API = re.compile(r"/v0\.1/apps/(?P<app>[^/]+)/(?P<kind>[^/]+)(?:/(?P<file>[^/]+))?(?P<rest>/uploaded)?")
_STORAGE = re.compile(r"/_storage/[^/]+/uploads/(?P<file>[^/]+)/original/f_(?P<name>.+)")

Json = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """One request. `file` is the recorded slug of its file, written as {file} in the path."""

    method: str
    path: str  # empty: the storage URL of the file from an earlier response
    status: int
    file: str | None = None
    body: str | None = None
    source: str | None = None  # a local file that is the body


def script_of(log: Sequence[Mapping[str, Any]], material: Material | None = None) -> list[list[Step]]:
    """Return the steps of each app, in the order of the first requests. Other requests are scripts of one step."""
    files = {file.name: file for file in material.files} if material else {}
    owners, names = _owners(log), _names(log)
    lanes: dict[str, list[Step]] = {}
    waiting: dict[str, list[int]] = {}  # by app: positions of creations whose slug is not known yet
    for entry in log:
        stored = _STORAGE.fullmatch(entry["path"])
        if stored:
            slug = stored["file"]
            app = owners[slug]
            if entry["method"] == "PUT":
                _name_creation(lanes[app], waiting[app].pop(0), slug, files[stored["name"]])
                source = material.path(files[stored["name"]]) if material else None
                lanes[app].append(Step("PUT", "", entry["status"], slug, source=source))
            else:
                lanes[app].append(Step(entry["method"], "", entry["status"], slug))
            continue
        query = f"?{urlencode(entry['query'])}" if entry["query"] else ""
        match = _API.fullmatch(entry["path"])
        app = match["app"] if match else f"{entry['path']}{query}"
        lane = lanes.setdefault(app, [])
        slug = match["file"] if match else None
        path = entry["path"].replace(f"/{slug}", "/{file}") if slug else entry["path"]
        if entry["method"] == "POST" and match and not slug:
            waiting.setdefault(app, []).append(len(lane))
        body = _patch(files[names[slug]]) if entry["method"] == "PATCH" and slug else None
        lane.append(Step(entry["method"], path + query, entry["status"], slug, body))
    return list(lanes.values())


def _owners(log: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    matches = [_API.fullmatch(entry["path"]) for entry in log]
    return {match["file"]: match["app"] for match in matches if match and match["file"]}


def _names(log: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    matches = [_STORAGE.fullmatch(entry["path"]) for entry in log]
    return {match["file"]: match["name"] for match in matches if match}


def _name_creation(lane: list[Step], position: int, slug: str, file: SigningFile) -> None:
    created = lane[position]
    body = json.dumps({"upload_file_name": file.name, "upload_file_size": len(file.content)})
    lane[position] = Step(created.method, created.path, created.status, slug, body)


def _patch(file: SigningFile) -> str:
    return json.dumps({"certificate_password": file.password})


def request_shapes(log: Sequence[Mapping[str, Any]]) -> dict[str, list[tuple[str, str, int, int]]]:
    """Return method, path without file slugs, status and body size of each request, in order, by app."""
    owners = _owners(log)
    shapes: dict[str, list[tuple[str, str, int, int]]] = {}
    for entry in log:
        path: str = entry["path"]
        stored, match = _STORAGE.fullmatch(path), _API.fullmatch(path)
        slug = stored["file"] if stored else match["file"] if match else None
        app = owners.get(stored["file"], "") if stored else match["app"] if match else ""
        path = (path.replace(slug, "*") if slug else path) + "?" + urlencode(entry["query"] if not stored else {})
        shapes.setdefault(app, []).append((entry["method"], path, entry["status"], entry["bytes_in"]))
    return shapes


class Floor:
    """Replays a recorded run and checks that the client sent the same requests."""

    def __init__(
        self,
        controller: Controller,
        emulator: Emulator,
        recorded: Sequence[Mapping[str, Any]],
        material: Material | None = None,
        concurrency: int = CONCURRENCY,
    ) -> None:
        self._controller = controller
        self._emulator = emulator
        self._expected_shapes = request_shapes(recorded)
        self._script: Path = controller.folder / f"script-{id(self)}.json"
        steps = [[asdict(step) for step in lane] for lane in script_of(recorded, material)]
        script = {
            "base": emulator.api_url.removesuffix("/v0.1"),
            "token": emulator.tokens["owner"],
            "concurrency": concurrency,
            "lanes": steps,
        }
        self._script.touch(mode=0o600)
        self._script.write_text(json.dumps(script), encoding="utf-8")

    def turn(self, name: str = "floor") -> Turn:
        """Measure the seconds from the first request to the last response. `NAME_process_s` is the whole process."""
        measured, output = self._controller.run("tests.benchmarks.floor_client", [str(self._script)])
        sent = self._emulator.requests()
        if request_shapes(sent) != self._expected_shapes:
            raise WrongOutcomeError("the bare client did not send the requests of the recorded run")
        return Turn(output["seconds"], len(sent), extra={f"{name}_process_s": measured.seconds})
