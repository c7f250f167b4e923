# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks that change something, with what the apps hold before and after. Every test of this folder drives them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.fleet.entry import CODE_SIGNING
from ansible_collections.mobileops.ci.plugins.module_utils._entry import Entry
from tests.unit.plugins.helpers.service import CERTIFICATES, KEYSTORES, PROFILES, PROJECT_FILES, env_key
from tests.unit.plugins.helpers.tasks import MANAGING, b64

from .material import PASSWORD, material

APPS = ("aa00000000000001", "aa00000000000002")
HOUR_S = 3600
NEW = b"new content"
OLD = b"old content"  # of the same size
SHORT = b"short"
BYSTANDER = "other"


@dataclass(frozen=True)
class There:
    """A file that an app has at the beginning. Without content it was never confirmed."""

    name: str
    content: bytes | None
    more: Mapping[str, Any] = field(default_factory=dict)

    def fixture(self, kind: str) -> dict[str, Any]:
        key = {"user_env_key": env_key(self.name)} if kind == PROJECT_FILES else {}
        if self.content is None:
            return {"name": self.name, "size": len(NEW), **key, **self.more}
        return {"name": self.name, "content_base64": base64.b64encode(self.content).decode(), **key, **self.more}


def there(name: str, content: bytes | None, **more: Any) -> There:
    return There(name, content, more)


@dataclass(frozen=True)
class Wanted:
    """A processed file that an app has in the end."""

    name: str
    content: bytes
    is_protected: bool = False
    is_expose: bool = True
    password: str = ""
    env_key: str = ""


Files = Mapping[str, Sequence[There]]
Options = Mapping[str, Any]
# An entry and its options, but for the connection and, for a single file, the app.
Task = tuple[Entry, Options]


@dataclass(frozen=True)
class Scenario:
    """One task. `wanted` holds for each app and kind that has files before or after.

    `gaps`: names that the task itself leaves without a file for a while. `passwords`: what opens a content; a
    certificate without it is of no use. `pairs`: contents that fit together, certificate first.
    """

    before: Files
    task: Task
    wanted: Mapping[str, Sequence[Wanted]]
    gaps: frozenset[str] = frozenset()
    passwords: Mapping[bytes, str] = field(default_factory=dict)
    pairs: Sequence[tuple[bytes, bytes]] = ()
    changes: bool = True
    tidies: bool = True  # whether a run an hour later removes what was left unfinished
    waits: frozenset[str] = frozenset()  # kinds of errors with which a rerun may have to wait for that hour
    switches: Mapping[str, Any] = field(default_factory=dict)
    apps: Sequence[str] = APPS[:1]
    others: frozenset[bytes] = frozenset()  # contents that somebody else uploads under the declared names
    refuses: frozenset[str] = frozenset()  # kinds of errors with which a rerun may ask the user, changing nothing
    loose: frozenset[str] = frozenset()  # names of which it does not matter whether they are protected

    def fixture(self) -> list[dict[str, Any]]:
        return [
            {
                "title": app,
                "slug": app,
                **{kind: [file.fixture(kind) for file in files] for kind, files in self.holds()},
            }
            for app in self.apps
        ]

    def holds(self) -> list[tuple[str, list[There]]]:
        """Return the files before by kind, with one that no task is about."""
        kinds = [kind for kind in MANAGING if self.before.get(kind) or self.wanted.get(kind)]
        beside = [there(BYSTANDER, b"x")]
        return [(kind, [*(beside if self.has_bystander(kind) else []), *self.before.get(kind, ())]) for kind in kinds]

    def has_bystander(self, kind: str) -> bool:
        """Return whether a file stays that nothing declares. A purge leaves none."""
        return any(wanted.name == BYSTANDER for wanted in self.wanted.get(kind, ()))

    def contents(self, kind: str, name: str) -> set[bytes]:
        """Return the contents that a file of this name may have."""
        known = {file.content for file in self.before.get(kind, ()) if file.name == name and file.content is not None}
        return known | self.others | {file.content for file in self.wanted.get(kind, ()) if file.name == name}


def bystander(kind: str) -> Wanted:
    keys = {KEYSTORES: "ANDROID_KEYSTORE", PROJECT_FILES: env_key(BYSTANDER)}
    return Wanted(BYSTANDER, b"x", env_key=keys.get(kind, ""))


def single(
    kind: str,
    before: Sequence[There],
    wanted: Sequence[Wanted],
    *,
    data: bytes | None = NEW,
    beside: bool = True,
    scenario: Mapping[str, Any] | None = None,
    **options: Any,
) -> Scenario:
    """A task of a module that manages one file, `dist` unless it says otherwise."""
    given: dict[str, Any] = {"name": "dist", **({} if data is None else {"content": b64(data)})}
    if kind == PROJECT_FILES:
        if data is not None:
            given["user_env_key"] = env_key("dist")
    else:
        given["verify"] = "none"
    others = [bystander(kind)] if beside else []
    return Scenario(
        {kind: before}, (MANAGING[kind], {**given, **options}), {kind: [*wanted, *others]}, **(scenario or {})
    )


def fleet(before: Files, wanted: Mapping[str, Sequence[Wanted]], **more: Any) -> Scenario:
    """A task of the fleet module about two apps, one after the other."""
    fields = ("gaps", "passwords", "pairs", "changes", "tidies", "switches", "apps")
    chosen = {"apps": APPS, **{name: more.pop(name) for name in fields if name in more}}
    return Scenario(before, (CODE_SIGNING, {"concurrency": 1, **more}), wanted, **chosen)


def declared(name: str, content: bytes, **more: Any) -> dict[str, Any]:
    return {"name": name, "content": b64(content), "verify": "none", **more}


def declared_project_file(name: str, content: bytes, **more: Any) -> dict[str, Any]:
    return {"name": name, "content": b64(content), "user_env_key": env_key(name), **more}


def wanted(content: bytes, **more: Any) -> Wanted:
    return Wanted("dist", content, **more)


def old(content: bytes | None, **more: Any) -> There:
    return There("dist", content, more)


HIDDEN: dict[str, Any] = {"is_expose": False}
CLOSED: dict[str, Any] = {"is_protected": True}
KEY: dict[str, Any] = {"env_key": env_key("dist")}
SLUG = "01HF7YAT0000000000000000AA"
TWO: dict[str, Any] = {"env_key": "ANDROID_KEYSTORE_TWO"}
LEFTOVER = old(None, age_s=2 * HOUR_S)
YOUNG = old(None, age_s=600)


def _profiles() -> dict[str, Scenario]:
    make = partial(single, PROFILES)
    hidden_and_closed: dict[str, Any] = {**HIDDEN, **CLOSED}
    genuine = material(2).profile
    size = len(genuine)
    return {
        "first upload": make([], [wanted(NEW)]),
        "first upload, flags": make([], [wanted(NEW, **hidden_and_closed)], **hidden_and_closed),
        "replacement": make([old(OLD)], [wanted(NEW)]),
        "replacement, flags": make([old(OLD)], [wanted(NEW, **hidden_and_closed)], **hidden_and_closed),
        "replacement, inherits is_expose": make([old(OLD, **HIDDEN)], [wanted(NEW, **HIDDEN)]),
        "replacement, another is_expose": make([old(OLD, **HIDDEN)], [wanted(NEW)], is_expose=True),
        "protected, another size": make([old(SHORT, **CLOSED)], [wanted(NEW, **CLOSED)]),
        "protected and hidden, another size": make(
            [old(SHORT, **hidden_and_closed)], [wanted(NEW, **hidden_and_closed)]
        ),
        "protected, protection declared": make([old(SHORT, **CLOSED)], [wanted(NEW, **CLOSED)], is_protected=True),
        "protected, another is_expose": make(
            [old(SHORT, **CLOSED)], [wanted(NEW, **hidden_and_closed)], is_expose=False
        ),
        "protected, same size, warn": make([old(OLD, **CLOSED)], [wanted(OLD, **CLOSED)], scenario={"changes": False}),
        "protected, same size, trust": make(
            [old(OLD, **CLOSED)], [wanted(OLD, **CLOSED)], on_unverifiable="trust", scenario={"changes": False}
        ),
        "protected, same size, older than the declared one": make(
            [old(b"o" * size, **CLOSED)], [wanted(genuine, **CLOSED)], data=genuine
        ),
        "protected, same size, newer than the declared one": make(
            [old(b"o" * size, age_s=HOUR_S, **CLOSED)],
            [wanted(b"o" * size, **CLOSED)],
            data=genuine,
            scenario={"changes": False},
        ),
        "renewal": make([old(material(1).profile)], [wanted(genuine)], data=genuine),
        "renewal, protected": make([old(material(1).profile, **CLOSED)], [wanted(genuine, **CLOSED)], data=genuine),
        "several generations": make(
            [old(material(0).profile), old(material(1).profile, **HIDDEN)], [wanted(genuine, **HIDDEN)], data=genuine
        ),
        "cut-off replacement": make([old(OLD, **HIDDEN), old(NEW)], [wanted(NEW, **HIDDEN)]),
        "cut-off replacement, protected": make([old(OLD, **CLOSED), old(NEW)], [wanted(NEW, **CLOSED)]),
        "copies": make([old(NEW), old(NEW)], [wanted(NEW)]),
        "copies, to be protected": make([old(NEW), old(NEW)], [wanted(NEW, **CLOSED)], is_protected=True),
        "duplicates, all but the declared one": make(
            [old(OLD), old(NEW), old(SHORT)], [wanted(NEW)], duplicates="remove"
        ),
        "leftover": make([LEFTOVER], [wanted(NEW)]),
        "leftover beside the old one": make([LEFTOVER, old(OLD)], [wanted(NEW)]),
        "leftover beside the declared one": make([LEFTOVER, old(NEW)], [wanted(NEW)]),
        "an upload that may be under way": make([old(OLD), YOUNG], [wanted(NEW)]),
        "replacement by slug": make(
            [old(SHORT, slug=SLUG, **CLOSED), old(b"a third")],
            [wanted(NEW, **CLOSED), wanted(b"a third")],
            slug=SLUG,
        ),
        "flags": make([old(NEW)], [wanted(NEW, **hidden_and_closed)], **hidden_and_closed),
        "flags only": make(
            [old(OLD)],
            [wanted(OLD, **hidden_and_closed)],
            data=None,
            scenario={"tidies": False},
            **hidden_and_closed,
        ),
        "absent": make([old(OLD)], [], data=None, state="absent", scenario={"gaps": frozenset({"dist"})}),
        "absent, duplicates": make(
            [old(OLD), old(NEW, **CLOSED)],
            [],
            data=None,
            state="absent",
            duplicates="remove",
            scenario={"gaps": frozenset({"dist"})},
        ),
    }


def _certificates() -> dict[str, Scenario]:
    make = partial(single, CERTIFICATES)
    new, previous = material(2).certificate, material(1).certificate
    opens: dict[str, Any] = {"scenario": {"passwords": {new: PASSWORD, previous: PASSWORD}}}
    inherits = wanted(new, password=PASSWORD)
    closed = wanted(new, password=PASSWORD, **CLOSED)
    return {
        "first upload, password": make([], [inherits], data=new, certificate_password=PASSWORD, **opens),
        "first upload, password, protected": make(
            [], [closed], data=new, certificate_password=PASSWORD, is_protected=True, **opens
        ),
        "replacement": make([old(OLD)], [wanted(NEW)]),
        "replacement, inherits password": make(
            [old(previous, certificate_password=PASSWORD)], [inherits], data=new, **opens
        ),
        "replacement, another password": make(
            [old(OLD, certificate_password="one")],
            [wanted(NEW, password="two", **HIDDEN)],
            certificate_password="two",
            is_expose=False,
            scenario={"passwords": {OLD: "one", NEW: "two"}},
        ),
        "replacement, becomes protected": make(
            [old(previous, certificate_password=PASSWORD)], [closed], data=new, is_protected=True, **opens
        ),
        "protected": make(
            [old(previous, certificate_password=PASSWORD, **CLOSED)],
            [closed],
            data=new,
            certificate_password=PASSWORD,
            **opens,
        ),
        "protected, protection declared": make(
            [old(previous, certificate_password=PASSWORD, **CLOSED, **HIDDEN)],
            [wanted(new, password=PASSWORD, **CLOSED, **HIDDEN)],
            data=new,
            certificate_password=PASSWORD,
            is_protected=True,
            **opens,
        ),
        "password": make(
            [old(NEW, certificate_password="wrong")], [wanted(NEW, password="two")], certificate_password="two"
        ),
        "cut-off replacement, password": make(
            [old(previous, certificate_password=PASSWORD), old(new)], [inherits], data=new, **opens
        ),
        "duplicates and a leftover": make([old(OLD), old(SHORT), LEFTOVER], [wanted(NEW)], duplicates="remove"),
        "absent, duplicates": make(
            [old(OLD), old(NEW)],
            [],
            data=None,
            state="absent",
            duplicates="remove",
            scenario={"gaps": frozenset({"dist"})},
        ),
    }


def _project_files() -> dict[str, Scenario]:
    make = partial(single, PROJECT_FILES)
    gap: dict[str, Any] = {"scenario": {"gaps": frozenset({"dist"})}, "replace_order": "delete_first"}
    both: dict[str, Any] = {**HIDDEN, **CLOSED}
    return {
        "first upload": make([], [wanted(NEW, **KEY, **HIDDEN)], is_expose=False),
        "replacement": make([old(OLD)], [wanted(NEW, **KEY)]),
        "replacement, flags": make([old(OLD)], [wanted(NEW, **KEY, **both)], **both),
        "protected, another size": make([old(SHORT, **CLOSED)], [wanted(NEW, **KEY, **CLOSED)]),
        "protected, same size, warn": make(
            [old(OLD, **CLOSED)], [wanted(OLD, **KEY, **CLOSED)], scenario={"changes": False}
        ),
        "old one first": make([old(OLD)], [wanted(NEW, **KEY)], **gap),
        "old one first, leftover": make([old(OLD), LEFTOVER], [wanted(NEW, **KEY)], **gap),
        "old one first, unique keys": make(
            [old(OLD)],
            [wanted(NEW, **KEY)],
            replace_order="delete_first",
            scenario={"gaps": frozenset({"dist"}), "switches": {"unique_env_keys": True}},
        ),
    }


def _keystores() -> dict[str, Scenario]:
    make = partial(single, KEYSTORES)
    new, previous = material(2).keystore, material(1).keystore
    told: dict[str, Any] = {"alias": "release", "password": PASSWORD}
    first: dict[str, Any] = {"env_key": "ANDROID_KEYSTORE"}
    named: dict[str, Any] = {"keystore_file_name": "TWO", "password": PASSWORD, "alias": "release"}
    gap: dict[str, Any] = {"scenario": {"gaps": frozenset({"dist"})}, "replace_order": "delete_first"}
    return {
        # A slot of a run that was killed has the key of the first keystore until it is too old to be under way.
        "first upload": make(
            [],
            [wanted(new, password=PASSWORD, **first)],
            data=new,
            beside=False,
            scenario={"waits": frozenset({"env_key"})},
            **told,
        ),
        "replacement, keeps its key": make(
            [old(NEW, **named)], [wanted(OLD, password=PASSWORD, **TWO)], data=OLD, keystore_name="TWO", **told
        ),
        "replacement, inherits its key": make(
            [old(NEW, **named)], [wanted(OLD, password=PASSWORD, **TWO)], data=OLD, **told
        ),
        "old one first": make(
            [old(NEW, **named)],
            [wanted(new, password=PASSWORD, **TWO)],
            data=new,
            keystore_name="TWO",
            **told,
            **gap,
        ),
        "old one first, the only one": make(
            [old(NEW)], [wanted(new, password=PASSWORD, **first)], data=new, beside=False, **told, **gap
        ),
        "leftover": make([LEFTOVER], [wanted(new, password=PASSWORD, **TWO)], data=new, keystore_name="TWO", **told),
        "renewal of another key pair, old one first": make(
            [old(previous, **named)],
            [wanted(new, password=PASSWORD, **TWO)],
            data=new,
            keystore_name="TWO",
            **told,
            **gap,
        ),
    }


def _fleets() -> dict[str, Scenario]:
    one, two = material(1), material(2)
    opens = {one.certificate: PASSWORD, two.certificate: PASSWORD}
    renewed = [
        Wanted("dist.p12", two.certificate, password=PASSWORD),
        Wanted("shop", two.profile),
        Wanted("watch", two.second_profile, **HIDDEN),
    ]
    before = {
        CERTIFICATES: [there("dist.p12", one.certificate, certificate_password=PASSWORD)],
        PROFILES: [there("shop", one.profile), there("watch", one.second_profile, **HIDDEN)],
    }
    rotation: dict[str, Any] = {
        "build_certificates": [declared("dist.p12", two.certificate)],
        "provisioning_profiles": [declared("shop", two.profile), declared("watch", two.second_profile)],
        "passwords": opens,
        "pairs": [(m.certificate, profile) for m in (one, two) for profile in (m.profile, m.second_profile)],
    }
    after = {CERTIFICATES: [renewed[0], bystander(CERTIFICATES)], PROFILES: [*renewed[1:], bystander(PROFILES)]}
    closed_before = {
        CERTIFICATES: [there("dist.p12", one.certificate, certificate_password=PASSWORD, **CLOSED)],
        PROFILES: [there("shop", one.profile, **CLOSED), there("watch", one.second_profile, **HIDDEN)],
    }
    closed_after = {
        CERTIFICATES: [Wanted("dist.p12", two.certificate, password=PASSWORD, **CLOSED), bystander(CERTIFICATES)],
        PROFILES: [Wanted("shop", two.profile, **CLOSED), renewed[2], bystander(PROFILES)],
    }
    closed = {**rotation, "build_certificates": [declared("dist.p12", two.certificate, certificate_password=PASSWORD)]}
    return {
        "rotation": fleet(before, after, **rotation),
        "rotation, protected": fleet(closed_before, closed_after, **closed),
        "rotation and purge": fleet(
            {
                CERTIFICATES: [*before[CERTIFICATES], there("gone.p12", b"x")],
                PROFILES: [*before[PROFILES], there("gone", b"x"), there("cut off", None, age_s=2 * HOUR_S)],
            },
            {kind: files[:-1] for kind, files in after.items()},
            purge=[CERTIFICATES, PROFILES],
            **rotation,
        ),
        "rollout": fleet(
            {
                CERTIFICATES: [there("dist.p12", OLD, certificate_password="one")],
                PROFILES: [
                    there("dist", b"some older bytes", **CLOSED),
                    there("first", None, age_s=2 * HOUR_S),
                ],
            },
            {
                CERTIFICATES: [
                    Wanted("dist.p12", NEW, password="one", **CLOSED),
                    bystander(CERTIFICATES),
                ],
                PROFILES: [wanted(NEW, **CLOSED), Wanted("first", b"1", **HIDDEN), bystander(PROFILES)],
            },
            build_certificates=[declared("dist.p12", NEW, is_protected=True)],
            provisioning_profiles=[declared("dist", NEW), declared("first", b"1", is_expose=False)],
            passwords={OLD: "one", NEW: "one"},
        ),
        "keystores and project files": fleet(
            {
                KEYSTORES: [there("dist", OLD, keystore_file_name="TWO")],
                PROJECT_FILES: [there("dist", OLD), there("second", OLD)],
            },
            {
                KEYSTORES: [wanted(NEW, password="one", **TWO), bystander(KEYSTORES)],
                PROJECT_FILES: [
                    wanted(NEW, **KEY),
                    Wanted("second", NEW, **HIDDEN, env_key="SECOND"),
                    bystander(PROJECT_FILES),
                ],
            },
            android_keystores=[declared("dist", NEW, keystore_name="TWO", alias="a", password="one")],
            project_files=[
                declared_project_file("dist", NEW, replace_order="delete_first"),
                declared_project_file("second", NEW, is_expose=False),
            ],
            gaps=frozenset({"dist"}),
        ),
        "keystores, old ones first": fleet(
            {KEYSTORES: [there("dist", OLD), there("second", OLD, keystore_file_name="TWO")]},
            {
                KEYSTORES: [
                    wanted(NEW, env_key="ANDROID_KEYSTORE", password="one"),
                    Wanted("second", NEW, env_key="ANDROID_KEYSTORE_TWO", password="one"),
                ]
            },
            android_keystores=[
                declared("second", NEW, keystore_name="TWO", replace_order="delete_first", alias="a", password="one"),
                declared("dist", NEW, replace_order="delete_first", alias="a", password="one"),
            ],
            gaps=frozenset({"dist", "second"}),
        ),
    }


def _gathered(groups: Mapping[str, Callable[[], dict[str, Scenario]]]) -> dict[str, Scenario]:
    return {f"{group}: {name}": scenario for group, made in groups.items() for name, scenario in made().items()}


SCENARIOS = _gathered(
    {
        "profile": _profiles,
        "certificate": _certificates,
        "project file": _project_files,
        "keystore": _keystores,
        "fleet": _fleets,
    }
)
