# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RETURN of the modules about artifacts matches their results."""

from __future__ import annotations

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.retention import ARTIFACT_RETENTION
from tests.helpers.documented_results import check_actions, check_results
from tests.helpers.service import APP

from .app import AppWithArtifacts, an_artifact

META = {"intermediate_file_info": {"env_key": "FILE"}, "meta": {"version": "1"}}


def test_managing_and_listing(app: AppWithArtifacts) -> None:
    app.has(an_artifact("one", "app.apk", artifact_type="android-apk", **META))
    failed = app.manage(title="none").fail()
    results = [app.manage(slug="one", is_public_page_enabled=enabled).run(diff=True) for enabled in (True, False)]
    results += [failed, app.manage(slug="one", state="absent").run(check_mode=True)]
    check_results("bitrise_artifact", *results)
    check_actions("bitrise_artifact", *results)
    check_results("bitrise_artifact_info", app.info().run(), app.info(slug="none").fail())


def test_downloading(app: AppWithArtifacts) -> None:
    app.has(an_artifact("one", "app.apk", artifact_type="android-apk", **META))
    results = [
        app.download(slug="one").run(check_mode=True, diff=True),
        app.download(slug="one").run(diff=True),
        app.download(slug="one", mode="0640").run(),
        app.download(slug="none").fail(),
    ]
    check_results("bitrise_artifact_download", *results)
    check_actions("bitrise_artifact_download", *results)


def test_retention(app: AppWithArtifacts) -> None:
    apk = {"artifact_type": "android-apk", "is_public_page_enabled": True}
    app.has_builds({"slug": "old", "age_s": 90 * 86_400, "artifacts": [an_artifact("one", "app.apk", **apk)]})
    rules = {"older_than_days": 30, "keep_builds": 0}
    results = [
        app.retain(**rules, state="unpublished").run(diff=True),
        app.retain(**rules, max_artifacts=0).fail(),
        app.retain(**rules).run(),
    ]
    many = app.tasks.make(ARTIFACT_RETENTION, apps=[APP, "ffffffffffffffff"], **rules).result()
    results.append({**many, "apps": many["apps"][APP]})
    check_results("bitrise_artifact_retention", *results)
    check_actions("bitrise_artifact_retention", *results)
