# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of the modules about Bitrise: every state, every error, options in every form."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from .comparison import HERE, NOWHERE, Case

_Files = Sequence[Mapping[str, Any]]
_Faults = Sequence[Mapping[str, Any]]

# Run where every case is, see test_both_ways.
LESS_COMMON = (
    "upload",
    "flags only",
    "absent",
    "by slug",
    "certificate as it is",
    "both names of an option",
    "unverifiable",
    "project file",
    "profile that is not there",
    "apps by title",
    "all certificates",
    "vaulted for others",
    "empty",
    "a directory",
    "plain http",
    "no proxy for it",
    "broken proxy",
    "nothing to look into",
    "upload in check mode",
    "leftover",
    "forced",
    "absent already",
    "empty option",
    "another password",
    "backup required, content not available",
    "content is not base64",
    "not of use, and sent",
    "keystore that would lose its key",
    "project file without a key",
    "flags of nothing",
    "in files",
    "absolute",
    "not there, absolute",
    "empty once decrypted",
    "by a variable",
    "limit is wrong",
    "apps of an unknown user",
    "certificates of an unknown app",
    "unknown host",
    "server error",
    "rate limited",
    "creation fails",
    "a file is missing",
    "files of a wrong form",
    "replace in check mode",
    "duplicates",
    "both sources",
    "no source",
    "profiles by two things",
    "no URL",
    "timeout of 0",
    "no authorities",
    "empty token",
    "a page",
    "malformed",
    "dropped",
)

OLD, NEW = "the old bytes", "the new bytes!"
NAME = "Shop.mobileprovision"
APP = "{{ app }}"  # each case has its own app

_HERE = [{"name": NAME, "content": NEW}]
_OTHER = [{"name": NAME, "content": OLD}]
_PROTECTED = [{"name": NAME, "content": NEW, "is_protected": True}]
_TWICE = [{"name": NAME, "content": OLD}, {"name": NAME, "content": NEW}]
_LEFTOVER = [{"name": NAME, "size": 14, "processed": False}]
_CERTIFICATE = [{"name": "shop.p12", "content": NEW, "certificate_password": "hush-hush"}]


def _case(
    title: str,
    module: str,
    args: Mapping[str, Any],
    holds: Mapping[str, Any] | None = None,
    faults: _Faults = (),
    runs: str = HERE,
    **keywords: Any,
) -> Case:
    return Case(title, args, f"mobileops.ci.bitrise_{module}", {"diff": True, **keywords}, holds or {}, faults, runs)


def _profile(title: str, files: _Files = (), faults: _Faults = (), keywords: Any = None, **args: Any) -> Case:
    own = {"app_slug": APP, "src": NAME, "verify": "none", **args}
    holds = {"provisioning_profiles": list(files)}
    return _case(title, "provisioning_profile", own, holds, faults, **(keywords or {}))


def _certificate(title: str, files: _Files = (), **args: Any) -> Case:
    own = {"app_slug": APP, "src": "shop.p12", "verify": "none", **args}
    return _case(title, "build_certificate", own, {"build_certificates": list(files)})


def _keystore(title: str, files: _Files = (), **args: Any) -> Case:
    own = {"app_slug": APP, "src": "shop.p12", "verify": "none", "alias": "shop", "password": "hush-hush", **args}
    return _case(title, "android_keystore", own, {"android_keystores": list(files)})


def _project_file(title: str, files: _Files = (), **args: Any) -> Case:
    return _case(title, "project_file", {"app_slug": APP, "src": NAME, **args}, {"project_files": list(files)})


_OMIT = "{{ omit }}"
_CHECK = {"check_mode": True}

PROFILES = (
    _profile("upload", is_expose=True),
    _profile("upload in check mode", keywords=_CHECK),
    _profile("nothing to do", _HERE),
    _profile("replace", _OTHER, is_protected=True),
    _profile("replace in check mode", _OTHER, keywords=_CHECK),
    _profile("flags only", _HERE, src=_OMIT, name=NAME, is_expose=False, is_protected=True),
    _profile("flags of nothing", src=_OMIT, name=NAME, is_expose=False),
    _profile("protected for ever", _PROTECTED, is_protected=False),
    _profile("unverifiable", _PROTECTED, on_unverifiable="fail"),
    _profile("duplicates", _TWICE),
    _profile("duplicates removed", _TWICE, duplicates="remove"),
    _profile("leftover", _LEFTOVER),
    _profile("forced", _HERE, force=True),
    _profile("copied before", _OTHER, backup_dir="~/copies"),
    _profile(
        "backup required, content not available", _PROTECTED, force=True, backup_dir="copies", backup_required=True
    ),
    _profile("absent", _HERE, state="absent"),
    _profile("absent already", state="absent", src="is/not/there/Shop.mobileprovision"),
    _profile("content", src=_OMIT, name="x", content=base64.b64encode(NEW.encode()).decode()),
    _profile("content is not base64", src=_OMIT, name="x", content="$$$ not base64"),
    _profile("both sources", content="eA=="),
    _profile("no source", src=_OMIT),
    _profile("empty option", name=""),
    _profile("by slug", _HERE, slug="01HAAAAAAAAAAAAAAAAAAAAAAA"),
    _certificate("certificate", certificate_password="hush-hush"),
    _certificate("certificate as it is", _CERTIFICATE, certificate_password="hush-hush"),
    _certificate("another password", _CERTIFICATE, certificate_password="pssst-pssst"),
    _certificate("both names of an option", is_expose=True, is_exposed=False),
    _certificate("not of use", verify="strict"),
    _profile("not of use, and sent", verify="warn"),
    _keystore("keystore", keystore_name="SHOP"),
    _keystore("keystore that would lose its key", [{"name": "shop.p12", "content": OLD}]),
    _project_file("project file", user_env_key="SHOP", is_expose=False),
    _project_file("project file without a key"),
)

FILES = (
    _profile("beside the playbook", src="beside.mobileprovision"),
    _profile("in files", src="files/" + NAME),
    _profile("absolute", src="{{ playbook_dir }}/beside.mobileprovision"),
    _profile("at home", src="~/at-home.mobileprovision"),
    _profile("by a variable", src="$WHERE/" + NAME, keywords={"environment": {"WHERE": "{{ playbook_dir }}/files"}}),
    _profile("vaulted", src="vaulted.mobileprovision"),
    _profile("vaulted for others", src="foreign.mobileprovision"),
    _profile("not there", src="nowhere/to-be-found"),
    _profile("not there, absolute", src="/nowhere/to-be-found"),
    _profile("empty", src="empty"),
    _profile("empty once decrypted", src="vaulted-empty"),
    _profile("a directory", src="folder"),
    _profile("too large", src="large"),
)


def _profiles_info(title: str, **args: Any) -> Case:
    return _case(title, "provisioning_profile_info", {"app_slug": APP, **args}, {"provisioning_profiles": _TWICE})


LISTS = (
    _profiles_info("all profiles"),
    _profiles_info("profiles by name", name=NAME, limit=1),
    _profiles_info("limit is wrong", limit=0),
    _profiles_info("profile that is not there", slug="01HAAAAAAAAAAAAAAAAAAAAAAA"),
    _profiles_info("profiles by two things", name="a", slug="b"),
    _case("all certificates", "build_certificate_info", {"app_slug": APP}, {"build_certificates": _CERTIFICATE}),
    _case("certificates of an unknown app", "build_certificate_info", {"app_slug": "ffffffffffffffff"}),
    _case("one app", "app_info", {"app_slug": APP}),
    _case("apps by title", "app_info", {"title": "apps by title"}),
    _case("apps of an unknown user", "app_info", {"user_slug": "ffffffffffffffff"}),
    _case("a slug with a slash", "app_info", {"app_slug": "../user"}),
)

_WITHOUT = {"api_token": _OMIT, "api_url": _OMIT}
_ENVIRONMENT = {"BITRISE_TOKEN": "{{ token }}", "BITRISE_API_BASE_URL": "{{ url }}"}
_LIST = {"app_slug": APP}


def _connection(title: str, args: Mapping[str, Any] | None = None, faults: Any = (), **keywords: Any) -> Case:
    return _case(title, "provisioning_profile_info", {**_LIST, **(args or {})}, None, faults, **keywords)


CONNECTIONS = (
    _connection("no token", _WITHOUT),
    _connection("token of the environment", _WITHOUT, environment=_ENVIRONMENT),
    _connection("wrong token", {"api_token": "wr0ng-t0ken"}),
    _connection("empty token", {"api_token": ""}),
    _connection("token in a name", {"api_token": "s3cr3t", "app_slug": "a-s3cr3t-b"}),
    _connection("plain http", {"api_url": "http://api.example.com"}),
    _connection("no URL", {"api_url": "file:///etc"}),
    _connection("connection refused", {"api_url": "http://127.0.0.1:1/v0.1"}),
    _connection("unknown host", {"api_url": "https://no-such-host.invalid/v0.1"}),
    _connection("timeout of 0", {"timeout": 0}),
    _connection("no authorities", {"ca_path": "/nowhere.pem"}),
    _connection("broken proxy", environment={"http_proxy": "http://127.0.0.1:1"}),
    _connection("no proxy for it", environment={"http_proxy": "http://127.0.0.1:1", "no_proxy": "127.0.0.1"}),
    _connection("server error", faults=[{"status": 500}]),
    _connection("busy, then not", {"max_retries": 1}, [{"status": 503, "times": 1, "retry_after": 0}]),
    _connection("rate limited", faults=[{"status": 429, "retry_after": 7}]),
    _connection("a page", faults=[{"status": 502, "html": True}]),
    _connection("malformed", faults=[{"malformed": True}]),
    _connection("dropped", faults=[{"drop": "before"}]),
    _profile("upload fails", faults=[{"status": 500, "method": "PATCH"}], is_expose=True),
    _profile("creation fails", faults=[{"status": 500, "method": "POST"}]),
)

_LIST_OF = {
    "provisioning_profiles": [{"src": NAME, "verify": "none"}],
    "build_certificates": [{"src": "shop.p12", "certificate_password": "hush-hush", "verify": "none"}],
}


def _fleet(title: str, args: Mapping[str, Any], faults: Any = (), **keywords: Any) -> Case:
    return _case(title, "code_signing", args, {"provisioning_profiles": _OTHER}, faults, **keywords)


FLEETS = (
    _fleet("fleet", {"apps": [APP], **_LIST_OF}),
    _fleet("fleet in check mode", {"apps": [{"app_slug": APP}], **_LIST_OF}, check_mode=True),
    _fleet(
        "files of one app",
        {
            "apps": [
                {"app_slug": APP, "provisioning_profiles": [{"src": "vaulted.mobileprovision", "verify": "none"}]},
            ]
        },
    ),
    _fleet("a file is missing", {"apps": [APP], "provisioning_profiles": [{"src": "nowhere"}]}),
    _fleet("one app is missing", {"apps": [APP, "ffffffffffffffff"], **_LIST_OF}),
    _fleet("apps of a wrong form", {"apps": [[1]]}, runs=NOWHERE),
    _fleet("files of a wrong form", {"apps": [APP], "provisioning_profiles": ["x"]}, runs=NOWHERE),
    _case(
        "inspected",
        "code_signing_info",
        {"apps": [{"app_slug": APP, "title": "Shop"}, "ffffffffffffffff"]},
        {"provisioning_profiles": _OTHER, "build_certificates": _CERTIFICATE},
    ),
    _case("nothing to look into", "code_signing_info", {"apps": ["ffffffffffffffff"]}),
)
