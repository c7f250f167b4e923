#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module bitrise_provisioning_profile."""

from __future__ import annotations

DOCUMENTATION = r"""
module: bitrise_provisioning_profile
short_description: Manage a provisioning profile of an app on Bitrise
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Ensures that an app has a provisioning profile with the declared content and flags, or does not have it.
  - Uploads a file only if its content differs, deletes a replaced file last, and completes an interrupted run.
extends_documentation_fragment:
  - mobileops.ci._bitrise
  - mobileops.ci._bitrise.app
  - mobileops.ci._transport
  - mobileops.ci._run_in
  - mobileops.ci._bitrise_files.state
  - mobileops.ci._bitrise_files.file
  - mobileops.ci._bitrise_files.verify
  - mobileops.ci._attributes
  - mobileops.ci._attributes.bitrise
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - The diff shows names, sizes, digests and flags.
  idempotent:
    support: partial
    details:
      - Not with O(force=true), and not with O(on_unverifiable=replace) for a protected profile.
seealso:
  - module: mobileops.ci.bitrise_provisioning_profile_info
  - module: mobileops.ci.bitrise_build_certificate
"""

EXAMPLES = r"""
- name: Ensure that the app has the profile for the App Store
  mobileops.ci.bitrise_provisioning_profile:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    src: profiles/Shop_AppStore.mobileprovision
    is_protected: true
    is_expose: false

- name: Replace a profile with a renewed profile, and back up the old file
  mobileops.ci.bitrise_provisioning_profile:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    src: renewed/Shop_Adhoc_2027.mobileprovision
    name: Shop_Adhoc.mobileprovision
    backup_dir: ~/profile-backups

- name: Keep only the declared file among several files with the same name
  mobileops.ci.bitrise_provisioning_profile:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    src: profiles/Shop_Development.mobileprovision
    duplicates: remove

- name: Delete a profile
  mobileops.ci.bitrise_provisioning_profile:
    api_token: "{{ bitrise_token }}"
    app_slug: 93f256e365d929d3
    name: Shop_Old.mobileprovision
    state: absent
"""

RETURN = r"""
provisioning_profile:
  description:
    - The profile as Bitrise reports it, without URLs. V(null) if it is absent.
    - In check mode, the profile as it would be. A profile that would be uploaded has no slug yet.
  returned: success
  type: dict
  contains:
    slug:
      description: Slug of the file.
      type: str
      sample: 4d6a1c0b7e9f2358
    upload_file_name:
      description: Name of the file.
      type: str
      sample: Shop_AppStore.mobileprovision
    upload_file_size:
      description: Size in bytes.
      type: int
      sample: 3218
    processed:
      description: V(true) if the upload was confirmed.
      type: bool
      sample: true
    is_protected:
      description: V(true) if the file is protected.
      type: bool
      sample: true
    is_expose:
      description: V(true) if builds of pull requests get the file.
      type: bool
      sample: false
    sha256:
      description: SHA-256 of the content in hexadecimal. V(null) if it is not known.
      type: str
      sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    details:
      description:
        - Metadata of the declared file. These are C(name), C(uuid), C(team_id), C(team_name), C(app_id), C(bundle_id),
          C(type), C(platforms), C(created_at), C(expires_at), C(days_left), C(devices), C(certificates) and
          C(entitlements), see M(mobileops.ci.signing_file_info).
        - V(null) without O(src) and O(content), with O(verify=none), and for a file of another type.
      type: dict
      sample:
        name: Acme Shop
        bundle_id: com.acme.shop
        type: app-store
        expires_at: '2027-05-04T12:30:15Z'
        days_left: 364
actions:
  description:
    - Actions performed, in order. In check mode, the actions that would be performed. Empty if no change is needed.
  returned: success, and failure after a change
  type: list
  elements: dict
  contains:
    action:
      description: V(upload), V(update) or V(delete).
      type: str
      sample: upload
    kind:
      description: Always V(provisioning_profile).
      type: str
      sample: provisioning_profile
    app_slug:
      description: Slug of the app.
      type: str
      sample: 93f256e365d929d3
    slug:
      description: Slug of the file. V(null) for an upload.
      type: str
      sample: 4d6a1c0b7e9f2358
    name:
      description: Name of the file.
      type: str
      sample: Shop_AppStore.mobileprovision
    size:
      description: Size in bytes, for an upload. V(null) for other actions.
      type: int
      sample: 3218
    sha256:
      description: SHA-256 of the content in hexadecimal, for an upload. V(null) for other actions.
      type: str
      sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    changes:
      description: Values that an upload or update sets. V(null) for a deletion.
      type: dict
      sample: {is_protected: true}
    reason:
      description:
        - Reason of a deletion. V(null) for other actions. One of V(replaced), V(duplicate), V(leftover) and V(absent).
      type: str
      sample: replaced
error:
  description: Kind of the error, and the request that failed. Keys that do not apply are V(null).
  returned: failure, unless Ansible itself rejects an option
  type: dict
  contains:
    kind:
      description:
        - Kind of the error, for example V(unauthorized), V(forbidden), V(not_found), V(rate_limited), V(server_error),
          V(bad_request), V(invalid_response), V(connection), V(dns), V(tls), V(timeout), V(time_limit), V(option),
          V(local_file), V(duplicates), V(unverifiable), V(one_way_flag), V(backup), V(missing_file), V(changed_name),
          V(missing_library), V(verify) or V(concurrent_change).
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

from ..module_utils._bitrise.files.file_modules import PROVISIONING_PROFILE_MODULE
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(PROVISIONING_PROFILE_MODULE)


if __name__ == "__main__":
    main()
