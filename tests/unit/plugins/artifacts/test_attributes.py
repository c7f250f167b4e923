# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes of files: those that need a module, and numeric modes in every form."""

from __future__ import annotations

import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mobileops.ci.plugins.module_utils._core.errors import LocalFileError, OptionError
from ansible_collections.mobileops.ci.plugins.module_utils._local.file_attributes import (
    ATTRIBUTES,
    only_as_module,
    set_mode,
)
from ansible_collections.mobileops.ci.plugins.module_utils._task.module_attributes import set_as_module


@pytest.mark.parametrize("mode", [None, "0640", "640", 0o640, "0", 0])
def test_the_controller_can_set_a_numeric_mode(mode: Any) -> None:
    assert only_as_module({"mode": mode, "dest": "/x"}) is None


@pytest.mark.parametrize("mode", ["u=rw", "0999", "77777", "", True, -1])
def test_any_other_mode_takes_a_module(mode: Any) -> None:
    assert only_as_module({"mode": mode}) == "mode"


@pytest.mark.parametrize("option", sorted({*ATTRIBUTES.argument_spec, "attr"} - {"mode"}))
def test_everything_else_takes_a_module(option: str) -> None:
    assert only_as_module({option: "x", "mode": "0640"}) == option


def test_mode_is_set_where_it_differs(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch(0o600)
    assert set_mode({"mode": "0640"}, str(file), True) is True
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert set_mode({"mode": "0640"}, str(file), False) is True
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert set_mode({"mode": 0o640}, str(file), False) is False
    assert set_mode({}, str(file), False) is False


def test_attributes_that_cannot_be_set(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="octal digits"):
        set_mode({"mode": "u=rw"}, str(tmp_path), False)
    with pytest.raises(LocalFileError, match="No such file"):
        set_mode({"mode": "0600"}, str(tmp_path / "none"), False)


class Module:
    """The part of an AnsibleModule that the code calls."""

    def __init__(self, refusal: str = "") -> None:
        self.check_mode = False
        self.seen: list[bool] = []
        self._refusal = refusal

    def load_file_common_arguments(self, params: dict[str, Any], path: str) -> dict[str, Any]:
        return {**params, "path": path}

    def set_fs_attributes_if_different(self, attributes: dict[str, Any], changed: bool, *, expand: bool) -> bool:
        assert (attributes, changed, expand) == ({"owner": "root", "path": "/x"}, False, False)
        self.seen.append(self.check_mode)
        if self._refusal:
            self.fail_json(msg=self._refusal)
        return True

    def fail_json(self, **_result: Any) -> None:
        raise SystemExit(1)


def test_a_module_only_reads_if_nothing_changes() -> None:
    module: Any = Module()
    assert set_as_module(module, {"owner": "root"}, "/x", True) is True
    assert set_as_module(module, {"owner": "root"}, "/x", False) is True
    assert module.seen == [True, False]
    assert module.check_mode is False


def test_files_of_several_threads_do_not_share_check_mode() -> None:
    module: Any = Module()
    inside = threading.Event()
    seen: list[tuple[bool, bool]] = []

    def meddle(_attributes: dict[str, Any], _changed: bool, *, expand: bool) -> bool:
        mode = module.check_mode
        if inside.is_set():
            return not expand
        inside.set()
        other.start()
        other.join(0.05)  # it waits until this thread is done
        seen.append((mode, module.check_mode))
        return True

    module.set_fs_attributes_if_different = meddle
    other = threading.Thread(target=set_as_module, args=(module, {"owner": "root"}, "/x", False))
    set_as_module(module, {"owner": "root"}, "/x", True)
    other.join()
    assert (seen, module.check_mode) == ([(True, True)], False)


def test_a_refusal_of_ansible_core_is_an_error_of_one_file() -> None:
    module: Any = Module("failed to look up user.")
    with pytest.raises(LocalFileError, match=r"^Could not set owner of /x: failed to look up user\.$"):
        set_as_module(module, {"owner": "root"}, "/x", False)
    with pytest.raises(SystemExit):
        module.fail_json()
