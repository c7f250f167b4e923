# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that users mistake for a token, an api_url or a slug: the message names the mistake."""

from __future__ import annotations

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.client import BitriseClient
from ansible_collections.mobileops.ci.plugins.module_utils._bitrise.slug_options import resolve_slugs
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import OptionError
from ansible_collections.mobileops.ci.plugins.module_utils._http.service_client import check_token
from ansible_collections.mobileops.ci.plugins.module_utils._http.transport_options import Transport

SLUG = "a99a0001a99a0001"
UUID = "0b1f1a2c-6f2e-4a37-9f3b-2d9a4c1e7a11"

TOKENS = {
    "Bearer c4nary": "Remove 'Bearer' at its start.",
    "bearer c4nary": "Remove 'bearer' at its start.",
    "Authorization: c4nary": "Remove 'Authorization:' at its start.",
    "'c4nary'": "Remove the quotation marks around it.",
    '"c4nary': "Remove the quotation marks around it.",
    "c4nary\nsecond": "must be a single line",
    "c4n\u00e4ry": "characters that are not part of a token",
    "  ": "api_token is required and must not be empty.",
}


@pytest.mark.parametrize(("token", "words"), TOKENS.items())
def test_token(token: str, words: str) -> None:
    with pytest.raises(OptionError) as caught:
        check_token(token, "api_token")
    assert str(caught.value).startswith("api_token ")
    assert words in str(caught.value)
    assert "c4n" not in str(caught.value)


@pytest.mark.parametrize("token", ["c4nary\n", " token c4nary "])
def test_token_that_is_accepted(token: str) -> None:
    assert check_token(token, "api_token") == token.strip()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://app.bitrise.io", "is an address of the website. Use https://api.bitrise.io/v0.1."),
        ("https://www.bitrise.io/v0.1", "is an address of the website"),
        ("https://api.bitrise.io", "must end with the version of the API: https://api.bitrise.io/v0.1."),
        ("https://api.bitrise.io/", "must end with the version of the API"),
    ],
)
def test_api_url(url: str, words: str) -> None:
    with pytest.raises(OptionError) as caught:
        BitriseClient(url, "token", Transport())
    assert words in str(caught.value)


ADDRESSES = {
    "app": ("app_slug", f"https://app.bitrise.io/app/{SLUG}", SLUG),
    "part of the app": ("app_slug", f"https://app.bitrise.io/app/{UUID}/settings/integrations?tab=x#/a", UUID),
    "without scheme": ("app_slug", f"app.bitrise.io/app/{SLUG}", SLUG),
    "of the API": ("app_slug", f"https://api.bitrise.io/v0.1/apps/{SLUG}/builds", SLUG),
    "white space": ("app_slug", f" {SLUG}\n", SLUG),
    "build": ("build_slug", f"https://app.bitrise.io/build/{UUID}#?tab=log", UUID),
    "build of an app": ("build_slug", f"https://app.bitrise.io/app/{SLUG}/build/{UUID}", UUID),
    "workspace": ("organization_slug", f"https://app.bitrise.io/workspaces/{SLUG}/overview", SLUG),
    "older workspace": ("organization_slug", f"https://app.bitrise.io/dashboard#/organization/{SLUG}", SLUG),
    "owner": ("owner_slug", f"https://app.bitrise.io/users/{SLUG}", SLUG),
    "slug": ("user_slug", SLUG, SLUG),
    "nothing": ("app_slug", "", ""),
}


@pytest.mark.parametrize(("option", "value", "slug"), ADDRESSES.values(), ids=ADDRESSES)
def test_slug_is_taken_out_of_an_address(option: str, value: str, slug: str) -> None:
    options = {option: value}
    resolve_slugs(options)
    assert options == {option: slug}


def test_slugs_of_several_apps() -> None:
    options = {"apps": [{"app_slug": f"https://app.bitrise.io/app/{SLUG}"}, {"app_slug": SLUG}]}
    resolve_slugs(options)
    assert options == {"apps": [{"app_slug": SLUG}, {"app_slug": SLUG}]}


NAMES = {
    "title": (
        {"app_slug": "My Shop"},
        "app_slug must be the slug of the app, such as e1ec3dea540bcf21. 'My Shop' looks",
    ),
    "one of several": ({"apps": [{"app_slug": SLUG}, {"app_slug": "Caf\u00e9"}]}, "apps, entry 2: app_slug must be"),
    "workspace": ({"organization_slug": "Acme Inc."}, "mobileops.ci.bitrise_organization_info lists the slugs."),
    "build number": ({"build_slug": "#12"}, "mobileops.ci.bitrise_build_info lists the slugs."),
    "user": ({"user_slug": "Jane Doe"}, "mobileops.ci.bitrise_app_info returns the owner of each app."),
    "other page": (
        {"app_slug": "https://app.bitrise.io/dashboard?token=c4nary"},
        "the address https://app.bitrise.io/dashboard contains no slug of the app",
    ),
}


@pytest.mark.parametrize(("options", "words"), NAMES.values(), ids=NAMES)
def test_name_instead_of_a_slug(options: dict[str, object], words: str) -> None:
    with pytest.raises(OptionError) as caught:
        resolve_slugs(options)
    assert words in str(caught.value)
    assert "c4nary" not in str(caught.value)
