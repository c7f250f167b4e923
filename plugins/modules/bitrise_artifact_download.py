#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the module; its work is module_utils._bitrise.artifacts.download.ARTIFACT_DOWNLOAD."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_artifact_download
short_description: Download an artifact of a build on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Makes sure that an artifact of a build is there as a file.
  - The bytes are streamed to a temporary file of mode 0600 beside the destination, which takes its place in one step
    once all of them are there and checked. An interrupted download goes on where it was, also in a later run.
options:
  dest:
    description:
      - The file to write, on the host that runs the module. With O(run_in=controller) that is the controller.
      - In a directory that exists, or with a slash at the end, the file is named after the title of the artifact.
        Slashes and what cannot be printed become underscores in it, and dots at its beginning are left out, so that it
        never leads out of the directory.
      - The directory has to be there.
    type: path
    required: true
  checksum:
    description:
      - The digest that the file shall have, in the form V(sha256:) followed by 64 hexadecimal digits.
      - If what was downloaded has another one, the task fails and leaves O(dest) as it was. A file that has it already
        is not downloaded.
    type: str
  force:
    description:
      - Download the artifact even if O(dest) holds it already.
    type: bool
    default: false
extends_documentation_fragment:
  - mobileops.ci._bitrise
  - mobileops.ci._bitrise.app
  - mobileops.ci._transport
  - mobileops.ci._run_in
  - mobileops.ci._bitrise_builds.build
  - mobileops.ci._bitrise_artifacts.artifact
  - mobileops.ci._file_attributes
  - mobileops.ci._attributes
  - mobileops.ci._attributes.bitrise
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - The diff has sizes, and digests where they are known before the download.
  idempotent:
    support: partial
    details:
      - Not with O(force=true).
notes:
  - Whether O(dest) holds the artifact already is told by O(checksum) if it is given; else by the size; else by the
    digest that this artifact had when this module downloaded it last, as what is behind a slug never changes; else by
    downloading and comparing it, in check mode without writing it. Those digests are kept below
    C(~/.local/state/mobileops.ci) of the user who runs the module.
  - What has arrived of an interrupted download is kept in a hidden file with the suffix C(.part) beside O(dest), for
    the next run of the same task. The message of the failure names it.
  - The size of what was downloaded is always compared with what the service states.
seealso:
  - module: mobileops.ci.bitrise_artifact_info
  - module: ansible.builtin.get_url
"""

EXAMPLES = r"""
- name: Download the app of a build
  mobileops.ci.bitrise_artifact_download:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    build_slug: 1f2e3d4c5b6a7988
    title: app-release.apk
    dest: releases/

- name: Put an artifact on a web server if it is the right one
  mobileops.ci.bitrise_artifact_download:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    build_slug: 1f2e3d4c5b6a7988
    slug: 5a9f5da8d5f1057c
    dest: /srv/www/app.ipa
    checksum: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    owner: www-data
    mode: "0644"
    run_in: target
"""

RETURN = r"""
dest:
  description: Path of the file.
  returned: success
  type: str
size:
  description: Its size in bytes. In check mode what the service states.
  returned: success
  type: int
sha256:
  description:
    - SHA-256 of the bytes in hexadecimal. In check mode V(null) where only a download would tell.
  returned: success
  type: str
artifact:
  description: The artifact, without the URL to download it from.
  returned: success
  type: dict
  contains:
    slug:
      description: Slug of the artifact.
      type: str
    title:
      description: Title of the artifact. Several artifacts of a build may have the same one.
      type: str
    artifact_type:
      description: Type of the artifact, for example V(android-apk), V(ios-ipa) or V(file).
      type: str
    file_size_bytes:
      description: Size in bytes.
      type: int
    is_public_page_enabled:
      description: Whether the artifact has a page from which everybody can install the app.
      type: bool
    public_install_page_url:
      description:
        - Address of that page. Empty without one.
      type: str
    artifact_meta:
      description: What the build has found out about the artifact, such as the version of the app.
      type: dict
    intermediate_file_info:
      description: What the service says of a file that is handed on between the stages of a pipeline.
      type: dict
actions:
  description: What was done (in check mode, would be done). Empty if nothing had to be.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description: V(download), or V(set_attributes) for a file that only gets another mode, owner or the like.
      type: str
    kind:
      description: V(artifact).
      type: str
    app_slug:
      description: Slug of the app.
      type: str
    slug:
      description: Slug of the artifact.
      type: str
    name:
      description: Title of the artifact, or its slug if it has none.
      type: str
    dest:
      description: Path of the file.
      type: str
    size:
      description: Bytes, for a download. V(null) otherwise.
      type: int
error:
  description: What kind of error it was. Keys that do not apply are V(null).
  returned: failure, unless an option is of the wrong form
  type: dict
  contains:
    kind:
      description:
        - What went wrong, for example V(unauthorized), V(forbidden), V(not_found), V(rate_limited), V(server_error),
          V(bad_request), V(invalid_response), V(connection), V(dns), V(tls), V(timeout), V(time_limit),
          V(duplicates), V(local_file), V(checksum), V(storage), V(signed_url_expired)
          or V(option).
      type: str
    status:
      description: HTTP status of the answer.
      type: int
    method:
      description: HTTP method of the request.
      type: str
    path:
      description: Path of the request below O(api_url). V(null) for a signed URL.
      type: str
    request_id:
      description: The identifier that the service gave the request.
      type: str
"""

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.artifacts.download import ARTIFACT_DOWNLOAD
from ansible_collections.mobileops.ci.plugins.module_utils._module import run_module


def main() -> None:
    run_module(ARTIFACT_DOWNLOAD)


if __name__ == "__main__":
    main()
