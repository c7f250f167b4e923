# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts of actions and plans, which contain no secrets."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.actions import Delete, Update, Upload
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import (
    BUILD_CERTIFICATE,
    PROVISIONING_PROFILE,
)
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.model import Desired, RemoteFile
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.observe import DeclaredFile
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.reconcile import _add
from ansible_collections.mobileops.ci.plugins.module_utils._core.plan import Plan
from ansible_collections.mobileops.ci.plugins.module_utils._local.read_file import Content

CANARY = "c4nary-s3cret"
PLACE = ("build_certificate", "app1")


def test_upload_as_dict() -> None:
    changes = {"is_protected": True, "certificate_password": CANARY}
    assert Upload(*PLACE, None, "dist.p12", 100, "a" * 64, changes).as_dict() == {
        "action": "upload",
        "kind": "build_certificate",
        "app_slug": "app1",
        "slug": None,
        "name": "dist.p12",
        "size": 100,
        "sha256": "a" * 64,
        "changes": {"certificate_password": "********", "is_protected": True},
        "reason": None,
    }


def test_update_as_dict() -> None:
    assert Update(*PLACE, "A", "dist.p12", {"certificate_password": CANARY}).as_dict() == {
        "action": "update",
        "kind": "build_certificate",
        "app_slug": "app1",
        "slug": "A",
        "name": "dist.p12",
        "size": None,
        "sha256": None,
        "changes": {"certificate_password": "********"},
        "reason": None,
    }


def test_delete_as_dict() -> None:
    assert Delete(*PLACE, "A", "dist.p12", "leftover").as_dict() == {
        "action": "delete",
        "kind": "build_certificate",
        "app_slug": "app1",
        "slug": "A",
        "name": "dist.p12",
        "size": None,
        "sha256": None,
        "changes": None,
        "reason": "leftover",
    }


@settings(max_examples=120)
@given(st.text("abc123-", min_size=8).map(lambda text: f"<{text}>"), st.booleans())
def test_no_secret_in_any_text(secret: str, protected: bool) -> None:
    changes = {"certificate_password": secret}
    content = Content.of(secret.encode())
    desired = Desired("dist.p12", password=secret)
    data = {
        "slug": "A",
        "upload_file_name": "dist.p12",
        "certificate_password": secret,
        "upload_url": f"https://storage/{secret}",
        "download_url": f"https://storage/{secret}",
        "another_password": secret,
        "client_secret": secret,
        "exposed_meta_datastore": {"PASSWORD": secret},
        "is_protected": protected,
    }
    file = RemoteFile.from_service(BUILD_CERTIFICATE, data)
    actions = (Upload(*PLACE, None, "dist.p12", 100, "a" * 64, changes), Update(*PLACE, "A", "dist.p12", changes))
    plan = Plan(actions)
    printed = [repr(thing) for thing in (content, desired, file, plan, actions, DeclaredFile(desired, content))]
    printed += [json.dumps(thing) for thing in (file.as_result(), plan.as_result(), plan.diff)]
    for text in printed:
        assert secret not in text


def test_unknown_fields_of_the_service_are_kept() -> None:
    file = RemoteFile.from_service(BUILD_CERTIFICATE, {"slug": "A", "expires": "2027", "size_class": 3})
    assert file.as_result() == {
        "slug": "A",
        "upload_file_name": "",
        "upload_file_size": None,
        "processed": False,
        "is_protected": False,
        "is_expose": True,
        "sha256": None,
        "certificates": [],
        "file_sha256": None,
        "expires": "2027",
        "size_class": 3,
    }


def test_changed_is_whether_there_are_actions() -> None:
    assert Plan().as_result() == {"changed": False, "actions": []}
    assert Plan((Delete(*PLACE, "A", "dist.p12", "absent"),)).as_result()["changed"] is True


def test_diff_is_before_and_after() -> None:
    assert Plan(before={"a": 1}, after={"b": 2}).diff == {"before": {"a": 1}, "after": {"b": 2}}


def test_a_diff_numbers_files_of_one_name() -> None:
    shown: dict[str, Any] = {}
    for number in (1, 2, 3):
        _add(shown, PROVISIONING_PROFILE, {"dist": {"size": number}, f"other {number}": {"size": 0}})
    files = shown[PROVISIONING_PROFILE.plural]
    assert {name: file["size"] for name, file in files.items() if file["size"]} == {
        "dist": 1,
        "dist (2)": 2,
        "dist (3)": 3,
    }
    assert len(files) == 6
