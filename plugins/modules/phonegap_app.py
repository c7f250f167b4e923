#!/usr/bin/python
# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of the module phonegap_app."""

from __future__ import annotations

DOCUMENTATION = r"""
module: phonegap_app
short_description: Manage an app on a PhoneGap Build service
version_added: 0.1.0
author:
  - mobileops.ci contributors (@mobileops)
description:
  - Ensures that an app exists with the declared properties, content, icon and signing keys, or does not exist.
  - The service builds an app for all platforms whenever it changes.
  - Commonly used options are O(title), O(src), O(version) and O(keys), beside O(api_url) and O(api_token).
  - The public service closed in 2020. This module works with installations that have the same API, so O(api_url) is
    required.
options:
  id:
    description:
      - Number of the app. With O(state=present), the task fails if the app does not exist.
      - At least one of O(id) and O(title) is required.
    type: int
  title:
    description:
      - Title of the app. Without O(id), it identifies the app. If several apps have this title, the task lists their
        numbers and fails before any change.
      - If a C(config.xml) in O(src) contains another title, the task finds the app by either title and sets the title
        of C(config.xml). If there is an app with each title, the task fails.
      - With O(id), the new title of the app.
    type: str
  state:
    description:
      - V(present) ensures that the app exists. V(absent) deletes it.
      - V(absent) identifies the app by O(id), O(title) and O(src) like V(present). So set O(src) if its C(config.xml)
        contains another title than O(title). If O(src) does not exist any more, the task ignores it and issues a
        warning.
    type: str
    choices: [present, absent]
    default: present
  create_method:
    description:
      - Source of the app. The default is V(file) with O(src), and V(remote_repo) with O(repo).
      - The service cannot change the source of an app. If the app has the other source, the task fails. Delete the app
        and create it again to change its source.
    type: str
    choices: [file, remote_repo]
  src:
    description:
      - Content of the app. A zip, a tar.gz, a single page (V(index.html)), or a folder, from which the module makes a
        zip in memory. The same folder always makes the same zip. C(.git), C(.hg) and C(.svn) are left out.
      - The module searches it like M(ansible.builtin.copy).
      - An archive or folder must contain an C(index.html) or a C(config.xml).
      - The service does not return the content of an app. So the module sends O(src) when it creates the app, when
        O(version) or any other declared property or key changes, and with O(force=true). If nothing else changes,
        O(on_unverifiable) applies. If O(version) is omitted, the version in C(config.xml) of O(src) applies.
      - Mutually exclusive with O(repo) and O(pull).
    type: path
  repo:
    description:
      - URL of a public repository with the content of the app. It must not contain a user name or a password.
      - The service cannot change the repository of an app.
    type: str
  package:
    description:
      - Identifier of the package, for example V(com.example.shop). An empty string removes it.
    type: str
  version:
    description:
      - Version of the app. Put a value such as V(1.10) in quotation marks.
    type: str
  description:
    description:
      - Description of the app. An empty string removes it.
    type: str
  debug:
    description:
      - Whether to build the app for debugging.
    type: bool
  private:
    description:
      - Whether to make the app private.
    type: bool
  phonegap_version:
    description:
      - Version of PhoneGap to build with.
    type: str
  hydrates:
    description:
      - Whether to build the app with hydration.
    type: bool
  icon:
    description:
      - Icon of the app, a PNG file. The module sends it if the app has no icon, if its icon has another file name, and
        with O(force=true). Otherwise, O(on_unverifiable) applies.
    type: path
  keys:
    description:
      - Signing key for each platform, as its number, or as a dictionary with O(keys.ios.id) and the passwords that
        unlock the key.
      - The module does not change platforms that are not named. It does not change a platform whose key has the number
        V(null) either, because check mode returns V(null) for a key that would be created.
      - The service does not accept a locked key. Without passwords for a locked key, the task fails before any change.
      - If the app already uses the key and the key is locked, the module unlocks it with the passwords.
      - The service does not check passwords. If the app already uses the key and its last build for the platform failed
        because of a wrong password, the module sends the passwords again, and the service builds again.
    type: dict
    suboptions:
      ios:
        description:
          - Key for V(ios).
        type: dict
        suboptions:
          id:
            description:
              - Number of the key, as in the result of M(mobileops.ci.phonegap_key_info).
            type: int
            required: true
          password:
            description:
              - Password of the certificate.
            type: str
      android:
        description:
          - Key for V(android).
        type: dict
        suboptions:
          id:
            description:
              - Number of the key, as in the result of M(mobileops.ci.phonegap_key_info).
            type: int
            required: true
          key_pw:
            description:
              - Password of the key in the keystore.
            type: str
          keystore_pw:
            description:
              - Password of the keystore.
            type: str
      blackberry:
        description:
          - Key for V(blackberry).
        type: dict
        suboptions:
          id:
            description:
              - Number of the key, as in the result of M(mobileops.ci.phonegap_key_info).
            type: int
            required: true
          password:
            description:
              - Password of the key.
            type: str
      winphone:
        description:
          - Key for V(winphone).
        type: dict
        suboptions:
          id:
            description:
              - Number of the key, as in the result of M(mobileops.ci.phonegap_key_info).
            type: int
            required: true
      windows:
        description:
          - Key for V(windows).
        type: dict
        suboptions:
          id:
            description:
              - Number of the key, as in the result of M(mobileops.ci.phonegap_key_info).
            type: int
            required: true
          password:
            description:
              - Password of the key.
            type: str
  pull:
    description:
      - Whether to let the service fetch the content from O(repo) again. The task then always reports a change.
    type: bool
    default: false
  force:
    description:
      - Whether to send O(src) and O(icon) even if nothing else changes.
    type: bool
    default: false
  on_unverifiable:
    description:
      - Action if the module cannot compare the content of O(src) or O(icon). The service returns neither of them.
      - V(warn) keeps what the app has and issues a warning. V(trust) keeps it without a warning. V(replace) sends them
        on every run. V(fail) fails.
    type: str
    version_added: 1.0.0
    choices: [warn, trust, replace, fail]
    default: warn
extends_documentation_fragment:
  - mobileops.ci._phonegap
  - mobileops.ci._phonegap.login
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
      - The diff shows the properties of the app, and name, size and digest of content that the module sends.
  idempotent:
    support: partial
    details:
      - Not with O(force=true), O(on_unverifiable=replace) and O(pull=true).
notes:
  - Title, package, version, description and PhoneGap version in a C(config.xml) in O(src) override the options. The
    module issues a warning if they differ.
seealso:
  - module: mobileops.ci.phonegap_app_info
  - module: mobileops.ci.phonegap_build
  - module: mobileops.ci.phonegap_key
"""

EXAMPLES = r"""
- name: Ensure that the app exists with the content of a folder
  mobileops.ci.phonegap_app:
    api_url: https://build.example.com/api/v1
    api_token: "{{ phonegap_token }}"
    title: Shop
    src: www
    version: 1.2.0
    icon: icon.png
  register: shop

- name: Select signing keys, and unlock one of them
  mobileops.ci.phonegap_app:
    api_url: https://build.example.com/api/v1
    api_token: "{{ phonegap_token }}"
    id: "{{ shop.app.id }}"
    keys:
      ios: 123
      android:
        id: 457
        key_pw: "{{ key_password }}"
        keystore_pw: "{{ keystore_password }}"

- name: Fetch the latest content of a repository
  mobileops.ci.phonegap_app:
    api_url: https://build.example.com/api/v1
    username: owner@example.com
    password: "{{ phonegap_password }}"
    title: Menu
    repo: https://github.com/example/menu.git
    pull: true

- name: Delete an app
  mobileops.ci.phonegap_app:
    api_url: https://build.example.com/api/v1
    api_token: "{{ phonegap_token }}"
    title: Old shop
    state: absent
"""

RETURN = r"""
app:
  description: The app as the service reports it. V(null) if it is absent. In check mode, the app as it would be.
  returned: success
  type: dict
  contains:
    id:
      description: Number of the app. V(null) in check mode for an app that would be created.
      type: int
      sample: 8
    title:
      description: Title of the app. Several apps may have the same title.
      type: str
      sample: Shop
    create_method:
      description: V(file) or V(remote_repo).
      type: str
      sample: file
    package:
      description: Identifier of the package.
      type: str
      sample: com.example.shop
    version:
      description: Version of the app.
      type: str
      sample: 1.2.0
    description:
      description: Description of the app.
      type: str
      sample: The shop of Example
    repo:
      description: URL of the repository. V(null) for an app that was made from a file.
      type: str
      sample: https://github.com/example/shop.git
    debug:
      description: V(true) if the service builds the app for debugging.
      type: bool
      sample: false
    private:
      description: V(true) if the app is private.
      type: bool
      sample: true
    phonegap_version:
      description: Version of PhoneGap that the service builds the app with.
      type: str
      sample: cli-9.0.0
    hydrates:
      description: V(true) if the service builds the app with hydration.
      type: bool
      sample: false
    role:
      description: Role of this account in the app. One of V(admin), V(developer) and V(tester).
      type: str
      sample: admin
    build_count:
      description: Number of builds of the app. V(null) before the first build is complete.
      type: int
      sample: 3
    status:
      description:
        - Status by platform. V(pending), V(complete), V(error) or V(skip). V(null) if a signing key is missing.
      type: dict
      sample: {android: complete, ios: null}
    error:
      description: Reason why the build failed, by platform.
      type: dict
      sample: {android: The keystore password is incorrect}
    icon:
      description: File name of the icon.
      type: str
      sample: icon.png
    signing_keys:
      description: Number of the signing key that the app uses, by platform. V(null) if it uses none.
      type: dict
      sample: {android: 457, ios: null}
    collaborators:
      description: Collaborators of the app. V(null) unless this account owns the app.
      type: list
      elements: dict
      contains:
        id:
          description: Number of the collaborator. V(null) until they have registered.
          type: int
          sample: 9
        email:
          description: E-mail address of the collaborator.
          type: str
          sample: colleague@example.com
        role:
          description: V(dev), V(tester), or V(admin) for the owner.
          type: str
          sample: dev
        pending:
          description: V(true) if the collaborator was invited and has not registered yet.
          type: bool
          sample: false
actions:
  description:
    - Actions performed, in order. In check mode, the actions that would be performed. Empty if no change is needed.
    - An action has the first five keys, and only those of the other keys that apply to it.
  returned: success, and failure after a change
  type: list
  elements: dict
  contains:
    action:
      description: V(create), V(update), V(set_icon), V(unlock) or V(delete).
      type: str
      sample: update
    kind:
      description: V(app), or V(key) for a key that the module unlocks.
      type: str
      sample: app
    app_slug:
      description: Number of the app, as text. V(null) for an app that the module creates.
      type: str
      sample: "8"
    slug:
      description: Number of the app or key, as text. V(null) for an app that the module creates.
      type: str
      sample: "8"
    name:
      description: Title of the app or key.
      type: str
      sample: Shop
    changes:
      description: Properties that the module sends.
      type: dict
      sample: {version: 1.2.0}
    signing_keys:
      description: Number of each key that is newly selected, or whose passwords the module sends again, by platform.
      type: dict
      sample: {android: 457}
    content:
      description: The content or icon that the module sends. V(null) if it sends none.
      type: dict
      contains:
        name:
          description: File name that the module sends.
          type: str
          sample: www.zip
        size:
          description: Size in bytes.
          type: int
          sample: 48213
        sha256:
          description: SHA-256 of the content in hexadecimal.
          type: str
          sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    pull:
      description: V(true) if the service fetches the repository.
      type: bool
      sample: false
    platform:
      description: Platform of a key that the module unlocks.
      type: str
      sample: android
error:
  description: Kind of the error, and the request that failed. Keys that do not apply are V(null).
  returned: failure, unless Ansible itself rejects an option
  type: dict
  contains:
    kind:
      description:
        - Kind of the error, for example V(unauthorized), V(not_found), V(server_error), V(bad_request),
          V(invalid_response), V(connection), V(dns), V(tls), V(timeout), V(time_limit), V(option), V(local_file),
          V(duplicates), V(unverifiable), V(immutable), V(locked_key) or V(unclear_outcome).
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

from ..module_utils._phonegap.app_module import APP_MODULE
from ..module_utils._task.module_runner import run_module


def main() -> None:
    run_module(APP_MODULE)


if __name__ == "__main__":
    main()
