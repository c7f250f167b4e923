# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of the benchmark with tiny sizes and made-up figures. They measure no time."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.__main__ import CASES, main
from tests.benchmarks.contest import Contestant, Turn, compete
from tests.benchmarks.floor import Step, request_shapes, script_of
from tests.benchmarks.goals import GOALS, growth_of, verdicts
from tests.benchmarks.limited_cases import LIMITS
from tests.benchmarks.material import Fleet, Material, WrongOutcomeError
from tests.benchmarks.measured import ProgramError, run_measured
from tests.benchmarks.report import merge
from tests.emulator.process import Emulator
from tests.helpers.cases import exhaustive

Json = dict[str, Any]


def _entry(method: str, path: str, status: int, size: int = 0, query: Json | None = None) -> Json:
    return {"method": method, "path": path, "status": status, "bytes_in": size, "query": query or {}}


@exhaustive
def test_case_writes_its_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--case", "inventory", "--scale", "0.01", "--rounds", "1", "--output", str(tmp_path)]) == 0
    (path,) = tmp_path.iterdir()
    assert path.name == "bench.scale-0.01.json"
    written = json.loads(path.read_text(encoding="utf-8"))
    assert "meaningless" in written["warning"]
    assert written["machine"]["cpus"] >= 1
    figures = written["cases"]["inventory"]
    assert (figures["requests"], figures["apps"], figures["scale"]) == (2, 100, 0.01)
    assert figures["ours_s"] > 0
    assert figures["sequential_s"] > 0
    assert figures["peak_mib"] > 0
    assert "goals are not judged" in capsys.readouterr().out


def test_each_goal_belongs_to_a_case() -> None:
    assert {goal.case for goal in GOALS} <= set(CASES)


def test_verdicts_compare_figures_with_goals() -> None:
    case = {"ours_s": 13.0, "task_s": 11.0, "floor_s": 10.0, "uri_s": 420.0}
    result = {verdict.goal: (verdict.figure, verdict.met) for verdict in verdicts({"fleet_noop": case})}
    assert result == {
        "whole playbook against uri: 30 times faster": ("32.3 x", True),
        "whole playbook against the floor: at most 1.3": ("1.3 x", True),
        "task alone against the floor: at most 1.3": ("1.1 x", True),
    }
    (slower,) = (v for v in verdicts({"fleet_noop": case | {"ours_s": 14.1}}) if "uri" in v.goal)
    assert not slower.met


def test_growth_compares_the_cost_of_one_more_app() -> None:
    def sizes(last: float) -> Json:
        return {"100": {"ours_s": 2.0}, "1000": {"ours_s": 11.0}, "10000": {"ours_s": last}}

    assert growth_of(sizes(101.0)) == pytest.approx(1.0)
    assert growth_of(sizes(191.0)) == pytest.approx(2.0)


def test_contestants_take_turns_and_figures_are_medians() -> None:
    seconds = {"ours": iter([3.0, 1.0, 2.0]), "slow": iter([9.0])}
    order: list[str] = []

    def contestant(name: str, rounds: int | None = None) -> Contestant:
        def turn() -> Turn:
            order.append(name)
            return Turn(next(seconds[name]), 7, extra={f"{name}_more": 1.0})

        return Contestant(name, turn, rounds)

    figures = compete([contestant("ours"), contestant("slow", 1)], 3, lambda _line: None)
    assert order == ["ours", "slow", "ours", "ours"]
    assert (figures["ours_s"], figures["slow_s"], figures["requests"], figures["ours_more"]) == (2.0, 9.0, 7, 1.0)
    assert figures["rounds"] == {"ours": [3.0, 1.0, 2.0], "slow": [9.0]}


def test_merge_keeps_figures_of_other_cases(tmp_path: Path) -> None:
    path = tmp_path / "build" / "bench.json"
    merge(path, {"cpus": 2}, {"a": {"ours_s": 1}, "b": {"ours_s": 1}}, 1)
    merge(path, {"cpus": 4}, {"b": {"ours_s": 2}}, 1)
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "machine": {"cpus": 4},
        "cases": {"a": {"ours_s": 1}, "b": {"ours_s": 2}},
    }


def test_script_refers_to_slugs_and_urls_of_responses(tmp_path: Path) -> None:
    material = Material.small(tmp_path / "files")
    (file, *_others) = material.files
    log = [
        _entry("GET", "/v0.1/apps/a1/build-certificates", 200, query={"limit": "50"}),
        _entry("POST", "/v0.1/apps/a1/build-certificates", 201, 60),
        _entry("PUT", f"/_storage/build_certificates/uploads/S1/original/f_{file.name}", 200, len(file.content)),
        _entry("POST", "/v0.1/apps/a1/build-certificates/S1/uploaded", 200),
    ]
    body = json.dumps({"upload_file_name": file.name, "upload_file_size": len(file.content)})
    assert script_of(log, material) == [
        [
            Step("GET", "/v0.1/apps/a1/build-certificates?limit=50", 200),
            Step("POST", "/v0.1/apps/a1/build-certificates", 201, "S1", body),
            Step("PUT", "", 200, "S1", source=material.path(file)),
            Step("POST", "/v0.1/apps/a1/build-certificates/{file}/uploaded", 200, "S1"),
        ]
    ]
    others = [{**entry, "path": entry["path"].replace("S1", "S2")} for entry in log]
    assert request_shapes(others) == request_shapes(log)
    assert request_shapes(others[:-1]) != request_shapes(log)


def test_check_rejects_a_fleet_without_the_declared_files(emulator: Emulator, tmp_path: Path) -> None:
    fleet = Fleet(2, Material.small(tmp_path / "files"))
    assert stat.S_IMODE((tmp_path / "files").stat().st_mode) == 0o700
    fleet.load(emulator, filled=True, latency_ms=0)
    fleet.check(emulator.state())
    fleet.load(emulator, filled=False, latency_ms=0)
    with pytest.raises(WrongOutcomeError):
        fleet.check(emulator.state())


def test_error_of_a_failed_program_contains_its_output(tmp_path: Path) -> None:
    with pytest.raises(ProgramError, match=r"status 3:\s+too bad"):
        run_measured(
            ["sh", "-c", "echo too bad; exit 3"], tmp_path / "log", cwd=tmp_path, env={"PATH": "/usr/bin:/bin"}
        )


@pytest.mark.parametrize("mib", [0, 64, 128])
def test_memory_excludes_the_parent_process(tmp_path: Path, mib: int) -> None:
    """Check that the memory of the parent process, which a process on Linux begins with, does not count."""
    held = bytearray(b"x" * (200 * 2**20))
    program = "import sys; held = bytearray(b'x' * (int(sys.argv[1]) << 20))"
    command = [sys.executable, "-I", "-S", "-c", program, str(mib)]
    result = run_measured(command, tmp_path / "log", cwd=tmp_path, env={})
    assert len(held) > 0
    # Copying doubles the bytes, and Python needs 10 MiB.
    assert 2 * mib <= result.peak_mib <= 2 * mib + 25


def test_verdicts_of_rate_limits() -> None:
    figures: Json = {}
    for name in LIMITS:
        figures |= {f"{name}_factor": 1.25, f"{name}_refused": 10, f"{name}_refused_at_most": 10}
    assert all(verdict.met for verdict in verdicts({"limited": figures}))
    figures |= {"window_factor": 1.31, "bucket_refused": 11}
    missed = [verdict for verdict in verdicts({"limited": figures}) if not verdict.met]
    assert [verdict.figure for verdict in missed] == ["1.31 x", "11 of at most 10"]


@pytest.mark.parametrize(
    ("name", "requests", "seconds"),
    [("window", 200, 0), ("window", 201, 10), ("bucket", 40, 0), ("bucket", 60, 1), ("at_once", 800, 10)],
)
def test_min_seconds_of_a_limit(name: str, requests: int, seconds: float) -> None:
    assert LIMITS[name].min_seconds(requests, requests) == pytest.approx(seconds)
