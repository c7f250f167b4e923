# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Operations on builds, artifacts and local files of Bitrise."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.adopt.code_signing_export import CODE_SIGNING_EXPORT
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.artifact import ARTIFACT_MODULE
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.download import ARTIFACT_DOWNLOAD
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.retention import ARTIFACT_RETENTION
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.abort import BUILD_ABORT
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.log import BUILD_LOG
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.stale import BUILD_ABORT_STALE
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.trigger import BUILD_TRIGGER
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.file_modules import (
    PROVISIONING_PROFILE_MODULE,
)
from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import ModuleSpec
from tests.helpers.service import PROFILES
from tests.helpers.tasks import b64
from tests.reliability.scenarios import SLUG

from .model import FOLDER, LEARNT, Operation

APP, OTHER_APP = "a1", "a2"
DAY_S = 86_400
CONTENT = "bytes of an artifact " * 5000
LOG = [f"line {number}\n" for number in range(1, 200)]


def digest(content: str | bytes) -> str:
    return hashlib.sha256(content if isinstance(content, bytes) else content.encode()).hexdigest()[:8]


def artifact(slug: str, title: str, content: str = "", *, public: bool = False) -> dict[str, Any]:
    kind = {"artifact_type": "android-apk"} if title.endswith(".apk") else {}
    return {
        "slug": slug,
        "title": title,
        "content": content or f"bytes of {slug}",
        "is_public_page_enabled": public,
        **kind,
    }


def build(slug: str, days: float, *artifacts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"slug": slug, "age_s": days * DAY_S, "artifacts": list(artifacts), **more}


def app(*builds: dict[str, Any], slug: str = APP, **more: Any) -> dict[str, Any]:
    return {"title": slug, "slug": slug, "builds": list(builds), **more}


def _artifacts() -> dict[str, Operation]:
    two = [app(build("b1", 1, artifact("p1", "app.apk"), artifact("p2", "log.txt")))]
    public = [app(build("b1", 1, artifact("p1", "app.apk", public=True), artifact("p2", "log.txt")))]
    of_it: Mapping[str, Any] = {"app_slug": APP, "build_slug": "b1"}

    def managed(apps: list[dict[str, Any]], expected: str | None, **options: Any) -> Operation:
        return Operation(apps, [(ARTIFACT_MODULE, {**of_it, **options})], {"artifact b1/p1": expected})

    many = [
        app(
            build("running", 90, artifact("r1", "r.apk"), status=0),
            build("new", 5, artifact("n1", "app.apk", public=True)),
            build("middle", 40, artifact("m1", "app.apk", public=True), artifact("m2", "log")),
            build("old", 60, artifact("o1", "app.apk", public=True), artifact("o2", "log")),
        ),
        app(build("c1", 60, artifact("q1", "app.apk"), artifact("q2", "other.apk")), slug=OTHER_APP),
    ]
    both = [{"app_slug": APP}, {"app_slug": OTHER_APP, "keep_builds": 0}]
    retention: Mapping[str, Any] = {"older_than_days": 30, "keep_builds": 2, "concurrency": 1}

    def retained(expected: Mapping[str, Any], **options: Any) -> Operation:
        return Operation(many, [(ARTIFACT_RETENTION, {**retention, **options})], expected)

    return {
        "artifact: public page": managed(two, "public", title="app.apk", is_public_page_enabled=True),
        "artifact: no public page": managed(public, "private", slug="p1", is_public_page_enabled=False),
        "artifact: removal": managed(two, None, title="app.apk", state="absent"),
        "retention: one app": retained({"artifact old/o1": None, "artifact old/o2": None}, app_slug=APP),
        "retention: two apps": retained(
            {f"artifact {name}": None for name in ("old/o1", "old/o2", "c1/q1", "c1/q2")}, apps=both
        ),
        "retention: public pages": retained(
            {"artifact middle/m1": "private", "artifact old/o1": "private"},
            app_slug=APP,
            state="unpublished",
            keep_builds=1,
        ),
    }


def _downloads() -> dict[str, Operation]:
    apps = [app(build("b1", 1, artifact("p1", "app.apk", CONTENT), log=LOG))]
    dest = {"dest": f"{FOLDER}/app.apk"}
    of_it: Mapping[str, Any] = {"app_slug": APP, "build_slug": "b1"}
    old = {"app.apk": b"old"}

    def downloaded(spec: ModuleSpec, content: str, files: Mapping[str, bytes], **options: Any) -> Operation:
        expected = {"local app.apk": digest(content)}
        # Nothing tells how long a log is.
        unverifiable = frozenset(expected) if spec is BUILD_LOG else frozenset()
        steps = [(spec, {**of_it, **dest, **options})]
        return Operation(apps, steps, expected, files=files, unverifiable=unverifiable)

    checksum = f"sha256:{hashlib.sha256(CONTENT.encode()).hexdigest()}"
    return {
        "download: first": downloaded(ARTIFACT_DOWNLOAD, CONTENT, {}, slug="p1"),
        "download: replacement": downloaded(ARTIFACT_DOWNLOAD, CONTENT, old, title="app.apk"),
        "download: checksum": downloaded(ARTIFACT_DOWNLOAD, CONTENT, old, slug="p1", checksum=checksum),
        "log: first": downloaded(BUILD_LOG, "".join(LOG), {}),
        "log: replacement": downloaded(BUILD_LOG, "".join(LOG), old),
    }


def _builds() -> dict[str, Operation]:
    running = build("running", 0.1, status=0)
    old, held = build("old", 2, status=0), build("held", 1, status=0, is_on_hold=True)
    wait: Mapping[str, Any] = {"wait": True, "wait_interval": 10, "wait_timeout": 600}
    fast: Mapping[str, Any] = {"build_seconds": 60}
    start = {"app_slug": APP, "branch": "main", "workflow": "primary"}
    abort = {"app_slug": APP, "build_slug": "old"}

    def triggered(**options: Any) -> Operation:
        return Operation(
            [app(build("b1", 1))],
            [(BUILD_TRIGGER, {**start, **options})],
            {},
            grows=frozenset({f"{APP} builds"}),
            switches=fast,
        )

    aborted = {"build old": "aborted"}
    return {
        "trigger": triggered(),
        "trigger: wait": triggered(**wait),
        "abort": Operation([app(running, old)], [(BUILD_ABORT, abort)], aborted),
        "abort: wait": Operation([app(running, old)], [(BUILD_ABORT, {**abort, **wait})], aborted),
        "abort: with success": Operation(
            [app(running, old)],
            [(BUILD_ABORT, {**abort, "abort_with_success": True, "skip_notifications": True})],
            {"build old": "aborted with success"},
        ),
        "abort stale": Operation(
            [app(running, held, old), app(build("old2", 3, status=0), slug=OTHER_APP)],
            [
                (
                    BUILD_ABORT_STALE,
                    {
                        "apps": [{"app_slug": APP}, {"app_slug": OTHER_APP}],
                        "hours": 12,
                        "hold_hours": 6,
                        "concurrency": 1,
                    },
                )
            ],
            {**aborted, "build held": "aborted", "build old2": "aborted"},
        ),
    }


def _adopt() -> dict[str, Operation]:
    def file(name: str, content: bytes) -> dict[str, Any]:
        return {"name": name, "content_base64": base64.b64encode(content).decode()}

    shop = app(slug=APP, **{PROFILES: [file("shop.mobileprovision", b"one"), file("all.mobileprovision", b"three")]})
    bank = app(slug=OTHER_APP, **{PROFILES: [file("all.mobileprovision", b"four")]})
    apps = [{"app_slug": APP, "host": "Shop"}, {"app_slug": OTHER_APP, "host": "Bank"}]
    written = (
        "local host_vars/Shop/code_signing.yml",
        "local host_vars/Bank/code_signing.yml",
        "local files/code_signing/a1/shop.mobileprovision",
        "local files/code_signing/a1/all.mobileprovision",
        "local files/code_signing/a2/all.mobileprovision",
    )
    return {
        "adopt": Operation(
            [shop, bank],
            [(CODE_SIGNING_EXPORT, {"apps": apps, "dest": FOLDER, "concurrency": 1})],
            dict.fromkeys(written, LEARNT),
            files={"group_vars/all.yml": b"mine: true\n"},
        ),
    }


def _backup() -> dict[str, Operation]:
    """Describe a replacement that saves the old file first. If it cannot, the old file stays."""
    held = {"name": "shop", "slug": SLUG, "content_base64": base64.b64encode(b"old one").decode()}
    options = {
        "app_slug": APP,
        "name": "shop",
        "content": b64(b"new one"),
        "verify": "none",
        "backup_dir": f"{FOLDER}/backup",
        "backup_required": True,
    }
    new, old = (f"file {PROFILES} shop {digest(content)}" for content in ("new one", "old one"))
    return {
        "replacement with a backup": Operation(
            [app(slug=APP, **{PROFILES: [held]})],
            [(PROVISIONING_PROFILE_MODULE, options)],
            {new: "processed", old: None, f"local backup/{APP}_{SLUG}_shop": digest("old one")},
            between={new: frozenset({"unfinished"})},
            # Unfinished uploads may stay until they are an hour old.
            ignores=frozenset({f"file {PROFILES} shop None"}),
        ),
    }


BITRISE_OPERATIONS = {**_artifacts(), **_downloads(), **_builds(), **_adopt(), **_backup()}
