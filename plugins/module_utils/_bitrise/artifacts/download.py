# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitrise_artifact_download: an artifact of a build as a file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.endpoints import Artifacts
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.entries import KIND
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.model import Artifact
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.options import ARTIFACT
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.builds.options import BUILD
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.fleet.digest_cache import DigestCache
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.options import APP, BITRISE
from ansible_collections.mobileops.ci.plugins.module_utils._destination import path_of
from ansible_collections.mobileops.ci.plugins.module_utils._download import DOWNLOAD, Wanted, checksum_of, save
from ansible_collections.mobileops.ci.plugins.module_utils._entry import Entry, Outcome, TaskContext
from ansible_collections.mobileops.ci.plugins.module_utils._errors import ServiceError
from ansible_collections.mobileops.ci.plugins.module_utils._file_attributes import ATTRIBUTES, only_as_module
from ansible_collections.mobileops.ci.plugins.module_utils._options import RUN


def _run(options: dict[str, Any], client: BitriseClient, context: TaskContext) -> Outcome:
    checksum = checksum_of(options["checksum"])
    artifacts = Artifacts(client, options["app_slug"], options["build_slug"])
    artifact = artifacts.find_existing(options)
    digests = _digests(client.api_url, context.env)
    at_hand = [artifact]

    def fresh_url() -> str:
        return _url_of(at_hand.pop() if at_hand else artifacts.read(artifact.slug))

    wanted = Wanted(
        artifact.label,
        fresh_url,
        artifact.size,
        checksum,
        known_sha256=digests.get(artifact.slug) if digests else None,
        force=options["force"],
        identity=_identity(client, options, artifact),
    )
    path = path_of(options["dest"], artifact.name, artifact.slug)
    saved = save(client, wanted, path, options, context)
    # A file that was found equal to a checksum says nothing of the artifact.
    if digests and saved.sha256 and not context.check_mode and (saved.written or not checksum):
        digests.put(artifact.slug, saved.sha256)
        digests.save()
    values = {"dest": saved.path, "size": saved.size, "sha256": saved.sha256, KIND: artifact.as_result()}
    plan = saved.plan(kind=KIND, app_slug=options["app_slug"], slug=artifact.slug, name=artifact.name)
    return Outcome(values, plan)


def _url_of(artifact: Artifact) -> str:
    if artifact.download_url is None:
        raise ServiceError(
            f"Could not download {artifact.label}: the service gives no URL for it. It may have been removed.",
            kind="invalid_response",
        )
    return artifact.download_url


def _identity(client: BitriseClient, options: Mapping[str, Any], artifact: Artifact) -> str | None:
    """Without a size nothing tells a part from the whole."""
    if artifact.size is None:
        return None
    place = (client.api_url, options["app_slug"], options["build_slug"], artifact.slug, str(artifact.size))
    return " ".join(place)


def _digests(api_url: str, env: Mapping[str, str]) -> DigestCache | None:
    """What earlier downloads had, so that the next one is compared without fetching it. Without it: by fetching it."""
    state = env.get("XDG_STATE_HOME") or (os.path.join(env["HOME"], ".local", "state") if env.get("HOME") else "")
    if not os.path.isabs(state):
        return None
    return DigestCache(os.path.join(state, "mobileops.ci", "artifact-digests"), api_url)


ARTIFACT_DOWNLOAD = Entry(
    "bitrise_artifact_download",
    BITRISE + RUN + APP + BUILD + ARTIFACT + DOWNLOAD + ATTRIBUTES,
    BitriseClient.from_options,
    _run,
    only_as_module=only_as_module,
)
