# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The project of the AWX guide with real signing files, and a fleet in the emulator."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from tests.emulator.process import Emulator
from tests.signing_files import Authority, IdentityKind, ProfileType, Team

from .inventories import Inventory
from .jobs import CHECKOUT, EXAMPLE, VAULT_PASSWORD, Credential, Job, Result, leaks, sync

long_form = pytest.mark.skipif(os.environ.get("MOBILEOPS_CI_TEST_AWX") != "all", reason="part of make test-awx")

PASSWORD = "p12-p4ssw0rd-0f-4-c4n4ry"
OWNER = "0123456789abcdef"


@dataclass(frozen=True)
class Files:
    """Real signing files."""

    certificate: bytes
    renewed: bytes
    profile: bytes
    renewed_profile: bytes

    @property
    def secrets(self) -> list[bytes]:
        """Return slices of the files that compressed data would not contain by accident."""
        return [content[200:240] for content in (self.certificate, self.renewed)]


def make_files() -> Files:
    """Return two generations of a certificate and its profile."""
    authority = Authority.create()
    team = Team("AC3M3APPS9", "Acme")
    made = []
    for kind in ("first", "renewed"):
        identity = authority.identity(IdentityKind.DISTRIBUTION, team)
        profile = authority.profile(
            name=f"Acme {kind}", type=ProfileType.APP_STORE, bundle_id="com.acme.*", identities=[identity], team=team
        )
        made.append((identity.pkcs12(PASSWORD), profile.content))
    return Files(made[0][0], made[1][0], made[0][1], made[1][1])


@dataclass(frozen=True)
class Awx:
    """A project and a fleet for jobs."""

    emulator: Emulator
    project: Path
    files: Files
    folder: Path

    @classmethod
    def create(cls, emulator: Emulator, files: Files, folder: Path) -> Awx:
        """Copy the project of the guide, and add the certificate and its password."""
        project = folder / "project"
        shutil.copytree(EXAMPLE, project)
        (folder / "jobs").mkdir()
        made = cls(emulator, project, files, folder / "jobs")
        made.put("distribution.p12", files.certificate)
        vaulted = encrypted(PASSWORD.encode()).decode().rstrip().replace("\n", "\n  ")
        variables = project / "group_vars" / "type_ios" / "password.yml"
        variables.write_text(f"distribution_password: !vault |\n  {vaulted}\n")
        return made

    @property
    def credential(self) -> Credential:
        """Return the Bitrise credential, with the credential type of the playbook awx_setup."""
        inputs = {"api_token": self.emulator.tokens["owner"], "api_url": self.emulator.api_url}
        return Credential.of_type(credential_type("Bitrise")["injectors"], inputs)

    def load_fleet(self, titles: list[str], **more: Any) -> None:
        """Load iOS apps without files."""
        apps = [{"title": title, "owner": "owner", "project_type": "ios", **more} for title in titles]
        self.emulator.load({"apps": apps})
        self.emulator.clear_requests()

    def sync_inventory(self) -> Inventory:
        return Inventory.imported(sync(self.project, "fleet.bitrise.yml", self.credential)[0])

    def declare(self, inventory: Inventory) -> None:
        """Add the files of all hosts to the project, encrypted."""
        for host in inventory.hosts:
            self.put(f"{host}.mobileprovision", self.files.profile)

    def put(self, name: str, content: bytes) -> None:
        (self.project / "files" / name).write_bytes(encrypted(content))

    def job(self, inventory: Inventory, **more: Any) -> Job:
        number = len(list(self.folder.iterdir()))
        options = {"credentials": [self.credential], **more}
        return Job(self.folder / f"job{number}", self.project, inventory, **options)

    def contents(self) -> dict[str, list[tuple[str, str, str | None]]]:
        """Return the complete files of each app, by title."""
        return {
            app["title"]: sorted(
                (kind, file["upload_file_name"], file["sha256"])
                for kind in ("build_certificates", "provisioning_profiles")
                for file in app[kind]
                if file["processed"]
            )
            for app in self.emulator.state()["apps"].values()
        }

    def leaks_of(self, result: Result) -> list[str]:
        """Return the places with a secret in the data that AWX stores of a job.

        The input files of the job do not count, because AWX does not keep them.
        """
        secrets = [self.emulator.tokens["owner"], PASSWORD, VAULT_PASSWORD, "X-Amz-Signature"]
        places = [result.folder / "artifacts", result.folder / "home"]
        return leaks([*(text.encode() for text in secrets), *self.files.secrets], places, [result.stdout.encode()])

    def writes(self) -> list[str]:
        return [entry["method"] for entry in self.emulator.requests() if entry["method"] not in ("GET", "HEAD")]


def encrypted(content: bytes) -> bytes:
    """Return the bytes as `ansible-vault encrypt` writes them."""
    return bytes(VaultLib([("default", VaultSecret(VAULT_PASSWORD.encode()))]).encrypt(content))


class _Loader(yaml.SafeLoader):
    pass


_Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


def setup_tasks(name: str) -> list[dict[str, Any]]:
    """Return the tasks of the playbook awx_setup."""
    text = (CHECKOUT / "playbooks" / "tasks" / f"awx_setup_{name}.yml").read_text(encoding="utf-8")
    tasks: list[dict[str, Any]] = yaml.load(text, _Loader)  # noqa: S506 (a safe loader)
    return tasks


def credential_type(name: str) -> dict[str, Any]:
    """Return the options of the credential type with this name."""
    types = [task["awx.awx.credential_type"] for task in setup_tasks("base") if "awx.awx.credential_type" in task]
    (found,) = [entry for entry in types if entry["name"] == name]
    return dict(found)
