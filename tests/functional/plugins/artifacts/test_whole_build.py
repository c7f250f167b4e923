# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_artifact_download: all artifacts of a build in one directory, each in a separate file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.artifact_fields import Artifact
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.download import ARTIFACT_DOWNLOAD
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.file_names import file_names
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import OptionError
from ansible_collections.mobileops.ci.plugins.module_utils._download import download as _download
from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import TaskContext
from tests.helpers.service import APP
from tests.helpers.tasks import Task, validated

from .app import BUILD, AppWithArtifacts, an_artifact

LIST = f"GET /{BUILD}/artifacts"
APK = {"artifact_type": "android-apk"}
TITLES = {
    "a1": "app-release.apk",
    "a2": "app-release.apk",
    "a3": "App-Release.apk",
    "a4": "../../evil.apk",
    "a5": "a/b/report.html",
    "a6": "Zürich 日本.ipa",
    "a7": "",
    "a8": "app-release-a1.apk",
    "a9": ".",
    "b1": "x\ny\0.txt",
    "b2": "ü" * 300 + ".apk",
    "b3": "ü" * 300 + ".apk",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "releases"
    made.mkdir()
    return made


@pytest.fixture(autouse=True)
def build(app: AppWithArtifacts) -> None:
    app.has(*(an_artifact(slug, title, **APK) for slug, title in TITLES.items()), an_artifact("c1", "log.txt"))


def whole(app: AppWithArtifacts, folder: Path, **options: Any) -> Task:
    given_options = {"app_slug": APP, "build_slug": BUILD, "dest": str(folder), **options}
    return app.tasks.make(ARTIFACT_DOWNLOAD, **given_options)


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_every_artifact_has_its_file(app: AppWithArtifacts, folder: Path) -> None:
    task = whole(app, folder)
    checked = task.run(check_mode=True, diff=True)
    assert (app.asked(), contents(folder)) == ([LIST], {})
    app.service.forget()
    done = task.run(diff=True)
    assert sorted(contents(folder).values()) == sorted(f"bytes of {slug}" for slug in (*TITLES, "c1"))
    assert {path.name for path in folder.parent.iterdir()} == {"releases", "state"}
    assert (done["changed"], done["actions"], done["diff"]) == (True, checked["actions"], checked["diff"])
    assert [file["dest"] for file in done["files"]] == [file["dest"] for file in checked["files"]]
    assert app.asked().count("get") == len(TITLES) + 1
    names = {file["artifact"]["slug"]: Path(file["dest"]).name for file in done["files"]}
    assert names["a1"] == "app-release-a1-a1.apk" or names["a1"] == "app-release-a1.apk"
    assert (names["a2"], names["a3"]) == ("app-release-a2.apk", "App-Release-a3.apk")
    assert (names["a4"], names["a7"], names["c1"]) == ("_.._evil.apk", "a7", "log.txt")

    app.service.forget()
    again = task.run(diff=True)
    assert (again["changed"], again["actions"], app.asked()) == (False, [], [LIST])
    assert again["diff"]["before"] == again["diff"]["after"]


def test_one_by_one_is_the_same(app: AppWithArtifacts, folder: Path) -> None:
    """Give the same names as a loop over the slugs, and replace no file."""
    for slug in TITLES:
        assert whole(app, folder, slug=slug).run()["changed"] is True
    assert sorted(contents(folder).values()) == sorted(f"bytes of {slug}" for slug in TITLES)
    assert [file["changed"] for file in whole(app, folder, types=["android-*"]).run()["files"]] == [False] * len(TITLES)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"types": ["android-apk"], "titles": ["app-*"]}, ["a1", "a2", "a8"]),
        ({"types": ["file"]}, ["c1"]),
        ({"titles": ["*.txt", "*.html"]}, ["a5", "b1", "c1"]),
    ],
)
def test_filters(app: AppWithArtifacts, folder: Path, filters: dict[str, Any], found: list[str]) -> None:
    """Do not change names by a filter."""
    result = whole(app, folder, **filters).run(check_mode=True)
    assert [file["artifact"]["slug"] for file in result["files"]] == found
    names = {file["artifact"]["slug"]: file["dest"] for file in whole(app, folder).run(check_mode=True)["files"]}
    assert [file["dest"] for file in result["files"]] == [names[slug] for slug in found]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"types": ["ios-ipa"]}, "has 13 artifacts, but types do not select any of them"),
        ({"types": []}, "types must not be empty"),
        ({"checksum": "sha256:" + "0" * 64}, "checksum requires slug or title"),
        ({"dest": "/no/such/directory"}, "dest must be an existing directory to download a whole build"),
        ({"concurrency": 0}, "concurrency must be between 1 and 64"),
    ],
)
def test_clear_errors(app: AppWithArtifacts, folder: Path, options: dict[str, Any], message: str) -> None:
    assert message in whole(app, folder, **options).fail()["msg"]
    assert contents(folder) == {}


def test_a_pattern_that_is_not_text() -> None:
    with pytest.raises(OptionError, match=r"titles: entry 1 must be text, but YAML reads it as the number 1\.1"):
        ARTIFACT_DOWNLOAD.normalize({"titles": [1.10]})


def test_others_continue_after_a_failure(app: AppWithArtifacts, folder: Path) -> None:
    app.has(an_artifact("one", "a.txt", file_size_bytes=99), an_artifact("two", "b.txt"))
    result = whole(app, folder).result()
    assert (result["failed"], result["changed"], result["error"]["kind"]) == (True, True, "invalid_response")
    assert result["msg"].startswith("1 of 2 artifacts failed. ")
    assert contents(folder) == {"b.txt": "bytes of two"}


def test_a_file_of_another_artifact_of_the_build(app: AppWithArtifacts, tmp_path: Path) -> None:
    """Do not replace the file of another task with the same dest, for any sizes."""
    path = tmp_path / "file"
    app.has(
        an_artifact("one", "a.apk", "one"), an_artifact("two", "b.apk", "two"), an_artifact("six", "c.apk", "sixth")
    )
    app.download(slug="one").run()
    app.download(slug="two", dest=str(tmp_path / "other")).run()
    for slug in ("two", "six"):
        for check_mode in (True, False):
            failed = app.download(slug=slug).fail(check_mode=check_mode)
            assert failed["error"]["kind"] == "other_artifact"
            assert f"dest: {path} is the artifact a.apk (slug one) of the same build" in failed["msg"]
    assert path.read_text() == "one"
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []
    assert app.download(slug="two", force=True).run()["changed"] is True
    assert path.read_text() == "two"


def test_digests_that_cannot_be_used(app: AppWithArtifacts, folder: Path) -> None:
    """Warn, because the task does not recognize files of other artifacts."""
    digests = folder.parent / "state" / "mobileops.ci" / "artifact-digests"
    digests.mkdir(parents=True)
    text = f"The file with the digests of earlier downloads: {digests} cannot be {{}} (it is not a regular file). "
    effect = "Without it, a task does not recognize files of other artifacts at dest, and replaces them."
    assert whole(app, folder).run()["warnings"] == [text.format(word) + effect for word in ("read", "written")]


def test_a_file_of_another_build(app: AppWithArtifacts, folder: Path) -> None:
    first = {"slug": "b1", "artifacts": [an_artifact("one", "app.apk")]}
    app.has_builds({"slug": "b2", "artifacts": [an_artifact("two", "app.apk")]}, first)
    whole(app, folder).run()
    task = whole(app, folder, build_slug="b2")
    words = f"dest: replaced files of other builds: {folder}/app.apk. Use a directory for each build to keep them."
    assert task.run(check_mode=True)["warnings"] == task.run()["warnings"] == [words]
    assert contents(folder) == {"app.apk": "bytes of two"}
    assert "warnings" not in task.run()
    # A file that another program has written there has no owner.
    (folder / "app.apk").write_text("mine")
    assert "warnings" not in task.run()


def test_one_line_of_progress(app: AppWithArtifacts, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_download, "DOWNLOAD_LINE_INTERVAL_S", 0.0)
    app.has(*({"slug": f"s{n}", "title": f"{n}.ipa", "size_bytes": 2**20} for n in range(3)))
    said: list[str] = []
    task = whole(app, folder, concurrency=1)
    task.spec.execute(
        validated(task.spec, task.options), TaskContext(task.env, report_progress=said.append), diff=False
    )
    assert said[-1] == f"build {BUILD}: 2 of 3 files, 3 of 3 MiB"
    assert all(line.startswith(f"build {BUILD}: ") for line in said)


LETTERS = st.text(alphabet="aAß-.1/ü\0", max_size=6)


@settings(max_examples=40, deadline=None)
@given(st.lists(LETTERS, max_size=8), st.randoms())
def test_names_differ_whatever_the_titles(titles: list[str], random: Any) -> None:
    artifacts = [Artifact(f"{number}a", title, None, 1, False) for number, title in enumerate(titles)]
    names = file_names(artifacts)
    folded = [name.casefold() for name in names.values()]
    assert len(set(folded)) == len(artifacts)
    assert all("/" not in name and not name.startswith(".") and 0 < len(name.encode()) < 256 for name in names.values())
    random.shuffle(artifacts)
    assert file_names(artifacts) == names
