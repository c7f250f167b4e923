# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build a separate inventory first, so that a failure leaves no partial result in the real one."""

from __future__ import annotations

from typing import Any

from ansible.inventory.data import InventoryData

# add_host() sets these itself, by the first source of a host.
_OF_THE_SOURCE = ("inventory_file", "inventory_dir")


def new_stage(inventory: Any) -> InventoryData:
    stage = InventoryData()
    stage.current_source = inventory.current_source
    return stage


def publish(stage: InventoryData, inventory: Any) -> None:
    """Add everything on the stage to the inventory. No host may have the name of a group."""
    for name in stage.groups:
        inventory.add_group(name)
    for name, host in stage.hosts.items():
        is_new = name not in inventory.hosts
        inventory.add_host(name)
        variables = {key: value for key, value in host.vars.items() if key not in _OF_THE_SOURCE}
        if is_new:
            # Without a call for each variable, as on the stage.
            inventory.hosts[name].vars.update(variables)
        else:
            for key, value in variables.items():
                inventory.set_variable(name, key, value)
    for name, group in stage.groups.items():
        for member in [*group.child_groups, *group.hosts]:
            inventory.add_child(name, member.name)
