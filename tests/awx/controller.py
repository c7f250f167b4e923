# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small controller: the part of AWX's API that configures it, with its rules for references.

It responds like AWX 24 to the modules of awx.awx: lists with `count` and `results`, objects with `url` and `related`,
secret inputs as `$encrypted$`, 204 for an association, 400 with the invalid fields.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .object_kinds import OBJECT_KINDS

Json = dict[str, Any]
TOKEN = "a-token-0f-the-c0ntr0ller"
ENCRYPTED = "$encrypted$"
_PREFIX = "/api/v2/"


_UNIFIED = ("job_templates", "workflow_job_templates", "projects", "inventory_sources")
_RULE = re.compile(r"DTSTART(;TZID=[\w/]+)?:\d{8}T\d{6}Z? RRULE:.*\bINTERVAL=\d+")


class RejectedError(Exception):
    """A response with an error status."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(str(body))
        self.status, self.body = status, body


@dataclass
class Controller:
    """The state of the controller and its request log."""

    playbooks: tuple[str, ...]
    url: str = ""
    objects: dict[str, dict[int, Json]] = field(default_factory=lambda: {name: {} for name in OBJECT_KINDS})
    associated: dict[tuple[str, int, str], list[int]] = field(default_factory=dict)
    surveys: dict[int, Json] = field(default_factory=dict)
    secrets: dict[tuple[int, str], str] = field(default_factory=dict)
    log: list[tuple[str, str]] = field(default_factory=list)

    @property
    def writes(self) -> list[tuple[str, str]]:
        return [entry for entry in self.log if entry[0] != "GET"]

    def by_name(self, kind: str) -> dict[str, Json]:
        return {item.get("name") or item["identifier"]: item for item in self.objects[kind].values()}

    def names_associated(self, kind: str, name: str, association: str) -> list[str]:
        number = self.by_name(kind)[name]["id"]
        target = association if association in OBJECT_KINDS else "workflow_job_template_nodes"
        if association.startswith("notification"):
            target = "notification_templates"
        found = [self.objects[target][item] for item in self.associated.get((kind, number, association), [])]
        return [item.get("name") or item["identifier"] for item in found]

    def create(self, kind: str, data: Json) -> Json:
        self._check(kind, data, new=True)
        number = 1 + sum(map(len, self.objects.values()))
        url = f"{_PREFIX}{kind}/{number}/"
        related = {name: f"{url}{name}/" for name in OBJECT_KINDS[kind].associations}
        if kind.endswith("job_templates"):
            related["survey_spec"] = f"{url}survey_spec/"
        item = {
            "id": number,
            "type": OBJECT_KINDS[kind].type,
            "url": url,
            "related": related,
            **OBJECT_KINDS[kind].fields,
        }
        self.objects[kind][number] = item
        self._set(kind, item, data)
        return item

    def _set(self, kind: str, item: Json, data: Json) -> None:
        known = OBJECT_KINDS[kind].fields
        item.update({name: value for name, value in data.items() if name in known})
        if kind == "job_templates":
            item["organization"] = self.objects["projects"][item["project"]]["organization"]
        if kind == "credentials":
            fields = self.objects["credential_types"][item["credential_type"]]["inputs"].get("fields", [])
            hidden = {entry["id"] for entry in fields if entry.get("secret")}
            inputs = dict(item["inputs"])
            for name in hidden & inputs.keys():
                if inputs[name] not in ("", ENCRYPTED):
                    self.secrets[item["id"], name] = inputs[name]
                    inputs[name] = ENCRYPTED
            item["inputs"] = inputs

    def _check(self, kind: str, data: Json, *, new: bool) -> None:
        rules = OBJECT_KINDS[kind]
        invalid: Json = {name: ["This field is required."] for name in rules.required if new and not data.get(name)}
        for name, target in rules.refers.items():
            value = data.get(name)
            if value is not None and value not in self._of(target):
                invalid[name] = [f'Invalid pk "{value}" - object does not exist.']
        if kind == "job_templates" and "playbook" in data and data["playbook"] not in self.playbooks:
            invalid["playbook"] = ["Playbook not found for project."]
        if kind == "schedules" and "rrule" in data and not _RULE.match(data["rrule"]):
            invalid["rrule"] = ["INTERVAL required in rrule."]
        if kind == "credentials" and data.get("credential_type") in self.objects["credential_types"]:
            fields = self.objects["credential_types"][data["credential_type"]]["inputs"].get("fields", [])
            unknown = set(data.get("inputs", {})) - {entry["id"] for entry in fields}
            if unknown:
                invalid["inputs"] = [f"'{name}' was unexpected" for name in sorted(unknown)]
        if new and not invalid:
            identity = {name: data.get(name) for name in rules.unique if name in data}
            if any(
                all(item.get(name) == value for name, value in identity.items()) for item in self.objects[kind].values()
            ):
                invalid["__all__"] = [f"{rules.type} with these values already exists."]
        if invalid:
            raise RejectedError(400, invalid)

    def _of(self, kind: str) -> dict[int, Json]:
        if kind == "unified_job_templates":
            return {number: item for name in _UNIFIED for number, item in self.objects[name].items()}
        if kind not in self.objects:
            raise RejectedError(404, {"detail": "Not found."})
        return self.objects[kind]

    def respond(self, method: str, target: str, data: Any) -> tuple[int, Any]:
        parts = urlsplit(target)
        self.log.append((method, parts.path))
        segments = parts.path.removeprefix(_PREFIX).strip("/").split("/")
        if not parts.path.startswith(_PREFIX):
            raise RejectedError(404, {"detail": "Not found."})
        if len(segments) == 1:
            if method == "POST":
                return 201, self.create(segments[0], data)
            return 200, _page(list(_matching(self._of(segments[0]), dict(parse_qsl(parts.query)))))
        kind, number = segments[0], int(segments[1])
        item = self._of(kind).get(number)
        if item is None:
            raise RejectedError(404, {"detail": "Not found."})
        if len(segments) == 3:
            return self._sub(method, kind, number, segments[2], data)
        if method == "PATCH":
            self._check(kind, data, new=False)
            self._set(kind, item, data)
        return 200, item

    def _sub(self, method: str, kind: str, number: int, name: str, data: Any) -> tuple[int, Any]:
        if name == "survey_spec":
            if method == "POST":
                _check_survey(data)
                self.surveys[number] = data
            return 200, self.surveys.get(number, {})
        if name not in OBJECT_KINDS[kind].associations:
            raise RejectedError(404, {"detail": "Not found."})
        numbers = self.associated.setdefault((kind, number, name), [])
        if method == "POST":
            if data.get("disassociate"):
                numbers.remove(data["id"])
            else:
                numbers.append(data["id"])
            return 204, None
        return 200, _page([{"id": one} for one in numbers])


def _page(items: list[Json]) -> Json:
    return {"count": len(items), "next": None, "previous": None, "results": items}


def _matching(items: Mapping[int, Json], query: Mapping[str, str]) -> Iterator[Json]:
    for item in items.values():
        if all(str(item.get(name)) == value for name, value in query.items()):
            yield item


def _check_survey(data: Json) -> None:
    """Raise RejectedError for a survey that AWX refuses."""
    for name in ("name", "description", "spec"):
        if name not in data:
            raise RejectedError(400, {"error": f"'{name}' missing from survey spec."})
    seen = set()
    for number, question in enumerate(data["spec"]):
        for name in ("type", "question_name", "variable", "required"):
            if name not in question:
                raise RejectedError(400, {"error": f"'{name}' missing from survey question {number}."})
        if question["variable"] in seen:
            raise RejectedError(400, {"error": f"'variable' '{question['variable']}' duplicated in survey."})
        seen.add(question["variable"])
        if question["type"].startswith("multi") and not question.get("choices"):
            raise RejectedError(400, {"error": f"Survey question {number} must specify choices."})
        kind = {"integer": int, "float": (int, float)}.get(question["type"])
        if kind and question.get("default", "") != "" and not isinstance(question["default"], kind):
            raise RejectedError(400, {"error": f"Default of question {number} has the wrong type."})


@contextmanager
def serving(controller: Controller) -> Iterator[Controller]:
    """Serve the controller on loopback while the `with` block runs."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _reply(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                    raise RejectedError(401, {"detail": "Authentication credentials were not provided."})
                with lock:
                    status, response = controller.respond(self.command, self.path, json.loads(body) if body else None)
            except RejectedError as error:
                status, response = error.status, error.body
            text = b"" if response is None else json.dumps(response).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.send_header("X-API-Product-Name", "AWX")
            self.send_header("X-API-Product-Version", "24.6.1")
            self.end_headers()
            self.wfile.write(text)

        def __getattr__(self, name: str) -> Any:
            if name in ("do_GET", "do_POST", "do_PATCH"):
                return self._reply
            raise AttributeError(name)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (name in the base class)
            """Write no log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    controller.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield controller
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
