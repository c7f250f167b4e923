# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Thousands of generated requests against the emulator. They take a minute: run `make fuzz`."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.emulator.process import Emulator
from tests.emulator.routes import bitrise_routes

from .client import CERTIFICATES, KEYSTORES, PROFILES, PROJECT_FILES, Api
from .test_contract import SLUG_PREFIXES, SWAGGER

BUILDS = [{"slug": "b1", "log": "log\n", "artifacts": [{"slug": "x1", "artifact_type": "ios-ipa", "content": "x"}]}]
FILES = [{"name": f"f{number}", "content": "x", "user_env_key": f"K{number}"} for number in range(60)]
APP = {
    "title": "A",
    "slug": "a",
    "builds": BUILDS,
    "provisioning_profiles": FILES,
    "build_certificates": FILES,
    "project_files": FILES,
    "android_keystores": FILES[:1],
}
LISTED = {"400", "401", "403", "404", "405"}
NULLABLE_TYPES = {"string", "integer", "object", "boolean", "array"}


def description(slugs: dict[str, list[str]]) -> dict[str, Any]:
    """Return the vendor's description of the served routes, with real slugs, nulls and all error statuses."""
    swagger: dict[str, Any] = copy.deepcopy(SWAGGER)
    served = set(bitrise_routes())
    swagger["paths"] = {
        path: {method: operation for method, operation in item.items() if (method.upper(), path) in served}
        for path, item in swagger["paths"].items()
        if path in {template for _method, template in served}
    }
    for item in swagger["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path":
                    parameter["enum"] = [*slugs.get(parameter["name"], []), "nothing"]
            for status in LISTED:
                operation["responses"].setdefault(status, {"description": "", "schema": {"type": "object"}})
            operation["responses"].setdefault("200", {"description": "", "schema": {"type": "object"}})
            operation["responses"]["302"] = {"description": ""}
    for path, item in swagger["paths"].items():
        if path.endswith("/bitrise.yml"):
            # A successful response is text, but errors are JSON.
            item["get"]["produces"].append("application/json")
    for definition in swagger["definitions"].values():
        for schema in definition.get("properties", {}).values():
            if "$ref" in schema:
                schema["allOf"] = [{"$ref": schema.pop("$ref")}]
            if "allOf" in schema or schema.get("type") in NULLABLE_TYPES:
                schema["x-nullable"] = True
    return swagger


def test_generated_requests(tmp_path: Path) -> None:
    with Emulator({"organizations": [{"name": "O"}], "apps": [APP]}) as emulator:
        api = Api(emulator.api_url, emulator.tokens["owner"])
        slugs = {
            "app-slug": ["a"],
            "build-slug": ["b1"],
            "artifact-slug": ["x1"],
            "user-slug": [api.data("/me")["slug"]],
            "org-slug": [api.data("/organizations")[0]["slug"]],
        }
        for kind in (PROFILES, CERTIFICATES, PROJECT_FILES, KEYSTORES):
            slugs[f"{SLUG_PREFIXES[kind]}-slug"] = [item["slug"] for item in api.data(f"/apps/a/{kind}")[:20]]
        path = tmp_path / "swagger.json"
        path.write_text(json.dumps(description(slugs)), encoding="utf-8")
        command = [str(Path(sys.executable).with_name("schemathesis")), "run", str(path), "--url", emulator.api_url]
        command += ["--header", f"Authorization:{emulator.tokens['owner']}", "--exclude-checks", ",".join(UNFIT)]
        command += ["--phases", "examples,coverage,fuzzing", "--max-examples", "30", "--continue-on-failure"]
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=280, check=False)
        assert result.returncode == 0, result.stdout[-20_000:]
        assert all((entry["status"] or 0) < 500 for entry in emulator.requests())
    assert not emulator.error_output


# These checks need a complete list of errors, which the description is not.
UNFIT = ("positive_data_acceptance", "negative_data_rejection", "missing_required_header", "use_after_free")
