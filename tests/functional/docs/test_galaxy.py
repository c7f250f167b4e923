# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README's commands of ansible-galaxy, and its requirements.yml, with a registry on loopback."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from tests.helpers.servers import CannedResponse, serving

from .ansible_runs import AnsibleRuns
from .console_blocks import commands
from .yaml_blocks import CHECKOUT, blocks

COLLECTION = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text("utf-8"))
VERSION = COLLECTION["version"]
# All but the installation from Git, which needs the network.
DOCUMENTED = {
    command.text: command
    for command in commands()
    if command.words[0] == "ansible-galaxy" and "git+https://" not in command.text
}


class Registry:
    """Responds like a registry that has one version of this collection: `archive`."""

    def __init__(self, archive: Path) -> None:
        self.archive = archive
        self.url = ""

    def respond(self, line: str) -> CannedResponse:
        path = urlsplit(line.partition(" ")[2]).path
        content = self.archive.read_bytes()
        if path == f"/{self.archive.name}":
            return CannedResponse(body=content, headers={"Content-Type": "application/gzip"})
        collection = "/api/v3/collections/mobileops/ci/"
        link = {"version": VERSION, "href": f"{collection}versions/{VERSION}/"}
        version = {
            **link,
            "namespace": {"name": "mobileops"},
            "collection": {"name": "ci"},
            "download_url": f"{self.url}/{self.archive.name}",
            "artifact": {"filename": self.archive.name, "sha256": hashlib.sha256(content).hexdigest()},
            "metadata": {"dependencies": {}},
            "signatures": [],
        }
        known = {
            "/api/": {"available_versions": {"v3": "v3/"}},
            collection: {"created_at": "2026-11-01T06:00:00Z", "updated_at": "2026-11-01T06:00:00Z"},
            f"{collection}versions/": {"data": [link], "links": {"next": None}, "meta": {"count": 1}},
            link["href"]: version,
        }
        return CannedResponse(body=json.dumps(known[path]).encode()) if path in known else CannedResponse(404)


def test_installations(tmp_path: Path) -> None:
    """Build an archive with the metadata of the collection, and install it in each way that the README shows."""
    source, home = tmp_path / "source", tmp_path / "home"
    source.mkdir()
    for name in ("galaxy.yml", "README.md", "COPYING"):
        shutil.copy(CHECKOUT / name, source)
    shutil.copytree(CHECKOUT / "meta", source / "meta")
    (tmp_path / "requirements.yml").write_text(next(block.text for block in blocks() if block.name == "README-2"))
    registry = Registry(tmp_path / f"mobileops-ci-{VERSION}.tar.gz")
    manifest = home / "collections" / "ansible_collections" / "mobileops" / "ci" / "MANIFEST.json"
    with serving(registry.respond) as server:
        registry.url = server.url
        settings = {
            "HOME": str(home),
            "ANSIBLE_HOME": str(home),
            "ANSIBLE_COLLECTIONS_PATH": str(home / "collections"),
            # Not the checkout, which the environment of the tests contains.
            "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false",
            "ANSIBLE_GALAXY_SERVER": f"{server.url}/api/",
        }
        with AnsibleRuns(tmp_path, settings) as runs:
            built = runs.run(["ansible-galaxy", "collection", "build", f"--output-path={tmp_path}"], source)
            assert built[0] == 0, built[1]
            for text, command in DOCUMENTED.items():
                words = command.words_in(tmp_path)
                if "--upgrade" not in words:
                    shutil.rmtree(home / "collections", ignore_errors=True)
                status, output = runs.run(words, tmp_path)
                assert status == 0, f"{text}\n{output}"
                if "install" in words:
                    installed = json.loads(manifest.read_text("utf-8"))["collection_info"]
                    assert (installed["name"], installed["version"]) == ("ci", VERSION)
    assert "GET /api/v3/collections/mobileops/ci/versions/?limit=100" in server.lines


def test_installation_with_requirements_is_documented() -> None:
    assert "ansible-galaxy collection install -r requirements.yml" in DOCUMENTED
    assert len(DOCUMENTED) > 5
