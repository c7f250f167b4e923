# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of retention about age, number, branch and status of builds."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.artifact_fields import Artifact
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.retention import ARTIFACT_RETENTION
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.retention_plan import due
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.retention_rules import (
    BuildArtifacts,
    Rules,
    unmatched_patterns,
)
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import OptionError
from tests.helpers.service import APP

from .app import AppWithArtifacts, an_artifact

DAY_S = 86_400


def a_build(slug: str, days: float, *artifacts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"slug": slug, "age_s": days * DAY_S, "artifacts": list(artifacts), **more}


@pytest.fixture(autouse=True)
def builds(app: AppWithArtifacts) -> None:
    apk = {"artifact_type": "android-apk", "is_public_page_enabled": True}
    app.has_builds(
        a_build("running", 90, an_artifact("r1", "r"), status=0),
        a_build("failed", 1, status=2),
        a_build("new", 5, an_artifact("n1", "app.apk", **apk)),
        a_build("middle", 40, an_artifact("m1", "app.apk", **apk), an_artifact("m2", "log")),
        a_build("old", 60, an_artifact("o1", "app.apk", **apk), an_artifact("o2", "log")),
    )


NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
DAYS = st.none() | st.integers(0, 100)
BUILDS = st.lists(
    st.tuples(
        DAYS,
        st.integers(0, 3),
        st.sampled_from(["main", "next"]),
        st.sampled_from([None, "v1"]),
        st.sampled_from(["success", "error"]),
        st.booleans(),
    ),
    max_size=12,
)


@given(BUILDS, st.integers(0, 100), st.integers(0, 4), st.booleans())
def test_builds_that_are_old_and_not_among_the_newest_are_deleted(
    given_builds: list[tuple[int | None, int, str, str | None, str, bool]], older: int, keep: int, keep_tagged: bool
) -> None:
    builds = [
        BuildArtifacts(
            str(number),
            f"build {number}",
            None if days is None else NOW - dt.timedelta(days=days),
            tuple(Artifact(f"{number}-{n}", None, None, 1, False) for n in range(count)),
            branch=branch,
            tag=tag,
            status=status,
            is_pull_request=pull_request,
        )
        for number, (days, count, branch, tag, status, pull_request) in enumerate(given_builds)
    ]
    rules = Rules("app", older, keep, True, 100, keep_tagged)
    gone = {action.build.slug for action in due(builds, rules, NOW)}
    full = [build for build in builds if build.artifacts and build.ended and not (keep_tagged and build.tag)]
    newest_first = sorted(full, key=lambda build: build.ended or NOW, reverse=True)
    newest = [
        build.slug
        for branch in ("main", "next")
        for pull_request in (False, True)
        for build in [
            each
            for each in newest_first
            if (each.branch, each.is_pull_request, each.status) == (branch, pull_request, "success")
        ][:keep]
    ]
    old = {build.slug for build in full if build.ended and build.ended < NOW - dt.timedelta(days=older)}
    assert gone == old - set(newest)
    # Another run has nothing to delete.
    left = [build for build in builds if build.slug not in gone]
    assert due(left, rules, NOW) == []


@pytest.mark.parametrize(
    ("rules", "gone"),
    [
        ({}, []),
        ({"keep_builds": 0}, ["nightly.ipa"]),
        ({"keep_builds": 0, "keep_tagged": False}, ["Shop.dSYM.zip", "Shop.ipa", "nightly.ipa"]),
        ({"keep_builds": 0, "keep_tagged": False, "protect_types": ["file"]}, ["Shop.ipa"]),
        ({"keep_builds": 0, "keep_tagged": False, "protect_titles": ["*.dSYM.zip"]}, ["Shop.ipa", "nightly.ipa"]),
        ({"keep_builds": 0, "keep_tagged": False, "tags": ["v[12].*"]}, []),
        ({"keep_builds": 0, "keep_tagged": False, "tags": ["v1.*", "v4.*"]}, ["Shop.dSYM.zip", "Shop.ipa"]),
        ({"keep_builds": 0, "branches": ["feature/*"]}, []),
        ({"keep_builds": 0, "branches": ["main"], "workflows": ["night*"]}, ["nightly.ipa"]),
        ({"keep_builds": 0, "statuses": ["error", "aborted"]}, []),
        ({"keep_builds": 0, "keep_tagged": False, "types": ["ios-*"]}, ["Shop.ipa"]),
        ({"keep_builds": 0, "keep_tagged": False, "titles": ["*.zip"]}, ["Shop.dSYM.zip"]),
        ({"older_than_days": 0}, ["report.zip"] * 12),
        ({"older_than_days": 0, "statuses": ["success"]}, []),
    ],
)
def test_a_release_among_failed_pull_requests(app: AppWithArtifacts, rules: dict[str, Any], gone: list[str]) -> None:
    """Keep a tagged release of 45 days and a nightly build, although more than keep_builds failed after them."""
    release = [an_artifact("r1", "Shop.ipa", artifact_type="ios-ipa"), an_artifact("r2", "Shop.dSYM.zip")]
    app.has_builds(
        *(
            a_build(f"p{n}", (n + 1) / 24, an_artifact(f"pa{n}", "report.zip"), status=2, branch=f"feature/{n}")
            for n in range(12)
        ),
        a_build("release", 45, *release, tag="v4.2.0", workflow="release"),
        a_build("nightly", 46, an_artifact("n1", "nightly.ipa"), branch="main", workflow="nightly"),
    )
    task = app.retain(**{"older_than_days": 30, **rules})
    done = task.run(check_mode=True, diff=True)
    assert sorted(action["name"] for action in done["actions"]) == gone
    if gone == ["nightly.ipa"]:
        described = {
            "build_number": 1,
            "branch": "main",
            "tag": None,
            "workflow": "nightly",
            "status_name": "success",
            "age_days": 45,
        }
        (action,) = done["actions"]
        size = len("bytes of n1")
        more = {"artifact_type": "file", "file_size_bytes": size}
        assert {name: action[name] for name in (*described, *more)} == {**described, **more}
        shown = {"slug": "n1", "is_public_page_enabled": False, **more}
        before, after = done["diff"]["before"], done["diff"]["after"]
        assert before["build #1 (nightly)"] == {**described, "artifacts": {"nightly.ipa (n1)": shown}}
        assert before["total"]["file_size_bytes"] - after["total"]["file_size_bytes"] == size
        assert after["total"]["artifacts"] == 14


def test_a_pull_request_from_a_branch_of_the_same_name(app: AppWithArtifacts) -> None:
    app.has_builds(
        a_build("fork", 40, an_artifact("f1", "f"), branch="main", pull_request_id=7),
        a_build("older", 41, an_artifact("f2", "f"), branch="main", pull_request_id=6),
        a_build("main", 50, an_artifact("m1", "m"), branch="main", pull_request_id=0),
    )
    done = app.retain(older_than_days=30, keep_builds=1).run(check_mode=True)
    assert [action["slug"] for action in done["actions"]] == ["f2"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"tags": ["v1.*"]}, "tags selects builds with a tag, and keep_tagged keeps all of them"),
        ({"branches": []}, "branches must not be empty"),
        ({"titles": [""]}, "titles must not be empty"),
    ],
)
def test_invalid_selections(app: AppWithArtifacts, wrong: dict[str, Any], message: str) -> None:
    assert app.retain(**{"older_than_days": 30, **wrong}).fail()["msg"].startswith(message)
    assert app.asked() == []


@pytest.mark.parametrize("given", [{"branches": [1.10]}, {"apps": [{"app_slug": APP, "branches": ["a", 1.10]}]}])
def test_a_pattern_that_is_not_text(given: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match=r"branches: entry \d must be text, but YAML reads it as the number 1\.1\."):
        ARTIFACT_RETENTION.normalize(given)


def test_patterns_that_match_nothing_are_named(app: AppWithArtifacts) -> None:
    given = {
        "branches": ["main", "relase/*"],
        "tags": ["v*"],
        "workflows": ["prim*"],
        "titles": ["app.*", "*.ipa"],
        "types": ["android-apk"],
        "protect_titles": ["LOG"],
        "protect_types": ["ios-ipa"],
    }
    result = app.retain(older_than_days=30, keep_tagged=False, **given).run(check_mode=True)
    unmatched = {"branches": "relase/*", "tags": "v*", "titles": "*.ipa", "protect_titles": "LOG"}
    assert result["warnings"] == [
        f"{option}: the pattern '{pattern}' matches nothing in 1 app."
        for option, pattern in {**unmatched, "protect_types": "ios-ipa"}.items()
    ]


def test_a_pattern_that_matches_in_one_of_several_apps() -> None:
    first, second = {("titles", "a"): True, ("titles", "b"): False}, {("titles", "a"): False, ("titles", "b"): False}
    assert unmatched_patterns([first, second, {}]) == ("titles: the pattern 'b' matches nothing in 2 apps.",)


def test_patterns_of_an_app_without_artifacts_are_not_checked(app: AppWithArtifacts) -> None:
    app.has_builds(a_build("failed", 1, status=2))
    assert "warnings" not in app.retain(older_than_days=30, branches=["relase/*"]).run()
