# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of READMEs and guides run against the emulator, and print what the page shows."""

from __future__ import annotations

import base64
import importlib
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.process import Emulator
from tests.helpers.cases import exhaustive
from tests.signing_files.__main__ import make

from .ansible_runs import PROGRAMS, AnsibleRuns
from .console_blocks import Command, commands
from .examples import APP, PASSWORD
from .yaml_blocks import CHECKOUT, blocks

ALL = commands()
YAML = {block.name: block.text for block in blocks()}
FLEET = CHECKOUT / "examples" / "fleet"
# Commands that do not run here, by their beginning, with the reason.
ELSEWHERE = {
    "ansible-builder ": "builds a container; tests/awx/test_jobs.py creates its context",
    "ansible-galaxy ": "test_galaxy.py runs them",
    "ansible-playbook mobileops.ci.awx_setup ": "needs the collection awx.awx; tests/awx/test_examples.py runs it",
    "ansible-playbook rollout.yml -i ": "a playbook of the AWX project; tests/awx/test_rollout.py runs it",
    "ansible-vault encrypt_string ": "test_commands.py runs them",
    "cd ": "the tests know the folder",
    "codesigndoc ": "needs a Mac",
    "cp codesigndoc_exports": "copies what codesigndoc exported",
    "export ": "the tests set these variables",
    "git ": "needs a repository of the user",
    "make ": "the environment of this checkout; make test and make matrix are the checks themselves",
    "mkdir ": "the tests know the folder",
    "pip ": "needs a package index",
    "podman ": "needs a registry",
    "python3 -m venv ": "needs a package index",
    "xdg-open ": "opens a browser",
    "~/emulator/bin/python ": "runs until it is stopped; the session archive starts the emulator of the archive",
}
# Pages whose apps have files already.
WITH_FILES = {"migration_guide", "playbook_adopt", "playbook_rotate_certificate", "role-code_signing", "rotation_guide"}


def elsewhere(command: Command) -> bool:
    return any(command.text.startswith(beginning) for beginning in ELSEWHERE)


RUN = [command for command in ALL if not elsewhere(command)]
BLOCKS = {command.block: command.page for command in RUN}
# `make test` runs the commands of these pages, `make matrix` those of all pages.
QUICK = {"README", "playbook_phonegap_rollout"}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, running_emulator: Emulator) -> Iterator[AnsibleRuns]:
    folder = tmp_path_factory.mktemp("runs")
    settings = {
        "HOME": str(folder),
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "1",
        "BITRISE_API_TOKEN": running_emulator.tokens["owner"],
        "BITRISE_API_BASE_URL": running_emulator.api_url,
        "PHONEGAP_API_URL": running_emulator.phonegap_url,
        "PHONEGAP_TOKEN": running_emulator.phonegap_tokens["owner"],
        "SIGNING_PASSWORD": PASSWORD,
    }
    with AnsibleRuns(folder, settings) as runs:
        yield runs


def signing_files() -> dict[str, bytes]:
    return make(["Shop", "Bank_iOS", "Bank_iOS_widget"], PASSWORD)


def state(page: str) -> dict[str, Any]:
    """Return the fleet of the emulator guide, with other files than those of the project if the page needs them."""
    fleet: dict[str, Any] = json.loads((FLEET / "emulator.json").read_text("utf-8"))
    shop, bank, prices = fleet["apps"]
    shop["slug"] = APP
    if page not in WITH_FILES:
        return fleet
    files = {name: base64.b64encode(content).decode() for name, content in signing_files().items()}
    certificate = {
        "name": "distribution.p12",
        "content_base64": files["distribution.p12"],
        "certificate_password": PASSWORD,
        "is_protected": page == "migration_guide",
    }
    if page == "migration_guide":  # a rollout cannot replace a keystore
        prices["android_keystores"] = [{"name": "release.jks", "content_base64": files["release.jks"]}]
    for app, names in ((shop, ["Shop"]), (bank, ["Bank_iOS", "Bank_iOS_widget"])):
        if page == "migration_guide" and app is bank:
            continue
        app["build_certificates"] = [certificate]
        app["provisioning_profiles"] = [
            {"name": f"{name}.mobileprovision", "content_base64": files[f"{name}.mobileprovision"]} for name in names
        ]
    return fleet


def project(page: str, folder: Path) -> Path:
    """Write the project of a page below `folder`; return its folder."""
    fleet = folder / "examples" / "fleet"
    ignored = shutil.ignore_patterns("*.p12", "*.jks", "*.mobileprovision")
    shutil.copytree(FLEET, fleet, ignore=ignored)
    if page == "getting_started":
        remove_declarations(fleet)
        write(fleet / "fleet.bitrise.yml", YAML["getting_started-1"])
        write(fleet / "group_vars" / "all.yml", YAML["getting_started-2"])
    for name, content in signing_files().items():
        (fleet / "files" / name).write_bytes(content)
    write(fleet / "host_vars" / "localhost.yml", f"distribution_password: {PASSWORD}\n")
    write(fleet / "rollout.yml", YAML["README-1"])
    write(fleet / "validate.yml", YAML["rotation_guide-1"])
    write(fleet / "shop.yml", YAML["playbook_phonegap_rollout-1"])
    write(fleet / "www" / "index.html", "<!DOCTYPE html><title>Shop</title>")
    return fleet


def remove_declarations(fleet: Path) -> None:
    shutil.rmtree(fleet / "host_vars")
    shutil.rmtree(fleet / "group_vars")


def write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    "block", [pytest.param(block, marks=[] if page in QUICK else exhaustive) for block, page in BLOCKS.items()]
)
def test_commands(block: str, runs: AnsibleRuns, emulator: Emulator, tmp_path: Path) -> None:
    page = BLOCKS[block]
    emulator.load(state(page))
    emulator.options(phonegap_build_seconds=0)
    fleet = project(page, tmp_path)
    for command in (one for one in RUN if one.block == block):
        status, output = run(command, runs, emulator, fleet)
        assert status == 0, f"{command.text}\n{output}"
        assert "did you mean" not in output
        lines = [line.strip().rstrip(",") for line in output.splitlines()]
        missing = [line for line in command.printed if line.strip() not in lines]
        assert missing == [], f"{command.text}\n{output}"


def run(command: Command, runs: AnsibleRuns, emulator: Emulator, fleet: Path) -> tuple[int, str]:
    words = [word.replace("/var/www", str(fleet)) for word in command.words_in(fleet)]
    if "mobileops.ci.adopt" in words:
        remove_declarations(fleet)
    if words[0] in PROGRAMS:
        return runs.run(words, fleet, answer="of the vault\n" * 2)
    folder = fleet
    if words[0] == "python":
        words[0], folder = sys.executable, fleet.parents[1]
        (fleet / "files" / "release.jks").unlink(missing_ok=True)
    words = [word.replace("http://127.0.0.1:8080/_emulator", emulator.admin_url.rstrip("/")) for word in words]
    if not shutil.which(words[0]):
        pytest.skip(f"{words[0]} is not installed")
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("text", sorted({command.text for command in RUN if command.words[0] in PROGRAMS}))
def test_command_is_parsed(text: str) -> None:
    """Let the program read its arguments. This is the whole test of most commands in `make test`."""
    words = shlex.split(text, comments=True)
    module = importlib.import_module(PROGRAMS[words[0]])
    (program,) = (value for name, value in vars(module).items() if name == f"{words[0].partition('-')[2].title()}CLI")
    cli = program(words)
    cli.init_parser()
    given = cli.parser.parse_args(words[1:])
    for playbook in getattr(given, "args", None) or []:
        name = playbook.removeprefix("mobileops.ci.")
        assert name == playbook or (CHECKOUT / "playbooks" / f"{name}.yml").is_file()


def test_every_exception_exists() -> None:
    assert [beginning for beginning in ELSEWHERE if not any(one.text.startswith(beginning) for one in ALL)] == []
    assert {*QUICK, *WITH_FILES} <= set(BLOCKS.values())
