# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The behaviour of the service: ask every question that can be asked, and say which answers are not as expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...._core.errors import CiError
from ...._http.service_client import path_part
from ...behaviours.model import Value as Answer
from ...behaviours.table import BEHAVIOURS
from ...builds.model import RUNNING
from ...client import BitriseClient
from ..checks import Checks, Private, Value, plural
from .asking import Asker
from .certificate import (
    change_protected_password,
    follow_certificate,
)
from .files import (
    change_oddly,
    confirm_without_upload,
    create_oddly,
    name_oddly,
    upload_twice,
)
from .findings import Findings, is_asked
from .keystores import make_keystores
from .lists import list_files
from .material import Material
from .reading import (
    look_at_apps,
    look_at_builds,
    look_at_lists,
    look_at_refusals,
)
from .throwaways import Throwaways

BEHAVIOUR = "behaviour"
_LISTED_APPS = 10


@dataclass(frozen=True)
class Seen:
    """What the other checks have seen of the account. `me`: the answer to GET /me."""

    apps: Sequence[Mapping[str, Any]]
    me_status: int = 200
    me: Mapping[str, Any] = field(default_factory=dict)
    refusals: Sequence[int] = ()  # statuses with which lists of signing files were refused


def check_behaviour(
    checks: Checks,
    client: BitriseClient,
    token: str,
    app_slug: str | None,
    seen: Seen,
    *,
    writes: bool,
    is_check_mode: bool = False,
) -> dict[str, Answer | None]:
    """Find out how the service behaves, with throw-away files in an app. Return the answers for the record."""
    if not app_slug or not writes or is_check_mode:
        _skip(checks, app_slug, writes=writes)
        return {}
    app = Private("app", app_slug)
    asker = Asker(client, token)
    try:
        if not _may_probe(checks, asker, app_slug):
            return {}
        material = Material.make()
    except ImportError:
        text = "How the service behaves was not tried: cryptography is missing, which makes the throw-away files"
        checks.fail("probing", text, "Install cryptography for the Python that runs the doctor.")
        return {}
    except CiError as error:
        checks.fail("probing", "App {app}: {reason}", "", app=app, reason=Private("message", error.message))
        return {}
    findings = Findings()
    problems = _probe(checks, asker, app_slug, seen, material, findings)
    _report(checks, findings)
    _report_problems(checks, problems, asker.server_errors)
    return findings.as_record()


def _skip(checks: Checks, app_slug: str | None, *, writes: bool) -> None:
    if app_slug and writes:
        checks.skip("probing", "How the service behaves was not tried, because check mode creates no files")
        return
    missing = [*([] if app_slug else ["-e doctor_app=SLUG"]), *([] if writes else ["-e doctor_writes=true"])]
    advice = f"To try it with throw-away files in an app, add: {' '.join(missing)}"
    checks.skip("probing", "How the service behaves was not tried", advice)


def _may_probe(checks: Checks, asker: Asker, app_slug: str) -> bool:
    """Check that the app exists and is not used at the moment."""
    app = Private("app", app_slug)
    reply = asker.get(f"/apps/{path_part(app_slug)}")
    if not reply.succeeded:
        advice = "Check doctor_app. bitrise_app_info lists the slugs of the apps."
        checks.fail(
            "probing", "App {app} cannot be read ({status})", advice, {"status": reply.status},
            app=app, status=reply.status,
        )  # fmt: skip
        return False
    status, running = _running_builds(asker, app_slug)
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
        advice = "Name another app, or wait until the builds are over. Builds could use the throw-away files."
        text = "App {app} has {builds} running or waiting, so nothing was created there"
        checks.fail("probing", text, advice, app=app, builds=plural(running, "build"))
        return False
    return True


def _running_builds(asker: Asker, app_slug: str) -> tuple[int, int | None]:
    """Return the status of the answer, and the number of builds that run or wait; None if it is not known."""
    reply = asker.get(f"/apps/{path_part(app_slug)}/builds", status=RUNNING)
    if not reply.succeeded or not isinstance(reply.body, Mapping):
        return reply.status, None
    return reply.status, sum(build.get("status") == RUNNING for build in reply.entries)


def _probe(
    checks: Checks, asker: Asker, app_slug: str, seen: Seen, material: Material, findings: Findings
) -> list[CiError]:
    """Ask all questions. Return the errors of those that could not be asked to the end."""
    files = Throwaways(asker, app_slug)
    slugs = [app_slug, *(str(app["slug"]) for app in seen.apps[:_LISTED_APPS] if app["slug"] != app_slug)]
    _note_seen(seen, findings)
    reading: list[Callable[[], None]] = [
        lambda: look_at_refusals(asker, findings),
        lambda: look_at_apps(asker, findings, seen.apps),
        lambda: look_at_lists(asker, findings, slugs),
        lambda: look_at_builds(asker, findings, seen.me),
    ]
    writing: list[Callable[[], None]] = [
        lambda: follow_certificate(files, material, findings),
        lambda: change_protected_password(files, material, findings),
        lambda: create_oddly(files, material, findings),
        lambda: name_oddly(files, material, findings),
        lambda: change_oddly(files, material, findings),
        lambda: confirm_without_upload(files, material, findings),
        lambda: upload_twice(files, material, findings),
        lambda: list_files(files, findings),
        lambda: make_keystores(files, material, findings),
    ]
    problems: list[CiError] = []
    removed: list[str] = []
    kept: list[str] = []
    try:
        removed, kept = files.remove_leftovers()
        for step in (*reading, *writing):
            if step in writing and _running_builds(asker, app_slug)[1]:
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


def _note_seen(seen: Seen, findings: Findings) -> None:
    if seen.me_status in (401, 403, 404):
        findings.note("me", str(seen.me_status))
    elif seen.me.get("username") and not seen.me.get("email"):
        findings.note("me", "pseudo_user")
    for status in seen.refusals:
        findings.note("role_refused", str(status))


def _check_files(checks: Checks, removed: Sequence[str], kept: Sequence[str]) -> None:
    if kept:
        text = "{number} of the throw-away files could not be removed: {names}"
        advice = "Run the doctor again, or delete them on the page of the app. Builds do not need them."
        names = [Private("file", name) for name in kept]
        checks.fail("throwaways", text, advice, {"kept": len(kept)}, number=len(kept), names=names)
    elif removed:
        text = "All throw-away files were removed, also {number} of an earlier run"
        checks.ok("throwaways", text, {"removed": len(removed)}, number=len(removed))
    else:
        checks.ok("throwaways", "All throw-away files were removed")


def _report(checks: Checks, findings: Findings) -> None:
    asked = [key for key in BEHAVIOURS if is_asked(key)]
    different = {key: value for key, value in findings.values.items() if value != BEHAVIOURS[key].default}
    unknown = [key for key in asked if key not in findings.values and key not in findings.unusual]
    text = "{answered} of {asked} questions answered, {expected} as expected"
    answered = len(findings.values) + len(findings.unusual)
    expected = len(findings.values) - len(different)
    facts = {"unknown": unknown}
    checks.ok("answers", text, facts, answered=answered, asked=len(asked), expected=expected)
    for key, value in different.items():
        _add_difference(checks, key, value)
    for key, shown in findings.unusual.items():
        text = "{question} In a way that is not known: {answer}"
        advice = "Report this to the collection, with the record. Concerns {users}."
        question, users = BEHAVIOURS[key].question, BEHAVIOURS[key].users
        checks.warn(key, text, advice, {"value": shown}, question=question, answer=shown, users=users)


def _add_difference(checks: Checks, key: str, value: Answer) -> None:
    """Add an answer that is not the expected one. It is a warning only if it makes a difference to users."""
    behaviour, effect = BEHAVIOURS[key], BEHAVIOURS[key].effect(value)
    text = "{question} {answer} (expected: {default})"
    values: dict[str, Value] = {
        "question": behaviour.question,
        "answer": _in_words(key, value),
        "default": _in_words(key, behaviour.default),
        "effect": effect,
    }
    if effect:
        checks.warn(key, text, "{effect}", {"value": value}, **values)
    else:
        checks.ok(key, text + ". This makes no difference", {"value": value}, **values)


def _report_problems(checks: Checks, problems: Sequence[CiError], server_errors: int) -> None:
    if server_errors:
        text = "The service answered {number} with a server error, which tells nothing about its behaviour"
        number = plural(server_errors, "request")
        facts: Mapping[str, Value] = {"number": server_errors}
        checks.warn("server_errors", text, "Run the doctor again later.", facts, number=number)
    if problems:
        text = "{number} of the questions could not be asked to the end, for example: {reason}"
        reason = Private("message", problems[0].message)
        facts = {"kind": problems[0].kind, "status": problems[0].status}
        checks.fail("interrupted", text, "Run the doctor again later.", facts, number=len(problems), reason=reason)


def _in_words(key: str, value: Answer) -> str:
    """Return the meaning of an answer, such as "no, 400"."""
    behaviour = BEHAVIOURS[key]
    if behaviour.is_number:
        return f"{value:g} s" if key.endswith("_s") else f"{value:g}"
    return behaviour.values[value] or str(value)
