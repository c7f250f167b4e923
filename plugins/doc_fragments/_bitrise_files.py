# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options about the files of an app: module_utils._bitrise.files.file_options, and FILE_FILTER of .file_modules."""

from __future__ import annotations


class ModuleDocFragment:
    STATE = r"""
options:
  state:
    description:
      - V(present) ensures that the app has exactly this file. V(absent) deletes it.
    type: str
    choices: [present, absent]
    default: present
"""

    FILE = r"""
options:
  src:
    description:
      - Path to the file to upload, up to 100 MiB. A signing file may have up to 1 MiB, unless C(verify) is V(warn) or
        V(none).
      - The module searches a relative path on the controller like M(ansible.builtin.copy), in C(files) of the role, in
        C(files) beside the playbook, and beside the playbook.
      - The collection decrypts a file that is encrypted with ansible-vault in memory.
      - If the module runs on another host, that host has the file during the task, with mode 0600.
      - With neither O(src) nor O(content), the task manages the flags of a file that the app has already.
    type: path
  content:
    description:
      - Content of the file as base64. Requires O(name). Mutually exclusive with O(src).
    type: str
  name:
    description:
      - Name of the file on the service. It identifies the file within the app.
      - The default is the base name of O(src). Without O(src), either O(name) or O(slug) is required, or
        C(user_env_key) of a project file.
    type: str
  slug:
    description:
      - Slug of one file on the service, if several have the same name.
      - Replacing a file changes its slug. The module accepts a slug that does not exist any more if the app has a file
        with this name and the declared content.
      - With O(state=absent), the module also deletes an unfinished upload with this slug if the service does not
        report how old the upload is.
    type: str
  is_protected:
    description:
      - Whether to protect the file. A protected file cannot be downloaded.
      - Bitrise does not support removing protection. The module rejects V(false) for a protected file, in check mode
        too.
      - If omitted, the file keeps its current setting, even if its content is replaced.
    type: bool
  is_expose:
    description:
      - Whether to give the file to builds of pull requests.
      - Bitrise does not support changing this for a protected file.
      - If omitted, the file keeps its current setting, even if its content is replaced.
    type: bool
    aliases: [is_exposed]
  on_unverifiable:
    description:
      - Action if the content of a file on the service cannot be compared with the declared content. This affects
        protected files whose digest Bitrise does not report, such as profiles.
      - The option does not apply to a file that certainly differs, because it has another size, or because it was
        uploaded before the declared file was created.
      - V(warn) keeps the file and issues a warning. V(trust) keeps it without a warning. V(replace) uploads the
        declared file on every run. V(fail) fails.
    type: str
    choices: [warn, trust, replace, fail]
    default: warn
  duplicates:
    description:
      - Action if the app has several files of this name and more than one of them may be needed. This is the case if a
        readable file belongs to another team, app ID or key, or if several files are protected.
      - V(fail) lists their slugs and fails. V(remove) keeps only the declared file.
      - In all other cases, files of the same name are generations of one file, for example from an interrupted
        replacement. The module then completes the replacement with any value of this option, and keeps the newest of
        several equal files.
    type: str
    choices: [fail, remove]
    default: fail
  backup_dir:
    description:
      - Folder on the host that runs the module. The module saves a file there before it replaces or deletes the file.
        It creates the folder if it does not exist. Copies have mode 0600 and are named after app, slug and file.
      - Bitrise returns the content of unprotected files only. The module issues a warning about a file that it cannot
        save.
    type: path
  backup_required:
    description:
      - Whether to fail if a file to replace or delete cannot be saved in O(backup_dir). The task then does not delete
        it, and fails before any change unless another run uploads the file meanwhile. V(true) requires O(backup_dir).
    type: bool
    default: false
  force:
    description:
      - Whether to upload the file even if it is in sync.
    type: bool
    default: false
notes:
  - The module compares content by the digest if Bitrise lists it, otherwise by the size, otherwise by a download. If it
    cannot compare the content, O(on_unverifiable) applies.
  - The module replaces a file in this order. It uploads the new file, sets its flags and password, confirms it, checks
    that the service has its content, deletes the old file, and sets the protection. A build that starts in between
    always finds a usable file.
  - The next run completes an interrupted run, on any machine. The module keeps no state outside of the service.
  - With O(src), O(content) or O(state=absent), the module deletes a leftover of the same name if it is older than an
    hour. A younger one may belong to another run.
  - If two runs upload different content with the same name at the same time, the newer upload remains. The other run
    fails, or its next run uploads its content again.
"""

    VERIFY = r"""
options:
  verify:
    description:
      - How to validate the file, or a new password for it, before the upload.
      - The validation finds files that have expired or are not valid yet, a wrong password, a missing private key or
        alias, another type of file, and a file of more than 1 MiB. In M(mobileops.ci.bitrise_code_signing), it also
        finds a profile that does not embed any of the declared certificates.
      - V(strict) rejects such files. V(warn) issues a warning and uploads them. V(none) does not validate. The module
        neither rejects nor reports a file that the app already has, except for a declared profile that does not embed
        any of the declared certificates when M(mobileops.ci.bitrise_code_signing) deletes a certificate.
      - V(strict) and V(warn) require the library cryptography on the host that runs the module.
    type: str
    choices: [strict, warn, none]
    default: strict
"""

    CERTIFICATE = r"""
options:
  certificate_password:
    description:
      - Password of the PKCS#12 file. An empty string removes it.
      - If omitted, a new file gets the password of the file that it replaces. Bitrise does not return the password of a
        protected certificate. The module then rejects a replacement, unless the new file opens without a password.
    type: str
  update_password:
    description:
      - V(on_change) sets the password with new content, or if the password that Bitrise returns differs. Bitrise does
        not return the password of a protected certificate.
      - V(always) sets it on every run, unless Bitrise returns the same password.
    type: str
    choices: [on_change, always]
    default: on_change
"""

    KEYSTORE = r"""
options:
  alias:
    description:
      - Alias of the key in the keystore.
      - Bitrise accepts alias and passwords only with an upload, and rarely reports them. If it reports another alias
        than the declared one, the module uploads the keystore again. If it reports no alias, a change of this option
        alone has no effect. O(force=true) uploads the keystore in any case.
      - If omitted, a new file gets the alias that Bitrise reports for the file that it replaces.
    type: str
  password:
    description:
      - Password of the keystore. The rules of O(alias) apply to it too.
    type: str
  private_key_password:
    description:
      - Password of the key. A keystore that is a PKCS#12 file has one password for both.
      - The default is O(password).
    type: str
  keystore_name:
    description:
      - Name from which Bitrise makes the key of the keystore, by which builds refer to it. It consists of letters,
        digits and underscores.
      - The first keystore of an app has the key C(ANDROID_KEYSTORE). Each further keystore needs a name, and its key is
        C(ANDROID_KEYSTORE_) with the name.
      - If omitted, a new file gets the name of the file that it replaces, or otherwise a name made from O(name).
    type: str
"""

    ENV_KEY = r"""
options:
  user_env_key:
    description:
      - Key by which builds refer to the file. The environment variable C(BITRISEIO_) with the key and C(_URL) contains
        the address of the file in a build.
      - If set, it identifies the file, and O(name) is only the name of a new file.
      - Required for a new file. If omitted, a new file gets the key of the file that it replaces.
    type: str
"""

    REPLACE_ORDER = r"""
options:
  replace_order:
    description:
      - V(upload_first) uploads the new file before it deletes the old file, so that every build finds a file.
      - Bitrise gives a keystore the key C(ANDROID_KEYSTORE) only if the app has no other keystore. So V(upload_first)
        would change the key of such a keystore, and the module rejects that before any change. The service may also
        refuse two project files with one key. Then the task fails and does not delete the old file.
      - V(delete_first) deletes the old file first, and uploads the new file once the list of the service does not show
        the old file any more. The key does not change, but a build that starts in between finds no file. If the upload
        fails, the app has no file until the next run. O(backup_dir) keeps a copy.
      - With V(delete_first), the task must declare the values that the new file would inherit, because the run after an
        interrupted run cannot read them. These are the key of a project file, its flags unless they are the defaults,
        and the name from which Bitrise makes the key of a keystore, unless the key is C(ANDROID_KEYSTORE).
    type: str
    choices: [upload_first, delete_first]
    default: upload_first
"""

    FILTER = r"""
options:
  name:
    description:
      - Return only the files with this name.
    type: str
  slug:
    description:
      - Return only the file with this slug. The module fails if there is none.
      - Mutually exclusive with O(name).
    type: str
"""
