# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What README.md shows runs as it is written there."""

from __future__ import annotations

import base64
import datetime as dt
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.emulator.process import CHECKOUT, Emulator
from tests.signing_files import Authority, IdentityKind, ProfileType, Team

SLUG = "93f256e365d929d3"
PASSWORD = {"vault_distribution_password": "of the certificate"}


def blocks() -> list[str]:
    """The YAML that README.md shows, in its order."""
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def block(beginning: str) -> str:
    found = [text for text in blocks() if beginning in text]
    assert len(found) == 1, beginning
    return found[0]


@pytest.fixture
def project(tmp_path: Path, emulator: Emulator) -> Path:
    """The folder of a user with the files that README.md names, for a service with two apps."""
    emulator.load(
        {
            "apps": [
                {"title": "Shop", "slug": SLUG, "project_type": "ios"},
                {"title": "Price Tags", "slug": "f46e89061e967f27", "project_type": "android"},
            ]
        }
    )
    (tmp_path / "files").mkdir()
    authority, team = Authority.create(), Team("A1B2C3D4E5", "Acme Ltd")
    identity = authority.identity(IdentityKind.DISTRIBUTION, team)
    profile = authority.profile(
        name="Shop", type=ProfileType.APP_STORE, bundle_id="com.acme.shop", identities=[identity], team=team
    )
    (tmp_path / "files" / "distribution.p12").write_bytes(identity.pkcs12(*PASSWORD.values()))
    (tmp_path / "files" / "Shop.mobileprovision").write_bytes(profile.content)
    (tmp_path / "password.yml").write_text(yaml.safe_dump(PASSWORD))
    return tmp_path


def play(project: Path, emulator: Emulator, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "ansible", "playbook", "-e", "@password.yml", *words],
        cwd=project,
        env={
            **os.environ,
            "HOME": str(project),
            "ANSIBLE_HOME": str(project / "ansible"),
            "ANSIBLE_NOCOLOR": "1",
            "BITRISE_API_TOKEN": emulator.tokens["owner"],
            "BITRISE_API_BASE_URL": emulator.api_url,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_first_playbook(project: Path, emulator: Emulator) -> None:
    (project / "apps.yml").write_text(block("# apps.yml"))
    output = play(project, emulator, "apps.yml")
    assert f'"{SLUG}": "Shop"' in output


def test_one_file_of_one_app(project: Path, emulator: Emulator) -> None:
    (project / "shop.yml").write_text(block("Keep the distribution certificate"))
    assert "changed=1" in play(project, emulator, "shop.yml", "--check", "--diff")
    assert "changed=1" in play(project, emulator, "shop.yml")
    assert "changed=0" in play(project, emulator, "shop.yml")
    (certificate,) = emulator.state()["apps"][SLUG]["build_certificates"]
    assert certificate["is_protected"]


def test_a_whole_fleet(project: Path, emulator: Emulator) -> None:
    (project / "fleet.bitrise.yml").write_text(block("# fleet.bitrise.yml"))
    (project / "group_vars").mkdir()
    (project / "group_vars" / "type_ios.yml").write_text(block("# group_vars/type_ios.yml"))
    rollout = ["mobileops.ci.rollout", "-i", "fleet.bitrise.yml"]

    assert re.search(r"Shop +: .*changed=1", play(project, emulator, *rollout, "--check", "--diff"))
    assert re.search(r"Shop +: .*changed=1", play(project, emulator, *rollout))
    assert "changed=1" not in play(project, emulator, *rollout)

    apps = emulator.state()["apps"]
    assert [file["upload_file_name"] for file in apps[SLUG]["provisioning_profiles"]] == ["Shop.mobileprovision"]
    assert apps["f46e89061e967f27"]["build_certificates"] == []


def test_what_breaks_next_month(project: Path, emulator: Emulator) -> None:
    authority, team = Authority.create(), Team("A1B2C3D4E5", "Acme Ltd")
    now = dt.datetime.now(dt.UTC)
    identity = authority.identity(
        IdentityKind.DISTRIBUTION, team, not_before=now - dt.timedelta(days=300), not_after=now + dt.timedelta(days=9.5)
    )
    content = base64.b64encode(identity.pkcs12("pass word")).decode()
    file = {"name": "dist.p12", "content_base64": content, "certificate_password": "pass word"}
    emulator.load({"apps": [{"title": "Shop", "slug": SLUG, "build_certificates": [file]}]})
    (project / "expiring.yml").write_text(block("# expiring.yml"))
    assert "Shop: dist.p12: It expires on" in play(project, emulator, "expiring.yml")


def test_every_yaml_block_is_yaml() -> None:
    assert len(blocks()) >= 5
    for text in blocks():
        assert yaml.safe_load(text)
