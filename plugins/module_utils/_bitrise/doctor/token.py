# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the token: whether it is valid, its owner, and its permissions in the apps."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from ..._core.errors import CiError, ServiceError
from ..._core.fields import text
from ..._core.text import plural
from ..accounts.endpoints import list_organizations
from ..artifacts.endpoints import Artifacts
from ..builds.endpoints import list_builds
from ..client import BitriseClient
from ..client_pool import ClientPool
from ..files.endpoints import get_file, list_files
from ..files.kinds import BUILD_CERTIFICATE, FILE_KINDS
from ..workers import run_concurrently
from .checks import Checks, Private, Value
from .connection import Probe

TOKEN = "token"  # noqa: S105 # the name of a group of checks
CREATION_ADVICE = (
    "Create a token on Bitrise (Account settings, Security). Then set it in the environment (BITRISE_API_TOKEN), or in "
    "the variable code_signing_api_token."
)
RIGHTS = {"signing": "signing files", "builds": "builds", "artifacts": "artifacts"}
_GRANTED, _REFUSED, _UNKNOWN = "granted", "refused", "unknown"
# Number of apps of the sample in which a file with a download URL is searched.
_STORAGE_TRIES = 5


@dataclass
class Account:
    """The account of the token, as far as the token can read it."""

    apps: list[dict[str, Any]] = field(default_factory=list)
    storage_url: str | None = field(default=None, repr=False)
    # Status codes of refused lists of signing files.
    refusals: list[int] = field(default_factory=list)


@dataclass
class _Rights:
    """Permissions of the token in each app of the sample, by right."""

    by_right: dict[str, dict[str, str]] = field(default_factory=lambda: {right: {} for right in RIGHTS})
    statuses: list[int] = field(default_factory=list)
    errors: list[CiError] = field(default_factory=list)
    storage_url: str | None = field(default=None, repr=False)
    lock: threading.Lock = field(default_factory=threading.Lock)


def check_validity(checks: Checks, problem: str | None) -> bool:
    """Check that there is a token. `problem`: the reason why it cannot be sent."""
    if problem is not None:
        checks.fail("valid", "{problem}", CREATION_ADVICE, problem=problem)
    return problem is None


def check_account(
    checks: Checks, clients: ClientPool, probe: Probe | None, sample: int | None, concurrency: int
) -> Account | None:
    """Check the owner, the apps and the permissions of the token. Return None if the apps cannot be listed."""
    client = clients.get()
    account = Account()
    try:
        account.apps = list(client.apps())
    except CiError as error:
        facts: Mapping[str, Value] = {"kind": error.kind, "status": error.status}
        if error.kind == "unauthorized":
            # The advice has no word that is likely as a token, because redaction would mask the word.
            advice = "Create a new one on Bitrise. This one is unknown to the service, has expired or was revoked."
            checks.fail("valid", "The service does not accept the token (401)", advice, facts)
            return None
        text_, advice = "The apps cannot be listed: {reason}", "Run the doctor again later."
        checks.fail("valid", text_, advice, facts, reason=Private("message", error.message))
        return None
    checks.ok("valid", "The service accepts the token")
    _check_owner(checks, probe)
    _check_organizations(checks, client)
    _check_apps(checks, account.apps)
    if account.apps:
        rights = _read_rights(clients, account.apps, sample, concurrency)
        account.refusals, account.storage_url = rights.statuses, rights.storage_url
        _check_rights(checks, account.apps, rights)
    return account


def _check_owner(checks: Checks, probe: Probe | None) -> None:
    """Report the owner of the token."""
    data = probe.body.get("data") if probe and probe.status == 200 and isinstance(probe.body, Mapping) else None
    user = data if isinstance(data, Mapping) else {}
    name = text(user.get("username"))
    if name and text(user.get("email")):
        checks.ok("owner", "It is the personal token of {user}", {"kind": "personal"}, user=Private("person", name))
        return
    status = probe.status if probe else None
    if status not in (200, 401, 403, 404):
        text_ = "The owner of the token is unknown: the service responds with {status}"
        checks.skip("owner", text_, "Run the doctor again later.", status=status)
        return
    facts: Mapping[str, Value] = {"kind": "workspace", "status": status}
    if name:
        checks.ok("owner", "It is the token of a workspace, {user}", facts, user=Private("person", name))
    else:
        checks.ok("owner", "It is the token of a workspace: the service names no person", facts)


def _check_organizations(checks: Checks, client: BitriseClient) -> None:
    try:
        found = list_organizations(client)
    except CiError as error:
        facts: Mapping[str, Value] = {"kind": error.kind, "status": error.status}
        advice = "Filters by organization in the inventory do not work with this token."
        reason = Private("message", error.message)
        checks.warn("organizations", "The organizations cannot be listed: {reason}", advice, facts, reason=reason)
        return
    names = [Private("organization", text(entry.get("name")) or entry["slug"]) for entry in found]
    facts = {"number": len(found)}
    if names:
        shown = plural(len(found), "organization")
        checks.ok("organizations", "{number}: {names}", facts, number=shown, names=names)
    else:
        checks.ok("organizations", "No organization", facts)


def _check_apps(checks: Checks, apps: Sequence[Mapping[str, Any]]) -> None:
    types = Counter(text(app.get("project_type")) or "other" for app in apps)
    disabled = sum(app.get("is_disabled") is True for app in apps)
    facts: dict[str, Value] = {"number": len(apps), "disabled": disabled}
    facts.update({f"type_{name}": number for name, number in types.items()})
    if not apps:
        advice = "Give the user or the workspace of the token access to the apps. A rollout needs at least one."
        checks.fail("apps", "The token has access to no app", advice, facts)
        return
    shown = ", ".join(f"{number} {name}" for name, number in types.most_common())
    more = f", {disabled} disabled" if disabled else ""
    checks.ok("apps", "{number}: {types}", facts, number=plural(len(apps), "app") + more, types=shown)


def _read_rights(
    clients: ClientPool, apps: Sequence[Mapping[str, Any]], sample: int | None, concurrency: int
) -> _Rights:
    slugs = [str(app["slug"]) for app in apps]
    if sample is not None and sample < len(slugs):
        # Distribute the sample over the list, and choose the same apps in each run.
        slugs = slugs[:: len(slugs) // sample][:sample] if sample else []
    rights = _Rights()

    def read(slug: str) -> None:
        client = clients.get()
        found = dict.fromkeys(RIGHTS, _UNKNOWN)
        found["signing"], refusal = _outcome(rights, lambda: _first(list_files(client, BUILD_CERTIFICATE, slug, 1)))
        builds: list[Any] = []
        found["builds"], _status = _outcome(rights, lambda: builds.extend(_first(list_builds(client, slug, {}, 1))))
        if builds:
            build = str(builds[0]["slug"])
            found["artifacts"], _status = _outcome(rights, lambda: _first(Artifacts(client, slug, build).each(1)))
        with rights.lock:
            for right, outcome in found.items():
                rights.by_right[right][slug] = outcome
            if refusal:
                rights.statuses.append(refusal)

    run_concurrently(clients, concurrency, slugs, read)
    granted = [slug for slug, outcome in rights.by_right["signing"].items() if outcome == _GRANTED]
    rights.storage_url = _storage_url(clients.get(), sorted(granted)[:_STORAGE_TRIES])
    return rights


def _first(entries: Iterable[Any]) -> list[Any]:
    return list(islice(entries, 1))


def _outcome(rights: _Rights, read: Callable[[], Any]) -> tuple[str, int | None]:
    """Return whether a list could be read, and the status of a refusal."""
    try:
        read()
    except ServiceError as error:
        if error.status in (401, 403, 404):
            return _REFUSED, error.status
        with rights.lock:
            rights.errors.append(error)
    except CiError as error:
        if error.ends_task:
            raise
        with rights.lock:
            rights.errors.append(error)
    else:
        return _GRANTED, None
    return _UNKNOWN, None


def _storage_url(client: BitriseClient, slugs: Sequence[str]) -> str | None:
    """Return a signed URL of any file in these apps. Only its host is used."""
    for slug in slugs:
        for kind in FILE_KINDS:
            try:
                for file in _first(list_files(client, kind, slug, 1)):
                    url = get_file(client, kind, slug, str(file["slug"])).get("download_url")
                    if isinstance(url, str) and url:
                        return url
            except CiError:
                continue
    return None


def _check_rights(checks: Checks, apps: Sequence[Mapping[str, Any]], rights: _Rights) -> None:
    titles = {str(app["slug"]): text(app.get("title")) or str(app["slug"]) for app in apps}
    for right, words in RIGHTS.items():
        outcomes = rights.by_right[right]
        counts = Counter(outcomes.values())
        known = counts[_GRANTED] + counts[_REFUSED]
        lacking = [Private("app", titles[slug]) for slug, outcome in sorted(outcomes.items()) if outcome == _REFUSED]
        facts: Mapping[str, Value] = {**{name: counts[name] for name in (_GRANTED, _REFUSED, _UNKNOWN)}}
        values: dict[str, Value] = {
            "granted": counts[_GRANTED],
            "known": known,
            "what": words,
            "apps": lacking,
            "noun": "app" if known == 1 else "apps",
        }
        if not known:
            if not outcomes:
                reason = "the sample has no app"
            elif right != "artifacts":
                reason = "see below"
            else:
                has_lists = _GRANTED in rights.by_right["builds"].values()
                reason = "no build was found" if has_lists else "no builds can be listed"
            checks.skip(right, "It is unknown whether it may list {what}: {reason}", what=words, reason=reason)
        elif not lacking:
            checks.ok(right, "It may list {what} in {granted} of {known} {noun}", facts, **values)
        else:
            text_ = "It may list {what} in {granted} of {known} {noun}, but not in {apps}"
            advice = {
                "signing": "Give the user of the token the role admin or owner in these apps, or exclude them from the "
                "rollout.",
                "builds": "Playbooks for builds fail for these apps.",
                "artifacts": "Playbooks for artifacts fail for these apps.",
            }[right]
            add = checks.fail if right == "signing" and not counts[_GRANTED] else checks.warn
            add(right, text_, advice, facts, **values)
    if rights.errors:
        error = rights.errors[0]
        text_ = "{number} of the lists could not be read, for example: {reason}"
        facts = {"number": len(rights.errors), "kind": error.kind, "status": error.status}
        advice = "Run the doctor again later."
        checks.warn("lists", text_, advice, facts, number=len(rights.errors), reason=Private("message", error.message))
