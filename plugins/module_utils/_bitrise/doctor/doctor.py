# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_doctor: check whether the collection works here with this token, and probe how the service behaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..._core.errors import OptionError
from ..._core.option_groups import CONCURRENCY, RUN, OptionGroup
from ..._http.service_client import check_token
from ..._http.transport_options import Transport
from ..._task.module_spec import ModuleSpec, Outcome, TaskContext
from ..client_pool import ClientPool, check_workers
from ..options import BITRISE
from .checks import (
    FAILED,
    WARNING,
    Check,
    Checks,
    Private,
    Pseudonyms,
    recorded,
)
from .connection import CONNECTION_CHECKS, ConnectionPath, check_connection_path, check_storage
from .interpreter import (
    ENVIRONMENT_CHECKS,
    Interpreter,
    check_interpreter,
)
from .probing.probe_service import (
    BEHAVIOR,
    AccountObservations,
    check_behavior,
)
from .token import (
    TOKEN,
    Account,
    check_account,
    check_validity,
)

GROUPS = (ENVIRONMENT_CHECKS, CONNECTION_CHECKS, TOKEN, BEHAVIOR)

DOCTOR = OptionGroup(
    {
        "checks": {"type": "list", "elements": "str", "choices": list(GROUPS), "default": list(GROUPS)},
        "sample": {"type": "int"},
        "app_slug": {"type": "str"},
        "writes": {"type": "bool", "default": False},
        **CONCURRENCY.argument_spec,
    }
)
# The doctor itself reports a missing token.
CONNECTION = OptionGroup(
    {**BITRISE.argument_spec, "api_token": {**BITRISE.argument_spec["api_token"], "required": False}},
    refine=BITRISE.refine,
)


@dataclass(frozen=True)
class DoctorInput:
    """Input of the doctor: the options of the connection and the environment, not validated yet."""

    options: Mapping[str, Any]
    env: Mapping[str, str]


def _run_doctor(options: dict[str, Any], given: DoctorInput, context: TaskContext) -> Outcome:
    check_workers(options["concurrency"])
    if options["sample"] is not None and options["sample"] < 0:
        raise OptionError(f"sample must be 0 or greater, got {options['sample']}.")
    groups = {name: Checks(name) for name in GROUPS}
    selected = options["checks"]
    if ENVIRONMENT_CHECKS in selected:
        check_interpreter(groups[ENVIRONMENT_CHECKS], "Target", Interpreter.this())
    behaviors: dict[str, Any] = {}
    if {CONNECTION_CHECKS, TOKEN, BEHAVIOR} & set(selected) and _has_requests(groups[CONNECTION_CHECKS]):
        behaviors = _examine(groups, options, given, context)
    found = [check for name in GROUPS if name in selected for check in groups[name].found]
    return _outcome(found, behaviors)


def _has_requests(checks: Checks) -> bool:
    if Interpreter.this().versions["requests"] is not None:
        return True
    checks.skip("address", "The connection to the service was not checked, because requests is missing")
    return False


def _examine(
    groups: Mapping[str, Checks], options: Mapping[str, Any], given: DoctorInput, context: TaskContext
) -> dict[str, Any]:
    """Check connection, token and behavior. Each check needs the one before. Return the behaviors."""
    try:
        transport = Transport.from_options(given.options, given.env)
    except OptionError as error:
        groups[CONNECTION_CHECKS].fail("address", "{problem}", "", problem=Private("message", error.message))
        _skip_token(groups, "the options of the connection are not valid")
        return {}
    token, problem = _token(options["api_token"])
    path = check_connection_path(groups[CONNECTION_CHECKS], options["api_url"], token, transport)
    if not path.is_open:
        _skip_token(groups, "the service cannot be reached")
        return {}
    if not check_validity(groups[TOKEN], problem):
        _skip_behavior(groups, "there is no valid token")
        return {}
    clients = ClientPool(options, given.env)
    clients.gates.report_progress = context.report_progress
    try:
        account = check_account(groups[TOKEN], clients, path.last, options["sample"], options["concurrency"])
        if account is None:
            _skip_behavior(groups, "the service does not list the apps for this token")
            return {}
        check_storage(groups[CONNECTION_CHECKS], account.storage_url, transport)
        return _behavior(groups[BEHAVIOR], options, clients, path, account, context)
    finally:
        clients.close()


def _behavior(
    checks: Checks,
    options: Mapping[str, Any],
    clients: ClientPool,
    path: ConnectionPath,
    account: Account,
    context: TaskContext,
) -> dict[str, Any]:
    me = path.last
    data = me.body.get("data") if me and isinstance(me.body, Mapping) else None
    observed = AccountObservations(
        account.apps, me.status if me else 0, data if isinstance(data, Mapping) else {}, account.refusals
    )
    token = str(options["api_token"]).strip()
    return check_behavior(
        checks,
        clients.get(),
        token,
        options["app_slug"],
        observed,
        writes=options["writes"],
        is_check_mode=context.check_mode,
    )


def _token(value: str | None) -> tuple[str | None, str | None]:
    """Return the token, or the reason why it cannot be sent."""
    if not value or not value.strip():
        return None, "There is no token"
    try:
        return check_token(value, "api_token"), None
    except OptionError as error:
        return None, error.message.rstrip(".")


def _skip_token(groups: Mapping[str, Checks], reason: str) -> None:
    groups[TOKEN].skip("valid", "The token was not checked, because {reason}", reason=reason)
    _skip_behavior(groups, reason)


def _skip_behavior(groups: Mapping[str, Checks], reason: str) -> None:
    groups[BEHAVIOR].skip("behavior", "Behavior was not probed, because {reason}", reason=reason)


def _outcome(found: list[Check], behaviors: Mapping[str, Any]) -> Outcome:
    pseudonyms = Pseudonyms()
    record = {"checks": recorded(found, pseudonyms), "behaviors": dict(behaviors)}
    return Outcome(
        {
            "checks": [check.as_result() for check in found],
            "failed_checks": sum(check.status == FAILED for check in found),
            "warning_checks": sum(check.status == WARNING for check in found),
            "record": record,
            "pseudonyms": pseudonyms.as_dict(),
        }
    )


BITRISE_DOCTOR = ModuleSpec(
    "bitrise_doctor",
    CONNECTION + RUN + DOCTOR,
    DoctorInput,
    _run_doctor,
    requires=(),
)
