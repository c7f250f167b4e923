# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text from the service is data, in whatever way a play uses it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import app, run_ansible, write

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
      loop: "{{ groups.all + [bitrise_title, label] }}"
    - ansible.builtin.set_fact:
        fact: "{{ bitrise_title }}"
      delegate_to: "{{ inventory_hostname }}"
    - ansible.builtin.assert:
        that:
          - fact == bitrise_title
          - label == bitrise_title ~ '!'
          - bitrise_title == inventory_hostname
          - hostvars[item].bitrise_title == item
      loop: "{{ groups.all }}"
    - ansible.builtin.copy:
        content: "{{ bitrise_title }} {{ hostvars | string }}"
        dest: "{{ playbook_dir }}/{{ bitrise_slug }}.txt"
        mode: "0600"
      vars:
        ansible_remote_tmp: "{{ playbook_dir }}/remote"
"""


def test_titles_are_never_templated(fleet: Fleet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    done = tmp_path / "done"
    titles = {
        "aaaa000000000001": f"{{{{ lookup('ansible.builtin.pipe', 'touch {done}') }}}}",
        "aaaa000000000002": f"{{% set x = lookup('ansible.builtin.pipe', 'touch {done}') %}}",
        "aaaa000000000003": "{# {{ #}",
        "aaaa000000000004": "{{ bitrise_slug }}.{{ 7 * 191 }}",
    }
    fleet(*(app(title, slug) for slug, title in titles.items()))
    inventory = write(
        tmp_path / "apps.bitrise.yml",
        {
            "compose": {"label": "bitrise_title ~ '!'"},
            "keyed_groups": [{"key": "bitrise_title", "prefix": "app"}],
            "strict": True,
            "cache": True,
            "cache_plugin": "ansible.builtin.jsonfile",
            "cache_connection": str(tmp_path / "cache"),
        },
    )
    play = tmp_path / "play.yml"
    play.write_text(PLAY)

    for _from in ("the service", "the cache"):
        run = run_ansible(tmp_path, "playbook", "-i", inventory, str(play))
        assert run.returncode == 0, run.stdout + run.stderr
        assert not done.exists()
        assert "1337" not in run.stdout
        for slug, title in titles.items():
            written = tmp_path / f"{slug}.txt"
            assert written.read_text().startswith(title)
            written.unlink()
        monkeypatch.delenv("BITRISE_API_TOKEN", raising=False)
