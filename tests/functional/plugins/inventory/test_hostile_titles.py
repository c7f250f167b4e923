# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text from the service is data in every use of a play, also after an export as AWX makes it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.inventory_sources import write

from .conftest import app, run_ansible

Fleet = Callable[..., None]

PLAY = """\
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
        msg:
          - "{{ inventory_hostname }} {{ inventory_hostname_short }} {{ bitrise_title }} {{ label }}"
          - "{{ groups }} {{ group_names }} {{ ansible_play_hosts }} {{ ansible_play_batch | map('lower') | list }}"
          - "{{ hostvars[inventory_hostname] | dict2items }}"
      loop: "{{ [bitrise_title, label] }}"
    - ansible.builtin.set_fact:
        fact: "{{ bitrise_title }}"
      delegate_to: "{{ inventory_hostname }}"
    - ansible.builtin.assert:
        that:
          - fact == bitrise_title
          - label == bitrise_title ~ '!'
          - hostvars[item].bitrise_title == hostvars[item].label[:-1]
          - ansible_python_interpreter == ansible_playbook_python
      loop: "{{ groups.all }}"
    - ansible.builtin.debug:
        msg: "TITLES {{ titles | to_json | b64encode }}"
      run_once: true
      vars:
        hosts: "{{ groups.all | map('extract', hostvars) | list }}"
        titles: "{{ hosts | items2dict(key_name='bitrise_slug', value_name='bitrise_title') }}"
"""


def test_titles_are_never_templated(fleet: Fleet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    done = tmp_path / "done"
    pipe = f"lookup('ansible.builtin.pipe', 'touch {done}')"
    titles = {
        "aaaa000000000001": (f"{{{{ {pipe} }}}}", f"{{ {{ {pipe} }}}}"),
        "aaaa000000000002": (f"{{% set x = {pipe} %}}", f"{{ % set x = {pipe} %}}"),
        "aaaa000000000003": ("{# {{{ #}", "{ # { { { #}"),
        "aaaa000000000004": ("{{ bitrise_slug }}.{{ 123457 * 76543 }}", "{ { bitrise_slug }}.{ { 123457 * 76543 }}"),
        # ansible-core 2.16 lets the first line of a template choose other delimiters.
        "aaaa000000000005": (
            f"#jinja2: variable_start_string: '[[', variable_end_string: ']]'\n[[ {pipe} ]]",
            f"# jinja2: variable_start_string: '[[', variable_end_string: ']]'\n[[ {pipe} ]]",
        ),
        "aaaa000000000006": ("Shop {", "Shop { "),
    }
    fleet(*(app(title, slug) for slug, (title, _shown) in titles.items()))
    inventory = write(
        tmp_path / "apps.yml",
        {
            # Without its spaces the text has delimiters again.
            "compose": {"label": "bitrise_title ~ '!'", "spaceless": "bitrise_title | replace(' ', '')"},
            "keyed_groups": [{"key": "bitrise_title", "prefix": "app"}],
            "strict": True,
            "cache": True,
            "cache_plugin": "ansible.builtin.jsonfile",
            "cache_connection": str(tmp_path / "cache"),
        },
    )
    play = tmp_path / "play.yml"
    play.write_text(PLAY)

    def check(source: str) -> str:
        run = run_ansible(tmp_path, "playbook", "-i", source, str(play))
        assert run.returncode == 0, run.stdout + run.stderr
        assert not done.exists()
        assert "9449769151" not in run.stdout
        (encoded,) = re.findall(r'"TITLES (.*)"', run.stdout)
        assert json.loads(base64.b64decode(encoded)) == {slug: shown for slug, (_title, shown) in titles.items()}
        return run.stderr

    warning = check(inventory)
    assert "inserted a space into Jinja delimiters" in " ".join(warning.split())
    # From here on the apps come from the cache.
    monkeypatch.delenv("BITRISE_API_TOKEN")
    exported = run_ansible(tmp_path, "inventory", "-i", inventory, "--list", "--export").stdout
    for host, found in json.loads(exported)["_meta"]["hostvars"].items():
        assert ":" not in host
        assert found.pop("ansible_python_interpreter") == "{{ ansible_playbook_python }}"
        assert not [mark for mark in ("{{", "{%", "{#") if mark in json.dumps(found)]
    script = tmp_path / "exported"
    script.write_text(f"#!/bin/sh\ncat <<'END'\n{exported}\nEND\n")
    script.chmod(0o755)
    check(str(script))
