# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading of the output of nox by `make test`: only a session that nox calls successful has passed."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / ".ci"))

import lanes


@pytest.fixture(autouse=True)
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(lanes, "ROOT", tmp_path)
    monkeypatch.setattr(lanes, "LOGS", tmp_path)
    return tmp_path


def follow(output: str, *sessions: str) -> lanes.Summary:
    """Read the output as that of a nox process that was to run the sessions."""
    process = SimpleNamespace(stdout=io.StringIO(output), wait=lambda: 0, pid=1, returncode=1)
    summary = lanes.Summary()
    lanes.follow(process, list(sessions), summary)
    return summary


def test_a_success_shows_its_result_and_each_session_has_a_log(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    summary = follow(
        "nox > Running session mypy\n$ mypy\nnox > Result: 12 files\nnox > Session mypy was successful in 2 seconds.\n"
        "nox > Running session units\nnox > Session units was successful.\n",
        "mypy",
        "units",
    )
    assert (summary.passed, summary.failed, summary.left_out) == (["mypy", "units"], [], [])
    assert "12 files" in capsys.readouterr().out.splitlines()[0]
    assert "$ mypy\n" in (logs / "mypy.log").read_text()


@pytest.mark.parametrize(
    ("end", "shown"),
    [
        ("nox > Session units aborted: python exited with status 1 (took 3 seconds).", "python exited with status 1"),
        ("nox > Session units failed.", "failed"),
        ("nox > Session units raised exception ValueError('x')", "raised"),
        ("nox > Skipping yamllint (no files to process)\nnox > Session units was successful.", "no files to process"),
        ("nox > Session other was successful.", "nox ended with status 1 before this session"),
        ("", "nox ended with status 1 before this session"),
    ],
)
def test_everything_but_a_success_is_a_failure(end: str, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    summary = follow(f"nox > Running session units\nE   assert 1 == 2\n{end}\n", "units")
    assert (summary.passed, summary.failed) == ([], ["units"])
    output = capsys.readouterr().out
    assert shown in output
    assert "E   assert 1 == 2" in output


def test_a_session_that_did_not_start_has_failed() -> None:
    output = "nox > Running session mypy\nnox > Session mypy was successful.\nTraceback\n"
    summary = follow(output, "mypy", "units")
    assert (summary.passed, summary.failed) == (["mypy"], ["units"])


def test_a_session_that_the_machine_cannot_run_is_left_out() -> None:
    summary = follow(
        "nox > Running session core-2.22\nnox > Session core-2.22 skipped: needs Python 3.13.\n", "core-2.22"
    )
    assert (summary.passed, summary.failed, summary.left_out) == ([], [], ["core-2.22"])
