# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The declared signing files, and fleets of apps with or without them."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.emulator.process import Emulator
from tests.signing_files import Authority, IdentityKind, ProfileType, Team

CERTIFICATES = "build_certificates"
PROFILES = "provisioning_profiles"

Json = dict[str, Any]


class WrongOutcomeError(AssertionError):
    """A contestant did not do the work that all of them are measured by."""


@dataclass(frozen=True)
class SigningFile:
    kind: str
    name: str
    content: bytes = field(repr=False)
    password: str | None = field(default=None, repr=False)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def collection(self) -> str:
        """Return the kind as paths of the API name it."""
        return self.kind.replace("_", "-")


@dataclass(frozen=True)
class Material:
    """Two certificates and three profiles that are declared for every app, and their folder."""

    files: tuple[SigningFile, ...]
    folder: Path

    @classmethod
    def real(cls, folder: Path) -> Material:
        authority = Authority.create()
        team = Team("A1B2C3D4E5", "Bench Ltd")
        kinds = (IdentityKind.DEVELOPMENT, IdentityKind.DISTRIBUTION)
        identities = [authority.identity(kind, team) for kind in kinds]
        files = []
        for number, identity in enumerate(identities, 1):
            password = secrets.token_urlsafe(12)
            files.append(SigningFile(CERTIFICATES, f"identity-{number}.p12", identity.pkcs12(password), password))
        for number in range(1, 4):
            made = authority.profile(
                name=f"Bench {number}",
                type=ProfileType.APP_STORE,
                bundle_id=f"com.example.bench{number}",
                identities=identities,
                team=team,
            )
            files.append(SigningFile(PROFILES, f"profile-{number}.mobileprovision", made.content))
        return cls._written(files, folder)

    @classmethod
    def small(cls, folder: Path) -> Material:
        """Write small files without valid contents, for fleets that are too large for the emulator's memory."""
        names = {
            CERTIFICATES: ["identity-1.p12", "identity-2.p12"],
            PROFILES: [f"profile-{number}.mobileprovision" for number in range(1, 4)],
        }
        files = [SigningFile(kind, name, f"{kind} {name}\n".encode()) for kind in names for name in names[kind]]
        return cls._written(files, folder)

    @classmethod
    def _written(cls, files: Iterable[SigningFile], folder: Path) -> Material:
        folder.mkdir(mode=0o700)
        material = cls(tuple(files), folder)
        for file in material.files:
            (folder / file.name).write_bytes(file.content)
        return material

    def path(self, file: SigningFile) -> str:
        return str(self.folder / file.name)

    def one_of_each_kind(self) -> Material:
        """Return the material with one certificate and one profile."""
        return Material(tuple({file.kind: file for file in self.files}.values()), self.folder)

    def options(self, **more: Any) -> Json:
        """Return the declaration as options of bitrise_code_signing. `more` are options of each file."""
        declared: Json = {CERTIFICATES: [], PROFILES: []}
        for file in self.files:
            password = {"certificate_password": file.password} if file.password else {}
            declared[file.kind].append({"src": self.path(file), **password, **more})
        return declared

    def uri_files(self) -> list[Json]:
        """Return the declaration as variables of the playbook with ansible.builtin.uri."""
        return [
            {
                "name": file.name,
                "collection": file.collection,
                "path": self.path(file),
                **({"password": file.password} if file.password else {}),
            }
            for file in self.files
        ]


@dataclass(frozen=True)
class Fleet:
    """A number of apps, with slugs that are the same in every round."""

    apps: int
    material: Material

    @property
    def slugs(self) -> list[str]:
        return [f"{number:016x}" for number in range(1, self.apps + 1)]

    def load(self, emulator: Emulator, *, filled: bool, latency_ms: float) -> None:
        """Load the fleet into the emulator, with the declared files in every app or without files."""
        emulator.options(latency_ms=0)
        emulator.load({"apps": [self._app(slug, filled=filled) for slug in self.slugs]})
        emulator.options(latency_ms=latency_ms)
        emulator.clear_requests()

    def _app(self, slug: str, *, filled: bool) -> Json:
        app: Json = {"title": f"app-{slug}", "slug": slug}
        for number, file in enumerate(self.material.files if filled else ()):
            remote: Json = {
                "name": file.name,
                "slug": self.file_slug(slug, number),
                "content_base64": base64.b64encode(file.content).decode(),
            }
            if file.password:
                remote["certificate_password"] = file.password
            app.setdefault(file.kind, []).append(remote)
        return app

    @staticmethod
    def file_slug(app_slug: str, number: int) -> str:
        return f"01BENCH{number:03}{app_slug.upper()}"

    def digests(self) -> dict[str, str]:
        """Return the digests of files for which the service has none, by slug."""
        return {
            self.file_slug(slug, number): file.sha256
            for slug in self.slugs
            for number, file in enumerate(self.material.files)
            if file.kind == PROFILES
        }

    def check(self, state: Mapping[str, Any]) -> None:
        """Raise WrongOutcomeError unless every app has exactly the declared files."""
        expected = sorted(
            (file.kind, file.name, file.sha256, True, _password_digest(file.password)) for file in self.material.files
        )
        for slug in self.slugs:
            app = state["apps"][slug]
            actual = sorted(
                (kind, file["upload_file_name"], file["sha256"], file["processed"], file["password_sha256"] or "")
                for kind in (CERTIFICATES, PROFILES)
                for file in app[kind]
            )
            if actual != expected:
                raise WrongOutcomeError(f"app {slug} does not have exactly the declared files")


def _password_digest(password: str | None) -> str:
    return hashlib.sha256(password.encode()).hexdigest() if password else ""
