# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that users mistake for a token, an api_url or a slug: the message names the mistake."""

from __future__ import annotations

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import ServiceError

from .conftest import MakeClient

SLUG = "a99a0001a99a0001"
UUID = "0b1f1a2c-6f2e-4a37-9f3b-2d9a4c1e7a11"


def not_found(client: BitriseClient, slug: str) -> str:
    with pytest.raises(ServiceError) as caught:
        client.app(slug)
    assert caught.value.kind == "not_found"
    return caught.value.message


def test_api_url_without_a_version_elsewhere(make_client: MakeClient) -> None:
    url = make_client().api_url.removesuffix("/v0.1")
    assert f"api_url {url} does not end with the version of the API, such as /v0.1." in not_found(
        make_client(url), SLUG
    )


def test_a_path_without_a_slug_that_does_not_exist(make_client: MakeClient) -> None:
    url = make_client().api_url.replace("/v0.1", "/v0.2")
    with pytest.raises(ServiceError) as caught:
        list(make_client(url).apps())
    assert caught.value.kind == "not_found"
    assert f"Check api_url {url}. The address of Bitrise is https://api.bitrise.io/v0.1." in caught.value.message
    assert "slugs" not in caught.value.message


def test_a_name_that_could_be_a_slug(make_client: MakeClient) -> None:
    client = make_client()
    assert "'Shop' looks like a name and not like the slug of the app." in not_found(client, "Shop")
    assert "mobileops.ci.bitrise_app_info lists the slugs." in not_found(client, "Shop")
    assert "looks like a name" not in not_found(client, UUID)
    with pytest.raises(ServiceError) as caught:
        list(client.apps(("organizations", "Acme")))
    assert "mobileops.ci.bitrise_organization_info lists the slugs." in caught.value.message
