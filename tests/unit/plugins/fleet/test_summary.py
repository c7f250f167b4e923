# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report of the role: the outcome of each host, the summary, and the size of both."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.plugin_utils._code_signing.declaration import Declaration
from ansible_collections.mobileops.ci.plugins.plugin_utils._code_signing.fleet import apps_of, name_hosts, runs_of
from ansible_collections.mobileops.ci.plugins.plugin_utils._code_signing.summary import (
    App,
    Totals,
    report_of,
    stats_of,
    summary_of,
)
from ansible_collections.mobileops.ci.plugins.plugin_utils._play.action import pattern_of
from ansible_collections.mobileops.ci.plugins.plugin_utils._play.causes import Problem, problem_of_app

EVENT_BYTES = 200_000
SHA = "ab" * 32


def action(name: str, verb: str = "upload", reason: str | None = None, kind: str = "provisioning_profile") -> Any:
    return {"action": verb, "kind": kind, "app_slug": "s" * 16, "slug": None, "name": name, "reason": reason} | {
        "size": 4000,
        "sha256": SHA,
        "changes": {"is_protected": True},
    }


def replaced(name: str) -> list[Any]:
    return [action(name), action(name, "delete", "replaced")]


def changed(host: str, *actions: Any) -> App:
    names = [entry["name"] for entry in actions if entry["action"] == "upload"]
    files = {name: {"size": 4000, "sha256": SHA, "is_protected": True} for name in names}
    diff = {"before": {}, "after": {"provisioning_profiles": files}}
    return App(host, outcome={"changed": True, "actions": list(actions), "error": None, "diff": diff})


def failed(host: str, text: str, slug: str = "slug") -> App:
    error = {"msg": text, "kind": "not_found", "status": 404}
    problem = problem_of_app(text, slug, kind="not_found")
    return App(host, slug, outcome={"changed": False, "actions": [], "error": error}, problems=[problem])


def lines(apps: Sequence[App], passed_over: Sequence[str] = (), *, diff: bool = False) -> list[str]:
    return summary_of(apps, Totals(), passed_over, check_mode=False, with_diff=diff)


def test_numbers() -> None:
    totals = Totals()
    for _run in range(2):
        totals.add(
            {"apps": 3, "uploaded": 2, "deleted": 1, "requests": 9, "seconds": 1.25, "waited_s": 3.0, "refused": 2}
            | {"leftovers": 8}
        )
    apps = [changed("a", *replaced("x")), failed("b", "no"), App("c", outcome={"changed": False})]

    assert summary_of(apps, totals, ["d"], check_mode=True, with_diff=True)[:5] == [
        "Apps:     3 apps, 1 in sync, 1 would change, 1 failed",
        "Files:    4 to upload, 0 to update, 2 to delete",
        "Requests: 18 in 2.5 s, 6 s waited, 4 refused",
        "Left:     16 unfinished uploads of other runs. A run deletes them once they are an hour old",
        "1 host declares no code-signing file: d",
    ]
    assert stats_of(apps) == {"apps": 3, "changed": 1, "failed": 1, "failed_apps": ["b"]}


@pytest.mark.parametrize(
    ("actions", "change"),
    [
        ([action("x")], "x uploaded"),
        (replaced("x"), "x replaced"),
        ([action("x", "update")], "x updated"),
        ([action("x", "delete", "undeclared")], "x deleted (not declared)"),
        ([action("x", "delete", "duplicate")], "x duplicate deleted"),
        (
            [*replaced("x"), action("x", "delete", "leftover"), action("y")],
            "x replaced, x leftover deleted, y uploaded",
        ),
        ([action("x", "delete", "something new")], "x deleted (something new)"),
    ],
)
def test_a_change_in_words(actions: list[Any], change: str) -> None:
    assert changed("a", *actions).change == change


def test_a_change_in_check_mode() -> None:
    actions = [*replaced("x"), action("x", "delete", "leftover"), action("y", "delete", "undeclared")]
    app = App("a", outcome={"actions": actions}, check_mode=True)

    assert app.change == "x would be replaced, x leftover would be deleted, y would be deleted (not declared)"


def test_paths_of_requests_keep_slugs() -> None:
    several = [Declaration("Shop", "ab12")]
    assert name_hosts("app ab12: no (GET /apps/ab12/builds)", several) == "app Shop: no (GET /apps/ab12/builds)"


def test_warnings_name_hosts() -> None:
    several = [Declaration("shop", slug="ab12"), Declaration("bank", slug="cd34")]

    assert name_hosts("2 apps (ab12, cd34): file ab12.p12 of app cd345", several) == (
        "2 apps (shop, bank): file ab12.p12 of app cd345"
    )


def test_equal_changes_share_a_line() -> None:
    apps = [changed(f"app{number:02}", *replaced("dist.p12")) for number in range(57)]

    (line,) = lines(apps)[3:]

    assert line.startswith("57 apps: dist.p12 replaced (app00, app01, ")
    assert all(app.host in line for app in apps)


@pytest.mark.parametrize("reason", ["leftover", "duplicate"])
def test_files_that_are_only_deleted_are_counted(reason: str) -> None:
    apps = [changed(f"app{number}", action(f"app{number}.x", "delete", reason)) for number in range(3)]

    assert lines(apps)[3:5] == [
        f"3 {reason} provisioning profiles deleted",
        f"app0: app0.x {reason} deleted",
    ]


def test_a_file_of_many_apps_is_named_once() -> None:
    apps = [changed(f"app{number}", *replaced("dist.p12"), action(f"app{number}.x")) for number in range(3)]

    assert lines(apps)[3:] == [
        "dist.p12 replaced in 3 apps",
        "3 provisioning profiles uploaded, each in one app",
        "app0: dist.p12 replaced, app0.x uploaded",
        "app1: dist.p12 replaced, app1.x uploaded",
        "app2: dist.p12 replaced, app2.x uploaded",
    ]


def test_hosts_with_one_cause_share_a_line_and_a_short_message() -> None:
    problem = Problem("code_signing_max_purge must be a whole number", "all.yml:3", "A long hint.")
    apps = [App(f"app{number:02}", problems=[problem]) for number in range(60)]

    shown = lines(apps)

    assert shown[3].startswith("Failed: code_signing_max_purge must be a whole number (all.yml:3) [60 hosts: app00, ")
    assert shown[4:] == ["A long hint."]
    assert {result["msg"] for result in report_of(apps, with_diff=False).values()} == {f"{problem.text}."}


def test_a_few_hosts_get_the_whole_message() -> None:
    problem = Problem("wrong", "all.yml:3", "A hint.")
    apps = [App("a", problems=[problem]), failed("b", "GET /apps/slug7 returned 404.", "slug7")]

    report = report_of(apps, with_diff=False)

    error = dict.fromkeys(("status", "method", "path", "request_id"))
    assert report["a"] == {
        "changed": False,
        "failed": True,
        "msg": "wrong (all.yml:3). A hint.",
        "error": {"kind": "option", **error},
    }
    assert report["b"]["msg"] == "GET /apps/slug7 returned 404."
    assert report["b"]["error"] == {"kind": "not_found", "status": 404}
    assert lines(apps)[-2:] == ["Failed: GET /apps/slug7 returned 404 [b]", "A hint."]


MANY = 5
LEFTOVER = "01M8NRJ4PN6FNG4CJM3N2HTP2"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("App {slug} was not finished.", ": The app was not finished"),
        ("File x of app {slug} is wrong.", ": File x of the app is wrong"),
        ("GET /apps/{slug} returned 404.", ". For example: GET /apps/s0 returned 404"),
        (f"Left {LEFTOVER}{{number}} in app {{slug}}.", f". For example: Left {LEFTOVER}0 in the app"),
        ("Twin_{slug}.x for app {slug} is wrong.", ". For example: Twin_s0.x for the app is wrong"),
    ],
)
def test_apps_that_fail_for_one_cause(text: str, expected: str) -> None:
    apps = [failed(f"a{n}", text.format(slug=f"s{n}", number=n), f"s{n}") for n in range(MANY)]

    assert lines(apps)[3:] == [f"Failed{expected} [5 hosts: a0, a1, a2, a3, a4]"]
    assert {result["msg"] for result in report_of(apps, with_diff=False).values()} == {
        "Failed (not_found); see the summary."
    }
    assert lines(apps[:1])[3:] == [f"Failed: {text.format(slug='s0', number=0)[:-1]} [a0]"]


def test_apps_that_fail_after_a_change() -> None:
    app = failed("a", "no")
    app.outcome = {**app.outcome, "changed": True, "actions": [action("x")]}

    assert lines([app, failed("b", "no")])[0] == (
        "Apps:     2 apps, 0 in sync, 0 changed, 2 failed, 1 of them after a change"
    )


def test_a_preview_names_all_changes() -> None:
    """Name every change where hosts show no diff, also if it concerns one app."""
    few = [
        changed(f"a{n}", action(f"{n}.x"), *([action("r.jks", kind="android_keystore")] * (n == 0))) for n in range(3)
    ]
    many = [changed(f"a{n:02}", action(f"{n}.x")) for n in range(60)]

    assert lines(few, diff=True)[3:] == ["3 provisioning profiles uploaded", "r.jks uploaded in 1 app"]
    each = [f"a{n:02}: {n}.x uploaded" for n in range(60)]
    assert lines(many[:36], diff=True)[4:] == each[:36]
    assert "; ".join(lines(many, diff=True)[4:]) == "; ".join(each)


@pytest.mark.parametrize("same", [True, False])
@pytest.mark.parametrize("files", [1, 5])
def test_the_diff_of_60_apps_is_short(same: bool, files: int) -> None:
    """Limit the output to 200 lines, together with two lines for each app in results and recap."""
    apps = [
        changed(f"app{number:02}", *(action(f"{file}" if same else f"{number}-{file}") for file in range(files)))
        for number in range(60)
    ]

    shown = sum(
        len(result["diff"]["prepared"].splitlines())
        for result in report_of(apps, with_diff=True).values()
        if "diff" in result
    )

    assert shown + len(lines(apps, diff=True)) <= 200 - 120 - 30


def test_a_few_changed_apps_show_a_line_for_each_file() -> None:
    apps = [changed("a", action("x"), action("y"))]

    assert report_of(apps, with_diff=True)["a"]["diff"]["prepared"].splitlines() == [
        "a",
        "  + x (size 4000, sha256 abababababab..., is_protected true)",
        "  + y (size 4000, sha256 abababababab..., is_protected true)",
    ]
    assert "diff" not in report_of(apps, with_diff=False)["a"]


def test_the_full_diff_on_request() -> None:
    apps = [changed(f"app{number}", action("x")) for number in range(60)]
    for app in apps:
        app.diff = "full"

    diffs = [result["diff"] for result in report_of(apps, with_diff=True).values()]

    assert len(diffs) == 60
    assert diffs[0]["after"]["provisioning_profiles"]["x"]["sha256"] == SHA


@pytest.mark.parametrize("diff", ["short", "full"])
def test_events_stay_small(diff: str) -> None:
    apps = [
        changed(f"App {number:03}", *(action(f"{number}-{file}-{'x' * 40}") for file in range(5)))
        for number in range(500)
    ]
    for app in apps:
        app.diff = diff

    report = report_of(apps, with_diff=True)
    sizes = [len(json.dumps(result)) for result in report.values()]

    assert len(report) == 500
    assert max(sizes) < 10_000
    for with_diff in (True, False):
        assert len(json.dumps(lines(apps, diff=with_diff))) < EVENT_BYTES
    assert len(json.dumps(stats_of(apps))) < EVENT_BYTES


def test_hosts_with_equal_settings_share_a_run() -> None:
    common = {"build_certificates": [{"src": "/a"}]}
    hosts = [
        Declaration("a", "s1", {**common, "project_files": [{"src": "/b"}]}, {"max_purge": 1}),
        Declaration("b", "s2", common, {"max_purge": 1}),
        Declaration("c", "s3", common, {"max_purge": 2}),
    ]

    (first, of_first), (second, of_second) = runs_of(hosts)

    assert [declaration.host for declaration in of_first] == ["a", "b"]
    assert first == {
        "max_purge": 1,
        **common,
        "apps": [{"app_slug": "s1", "project_files": [{"src": "/b"}]}, {"app_slug": "s2"}],
    }
    assert (second["apps"], of_second) == ([{"app_slug": "s3"}], hosts[2:])
    assert apps_of({"apps": {"s1": {"changed": True}}}, of_first) is None


@pytest.mark.parametrize(
    ("host", "pattern"),
    [("App-01", "App-01"), ("App 01", "~^App.01$"), ("a:b,c[0]", "~^a.b.c.0.$"), ("&x", "~^.x$"), ("büro", "~^büro$")],
)
def test_patterns_of_hosts(host: str, pattern: str) -> None:
    assert pattern_of(host) == pattern
