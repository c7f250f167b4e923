# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The YAML of READMEs, guides and plugins runs against the emulator as it is written."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import jinja2
import pytest
from ansible.plugins.filter.core import subelements

from tests.emulator.process import Emulator
from tests.helpers.interpreters import without_spaces
from tests.helpers.servers import CannedResponse, serving
from tests.signing_files.__main__ import make

from .examples import APP, PASSWORD, PLUGINS, Project
from .yaml_blocks import CHECKOUT, Block, blocks

FLEET = CHECKOUT / "examples" / "fleet"
# Examples that another test runs, or reads as the program does that uses them.
ELSEWHERE = {
    "README-2": "tests/functional/docs/test_galaxy.py",
    "awx_guide-1": "tests/awx/test_examples.py",
    "awx_guide-2": "tests/awx/test_examples.py",
    "awx_guide-3": "tests/awx/test_examples.py",
    "awx_guide-4": "tests/awx/test_examples.py",
    "playbook_awx_setup-1": "tests/awx/test_examples.py",
    "playbook_phonegap_rollout-1": "tests/functional/docs/test_console.py",
    "report_guide-1": "tests/unit/report/test_outputs.py",
}
# Fails for an expired file, as it should, after it has published the report. ansible-playbook ends with it.
FAILS = "role-code_signing_report-2"
# Expected output of some examples.
PRINTED = {
    "README-1": "changed: [README-1]",
    "README-4": "distribution.p12 uploaded, README-4.mobileprovision uploaded",
    "README-5": "Shop: expired.p12: It expired on",
    "README-6": f'"{APP}": "Shop"',
    FAILS: "expired: Shop: expired.p12",
    "troubleshooting-1": "changed=0",
}


def is_inventory(block: Block) -> bool:
    return isinstance(block.content, dict) and "plugin" in block.content


def in_fleet(block: Block) -> bool:
    """Return True if the block is a file of examples/fleet, which another test covers."""
    return any(
        _without_comments(file.read_text("utf-8")) == _without_comments(block.text) for file in FLEET.rglob("*.yml")
    )


def _without_comments(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    return [line for line in lines if line not in ("", "---")]


ALL = blocks()
SOURCES = [block for block in ALL if is_inventory(block)]
RUN = [block for block in ALL if not is_inventory(block) and block.name not in ELSEWHERE and not in_fleet(block)]
RUN.sort(key=lambda block: block.name == FAILS)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, running_emulator: Emulator) -> Project:
    return Project(tmp_path_factory.mktemp("examples"), running_emulator)


@pytest.fixture(scope="module")
def outcome(project: Project, running_emulator: Emulator) -> Mapping[str, tuple[int, str]]:
    """Run all examples in one process. Return the number of failed tasks and the output of each, by name."""
    names = [project.write(block) for block in RUN]
    sources = project.write_inventory(RUN, SOURCES)
    words = [word for source in sources for word in ("-i", source)]
    words += ["-e", "my_hosts=lookup-app_hosts-1", *names]
    with serving(CannedResponse()) as chat:
        webhook = f"chat_webhook={chat.url}"
        done = ansible("playbook", *words, "-e", webhook, folder=project.folder, emulator=running_emulator)
    found = {}
    for part in re.split(r"^(?=PLAY \[[\w-]+-\d+\] )", done.stdout, flags=re.MULTILINE)[1:]:
        name = part.split("]")[0].removeprefix("PLAY [")
        recap = re.search(rf"^{name} +: ok=(\d+) .* failed=(\d+) .* rescued=(\d+) ", part, re.MULTILINE)
        found[name] = (int(recap[2]) + int(recap[3]) if recap and int(recap[1]) > 1 else -1, part)
    return {**found, "": (done.returncode, done.stdout + done.stderr)}


def ansible(program: str, *words: str, folder: Path, emulator: Emulator) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(without_spaces(Path(sys.executable), folder)), "-m", "ansible", program, *words],
        cwd=folder,
        env={
            **os.environ,
            "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder),
            "ANSIBLE_HOME": str(folder / "ansible"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_LOOKUP_PLUGINS": str(PLUGINS),
            "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "1",
            "BITRISE_API_TOKEN": emulator.tokens["owner"],
            "BITRISE_API_BASE_URL": emulator.api_url,
            "SIGNING_PASSWORD": PASSWORD,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("block", RUN, ids=lambda block: block.name)
def test_example_runs(block: Block, outcome: Mapping[str, tuple[int, str]]) -> None:
    # ansible-playbook stops after a play that failed; without any part there was no run at all.
    failed, output = outcome.get(block.name) or ((-1, "not reached") if len(outcome) > 1 else outcome[""])
    assert failed == (block.name == FAILS), output
    assert PRINTED.get(block.name, "") in output


def test_examples_of_inventories_are_parsed(outcome: Mapping[str, tuple[int, str]]) -> None:
    assert len(SOURCES) > 3
    # ansible-playbook runs no example if it cannot parse one of them.
    assert set(outcome) == {"", *(block.name for block in RUN)}, outcome[""]


def test_report_is_published_before_the_failure(project: Project, outcome: Mapping[str, tuple[int, str]]) -> None:
    assert outcome[FAILS][0] == 1
    assert (project.folder / "var" / "www" / "signing" / "index.html").is_file()


def test_rotation_guide_names_invalid_files() -> None:
    (play,) = next(block for block in ALL if block.name == "rotation_guide-1").content
    message = play["tasks"][1]["ansible.builtin.assert"]["fail_msg"]
    findings = [{"severity": "error", "message": "It expired."}, {"severity": "warning", "message": "It expires."}]
    files = [{"src": "distribution.p12", "findings": findings}, {"src": "Shop.mobileprovision", "findings": []}]
    environment = jinja2.Environment(autoescape=True)
    environment.filters["subelements"] = subelements
    text = environment.from_string(message).render(renewed={"files": files})
    # ansible-core rejects an empty message, also if it is not used.
    assert environment.from_string(message).render(renewed={"files": []}).strip()
    assert " ".join(text.split()) == "These files are not usable. distribution.p12: It expired."


def test_every_exception_exists() -> None:
    assert {*ELSEWHERE, *PRINTED} <= {block.name for block in ALL}
    for name, test in ELSEWHERE.items():
        assert f'"{name}"' in (CHECKOUT / test).read_text("utf-8")


def test_fleet_example(tmp_path: Path, emulator: Emulator) -> None:
    """Run a rollout, a second one without a change, and a report in the project of the fleet guide."""
    folder = tmp_path / "fleet"
    shutil.copytree(FLEET, folder, ignore=shutil.ignore_patterns("*.p12", "*.jks", "*.mobileprovision"))
    for name, content in make(["Shop", "Bank_iOS", "Bank_iOS_widget"], PASSWORD).items():
        (folder / "files" / name).write_bytes(content)
    emulator.load(json.loads((FLEET / "emulator.json").read_text("utf-8")))

    playbooks = ["mobileops.ci.rollout", "mobileops.ci.rollout", "mobileops.ci.report"]
    done = ansible("playbook", "-i", "fleet.bitrise.yml", *playbooks, folder=folder, emulator=emulator)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.findall(r"Files: +(\d+) uploaded, 0 updated, 0 deleted", done.stdout) == ["6", "0"]
    apps = {app["title"]: app for app in emulator.state()["apps"].values()}
    assert len(apps["Bank: iOS"]["provisioning_profiles"]) == 2
    assert apps["Shop"]["build_certificates"][0]["is_protected"]
    assert apps["Price Tags"]["android_keystores"]
    assert (folder / "code-signing-report" / "index.html").is_file()
