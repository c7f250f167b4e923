# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of roles, evaluated and validated in this process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from jinja2 import UndefinedError

from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import OptionError
from ansible_collections.mobileops.ci.plugins.plugin_utils._play import evaluation
from ansible_collections.mobileops.ci.plugins.plugin_utils._play.causes import Problem, by_cause
from ansible_collections.mobileops.ci.plugins.plugin_utils._play.evaluation import Evaluator, reason_of
from ansible_collections.mobileops.ci.plugins.plugin_utils._play.lists import as_list
from ansible_collections.mobileops.ci.plugins.plugin_utils._play.near_names import NearNames
from ansible_collections.mobileops.ci.plugins.plugin_utils._play.option_names import with_variables
from ansible_collections.mobileops.ci.plugins.plugin_utils._play.play_variables import check_extra_variables
from ansible_collections.mobileops.ci.plugins.plugin_utils._play.variables import Read, Variables

try:  # ansible-core 2.19 and later: only trusted text is a template
    from ansible.template import trust_as_template

    HAS_ORIGIN = True
except ImportError:
    HAS_ORIGIN = False

    def trust_as_template(value: str) -> str:
        return value


SECRET = "s3cret"
VARIABLES = Variables(
    "shop_",
    {
        "files": {
            "type": "list",
            "elements": "dict",
            "options": {
                "src": {"type": "path"},
                "content": {"type": "str", "no_log": True},
                "password": {"type": "str", "no_log": True},
                "flag": {"type": "bool", "aliases": ["flagged"]},
                "order": {"type": "str", "choices": ["first", "last"]},
            },
            "mutually_exclusive": [["src", "content"]],
        },
        "names": {"type": "list", "elements": "str"},
        "kinds": {"type": "list", "elements": "str", "choices": ["red", "blue"]},
        "limit": {"type": "int"},
        "timeout": {"type": "float"},
        "force": {"type": "bool"},
        "slug": {"type": "str"},
        "pin": {"type": "int", "no_log": True},
    },
    instead={"slug": ("service_slug",)},
    others=("shop_report_",),
    confused={"documents": "files"},
)


def read(**variables: Any) -> Read:
    return VARIABLES.read("one", variables, Evaluator(DataLoader()))


def texts(found: Read) -> list[str]:
    return [problem.text for problem in found.problems]


@pytest.mark.parametrize("blank", [None, "", "  ", "\n"])
def test_a_blank_variable_is_not_set(blank: str | None) -> None:
    found = read(**{f"shop_{name}": blank for name in VARIABLES.options}, service_slug="s1")

    assert (found.values, found.problems) == ({"slug": "s1"}, [])


def test_no_other_variable_replaces_one_with_a_problem() -> None:
    found = read(shop_slug=trust_as_template("{{ nothere }}"), service_slug="other", shop_file=[])

    assert found.values == {}
    assert [(problem.option, problem.text) for problem in found.problems] == [
        ("slug", "shop_slug: 'nothere' is undefined"),
        ("files", "shop_file is not a variable of this collection; did you mean shop_files?"),
    ]


@pytest.mark.parametrize(
    ("written", "names"),
    [
        (["a", "b"], ["a", "b"]),
        ("a", ["a"]),
        ("a,b", ["a", "b"]),
        ("a\n b \n", ["a", "b"]),
        ('["a", "b,c"]', ["a", "b,c"]),
        (["a", "", None], ["a"]),
        (5, ["5"]),
        ([], []),
    ],
)
def test_lists_as_users_write_them(written: Any, names: list[str]) -> None:
    assert read(shop_names=written).values["names"] == names


def test_a_dictionary_and_json_are_lists_of_dictionaries() -> None:
    assert as_list({"src": "a"}) == as_list('{"src": "a"}') == as_list('[{"src": "a"}]') == [{"src": "a"}]


WRONG: dict[str, tuple[Mapping[str, Any], str]] = {
    "key": (
        {"shop_files": [{"pasword": SECRET}]},
        "shop_files, entry 1: pasword is not an option here; did you mean password?",
    ),
    "unlike any key": (
        {"shop_files": [{"xyz": SECRET}]},
        "shop_files, entry 1: xyz is not an option here; allowed are src, content, password, flag, order.",
    ),
    "entry": (
        {"shop_files": [{"src": "a"}, SECRET]},
        "shop_files, entry 2 must be a dictionary of options, not a text",
    ),
    "text": ({"shop_files": f"src={SECRET}"}, "shop_files, entry 1 must be a dictionary of options, not a text"),
    "broken JSON": ({"shop_files": f"[{SECRET}"}, "shop_files: it begins like JSON, but cannot be parsed as JSON"),
    "flag": ({"shop_files": [{"flag": SECRET}]}, "shop_files, entry 1: flag must be true or false"),
    "choice": ({"shop_files": [{"order": SECRET}]}, "shop_files, entry 1: order must be one of first, last"),
    "choices": ({"shop_kinds": ["red", SECRET]}, "shop_kinds, entry 2 must be one of red, blue"),
    "path": ({"shop_files": [{"src": 5}]}, "shop_files, entry 1: src must be a text, not a number"),
    "rule": (
        {"shop_files": [{"src": "a", "content": SECRET}]},
        "shop_files, entry 1: parameters are mutually exclusive: src|content",
    ),
    "number": ({"shop_limit": 1.5}, "shop_limit must be a whole number, got 1.5"),
    "text for a number": ({"shop_limit": SECRET}, "shop_limit must be a whole number"),
    "boolean": ({"shop_force": 5}, "shop_force must be true or false, got 5"),
    "evaluated number": (
        {"shop_limit": trust_as_template("{{ token }}"), "token": SECRET},
        "shop_limit must be a whole number",
    ),
    "secret number": ({"shop_pin": 1.5}, "shop_pin must be a whole number"),
    "decimal number for a text": (
        {"shop_slug": 1.10},
        "shop_slug must be text, but YAML reads it as a decimal number. Put it in quotation marks",
    ),
    "list for a text": ({"shop_slug": [SECRET]}, "shop_slug must be a text, not a list"),
    "undefined": ({"shop_slug": trust_as_template("{{ nothere }}")}, "shop_slug: 'nothere' is undefined"),
    "undefined, with a similar variable": (
        {"shop_slug": trust_as_template("{{ signing_passwrd }}"), "signing_password": SECRET},
        "shop_slug: 'signing_passwrd' is undefined; did you mean signing_password?",
    ),
    "division": (
        {"shop_limit": trust_as_template("{{ 1 / 0 }}"), "secret": SECRET},
        "shop_limit: it cannot be evaluated (ZeroDivisionError)",
    ),
}


@pytest.mark.parametrize(("variables", "text"), WRONG.values(), ids=WRONG)
def test_a_wrong_variable_is_named_without_its_value(variables: Mapping[str, Any], text: str) -> None:
    found = read(**variables)

    assert texts(found) == [text]
    assert SECRET not in repr(found)


VAULTED = """
word: !vault |
  $ANSIBLE_VAULT;1.1;AES256
  3031
key: !vault |
  $ANSIBLE_VAULT;1.1;AES256
  3132
"""


@pytest.mark.parametrize("names", [["word"], ["word", "key"]])
@pytest.mark.parametrize("template", ["{{ word }}", "{{ ['x' ~ word] }}"])
def test_a_value_that_cannot_be_decrypted_is_named(tmp_path: Path, template: str, names: list[str]) -> None:
    (tmp_path / "all.yml").write_text(VAULTED)
    loaded = DataLoader().load_from_file(str(tmp_path / "all.yml"))
    (text,) = texts(read(shop_slug=trust_as_template(template), **{name: loaded[name] for name in names}))

    # Before ansible-core 2.19 the error does not say which value it is about.
    subject = "word is" if HAS_ORIGIN or names == ["word"] else "it is, or uses a value that is,"
    problem = "encrypted with ansible-vault, and no given vault password decrypts it. Pass its vault password with"
    assert text.startswith(f"shop_slug: {subject} {problem} --ask-vault-pass")


def test_a_vaulted_variable_of_the_role_is_named(tmp_path: Path) -> None:
    (tmp_path / "all.yml").write_text(VAULTED)
    loaded = DataLoader().load_from_file(str(tmp_path / "all.yml"))

    (text,) = texts(read(shop_slug=loaded["word"]))

    assert text.startswith("shop_slug: shop_slug is encrypted with ansible-vault, and no given vault password")


def test_values_are_evaluated_and_have_their_types() -> None:
    found = read(
        shop_files=[{"src": trust_as_template("{{ word }}.p12"), "flagged": "yes", "password": 123, "content": None}],
        shop_limit=trust_as_template("{{ 2 + 3 }}"),
        shop_timeout="2.5",
        shop_force="no",
        word="dist",
    )

    assert found.problems == []
    assert found.values == {
        "files": [{"src": "dist.p12", "flagged": True, "password": "123"}],
        "limit": 5,
        "timeout": 2.5,
        "force": False,
    }


def test_a_text_that_looks_like_a_list_stays_a_text() -> None:
    found = read(shop_files=[{"password": trust_as_template("{{ '[1,  2]' }}")}])

    assert found.values["files"] == [{"password": "[1,  2]"}]


def test_a_variable_that_does_not_exist_is_named_with_the_closest_one() -> None:
    found = read(shop_file=[], shop_team="red", shop_report_dest="x")

    assert texts(found) == ["shop_file is not a variable of this collection; did you mean shop_files?"]
    assert [(entry.name, entry.closest) for entry in found.unknown] == [("shop_team", "shop_names")]


@pytest.mark.parametrize(
    ("name", "misspelt", "suspected"),
    [
        ("limits", True, False),
        ("time_out", True, False),
        ("documents", True, False),  # the name of an option that has another name as a variable
        ("files_dir", False, True),  # a further word: a variable of the user
        ("time_outs", False, True),
        ("team", False, False),
    ],
)
def test_only_a_similar_name_is_a_misspelling(name: str, misspelt: bool, suspected: bool) -> None:
    (found,) = VARIABLES.unknown({f"shop_{name}": 1})

    assert (found.is_misspelt, found.is_suspected) == (misspelt, suspected)
    assert bool(read(**{f"shop_{name}": 1}).suspected) == suspected


def test_hosts_with_one_cause_share_one_message() -> None:
    problem = Problem("shop_limit must be a whole number", "group_vars/all.yml:3")
    hosts = [f"app{number}" for number in range(60)]

    causes = by_cause([("z", Problem("other")), *((host, problem) for host in hosts)])

    assert [len(cause.hosts) for cause in causes] == [60, 1]
    assert causes[0].message(2) == (
        "shop_limit must be a whole number (group_vars/all.yml:3) [60 hosts: app0, app1 and 58 more]"
    )
    assert causes[1].message() == "other [z]"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("photo_stor_files", "photo_store_files"),
        ("photostore_files", "photo_store_files"),
        ("store_files", "photo_store_files"),
        ("servise_slug", "service_slug"),
        ("service_slug", ""),
        ("photo_store_files", ""),
        ("my_photo_store_files", ""),
        ("files", ""),
        ("_photo_store_files", ""),
        ("vhoto_store_files", ""),
        ("rollout_hosts", ""),
    ],
)
def test_a_name_with_a_misspelt_prefix(name: str, meant: str) -> None:
    assert NearNames("photo_store_", ["files"], ["service_slug"]).meant_by(name) == meant


def test_problems_of_extra_variables_are_errors_of_the_play(monkeypatch: pytest.MonkeyPatch) -> None:
    extra = {"shop_limit": "many", "shop_fource": True, "shop_slug": trust_as_template("{{ own }}")}
    monkeypatch.setattr(evaluation, "load_extra_vars", lambda _loader: extra)
    problems = [
        (host, problem)
        for host, own in (("one", {"own": "x", "shop_timeout": "soon"}), ("two", {"shop_timeout": "soon"}))
        for problem in VARIABLES.read(host, {**extra, **own}, Evaluator(DataLoader())).problems
    ]

    assert [problem.is_extra for host, problem in problems if host == "two"] == [True, False, True, True]
    with pytest.raises(OptionError) as error:
        check_extra_variables(problems, 2)
    # The template is undefined for one host, and the other variable is not an extra variable.
    assert error.value.message == (
        "Nothing was changed. shop_limit must be a whole number. "
        "shop_fource is not a variable of this collection; did you mean shop_force?"
    )
    check_extra_variables(problems, 3)


def test_a_misspelt_prefix_is_an_error_in_extra_variables_only() -> None:
    variables = {"servise_slug": "x"}

    assert [(one.is_misspelt, one.is_suspected) for one in VARIABLES.unknown(variables)] == [(False, True)]
    assert [(one.is_misspelt, one.is_suspected) for one in VARIABLES.unknown(variables, variables)] == [(True, False)]
    assert VARIABLES.unknown({**variables, "mine": {"deep": ["{{ servise_slug }}"]}}, variables) == []


def test_a_shortened_prefix_is_a_warning_in_extra_variables_too() -> None:
    variables = {"store_files": "x"}
    photos = Variables("photo_store_", {"files": {"type": "str"}})
    assert [(one.is_misspelt, one.is_suspected) for one in photos.unknown(variables, variables)] == [(False, True)]


def test_names_that_are_no_text_are_ignored() -> None:
    numbers: Any = {1: 2, None: 3}
    assert VARIABLES.unknown(numbers, numbers) == []
    assert reason_of(UndefinedError("'town' is undefined"), {**numbers, "towns": 1}).endswith("did you mean towns?")


@pytest.mark.parametrize(
    ("text", "renamed"),
    [
        ("time_limit must be greater than 0.", "shop_time_limit must be greater than 0."),
        (
            "tags selects tags, and keep_tagged keeps them. Set keep_tagged to false.",
            "shop_tags selects tags, and shop_keep_tagged keeps them. Set shop_keep_tagged to false.",
        ),
        ("Set verify=warn for app time_limit.p12.", "Set verify=warn for app time_limit.p12."),
        # Comes from module_defaults.
        (
            "time_limt is not an option here; did you mean time_limit?",
            "time_limt is not an option here; did you mean time_limit?",
        ),
    ],
)
def test_errors_name_variables_instead_of_options(text: str, renamed: str) -> None:
    variables = {name: f"shop_{name}" for name in ("time_limit", "tags", "keep_tagged")}
    error = {"kind": "option"}
    result = {"msg": text, "error": error, "apps": {"a": {"error": {**error, "msg": text}}, "b": {"error": None}}}

    found = with_variables(result, variables)

    assert (found["msg"], found["apps"]["a"]["error"]["msg"]) == (renamed, renamed)
    assert with_variables({"msg": text, "error": {"kind": "service"}}, variables)["msg"] == text


def test_advice_of_other_errors_names_variables() -> None:
    variables = {name: f"shop_{name}" for name in ("api_token", "timeout", "max_purge")}
    text = "timeout: GET /apps/max_purge ended. Set timeout to 60, or check api_token (or raise max_purge)."
    renamed = (
        "timeout: GET /apps/max_purge ended. Set shop_timeout to 60, or check shop_api_token (or raise shop_max_purge)."
    )
    for kind in ("unauthorized", "timeout", "max_purge_total"):
        assert with_variables({"msg": text, "error": {"kind": kind}}, variables)["msg"] == renamed


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ("api_token", "The API token is missing. Set shop_api_token, or BITRISE_API_TOKEN in the environment."),
        ("apps, timeout", "apps, shop_timeout are required."),
    ],
)
def test_missing_arguments_are_errors_about_variables(names: str, text: str) -> None:
    variables = {name: f"shop_{name}" for name in ("api_token", "timeout")}
    found = with_variables({"failed": True, "msg": f"missing required arguments: {names}"}, variables)
    assert (found["failed"], found["msg"], found["error"]["kind"]) == (True, text, "option")
