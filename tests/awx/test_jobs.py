# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Further jobs of an AWX administrator: the long form, `make test-awx`."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote

import pytest

from tests.helpers.interpreters import without_spaces

from .inventories import Inventory, text_of
from .jobs import BIN, VAULT_PASSWORD, Credential, base_environment, leaks, sync
from .project import PASSWORD, Awx, credential_type, long_form

pytestmark = long_form

TITLES = [f"App {number:02}" for number in range(20)]
MAX_EVENT_CHARACTERS = 200_000
# Fewer than one event per app in addition to those of every play.
EVENTS_OF_A_PLAY = 30


def declared(awx: Awx, titles: list[str]) -> Inventory:
    """Load a fleet, declare its files and return its inventory."""
    awx.load_fleet(titles)
    inventory = awx.sync_inventory()
    awx.declare(inventory)
    awx.emulator.clear_requests()
    return inventory


def expected(awx: Awx, host: str, *, renewed: bool = False) -> list[tuple[str, str, str]]:
    files = awx.files
    certificate, profile = (files.renewed, files.renewed_profile) if renewed else (files.certificate, files.profile)
    name = "distribution-2027.p12" if renewed else "distribution.p12"
    return [
        ("build_certificates", name, hashlib.sha256(certificate).hexdigest()),
        ("provisioning_profiles", f"{host}.mobileprovision", hashlib.sha256(profile).hexdigest()),
    ]


def expected_by_title(awx: Awx, inventory: Inventory, **more: Any) -> dict[str, list[tuple[str, str, str]]]:
    return {
        text_of(variables["bitrise_title"]): expected(awx, host, **more) for host, variables in inventory.hosts.items()
    }


@pytest.mark.parametrize("playbook", ["own_play.yml", "rollout.yml"])
def test_rollout_job(awx: Awx, playbook: str) -> None:
    inventory = declared(awx, TITLES)
    assert awx.job(inventory, arguments=["--check"]).run(playbook).status == 0
    assert awx.writes() == []

    result = awx.job(inventory).run(playbook)

    assert result.status == 0, result.text
    assert awx.contents() == expected_by_title(awx, inventory)
    assert sorted(result.changed) == sorted(inventory.hosts)
    assert f"{len(TITLES)} apps" in result.text
    awx.emulator.clear_requests()
    again = awx.job(inventory).run(playbook)
    assert again.status == 0
    assert again.changed == []
    assert awx.writes() == []
    # An unchanged app has no event of its own. The remaining events are those of the play.
    assert len(again.events) < EVENTS_OF_A_PLAY


def test_job_fails_without_group_vars_beside_its_playbook(awx: Awx, tmp_path: Path) -> None:
    """Check that a job fails if ansible-core finds no group_vars, instead of succeeding without any action."""
    awx.load_fleet(TITLES[:2])
    source = tmp_path / "elsewhere" / "fleet.bitrise.yml"
    source.parent.mkdir()
    shutil.move(awx.project / "fleet.bitrise.yml", source)
    shutil.copy(source, awx.project / "unused.bitrise.yml")
    inventory = Inventory.imported(sync(source.parent, source.name, awx.credential)[0])

    result = awx.job(inventory).run("rollout.yml")

    assert result.status != 0
    assert "No code-signing file is declared for any host" in " ".join(result.text.split())
    # The project's own play reads them.
    awx.declare(inventory)
    assert awx.job(inventory).run("own_play.yml").status == 0
    assert awx.contents() == expected_by_title(awx, inventory)


def declare_renewal(awx: Awx, inventory: Inventory) -> None:
    """Declare the renewed certificate and its profiles in place of the old ones."""
    variables = awx.project / "group_vars" / "type_ios" / "code_signing.yml"
    variables.write_text(variables.read_text().replace("distribution.p12", "distribution-2027.p12"))
    awx.put("distribution-2027.p12", awx.files.renewed)
    for host in inventory.hosts:
        awx.put(f"{host}.mobileprovision", awx.files.renewed_profile)


@pytest.mark.parametrize("old", ["distribution.p12", "distribution.p12\nnever-there.p12", ""])
def test_rotation_job(awx: Awx, old: str) -> None:
    inventory = declared(awx, TITLES)
    assert awx.job(inventory).run("rollout.yml").status == 0
    declare_renewal(awx, inventory)
    answers = {"rotate_certificate_old": old, "rotate_certificate_batch": "", "rotate_certificate_hosts": ""}

    result = awx.job(awx.sync_inventory(), answers=answers, arguments=["-vvvv", "--diff"]).run("rotate_certificate.yml")

    assert result.status == 0, result.text
    assert awx.leaks_of(result) == []
    renewed = expected_by_title(awx, inventory, renewed=True)
    if not old:
        kept = ("build_certificates", "distribution.p12", hashlib.sha256(awx.files.certificate).hexdigest())
        renewed = {title: sorted([kept, *files]) for title, files in renewed.items()}
    assert awx.contents() == renewed


def test_report_job(awx: Awx) -> None:
    inventory = declared(awx, TITLES)
    assert awx.job(inventory).run("rollout.yml").status == 0
    for answers in ({}, {"code_signing_report_expires_within": 400, "code_signing_report_fail_on": ["expiring"]}):
        result = awx.job(inventory, answers=answers, arguments=["-vvvv", "--diff"]).run("report.yml")

        assert awx.leaks_of(result) == []
        findings = result.artifacts["findings"]
        assert result.artifacts["apps"] == len(TITLES)
        assert findings["expiring"]["count"] == (2 * len(TITLES) if answers else 0)
        assert len(findings["expiring"]["names"]) == findings["expiring"]["count"]
        assert (result.status != 0) == bool(answers)
        assert (result.folder / "project" / "code-signing-report" / "index.html").exists()


def test_blank_survey_answers(awx: Awx) -> None:
    inventory = declared(awx, TITLES[:2])
    answers = {"abort_stale_builds_hours": "", "abort_stale_builds_hosts": "", "rollout_hosts": ""}
    assert awx.job(inventory, answers=answers).run("abort_stale_builds.yml").status == 0
    assert awx.job(inventory, answers={"rollout_hosts": "App_00\nApp_01"}).run("rollout.yml").status == 0
    assert awx.contents() == expected_by_title(awx, inventory)
    # A template in an answer is not evaluated.
    wrong = awx.job(inventory, answers={"rollout_hosts": "{{ 'App_00' }}"}).run("rollout.yml")
    assert wrong.status != 0


def test_doctor_job(awx: Awx) -> None:
    inventory = declared(awx, TITLES[:2])
    answers = {"doctor_apps": "", "doctor_app": "", "doctor_writes": ""}
    result = awx.job(inventory, answers=answers, arguments=["-vvvv"]).run("doctor.yml")
    assert result.status == 0, result.text
    assert awx.leaks_of(result) == []
    assert result.artifacts["failed_checks"] == []
    assert "2 hosts, all with declared files" in result.text


def test_slices_have_the_same_result_as_one_job(awx: Awx) -> None:
    titles = [f"App {number:02}" for number in range(60)]
    inventory = declared(awx, titles)
    results = [awx.job(inventory, hosts=inventory.slice(number, 3)).run("rollout.yml") for number in (1, 2, 3)]
    assert [result.status for result in results] == [0, 0, 0]
    assert [result.artifacts["apps"] for result in results] == [20, 20, 20]
    sliced = awx.contents()
    requests = len(awx.emulator.requests())

    awx.load_fleet(titles)
    whole = awx.job(awx.sync_inventory()).run("rollout.yml")
    assert whole.status == 0
    assert awx.contents() == sliced == expected_by_title(awx, inventory)
    assert abs(len(awx.emulator.requests()) - requests) <= 10  # the requests of the sync only


def test_rollout_on_a_separate_node(awx: Awx, tmp_path: Path) -> None:
    inventory = declared(awx, TITLES)
    job = awx.job(inventory, arguments=["-vvvv", "--diff"])

    result, returned = job.run_remotely("rollout.yml", tmp_path / "worker", tmp_path / "processed")

    assert result.status == 0, result.stdout
    assert awx.contents() == expected_by_title(awx, inventory)
    secrets = [awx.emulator.tokens["owner"].encode(), PASSWORD.encode(), VAULT_PASSWORD.encode(), *awx.files.secrets]
    assert leaks(secrets, [tmp_path / "processed"], [returned]) == []


def test_leaks_finds_each_form_of_a_secret(tmp_path: Path) -> None:
    """Check that the search finds a secret in every form."""
    secret = b"a secret/with+signs of some length"
    for text in (secret, base64.b64encode(b"xy" + secret + b"z"), quote(secret, safe="").encode()):
        assert leaks([secret], [], [b"before " + text]) != []


def ansible_processes(folder: Path) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and str(folder).encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def wait_until(condition: Callable[[], bool], seconds: float = 120) -> bool:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)
    return condition()


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finds processes in /proc")
def test_relaunch_after_a_killed_job(awx: Awx) -> None:
    """Kill a job during replacements and relaunch it with an empty home."""
    inventory = declared(awx, TITLES)
    assert awx.job(inventory).run("rollout.yml").status == 0
    declare_renewal(awx, inventory)
    variables = awx.project / "group_vars" / "type_ios" / "code_signing.yml"
    variables.write_text(variables.read_text().replace("distribution-2027.p12", "distribution.p12"))
    awx.put("distribution.p12", awx.files.renewed)
    inventory = awx.sync_inventory()
    awx.emulator.clear_requests()
    awx.emulator.options(latency_ms=100)
    job = awx.job(inventory)
    runner = subprocess.Popen(
        job.command("rollout.yml"), env=base_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        assert wait_until(lambda: len(awx.writes()) >= 16)
        # Kill only the main process, as a bare runner does. Workers of ansible-core 2.21 have their own session.
        mains = [pid for pid in ansible_processes(job.folder) if os.getpgid(pid) == pid]
        for pid in mains:
            if b"ansible-playbook" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)
        runner.kill()
        runner.wait(10)
        at_once = len(awx.writes())
        assert wait_until(lambda: ansible_processes(job.folder) == [], 30)
    finally:
        runner.kill()
    # Each of eight threads may finish its current request.
    assert len(awx.writes()) <= at_once + 8
    awx.emulator.options(latency_ms=0)

    relaunched = awx.job(inventory).run("rollout.yml")

    assert relaunched.status == 0, relaunched.text
    digests = [hashlib.sha256(content).hexdigest() for content in (awx.files.renewed, awx.files.renewed_profile)]
    assert {tuple(sha256 for _kind, _name, sha256 in files) for files in awx.contents().values()} == {tuple(digests)}


def test_value_of_an_unknown_option_is_not_stored(awx: Awx) -> None:
    inventory = declared(awx, TITLES[:1])
    canary = "c4n4ry-0f-4n-0pti0n"
    options = {"app_slug": "x", "name": "x", "content": "eA==", "certificate_pasword": canary}
    tasks = [
        {"mobileops.ci.bitrise_build_certificate": {**options, "run_in": place}} for place in ("controller", "target")
    ]
    play = {"hosts": "all", "gather_facts": False, "tasks": [{**task, "ignore_errors": True} for task in tasks]}
    (awx.project / "misspelt.yml").write_text(json.dumps([play]))
    result = awx.job(inventory, arguments=["-vvvv"]).run("misspelt.yml")
    assert "certificate_pasword" in result.text
    # AWX does not store the play itself, which contains the canary.
    assert leaks([canary.encode()], [result.folder / "artifacts"], [result.stdout.encode()]) == []


def test_event_sizes_of_500_apps(awx: Awx) -> None:
    """Check the events of 500 apps with 5 uploads each."""
    titles = [f"App {number:03}" for number in range(500)]
    variables = awx.project / "group_vars" / "type_ios" / "code_signing.yml"
    names = [f"extra-{number}.txt" for number in range(4)]
    entries = "".join(f"  - src: {name}\n    user_env_key: EXTRA_{number}\n" for number, name in enumerate(names))
    for name in names:
        (awx.project / "files" / name).write_text(name)
    variables.write_text(
        "code_signing_project_files:\n" + entries + "code_signing_certificates:\n  - src: distribution.p12\n"
        '    certificate_password: "{{ distribution_password }}"\n'
    )
    awx.load_fleet(titles)
    inventory = awx.sync_inventory()

    result = awx.job(inventory).run("rollout.yml")

    assert result.status == 0, result.text[-2000:]
    assert len(result.changed) == len(titles)
    assert result.largest_event < MAX_EVENT_CHARACTERS
    assert len(result.events) < 2 * len(titles) + EVENTS_OF_A_PLAY
    again = awx.job(inventory).run("rollout.yml")
    assert again.status == 0
    assert len(again.events) < EVENTS_OF_A_PLAY


def program(name: str) -> str:
    found = shutil.which(name, path=str(BIN))
    if not found:
        pytest.skip(f"{name} is not installed with this ansible-core")
    return found


def test_execution_environment(awx: Awx, tmp_path: Path) -> None:
    """Check that the context of the image can be created, and that introspection gives no warning."""
    builder = program("ansible-builder")
    context = tmp_path / "context"
    definition = str(awx.project / "execution-environment.yml")
    subprocess.run(
        [builder, "create", "--output-filename", "Containerfile", "-f", definition, "-c", str(context)],
        check=True,
        capture_output=True,
        env=base_environment(),
    )
    assert "ansible-core>=2.18,<2.23" in (context / "Containerfile").read_text()
    assert (context / "_build" / "requirements.yml").read_text() == (
        awx.project / "collections" / "requirements.yml"
    ).read_text()
    site = next((BIN.parent / "lib").glob("python3*/site-packages"))
    shown = subprocess.run(
        [builder, "introspect", "--sanitize", str(site)],
        check=True,
        capture_output=True,
        text=True,
        env=base_environment(),
    )
    assert "cryptography" in shown.stdout
    assert "arning" not in shown.stderr


def test_rollout_with_ansible_navigator(awx: Awx) -> None:
    navigator = program("ansible-navigator")
    inventory = declared(awx, TITLES[:2])
    job = awx.job(inventory)
    job.prepare("rollout.yml")
    (job.folder / "vault").write_text(VAULT_PASSWORD)
    environment = {**base_environment(), **awx.credential.environment, "HOME": str(job.folder / "home")}
    command = [navigator, "run", "rollout.yml", "--ee", "false", "--mode", "stdout", "--pas", "false"]
    command += ["-i", str(job.folder / "inventory" / "hosts"), "--vault-password-file", str(job.folder / "vault")]
    done = subprocess.run(
        command, cwd=awx.project, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert awx.contents() == expected_by_title(awx, inventory)


def test_notification_of_findings(awx: Awx, tmp_path: Path) -> None:
    """Check that the second step of the workflow posts the findings of the first one."""
    inventory = declared(awx, TITLES[:2])
    assert awx.job(inventory).run("rollout.yml").status == 0
    first = awx.job(inventory, answers={"code_signing_report_expires_within": 400}).run("report.yml")
    posted: list[dict[str, str]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (name in the base class)
            """Write no log."""

    server = HTTPServer(("127.0.0.1", 0), Hook)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/s3cr3t-p4th-0f-the-hook"
    webhook = Credential.of_type(credential_type("Code signing webhook")["injectors"], {"url": url})
    # Not a task of this collection, so it needs an interpreter that ansible-core can start as a module.
    answers = {**first.artifacts, "ansible_python_interpreter": str(without_spaces(BIN / "python", tmp_path))}
    try:
        second = awx.job(inventory, credentials=[webhook], answers=answers).run("notify.yml")
    finally:
        server.shutdown()
        server.server_close()
    assert second.status == 0, second.text
    assert "4 expiring: " in posted[0]["text"]
    assert "App 00" in posted[0]["text"]
    assert leaks([b"s3cr3t-p4th-0f-the-hook"], [second.folder / "artifacts"]) == []
