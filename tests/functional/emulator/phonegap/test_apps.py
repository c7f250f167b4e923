# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creating, changing and deleting apps."""

from __future__ import annotations

import hashlib
import io
import tarfile

import pytest

from tests.emulator.process import Emulator

from .client import PNG, Client, archive, fetch

CONFIG = """<?xml version="1.0"?>
<widget xmlns="http://www.w3.org/ns/widgets" xmlns:gap="http://phonegap.com/ns/1.0" id="com.example.set" version="3.1">
  <name>Set by config</name><description>Says so</description>
  <preference name="phonegap-version" value="cli-8.1.1" /><gap:platform name="android" /><platform name="ios" />
</widget>"""
LIST_FIELDS = {
    *("id", "title", "package", "version", "description", "repo", "tag", "debug", "private", "share", "hydrates"),
    *("link", "build_count", "phonegap_version", "phonegap_versions", "last_build", "status", "download", "error"),
    *("icon", "role"),
}


def test_create_from_a_file(emulator: Emulator, owner: Client) -> None:
    response = owner.send(
        "POST", "/apps", {"title": "Shop", "create_method": "file"}, {"file": ("index.html", b"<p>Hello")}
    )
    app = response.json()
    assert response.status_code == 201
    assert (app["id"], app["link"], app["role"], app["repo"]) == (1, "/api/v1/apps/1", "admin", None)
    assert (app["package"], app["version"], app["description"]) == (None, None, None)
    assert (app["debug"], app["private"], app["hydrates"], app["build_count"]) == (False, True, False, None)
    assert app["status"] == {**dict.fromkeys(app["status"], "pending"), "ios": None}
    assert app["icon"] == {"filename": None, "link": "/api/v1/apps/1/icon"}
    assert app["keys"] == {"ios": None, "android": None, "blackberry": None, "winphone": None}
    assert "create_method" not in app
    assert app["collaborators"]["active"] == [
        {"id": 1, "person": "owner@example.com", "role": "admin", "link": "/api/v1/apps/1/collaborators/1"}
    ]
    state = emulator.state()["phonegap"]["apps"]["1"]
    assert (state["create_method"], state["uploads"]) == ("file", 1)
    assert state["content_sha256"] == hashlib.sha256(b"<p>Hello").hexdigest()
    assert owner.ok("GET", "/apps/1") == app
    listed = owner.ok("GET", "/apps")
    assert set(listed["apps"][0]) == LIST_FIELDS
    assert listed["link"] == "/api/v1/apps"


def test_config_takes_precedence_over_fields(owner: Client) -> None:
    data = {"title": "Given", "create_method": "file", "version": "1.0", "debug": True}
    app = owner.ok("POST", "/apps", data, files={"file": ("app.zip", archive(CONFIG))})
    assert (app["title"], app["package"], app["version"]) == ("Set by config", "com.example.set", "3.1")
    assert (app["description"], app["phonegap_version"], app["debug"]) == ("Says so", "cli-8.1.1", True)
    assert {name for name, status in app["status"].items() if status != "skip"} == {"android", "ios"}


def test_reads_config_from_each_archive_format(owner: Client) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tarball:
        info = tarfile.TarInfo("config.xml")
        info.size = len(CONFIG)
        tarball.addfile(info, io.BytesIO(CONFIG.encode()))
    data = {"title": "Given", "create_method": "file"}
    assert owner.ok("POST", "/apps", data, files={"file": ("a.tar.gz", packed.getvalue())})["version"] == "3.1"
    assert owner.ok("POST", "/apps", data, files={"file": ("a.zip", archive())})["title"] == "Given"
    for body, text in ((b"no archive", "[2]"), (b"PK but no zip", "[2]"), (archive("<broken"), "[50]")):
        refused = owner.refused("POST", "/apps", data, files={"file": ("a.zip", body)})
        assert refused == (400, f"upload failed; please try again {text}")
    assert len(owner.ok("GET", "/apps")["apps"]) == 2


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"title": "x"}, "no create_method specified: file or remote_repo"),
        ({"title": "x", "create_method": "hosted_repo"}, "no create_method specified: file or remote_repo"),
        ({"title": "x", "create_method": "remote_repo"}, "repo is required"),
        ({"title": "x", "create_method": "file"}, "file is required"),
        (
            {"title": "x", "create_method": "remote_repo", "repo": "https://me@example.com/a.git"},
            "Private repository URLs not supported - try removing &quot;me@&quot;",
        ),
    ],
)
def test_rejects_invalid_apps(owner: Client, data: dict[str, str], text: str) -> None:
    assert owner.refused("POST", "/apps", data) == (400, text)
    assert owner.ok("GET", "/apps")["apps"] == []


def test_infers_omitted_fields_unless_strict(emulator: Emulator, owner: Client) -> None:
    files = {"file": ("Menu.html", b"<p>")}
    assert owner.ok("POST", "/apps", files=files)["title"] == "Menu"
    assert owner.ok("POST", "/apps", {"title": "Repo", "repo": "owner/name#next"})["repo"] == "owner/name#next"
    repo = {"create_method": "remote_repo", "repo": "https://example.com/menu.git#next"}
    assert owner.ok("POST", "/apps", repo)["title"] == "menu"
    emulator.options(phonegap_strict=True)
    assert owner.refused("POST", "/apps", files=files)[0] == 400
    assert owner.refused("POST", "/apps", repo) == (400, "title is required")


def test_change_fields_and_content(emulator: Emulator, owner: Client) -> None:
    app = owner.app(description="old")
    link = f"/apps/{app['id']}"
    emulator.advance(30)
    assert owner.ok("GET", link)["build_count"] == 1
    changed = owner.ok("PUT", link, {"version": "0.2.0", "description": "", "create_method": "file"})
    assert (changed["version"], changed["description"], changed["build_count"]) == ("0.2.0", None, 1)
    assert changed["status"]["android"] == "pending"
    emulator.advance(30)
    settled = owner.ok("PUT", link, {"hydrates": True})
    assert (settled["hydrates"], settled["status"]["android"], settled["build_count"]) == (True, "complete", 2)
    owner.ok("PUT", link, files={"file": ("index.html", b"new")})
    assert emulator.state()["phonegap"]["apps"]["1"]["uploads"] == 2
    assert owner.refused("PUT", link, {"create_method": "remote_repo"}) == (400, "create_method cannot be changed")
    assert owner.refused("PUT", link, {"pull": "true"}) == (400, "app #1 is not repo backed")
    assert owner.refused("PUT", "/apps/99", {}) == (404, "app 99 not found")


def test_rejected_change_changes_nothing(emulator: Emulator, owner: Client) -> None:
    repo = {"title": "Repo", "create_method": "remote_repo", "repo": "https://example.com/a.git"}
    link = f"/apps/{owner.ok('POST', '/apps', repo)['id']}"
    before = emulator.state()["phonegap"]
    change = {"repo": "https://example.com/b.git", "title": "Other", "keys": {"android": 99}}
    assert owner.refused("PUT", link, change)[0] == 404
    assert owner.refused("PUT", link, {"title": "Other", "debug": "perhaps"})[0] == 400
    assert emulator.state()["phonegap"] == before


def test_create_from_a_repository(owner: Client) -> None:
    app = owner.ok(
        "POST",
        "/apps",
        {"title": "Repo", "create_method": "remote_repo", "repo": "https://example.com/a.git", "tag": "next"},
    )
    assert (app["repo"], app["tag"]) == ("https://example.com/a.git", "next")
    assert owner.ok("PUT", f"/apps/{app['id']}", {"pull": "true"})["status"]["android"] == "pending"
    refused = owner.refused("PUT", f"/apps/{app['id']}", files={"file": ("a.html", b"x")})
    assert refused == (400, "app #1 is not file backed")


def test_delete_app(emulator: Emulator, owner: Client) -> None:
    app = owner.app()
    response = owner.send("DELETE", f"/apps/{app['id']}")
    assert (response.status_code, response.json()) == (202, {"success": "app 1 deleted"})
    assert owner.refused("GET", "/apps/1") == (404, "app #1 not available")
    assert owner.refused("DELETE", "/apps/1") == (404, "app 1 not found")
    assert owner.app()["id"] == 2


def test_set_and_read_icon(owner: Client) -> None:
    app = owner.app()
    link = f"/apps/{app['id']}/icon"
    assert owner.refused("GET", link) == (404, "No icon available for app #1")
    assert owner.refused("POST", link, files={"icon": ("a.jpg", b"jpg")}) == (400, "icon must be a png file")
    response = owner.send("POST", link, files={"icon": ("icon-57.png", PNG)})
    assert (response.status_code, response.json()["icon"]["filename"]) == (201, "icon-57.png")
    found = owner.send("GET", link)
    assert (found.status_code, found.json()) == (302, {"location": found.headers["location"]})
    assert fetch(found.headers["location"]).content == PNG


def test_limit_of_private_apps(emulator: Emulator, owner: Client) -> None:
    emulator.options(phonegap_private_apps=1)
    owner.app()
    data = {"title": "Second", "create_method": "remote_repo", "repo": "https://example.com/a.git"}
    assert owner.refused("POST", "/apps", data) == (400, "Private app limit reached")
    assert owner.ok("POST", "/apps", {**data, "private": False})["private"] is False


def test_flat_list_of_collaborators(emulator: Emulator, owner: Client) -> None:
    emulator.options(phonegap_flat_collaborators=True)
    assert owner.app()["collaborators"] == [{"person": "owner@example.com", "role": "admin"}]
    assert set(owner.ok("GET", "/apps/1")["collaborators"]) == {"link", "active", "pending"}
