# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The archive of the collection: build it, import it as Galaxy does, install it, and run it."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tarfile
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import working_copy
from isolated import BUILD, ROOT, TOOLS, ProgramError, isolated_environment, run
from package_index import PYTHON

_CLEAN = BUILD / "clean"
_IMPORTER = BUILD / "importer"
# All files of an archive match one of these, apart from those that ansible-galaxy adds.
_BELONGS = (
    ".ansible-lint",
    ".yamllint",
    "CHANGELOG.*",
    "CODE_OF_CONDUCT.md",
    "CONTRIBUTING.md",
    "COPYING",
    "LICENSES/*.txt",
    "README.md",
    "REUSE.toml",
    "SECURITY.md",
    "changelogs/changelog.yaml",
    "changelogs/config.yaml",
    "docs/docsite/*",
    "examples/*",
    "meta/*",
    "playbooks/*.yml",
    "plugins/*.py",
    "plugins/plugin_utils/_report/html/*",
    "roles/*",
    "tests/__init__.py",
    "tests/config.yml",
    "tests/emulator/*",
    "tests/signing_files/*.py",
)
_NEEDED = (
    "CHANGELOG.md",
    "COPYING",
    "LICENSES/GPL-3.0-or-later.txt",
    "README.md",
    "meta/runtime.yml",
    "playbooks/rollout.yml",
    "plugins/inventory/bitrise.py",
    "plugins/modules/bitrise_code_signing.py",
    "roles/code_signing/README.md",
    "tests/emulator/__main__.py",
    "tests/emulator/requirements.txt",
    "tests/signing_files/__init__.py",
)
_ADDED = {"MANIFEST.json", "FILES.json"}
_LINT_TIMED_OUT = "ERROR: Timeout on call to ansible-lint"


def build(folder: Path, source: Path = working_copy.SOURCES) -> Path:
    """Build the archive in an empty folder. The same sources give the same bytes."""
    shutil.rmtree(folder, ignore_errors=True)
    run("ansible-galaxy", "collection", "build", "--output-path", folder, source)
    (archive,) = folder.glob("mobileops-ci-*.tar.gz")
    make_reproducible(archive)
    return archive


def make_reproducible(archive: Path) -> None:
    """Sort the files, and replace all times by that of the last commit, or by SOURCE_DATE_EPOCH."""
    with tarfile.open(archive) as packed:
        members = {
            member.name: (member, content.read() if (content := extract(packed, member)) else None)
            for member in packed.getmembers()
        }
    listing = json.loads(members["FILES.json"][1] or b"")
    listing["files"].sort(key=lambda entry: entry["name"])
    manifest = json.loads(members["MANIFEST.json"][1] or b"")
    files = json.dumps(listing, indent=True).encode()
    manifest["file_manifest_file"]["chksum_sha256"] = hashlib.sha256(files).hexdigest()
    members["FILES.json"] = (members["FILES.json"][0], files)
    members["MANIFEST.json"] = (members["MANIFEST.json"][0], json.dumps(manifest, indent=True).encode())
    time = source_time()
    with (
        archive.open("wb") as raw,
        gzip.GzipFile("", "wb", fileobj=raw, mtime=time) as stream,
        tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as packed,
    ):
        # Clients read the manifests first.
        for name in sorted(members, key=lambda name: (name not in _ADDED, name)):
            member, data = members[name]
            member.mtime, member.pax_headers = time, {}
            if data is not None:
                member.size = len(data)
            packed.addfile(member, None if data is None else io.BytesIO(data))


def extract(packed: tarfile.TarFile, member: tarfile.TarInfo) -> Any:
    return packed.extractfile(member) if member.isfile() else None


def source_time() -> int:
    """Return SOURCE_DATE_EPOCH, the time of the last commit, or a fixed time without Git."""
    if text := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(text)
    return int(git("log", "-1", "--format=%ct") or 946684800)


def git(*arguments: str) -> str:
    """Return what a Git command prints in the checkout, or an empty string if it fails or there is no repository."""
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        return ""
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, env=isolated_environment())
    return done.stdout.strip() if done.returncode == 0 else ""


def check_content(archive: Path) -> None:
    """Raise ProgramError if something is in the archive and should not be, or is missing."""
    if problems := problems_of_content(archive):
        raise ProgramError("; ".join(problems))


def problems_of_content(archive: Path) -> list[str]:
    """Return what is in the archive and should not be, and what is missing."""
    with tarfile.open(archive) as packed:
        files = {member.name for member in packed.getmembers() if not member.isdir()}
    in_project = working_copy.project_files()
    unexpected = [
        name
        for name in sorted(files - _ADDED)
        if name not in in_project or not any(fnmatchcase(name, pattern) for pattern in _BELONGS)
    ]
    missing = sorted({*_NEEDED, *_ADDED} - files)
    problems = []
    if unexpected:
        problems.append(
            f"{', '.join(unexpected)}: not expected in the archive, "
            "add it to build_ignore in galaxy.yml, or to _BELONGS in .ci/archive.py"
        )
    if missing:
        problems.append(f"missing in the archive: {', '.join(missing)}")
    return problems


def import_as_galaxy(archive: Path, venv: dict[str, str]) -> str:
    """Import the archive with galaxy-importer. Raise ProgramError if it rejects the archive or warns."""
    for name in ("run", "tmp"):
        shutil.rmtree(_IMPORTER / name, ignore_errors=True)
        (_IMPORTER / name).mkdir(parents=True)
    env = venv | {
        "GALAXY_IMPORTER_TMP_ROOT_DIR": str(_IMPORTER / "tmp"),
        "GALAXY_IMPORTER_ANSIBLE_LOCAL_TMP": str(_IMPORTER / "tmp"),
    }
    command = ("python", "-m", "galaxy_importer.main", archive)
    output = run(*command, cwd=_IMPORTER / "run", env=env)
    if _LINT_TIMED_OUT in output:  # after 180 s, on a busy machine
        output = run(*command, cwd=_IMPORTER / "run", env=env)
    if complaints := complaints_in(output):
        raise ProgramError(f"galaxy-importer: {len(complaints)} complaints, such as: {complaints[0]}")
    if not re.search(r"^Linting collection via ansible-lint", output, flags=re.MULTILINE):
        raise ProgramError("galaxy-importer did not run ansible-lint")
    return "imported by galaxy-importer"


def complaints_in(output: str) -> list[str]:
    """Return the warnings and errors of galaxy-importer.

    It gives ansible-lint a path that ends with "ansible_collections", below which ansible-lint looks for that folder
    again. So ansible-lint finds no playbook of the collection that another playbook imports. Leave that warning out if
    the playbook exists.
    """
    found = re.findall(r"^(?:WARNING|ERROR): .*", output, flags=re.MULTILINE)
    imports = re.compile(r"WARNING: ERROR +Failed to find mobileops\.ci\.(\w+) playbook\.")
    return [
        line
        for line in found
        if not ((playbook := imports.fullmatch(line)) and (ROOT / "playbooks" / f"{playbook[1]}.yml").exists())
    ]


def try_out(archive: Path, venv: dict[str, str], *, keep_tests: bool) -> str:
    """Install the archive into an empty folder, and use it with an emulator and signing files that are in it, too.

    ansible-core comes from a virtual environment without the checkout.
    """
    shutil.rmtree(_CLEAN, ignore_errors=True)
    env = venv | {
        "PATH": venv["PATH"].replace(TOOLS + os.pathsep, ""),
        "ANSIBLE_COLLECTIONS_PATH": str(_CLEAN / "collections"),
        "ANSIBLE_LOCALHOST_WARNING": "0",
    }
    run("ansible-galaxy", "collection", "install", "--offline", "-p", _CLEAN / "collections", archive, env=env)
    installed = _CLEAN / "collections" / "ansible_collections" / "mobileops" / "ci"
    rehearsal = _CLEAN / "rehearsal"
    shutil.copytree(installed, rehearsal, symlinks=True)
    if not keep_tests:
        shutil.rmtree(installed / "tests")
    python = [PYTHON, "-B", "-m"]
    files = _CLEAN / "files"
    files.mkdir()
    run(*python, "tests.signing_files", files, "Shop", cwd=rehearsal)
    with subprocess.Popen(
        [*python, "tests.emulator", "--port", "0"],
        cwd=rehearsal,
        env=isolated_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as emulator:
        try:
            assert emulator.stdout is not None
            started = json.loads(emulator.stdout.readline() or "{}")
            if not started:
                raise ProgramError("the emulator of the archive did not start")
            service = {"BITRISE_API_BASE_URL": started["bitrise"], "BITRISE_API_TOKEN": started["tokens"]["owner"]}
            return use_installed(env | service)
        finally:
            emulator.terminate()


def use_installed(env: dict[str, str]) -> str:
    """List the apps with a module and with the inventory plugin, and plan a rollout with the playbook."""
    inventory = _CLEAN / "fleet.bitrise.yml"
    inventory.write_text("plugin: mobileops.ci.bitrise\n", encoding="utf-8")
    minimal = {"ANSIBLE_LOAD_CALLBACK_PLUGINS": "1", "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.minimal"}
    module = ["localhost", "--module-name", "mobileops.ci.bitrise_app_info"]
    apps = apps_in(run("ansible", *module, env=env | minimal))
    listed = run("ansible-inventory", "-i", inventory, "--list", env=env)
    hosts = json.loads(listed[listed.index("{\n") :])["_meta"]["hostvars"]  # after warnings
    if not 0 < len(hosts) <= len(apps):  # disabled apps are no hosts
        raise ProgramError(f"the module lists {len(apps)} apps, the inventory plugin {len(hosts)}")
    certificate = {"src": str(_CLEAN / "files" / "distribution.p12"), "certificate_password": "rehearsal"}
    declared = ["--extra-vars", json.dumps({"code_signing_certificates": [certificate]})]
    playbook = ["mobileops.ci.rollout", "-i", str(inventory), "--check"]
    output = run("ansible-playbook", *playbook, *declared, env=env)
    if "distribution.p12 would be uploaded" not in output:
        raise ProgramError("the playbook did not plan an upload")
    documented = run("ansible-doc", "--list", "mobileops.ci", env=env)
    modules = len(re.findall(r"^mobileops\.ci\.\w+ ", documented, flags=re.MULTILINE))
    return f"{len(apps)} apps, {len(hosts)} hosts, {modules} modules documented"


def apps_in(output: str) -> list[object]:
    """Return the apps in the output of the module with the callback plugin minimal."""
    status, _arrow, answer = output.partition(" => ")
    apps = json.loads(answer).get("apps") if status.rstrip().endswith("localhost | SUCCESS") else None
    if not apps:
        raise ProgramError("the module did not list the apps of the emulator")
    return list(apps)
