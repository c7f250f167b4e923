# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Responses of the emulator, validated against the vendor's API description.

The description (Swagger 2.0, `bitrise-swagger.json` in this folder) is used unchanged except for known errors: it has
no null values, and it omits the log and some errors.
"""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import requests
from referencing import Registry
from referencing.jsonschema import DRAFT4

from tests.emulator.kinds import STORED_KINDS
from tests.emulator.process import Emulator
from tests.emulator.routes import bitrise_routes

from .client import CERTIFICATES, KEYSTORES, PROFILES, PROJECT_FILES, Api, storage

SWAGGER = json.loads((Path(__file__).parent / "bitrise-swagger.json").read_text(encoding="utf-8"))
ROOT = "urn:bitrise"
SLUG_PREFIXES = {PROFILES: "provisioning-profile", CERTIFICATES: "build-certificate"}
SLUG_PREFIXES |= {PROJECT_FILES: "generic-project-file", KEYSTORES: "android-keystore-file"}

FILE_LISTS = [kind.name for kind in STORED_KINDS]

# Statuses that the service uses, although the description does not list them.
UNLISTED = {403: "service.StandardErrorRespModel", 405: "service.StandardErrorRespModel"}
# Forms in the service's documentation that differ from the description.
LOG = "/apps/{app-slug}/builds/{build-slug}/log"
OTHER_FORMS = {
    ("get", LOG, 200): None,
    ("post", "/apps/{app-slug}/builds/{build-slug}/abort", 400): "service.ProxyErrorRespModel",
}


def nullable(schema: Any) -> Any:
    """Return the schema with null allowed for every property, and with absolute references."""
    if isinstance(schema, list):
        return [nullable(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: nullable(value) for key, value in schema.items()}
    if isinstance(result.get("$ref"), str):
        result["$ref"] = ROOT + result["$ref"]
    if isinstance(result.get("properties"), dict):
        result["properties"] = {
            name: {"anyOf": [value, {"type": "null"}]} for name, value in result["properties"].items()
        }
    return result


DEFINITIONS = nullable(SWAGGER["definitions"])
# Build the registry once, which is much faster than passing the whole description with every schema.
REGISTRY = Registry().with_resource(ROOT, DRAFT4.create_resource({"definitions": DEFINITIONS})).crawl()


def validate(data: Any, schema: dict[str, Any]) -> None:
    """Raise a validation error for data that does not match the schema."""
    jsonschema.Draft4Validator(schema, registry=REGISTRY).validate(data)


def strict(name: str) -> dict[str, Any]:
    """Return a definition in which every property is required and no other one is allowed."""
    definition: dict[str, Any] = copy.deepcopy(DEFINITIONS[name])
    definition["required"] = sorted(definition["properties"])
    definition["additionalProperties"] = False
    return definition


def check(response: requests.Response, method: str, template: str) -> Any:
    """Validate a response and return its body."""
    operation = SWAGGER["paths"][template][method]
    status = response.status_code
    responses = operation["responses"]
    forms = {**UNLISTED, **{key[2]: form for key, form in OTHER_FORMS.items() if key[:2] == (method, template)}}
    listed = responses.get(str(status))
    assert listed or status in forms, f"{method} {template} has the undocumented status {status}"
    name = forms.get(status)
    schema: Any = {"$ref": f"#/definitions/{name}"} if name else (listed or {}).get("schema", {})
    if schema == {"type": "string"}:
        assert response.headers["Content-Type"].startswith("text/plain")
        return response.text
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    body = response.json()
    validate(body, nullable(schema))
    return body


class Checked:
    """Client that validates every response."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.seen: set[tuple[str, str, int]] = set()

    def __call__(self, method: str, template: str, *slugs: str, json: Any = None, query: str = "") -> Any:
        path = template
        for slug in slugs:
            start = path.index("{")
            path = path[:start] + slug + path[path.index("}", start) + 1 :]
        response = self.api.send(method, path + query, json=json)
        self.seen.add((method, template, response.status_code))
        return check(response, method, template)


@pytest.fixture
def checked(emulator: Emulator, owner: Api) -> Checked:
    emulator.load("demo")
    return Checked(owner)


def slug_of(emulator: Emulator, title: str) -> str:
    slugs: list[str] = [slug for slug, app in emulator.state()["apps"].items() if app["title"] == title]
    return slugs[0]


def test_accounts(emulator: Emulator, checked: Checked) -> None:
    me = checked("get", "/me")["data"]
    assert me.keys() == strict("v0.UserProfileDataModel")["properties"].keys()
    checked("get", "/users/{user-slug}", me["slug"])
    organizations = checked("get", "/organizations")["data"]
    validate(organizations[0], strict("v0.OrganizationDataModel"))
    checked("get", "/organizations/{org-slug}", organizations[0]["slug"])
    apps = checked("get", "/apps", query="?limit=2")
    validate(apps["data"][0], strict("v0.AppResponseItemModel"))
    validate(apps["paging"], strict("v0.PagingResponseModel"))
    checked("get", "/organizations/{org-slug}/apps", organizations[0]["slug"])
    checked("get", "/users/{user-slug}/apps", me["slug"])
    checked("get", "/apps/{app-slug}", apps["data"][0]["slug"])
    checked("get", "/apps/{app-slug}/bitrise.yml", apps["data"][0]["slug"])
    checked("get", "/apps/{app-slug}/branches", apps["data"][0]["slug"])
    checked("get", "/apps/{app-slug}/build-workflows", apps["data"][0]["slug"])


@pytest.mark.parametrize("kind", SLUG_PREFIXES)
def test_files(emulator: Emulator, checked: Checked, kind: str) -> None:
    app = slug_of(emulator, "Café Zürich")
    index, one = f"/apps/{{app-slug}}/{kind}", f"/apps/{{app-slug}}/{kind}/{{{SLUG_PREFIXES[kind]}-slug}}"
    body = {"upload_file_name": "a", "upload_file_size": 1, "user_env_key": "K", "password": "x"}
    slot = checked("post", index, app, json=body)["data"]
    storage("PUT", slot["upload_url"], data=b"a")
    confirmed = checked("post", f"{one}/uploaded", app, slot["slug"])["data"]
    listed = checked("get", index, app)["data"][0]
    shown = checked("get", one, app, slot["slug"])["data"]
    assert confirmed == listed
    assert confirmed.keys() == shown.keys() - {"download_url"} == slot.keys() - {"upload_url"}
    model = SWAGGER["paths"][one]["get"]["responses"]["200"]["schema"]["$ref"].rpartition("/")[2]
    item = SWAGGER["definitions"][model]["properties"]["data"]["$ref"].rpartition("/")[2]
    validate(shown, strict(item))
    if kind != KEYSTORES:
        checked("patch", one, app, slot["slug"], json={"is_protected": True})
        checked("patch", one, app, slot["slug"], json={"is_protected": False})
        checked("get", one, app, slot["slug"])
    checked("post", index, app, json={})
    checked("get", index, app, query="?limit=51")
    checked("delete", one, app, slot["slug"])
    checked("delete", one, app, slot["slug"])
    assert {status for _method, _template, status in checked.seen} >= {200, 201, 400, 404}


def test_builds_and_artifacts(emulator: Emulator, checked: Checked) -> None:
    app = slug_of(emulator, "Acme Shop")
    index, one = "/apps/{app-slug}/builds", "/apps/{app-slug}/builds/{build-slug}"
    builds = checked("get", index, app)["data"]
    validate(builds[0], strict("v0.BuildResponseItemModel"))
    finished = next(build for build in builds if build["status"] == 1)
    checked("get", one, app, finished["slug"])
    checked("get", f"{one}/bitrise.yml", app, finished["slug"])
    log = checked("get", f"{one}/log", app, finished["slug"])
    assert {"log_chunks", "is_archived", "expiring_raw_log_url"} < log.keys()
    triggered = checked("post", index, app, json={"build_params": {"branch": "main"}})
    checked("post", index, app, json={"build_params": {"workflow_id": "none"}})
    checked("post", f"{one}/abort", app, triggered["build_slug"], json={})
    assert "error_msg" in checked("post", f"{one}/abort", app, triggered["build_slug"], json={})
    artifacts = f"{one}/artifacts"
    ipa, report = checked("get", artifacts, app, finished["slug"])["data"]
    single = f"{artifacts}/{{artifact-slug}}"
    shown = checked("get", single, app, finished["slug"], ipa["slug"])["data"]
    validate(shown, strict("v0.ArtifactResponseItemModel"))
    checked("patch", single, app, finished["slug"], ipa["slug"], json={"is_public_page_enabled": True})
    checked("patch", single, app, finished["slug"], report["slug"], json={"is_public_page_enabled": True})
    deleted = checked("delete", single, app, finished["slug"], ipa["slug"])["data"]
    validate(deleted, strict("v0.ArtifactResponseItemModel"))
    checked("get", single, app, finished["slug"], ipa["slug"])


EVERYTHING: dict[str, Any] = {
    "organizations": [{"name": "O", "slug": "o", "concurrency_count": 3}],
    "apps": [
        {
            "title": "A",
            "slug": "a",
            "owner": "O",
            **{name: [{"name": "f", "slug": "f", "content": "x"}] for name in FILE_LISTS},
            "builds": [{"slug": "b", "log": "x\n", "artifacts": [{"slug": "x", "size_bytes": 5}]}],
        },
        {"title": "B", "owner": "owner"},
    ],
}


@pytest.mark.parametrize("template", [path for method, path in bitrise_routes() if method == "GET"])
def test_each_get_matches_the_description(emulator: Emulator, owner: Api, template: str) -> None:
    emulator.load(EVERYTHING)
    checked = Checked(owner)
    slugs = {"user-slug": owner.data("/me")["slug"], "org-slug": "o", "app-slug": "a", "build-slug": "b"}
    names = re.findall(r"{(.*?)}", template)
    filled = [slugs.get(name, "x" if name == "artifact-slug" else "f") for name in names]
    query = "?after=0&before=4000000000&limit=9" if template.endswith("/archived-builds") else ""
    body = checked("get", template, *filled, query=query)
    if isinstance(body, dict) and isinstance(body.get("data"), list) and not query:
        assert body["data"]
    if names:
        refused = checked("get", template, *["nothing"] * len(names), query=query)
        assert refused == {"message": "Not Found"}


def test_builds_of_all_apps_and_archived_ones(emulator: Emulator, checked: Checked) -> None:
    listed = checked("get", "/builds", query="?limit=1")["data"]
    validate(listed[0], strict("v0.BuildListAllResponseItemModel"))
    emulator.advance(250 * 86_400)
    template = "/apps/{app-slug}/archived-builds"
    query = "?after=0&before=4000000000&limit=1000"
    archived = checked("get", template, slug_of(emulator, "Acme Shop"), query=query)["data"]
    assert len(archived) == 3
    for build in archived:
        validate(build, strict("v0.ArchivedBuildResponseItemModel"))
    checked("get", template, slug_of(emulator, "Acme Shop"))


def test_parameters_keep_their_types(emulator: Emulator, checked: Checked) -> None:
    app = slug_of(emulator, "Acme Shop")
    one = strict("v0.BuildTriggerParamsBuildParams")
    one["required"] = ["branch", "environments"]
    body = {"build_params": {"branch": "main", "environments": [{"key": "A", "value": "b"}], "more": [1]}}
    slug = checked("post", "/apps/{app-slug}/builds", app, json=body)["build_slug"]
    build = checked("get", "/apps/{app-slug}/builds/{build-slug}", app, slug)["data"]
    validate(build["original_build_params"], one)
    checked("post", "/apps/{app-slug}/builds", app, json={"build_params": {"branch": ["main"]}})


def test_error_responses(emulator: Emulator, checked: Checked, viewer: Api) -> None:
    app = slug_of(emulator, "Acme Shop")
    template = "/apps/{app-slug}/provisioning-profiles"
    assert check(viewer.send("GET", f"/apps/{app}/provisioning-profiles"), "get", template) == {"message": "Forbidden"}
    assert check(Api(emulator.api_url, None).send("GET", "/me"), "get", "/me") == {"message": "Unauthorized"}
    checked("get", "/apps/{app-slug}", "nothing")


def test_check_finds_invalid_responses() -> None:
    with pytest.raises(jsonschema.ValidationError):
        validate({"data": {"slug": 1}}, DEFINITIONS["v0.AppShowResponseModel"])
