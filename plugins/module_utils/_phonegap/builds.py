# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""phonegap_build: queue builds, and wait for their end with option `wait`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from .._core.errors import CiError, OptionError, RejectedError
from .._core.option_groups import OptionGroup
from .._core.plan import Action, Plan
from .._core.polling import WAIT, Polling
from .._task.module_spec import ModuleSpec, Outcome, TaskContext
from .apps_and_keys import ERROR, App
from .client import PhoneGapClient, has_number
from .phonegap_options import APP_ID, PHONEGAP

PLATFORMS = OptionGroup({"platforms": {"type": "list", "elements": "str"}})

PENDING = "pending"
# Not a status of the service, which has no status as long as a key is missing.
NEEDS_KEY = "needs_key"


@dataclass(frozen=True)
class Build(Action):
    """Queue builds of these platforms, or of all platforms if there are none."""

    action: ClassVar[str] = "build"
    app_id: int
    name: str
    platforms: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        identity = {"kind": "build", "app_slug": str(self.app_id), "slug": None, "name": self.name}
        return {"action": self.action, **identity, "platforms": list(self.platforms)}


def states_of(app: App, platforms: Sequence[str]) -> dict[str, str]:
    """Return the state of each of these platforms, or of all platforms if there are none."""
    return {name: app.status.get(name) or NEEDS_KEY for name in platforms or app.status}


def _shown(app: App, states: Mapping[str, str]) -> dict[str, Any]:
    return {
        "app_id": app.id,
        "title": app.title,
        "build_count": app.build_count,
        "platforms": {name: {"status": state, "error": app.error.get(name)} for name, state in states.items()},
    }


def run_build(options: dict[str, Any], client: PhoneGapClient, context: TaskContext) -> Outcome:
    polling = Polling(options, client.sleep)
    platforms = list(dict.fromkeys(options["platforms"] or []))
    if options["platforms"] == [] or "" in platforms:
        raise OptionError("platforms must name a platform. Omit the option to build for all platforms.")
    app = App.from_service(client.app(options["app_id"]))
    keyless = [name for name in platforms or app.status if _needs_key(app, name)]
    if set(keyless) & set(platforms):
        raise _needs_key_error(app, keyless)
    plan = Plan((Build(options["app_id"], app.title, tuple(platforms)),), {}, {"builds": platforms or "all"})
    warnings = (_missing_keys(app, keyless),) if keyless else ()
    if context.check_mode:
        pending = {name: NEEDS_KEY if name in keyless else PENDING for name in platforms or app.status}
        return Outcome({"build": _shown(app, pending)}, plan, warnings)
    response = client.build(options["app_id"], platforms)
    complete = has_number(response) and isinstance(response.get("status"), Mapping)
    app = App.from_service(response if complete else client.app(options["app_id"]))
    try:
        if options["wait"]:
            app = _wait(client, app, platforms, polling, context.report_progress)
    except CiError as error:
        error.notes.append(f"The builds of {app.label} were queued before that.")
        return Outcome({"build": _shown(app, states_of(app, platforms))}, plan, warnings, error)
    return _end(app, platforms, plan, warnings, polling if options["wait"] else None)


def _needs_key(app: App, platform: str) -> bool:
    return platform in app.status and app.status[platform] is None and app.keys.get(platform) is None


def _missing_keys(app: App, platforms: Sequence[str]) -> str:
    return (
        f"The {app.label} cannot be built for {', '.join(platforms)}, because it has no signing key there. Choose one "
        "with option keys of mobileops.ci.phonegap_app."
    )


def _needs_key_error(app: App, platforms: Sequence[str]) -> RejectedError:
    return RejectedError(f"platforms: {_missing_keys(app, platforms)} Nothing was built.", kind=NEEDS_KEY)


def _wait(
    client: PhoneGapClient, app: App, platforms: Sequence[str], polling: Polling, report_progress: Callable[[str], None]
) -> App:
    """Poll until no build is pending, or until the wait ends. A build that needs a key is not pending."""
    seen: dict[str, str] = {}
    while True:
        states = states_of(app, platforms)
        if states != seen:
            report_progress(f"{app.label}: {', '.join(f'{name} {state}' for name, state in states.items())}")
            seen = states
        if PENDING not in states.values() or polling.is_over:
            return app
        polling.pause()
        app = App.from_service(client.app(int(app.id or 0)))


def _end(app: App, platforms: Sequence[str], plan: Plan, warnings: tuple[str, ...], polling: Polling | None) -> Outcome:
    states = states_of(app, platforms)
    values = {"build": _shown(app, states)}
    failed = [name for name, state in states.items() if state == ERROR]
    keyless = [name for name, state in states.items() if state == NEEDS_KEY]
    pending = [name for name, state in states.items() if state == PENDING]
    if failed:
        words = "; ".join(f"{name}: {app.error.get(name) or 'the service gives no reason'}" for name in failed)
        advice = ""
        if any("locked" in app.error.get(name, "") for name in failed):
            advice = " Unlock the key with mobileops.ci.phonegap_key, locked=false and its passwords, then build again."
        elif any(app.found_password_wrong(name) for name in failed):
            advice = (
                " Give the right passwords with option keys of mobileops.ci.phonegap_app, which sends them again after "
                "such a failure, then build again."
            )
        return Outcome(
            values, plan, warnings, CiError(f"The {app.label} was not built. {words}.{advice}", kind="build_failed")
        )
    if set(keyless) & set(platforms):
        return Outcome(values, plan, warnings, _needs_key_error(app, keyless))
    if pending and polling is not None:
        # Running the task again would start new builds.
        advice = "The builds continue. Read their state with mobileops.ci.phonegap_app_info, or raise wait_timeout."
        late = polling.error(f"builds of {app.label} are still pending for {', '.join(pending)}", advice)
        return Outcome(values, plan, warnings, late)
    return Outcome(values, plan, warnings)


BUILD_MODULE = ModuleSpec(
    "phonegap_build", PHONEGAP + APP_ID + PLATFORMS + WAIT, PhoneGapClient.from_options, run_build
)
