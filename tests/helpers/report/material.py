# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of bitrise_code_signing_info for invented apps, as of a fixed day: the same in every run."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Json = dict[str, Any]

NOW = dt.datetime(2026, 11, 21, 9, 30, tzinfo=dt.UTC)
TODAY = NOW.date().isoformat()
FINDING_NAMES = ("expired", "invalid", "expiring", "unpaired", "unprocessed", "duplicated", "unverifiable")
PLURALS = {
    "build_certificate": "build_certificates",
    "provisioning_profile": "provisioning_profiles",
    "android_keystore": "android_keystores",
    "project_file": "project_files",
}
WITHIN = 30
_TEAMS = (("9A7BC3D2EF", "Example Mobile GmbH"), ("K2L8M4N6P0", "Beispiel Bank AG"))
_TYPES = ("app-store", "ad-hoc", "development", "enterprise")
_NAMES = ("Shop", "Bank", "Café", "Wetter", "News", "Kiosk", "Fahrplan", "Photos", "Health", "Tickets")

# Each is an opening for another mistake.
HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script><!--",
    "{{ 7*7 }}{% raw %}",
    '"onmouseover=alert(3) x="',
    "'><img src=x onerror=alert(4)>",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "-2+3",
    "+49 30, 1;2\ttab\nline",
    "&lt;b&gt; &amp;",
    "مرحبا \u202etxet\u202c שלום",
    "  =1+1",
    "x;=1+1; +2",
    "javascript:alert(5)",
    '\x00 \x1b[31m \ud800 \\u0041 \\" {{',
    "a backslash \\",
    "Shop 🚀 \U0001f469\u200d\U0001f680",
    "x" * 300,
)


def digest(text: str, length: int = 64) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def expiry(days: float | None) -> Json:
    if days is None:
        return {"expires_at": None, "days_left": None}
    moment = NOW + dt.timedelta(days=days, hours=1)
    return {"expires_at": moment.isoformat().replace("+00:00", "Z"), "days_left": (moment - NOW).days}


def file(kind: str, name: str, identity: str, days: float | None = 200, **other: Any) -> Json:
    """Return a file with its details. `listed_in` holds by list the reason why the file is in it."""
    team, team_name = _TEAMS[int(digest(identity, 2), 16) % 2]
    known: dict[str, Json] = {
        "provisioning_profile": {
            "name": name.removesuffix(".mobileprovision"),
            "uuid": digest(f"uuid {identity}", 32),
            "team_id": team,
            "team_name": team_name,
            "app_id": f"{team}.com.example.{digest(identity, 5)}",
            "bundle_id": f"com.example.{digest(identity, 5)}",
            "type": _TYPES[int(digest(identity, 4), 16) % 4],
            "platforms": ["iOS"],
            "created_at": "2026-01-02T03:04:05Z",
            "devices": 12,
            "certificates": [digest(f"certificate {team}", 40)],
            "entitlements": {"get-task-allow": False},
        },
        "build_certificate": {
            "common_name": f"Apple Distribution: {team_name} ({team})",
            "team_id": team,
            "serial": digest(f"serial {team}", 16),
            "sha1": digest(f"certificate {team}", 40),
            "sha256": digest(f"certificate {team}"),
            "not_before": "2026-01-02T03:04:05Z",
            "has_private_key": True,
            "chain": 2,
            "use": "distribution",
        },
        "android_keystore": {
            "type": "pkcs12",
            "alias": "upload",
            "sha256_fingerprint": digest(identity),
            "not_before": "2026-01-02T03:04:05Z",
        },
    }
    inside = known.get(kind)
    return {
        "slug": digest(f"slug {identity}", 16),
        "upload_file_name": name,
        "upload_file_size": 4321,
        "processed": True,
        "is_protected": False,
        "is_expose": True,
        "sha256": digest(f"content {identity}"),
        "details": {**inside, **expiry(days)} if inside else None,
        "findings": [],
        **other,
    }


def answer(apps: Mapping[str, Json], unreadable: Iterable[Json] = ()) -> Json:
    """Return the result of the module for these apps. `listed_in` of a file holds its lists with the reasons."""
    lists: dict[str, list[Json]] = {name: [] for name in FINDING_NAMES}
    files = 0
    for slug, app in apps.items():
        for kind, plural in PLURALS.items():
            for one in app.get(plural, []):
                files += 1
                details = one["details"] or {}
                entry = {
                    "app_slug": slug,
                    "app_title": app["title"],
                    "kind": kind,
                    "slug": one["slug"],
                    "name": one["upload_file_name"],
                    "expires_at": details.get("expires_at"),
                    "days_left": details.get("days_left"),
                }
                for name, reason in {**_by_date(details), **one.pop("listed_in", {})}.items():
                    lists[name].append({**entry, "reason": reason})
    for entries in lists.values():
        entries.sort(key=lambda entry: (entry["days_left"] is None, entry["days_left"] or 0, entry["app_slug"]))
    gone = list(unreadable)
    for app in gone:
        error = {"msg": app["reason"], "kind": "forbidden", "status": 403}
        apps = {
            **apps,
            app["app_slug"]: {
                "title": app["app_title"],
                "owner": None,
                "error": error,
                **{plural: [] for plural in PLURALS.values()},
            },
        }
    numbers = {name: len(entries) for name, entries in lists.items()}
    return {
        "apps": dict(apps),
        **lists,
        "unreadable": gone,
        "expires_within": WITHIN,
        "summary": {
            "apps": len(apps),
            "unreadable": len(gone),
            "files": files,
            **numbers,
            "requests": 9,
            "waited_s": 0.0,
            "refused": 0,
            "seconds": 1.5,
        },
    }


def _by_date(details: Json) -> dict[str, str]:
    days = details.get("days_left")
    if days is None or days >= WITHIN:
        return {}
    moment = details["expires_at"][:10]
    return {"expired": f"It expired on {moment}."} if days < 0 else {"expiring": f"It expires on {moment}."}


def app(title: str | None, files: Sequence[tuple[str, Json]], owner: str | None = None) -> Json:
    lists: Json = {plural: [] for plural in PLURALS.values()}
    for kind, one in files:
        lists[PLURALS[kind]].append(one)
    return {"title": title, "owner": owner, "error": None, **lists}


def fleet(number: int) -> Json:
    """Return apps with five files each, most without findings. Every fifth app has a certificate that expires soon."""
    apps: Json = {}
    for index in range(number):
        slug = digest(f"app {index}", 16)
        title = f"{_NAMES[index % len(_NAMES)]} {index // len(_NAMES) + 1}"
        days = 40 + int(digest(slug, 6), 16) % 500
        first = {3: -12, 8: 9, 14: 23}.get(index % 60, days)
        shared = expiry(17) if index % 5 == 0 else expiry(280)
        certificate = file("build_certificate", "Distribution.p12", f"shared {index % 5 == 0} {slug}")
        certificate["details"].update(shared)
        second = file("provisioning_profile", f"{title} widget.mobileprovision", f"{slug} 2", days + 30)
        if index % 25 == 7:
            second["listed_in"] = {
                "unpaired": "It does not embed any certificate of the app, so builds cannot sign with it."
            }
        third = file("build_certificate", "Development.p12", f"{slug} 3", 150)
        if index % 20 == 11:
            third |= {"is_protected": True, "sha256": None}
            third["details"] = None
            third["listed_in"] = {"unverifiable": "It is protected, so the service does not return its content."}
        keystore = file("android_keystore", "upload.jks", f"{slug} 4", 4000)
        if index % 40 == 19:
            keystore |= {"processed": False, "details": None}
            keystore["listed_in"] = {"unprocessed": "Its upload was never finished, so builds cannot use it."}
        files = [
            ("provisioning_profile", file("provisioning_profile", f"{title}.mobileprovision", f"{slug} 1", first)),
            ("provisioning_profile", second),
            ("build_certificate", certificate),
            ("build_certificate", third),
            ("android_keystore", keystore),
        ]
        apps[slug] = app(title, files, owner=("Example Mobile", "Beispiel Bank", "Kiosk & Co")[index % 3])
    return answer(apps)


def hostile() -> Json:
    """Return apps in which each external text is hostile, in turn."""
    apps: Json = {}
    for index, text in enumerate(HOSTILE):
        one = file("provisioning_profile", text, f"hostile {index}", 10)
        for key in ("name", "uuid", "team_id", "team_name", "app_id", "bundle_id", "type"):
            one["details"][key] = text
        one["details"] |= {"platforms": [text], "certificates": [text], "created_at": text}
        one["listed_in"] = {"invalid": text, "duplicated": text}
        one["findings"] = [{"code": text, "severity": "warning", "message": text}]
        certificate = file("build_certificate", text, f"hostile certificate {index}", -3, sha256=text)
        certificate["details"] |= {"common_name": text, "serial": text, "sha1": text, "not_before": text}
        keystore = file("android_keystore", text, f"hostile keystore {index}", None)
        keystore["details"] |= {"alias": text, "type": text, "sha256_fingerprint": text}
        other = file("project_file", text, f"hostile file {index}", slug=f"{index}{text}")
        files = [("provisioning_profile", one), ("build_certificate", certificate), ("android_keystore", keystore)]
        apps[f"{text} {index}"] = app(text, [*files, ("project_file", other)], owner=text)
    return answer(apps, [{"app_slug": "unreadable", "app_title": HOSTILE[0], "reason": HOSTILE[1]}])


def nothing() -> Json:
    return answer({})


def one_app() -> Json:
    """Return an app without a title and with a file of each finding. Some kinds were not requested."""
    profile = file("provisioning_profile", "Shop.mobileprovision", "one", -40)
    profile["listed_in"] = {"unpaired": "It does not embed any certificate of the app, so builds cannot sign with it."}
    found = app(None, [("provisioning_profile", profile)])
    del found["project_files"], found["android_keystores"]
    return answer({"0123456789abcdef": found})
