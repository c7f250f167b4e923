# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""phonegap_app: every state, with its exact requests."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import OptionError
from tests.helpers.tasks import check_then_run_then_rerun

from .service import APP_MODULE, PhoneGap

REPO = "https://example.com/menu.git"
PNG = b"\x89PNG\r\n\x1a\n" + b"a picture"
SHOP = {"title": "Shop", "version": "1.0", "package": "com.example.shop"}


def config(**attributes: str) -> str:
    return (
        f'<widget id="{attributes["id"]}" version="{attributes["version"]}"><name>{attributes["name"]}</name>'
        '<preference name="phonegap-version" value="cli-8.1.1" /></widget>'
    )


def test_created_from_a_page(phonegap: PhoneGap) -> None:
    task = phonegap.app(**SHOP, src=phonegap.file("index.html", "<p>"), description="Sells", private=True, debug=True)
    result = check_then_run_then_rerun(task)
    assert [action["action"] for action in result["actions"]] == ["create"]
    assert result["app"]["id"] == 1
    state = phonegap.app_state()
    assert (state["title"], state["version"], state["create_method"]) == ("Shop", "1.0", "file")
    assert state["content_sha256"] == hashlib.sha256(b"<p>").hexdigest()
    assert phonegap.lines_of(task) == ["GET /apps", "GET /apps/1"]


def test_requests_of_a_creation(phonegap: PhoneGap) -> None:
    task = phonegap.app(**SHOP, src=phonegap.file("index.html"), icon=phonegap.file("icon.png", PNG))
    assert phonegap.lines_of(task, check_mode=True) == ["GET /apps"]
    assert phonegap.lines_of(task) == ["GET /apps", "POST /apps", "POST /apps/1/icon"]


def test_created_from_a_repository(phonegap: PhoneGap) -> None:
    result = check_then_run_then_rerun(phonegap.app(title="Menu", repo=REPO))
    assert (result["app"]["repo"], result["app"]["create_method"]) == (REPO, "remote_repo")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("package", "com.example.other"),
        ("version", "2.0"),
        ("description", "New"),
        ("description", ""),
        ("debug", True),
        ("private", False),
        ("phonegap_version", "cli-8.1.1"),
        ("hydrates", True),
    ],
)
def test_each_property_is_converged(phonegap: PhoneGap, field: str, value: Any) -> None:
    phonegap.holds({**SHOP, "description": "Old"})
    result = check_then_run_then_rerun(phonegap.app(title="Shop", **{field: value}))
    assert result["actions"][0]["changes"] == {field: value}
    assert phonegap.app_state()[field] == (None if value == "" else value)


def test_the_title_by_number(phonegap: PhoneGap) -> None:
    phonegap.holds({**SHOP, "id": 8})
    task = phonegap.app(id=8, title="Store")
    assert phonegap.lines_of(task, check_mode=True) == ["GET /apps/8"]
    check_then_run_then_rerun(task)
    assert phonegap.app_state(8)["title"] == "Store"


def test_content_goes_along_with_a_change_and_by_force(phonegap: PhoneGap) -> None:
    """Send the content only together with another change or by force, because the service does not return it."""
    phonegap.holds(SHOP)
    src = phonegap.file("index.html", "new")
    task = phonegap.app(title="Shop", src=src)
    assert task.run()["changed"] is False
    assert phonegap.app_state()["uploads"] == 1
    result = task.with_options(version="1.1").run()
    assert result["actions"][0]["content"]["sha256"] == hashlib.sha256(b"new").hexdigest()
    assert phonegap.app_state()["uploads"] == 2
    assert task.with_options(version="1.1").run()["changed"] is False
    forced = task.with_options(version="1.1", force=True)
    assert forced.run(check_mode=True)["actions"] == forced.run()["actions"]
    assert phonegap.app_state()["uploads"] == 3


@pytest.mark.parametrize("option", ["src", "icon"])
def test_content_that_cannot_be_compared(phonegap: PhoneGap, option: str) -> None:
    phonegap.holds(SHOP)
    path = phonegap.file("index.html", "new") if option == "src" else phonegap.file("icon.png", PNG)
    if option == "icon":
        phonegap.app(title="Shop", icon=path).run()
    task = phonegap.app(**SHOP, **{option: path})
    result = task.run()
    assert (result["changed"], len(result["warnings"])) == (False, 1)
    assert f"so it is unknown whether {option} differs from it. Nothing was sent." in result["warnings"][0]
    assert "warnings" not in task.with_options(on_unverifiable="trust").run()
    failed = task.with_options(on_unverifiable="fail").fail(check_mode=True)
    assert failed["error"]["kind"] == "unverifiable"
    for _run in range(2):
        sent = task.with_options(on_unverifiable="replace")
        assert sent.run(check_mode=True)["changed"] is True
        result = sent.run()
        assert [action["action"] for action in result["actions"]] == ["update" if option == "src" else "set_icon"]
        assert "warnings" not in result
    # Content that is sent in any case needs no warning.
    if option == "src":
        assert "warnings" not in task.with_options(version="9.9").run()


@pytest.mark.parametrize("form", ["zip", "tar.gz", "directory"])
def test_an_archive_without_an_app(phonegap: PhoneGap, form: str) -> None:
    members = {"readme.txt": b"x", "img/logo.svg": b"x"}
    packed = io.BytesIO()
    if form == "zip":
        with zipfile.ZipFile(packed, "w") as archive:
            for name, data in members.items():
                archive.writestr(name, data)
    elif form == "tar.gz":
        with tarfile.open(fileobj=packed, mode="w:gz") as tarball:
            for name, data in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                tarball.addfile(info, io.BytesIO(data))
    else:
        for name, data in members.items():
            phonegap.file(f"www/{name}", data)
    src = f"{phonegap.folder}/www" if form == "directory" else phonegap.file(f"app.{form}", packed.getvalue())
    failed = phonegap.app(title="New", src=src).fail()
    assert f"src: {src} contains neither config.xml nor index.html" in failed["msg"]
    assert phonegap.lines() == []


def test_a_directory_is_the_same_archive_each_time(phonegap: PhoneGap) -> None:
    phonegap.file("www/index.html", "<p>"), phonegap.file("www/.git/config", "x")
    task = phonegap.app(**SHOP, src=f"{phonegap.folder}/www/", force=True)
    first = task.run(check_mode=True)["actions"][0]["content"]
    assert first["name"] == "www.zip"
    Path(phonegap.folder, "www", "index.html").touch()
    assert task.run()["actions"][0]["content"] == first
    assert phonegap.app_state()["content_sha256"] == first["sha256"]


def test_the_config_has_precedence(phonegap: PhoneGap) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("config.xml", config(id="com.configured", version="3.0", name="Configured"))
    task = phonegap.app(title="Declared", version="1.0", src=phonegap.file("app.zip", packed.getvalue()))
    result = check_then_run_then_rerun(task)
    assert (result["app"]["title"], result["app"]["version"], result["app"]["package"]) == (
        "Configured",
        "3.0",
        "com.configured",
    )
    assert [warning.split(",")[0] for warning in result["warnings"]] == [
        "config.xml in src sets version to '3.0'",
        "config.xml in src sets title to 'Configured'",
    ]


def test_an_app_that_a_new_config_renames_stays_the_same_app(phonegap: PhoneGap) -> None:
    phonegap.holds({"title": "Declared"})
    phonegap.file("www/config.xml", config(id="com.configured", version="3.0", name="Configured"))
    task = phonegap.app(title="Declared", src=str(phonegap.folder / "www"))
    result = check_then_run_then_rerun(task)
    assert result["actions"][0]["changes"]["title"] == "Configured"
    assert {number: app["title"] for number, app in phonegap.state["apps"].items()} == {"1": "Configured"}
    gone = check_then_run_then_rerun(task.with_options(state="absent"))
    assert ([action["action"] for action in gone["actions"]], phonegap.state["apps"]) == (["delete"], {})


@pytest.mark.parametrize("title", ["Declared", "Configured"])
def test_absent_means_the_app_that_present_means(phonegap: PhoneGap, title: str) -> None:
    phonegap.holds({"title": title, "id": 4}, {"title": "Other", "id": 5})
    phonegap.file("www/config.xml", config(id="com.configured", version="3.0", name="Configured"))
    task = phonegap.app(title="Declared", src=str(phonegap.folder / "www"))
    assert task.run(check_mode=True)["app"]["id"] == 4
    assert [action["slug"] for action in task.with_options(state="absent").run()["actions"]] == ["4"]
    assert list(phonegap.state["apps"]) == ["5"]


def test_without_content_only_the_title_of_the_task_counts(phonegap: PhoneGap) -> None:
    phonegap.holds({"title": "Configured"})
    assert phonegap.app(title="Declared", state="absent").run()["changed"] is False
    # The source of the app may have been removed before the app.
    missing = phonegap.app(title="Declared", src="/no/such/file", state="absent").result()
    assert missing["changed"] is False
    assert (
        "src: /no/such/file does not exist. The task searches the app only by the title Declared."
        in missing["warnings"]
    )
    assert list(phonegap.state["apps"]) == ["1"]
    assert phonegap.app(title="Configured", src="/no/such/file", state="absent").result()["changed"] is True


@pytest.mark.parametrize("state", ["present", "absent"])
def test_two_apps_with_either_title_are_refused(phonegap: PhoneGap, state: str) -> None:
    phonegap.holds({"title": "Declared", "id": 4}, {"title": "Configured", "id": 5})
    phonegap.file("www/config.xml", config(id="com.configured", version="3.0", name="Configured"))
    task = phonegap.app(title="Declared", src=str(phonegap.folder / "www"), state=state)
    for check_mode in (True, False):
        failed = task.fail(check_mode=check_mode)
        assert failed["error"]["kind"] == "duplicates"
        assert "several apps with the title Declared or Configured, with the ids 4, 5" in failed["msg"]
    assert sorted(phonegap.state["apps"]) == ["4", "5"]


def test_a_version_may_be_declared_by_the_config_alone(phonegap: PhoneGap) -> None:
    src = phonegap.folder / "www"
    for version in ("1.0", "1.1"):
        phonegap.file("www/config.xml", config(id="com.configured", version=version, name="Configured"))
        result = check_then_run_then_rerun(phonegap.app(title="Configured", src=str(src)))
        assert (result["changed"], result["app"]["version"]) == (True, version)
    assert phonegap.app_state()["uploads"] == 2


def test_values_that_the_service_does_not_keep_are_reported(phonegap: PhoneGap) -> None:
    phonegap.holds({"title": "Menu", "repo": REPO})
    phonegap.emulator.fault(
        status=200, method="PUT", body='{"id": 1, "title": "Menu", "repo": "x", "version": "9", "keys": {}}'
    )
    warnings = phonegap.app(title="Menu", version="1.0").run()["warnings"]
    assert warnings[0].startswith("The app 1 (Menu) has version '9', because its config.xml")


def test_icon(phonegap: PhoneGap) -> None:
    phonegap.holds(SHOP)
    result = check_then_run_then_rerun(phonegap.app(title="Shop", icon=phonegap.file("icon.png", PNG)))
    assert [action["action"] for action in result["actions"]] == ["set_icon"]
    assert phonegap.app_state()["icon"]["sha256"] == hashlib.sha256(PNG).hexdigest()
    other = phonegap.app(title="Shop", icon=phonegap.file("other.png", PNG + b"!"))
    assert check_then_run_then_rerun(other)["app"]["icon"] == "other.png"
    assert other.with_options(force=True).run()["changed"] is True
    wrong = phonegap.app(title="Shop", icon=phonegap.file("icon.gif", "GIF"))
    assert wrong.fail(check_mode=True)["msg"].endswith("icon.gif must be a PNG file.")


def test_pull(phonegap: PhoneGap) -> None:
    phonegap.holds({"title": "Menu", "repo": REPO})
    task = phonegap.app(title="Menu", pull=True)
    assert task.run(check_mode=True)["actions"] == task.run()["actions"]
    assert phonegap.lines_of(task) == ["GET /apps", "GET /apps/1", "PUT /apps/1"]


def test_absent(phonegap: PhoneGap) -> None:
    phonegap.holds(SHOP, {"title": "Other"})
    result = check_then_run_then_rerun(phonegap.app(title="Shop", state="absent"))
    assert (result["app"], list(phonegap.state["apps"])) == (None, ["2"])
    assert phonegap.lines_of(phonegap.app(id=2, state="absent")) == ["GET /apps/2", "DELETE /apps/2"]
    assert phonegap.app(id=2, state="absent").run()["changed"] is False


def test_a_version_that_is_not_text() -> None:
    with pytest.raises(OptionError, match=r"^version must be text, but YAML reads it as the number 1\.1\. Put"):
        APP_MODULE.normalize({"version": 1.10})


# Errors


@pytest.mark.parametrize(
    ("app", "options", "words"),
    [
        ({"title": "Shop"}, {"repo": REPO}, "create_method: the app 1 (Shop) was created from an uploaded file"),
        ({"title": "Shop"}, {"create_method": "remote_repo"}, "Delete the app (state=absent) and create it again"),
        ({"title": "Shop", "repo": "x"}, {"create_method": "file"}, "was created from a repository (remote_repo)"),
        ({"title": "Shop", "repo": "x"}, {"repo": REPO}, "repo: the app 1 (Shop) was created from x"),
        ({"title": "Shop"}, {"pull": True}, "pull: the app 1 (Shop) was created from an uploaded file"),
    ],
)
def test_properties_that_never_change(phonegap: PhoneGap, app: Any, options: Any, words: str) -> None:
    phonegap.holds(app)
    task = phonegap.app(title="Shop", **options)
    for check_mode in (True, False):
        failed = task.fail(check_mode=check_mode)
        assert (failed["error"]["kind"], words in failed["msg"]) == ("immutable", True), failed["msg"]
    assert {line.split()[0] for line in phonegap.lines_of_failure(task)} == {"GET"}


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"title": "New"}, "option", "src or repo is required to create app New"),
        ({"title": "New", "create_method": "file"}, "option", "src is required to create app New"),
        ({"title": "New", "create_method": "remote_repo"}, "option", "repo is required to create app New"),
        (
            {"title": "New", "create_method": "file", "repo": REPO},
            "option",
            "repo requires create_method=remote",
        ),
        ({"title": ""}, "option", "title must not be empty"),
        ({"id": 77, "version": "1"}, "not_found", "id: app 77 does not exist"),
        ({"title": "New", "src": "/no/such/file"}, "local_file", "src: /no/such/file does not exist"),
        ({"title": "New", "icon": "/no/such/icon", "repo": REPO}, "local_file", "icon: /no/such/icon does not exist"),
        (
            {"title": "New", "repo": "https://me:canary@example.com/x"},
            "option",
            "repo must not contain a user or a password",
        ),
        ({"title": "Twice", "version": "1"}, "duplicates", "with the ids 1, 2"),
    ],
)
def test_clear_errors(phonegap: PhoneGap, options: dict[str, Any], kind: str, words: str) -> None:
    phonegap.holds({"title": "Twice"}, {"title": "Twice"})
    failed = phonegap.app(**options).fail()
    assert (failed["error"]["kind"], words in failed["msg"]) == (kind, True), failed["msg"]


def test_content_of_no_known_form(phonegap: PhoneGap) -> None:
    failed = phonegap.app(title="New", src=phonegap.file("app.txt")).fail()
    assert "must be a zip, a tar.gz or a page" in failed["msg"]
    assert phonegap.lines_of_failure(phonegap.app(title="New", src=phonegap.file("app.txt"))) == []


def test_app_of_another_owner(phonegap: PhoneGap) -> None:
    phonegap.holds({**SHOP, "owner": "member", "collaborators": [{"email": "owner@example.com", "role": "tester"}]})
    failed = phonegap.app(title="Shop", version="2.0").fail()
    assert (failed["error"]["status"], "does not own the app" in failed["msg"]) == (401, True)


# Unclear outcomes


@pytest.mark.parametrize("fault", [{"drop": "after"}, {"status": 500, "after_effect": True}, {"malformed": True}])
def test_a_lost_response_to_a_creation(phonegap: PhoneGap, fault: dict[str, Any]) -> None:
    """Look for the effect of the request, and create nothing twice."""
    phonegap.emulator.fault(**fault, method="POST", path="/apps$", nth=1)
    result = phonegap.app(title="Menu", repo=REPO).run()
    assert (result["app"]["id"], list(phonegap.state["apps"])) == (1, ["1"])


def test_a_creation_that_had_no_effect(phonegap: PhoneGap) -> None:
    phonegap.emulator.fault(drop="before", method="POST", path="/apps$", nth=1)
    assert "The app was not created" in phonegap.app(title="Menu", repo=REPO).fail()["msg"]
    assert phonegap.lines().count("POST /apps") == 1


def test_a_failure_half_way_returns_the_actions(phonegap: PhoneGap) -> None:
    phonegap.emulator.fault(status=500, path="/icon$")
    failed = phonegap.app(title="Menu", repo=REPO, icon=phonegap.file("icon.png", PNG)).fail()
    assert failed["msg"].endswith("The other changes of app 1 were made before that.")
    assert (failed["changed"], [action["action"] for action in failed["actions"]]) == (True, ["create"])
