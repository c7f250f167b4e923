# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of `make release-check` that need no program."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import tarfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / ".ci"))

import archive
import release

CHANGELOG = "releases:\n  1.0.0: {}\n  1.1.0-rc1: {}\n"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Create a checkout in which version 1.1.0-rc1 is ready."""
    for folder in ("changelogs/fragments", "plugins/module_utils"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "galaxy.yml").write_text("version: 1.1.0-rc1\n")
    (tmp_path / "plugins/module_utils/agent.py").write_text('VERSION = "1.1.0-rc1"\n')
    (tmp_path / "changelogs/changelog.yaml").write_text(CHANGELOG)
    (tmp_path / "CHANGELOG.md").write_text("## v1\\.1\\.0\\-rc1\n")
    (tmp_path / "CHANGELOG.rst").write_text("v1.1.0-rc1\n")
    monkeypatch.setattr(release, "ROOT", tmp_path)
    return tmp_path


def problems() -> list[str]:
    return release.problems_of_version() + release.problems_of_changelog()


def test_a_release_that_is_ready_has_no_problem(checkout: Path) -> None:
    assert problems() == []


def test_an_open_fragment_is_named_with_the_command_that_releases_it(checkout: Path) -> None:
    (checkout / "changelogs/fragments/report.yml").write_text("minor_changes: [x]\n")
    (problem,) = problems()
    assert problem == ("1 changelog fragments are not released (report.yml): run .venv/bin/antsibull-changelog release")


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("plugins/module_utils/agent.py", 'VERSION = "1.0.0"\n', "plugins/module_utils/agent.py has version 1.0.0"),
        ("plugins/module_utils/agent.py", "", "no file in plugins has a line VERSION"),
        ("CHANGELOG.md", "v1.0.0\n", "CHANGELOG.md does not mention version 1.1.0-rc1"),
        ("changelogs/changelog.yaml", "releases: {1.0.0: {}}\n", "changelogs/changelog.yaml has no release 1.1.0-rc1"),
        ("changelogs/changelog.yaml", f"{CHANGELOG}  1.1.0: {{}}\n", "a newer release than 1.1.0-rc1: 1.1.0"),
        ("changelogs/changelog.yaml", f"{CHANGELOG}  1.10.0-b2: {{}}\n", "a newer release than 1.1.0-rc1: 1.10.0-b2"),
    ],
)
def test_a_version_that_differs_is_a_problem(checkout: Path, file: str, text: str, expected: str) -> None:
    (checkout / file).write_text(text)
    (problem,) = problems()
    assert expected in problem


def test_a_version_must_be_semantic(checkout: Path) -> None:
    (checkout / "galaxy.yml").write_text("version: '1.1'\n")
    assert "1.1 in galaxy.yml is not a semantic version" in problems()


@pytest.mark.parametrize(
    ("tags_here", "all_tags", "changes", "expected"),
    [
        ("", "v1.0.0", "", []),
        ("v1.1.0-rc1", "v1.0.0\nv1.1.0-rc1", "", []),
        ("", "v1.1.0-rc1", "", ["the tag v1.1.0-rc1 exists already, on another commit"]),
        ("v1.2.0", "v1.2.0", "", ["the tag v1.2.0 does not fit version 1.1.0-rc1"]),
        ("nightly", "nightly", "", []),
        ("", "", " M galaxy.yml", ["the checkout has changes that are not committed"]),
    ],
)
def test_tags_and_changes(
    checkout: Path,
    monkeypatch: pytest.MonkeyPatch,
    tags_here: str,
    all_tags: str,
    changes: str,
    expected: list[str],
) -> None:
    outputs = {"status --porcelain": changes, "tag --points-at HEAD": tags_here, "tag --list": all_tags}
    monkeypatch.setattr(archive, "git", lambda *words: outputs[" ".join(words)])
    monkeypatch.delenv("GITHUB_REF_TYPE", raising=False)
    assert release.problems_of_git() == expected


def test_the_tag_of_the_workflow_must_fit(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "git", lambda *_words: "")
    monkeypatch.setenv("GITHUB_REF_TYPE", "tag")
    monkeypatch.setenv("GITHUB_REF_NAME", "v1.1.0")
    assert release.problems_of_git() == ["the tag v1.1.0 does not fit version 1.1.0-rc1"]


def test_archives_of_the_same_files_have_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    first, second = tmp_path / "first.tar.gz", tmp_path / "second.tar.gz"
    write_archive(first, ["plugins/a.py", "README.md"], mtime=1)
    write_archive(second, ["README.md", "plugins/a.py"], mtime=2)
    for file in (first, second):
        archive.make_reproducible(file)
    assert first.read_bytes() == second.read_bytes()
    with tarfile.open(first) as packed:
        assert packed.getnames() == ["FILES.json", "MANIFEST.json", "README.md", "plugins/a.py"]
        assert {member.mtime for member in packed} == {1700000000}
        listing, manifest = content_of(packed, "FILES.json"), json.loads(content_of(packed, "MANIFEST.json"))
        assert content_of(packed, "plugins/a.py") == b"plugins/a.py"
    assert manifest["file_manifest_file"]["chksum_sha256"] == hashlib.sha256(listing).hexdigest()
    assert [entry["name"] for entry in json.loads(listing)["files"]] == ["README.md", "plugins/a.py"]


def content_of(packed: tarfile.TarFile, name: str) -> bytes:
    stream = packed.extractfile(name)
    assert stream is not None
    return stream.read()


def write_archive(file: Path, names: list[str], mtime: int) -> None:
    listing = json.dumps({"files": [{"name": name} for name in names], "format": 1}).encode()
    manifest = json.dumps({"file_manifest_file": {"name": "FILES.json", "chksum_sha256": "?"}}).encode()
    contents = {"MANIFEST.json": manifest, "FILES.json": listing, **{name: name.encode() for name in names}}
    with tarfile.open(file, "w:gz") as packed:
        for name, data in contents.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(data), mtime
            packed.addfile(member, io.BytesIO(data))


def test_only_the_known_fault_of_the_importer_is_left_out() -> None:
    output = (
        "Importing with galaxy-importer 0.4.44\n"
        "WARNING: ERROR    Failed to find mobileops.ci.rollout playbook.\n"
        "WARNING: ERROR    Failed to find mobileops.ci.no_such playbook.\n"
        "ERROR: Timeout on call to ansible-lint\n"
    )
    assert archive.complaints_in(output) == output.splitlines()[2:]
