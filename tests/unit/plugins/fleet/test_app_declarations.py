# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Declarations for each app of a fleet, and local files that are read once."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.file_options import FILE_OPTIONS
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    ANDROID_KEYSTORE,
    BUILD_CERTIFICATE,
    PROJECT_FILE,
    PROVISIONING_PROFILE,
    FileKind,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.fleet import declarations
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.fleet.declarations import (
    OnceReader,
    app_declarations,
    declared_files_of,
)
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import OptionError
from ansible_collections.mobileops.ci.plugins.module_utils._local.read_file import Content
from tests.helpers.fleet import ONE, TWO
from tests.helpers.service import CERTIFICATES, KEYSTORES, PROFILES, PROJECT_FILES

NO_FILES: dict[str, Any] = dict.fromkeys((CERTIFICATES, PROFILES, KEYSTORES, PROJECT_FILES))


class Files:
    """Local files whose content has the size that their name states."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, path: str) -> Content:
        self.read.append(path)
        return Content(b"", path, int(path.rpartition("/")[2]))


def entry(kind: FileKind, name: str | None, size: int = 1, **changes: Any) -> dict[str, Any]:
    """Return the options of a file as ansible-core completes them."""
    defaults = {option: described.get("default") for option, described in FILE_OPTIONS[kind].argument_spec.items()}
    return {**defaults, "name": name, "src": f"/files/{size}", **changes}


def profile(name: str | None, size: int = 1, **changes: Any) -> dict[str, Any]:
    return entry(PROVISIONING_PROFILE, name, size, **changes)


def app(slug: str, **own: Any) -> dict[str, Any]:
    return {"app_slug": slug, **NO_FILES, **own}


def declared(*apps: dict[str, Any], files: Files | None = None, **common: Any) -> list[dict[FileKind, list[str]]]:
    """Return the names of the declared files of each app, by kind."""
    read_file = files or Files()
    given = app_declarations({"apps": list(apps), **NO_FILES, **common}, read_file)
    assert [one.app_slug for one in given] == [one["app_slug"] for one in apps]
    return [
        {kind: [one.desired.label for one in found] for kind, found in declared_files_of(one, read_file).items()}
        for one in given
    ]


def test_common_files_and_own_ones() -> None:
    files = Files()
    own = {PROFILES: [profile("own", 2)], PROJECT_FILES: [entry(PROJECT_FILE, "settings", 3, user_env_key="KEY")]}
    common = {PROFILES: [profile("common")], CERTIFICATES: [entry(BUILD_CERTIFICATE, "dist.p12", 4)]}
    assert declared(app(ONE), app(TWO, **own), files=files, **common) == [
        {BUILD_CERTIFICATE: ["dist.p12"], PROVISIONING_PROFILE: ["common"]},
        {BUILD_CERTIFICATE: ["dist.p12"], PROVISIONING_PROFILE: ["common", "own"], PROJECT_FILE: ["KEY"]},
    ]
    # Common files are read first, once for all apps.
    assert files.read == ["/files/4", "/files/1", "/files/2", "/files/3"]


def test_own_files_only() -> None:
    keystore = entry(ANDROID_KEYSTORE, "upload.jks", alias="a", password="b", private_key_password="c")
    assert declared(app(ONE, **{KEYSTORES: [keystore]}), app(TWO)) == [{ANDROID_KEYSTORE: ["upload.jks"]}, {}]


def test_an_empty_list_declares_that_there_are_no_files() -> None:
    assert declared(app(ONE), **{PROFILES: []}) == [{PROVISIONING_PROFILE: []}]
    assert declared(app(ONE, **{PROFILES: []})) == [{PROVISIONING_PROFILE: []}]


def test_declared_files_are_present() -> None:
    options = {"apps": [app(ONE)], **NO_FILES, PROFILES: [profile("one", 7)]}
    ((found,),) = list(declared_files_of(app_declarations(options, Files())[0], Files()).values())
    assert (found.desired.present, found.desired.size, found.desired.sha256) == (True, 7, "/files/7")


@pytest.mark.parametrize("slug", ["", " ", None])
def test_an_empty_slug(slug: str | None) -> None:
    with pytest.raises(OptionError, match=r"^apps: the app_slug of entry 1 is empty\.$"):
        app_declarations({"apps": [{**app(ONE), "app_slug": slug}], **NO_FILES}, Files())


def test_no_apps() -> None:
    assert app_declarations({"apps": [], **NO_FILES}, Files()) == []


def test_an_app_that_is_listed_twice() -> None:
    words = rf"^apps: app {ONE} is listed more than once\. Use one entry for each app\.$"
    with pytest.raises(OptionError, match=words):
        app_declarations({"apps": [app(ONE), app(TWO), app(ONE)], **NO_FILES}, Files())


@pytest.mark.parametrize("again", ["dist", "caf\u00e9", "cafe\u0301"])
def test_a_name_that_is_declared_twice(again: str) -> None:
    """Compare names as macOS does, which may store an umlaut as two characters."""
    common = [profile("dist"), profile("caf\u00e9")]
    with pytest.raises(OptionError) as failed:
        declared(app(ONE, **{PROFILES: [profile(again)]}), **{PROFILES: common})
    name = "dist" if again == "dist" else "caf\u00e9"
    assert (
        failed.value.message == f"provisioning_profiles declares {name} twice for app {ONE}. Remove one of the entries."
    )


def test_several_names_that_are_declared_twice() -> None:
    both = [profile("one"), profile("two")]
    with pytest.raises(
        OptionError,
        match=rf"^provisioning_profiles declares one, two twice for app {ONE}\. Remove one of the entries\.$",
    ):
        declared(app(ONE, **{PROFILES: both}), **{PROFILES: both[::-1]})


def test_one_name_in_several_kinds() -> None:
    common = {PROFILES: [profile("dist")], CERTIFICATES: [entry(BUILD_CERTIFICATE, "dist")]}
    assert len(declared(app(ONE), **common)[0]) == 2


def test_slugs_are_compared_later() -> None:
    """Accept the name of a declaration with a slug twice, because it may rename nothing."""
    both = [profile("dist"), profile("dist", slug="0123456789abcdef")]
    assert declared(app(ONE), **{PROFILES: both}) == [{PROVISIONING_PROFILE: ["dist", "dist"]}]


# Local files


def test_a_file_is_read_once() -> None:
    files = Files()
    reader = OnceReader(files)
    first = reader("/a/5")
    assert (first.sha256, reader("/a/5"), files.read) == ("/a/5", first, ["/a/5"])


def test_the_oldest_files_are_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declarations, "KEPT_BYTES", 10)
    files = Files()
    reader = OnceReader(files)
    for path in ("/a/5", "/b/5", "/a/5", "/c/1"):
        reader(path)
    # The file c fits if b is forgotten, which was used before a.
    assert files.read == ["/a/5", "/b/5", "/c/1"]
    for path in ("/a/5", "/c/1"):
        reader(path)
    assert files.read == ["/a/5", "/b/5", "/c/1"]
    # Then 4 bytes are free.
    for path in ("/d/4", "/a/5", "/c/1", "/d/4"):
        reader(path)
    assert files.read[3:] == ["/d/4"]
    reader("/b/5")
    assert files.read[4:] == ["/b/5"]
    for path in ("/d/4", "/c/1"):
        reader(path)
    assert files.read[5:] == []
    reader("/a/5")
    assert files.read[5:] == ["/a/5"]


def test_one_large_file_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declarations, "KEPT_BYTES", 10)
    files = Files()
    reader = OnceReader(files)
    for path in ("/a/1", "/b/50", "/b/50"):
        reader(path)
    assert files.read == ["/a/1", "/b/50"]
    for path in ("/a/1", "/b/50"):
        reader(path)
    assert files.read == ["/a/1", "/b/50", "/a/1", "/b/50"]


def test_64_mib_are_kept() -> None:
    files = Files()
    reader = OnceReader(files)
    most = 64 * 2**20
    for path in (f"/a/{most - 1}", "/b/1", f"/a/{most - 1}"):
        reader(path)
    assert len(files.read) == 2
    for path in ("/c/1", "/b/1", f"/a/{most - 1}"):
        reader(path)
    assert files.read[2:] == ["/c/1", "/b/1", f"/a/{most - 1}"]
