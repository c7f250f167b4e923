# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Details of apps that the option `include` adds."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError

from tests.emulator.process import Emulator
from tests.signing_files import Authority, IdentityKind, Team

from .conftest import Build, app, members, variables

Fleet = Callable[..., None]

FILES = {
    "build_certificates": [{"name": "dist.p12", "content": "p12", "certificate_password": "canary-password"}],
    "provisioning_profiles": [{"name": "shop.mobileprovision", "content": "profile", "is_protected": True}],
}
BUILDS = {"builds": [{"status": 2, "age_s": 300, "slug": "b1"}, {"status": 1, "age_s": 60, "slug": "b2"}]}


def requested(emulator: Emulator) -> dict[str, int]:
    """Count the requests for each collection."""
    found: dict[str, int] = {}
    for entry in emulator.requests():
        assert entry["method"] == "GET"
        name = str(entry["path"]).rpartition("/")[2]
        found[name] = found.get(name, 0) + 1
    return found


def test_latest_build_and_signing_files(fleet: Fleet, build: Build, emulator: Emulator) -> None:
    fleet(app("Shop", "aaaa000000000001", **FILES, **BUILDS), app("Bank", "aaaa000000000002"))

    inventory = build(
        {
            "include": ["code_signing", "builds"],
            "keyed_groups": [{"key": "(bitrise_latest_build or {}).status_text | default('none')", "prefix": "build"}],
        }
    )

    shop, bank = variables(inventory, "Shop"), variables(inventory, "Bank")
    assert shop["bitrise_latest_build"]["slug"] == "b2"
    assert "original_build_params" not in shop["bitrise_latest_build"]
    assert bank["bitrise_latest_build"] is None
    assert [file["upload_file_name"] for file in shop["bitrise_code_signing"]["build_certificates"]] == ["dist.p12"]
    assert shop["bitrise_code_signing"]["provisioning_profiles"][0]["is_protected"] is True
    assert bank["bitrise_code_signing"] == {"build_certificates": [], "provisioning_profiles": [], "days_left": None}
    assert "canary-password" not in str(shop)
    assert members(inventory) == {"build_success": ["Shop"], "build_none": ["Bank"]}
    asked = requested(emulator)
    lists = {"apps": 1, "builds": 2, "build-certificates": 2, "provisioning-profiles": 2}
    assert {name: asked.pop(name) for name in lists} == lists
    # The certificate and its bytes; the profile is protected.
    assert list(asked.values()) == [1, 1]


def test_details_of_hosts_only(fleet: Fleet, build: Build, emulator: Emulator) -> None:
    fleet(app("Shop", "aaaa000000000001"), app("Old", "aaaa000000000002", is_disabled=True))
    build({"include": ["builds"]})
    assert requested(emulator) == {"apps": 1, "builds": 1}


def test_a_token_without_the_rights(
    fleet: Fleet, build: Build, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    roles = {"viewer": "viewer"}
    fleet(app("Shop", "aaaa000000000001", roles=roles, **FILES, **BUILDS))
    monkeypatch.setenv("BITRISE_API_TOKEN", emulator.tokens["viewer"])

    shop = variables(build({"include": ["builds", "code_signing"]}), "Shop")

    assert shop["bitrise_code_signing"] is None
    assert shop["bitrise_latest_build"]["slug"] == "b2"


def test_a_group_of_apps_with_expiring_files(fleet: Fleet, build: Build, tmp_path: Path) -> None:
    authority = Authority.create()
    team = Team("A1B2C3D4E5", "Acme Ltd")
    now = dt.datetime.now(dt.UTC)
    for number, days in enumerate((10.5, 100.5)):
        end = now + dt.timedelta(days=days)
        begin = now - dt.timedelta(days=9)
        identity = authority.identity(IdentityKind.DISTRIBUTION, team, not_before=begin, not_after=end)
        (tmp_path / f"{number}.p12").write_bytes(identity.pkcs12("canary-password"))
    fleet(*(app(f"App {number}", f"aaaa00000000000{number}", **_certificate(tmp_path, number)) for number in range(2)))
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
    days_left = "bitrise_code_signing.days_left"
    config = {
        **cache,
        "include": ["code_signing"],
        "keyed_groups": [{"key": f"'expiring' if {days_left} < 30 else 'fine'", "separator": ""}],
    }

    for _from_service_then_from_cache in range(2):
        inventory = build(config)
        assert members(inventory) == {"expiring": ["App_0"], "fine": ["App_1"]}
        signing = variables(inventory, "App_0")["bitrise_code_signing"]
        assert signing["days_left"] == signing["build_certificates"][0]["days_left"] == 10
    assert "canary" not in "".join(file.read_text() for file in (tmp_path / "cache").iterdir())


def _certificate(folder: Path, number: int) -> dict[str, Any]:
    content = base64.b64encode((folder / f"{number}.p12").read_bytes()).decode()
    file = {"name": "dist.p12", "content_base64": content, "certificate_password": "canary-password"}
    return {"build_certificates": [file]}


def test_details_have_their_own_cache(fleet: Fleet, build: Build, emulator: Emulator, tmp_path: Path) -> None:
    cache: dict[str, Any] = {
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(tmp_path / "cache"),
    }
    fleet(app("Shop", "aaaa000000000001", **BUILDS))
    build(cache)
    first = build({**cache, "include": ["builds"]})
    emulator.clear_requests()

    second = build({**cache, "include": ["builds"]})

    assert emulator.requests() == []
    assert variables(second, "Shop") == variables(first, "Shop")
    assert "bitrise_latest_build" not in variables(build(cache), "Shop")


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"include": ["weather"]}, "weather"),
        ({"include": ["builds"], "concurrency": 0}, "concurrency must be between 1 and 64, got 0."),
    ],
)
def test_wrong_options(fleet: Fleet, build: Build, config: dict[str, Any], message: str) -> None:
    fleet(app("Shop", "aaaa000000000001"))
    with pytest.raises(AnsibleError, match=message):
        build(config)


def test_another_failure_is_one_of_the_inventory(fleet: Fleet, build: Build, emulator: Emulator) -> None:
    fleet(*(app(f"App {number}", f"aaaa00000000000{number}") for number in range(9)))
    emulator.fault(status=400, path="/builds$", nth=4)
    try:
        with pytest.raises(AnsibleError, match="Could not list the builds of app"):
            build({"include": ["builds"]})
    finally:
        emulator.clear_faults()
