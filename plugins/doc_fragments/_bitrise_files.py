# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options about the files of an app: module_utils._bitrise.files.options, and FILE_FILTER of .entries."""

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
      - Path to the file to upload, up to 100 MiB. A relative path is searched on the controller as
        M(ansible.builtin.copy) does it, in C(files) of the role, in C(files) beside the playbook, and beside the
        playbook.
      - The collection decrypts a file that is encrypted with ansible-vault in memory.
      - If the module runs on another host, it gets the file for the duration of the task, with mode 0600.
      - With neither O(src) nor O(content), the task manages the flags of a file that the app has already.
    type: path
  content:
    description:
      - The bytes of the file, base64 encoded, instead of O(src). Requires O(name).
    type: str
  name:
    description:
      - Name of the file on the service. It identifies the file within the app.
      - The default is the base name of O(src).
    type: str
  slug:
    description:
      - Slug of one file on the service, if several have the same name.
      - Replacing a file changes its slug. A slug that does not exist any more is accepted as long as the app has a
        file of this name with the declared content.
    type: str
  is_protected:
    description:
      - Whether the file is protected, that is, can never be downloaded again.
      - Bitrise does not support removing protection. The module rejects V(false) for a protected file, in check mode
        too.
      - If omitted, the file keeps its current setting, even if its content is replaced.
    type: bool
  is_expose:
    description:
      - Whether builds of pull requests get the file.
      - It cannot be changed once the file is protected.
      - If omitted, the file keeps its current setting, even if its content is replaced.
    type: bool
    aliases: [is_exposed]
  on_unverifiable:
    description:
      - What to do if nothing proves that a file on the service has the declared content or another one. This concerns
        protected files of which the service returns no digest, such as profiles.
      - The file is known to differ if its size differs, or if it was uploaded before the declared file was made. Only
        what is still unknown is subject to this option.
      - V(warn) keeps the file and issues a warning. V(trust) keeps it without a warning. V(replace) uploads the
        declared file on every run. V(fail) fails.
    type: str
    choices: [warn, trust, replace, fail]
    default: warn
  duplicates:
    description:
      - What to do if the app has several files of that name and more than one of them may be wanted. This is so if a
        readable one is for another team, app ID or key, or if several are protected.
      - V(fail) lists their slugs and fails. V(remove) keeps exactly one, the declared one.
      - Other files of the same name are generations of the same file, for example of a replacement that was
        interrupted. The module finishes the replacement, whatever this option says, and keeps the newest of several
        equal files.
    type: str
    choices: [fail, remove]
    default: fail
  backup_dir:
    description:
      - Directory on the host that runs the module where it saves a file before the file is replaced or deleted. The
        module creates the directory if it does not exist. The copies have mode 0600 and are named after app, slug and
        file.
      - The service returns the bytes of unprotected files only. The module warns about a file that it could not save.
    type: path
  backup_required:
    description:
      - Fail, before anything is changed, if a file that is to be replaced or deleted cannot be saved in O(backup_dir).
    type: bool
    default: false
  force:
    description:
      - Upload the file even if the service has the same file already.
    type: bool
    default: false
notes:
  - The module compares contents by the digest that the service lists, else by size, else by a download, else as
    O(on_unverifiable) says.
  - The module replaces a file in this order. It uploads the new file, sets its flags and password, confirms it, checks
    that the service has its bytes, deletes the old file, and sets the protection. A build that starts in between always
    finds a usable file.
  - A run that was interrupted is finished by the next one, on any machine. The module keeps no state outside of the
    service.
  - The module removes an unfinished upload of the same name once it is older than an hour. A younger one may belong to
    another run.
  - If two runs upload different content under one name at the same time, the newer one wins, and the other one fails or
    is corrected by its next run.
"""

    VERIFY = r"""
options:
  verify:
    description:
      - A look inside the file, or at a new password for it, before it is sent. It finds what has expired or is not
        valid yet, a wrong password, a missing private key or alias, a file that is something else, and a profile that
        embeds none of the certificates which are declared beside it in M(mobileops.ci.bitrise_code_signing).
      - V(strict) refuses to send what is of no use, V(warn) says so and sends it, V(none) does not look. A file that
        the app has already is neither refused nor warned about.
      - V(strict) and V(warn) need the library cryptography where the module runs.
    type: str
    choices: [strict, warn, none]
    default: strict
"""

    CERTIFICATE = r"""
options:
  certificate_password:
    description:
      - Password of the PKCS#12 file. An empty string removes it.
      - If omitted, a new file gets the password of the file that it replaces. The service does not return the
        password of a protected certificate. The module then rejects a replacement, unless the new file opens without
        a password.
    type: str
  update_password:
    description:
      - V(on_change) sets the password with new content, or when the one that the service returns differs. The service
        returns none for a protected certificate.
      - V(always) sets it with each run unless the service shows that it is set already.
    type: str
    choices: [on_change, always]
    default: on_change
"""

    KEYSTORE = r"""
options:
  alias:
    description:
      - Alias of the key in the keystore.
      - The service takes it, like the passwords, only when a keystore is created, and hardly ever tells it. Where it
        does and another one is declared, the keystore is uploaded anew; where it does not, a change of this option
        alone has no effect. O(force=true) uploads the keystore in any case.
      - Left out, a new file takes over what the service tells of the file that it replaces.
    type: str
  password:
    description:
      - Password of the keystore. What is said of O(alias) holds for it too.
    type: str
  private_key_password:
    description:
      - Password of the key. A keystore that is a PKCS#12 file has one password for both.
      - Left out, a new file has O(password) for it.
    type: str
  keystore_name:
    description:
      - What the service makes the key of the keystore from, by which builds refer to it. Letters, digits, underscores.
      - The first keystore of an app has the key C(ANDROID_KEYSTORE). The service wants a name for each further one, and
        its key becomes C(ANDROID_KEYSTORE_) with the name.
      - Left out, a new file gets the name of the file that it replaces, else one that is made of O(name).
    type: str
"""

    ENV_KEY = r"""
options:
  user_env_key:
    description:
      - Key by which builds refer to the file. They find its address in C(BITRISEIO_) with the key and C(_URL).
      - Where it is given it identifies the file, and O(name) is only what a new file is called.
      - The service wants it for a new file. Left out, a new file takes over the key of the file that it replaces.
    type: str
"""

    REPLACE_ORDER = r"""
options:
  replace_order:
    description:
      - V(upload_first) uploads the new file before it deletes the old one, so that no build finds none. But the
        service gives a keystore the key C(ANDROID_KEYSTORE) only if the app has no other, so a keystore with that key
        cannot be replaced in this way without getting another key. The module rejects that before anything is
        changed. The service may also reject two project files with one key. Then the task fails, and the old file
        stays.
      - V(delete_first) deletes the old file first. The key stays, but a build that starts in between finds no file. If
        the upload fails, the app is without the file until the next run; O(backup_dir) keeps a copy.
      - With V(delete_first) the task must declare what the new file would inherit from the old one, because an
        interrupted run cannot find it out again. This is the key of a project file, its flags unless they are the
        defaults, and the name that the key of a keystore is made of unless the key is C(ANDROID_KEYSTORE).
    type: str
    choices: [upload_first, delete_first]
    default: upload_first
"""

    FILTER = r"""
options:
  name:
    description:
      - Return only the files of this name.
    type: str
  slug:
    description:
      - Return only the file with this slug. The module fails if there is none.
    type: str
"""
