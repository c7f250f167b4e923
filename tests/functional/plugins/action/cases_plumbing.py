# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of the test collection: options of every form, secrets, keywords of tasks, errors of every kind."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from typing import Any

from .comparison import HERE, NOWHERE, Case
from .playbook import UNSAFE, VAULTED

# Run where every case is, see test_both_ways.
LESS_COMMON = (
    "unsupported inside",
    "choice of run_in",
    "secret elsewhere",
    "wrong element",
    "alias and option",
    "secret is a number",
    "internal key in module_defaults",
    "environment of a wrong type",
    "async in check mode",
    "failed_when not",
    "loop of warnings",
    "no_log failure",
    "asked for",
    "delegated away",
    "module_defaults",
    "warning",
    "own warning",
    "deprecation",
    "dict as text",
    "list for int",
    "list for path",
    "list for dict",
    "wrong type inside",
    "missing inside",
    "choice",
    "exclusive",
    "required_if",
    "null",
    "omit",
    "templated",
    "date",
    "secret reads True",
    "no_log loop",
    "delegated",
    "once",
    "throttle",
    "changed_when",
    "failed_when",
    "until",
    "delegated out of reach",
    "recursion",
    "refused in check mode",
)

TOKEN, STEP, SECRET = "tok-s3cr3t", "step-s3cr3t", "vault-s3cr3t"
MODULE = "testing.example.example"

_BECOME = {"become": True, "become_method": "testing.example.same_user", "become_user": getpass.getuser()}
_JOB = {"async": 120, "poll": 1}


def _case(
    title: str, args: Mapping[str, Any], *, differs: tuple[str, ...] = (), runs: str = HERE, **keywords: Any
) -> Case:
    return Case(title, args, MODULE, keywords, runs=runs, differs=differs)


def _one(**options: Any) -> dict[str, Any]:
    return {"name": "one", "token": TOKEN, **options}


_STEP = {"command": "make", "secret": STEP, "files": ["~/a", "$STEP_DIR/b", "${STEP_DIR}c", "$UNSET/d"]}
_EVERYTHING = _one(size="7", labels={"a": 1, "b": [True, None, 1.5]}, steps=[_STEP, {"command": "test"}])

OPTIONS = (
    _case("everything", {**_EVERYTHING, "mode": "signed", "signer": "x"}),
    _case("dict as text", _one(labels="a=1 b=2")),
    _case("missing", {"token": TOKEN}),
    _case("unsupported", _one(color=1, shape=2), runs=NOWHERE),
    _case("unsupported inside", _one(limits={"cpus": 1}), runs=NOWHERE),
    _case("unsupported inside, as text", _one(limits="cpus=1")),
    _case("wrong type", _one(size="big")),
    _case("list for int", _one(size=[1])),
    _case("list for path", _one(place=[1, 2])),
    _case("list for dict", _one(labels=[1])),
    _case("wrong type inside", _one(limits={"cpu": "many"})),
    _case("wrong element", _one(steps=["make"])),
    _case("missing inside", _one(steps=[{"secret": STEP}])),
    _case("choice", _one(mode="gone")),
    _case("choice of run_in", _one(run_in="nowhere")),
    _case("exclusive", _one(labels={}, limits={})),
    _case("required_if", _one(mode="signed")),
    _case("deprecated alias", {"title": "one", "token": TOKEN}),
    _case("alias and option", _one(title="uno")),
    _case("null", _one(place=None, labels=None)),
    _case("omit", _one(place="{{ omit }}")),
    _case(
        "templated", {"name": "{{ 1 + 1 }}", "size": "{{ 3 }}", "labels": "{{ {'a': 2} }}", "token": "{{ 'x' ~ 1 }}"}
    ),
    _case("unsafe", _one(labels={"x": UNSAFE + "{{ also not }}"}, name=UNSAFE + "{{ no.template }}")),
    _case("vaulted", {"name": VAULTED + SECRET, "token": VAULTED + SECRET, "labels": {"v": VAULTED + SECRET}}),
    _case("secret elsewhere", _one(labels={"x": TOKEN, "y": f"a{TOKEN}b", TOKEN: 1}, steps=[_STEP], signer=STEP)),
    _case("secret is a number", {"name": "one", "token": 12345, "labels": {"n": 12345, "m": 1123456}}),
    _case("secret reads True", {"name": "one", "token": "True"}),
    _case("internal key in module_defaults", _one(), module_defaults={MODULE: {"_ansible_check_mode": True}}),
    _case("date", _one(labels={"d": "{{ '2020-01-02' | to_datetime('%Y-%m-%d') }}"})),
)

KEYWORDS = (
    _case("no_log", _one(), no_log=True),
    _case("no_log failure", _one(effect="refuse"), no_log=True),
    _case("no_log loop", {"name": "{{ item }}", "token": TOKEN}, no_log=True, loop=["a", "b"]),
    _case("check mode", _one(), check_mode=True),
    _case("diff mode", _one(), diff=True),
    _case(
        "environment",
        {"name": "one", "place": "~/a/$SUB/b", "steps": [_STEP]},
        environment=[
            {"EXAMPLE_TOKEN": TOKEN},
            {"HOME": "/home/someone", "SUB": 5, "STEP_DIR": "{{ 'd' }}"},
        ],
    ),
    _case(
        "environment instead of options",
        {"name": "one", "steps": [{"command": "make"}]},
        environment={"OTHER_TOKEN": TOKEN, "EXAMPLE_PLACE": "~/from-env", "STEP_SECRET": STEP, "PLACE": None},
    ),
    _case("environment of a wrong type", {"name": "one"}, environment="{{ [1] }}"),
    _case("module_defaults", {"name": "one"}, module_defaults={MODULE: {"token": TOKEN, "size": 9}}),
    _case("delegated", _one(), delegate_to="other"),
    _case("delegated away", _one(), delegate_to="away", runs="as a module: "),
    # The message of ssh depends on when it notices that nothing listens.
    _case("delegated out of reach", _one(), delegate_to="unreachable", runs="as a module: ", differs=("msg",)),
    _case("once", _one(), run_once=True),
    _case(
        "loop",
        {"name": "{{ item.n }}", "size": "{{ item.s }}", "token": TOKEN},
        loop=[{"n": "a", "s": 1}, {"n": "b", "s": "x"}, {"n": "c", "s": 3}],
    ),
    _case("loop of warnings", {"name": "{{ item }}", "effect": "warn"}, loop=["a", "b", "a"]),
    _case("throttle", _one(), throttle=1),
    _case("async", _one(), runs="as a module: ", differs=("ansible_job_id", "results_file"), **_JOB),
    _case("async in check mode", _one(), runs="as a module: ", check_mode=True, **_JOB),
    _case("become", _one(), runs="as a module: ", **_BECOME),
    _case("failed_when", _one(), failed_when="kept.thing.size == 1"),
    _case("failed_when not", _one(effect="refuse"), failed_when=False),
    _case("changed_when", _one(), changed_when=True),
    _case("until", _one(effect="refuse"), until="kept is success", retries=2, delay=0),
    _case("asked for", _one(run_in="target"), runs="as a module: asked for"),
)

ERRORS = (
    _case("refused", _one(effect="refuse")),
    _case("refused in check mode", _one(effect="refuse"), check_mode=True),
    _case("crash", _one(effect="crash"), differs=("exception",)),
    _case("exit", _one(effect="exit"), differs=("exception",)),
    _case("recursion", _one(effect="recurse"), differs=("exception",)),
    _case("result with an object", _one(effect="return_object"), differs=("exception",)),
    # Long enough to reach the module on a busy machine.
    _case("timeout", _one(effect="sleep"), timeout=5, differs=("frame",)),
    _case("warning", _one(effect="warn")),
    _case("own warning", _one(title="uno", effect="outcome")),
    _case("deprecation", _one(effect="deprecate")),
    _case("alive after all of that", _one()),
)
