# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that every kind of error is documented, and that results contain it as plain text."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import (
    CiError,
    ErrorKind,
    RejectedError,
    UnclearOutcomeError,
)

from . import error_kinds


def test_the_page_is_generated() -> None:
    written = error_kinds.PAGE.read_text(encoding="utf-8")
    assert written == error_kinds.page(), "run python -m tests.unit.docs.error_kinds"


def test_every_kind_has_one_remedy() -> None:
    listed = [kind for remedies in error_kinds.REMEDIES.values() for kind in remedies]
    assert len(listed) == len(set(listed))
    assert set(listed) == set(ErrorKind)


def test_the_code_uses_every_kind_and_no_other() -> None:
    assert error_kinds.kinds_in_code() == {kind.value for kind in ErrorKind}


@pytest.mark.parametrize("kind", ErrorKind)
def test_a_kind_is_documented_in_one_sentence(kind: ErrorKind) -> None:
    assert kind.meaning[0].isupper() or kind.meaning.startswith("``")
    assert kind.meaning.endswith(".")
    assert ". " not in kind.meaning
    assert kind.name.lower() == kind.value


def test_a_result_contains_plain_text() -> None:
    for error in (RejectedError("no", kind="verify"), RejectedError("no", kind=ErrorKind.VERIFY)):
        assert error.kind is ErrorKind.VERIFY
        assert error.as_dict()["kind"].__class__ is str
        assert UnclearOutcomeError(error).kind is ErrorKind.VERIFY
        assert repr(error.as_dict()["kind"]) == "'verify'"


def test_a_kind_behaves_as_its_value_with_every_python() -> None:
    kind = ErrorKind.NOT_FOUND
    assert (str(kind), f"{kind}", f"{kind:>10}", "%s" % kind) == ("not_found", "not_found", " not_found", "not_found")  # noqa: UP031
    assert hash(kind) == hash("not_found")
    assert {"not_found": 1}[kind] == 1
    assert json.dumps({"kind": kind}) == '{"kind": "not_found"}'
    assert pickle.loads(pickle.dumps(kind)) is copy.deepcopy(kind) is kind  # noqa: S301


def test_an_unknown_kind_is_a_bug() -> None:
    with pytest.raises(ValueError, match="'nonsense' is not a valid ErrorKind"):
        raise CiError("no", kind="nonsense")
