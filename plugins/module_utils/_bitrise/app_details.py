# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an app has beside its own fields: its latest build and its signing files, asked for several apps at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.clients import BitriseClients
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    BUILD_CERTIFICATE,
    PROVISIONING_PROFILE,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import RemoteFile
from ansible_collections.mobileops.ci.plugins.module_utils._errors import ServiceError

# The parameters of a build may hold whatever was given when it was triggered, secrets too.
_NOT_SHOWN = ("original_build_params",)


def _latest_build(client: BitriseClient, app_slug: str) -> dict[str, Any] | None:
    build = next(client.builds(app_slug, limit=1), None)
    return build and {key: value for key, value in build.items() if key not in _NOT_SHOWN}


def _code_signing(client: BitriseClient, app_slug: str) -> dict[str, list[dict[str, Any]]]:
    return {
        kind.plural: [RemoteFile.from_service(kind, data).as_result() for data in client.files(kind, app_slug)]
        for kind in (BUILD_CERTIFICATE, PROVISIONING_PROFILE)
    }


# By what users ask for: the name of the field, and how it is found out.
DETAILS: Mapping[str, tuple[str, Callable[[BitriseClient, str], Any]]] = {
    "builds": ("latest_build", _latest_build),
    "code_signing": ("code_signing", _code_signing),
}


def with_details(
    clients: BitriseClients, apps: Sequence[Mapping[str, Any]], include: Iterable[str], concurrency: int
) -> tuple[list[dict[str, Any]], list[str]]:
    """The apps with the fields that DETAILS names, and warnings about apps whose details the token may not see.

    Such a field is None, as is latest_build of an app that has none. Raises CiError for any other failure.
    """
    wanted = [DETAILS[name] for name in include]
    warnings: list[str] = []

    def one(app: Mapping[str, Any]) -> dict[str, Any]:
        found = dict(app)
        for field, find in wanted:
            try:
                found[field] = find(clients.get(), str(app["slug"]))
            except ServiceError as error:
                if error.kind not in ("forbidden", "not_found"):
                    raise
                found[field] = None
                warnings.append(str(error))
        return found

    pool = ThreadPoolExecutor(concurrency, thread_name_prefix="mobileops.ci")
    try:
        return list(pool.map(one, apps)), warnings
    except BaseException:
        clients.interrupt()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
