#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module bitrise_artifact_download."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_artifact_download
short_description: Download artifacts of a build on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Downloads one artifact of a build to a file, or all artifacts of a build to a folder.
  - The module streams the content to a temporary file with mode 0600 beside the destination. It renames the file when
    the content is complete and checked. An interrupted download continues where it ended, also in a later run, if the
    artifact is still the same. Otherwise it starts again.
options:
  slug:
    description:
      - Slug of the artifact, as in the result of M(mobileops.ci.bitrise_artifact_info).
      - If neither O(slug) nor O(title) is set, the module downloads all artifacts of the build.
      - Mutually exclusive with O(title), O(titles) and O(types).
    type: str
  title:
    description:
      - Title of the artifact, usually the name of a file. If several artifacts of the build have this title, the task
        fails, lists their slugs and does not download anything.
      - Mutually exclusive with O(slug), O(titles) and O(types).
    type: str
  titles:
    description:
      - Titles of the artifacts to download from the whole build. Each entry is a pattern as in a shell, for example
        V(*.apk).
    type: list
    version_added: 1.0.0
    elements: str
  types:
    description:
      - Types of the artifacts to download from the whole build, for example V(android-apk), V(ios-ipa) or V(file). Each
        entry is a pattern.
    type: list
    version_added: 1.0.0
    elements: str
  dest:
    description:
      - File to write, on the host that runs the module. With O(run_in=controller) that is the controller.
      - For a whole build, the folder to write to.
      - The folder must exist.
      - If O(dest) is a folder or ends with a slash, the title of the artifact is the name of the file. Slashes and
        characters that cannot be printed become underscores, and leading dots are removed, so that the file is always
        in the folder.
      - If several artifacts of the build have the same name in the folder, ignoring case, the slug becomes part of each
        name, as in V(app-4d6a1c0b7e9f2358.apk).
    type: path
    required: true
  checksum:
    description:
      - Expected digest of the file, in the form V(sha256:) followed by 64 hexadecimal digits. Requires O(slug) or
        O(title).
      - If the download has another digest, the task fails and does not change O(dest). If the file at O(dest) has the
        digest, the module does not download it.
    type: str
  force:
    description:
      - Whether to download the artifact even if O(dest) has it, and to replace a file that is another artifact.
    type: bool
    default: false
extends_documentation_fragment:
  - mobileops.ci._bitrise
  - mobileops.ci._bitrise.app
  - mobileops.ci._transport
  - mobileops.ci._transport.concurrency
  - mobileops.ci._run_in
  - mobileops.ci._bitrise_builds.build
  - mobileops.ci._file_attributes
  - mobileops.ci._attributes
  - mobileops.ci._attributes.bitrise
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - The diff shows sizes, and digests if they are known before the download.
  idempotent:
    support: partial
    details:
      - Not with O(force=true).
notes:
  - To find out whether O(dest) has the artifact, the module compares O(checksum), then the size, then the digest of its
    last download of this artifact. The content of an artifact does not change, so that digest stays valid. Without
    any of these, the module downloads the artifact to compare it. In check mode it does not write the download.
  - The module stores digests of downloads in C(~/.local/state/mobileops.ci) of the user who runs the module, or in
    C(mobileops.ci) in the folder that E(XDG_STATE_HOME) names.
  - These digests also show that a file at O(dest) is another artifact. If that artifact belongs to the same build, the
    task fails with RV(error.kind) V(other_artifact) and does not replace the file, because two artifacts have the same
    destination. If it belongs to another build, the module replaces a file in a folder and issues a warning. The module
    does not recognize a file that was changed, or that another host downloaded. It issues a warning if the
    digests cannot be used.
  - The module keeps an interrupted download in a hidden file with the suffix C(.part) beside O(dest), and the entity
    tag or the date of the artifact in a file with the suffix C(.part.tag). The next run continues the download only if
    they are still the same.
  - The module compares the size of a download with the one that Bitrise reports.
  - If an artifact of a whole build fails, the module continues with the others, and then fails.
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

- name: Download all packages of a build
  mobileops.ci.bitrise_artifact_download:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    build_slug: 1f2e3d4c5b6a7988
    types: [android-apk, ios-ipa]
    dest: releases/
  register: packages

- name: Show their paths
  ansible.builtin.debug:
    var: packages.files | map(attribute='dest')

- name: Put an artifact with a known digest on a web server
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
  description: Path of the file. For a whole build, the folder.
  returned: success, and failure of some artifacts of a build
  type: str
  sample: releases/app-release.apk
size:
  description: Size in bytes. For a whole build, the total size of RV(files).
  returned: success, and failure of some artifacts of a build
  type: int
  sample: 607185
sha256:
  description: SHA-256 of the file. V(null) for a whole build, and in check mode if only a download would show it.
  returned: success, and failure of some artifacts of a build
  type: str
  sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
files:
  description: Files, in the order of the artifacts of the build.
  returned: success, and failure of some artifacts of a build
  type: list
  elements: dict
  contains:
    dest:
      description: Path of the file.
      type: str
      sample: releases/app-release.apk
    size:
      description: Size in bytes.
      type: int
      sample: 607185
    sha256:
      description: SHA-256 of the file. V(null) in check mode if only a download would show it.
      type: str
      sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    changed:
      description: V(true) if the module wrote the file or changed its attributes.
      type: bool
      sample: true
    artifact:
      description: The artifact, without its download URL. The address of its page is V(null) for a whole build.
      type: dict
      contains:
        slug:
          description: Slug of the artifact.
          type: str
          sample: 5a9f5da8d5f1057c
        title:
          description: Title of the artifact. Several artifacts of a build may have the same title.
          type: str
          sample: app-release.apk
        artifact_type:
          description: Type of the artifact, for example V(android-apk), V(ios-ipa) or V(file).
          type: str
          sample: android-apk
        file_size_bytes:
          description: Size in bytes.
          type: int
          sample: 607185
        is_public_page_enabled:
          description: V(true) if the artifact has a public page from which anyone can install the app.
          type: bool
          sample: false
        public_install_page_url:
          description: Address of the public page. Empty if the artifact has none.
          type: str
          sample: ""
        artifact_meta:
          description: Metadata that the build found in the artifact, such as the version of the app.
          type: dict
          sample: {app_info: {version_name: 4.2.0}}
        intermediate_file_info:
          description: Metadata of a file that one stage of a pipeline passes to another. V(null) for other artifacts.
          type: dict
          sample: {env_key: APP_PATH, is_dir: false}
artifact:
  description: The artifact, without its download URL. V(null) for a whole build.
  returned: success, and failure of some artifacts of a build
  type: dict
  contains:
    slug:
      description: Slug of the artifact.
      type: str
      sample: 5a9f5da8d5f1057c
    title:
      description: Title of the artifact. Several artifacts of a build may have the same title.
      type: str
      sample: app-release.apk
    artifact_type:
      description: Type of the artifact, for example V(android-apk), V(ios-ipa) or V(file).
      type: str
      sample: android-apk
    file_size_bytes:
      description: Size in bytes.
      type: int
      sample: 607185
    is_public_page_enabled:
      description: V(true) if the artifact has a public page from which anyone can install the app.
      type: bool
      sample: false
    public_install_page_url:
      description: Address of the public page. Empty if the artifact has none.
      type: str
      sample: ""
    artifact_meta:
      description: Metadata that the build found in the artifact, such as the version of the app.
      type: dict
      sample: {app_info: {version_name: 4.2.0}}
    intermediate_file_info:
      description: Metadata of a file that one stage of a pipeline passes to another. V(null) for other artifacts.
      type: dict
      sample: {env_key: APP_PATH, is_dir: false}
actions:
  description:
    - Actions performed, in order. In check mode, the actions that would be performed. Empty if no change is needed.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description: V(download), or V(set_attributes) for a file of which only the attributes change.
      type: str
      sample: download
    kind:
      description: Always V(artifact).
      type: str
      sample: artifact
    app_slug:
      description: Slug of the app.
      type: str
      sample: 93f256e365d929d3
    slug:
      description: Slug of the artifact.
      type: str
      sample: 5a9f5da8d5f1057c
    name:
      description: Title of the artifact, or its slug if it has no title.
      type: str
      sample: app-release.apk
    dest:
      description: Path of the file.
      type: str
      sample: releases/app-release.apk
    size:
      description: Size in bytes, for a download. V(null) for other actions.
      type: int
      sample: 607185
error:
  description: Kind of the error, and the request that failed. Keys that do not apply are V(null).
  returned: failure, unless Ansible itself rejects an option
  type: dict
  contains:
    kind:
      description:
        - Kind of the error, for example V(unauthorized), V(forbidden), V(not_found), V(rate_limited), V(server_error),
          V(bad_request), V(invalid_response), V(connection), V(dns), V(tls), V(timeout), V(time_limit), V(option),
          V(duplicates), V(other_artifact), V(local_file), V(checksum), V(storage) or V(signed_url_expired).
        - See R(the troubleshooting guide,ansible_collections.mobileops.ci.docsite.troubleshooting) for all kinds.
      type: str
      sample: not_found
    status:
      description: HTTP status of the response.
      type: int
      sample: 404
    method:
      description: HTTP method of the request.
      type: str
      sample: GET
    path:
      description: Path of the request below O(api_url). V(null) for a signed URL.
      type: str
      sample: /apps/93f256e365d929d3/builds
    request_id:
      description: Identifier that the service gave the request.
      type: str
      sample: 8f0c1c1e
"""

from ..module_utils._bitrise.artifacts.download import ARTIFACT_DOWNLOAD
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(ARTIFACT_DOWNLOAD)


if __name__ == "__main__":
    main()
