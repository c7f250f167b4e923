# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module signing_file_info."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core import libraries as _libraries
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import CiError
from ansible_collections.mobileops.ci.plugins.module_utils._signing.signing_file_info import (
    SIGNING_FILE_INFO,
    normalized,
)
from ansible_collections.mobileops.ci.plugins.module_utils._task.module_spec import TaskContext
from tests.helpers.documented_results import check_results
from tests.helpers.signing.samples import (
    PASSWORD,
    android_key,
    authority,
    identity,
    profile,
    profile_properties,
    samples,
)
from tests.helpers.tasks import validated


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop.mobileprovision").write_bytes(profile())
    (tmp_path / "distribution.p12").write_bytes(identity().pkcs12(PASSWORD))
    (tmp_path / "other.p12").write_bytes(identity(elliptic=True).pkcs12(PASSWORD))
    (tmp_path / "upload.keystore").write_bytes(android_key().pkcs12(PASSWORD))
    (tmp_path / "page.mobileprovision").write_bytes(b"<html>not found</html>")
    return tmp_path


def result(*files: Any, check_mode: bool = False) -> dict[str, Any]:
    options = validated(SIGNING_FILE_INFO, normalized({"files": list(files)}))
    return SIGNING_FILE_INFO.execute(options, TaskContext({}, check_mode=check_mode), diff=True)


def files_of(*files: Any) -> list[dict[str, Any]]:
    found = result(*files)
    assert not found.get("failed"), found
    assert found["changed"] is False
    assert result(*files, check_mode=True) == found
    listed: list[dict[str, Any]] = found["files"]
    return listed


def codes(file: Mapping[str, Any]) -> list[str]:
    return [finding["code"] for finding in file["findings"]]


def test_results_are_as_documented(folder: Path) -> None:
    found = result(
        str(folder / "shop.mobileprovision"),
        {"src": str(folder / "distribution.p12"), "password": PASSWORD},
        {"src": str(folder / "upload.keystore"), "password": PASSWORD, "alias": "upload"},
        str(folder / "page.mobileprovision"),
    )
    check_results("signing_file_info", found, result(str(folder / "missing.p12")))


def test_each_way_to_name_a_file(folder: Path) -> None:
    path = str(folder / "shop.mobileprovision")
    encoded = base64.b64encode(profile()).decode()
    plain, as_dict, content = files_of(path, {"src": path}, {"content": encoded, "name": "shop"})
    assert plain == as_dict
    assert (plain["src"], plain["name"]) == (path, "shop.mobileprovision")
    assert (content["src"], content["name"]) == (None, "shop")
    assert content["details"]["name"] == plain["details"]["name"] == "Acme Shop"
    assert result(f"{path}, {path}")["failed"]  # one path, which is not there
    assert normalized({"files": f"{path}, {path}"}) == {"files": [{"src": path}, {"src": path}]}
    assert normalized({"files": {"src": path}}) == {"files": [{"src": path}]}


def test_types(folder: Path) -> None:
    """Detect the type by the ending, by the content, or by the option."""
    page, keystore = str(folder / "page.mobileprovision"), str(folder / "upload.keystore")
    assert codes(*files_of(page)) == ["not_a_profile"]
    (by_ending,) = files_of({"src": keystore})
    assert (by_ending["type"], codes(by_ending)) == ("android_keystore", ["password_needed"])
    data = base64.b64encode(android_key().pkcs12(PASSWORD)).decode()
    given = {"content": data, "password": PASSWORD}
    assert [file["type"] for file in files_of(given, {**given, "type": "build_certificate"})] == [
        "android_keystore",
        "build_certificate",
    ]


def test_findings_do_not_fail_the_task(folder: Path) -> None:
    p12 = str(folder / "distribution.p12")
    wrong, none = files_of({"src": p12, "password": "wrong"}, p12)
    assert (codes(wrong), codes(none)) == (["wrong_password"], ["password_needed"])
    assert wrong["findings"][0]["severity"] == "error"


def test_files_that_do_not_belong_together(folder: Path) -> None:
    shop = str(folder / "shop.mobileprovision")
    right, other = ({"src": str(folder / name), "password": PASSWORD} for name in ("distribution.p12", "other.p12"))
    assert list(map(codes, files_of(shop, right))) == [[], []]
    assert list(map(codes, files_of(shop, other))) == [["unpaired"], ["unpaired"]]
    assert list(map(codes, files_of(shop, right, other))) == [[], [], ["unpaired"]]
    # The content of the certificate is not known.
    assert list(map(codes, files_of(shop, {**other, "password": "wrong"}))) == [[], ["wrong_password"]]
    assert list(map(codes, files_of(shop))) == [[]]


@pytest.mark.parametrize(
    ("file", "kind", "words"),
    [
        ({"src": "/not/there.p12"}, "local_file", "src: /not/there.p12 does not exist"),
        ({"src": "/"}, "option", "files: entry 1: src must name a file"),
        ({"src": "/etc"}, "local_file", "is a directory"),
        ({"content": "no base64!"}, "option", "files: entry 1: content: this is not base64"),
        ({"content": ""}, "option", "files: entry 1: content: this is empty"),
    ],
)
def test_files_that_cannot_be_read(file: dict[str, str], kind: str, words: str) -> None:
    found = result(file)
    assert found["failed"]
    assert found["error"]["kind"] == kind
    assert words in found["msg"]
    assert "no base64!" not in found["msg"]


def test_entries_of_a_wrong_form() -> None:
    with pytest.raises(CiError, match="entry 2 is neither a path nor a dict"):
        normalized({"files": ["a", 5]})


def test_passwords_are_nowhere_in_the_result(folder: Path) -> None:
    files = [
        {"src": str(folder / name), "password": password, "private_key_password": "wröng", "type": kind}
        for name in ("distribution.p12", "upload.keystore")
        for password in (PASSWORD, "wröng")
        for kind in ("auto", "android_keystore", "build_certificate")
    ]
    shown = json.dumps(result(*files), ensure_ascii=False)
    assert PASSWORD not in shown
    assert "wröng" not in shown


def test_a_missing_library_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_libraries, "find_spec", lambda name: None if name == "cryptography" else name)
    found = result(str(folder / "shop.mobileprovision"))
    assert found["error"]["kind"] == "missing_library"
    assert "cryptography" in found["msg"]


def test_a_text_from_a_file_is_plain_data() -> None:
    """Keep the name of a profile unchanged."""
    odd = authority().sign_profile({**profile_properties(), "Name": "{{ lookup('pipe', 'id') }}\n\x7f"}).content
    (file,) = files_of({"content": base64.b64encode(odd).decode()})
    assert file["details"]["name"] == "{{ lookup('pipe', 'id') }}\n\x7f"


def test_all_samples() -> None:
    given = [
        {
            "content": base64.b64encode(sample.data).decode(),
            "password": sample.password,
            "alias": sample.alias,
            "private_key_password": sample.private_key_password,
        }
        for sample in samples().values()
    ]
    kinds = [file["type"] for file in files_of(*given)]
    expected = ["provisioning_profile"] * 4 + ["build_certificate"] * 5 + ["android_keystore"]
    assert kinds == expected
