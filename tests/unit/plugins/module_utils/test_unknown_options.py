# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that are no options, at each level, with the closest name and without values."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core.closest_name import closest_option
from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import OptionError
from ansible_collections.mobileops.ci.plugins.module_utils._core.unknown_options import reject_unknown_options
from tests.helpers.documentation import MODULES, spec_of

SPEC: dict[str, Any] = {
    "app_slug": {"type": "str"},
    "certificates": {
        "type": "list",
        "elements": "dict",
        "aliases": ["identities"],
        "options": {"src": {"type": "path"}, "password": {"type": "str", "no_log": True}},
    },
    "api_token": {"type": "str", "no_log": True},
    "secret_environments": {"type": "dict", "no_log": True},
    "apps": {
        "type": "list",
        "elements": "dict",
        "options": {"app_slug": {"type": "str"}, "profiles": {"type": "list", "options": {"src": {"type": "path"}}}},
    },
}
HELP = "For a list of all options, run: ansible-doc mobileops.ci.shop"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"app_slg": "x"}, "app_slg is not an option here; did you mean app_slug?"),
        ({"APP_SLUG": "x"}, "APP_SLUG is not an option here; did you mean app_slug?"),
        ({"color": "red"}, "color is not an option here."),
        (
            {"certificates": [{"src": "x", "pasword:s3cr3t": None}]},
            (
                "certificates, entry 1: pasword:... is not an option here; did you mean password? "
                "Put a space after the colon."
            ),
        ),
        ({"api_token=s3cr3t": None}, "api_token=... is not an option here; did you mean api_token?"),
        ({"api_token s3cr3t": None}, "api_token... is not an option here; did you mean api_token?"),
        ({"identites": []}, "identites is not an option here; did you mean identities?"),
        (
            {"certificates": [{"src": "x"}, {"scr": "y", "pasword": "hidden"}]},
            (
                "certificates, entry 2: scr is not an option here; did you mean src? "
                "certificates, entry 2: pasword is not an option here; did you mean password?"
            ),
        ),
        (
            {"apps": [{"profiles": [{"scr": 1}]}, {"app_slug": "x"}, {"profiles": [{}, {"scr": 2}]}]},
            (
                "apps, entry 1: profiles, entry 1: scr is not an option here; did you mean src? "
                "apps, entry 3: profiles, entry 2: scr is not an option here; did you mean src?"
            ),
        ),
        (
            {"certificates": [{"color": "red"}]},
            "certificates, entry 1: color is not an option here; allowed are src, password.",
        ),
        ({"certificates": {"scr": "x"}}, "certificates: scr is not an option here; did you mean src?"),
        ({1: "x"}, "1 is not an option here."),
        ({"api_token": "s3cret", "s3cret": "x"}, "******** is not an option here."),
        (
            {"api_token": "s3cret", "as3cretb": "x", "app_slg": "x"},
            ("******** is not an option here. app_slg is not an option here; did you mean app_slug?"),
        ),
    ],
)
def test_unknown_options(arguments: dict[Any, Any], text: str) -> None:
    with pytest.raises(OptionError) as error:
        reject_unknown_options(arguments, SPEC, "shop")
    assert error.value.message == f"{text} {HELP}"
    assert error.value.kind == "option"


def test_many_unknown_options_are_counted() -> None:
    with pytest.raises(OptionError) as error:
        reject_unknown_options({f"x{number}": "" for number in range(8)}, SPEC, "shop")
    assert error.value.message.endswith(f"x4 is not an option here. 3 more names are not options. {HELP}")


@pytest.mark.parametrize(
    "arguments",
    [
        {"app_slug": "x", "identities": [{"src": "x", "password": "y"}]},
        {"certificates": None},
        {"certificates": "text that ansible-core rejects or converts"},
        {"certificates": ["text"]},
        {"secret_environments": {"ANY": "name"}},
        {"_ansible_check_mode": False},
    ],
)
def test_known_options_and_free_names(arguments: dict[str, Any]) -> None:
    reject_unknown_options(arguments, SPEC, "shop")


@pytest.mark.parametrize("module", MODULES)
def test_each_module_suggests_its_option(module: str) -> None:
    spec = spec_of(module)
    for name in spec.options.argument_spec:
        with pytest.raises(OptionError, match=f"^{name}x is not an option here; did you mean {name}\\?"):
            spec.prepared({f"{name}x": 1})


@pytest.mark.parametrize(
    ("module", "name", "meant"),
    [
        ("bitrise_build_certificate", "password", "certificate_password"),
        ("bitrise_build_certificate", "pasword", "certificate_password"),
        ("bitrise_build_certificate", "cert_password", "certificate_password"),
        ("bitrise_build_certificate", "expose", "is_expose"),
        ("bitrise_android_keystore", "keystore_password", "password"),
        ("bitrise_android_keystore", "key_password", "private_key_password"),
        ("bitrise_android_keystore", "pasword", "password"),
        ("bitrise_android_keystore", "keystore_nam", "keystore_name"),
        ("phonegap_key", "keystore_password", "keystore_pw"),
    ],
)
def test_words_of_an_option_mean_this_option(module: str, name: str, meant: str) -> None:
    assert closest_option(name, spec_of(module).options.argument_spec) == meant


def test_without_options_no_name_is_close() -> None:
    assert closest_option("password", []) is None
