# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playbooks that tests kill: what the service holds before, and which variables the playbook gets."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.helpers.service import CERTIFICATES, KEYSTORES, PROFILES, PROJECT_FILES

DAY_S = 86_400
APPS = tuple(f"cc{number:014x}" for number in range(1, 5))
ALL_KINDS = (CERTIFICATES, PROFILES, KEYSTORES, PROJECT_FILES)
# Items by place. Each has a digest and the other values that count; a name may have several files.
Items = dict[tuple[str, ...], set[tuple[str, str]]]


@dataclass(frozen=True)
class Play:
    """A playbook of the collection, or a list of plays, with the apps of the service and the variables of all hosts."""

    playbook: str | Sequence[Mapping[str, Any]]
    apps: Sequence[Mapping[str, Any]]
    variables: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)  # variables that only -e can set


def _content(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _file(name: str, content: bytes, **more: Any) -> dict[str, Any]:
    return {"name": name, "content_base64": _content(content), **more}


def _declared(name: str, content: bytes, **more: Any) -> dict[str, Any]:
    return {"name": name, "content": _content(content), "verify": "none", **more}


def _apps(**files: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"title": slug, "slug": slug, **files} for slug in APPS]


def _rollout(playbook: str | Sequence[Mapping[str, Any]]) -> Play:
    """Replace a certificate and a hidden profile, upload another one, beside files that nothing declares."""
    return Play(
        playbook,
        _apps(
            **{
                CERTIFICATES: [_file("dist.p12", b"old", certificate_password="one"), _file("other.p12", b"x")],
                PROFILES: [_file("shop", b"old profile", is_expose=False), _file("other", b"x")],
            }
        ),
        {
            "code_signing_certificates": [_declared("dist.p12", b"new", certificate_password="two")],
            "code_signing_profiles": [
                _declared("shop", b"new profile"),
                _declared("watch", b"first", is_protected=True),
            ],
            "code_signing_concurrency": 3,
        },
    )


def _rotation() -> Play:
    """Upload a certificate under a new name, in two batches, then delete the certificate that it replaces."""
    return Play(
        "mobileops.ci.rotate_certificate",
        _apps(
            **{
                CERTIFICATES: [_file("dist-2025.p12", b"old"), _file("other.p12", b"x")],
                PROFILES: [_file("shop", b"old profile")],
            }
        ),
        {
            "code_signing_certificates": [_declared("dist.p12", b"new")],
            "code_signing_profiles": [_declared("shop", b"new profile")],
            "rotate_certificate_old": ["dist-2025.p12"],
        },
        {"rotate_certificate_batch": 2},
    )


def _retention() -> Play:
    """Delete the artifacts of old builds, and keep those of the two newest ones."""

    def build(slug: str, days: int) -> dict[str, Any]:
        artifacts = [{"slug": f"{slug}-{number}", "title": f"{number}.apk", "content": "x"} for number in range(2)]
        return {"slug": slug, "age_s": days * DAY_S, "artifacts": artifacts}

    apps = [
        {**app, "builds": [build(f"{app['slug']}-{number}", 40 + number) for number in range(4)]} for app in _apps()
    ]
    return Play(
        "mobileops.ci.artifact_retention",
        apps,
        {"artifact_retention_older_than_days": 30, "artifact_retention_keep_builds": 2},
    )


def _adopt() -> Play:
    """Write the declarations and the files of all apps beside the inventory."""
    apps = [
        {**app, PROFILES: [_file("shop", app["slug"].encode()), _file("shared", b"the same in all apps")]}
        for app in _apps()
    ]
    return Play("mobileops.ci.adopt", apps)


PLAYS: Mapping[str, Play] = {
    "rollout": _rollout("mobileops.ci.rollout"),
    "role": _rollout([{"hosts": "all", "gather_facts": False, "roles": ["mobileops.ci.code_signing"]}]),
    "rotate_certificate": _rotation(),
    "artifact_retention": _retention(),
    "adopt": _adopt(),
}


def items_of(state: Mapping[str, Any], folder: Path) -> Items:
    """Return the complete files and the artifacts of a service, and the visible files in a folder."""
    found: Items = {}
    for slug, app in state["apps"].items():
        for kind in ALL_KINDS:
            for file in app[kind]:
                if file["processed"]:
                    others = repr(sorted(item for item in file.items() if item[0] not in ("slug", "sha256")))
                    found.setdefault((slug, kind, file["upload_file_name"]), set()).add((file["sha256"], others))
        for build in app["builds"]:
            for artifact in build["artifacts"]:
                found[slug, "artifact", artifact["slug"]] = {(artifact["title"], "")}
    for path in folder.rglob("*"):
        relative = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in relative.parts):
            found["local", str(relative)] = {(hashlib.sha256(path.read_bytes()).hexdigest(), "")}
    return found


def losses(before: Items, now: Items, after: Items) -> list[str]:
    """Return what is wrong at a moment between `before` and `after`, which are what an undisturbed run makes of it."""
    wrong = []
    for place in sorted({*before, *now, *after}):
        held = now.get(place, set())
        if place in before and place in after and not held:
            wrong.append(f"{place} is lost")
        if before.get(place) == after.get(place) and held != before.get(place):
            wrong.append(f"{place} changed")
        known = {digest for digest, _others in before.get(place, set()) | after.get(place, set())}
        if not {digest for digest, _others in held} <= known:
            wrong.append(f"{place} has a content that nothing declares")
    return wrong
