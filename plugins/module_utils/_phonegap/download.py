# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""phonegap_download: download the package of a platform."""

from __future__ import annotations

import posixpath
from typing import Any
from urllib.parse import unquote, urlsplit

from .._core.errors import OptionError, RejectedError
from .._core.option_groups import OptionGroup
from .._download.destination import path_of
from .._download.download import DOWNLOAD, Source, checksum_of, save
from .._local.file_attributes import ATTRIBUTES, only_as_module
from .._task.module_spec import ModuleSpec, Outcome, TaskContext
from .apps_and_keys import App
from .builds import NEEDS_KEY, PENDING, states_of
from .client import PhoneGapClient
from .phonegap_options import APP_ID, PHONEGAP

COMPLETE = "complete"
PLATFORM = OptionGroup({"platform": {"type": "str", "required": True}})
_WHY = {
    PENDING: "its build is not over yet. Wait for it with mobileops.ci.phonegap_build and wait=true.",
    NEEDS_KEY: "it has no signing key. Choose one with option keys of mobileops.ci.phonegap_app.",
    "skip": "the config.xml of the app excludes this platform.",
}


def run_download(options: dict[str, Any], client: PhoneGapClient, context: TaskContext) -> Outcome:
    checksum = checksum_of(options["checksum"])
    app_id, platform = options["app_id"], options["platform"]
    for option in ("dest", "platform"):
        if not options[option]:
            raise OptionError(f"{option} must not be empty.")
    app = App.from_service(client.app(app_id))
    _check_built(app, platform)
    at_hand = [client.package_url(app_id, platform)]
    name = posixpath.basename(unquote(urlsplit(at_hand[0]).path))
    what = f"the {platform} package of {app.label}"

    def fresh_url() -> str:
        return at_hand.pop() if at_hand else client.package_url(app_id, platform)

    # The service returns neither size nor digest, so the comparison with an existing file needs a download.
    source = Source(what, fresh_url, checksum=checksum, force=options["force"])
    path = path_of(options["dest"], name, f"{app_id}-{platform}")
    saved = save(client, source, path, options, context)
    values = {"dest": saved.path, "size": saved.size, "sha256": saved.sha256, "platform": platform, "app_id": app_id}
    plan = saved.plan(kind="package", app_slug=str(app_id), slug=platform, name=name)
    return Outcome(values, plan)


def _check_built(app: App, platform: str) -> None:
    if platform not in app.status:
        known = ", ".join(app.status) or "none"
        raise RejectedError(
            f"platform: the {app.label} has no build for {platform}, only for: {known}.", kind="no_package"
        )
    state = states_of(app, [platform])[platform]
    if state != COMPLETE:
        why = _WHY.get(state) or f"its build failed: {app.error.get(platform) or 'the service gives no reason'}."
        raise RejectedError(f"platform: there is no {platform} package of the {app.label}: {why}", kind="no_package")


DOWNLOAD_MODULE = ModuleSpec(
    "phonegap_download",
    PHONEGAP + APP_ID + PLATFORM + DOWNLOAD + ATTRIBUTES,
    PhoneGapClient.from_options,
    run_download,
    only_as_module=only_as_module,
)
