#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module phonegap_key."""

from __future__ import annotations

DOCUMENTATION = r"""
module: phonegap_key
short_description: Manage a signing key on a PhoneGap Build service
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Ensures that the account has a signing key, locked or unlocked as declared, or does not have it.
  - The service keeps the passwords of a key for an hour (some for a month) after their last use. Then it locks the key,
    and no build can use it.
  - The public service closed in 2020. This module works with installations that have the same API, so O(api_url) is
    required.
options:
  platform:
    description:
      - Platform of the key.
    type: str
    required: true
    choices: [ios, android, blackberry, winphone, windows]
  id:
    description:
      - Number of the key. Each platform has numbers of its own. With O(state=present), the task fails if the key does
        not exist.
      - At least one of O(id) and O(title) is required.
    type: int
  title:
    description:
      - Title of the key. Without O(id), it identifies the key. If several keys have this title, the task lists their
        numbers and fails before any change.
      - With O(id), the new title of the key.
    type: str
  state:
    description:
      - V(present) ensures that the key exists. V(absent) deletes it.
    type: str
    choices: [present, absent]
    default: present
  cert:
    description:
      - Certificate with its key, a PKCS#12 file, for V(ios).
      - The module searches all files like M(ansible.builtin.copy). It decrypts files that are encrypted with
        ansible-vault in memory.
      - The service cannot replace the files of a key, and reports only their names and the alias. If one of these
        differs, the task fails. Create a key with another title to use other files.
    type: path
  profile:
    description:
      - Provisioning profile, for V(ios).
    type: path
  keystore:
    description:
      - Keystore for V(android), or PFX file for V(windows).
    type: path
  alias:
    description:
      - Alias of the key within the keystore, for V(android).
    type: str
  db:
    description:
      - The file C(sigtool.db), for V(blackberry).
    type: path
  csk:
    description:
      - The file C(sigtool.csk), for V(blackberry).
    type: path
  publisher_id:
    description:
      - Identifier of the publisher, for V(winphone).
    type: str
  password:
    description:
      - Password of the key, for V(ios), V(blackberry) and V(windows). The password of the account is O(login_password).
      - The module sends passwords when it creates the key, and with O(locked=false) if the key is locked. The service
        does not check them, so a build with a wrong password fails. See O(verify).
      - To correct a password after such a failure, use the option O(mobileops.ci.phonegap_app#module:keys) of the app
        that uses the key. Or lock the key with O(locked=true) and then unlock it.
    type: str
  key_pw:
    description:
      - Password of the key in the keystore, for V(android). Requires O(keystore_pw).
    type: str
  keystore_pw:
    description:
      - Password of the keystore, for V(android). Requires O(key_pw).
    type: str
  locked:
    description:
      - V(false) unlocks the key if the service reports that it is locked. V(true) makes the service forget the
        passwords.
      - If omitted, the module does not lock or unlock an existing key.
    type: bool
  verify:
    description:
      - How to validate the files before the module creates or unlocks a key. The checks are those of
        M(mobileops.ci.bitrise_build_certificate), M(mobileops.ci.bitrise_provisioning_profile) and
        M(mobileops.ci.bitrise_android_keystore). They find, for example, a wrong password, an alias that the keystore
        does not have, an expired certificate, another type of file, or a profile that does not embed the certificate.
      - V(strict) rejects such files. V(warn) issues a warning and sends them. V(none) does not validate.
      - V(strict) and V(warn) require the library cryptography on the host that runs the module. The module does not
        validate files for V(blackberry).
    type: str
    version_added: 1.0.0
    choices: [strict, warn, none]
    default: strict
  login_password:
    description:
      - Password of the account that O(username) names.
      - If omitted, the environment variable E(PHONEGAP_PASSWORD) is used.
    type: str
extends_documentation_fragment:
  - mobileops.ci._phonegap
  - mobileops.ci._transport
  - mobileops.ci._run_in
  - mobileops.ci._attributes
  - mobileops.ci._attributes.phonegap
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - The diff shows titles, file names, sizes, digests and whether the key is locked.
  idempotent:
    support: full
seealso:
  - module: mobileops.ci.phonegap_key_info
  - module: mobileops.ci.phonegap_app
"""

EXAMPLES = r"""
- name: Ensure that the key for Android exists and is unlocked
  mobileops.ci.phonegap_key:
    api_url: https://build.example.com/api/v1
    api_token: "{{ phonegap_token }}"
    platform: android
    title: Release
    keystore: release.keystore
    alias: release
    key_pw: "{{ key_password }}"
    keystore_pw: "{{ keystore_password }}"
    locked: false
  register: release

- name: Unlock a key before a build
  mobileops.ci.phonegap_key:
    api_url: https://build.example.com/api/v1
    username: owner@example.com
    login_password: "{{ phonegap_password }}"
    platform: ios
    id: 123
    password: "{{ certificate_password }}"
    locked: false

- name: Delete a key
  mobileops.ci.phonegap_key:
    api_url: https://build.example.com/api/v1
    api_token: "{{ phonegap_token }}"
    platform: ios
    title: Old certificate
    state: absent
"""

RETURN = r"""
key:
  description: The key as the service reports it. V(null) if it is absent. In check mode, the key as it would be.
  returned: success
  type: dict
  contains:
    id:
      description:
        - Number of the key. Each platform has numbers of its own.
        - V(null) in check mode for a key that would be created.
      type: int
      sample: 457
    platform:
      description: Platform of the key.
      type: str
      sample: android
    title:
      description: Title of the key. Several keys may have the same title.
      type: str
      sample: Release
    default:
      description: V(true) if new apps use the key.
      type: bool
      sample: true
    locked:
      description: V(true) if the key must be unlocked before a build can use it. V(null) for a key that has no lock.
      type: bool
      sample: false
    alias:
      description: Alias in the keystore, for V(android).
      type: str
      sample: release
    cert_name:
      description: File name of the certificate, for V(ios).
      type: str
      sample: distribution.p12
    provision:
      description: File name of the provisioning profile, for V(ios).
      type: str
      sample: Shop_AppStore.mobileprovision
    role:
      description: Purpose of the provisioning profile, for V(ios). For example V(developer).
      type: str
      sample: distributor
actions:
  description:
    - Actions performed, in order. In check mode, the actions that would be performed. Empty if no change is needed.
    - An action has the first five keys, and only those of the other keys that apply to it.
  returned: success, and failure after a change
  type: list
  elements: dict
  contains:
    action:
      description: V(create), V(update), V(unlock), V(lock) or V(delete).
      type: str
      sample: unlock
    kind:
      description: Always V(key).
      type: str
      sample: key
    app_slug:
      description: Always V(null), because a key belongs to an account.
      type: str
      sample: null
    slug:
      description: Number of the key, as text. V(null) for a key that the module creates.
      type: str
      sample: "457"
    name:
      description: Title of the key.
      type: str
      sample: Release
    platform:
      description: Platform of the key.
      type: str
      sample: android
    changes:
      description: Values that V(update) sets.
      type: dict
      sample: {title: Release}
    files:
      description: Name, size and SHA-256 of the files that V(create) sends, by option.
      type: dict
      sample:
        keystore:
          name: release.keystore
          size: 2266
          sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    locked:
      description: V(true) if the key is locked after V(create).
      type: bool
      sample: false
error:
  description: Kind of the error, and the request that failed. Keys that do not apply are V(null).
  returned: failure, unless Ansible itself rejects an option
  type: dict
  contains:
    kind:
      description:
        - Kind of the error, for example V(unauthorized), V(not_found), V(server_error), V(bad_request),
          V(invalid_response), V(connection), V(dns), V(tls), V(timeout), V(time_limit), V(option), V(local_file),
          V(missing_library), V(verify), V(duplicates), V(immutable) or V(no_effect).
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
      sample: /apps/8
    request_id:
      description: Identifier that the service gave the request.
      type: str
      sample: 8f0c1c1e
"""

from ..module_utils._phonegap.key_module import KEY_MODULE
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(KEY_MODULE)


if __name__ == "__main__":
    main()
