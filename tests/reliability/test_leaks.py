# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret of a task is found in what it returns, shows or leaves on the disk, whatever comes of it.

The argument specifications tell which options hold secrets, so a new module takes part without a change.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import ansible.module_utils
import pytest

from tests.helpers.documentation import MODULES, spec_of

from .cases import ALL_CASES, count_case, report, share
from .random_tasks import RandomTasks

CANARY = "c4nary-s3cret"
# As it is, and as it is in base64 at each of three places.
_ENCODED = (base64.b64encode(b"x" * number + CANARY.encode())[4:-4] for number in (1, 2, 3))
FORMS = (b"c4nary", *_ENCODED)
COUNT = share(1000) if ALL_CASES else 12
MASKS_ITSELF = any(Path(place, "secrets.py").exists() for place in ansible.module_utils.__path__)  # 2.22 and later


@pytest.fixture(scope="module")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RandomTasks]:
    tasks = RandomTasks(tmp_path_factory.mktemp("leaks") / "tasks", CANARY)
    with tasks.in_force():
        yield tasks


def has_secret(data: bytes) -> bool:
    return any(form in data for form in FORMS)


def secret_options(spec: Mapping[str, Any], before: str = "") -> list[str]:
    found = []
    for name, option in spec.items():
        if option.get("no_log"):
            found.append(before + name)
        found += secret_options(option.get("options") or {}, f"{before}{name}.")
    return found


def problem_of(tasks: RandomTasks, module: str, number: int) -> str | None:
    given, result = tasks.result(spec_of(module), number)
    left = {str(path): path.read_bytes() for path in tasks.folder.rglob("*") if path.is_file()}
    found = [
        str(path) for path, data in left.items() if has_secret(data) or has_secret(path.encode("utf-8", "replace"))
    ]
    if not (MASKS_ITSELF and result.get("validation")) and has_secret(json.dumps(result).encode()):
        found.append(json.dumps(result))
    return f"{module}, number {number}: {given!r:.1000}\n{found!r:.3000}" if found else None


@pytest.mark.parametrize("module", MODULES)
def test_no_secret_leaves_a_task(tasks: RandomTasks, module: str) -> None:
    wrong = [problem for number in range(COUNT) if (problem := problem_of(tasks, module, number))]
    count_case(COUNT)
    assert not wrong, report(wrong, COUNT)


def test_every_module_that_sends_requests_has_a_secret() -> None:
    without = [module for module in MODULES if not secret_options(spec_of(module).options.argument_spec)]
    assert without == []


def test_canaries_reach_the_service(tasks: RandomTasks) -> None:
    """Check that canaries reach the service and that each outcome occurs."""
    kinds: set[str] = set()
    outcomes = set()
    tried = with_secrets = 0
    for module in MODULES:
        for number in range(30):
            given, result = tasks.result(spec_of(module), number)
            tried += 1
            with_secrets += has_secret(repr(given).encode("utf-8", "replace"))
            outcomes.add("failed" if result.get("failed") else "changed" if result.get("changed") else "ok")
            kinds.add(result.get("error", {}).get("kind", ""))
    assert with_secrets > 0.9 * tried
    assert outcomes == {"failed", "changed", "ok"}
    assert {"option", "bad_request", "server_error", "local_file"} <= kinds
