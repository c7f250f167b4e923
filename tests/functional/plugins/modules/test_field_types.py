# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields of a wrong type on which a decision depends: an error, and nothing is changed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.helpers.service import CERTIFICATES, PROFILES, READING, Service, a_file, sha256
from tests.helpers.tasks import Tasks

OLD, NEW = b"old", b"new content"
FLAGS = ("is_protected", "is_expose", "processed")
ODD: tuple[Any, ...] = ("false", "true", 0, 1, [], {})
WRONG: list[tuple[str, Any]] = [
    *((field, odd) for field in FLAGS for odd in ODD),
    ("upload_file_name", 7),
    ("upload_file_name", True),
    ("upload_file_name", ["dist"]),
    ("upload_file_name", {"a": 1}),
    ("certificate_password", 7),
    ("certificate_password", True),
    ("certificate_password", ["c4nary"]),
]


@pytest.mark.parametrize(("field", "value"), WRONG)
def test_a_list_with_a_field_of_a_wrong_type(service: Service, tasks: Tasks, field: str, value: Any) -> None:
    service.holds(CERTIFICATES, a_file("dist", OLD))
    file = {"slug": service.files(CERTIFICATES)[0]["slug"], "upload_file_name": "dist", "processed": True}
    service.emulator.fault(
        method="GET", path="/build-certificates$", status=200, body=json.dumps({"data": [{**file, field: value}]})
    )
    service.forget()
    failed = tasks.file(CERTIFICATES, NEW).fail()
    assert failed["error"]["kind"] == "invalid_response"
    assert f"of type {type(value).__name__} as {field}" in failed["msg"]
    assert "c4nary" not in failed["msg"]
    assert set(service.asked()) <= READING
    assert service.contents(CERTIFICATES) == [("dist", sha256(OLD))]


def test_a_file_that_goes_between_the_list_and_its_download(service: Service, tasks: Tasks) -> None:
    service.emulator.options(hash_fields=False)
    service.holds(PROFILES, a_file("dist", OLD))
    body = "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>"
    service.emulator.fault(method="GET", path="/_storage/", status=404, body=body, times=1)
    assert tasks.file(PROFILES, b"old").run()["changed"]
    assert [digest for _name, digest in service.contents()] == [sha256(b"old")]
    assert tasks.file(PROFILES, b"old").run()["changed"] is False


def test_a_file_that_goes_between_the_list_and_its_details(service: Service, tasks: Tasks) -> None:
    service.emulator.options(hash_fields=False)
    service.holds(PROFILES, a_file("dist", OLD))
    slug = service.files()[0]["slug"]
    service.emulator.fault(method="GET", path=f"/{slug}$", status=404, times=1)
    assert tasks.file(PROFILES, b"new").run()["changed"]
    assert service.contents()[-1:] == [("dist", sha256(b"new"))]
