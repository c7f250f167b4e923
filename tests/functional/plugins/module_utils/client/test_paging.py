# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of any length, also while another client changes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.endpoints import delete_file, list_files
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.files.kinds import PROVISIONING_PROFILE as PROFILE
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import CiError, ServiceError
from tests.helpers.servers import CannedResponse, serving
from tests.helpers.service import APP, PROFILES, Service, a_file

from .conftest import MakeClient


def page(slugs: list[str], following: str | None = None, total: int = 0) -> CannedResponse:
    paging = {"total_item_count": total, "page_item_limit": 50, **({"next": following} if following else {})}
    return CannedResponse(200, json.dumps({"data": [{"slug": slug} for slug in slugs], "paging": paging}).encode())


def anchor_of(line: str) -> str:
    return parse_qs(urlsplit(line.split()[1]).query).get("next", [""])[0]


def slugs(found: Iterator[dict[str, object]]) -> list[object]:
    return [item["slug"] for item in found]


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (1, 1), (50, 1), (51, 2), (100, 2)])
def test_files(service: Service, client: BitriseClient, count: int, pages: int) -> None:
    service.holds(PROFILES, *(a_file(f"file {number}", b"content") for number in range(count)))
    expected = [file["slug"] for file in service.files()]
    assert slugs(list_files(client, PROFILE, APP)) == expected
    assert service.asked() == ["list"] * pages
    anchors = [entry["query"].get("next") for entry in service.emulator.requests()]
    assert anchors == [None, *expected[50::50]][:pages]


@pytest.mark.parametrize(("count", "pages"), [(50, 1), (51, 2), (120, 3)])
def test_apps(service: Service, client: BitriseClient, count: int, pages: int) -> None:
    service.emulator.load(f"fleet:{count}")
    assert len(set(slugs(client.apps()))) == count
    assert service.asked() == ["apps"] * pages


def test_apps_of_an_organization(service: Service, client: BitriseClient) -> None:
    service.emulator.load("fleet:120")
    organization = service.emulator.state()["organizations"][0]["slug"]
    found = list(client.apps(("organizations", organization), {"project_type": "ios"}))
    assert {app["owner"]["slug"] for app in found} == {organization}
    assert service.emulator.requests()[0]["query"] == {"limit": "50", "project_type": "ios"}


@pytest.mark.parametrize(("limit", "asked"), [(1, ["1"]), (50, ["50"]), (60, ["50", "10"]), (500, ["50", "50"])])
def test_limit(service: Service, client: BitriseClient, limit: int, asked: list[str]) -> None:
    service.holds(PROFILES, *(a_file(f"file {number}", b"content") for number in range(70)))
    assert len(list(list_files(client, PROFILE, APP, limit))) == min(limit, 70)
    assert [entry["query"]["limit"] for entry in service.emulator.requests()] == asked


@pytest.mark.parametrize("status", [400, 404])
def test_anchor_that_is_gone(service: Service, client: BitriseClient, status: int) -> None:
    """Read the list again if the first item of the second page is deleted between the two requests."""
    service.holds(PROFILES, *(a_file(f"file {number}", b"content") for number in range(80)))
    service.emulator.fault(nth=2, status=status)
    assert sorted(map(str, slugs(list_files(client, PROFILE, APP)))) == sorted(file["slug"] for file in service.files())
    assert service.asked() == ["list"] * 4


def test_anchor_that_is_really_gone(service: Service, client: BitriseClient) -> None:
    service.holds(PROFILES, *(a_file(f"file {number}", b"content") for number in range(60)))
    found = list_files(client, PROFILE, APP)
    first = [next(found)["slug"] for _turn in range(50)]
    delete_file(client, PROFILE, APP, service.files()[50]["slug"])
    rest = slugs(found)
    assert len(rest) == 9
    assert {*first, *map(str, rest)} == {file["slug"] for file in service.files()}


def test_anchor_that_is_gone_again_and_again(service: Service, client: BitriseClient) -> None:
    service.holds(PROFILES, *(a_file(f"file {number}", b"content") for number in range(60)))
    for nth in (2, 4, 6):
        service.emulator.fault(nth=nth, status=400)
    with pytest.raises(ServiceError) as caught:
        list(list_files(client, PROFILE, APP))
    assert caught.value.kind == "bad_request"
    assert service.asked() == ["list"] * 6


def test_first_page_that_is_refused_is_not_read_again(service: Service, client: BitriseClient) -> None:
    service.emulator.fault(status=404)
    with pytest.raises(ServiceError):
        list(list_files(client, PROFILE, APP))
    assert service.asked() == ["list"]


def test_pages_that_form_a_circle(make_client: MakeClient) -> None:
    pages = {"": page(["A"], "B"), "B": page(["B"], "C"), "C": page(["C"], "B")}
    with serving(lambda line: pages[anchor_of(line)]) as server, pytest.raises(ServiceError) as caught:
        list(list_files(make_client(server.url), PROFILE, APP))
    assert caught.value.kind == "invalid_response"
    assert "form a loop" in str(caught.value)
    assert len(server.seen) == 3


def test_item_on_two_pages_comes_once(make_client: MakeClient) -> None:
    pages = {"": page(["A", "B"], "B"), "B": page(["B", "C"])}
    with serving(lambda line: pages[anchor_of(line)]) as server:
        assert slugs(list_files(make_client(server.url), PROFILE, APP)) == ["A", "B", "C"]


def test_unset_anchor_ends_the_list(make_client: MakeClient) -> None:
    for paging in ('{"next": ""}', '{"next": null}', "null"):
        body = f'{{"data": [{{"slug": "A"}}], "paging": {paging}}}'.encode()
        with serving(CannedResponse(200, body)) as server:
            assert slugs(list_files(make_client(server.url), PROFILE, APP)) == ["A"]


@pytest.mark.parametrize(
    "body",
    [
        '{"data": []}',
        '{"data": null}',
        '{"data": null, "paging": null}',
        '{"data": null, "paging": {"total_item_count": 0}}',
        '{"paging": {"total_item_count": 0}}',
    ],
)
def test_empty_list(make_client: MakeClient, body: str) -> None:
    with serving(CannedResponse(200, body.encode())) as server:
        assert slugs(list_files(make_client(server.url), PROFILE, APP)) == []


def test_page_that_is_empty_although_more_is_left(make_client: MakeClient) -> None:
    """Request the next page if the first item of a page was deleted, and the service does not say so."""
    responses = iter(
        [
            page(["A", "B"], "C", total=3),
            page([], total=3),
            page(["A", "B"], "D", total=3),
            page(["D"], total=3),
        ]
    )
    with serving(lambda _line: next(responses)) as server:
        assert slugs(list_files(make_client(server.url), PROFILE, APP)) == ["A", "B", "D"]


def test_list_that_grows_during_each_reading(make_client: MakeClient) -> None:
    """Return the items that were there, although the total is always larger."""
    pages = {"": page(["A", "B"], "C", total=3), "C": page(["C"], total=4)}
    with serving(lambda line: pages[anchor_of(line)]) as server:
        assert slugs(list_files(make_client(server.url), PROFILE, APP)) == ["A", "B", "C"]
        assert len(server.seen) == 6


BAD_PAGES = [
    '{"data": {}}',
    '{"data": null, "paging": {"total_item_count": 1}}',
    "{}",
    '{"data": [1]}',
    '{"data": [{}]}',
    '{"data": [{"slug": null}]}',
]


@pytest.mark.parametrize("body", [*BAD_PAGES, '{"data": [], "paging": {"next": 3}}'])
def test_invalid_page(make_client: MakeClient, body: str) -> None:
    with serving(CannedResponse(200, body.encode())) as server, pytest.raises(CiError) as caught:
        list(list_files(make_client(server.url), PROFILE, APP))
    assert caught.value.kind == "invalid_response"
