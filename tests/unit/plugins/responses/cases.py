# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task of each module that sends requests to the service, and the requests that it may send."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

APP = "/apps/{app-slug}"
BUILDS = f"{APP}/builds"
BUILD = f"{BUILDS}/{{build-slug}}"
PIPELINES = f"{APP}/pipelines"
PIPELINE = f"{PIPELINES}/{{pipeline-id}}"
ARTIFACTS = f"{BUILD}/artifacts"
ARTIFACT = f"{ARTIFACTS}/{{artifact-slug}}"
FOLDER = "FOLDER"  # replaced by one of the test's own
CONTENT = base64.b64encode(b"x").decode()

ENDPOINTS = {
    "provisioning_profile": (f"{APP}/provisioning-profiles", "provisioning-profile-slug"),
    "build_certificate": (f"{APP}/build-certificates", "build-certificate-slug"),
    "project_file": (f"{APP}/generic-project-files", "generic-project-file-slug"),
    "android_keystore": (f"{APP}/android-keystore-files", "android-keystore-file-slug"),
}


@dataclass(frozen=True)
class Case:
    """`title` follows the module's name where a module has several."""

    module: str
    options: dict[str, Any]
    operations: tuple[str, ...]
    title: str = ""

    def __str__(self) -> str:
        return f"{self.module}{', ' if self.title else ''}{self.title}"


def managing(kind: str) -> tuple[str, ...]:
    """Return all operations on files of a kind."""
    path, slug = ENDPOINTS[kind]
    one = f"{path}/{{{slug}}}"
    requests = [f"GET {path}", f"POST {path}", f"GET {one}", f"POST {one}/uploaded", f"DELETE {one}"]
    return (*requests, *([] if kind == "android_keystore" else [f"PATCH {one}"]))


def _files(kind: str, **more: Any) -> list[Case]:
    path, slug = ENDPOINTS[kind]
    options = {"app_slug": "a", "name": "dist", "content": CONTENT, **more}
    flags = {} if kind == "android_keystore" else {"is_protected": True, "is_expose": False}
    return [
        Case(f"bitrise_{kind}", {**options, **flags, "duplicates": "remove"}, managing(kind)),
        Case(f"bitrise_{kind}", {"app_slug": "a", "name": "dist", "state": "absent"}, managing(kind), "absent"),
        Case(f"bitrise_{kind}_info", {"app_slug": "a"}, (f"GET {path}",)),
        Case(f"bitrise_{kind}_info", {"app_slug": "a", "slug": "s1"}, (f"GET {path}/{{{slug}}}",), "one"),
    ]


_ON_ALL_FILES = tuple(operation for kind in ENDPOINTS for operation in managing(kind))
_IN_APP = {"app_slug": "a"}
_IN_BUILD = {"app_slug": "a", "build_slug": "b"}

CASES = [
    Case("bitrise_app_info", {"title": "x"}, ("GET /apps",)),
    Case("bitrise_app_info", _IN_APP, (f"GET {APP}",), "one"),
    Case("bitrise_user_info", {}, ("GET /me",)),
    Case("bitrise_user_info", {"user_slug": "u"}, ("GET /users/{user-slug}",), "one"),
    Case("bitrise_organization_info", {}, ("GET /organizations",)),
    Case("bitrise_organization_info", {"organization_slug": "o"}, ("GET /organizations/{org-slug}",), "one"),
    Case(
        "bitrise_doctor",
        {**_IN_APP, "writes": True, "concurrency": 1},
        (
            *("GET /me", "GET /organizations", "GET /apps", "GET /builds"),
            *(f"GET {path}" for path in (APP, BUILDS, f"{BUILD}/log", ARTIFACTS)),
            *_ON_ALL_FILES,
        ),
    ),
    Case("bitrise_build_info", _IN_APP, (f"GET {BUILDS}",)),
    Case("bitrise_build_info", _IN_BUILD, (f"GET {BUILD}",), "one"),
    Case("bitrise_build_info", {"status": "on-hold"}, ("GET /builds",), "of all apps"),
    Case("bitrise_build_info", {**_IN_APP, "sort_by": "running_first"}, (f"GET {BUILDS}",), "running first"),
    Case(
        "bitrise_build_info",
        {**_IN_APP, "archived": True, "after": "0", "before": "1"},
        (f"GET {APP}/archived-builds",),
        "archived",
    ),
    Case(
        "bitrise_build_abort_stale",
        {"apps": ["a"], "hours": 1, "concurrency": 1},
        (
            *(f"GET {BUILDS}", f"GET {BUILD}", f"POST {BUILD}/abort"),
            *(f"GET {PIPELINES}", f"GET {PIPELINE}", f"POST {PIPELINE}/abort"),
        ),
    ),
    Case(
        "bitrise_build_abort",
        {**_IN_APP, "pipeline": "p", "wait": True, "wait_timeout": 0},
        (f"GET {PIPELINE}", f"POST {PIPELINE}/abort"),
        "a pipeline",
    ),
    Case(
        "bitrise_build_trigger",
        {**_IN_APP, "tag": "v1", "pipeline": "release", "wait": True, "wait_timeout": 0},
        (f"GET {PIPELINES}", f"POST {BUILDS}", f"GET {PIPELINE}", f"GET {BUILD}"),
        "a pipeline",
    ),
    Case("bitrise_build_info", {**_IN_APP, "pipeline": "p"}, (f"GET {PIPELINE}", f"GET {BUILD}"), "of a pipeline"),
    Case("bitrise_pipeline_info", _IN_APP, (f"GET {PIPELINES}",)),
    Case("bitrise_pipeline_info", {**_IN_APP, "pipeline": "p"}, (f"GET {PIPELINE}",), "one"),
    Case("bitrise_pipeline_info", {}, ("GET /pipelines",), "of all apps"),
    Case("bitrise_build_abort", {**_IN_BUILD, "reason": "x"}, (f"GET {BUILD}", f"POST {BUILD}/abort")),
    Case(
        "bitrise_build_trigger",
        {**_IN_APP, "branch": "main", "wait": True, "wait_timeout": 0},
        # The triggers of the app may select a pipeline.
        (f"GET {BUILDS}", f"POST {BUILDS}", f"GET {BUILD}", f"GET {PIPELINE}"),
    ),
    Case("bitrise_build_log", _IN_BUILD, (f"GET {BUILD}/log", f"GET {BUILD}")),
    Case(
        "bitrise_build_log",
        {**_IN_BUILD, "dest": FOLDER, "wait": True, "wait_timeout": 0},
        (f"GET {BUILD}/log", f"GET {BUILD}"),
        "to a file",
    ),
    Case("bitrise_artifact_info", _IN_BUILD, (f"GET {ARTIFACTS}",)),
    Case("bitrise_artifact_info", {**_IN_BUILD, "slug": "s1"}, (f"GET {ARTIFACT}",), "one"),
    Case(
        "bitrise_artifact",
        {**_IN_BUILD, "title": "dist", "is_public_page_enabled": True},
        (f"GET {ARTIFACTS}", f"GET {ARTIFACT}", f"PATCH {ARTIFACT}"),
    ),
    Case(
        "bitrise_artifact",
        {**_IN_BUILD, "title": "dist", "state": "absent"},
        (f"GET {ARTIFACTS}", f"GET {ARTIFACT}", f"DELETE {ARTIFACT}"),
        "absent",
    ),
    Case(
        "bitrise_artifact_download",
        {**_IN_BUILD, "title": "dist", "dest": FOLDER},
        (f"GET {ARTIFACTS}", f"GET {ARTIFACT}"),
    ),
    Case(
        "bitrise_artifact_download",
        {**_IN_BUILD, "dest": FOLDER, "concurrency": 1},
        (f"GET {ARTIFACTS}", f"GET {ARTIFACT}"),
        "a whole build",
    ),
    Case(
        "bitrise_artifact_retention",
        {**_IN_APP, "older_than_days": 1, "keep_builds": 0, "concurrency": 1},
        (f"GET {BUILDS}", f"GET {ARTIFACTS}", f"GET {ARTIFACT}", f"DELETE {ARTIFACT}"),
    ),
    *_files("provisioning_profile", verify="none"),
    *_files("build_certificate", verify="none", certificate_password="c4nary"),
    *_files("project_file", user_env_key="dist"),
    *_files("android_keystore", verify="none", alias="a", password="c4nary", private_key_password="c4nary"),
    Case(
        "bitrise_code_signing",
        {
            "apps": ["a"],
            "concurrency": 1,
            "provisioning_profiles": [{"name": "dist", "content": CONTENT, "verify": "none"}],
            "project_files": [{"user_env_key": "dist", "name": "dist", "content": CONTENT}],
            "purge": ["provisioning_profiles", "build_certificates"],
        },
        _ON_ALL_FILES,
    ),
    Case("bitrise_code_signing_export", {"apps": ["a"], "dest": FOLDER, "concurrency": 1}, _ON_ALL_FILES),
    Case("bitrise_code_signing_info", {"concurrency": 1}, ("GET /apps", *_ON_ALL_FILES)),
]
