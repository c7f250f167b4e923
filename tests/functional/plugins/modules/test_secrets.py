# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Complete playbook runs at -vvvv with diff and a log file: no output or file of theirs contains a secret."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.helpers.cases import exhaustive
from tests.helpers.documentation import MODULES, ansible, spec_of
from tests.helpers.service import APP, CERTIFICATES, PROFILES, Service, a_file
from tests.helpers.tasks import ENTRIES

TOKEN = "c4nary-token"
WRONG_TOKEN = "c4nary-wrong-token"
PASSWORD = "c4nary-password"
STORED_PASSWORD = "c4nary-stored-password"
CONTENT = b"c4nary-content of a file"
STORED_CONTENT = b"c4nary-stored-content"
ENCODED = base64.b64encode(CONTENT).decode()
SECRETS = (b"c4nary", ENCODED.encode(), base64.b64encode(STORED_CONTENT), b"X-Amz-Signature=", b"X-Amz-Credential=")
# An app where each request is refused, in words that must not be repeated.
TALKATIVE = "b99b0001b99b0001"
WORDS = f"no {TOKEN}: https://storage.example/f?X-Amz-Credential=c4nary&X-Amz-Signature=c4nary"
PROFILE = "mobileops.ci.bitrise_provisioning_profile"
CERTIFICATE = "mobileops.ci.bitrise_build_certificate"
KEYSTORE = "mobileops.ci.bitrise_android_keystore"
PROJECT_FILE = "mobileops.ci.bitrise_project_file"
APPS = "mobileops.ci.bitrise_app_info"
SIGNING_FILES = "mobileops.ci.signing_file_info"
# These are not genuine signing files. One case has a file that is rejected.
UNSEEN = {"verify": "none"}

GOOD: list[tuple[str, dict[str, Any]]] = [
    (PROFILE, {"name": "new", "content": "{{ content }}", "is_protected": True, **UNSEEN}),
    (PROFILE, {"src": "{{ file }}", "name": "dist", "backup_dir": "{{ backup }}", **UNSEEN}),
    (PROFILE, {"name": "dist", "state": "absent"}),
    (CERTIFICATE, {"name": "new", "content": "{{ content }}", "certificate_password": "{{ password }}", **UNSEEN}),
    (CERTIFICATE, {"name": "dist", "content": "{{ content }}", **UNSEEN}),
    (CERTIFICATE, {"name": "dist", "certificate_password": "{{ password }}"}),
    (CERTIFICATE, {"name": "protected", "certificate_password": "{{ password }}", "update_password": "always"}),
    (f"{PROFILE}_info", {}),
    (f"{CERTIFICATE}_info", {}),
    (f"{CERTIFICATE}_info", {"slug": "{{ slug }}"}),
    (APPS, {}),
    (KEYSTORE, {"name": "new", "content": "{{ content }}", "alias": "a", "password": "{{ password }}", **UNSEEN}),
    (f"{KEYSTORE}_info", {}),
    (PROJECT_FILE, {"name": "new", "content": "{{ content }}", "user_env_key": "NEW"}),
    (f"{PROJECT_FILE}_info", {}),
]
# Options that do not exist may hold secrets, too.
MISSPELT: list[tuple[str, dict[str, Any]]] = [
    (CERTIFICATE, {"name": "x", "certificat_password": "{{ password }}", "api_tokn": "{{ wrong_token }}"}),
    (SIGNING_FILES, {"files": [{"src": "x"}], "pasword": "{{ password }}"}),
]
BAD: list[tuple[str, dict[str, Any]]] = [
    (PROFILE, {"api_token": "{{ wrong_token }}", "name": "x", "content": "{{ content }}"}),
    (PROFILE, {"name": "x", "content": "{{ password }}"}),
    (PROFILE, {"name": "protected", "is_protected": False}),
    (PROFILE, {"app_slug": TALKATIVE, "name": "x", "content": "{{ content }}", **UNSEEN}),
    (PROFILE, {"content": "{{ content }}", "src": "{{ file }}"}),
    (
        CERTIFICATE,
        {
            "app_slug": TALKATIVE,
            "name": "x",
            "content": "{{ content }}",
            "certificate_password": "{{ password }}",
            **UNSEEN,
        },
    ),
    (CERTIFICATE, {"name": "late", "content": "{{ content }}", "certificate_password": "{{ password }}", **UNSEEN}),
    (CERTIFICATE, {"api_url": "https://nowhere.invalid", "name": "x", "certificate_password": "{{ password }}"}),
    (f"{PROFILE}_info", {"app_slug": TALKATIVE}),
    (f"{CERTIFICATE}_info", {"app_slug": TALKATIVE}),
    (APPS, {"app_slug": TALKATIVE}),
    (CERTIFICATE, {"name": "x", "content": "{{ content }}", "certificate_password": "{{ password }}"}),
    (
        KEYSTORE,
        {"app_slug": TALKATIVE, "name": "x", "content": "{{ content }}", "password": "{{ password }}", **UNSEEN},
    ),
    (PROJECT_FILE, {"app_slug": TALKATIVE, "name": "x", "content": "{{ content }}", "user_env_key": "X"}),
    *MISSPELT,
]


# A module on its own takes a third of a second: there each module does one thing right and one wrong.
CHOSEN = {
    "controller": (GOOD, BAD),
    "target": (
        [GOOD[number] for number in (0, 3, 7, 9, 10)],
        [*(BAD[number] for number in (3, 5, 6, 8, 9, 10)), *MISSPELT],
    ),
}


def playbook(service: Service, where: str) -> list[dict[str, Any]]:
    def task(number: int, module: str, options: dict[str, Any], **more: Any) -> dict[str, Any]:
        app = {} if module in (APPS, SIGNING_FILES) else {"app_slug": APP}
        return {"name": f"Task {number}", module: {**app, **options}, **more}

    connection = {"api_url": service.emulator.api_url, "api_token": "{{ token }}", "max_retries": 0, "run_in": where}
    good, bad = CHOSEN[where]
    tasks = [task(number, *some) for number, some in enumerate(good)]
    tasks += [task(number, *some, ignore_errors=True) for number, some in enumerate(bad, len(good))]
    return [
        {
            "hosts": "localhost",
            "gather_facts": False,
            "module_defaults": {"group/mobileops.ci.bitrise": connection, SIGNING_FILES: {"run_in": where}},
            "vars": {"ansible_python_interpreter": sys.executable},
            "tasks": tasks,
        }
    ]


def prepare(service: Service) -> str:
    """Fill the app and its responses with secrets, and return the slug of a certificate."""
    certificates = [
        a_file("kept", STORED_CONTENT, certificate_password=STORED_PASSWORD),
        a_file("dist", STORED_CONTENT, certificate_password=STORED_PASSWORD),
        a_file("protected", STORED_CONTENT, certificate_password=STORED_PASSWORD, is_protected=True),
    ]
    profiles = [a_file("dist", STORED_CONTENT), a_file("protected", STORED_CONTENT, is_protected=True)]
    apps = [
        {"title": "Shop", "slug": APP, "owner": "owner", PROFILES: profiles, CERTIFICATES: certificates},
        {"title": "Talkative", "slug": TALKATIVE, "owner": "owner"},
    ]
    users = [{"username": "owner", "token": TOKEN, "sees_everything": True}]
    service.emulator.load({"users": users, "apps": apps})
    service.emulator.fault(path=f"/apps/{TALKATIVE}", status=400, body=json.dumps({"message": WORDS}))
    service.emulator.fault(
        path="/_storage/.*late", status=403, body=f"<Error><Message>no {PASSWORD}, {WORDS}</Message>"
    )
    slug: str = service.files(CERTIFICATES)[0]["slug"]
    return slug


def run(service: Service, folder: Path, where: str) -> subprocess.CompletedProcess[str]:
    """Run the playbook. All output and files of the run are below `folder`/left."""
    given, left = folder / "given", folder / "left"
    for path in (given, left / "home", left / "local", left / "remote"):
        path.mkdir(parents=True)
    slug = prepare(service)
    (given / "file").write_bytes(CONTENT)
    variables = {
        "token": TOKEN,
        "wrong_token": WRONG_TOKEN,
        "password": PASSWORD,
        "content": ENCODED,
        "slug": slug,
        "file": str(given / "file"),
        "backup": str(given / "backup"),
    }
    (given / "variables.json").write_text(json.dumps(variables))
    (given / "play.yml").write_text(yaml.safe_dump(playbook(service, where), sort_keys=False))
    env = {
        "HOME": str(left / "home"),
        "ANSIBLE_LOCAL_TEMP": str(left / "local"),
        "ANSIBLE_REMOTE_TEMP": str(left / "remote"),
        "ANSIBLE_LOG_PATH": str(left / "log"),
        "ANSIBLE_KEEP_REMOTE_FILES": "0",
    }
    arguments = ("-vvvv", "--diff", "-i", "localhost,", "-c", "local", "-e", f"@{given / 'variables.json'}")
    return ansible("playbook", *arguments, str(given / "play.yml"), env=env)


@pytest.mark.parametrize("where", ["controller", "target"])
def test_no_secret_in_anything_a_run_leaves_behind(service: Service, tmp_path: Path, where: str) -> None:
    played = run(service, tmp_path, where)

    # All tasks did what they are here for, else their silence would mean nothing.
    assert played.returncode == 0, played.stdout
    recap = re.search(r"ok=(\d+) .*failed=0 .*ignored=(\d+)", played.stdout)
    assert recap, played.stdout
    good, bad = CHOSEN[where]
    assert recap.groups() == (str(len(good) + len(bad)), str(len(bad)))
    assert {"bad_request", "storage"} <= set(re.findall(r'"kind": "(\w+)"', played.stdout))
    for misspelt, advice in (
        ("certificat_password", "; did you mean certificate_password?"),
        ("api_tokn", "; did you mean api_token?"),
        ("pasword", "."),  # only an entry of files has a password
    ):
        assert f"{misspelt} is not an option here{advice}" in played.stdout
    assert "no ********, no ********: https://storage.example/f?********" in played.stdout
    for tasks in (good, bad):
        assert {spec.name for spec in ENTRIES} <= {module.rpartition(".")[2] for module, _options in tasks}
    log = (tmp_path / "left" / "log").read_text()
    assert log.count("TASK [") == len(good) + len(bad)

    left = {str(path): path.read_bytes() for path in (tmp_path / "left").rglob("*") if path.is_file()}
    for name, text in {"stdout": played.stdout.encode(), "stderr": played.stderr.encode(), **left}.items():
        assert [line for line in text.splitlines() if any(secret in line for secret in SECRETS)] == [], name


def with_canaries(spec: Mapping[str, Any], misspelt: str = "") -> dict[str, Any]:
    """Return options with a canary in each position of a secret, at all levels, and with what is required."""
    found: dict[str, Any] = {}
    for name, option in spec.items():
        kind = option.get("type", "str")
        if option.get("no_log"):
            found[name + misspelt] = {"KEY": PASSWORD} if kind == "dict" and not misspelt else PASSWORD
        elif option.get("options"):
            inner = with_canaries(option["options"], misspelt)
            if inner:
                found[name] = [inner] if kind == "list" else inner
        elif option.get("required"):
            found[name] = 1 if kind in ("int", "float") else APP
    return found


@exhaustive
@pytest.mark.parametrize("where", ["controller", "target"])
@pytest.mark.parametrize("misspelt", ["", "x"])
def test_canaries_in_all_modules(service: Service, tmp_path: Path, where: str, misspelt: str) -> None:
    """Pass each secret option of each module, in its place and under a name that does not exist."""
    prepare(service)
    (tmp_path / "left").mkdir()
    tasks = []
    # A process takes its time, and what it does with options is the same for all modules.
    modules = MODULES if where == "controller" else MODULES[::4]
    for module in modules:
        spec = spec_of(module).options.argument_spec
        url = service.emulator.phonegap_url if module.startswith("phonegap_") else service.emulator.api_url
        connection = {"api_url": url, "max_retries": 0} if "api_url" in spec else {}
        options = {**with_canaries(spec, misspelt), **connection, "run_in": where}
        tasks.append({"name": module, f"mobileops.ci.{module}": options, "ignore_errors": True})
    play = {"hosts": "localhost", "gather_facts": False, "tasks": tasks}
    play["vars"] = {"ansible_python_interpreter": sys.executable}
    (tmp_path / "play.yml").write_text(json.dumps([play]))
    env = {name: str(tmp_path / "left") for name in ("HOME", "ANSIBLE_LOCAL_TEMP", "ANSIBLE_REMOTE_TEMP")}
    env["ANSIBLE_LOG_PATH"] = str(tmp_path / "left" / "log")
    arguments = ("-vvvv", "--diff", "-i", "localhost,", "-c", "local", str(tmp_path / "play.yml"))
    played = ansible("playbook", *arguments, env=env)
    assert played.returncode == 0, played.stdout
    assert played.stdout.count("TASK [") == len(modules)
    left = {str(path): path.read_bytes() for path in (tmp_path / "left").rglob("*") if path.is_file()}
    for name, text in {"stdout": played.stdout.encode(), "stderr": played.stderr.encode(), **left}.items():
        assert [line for line in text.splitlines() if any(secret in line for secret in SECRETS)] == [], name
