# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON form of the four kinds of files, and the rules for creating and changing them."""

from __future__ import annotations

import re

from .file_names import stored_name
from .kinds import CERTIFICATES, KEYSTORES, PROJECT_FILES, StoredKind
from .model import App, Json, StoredFile
from .options import Options
from .replies import ApiError, bad_request

_KEYSTORE_NAME = re.compile(r"[A-Za-z0-9_.]+")
_CREATION_KEYS = frozenset(
    {
        "upload_file_name",
        "upload_file_size",
        "user_env_key",
        "alias",
        "password",
        "private_key_password",
        "keystore_file_name",
    }
)
_KEYSTORE_SECRETS = {"PASSWORD": "password", "ALIAS": "alias", "PRIVATE_KEY_PASSWORD": "private_key_password"}


def file_data(item: StoredFile, options: Options, now: float) -> Json:
    """Return a file as the API shows it, without URLs."""
    is_detailed = item.processed_at is None or now >= item.processed_at + options.details_delay_s
    data: Json = {
        "upload_file_name": item.upload_file_name,
        "upload_file_size": item.upload_file_size,
        "slug": item.slug,
        "processed": item.processed,
        "is_expose": item.is_expose,
        "is_protected": item.is_protected,
    }
    if options.sizes == "absent":
        del data["upload_file_size"]
    elif options.sizes == "null" or (options.sizes == "late" and not item.processed):
        data["upload_file_size"] = None
    digest = item.file_sha256 if is_detailed and options.file_sha256 != "never" else None
    if item.kind == CERTIFICATES.name:
        shown_password = {"certificate_password": item.certificate_password}
        data.update(withheld("certificate_password", options) if withholds(item, options) else shown_password)
        if options.hash_fields:
            data["file_sha256"] = digest
            data["certificates"] = item.certificates if is_detailed and options.certificates == "password" else []
            if options.certificates == "absent":
                del data["certificates"]
    if item.kind == PROJECT_FILES.name:
        data["user_env_key"] = item.user_env_key
        data["exposed_meta_datastore"] = item.exposed_meta_datastore
    if item.kind == KEYSTORES.name:
        stored = item.exposed_meta_datastore or {}
        shown = options.echo_keystore_secrets and not item.is_protected
        data["user_env_key"] = item.user_env_key
        data["exposed_meta_datastore"] = {name: stored.get(name, "") if shown else "" for name in _KEYSTORE_SECRETS}
        if options.hash_fields:
            data["file_sha256"] = digest
            data["certificate_sha256_fingerprint"] = item.certificate_sha256_fingerprint if is_detailed else None
    return data


def withholds(item: StoredFile, options: Options) -> bool:
    """Return whether the service hides the password and the bytes of this file."""
    return item.is_protected and options.protected_values == "withheld"


def withheld(name: str, options: Options) -> dict[str, str | None]:
    """Return a hidden value in the form that the switch selects."""
    return {} if options.withheld == "absent" else {name: None if options.withheld == "null" else ""}


def check_upload(kind: StoredKind, app: App, body: Json, options: Options) -> tuple[str, int]:
    """Return name and size of a new file. Raise ApiError if the request is invalid."""
    name = body.get("upload_file_name")
    size = body.get("upload_file_size")
    check_keys(body, _CREATION_KEYS, options)
    if not isinstance(name, str) or not name:
        raise bad_request("Upload file name is required")
    if isinstance(size, str) and size.isascii() and size.isdigit() and options.size_as_text == "accept":
        size = int(size)
    smallest = 0 if options.empty_files == "accept" else 1
    if not isinstance(size, int) or isinstance(size, bool) or size < smallest:
        raise bad_request("Upload file size must be a positive integer")
    if kind.max_size is not None and size > kind.max_size:
        raise bad_request("Upload file size is too large")
    if len(app.files_of(kind.name)) >= options.max_files:
        raise ApiError(int(options.too_many_files), f"Maximum number of files ({options.max_files:g}) reached")
    if kind is PROJECT_FILES:
        key = body.get("user_env_key")
        if not isinstance(key, str) or not key:
            raise bad_request("User env key is required")
        _check_unique_key(app, key, None, options)
    return stored_name(kind, app, name, options), size


def check_keys(body: Json, known: frozenset[str], options: Options) -> None:
    """Raise ApiError for unknown keys, if the switch says so."""
    unknown = sorted(set(body) - known)
    if unknown and options.unknown_keys == "refuse":
        raise bad_request(f"Unknown parameter '{unknown[0]}'")


def keystore_details(app: App, body: Json, options: Options) -> tuple[str, Json]:
    """Return the environment key and the secrets of a new keystore. Raise ApiError if they are invalid."""
    secrets: Json = {}
    for name, parameter in _KEYSTORE_SECRETS.items():
        value = body.get(parameter)
        if value is not None and not isinstance(value, str):
            raise bad_request(f"Invalid value for parameter '{parameter}'")
        secrets[name] = value or ""
    label = body.get("keystore_file_name")
    if label is not None and (not isinstance(label, str) or not _KEYSTORE_NAME.fullmatch(label)):
        raise bad_request("Keystore file name may hold letters, digits and underscores only")
    if label is not None and "." in label and options.keystore_name_dot == "refuse":
        raise bad_request("Keystore file name may hold letters, digits and underscores only")
    if not app.files_of(KEYSTORES.name):
        return "ANDROID_KEYSTORE", secrets
    if not label:
        raise bad_request("Keystore file name is required, the app has a keystore already")
    return label if options.keystore_env_key == "name" else f"ANDROID_KEYSTORE_{label}", secrets


def check_changes(item: StoredFile, kind: StoredKind, app: App, body: Json, options: Options) -> Json:
    """Return the values that a PATCH request changes. Raise ApiError if any of them cannot be changed."""
    check_keys(body, kind.settable, options)
    if body.get("processed") is not None and options.patch_processed == "refuse":
        raise bad_request("processed can't be changed")
    changes: Json = {}
    for name in kind.settable:
        value = body.get(name)
        if value is None:
            continue
        if not isinstance(value, _TYPES.get(name, bool)):
            raise bad_request(f"Invalid value for parameter '{name}'")
        if value != getattr(item, name):
            changes[name] = value
    if changes.get("is_protected") is False:
        raise bad_request("is_protected can't be changed to false once it is set to true")
    if item.is_protected and "is_expose" in changes:
        raise bad_request("is_expose can't be changed on a protected file")
    if "is_protected" in changes and "is_expose" in changes:
        if options.patch_both_flags == "refuse":
            raise bad_request("is_expose can't be changed together with is_protected")
        if options.patch_both_flags == "protect_only":
            del changes["is_expose"]
    if item.is_protected and "certificate_password" in changes:
        if options.patch_protected_password == "refuse":
            raise bad_request("certificate_password can't be changed on a protected file")
        if options.patch_protected_password == "ignore":
            del changes["certificate_password"]
    if changes.get("processed") is False:
        raise bad_request("processed can't be changed to false once it is set to true")
    if "user_env_key" in changes:
        _check_unique_key(app, changes["user_env_key"], item, options)
    return changes


_TYPES: dict[str, type] = {"certificate_password": str, "user_env_key": str, "exposed_meta_datastore": dict}


def _check_unique_key(app: App, key: str, own: StoredFile | None, options: Options) -> None:
    taken = any(other.user_env_key == key for other in app.files_of(PROJECT_FILES.name).values() if other is not own)
    if options.unique_env_keys and taken:
        raise bad_request("User env key is already in use")
