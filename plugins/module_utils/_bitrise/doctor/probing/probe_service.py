# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Probe all behaviors of the service that can be probed, and report those that are not as expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...._core.errors import CiError
from ...._core.text import plural
from ...._http.service_client import path_part
from ...behaviors.behavior import Value as Answer
from ...behaviors.table import BEHAVIORS
from ...builds.build_fields import RUNNING
from ...client import BitriseClient
from ..checks import Checks, Private, Value
from .certificate import (
    probe_certificate,
    probe_protected_password,
)
from .files import (
    probe_changes,
    probe_creation,
    probe_names,
    probe_second_upload,
    probe_unuploaded,
)
from .keystores import probe_keystores
from .lists import probe_file_lists
from .prober import Prober
from .read_only import (
    probe_apps,
    probe_builds,
    probe_lists,
    probe_refusals,
)
from .results import ProbeResults, is_asked
from .throwaway_content import ThrowawayContent
from .throwaways import Throwaways

BEHAVIOR = "behavior"
_LISTED_APPS = 10


@dataclass(frozen=True)
class AccountObservations:
    """Observations of earlier checks of the account. `me`: the response to GET /me."""

    apps: Sequence[Mapping[str, Any]]
    me_status: int = 200
    me: Mapping[str, Any] = field(default_factory=dict)
    refusals: Sequence[int] = ()  # status codes of refused lists of signing files


def check_behavior(
    checks: Checks,
    client: BitriseClient,
    token: str,
    app_slug: str | None,
    observed: AccountObservations,
    *,
    writes: bool,
    is_check_mode: bool = False,
) -> dict[str, Answer | None]:
    """Probe how the service behaves, with throw-away files in an app. Return the observed behaviors."""
    if not app_slug or not writes or is_check_mode:
        _skip(checks, app_slug, writes=writes)
        return {}
    app = Private("app", app_slug)
    prober = Prober(client, token)
    try:
        if not _may_probe(checks, prober, app_slug):
            return {}
        contents = ThrowawayContent.make()
    except ImportError:
        text = "The behavior of the service was not probed, because cryptography is missing"
        checks.fail("probing", text, "Install cryptography for the Python that runs the doctor.")
        return {}
    except CiError as error:
        checks.fail("probing", "App {app}: {reason}", "", app=app, reason=Private("message", error.message))
        return {}
    results = ProbeResults()
    problems = _probe(checks, prober, app_slug, observed, contents, results)
    _report(checks, results)
    _report_problems(checks, problems, prober.server_errors)
    return results.as_record()


def _skip(checks: Checks, app_slug: str | None, *, writes: bool) -> None:
    if app_slug and writes:
        checks.skip("probing", "The behavior of the service was not probed, because check mode does not create files")
        return
    missing = [*([] if app_slug else ["-e doctor_app=SLUG"]), *([] if writes else ["-e doctor_writes=true"])]
    advice = f"To probe it with throw-away files in an app, add: {' '.join(missing)}"
    checks.skip("probing", "The behavior of the service was not probed", advice)


def _may_probe(checks: Checks, prober: Prober, app_slug: str) -> bool:
    """Check that the app exists and is not used at the moment."""
    app = Private("app", app_slug)
    response = prober.get(f"/apps/{path_part(app_slug)}")
    if not response.succeeded:
        advice = "Check doctor_app. bitrise_app_info lists the slugs of the apps."
        checks.fail(
            "probing", "App {app} cannot be read ({status})", advice, {"status": response.status},
            app=app, status=response.status,
        )  # fmt: skip
        return False
    status, running = _running_builds(prober, app_slug)
    if running is None:
        advice = (
            "Run the doctor again later."
            if status >= 500
            else "Use a token that may list the builds of this app. Builds that run could use the throw-away files."
        )
        text = "The builds of app {app} cannot be listed ({status}), so nothing was created there"
        checks.fail("probing", text, advice, {"status": status}, app=app, status=status)
        return False
    if running:
        advice = "Use another app, or wait until the builds are over. Builds could use the throw-away files."
        text = "App {app} has {builds} running or waiting, so nothing was created there"
        checks.fail("probing", text, advice, app=app, builds=plural(running, "build"))
        return False
    return True


def _running_builds(prober: Prober, app_slug: str) -> tuple[int, int | None]:
    """Return the status of the response, and the number of builds that run or wait, None if it is unknown."""
    response = prober.get(f"/apps/{path_part(app_slug)}/builds", status=RUNNING)
    if not response.succeeded or not isinstance(response.body, Mapping):
        return response.status, None
    return response.status, sum(build.get("status") == RUNNING for build in response.entries)


def _probe(
    checks: Checks,
    prober: Prober,
    app_slug: str,
    observed: AccountObservations,
    contents: ThrowawayContent,
    results: ProbeResults,
) -> list[CiError]:
    """Run all probes. Return the errors of those that could not be completed."""
    files = Throwaways(prober, app_slug)
    slugs = [app_slug, *(str(app["slug"]) for app in observed.apps[:_LISTED_APPS] if app["slug"] != app_slug)]
    _note_observed(observed, results)
    reading: list[Callable[[], None]] = [
        lambda: probe_refusals(prober, results),
        lambda: probe_apps(prober, results, observed.apps),
        lambda: probe_lists(prober, results, slugs),
        lambda: probe_builds(prober, results, observed.me),
    ]
    writing: list[Callable[[], None]] = [
        lambda: probe_certificate(files, contents, results),
        lambda: probe_protected_password(files, contents, results),
        lambda: probe_creation(files, contents, results),
        lambda: probe_names(files, contents, results),
        lambda: probe_changes(files, contents, results),
        lambda: probe_unuploaded(files, contents, results),
        lambda: probe_second_upload(files, contents, results),
        lambda: probe_file_lists(files, results),
        lambda: probe_keystores(files, contents, results),
    ]
    problems: list[CiError] = []
    removed: list[str] = []
    kept: list[str] = []
    try:
        removed, kept = files.remove_leftovers()
        for step in (*reading, *writing):
            if step in writing and _running_builds(prober, app_slug)[1]:
                _report_builds(checks, app_slug)
                break
            try:
                step()
            except CiError as error:
                if error.ends_task:
                    raise
                problems.append(error)
    except CiError as error:
        problems.append(error)
    finally:
        kept += files.clean_up()
    _check_files(checks, removed, kept)
    return problems


def _report_builds(checks: Checks, app_slug: str) -> None:
    text = "A build has started in app {app}, so the doctor created no more files there"
    advice = "Run the doctor again when the app has no builds that run or wait. The build could use a throw-away file."
    checks.fail("builds", text, advice, app=Private("app", app_slug))


def _note_observed(observed: AccountObservations, results: ProbeResults) -> None:
    if observed.me_status in (401, 403, 404):
        results.note("me", str(observed.me_status))
    elif observed.me.get("username") and not observed.me.get("email"):
        results.note("me", "pseudo_user")
    for status in observed.refusals:
        results.note("role_refused", str(status))


def _check_files(checks: Checks, removed: Sequence[str], kept: Sequence[str]) -> None:
    if kept:
        text = "{number} of the throw-away files could not be deleted: {names}"
        advice = "Run the doctor again, or delete them on the page of the app. Builds do not need them."
        names = [Private("file", name) for name in kept]
        checks.fail("throwaways", text, advice, {"kept": len(kept)}, number=len(kept), names=names)
    elif removed:
        text = "All throw-away files were deleted, also {number} of an earlier run"
        checks.ok("throwaways", text, {"removed": len(removed)}, number=len(removed))
    else:
        checks.ok("throwaways", "All throw-away files were deleted")


def _report(checks: Checks, results: ProbeResults) -> None:
    asked = [key for key in BEHAVIORS if is_asked(key)]
    different = {key: value for key, value in results.values.items() if value != BEHAVIORS[key].default}
    unknown = [key for key in asked if key not in results.values and key not in results.unusual]
    text = "{answered} of {asked} questions answered, {expected} as expected"
    answered = len(results.values) + len(results.unusual)
    expected = len(results.values) - len(different)
    facts = {"unknown": unknown}
    checks.ok("answers", text, facts, answered=answered, asked=len(asked), expected=expected)
    for key, value in different.items():
        _add_difference(checks, key, value)
    for key, shown in results.unusual.items():
        text = "{question} An unknown answer: {answer}"
        advice = "Report this to the maintainers of the collection, with the record. It concerns: {users}."
        question, users = BEHAVIORS[key].question, BEHAVIORS[key].users
        checks.warn(key, text, advice, {"value": shown}, question=question, answer=shown, users=users)


def _add_difference(checks: Checks, key: str, value: Answer) -> None:
    """Report an unexpected behavior. It is a warning only if it makes a difference to users."""
    behavior, effect = BEHAVIORS[key], BEHAVIORS[key].effect(value)
    text = "{question} {answer} (expected: {default})"
    values: dict[str, Value] = {
        "question": behavior.question,
        "answer": _in_words(key, value),
        "default": _in_words(key, behavior.default),
        "effect": effect,
    }
    if effect:
        checks.warn(key, text, "{effect}", {"value": value}, **values)
    else:
        checks.ok(key, text + ". This makes no difference", {"value": value}, **values)


def _report_problems(checks: Checks, problems: Sequence[CiError], server_errors: int) -> None:
    if server_errors:
        text = "The service responded to {number} with a server error, which does not show its behavior"
        number = plural(server_errors, "request")
        facts: Mapping[str, Value] = {"number": server_errors}
        checks.warn("server_errors", text, "Run the doctor again later.", facts, number=number)
    if problems:
        text = "{number} of the probes could not be completed, for example: {reason}"
        reason = Private("message", problems[0].message)
        facts = {"kind": problems[0].kind, "status": problems[0].status}
        checks.fail("interrupted", text, "Run the doctor again later.", facts, number=len(problems), reason=reason)


def _in_words(key: str, value: Answer) -> str:
    """Return the meaning of an answer, such as "no, 400"."""
    behavior = BEHAVIORS[key]
    if behavior.is_number:
        return f"{value:g} s" if key.endswith("_s") else f"{value:g}"
    return behavior.values[value] or str(value)
