# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the demo claims, checked against the emulator's own records."""

from __future__ import annotations

import collections
import dataclasses
import hashlib
from collections.abc import Iterable
from typing import Any

from ..emulator.process import Emulator
from .fleet import APPS, App
from .material import CERTIFICATES, PROFILES, UNDECLARED_PROFILE, Material
from .playbook import Run

Json = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Traffic:
    """What one run asked of the service, storage included."""

    requests: int
    writes: int


def traffic(emulator: Emulator) -> Traffic:
    """The requests since the last time, and a fresh start."""
    entries = emulator.requests()
    emulator.clear_requests()
    return Traffic(len(entries), sum(entry["method"] not in ("GET", "HEAD") for entry in entries))


def problems_of_a_run(run: Run, *, apps: int) -> Iterable[str]:
    if run.failures:
        yield from run.failures
    elif run.exit_code:
        yield f"ansible-playbook ended with status {run.exit_code}"
    elif run.in_play != apps:
        yield f"the inventory should have held {apps} apps, the play was about {run.in_play}"


def problems_of_check(check: Run, seen: Traffic, before: Json, after: Json) -> Iterable[str]:
    if seen.writes:
        yield f"check mode sent {seen.writes} requests that write"
    if before != after:
        yield "check mode changed the service"
    if not check.changed:
        yield "check mode announced no change, although files are missing"


def problems_of_rollout(check: Run, rollout: Run) -> Iterable[str]:
    announced, done = _deeds(check), _deeds(rollout)
    for deed in sorted((announced - done).elements()):
        yield f"check mode announced what the run did not do: {' '.join(deed)}"
    for deed in sorted((done - announced).elements()):
        yield f"the run did what check mode had not announced: {' '.join(deed)}"


def problems_of_again(again: Run, seen: Traffic) -> Iterable[str]:
    if again.changed:
        yield f"the second run changed {again.changed} files again"
    if seen.writes:
        yield f"the second run sent {seen.writes} requests that write"


def _deeds(run: Run) -> collections.Counter[tuple[str, ...]]:
    return collections.Counter(
        (action["action"], action["kind"], action["app_slug"], action["name"]) for action in run.actions
    )


def problems_of_state(before: Json, after: Json, material: Material) -> Iterable[str]:
    """Where the service is not what was declared, or where more was touched than declared."""
    old = {app["title"]: app for app in before["apps"].values()}
    new = {app["title"]: app for app in after["apps"].values()}
    for app in APPS:
        if not app.is_rolled_out:
            if old[app.title] != new[app.title]:
                yield f"{app.title}: was touched, although the inventory does not hold it"
            continue
        for kind, wanted in _declared(app, material).items():
            found = [_facts(file) for file in new[app.title][kind]]
            missing = [file for file in wanted if file not in found]
            surplus = [file for file in found if file not in wanted]
            yield from (f"{app.title}: {file['name']} is not as declared" for file in missing)
            yield from (f"{app.title}: {file['name']} should not be there, or not so" for file in surplus)
            if not missing and not surplus and len(found) != len(wanted):
                yield f"{app.title}: a file is there twice"


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
        # Nobody declared it, and nobody asked for a purge: it stays.
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


def _facts(file: Json) -> Json:
    return {
        "name": file["upload_file_name"],
        "sha256": file["sha256"],
        "processed": file["processed"],
        "is_protected": file["is_protected"],
        "password": file["password_sha256"],
    }
