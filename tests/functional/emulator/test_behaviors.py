# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of behaviors: each value has an effect, records are validated, and the page is up to date."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import pytest

from tests.emulator import build_endpoints, file_endpoints
from tests.emulator.behavior_page import PAGE, with_generated
from tests.emulator.behaviors import BEHAVIORS, EVIDENCE, PROBES, BadBehaviorError, behaviors_of
from tests.emulator.options import Options
from tests.emulator.process import Emulator, EmulatorError
from tests.reliability.service import FIRST_PORT, TOKEN, InProcess
from tests.signing_files import Authority, IdentityKind, Team

HOUR_S = 3600


@dataclass
class Session:
    """Requests to a service, and their responses."""

    service: InProcess
    responses: list[Any] = field(default_factory=list)

    def send(self, method: str, path: str, body: Any = None, authorization: str = TOKEN) -> Any:
        """Send a request to the API and return the value of `data`, or the whole body."""
        url = f"{self.service.root(FIRST_PORT)}{path}"
        data = b"" if body is None else json.dumps(body).encode()
        response = self.service.respond(FIRST_PORT, method, url, {"authorization": authorization}, data)
        self.responses.append((response.status, "date" in response.headers, response.body))
        try:
            found = json.loads(response.body)
        except ValueError:
            return {}
        return found.get("data") or found

    def put(self, url: str, body: bytes) -> None:
        response = self.service.respond(FIRST_PORT, "PUT", url, {}, body)
        self.responses.append((response.status, response.headers.get("etag"), response.body))


@pytest.fixture(scope="module")
def certificate() -> bytes:
    return Authority.create().identity(IdentityKind.DISTRIBUTION, Team("A1B2C3D4E5", "Acme"), elliptic=True).pkcs12("p")


@pytest.fixture(scope="module")
def in_process() -> InProcess:
    return InProcess()


BUILDS: list[dict[str, Any]] = [
    {"slug": "hold", "status": 0, "starts_in_s": HOUR_S, "log": ["1"], "age_s": 60},
    {"slug": "runs", "status": 0, "log": ["1", "2", "3"], "age_s": 60},
    {"slug": "done", "log": ["1"], "artifacts": [{"title": "a", "artifact_type": "file", "content": "a"}]},
    {"slug": "four", "status": 4},
    {"slug": "red", "status": 2},
]


def session(service: InProcess, certificate: bytes, switches: dict[str, Any]) -> list[Any]:
    """Send requests whose responses depend on some behavior, and return the responses."""
    service.time.seconds = 0
    keystore = {"name": "k", "content": "k", "alias": "release", "password": "secret"}
    app = {
        "title": "My Shop",
        "slug": "app",
        "roles": {"viewer": "viewer"},
        "builds": BUILDS,
        "android_keystores": [keystore],
    }
    users = [{"username": "viewer", "token": "viewer-token"}]
    service.load([{"title": "Shop", "slug": "other", "avatar_url": "x"}, app], switches, users)
    one = Session(service)
    send, base = one.send, "/v0.1/apps/app"
    for path in ("", "/me", "/apps?title=shop", "/apps?title=my", "/apps?title=my%20shop"):
        send("GET", f"/v0.1{path}")
    for path in ("/apps?sort_by=x", "/apps?limit=0", "/apps/none", "/apps?next=none&limit=1"):
        send("GET", f"/v0.1{path}")
    send("GET", "/v0.1/apps", authorization=f"Bearer {TOKEN}")
    send("GET", f"{base}/build-certificates", authorization="viewer-token")
    _builds(send, base)
    _files(one, base, certificate)
    return one.responses


def _builds(send: Any, base: str) -> None:
    for path in ("", "?pull_request_id=1", "?sort_by=running_first&next=done", "/hold/log", "/runs/log", "/done/log"):
        send("GET", f"{base}/builds{path}")
    [artifact] = send("GET", f"{base}/builds/done/artifacts")
    send("PATCH", f"{base}/builds/done/artifacts/{artifact['slug']}", {"is_public_page_enabled": True})
    send("POST", f"{base}/builds/done/abort", {})
    send("POST", f"{base}/builds", {"hook_info": {"type": "bitrise"}, "build_params": {"branch": "main"}})


def _files(one: Session, base: str, certificate: bytes) -> None:
    send, path = one.send, f"{base}/build-certificates"
    created = {"upload_file_name": " \u00dc A", "upload_file_size": len(certificate)}

    def slot(where: str = path, **more: Any) -> dict[str, Any]:
        made: dict[str, Any] = send("POST", where, {**created, **more})
        return made

    send("GET", path)  # an empty list
    for more in ({"upload_file_size": "5"}, {"upload_file_size": 0}, {"unknown": 1}):
        made = slot(upload_file_name=str(more), **more)
        if "slug" in made:
            send("DELETE", f"{path}/{made['slug']}")
    first = slot()
    file = f"{path}/{first['slug']}"
    send("GET", path)
    send("GET", file)
    send("POST", f"{file}/uploaded")
    send("PATCH", file, {"is_expose": False})
    one.put(first["upload_url"], certificate)
    send("POST", f"{file}/uploaded")
    one.service.time.seconds += 5
    send("GET", file)
    send("POST", f"{file}/uploaded")
    one.put(first["upload_url"], certificate)
    send("PATCH", file, {"certificate_password": "p"})
    send("PATCH", file, {"is_expose": True, "is_protected": True})
    send("PATCH", file, {"certificate_password": "q"})
    send("GET", file)
    second = slot()
    third = slot()
    for made in (second, third):
        if "slug" in made:
            one.put(made["upload_url"], certificate)
            send("PATCH", f"{path}/{made['slug']}", {"processed": True})
    send("GET", path)
    for made in (first, second, third):
        if "slug" in made:
            send("DELETE", f"{path}/{made['slug']}")
    send("GET", path)
    generic = f"{base}/generic-project-files"
    for name in ("a", "b"):
        slot(generic, upload_file_name=name, user_env_key="KEY")
    send("GET", generic)
    keystores = f"{base}/android-keystore-files"
    for name in ("A", "B.C"):
        slot(keystores, upload_file_name=name, keystore_file_name=name, alias="x")
    send("GET", keystores)


# Further switches that some values need to have an effect.
WITH = {"too_many_files": {"max_files": 2}}
# Faults have their own tests.
OPEN = [one for one in BEHAVIORS.values() if one.area != "faults"]


@pytest.mark.parametrize("behavior", OPEN, ids=lambda one: one.key)
def test_each_value_has_an_effect(
    in_process: InProcess, certificate: bytes, monkeypatch: pytest.MonkeyPatch, behavior: Any
) -> None:
    seen: dict[Any, list[Any]] = {}
    for value in ("default", *behavior.values):
        for module in (build_endpoints, file_endpoints):
            numbers = itertools.count()
            monkeypatch.setattr(module, "random_slug", lambda numbers=numbers: f"{next(numbers):016x}")
        switches = {} if value == "default" else {behavior.key: value}
        seen[value] = session(in_process, certificate, {**WITH.get(behavior.key, {}), **switches})
    assert seen.pop("default") == seen[behavior.default]
    for one, other in itertools.combinations(seen, 2):
        assert seen[one] != seen[other], f"{one} and {other}"


def test_the_table_is_complete() -> None:
    for key, one in BEHAVIORS.items():
        assert key == one.key
        assert one.evidence in EVIDENCE
        assert one.probe in PROBES
        assert bool(one.how) == (one.probe != "none")
        assert len(one.values) > 1
        assert set(one.effects) <= set(one.values) - {one.default}
        assert one.question.endswith("?")
    switches = {known.name for known in fields(Options) if "behavior" in known.metadata}
    assert switches == set(BEHAVIORS)


def test_the_page_is_up_to_date() -> None:
    page = PAGE.read_text()
    assert page == with_generated(page), "run python -m tests.emulator.behavior_page"


BAD_RECORDS: list[Any] = [
    [],
    {},
    {"behaviors": []},
    {"behaviors": {"unknown": 1}},
    {"behaviors": {"me": "x"}},
    {"behaviors": {"hash_fields": 1}},
    {"behaviors": {"list_late_s": -1}},
    {"behaviors": {"list_late_s": True}},
]


@pytest.mark.parametrize("record", BAD_RECORDS, ids=str)
def test_rejects_invalid_records(record: Any) -> None:
    with pytest.raises(BadBehaviorError, match="behavior"):
        behaviors_of(record)


def test_emulator_applies_a_record(tmp_path: Path) -> None:
    record = tmp_path / "record.json"
    record.write_text(json.dumps({"service": "x", "behaviors": {"names": "trimmed", "list_late_s": 2.5, "me": None}}))
    with Emulator("empty", arguments=("--behavior", str(record))) as emulator:
        options = emulator.options()
        assert {key: options[key] for key in ("names", "list_late_s", "me")} == {
            "names": "trimmed",
            "list_late_s": 2.5,
            "me": "user",
        }
    record.write_text('{"behaviors": {"names": "turned"}}')
    with pytest.raises(EmulatorError):
        Emulator("empty", arguments=("--behavior", str(record))).start()
