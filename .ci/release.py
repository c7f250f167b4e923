# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks before a release: version, changelog, tag, and the archive."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import archive
import working_copy
import yaml
from isolated import BUILD, ROOT, ProgramError

_SEMANTIC = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")


def check(venv: dict[str, str]) -> str:
    """Run all checks, and raise ProgramError with all problems."""
    problems = problems_of_version() + problems_of_changelog() + problems_of_git()
    remark = run_part(lambda: check_archive(venv, problems), problems)
    if problems:
        print("The release has these problems:", *(f"  * {problem}" for problem in problems), sep="\n", flush=True)
        raise ProgramError(f"{len(problems)} problems: {'; '.join(problems)}")
    return f"{galaxy_version()} is ready to release, {remark}"


def run_part(part: Callable[[], str], problems: list[str]) -> str:
    try:
        return part()
    except ProgramError as error:
        problems.append(str(error))
        return ""


def galaxy_version() -> str:
    return str(read_yaml(ROOT / "galaxy.yml")["version"])


def problems_of_version() -> list[str]:
    """Compare the version in galaxy.yml with that in the code."""
    version = galaxy_version()
    pattern = re.compile(r'^VERSION = "([^"]*)"', re.MULTILINE)
    found = {
        str(file.relative_to(ROOT)): match[1]
        for file in sorted((ROOT / "plugins").rglob("*.py"))
        if (match := pattern.search(file.read_text(encoding="utf-8")))
    }
    problems = [
        f"{name} has version {other}, but galaxy.yml has {version}" for name, other in found.items() if other != version
    ]
    if not found:
        problems.append("no file in plugins has a line VERSION = ...")
    if not _SEMANTIC.fullmatch(version):
        problems.append(f"{version} in galaxy.yml is not a semantic version")
    return problems


def problems_of_changelog() -> list[str]:
    """Look for changes that are not released, and for the version in the changelog."""
    version = galaxy_version()
    file = ROOT / "changelogs" / "changelog.yaml"
    problems = []
    if fragments := sorted(path.name for path in (ROOT / "changelogs" / "fragments").glob("*.y*ml")):
        problems.append(
            f"{len(fragments)} changelog fragments are not released ({', '.join(fragments)}): "
            "run .venv/bin/antsibull-changelog release"
        )
    releases = read_yaml(file).get("releases", {}) if file.exists() else {}
    if version not in releases:
        problems.append(f"changelogs/changelog.yaml has no release {version}")
    else:
        problems += [
            f"{name} does not mention version {version}"
            for name in ("CHANGELOG.md", "CHANGELOG.rst")
            # antsibull-changelog escapes dots in Markdown.
            if not re.search(
                rf"\bv?{re.escape(version)}\b", (ROOT / name).read_text(encoding="utf-8").replace("\\", "")
            )
        ]
        newest = max(releases, key=sort_key)
        if sort_key(newest) > sort_key(version):
            problems.append(f"changelogs/changelog.yaml has a newer release than {version}: {newest}")
    return problems


def sort_key(version: str) -> tuple[list[int], bool, str]:
    """Return a key that sorts versions, with a pre-release before its release."""
    numbers, _dash, rest = version.partition("+")[0].partition("-")
    return [int(number) for number in numbers.split(".")], not rest, rest


def problems_of_git() -> list[str]:
    """Check that all changes are committed, and that the tag of the version is free or on this commit."""
    version = galaxy_version()
    names = {version, f"v{version}"}
    problems = []
    if archive.git("status", "--porcelain"):
        problems.append("the checkout has changes that are not committed")
    here = set(archive.git("tag", "--points-at", "HEAD").split())
    if elsewhere := names & (set(archive.git("tag", "--list").split()) - here):
        problems.append(f"the tag {' and '.join(sorted(elsewhere))} exists already, on another commit")
    if os.environ.get("GITHUB_REF_TYPE") == "tag":
        here.add(os.environ.get("GITHUB_REF_NAME", ""))
    if wrong := {name for name in here if re.match(r"v?\d", name)} - names:
        problems.append(f"the tag {' and '.join(sorted(wrong))} does not fit version {version}")
    return problems


def check_archive(venv: dict[str, str], problems: list[str]) -> str:
    """Build the archive twice, and check what is in it, that Galaxy imports it, and that it works without tests."""
    first = archive.build(BUILD / "release" / "first")
    other_sources = BUILD / "release" / "sources"
    shutil.rmtree(other_sources, ignore_errors=True)
    working_copy.refresh(other_sources)
    second = archive.build(BUILD / "release" / "second", other_sources)
    if first.read_bytes() != second.read_bytes():
        problems.append("the archive is not reproducible: two builds differ")
    problems += archive.problems_of_content(first)
    run_part(lambda: archive.import_as_galaxy(first, venv), problems)
    return archive.try_out(first, venv, keep_tests=False)


def read_yaml(file: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(file.read_text(encoding="utf-8")))
