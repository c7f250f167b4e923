# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An app with one file of each kind, and the export of its declaration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from ansible.constants import DEFAULT_VAULT_IDENTITY
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.adopt.code_signing_export import CODE_SIGNING_EXPORT
from ansible_collections.mobileops.ci.plugins.module_utils._local.read_file import Content, read_file
from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import TaskContext
from tests.helpers.fleet import Fleet
from tests.helpers.service import CERTIFICATES, KEYSTORES, PROFILES, PROJECT_FILES, a_file
from tests.helpers.tasks import validated

SECRETS = [(DEFAULT_VAULT_IDENTITY, VaultSecret(b"of the vault"))]
VAULT = VaultLib(SECRETS)
STORED = "p4ssw0rd-c4n4ry"


class Reader(yaml.SafeLoader):
    """Reads variables as ansible-core does: decrypts, and takes what is marked as unsafe for text."""


Reader.add_constructor("!vault", lambda _loader, node: VAULT.decrypt(node.value.encode()).decode())
Reader.add_constructor("!unsafe", lambda _loader, node: str(node.value))


LISTS = {
    "code_signing_certificates": CERTIFICATES,
    "code_signing_profiles": PROFILES,
    "code_signing_keystores": KEYSTORES,
    "code_signing_project_files": PROJECT_FILES,
}
HELD: dict[str, list[dict[str, Any]]] = {
    CERTIFICATES: [
        a_file("dist.p12", b"c4n4ry 1", certificate_password=STORED, is_expose=False),
        a_file("protected.p12", b"c4n4ry 2", certificate_password=STORED, is_protected=True),
    ],
    PROFILES: [
        a_file("twice", b"c4n4ry 3"),
        a_file("twice", b"c4n4ry 4"),
        a_file("Twice", b"c4n4ry 5"),
        a_file("../../../out", b"c4n4ry 6"),
        a_file("{{ 1 + 1 }}\n# x: y", b"c4n4ry 7"),
        a_file("half", None),
    ],
    KEYSTORES: [
        a_file("release.jks", b"c4n4ry 8", alias=STORED, password=STORED, private_key_password=STORED),
        a_file("second.jks", b"c4n4ry 9", keystore_file_name="SECOND"),
    ],
    PROJECT_FILES: [
        a_file("a.json", b"c4n4ry 10", user_env_key="A"),
        a_file("a.json", b"c4n4ry 11", user_env_key="B"),
        a_file("vaulted.yml", VAULT.encrypt(b"of another user"), user_env_key="VAULTED"),
    ],
}


@dataclass(frozen=True)
class Export:
    """The task, and the folder that it writes to."""

    fleet: Fleet
    dest: Path

    def result(
        self, apps: Any, *, check_mode: bool = False, encrypt: Callable[[bytes], str] | None = None, **options: Any
    ) -> dict[str, Any]:
        fleet = self.fleet
        given = {
            "api_url": fleet.emulator.api_url,
            "api_token": fleet.emulator.tokens["owner"],
            "max_retries": 0,
            "apps": apps,
            "dest": str(self.dest),
            **options,
        }
        entry = CODE_SIGNING_EXPORT
        context = TaskContext({}, check_mode=check_mode, encrypt=encrypt)
        return entry.execute(validated(entry, entry.normalize(given)), context, diff=True)

    def run(self, apps: Any, **options: Any) -> dict[str, Any]:
        result = self.result(apps, **options)
        assert not result.get("failed"), result
        return result

    def written(self) -> dict[str, bytes]:
        return {str(path.relative_to(self.dest)): path.read_bytes() for path in self.dest.rglob("*") if path.is_file()}

    def declared(self, host: str, *groups: str) -> dict[str, Any]:
        """Return the variables as ansible-core reads them, where those of a host override those of groups."""
        places = [*(f"group_vars/{group}" for group in groups), f"host_vars/{host}"]
        found: dict[str, Any] = {}
        for place in places:
            text = (self.dest / place / "code_signing.yml").read_text()
            found.update(yaml.load(text, Loader=Reader))  # noqa: S506 (a SafeLoader)
        values = {f"{{{{ {name} }}}}": found.pop(name) for name in list(found) if name.startswith("vault_")}
        for entries in found.values():
            for entry in entries if isinstance(entries, list) else ():
                entry.update({key: values[value] for key, value in entry.items() if value in values})
        return found

    def rollout(self, app: str, host: str, *groups: str) -> dict[str, Any]:
        """Apply the exported declaration. The role finds a file in files/ beside the inventory."""
        variables = self.declared(host, *groups)
        assert variables.pop("code_signing_app_slug") == app

        def read(path: str) -> Content:
            data = read_file(str(self.dest / "files" / path)).data
            return Content.of(VAULT.decrypt(data) if data.startswith(b"$ANSIBLE_VAULT") else data)

        def plain(entry: Mapping[str, Any]) -> dict[str, Any]:
            return {key: value if isinstance(value, bool) else str(value) for key, value in entry.items()}

        lists = {LISTS[name]: list(map(plain, entries)) for name, entries in variables.items()}
        task = self.fleet.task([app], **lists)
        # Nothing is uploaded, so these files need not be genuine signing files.
        strict = {
            kind: [{**file, "verify": "strict"} for file in task.options[kind]]
            for kind in lists
            if kind != PROJECT_FILES
        }
        options = {**task.options, **strict}
        return type(task)(task.fleet, options, task.env, read).run(check_mode=True, diff=True)
