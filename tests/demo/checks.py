# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of the demo's claims against the emulator's state and request log."""

from __future__ import annotations

import collections
import dataclasses
import hashlib
from collections.abc import Iterable
from typing import Any

from tests.emulator.process import Emulator

from .fleet import APPS, App
from .material import CERTIFICATES, PROFILES, UNDECLARED_PROFILE, Material
from .playbook import Run

Json = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Traffic:
    """The requests of one run to API and storage."""

    requests: int
    writes: int


def read_traffic(emulator: Emulator) -> Traffic:
    """Return the requests since the last call, and clear the request log."""
    entries = emulator.requests()
    emulator.clear_requests()
    return Traffic(len(entries), sum(entry["method"] not in ("GET", "HEAD") for entry in entries))


def problems_in_run(run: Run, *, apps: int) -> Iterable[str]:
    if run.failures:
        yield from run.failures
    elif run.exit_code:
        yield f"ansible-playbook ended with status {run.exit_code}"
    elif run.in_play != apps:
        yield f"the inventory should contain {apps} apps, but the play ran for {run.in_play}"


def problems_in_check(check: Run, requests: Traffic, before: Json, after: Json) -> Iterable[str]:
    if requests.writes:
        yield f"check mode sent {requests.writes} requests that write"
    if before != after:
        yield "check mode changed the service"
    if not check.changed:
        yield "check mode reported no change, although files are missing"


def problems_in_rollout(check: Run, rollout: Run) -> Iterable[str]:
    planned, done = _action_counts(check), _action_counts(rollout)
    for action in sorted((planned - done).elements()):
        yield f"check mode reported an action that the run did not do: {' '.join(action)}"
    for action in sorted((done - planned).elements()):
        yield f"the run did an action that check mode did not report: {' '.join(action)}"


def problems_in_second_run(again: Run, requests: Traffic) -> Iterable[str]:
    if again.changed:
        yield f"the second run changed {again.changed} files"
    if requests.writes:
        yield f"the second run sent {requests.writes} requests that write"


def _action_counts(run: Run) -> collections.Counter[tuple[str, ...]]:
    return collections.Counter(
        (action["action"], action["kind"], action["app_slug"], action["name"]) for action in run.actions
    )


def problems_in_state(before: Json, after: Json, material: Material) -> Iterable[str]:
    """Yield a text for each file that differs from its declaration, and for each undeclared change."""
    old = {app["title"]: app for app in before["apps"].values()}
    new = {app["title"]: app for app in after["apps"].values()}
    for app in APPS:
        if not app.is_rolled_out:
            if old[app.title] != new[app.title]:
                yield f"{app.title}: was changed, although the inventory does not contain it"
            continue
        for kind, expected in _declared(app, material).items():
            actual = [_properties(file) for file in new[app.title][kind]]
            missing = [file for file in expected if file not in actual]
            undeclared_files = [file for file in actual if file not in expected]
            yield from (f"{app.title}: {file['name']} is not as declared" for file in missing)
            yield from (f"{app.title}: {file['name']} is not declared" for file in undeclared_files)
            if not missing and not undeclared_files and len(actual) != len(expected):
                yield f"{app.title}: a file exists twice"


def _declared(app: App, material: Material) -> dict[str, list[Json]]:
    organization = app.organization
    certificate, profile = material.current[app.certificate_name], material.current[app.profile_name]
    profiles = [
        {
            "name": app.profile_name,
            "sha256": profile.sha256,
            "processed": True,
            "is_protected": organization.protects_profiles,
            "password": None,
        }
    ]
    if app.has_undeclared_profile:
        # Undeclared files are kept, because the demo does not purge.
        undeclared = {"name": UNDECLARED_PROFILE, "sha256": material.undeclared.sha256, "is_protected": False}
        profiles.append({**profiles[0], **undeclared})
    return {
        CERTIFICATES: [
            {
                "name": app.certificate_name,
                "sha256": certificate.sha256,
                "processed": True,
                "is_protected": organization.protects_certificates,
                "password": hashlib.sha256((certificate.password or "").encode()).hexdigest(),
            }
        ],
        PROFILES: profiles,
    }


def _properties(file: Json) -> Json:
    return {
        "name": file["upload_file_name"],
        "sha256": file["sha256"],
        "processed": file["processed"],
        "is_protected": file["is_protected"],
        "password": file["password_sha256"],
    }
