# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Paging, order and filters of lists."""

from __future__ import annotations

import pytest

from tests.emulator.process import Emulator

from .client import PROFILES, Api


def test_no_next_on_the_last_page(owner: Api) -> None:
    response = owner.send("GET", "/apps").json()
    assert response["paging"] == {"total_item_count": 3, "page_item_limit": 50}


def test_next_is_the_first_slug_of_the_next_page(emulator: Emulator, owner: Api) -> None:
    files = [{"name": f"{number}.mobileprovision", "content": str(number)} for number in range(7)]
    emulator.load({"apps": [{"title": "A", "slug": "a", "provisioning_profiles": files}]})
    slugs = [item["slug"] for item in owner.data(f"/apps/a/{PROFILES}")]
    pages = list(owner.pages(f"/apps/a/{PROFILES}", limit=3))
    assert [page["paging"].get("next") for page in pages] == [slugs[3], slugs[6], None]
    assert [item["slug"] for page in pages for item in page["data"]] == slugs
    assert all(page["paging"]["total_item_count"] == 7 and page["paging"]["page_item_limit"] == 3 for page in pages)


def test_more_than_one_page_of_apps(emulator: Emulator, owner: Api) -> None:
    emulator.load("fleet:120")
    pages = list(owner.pages("/apps"))
    assert [len(page["data"]) for page in pages] == [50, 50, 20]
    assert len({app["slug"] for page in pages for app in page["data"]}) == 120


@pytest.mark.parametrize("limit", ["51", "100", "0", "-1", "x", "", "9" * 5000])
@pytest.mark.parametrize("path", ["/apps", f"/apps/one/{PROFILES}", "/apps/one/builds"])
def test_rejects_a_limit_out_of_range(owner: Api, limit: str, path: str) -> None:
    response = owner.send("GET", path, params={"limit": limit})
    assert response.status_code == 400
    assert "limit" in response.json()["message"]


def test_rejects_an_unknown_anchor(owner: Api) -> None:
    assert owner.send("GET", "/apps?next=nothing").status_code == 400


def test_filters_of_apps(owner: Api) -> None:
    assert [app["slug"] for app in owner.data("/apps?project_type=android")] == ["three"]
    assert [app["slug"] for app in owner.data("/apps?title=tHRe")] == ["three"]
    assert owner.data("/apps?title=Four") == []
    assert owner.send("GET", "/apps?sort_by=title").status_code == 400


def test_sort_apps_by_latest_build(owner: Api) -> None:
    assert [app["slug"] for app in owner.data("/apps?sort_by=last_build_at")] == ["one", "two", "three"]
    owner.send("POST", "/apps/two/builds", json={"build_params": {}})
    assert [app["slug"] for app in owner.data("/apps?sort_by=last_build_at")] == ["two", "one", "three"]
    assert [app["slug"] for app in owner.data("/apps?sort_by=created_at")] == ["one", "two", "three"]
