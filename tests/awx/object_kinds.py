# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of objects in the controller's API, with their fields and references."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ObjectKind:
    """One kind of objects: fields with defaults, required fields, and the kinds that fields refer to."""

    type: str
    fields: Mapping[str, Any]
    required: tuple[str, ...]
    refers: Mapping[str, str] = field(default_factory=dict)
    associations: tuple[str, ...] = ()
    unique: tuple[str, ...] = ("name", "organization")


_NOTIFICATIONS = ("notification_templates_started", "notification_templates_success", "notification_templates_error")
_ASKED = (
    *("job_type", "diff_mode", "limit", "verbosity", "variables", "tags", "skip_tags", "inventory", "credential"),
    *("scm_branch", "forks", "labels", "timeout", "execution_environment", "instance_groups", "job_slice_count"),
)
OBJECT_KINDS: dict[str, ObjectKind] = {
    "organizations": ObjectKind("organization", {"name": "", "description": ""}, ("name",), unique=("name",)),
    "credential_types": ObjectKind(
        "credential_type",
        {"name": "", "description": "", "kind": "", "managed": False, "inputs": {}, "injectors": {}},
        ("name", "kind"),
        unique=("name", "kind"),
    ),
    "credentials": ObjectKind(
        "credential",
        {"name": "", "description": "", "organization": None, "credential_type": None, "inputs": {}},
        ("name", "credential_type"),
        {"organization": "organizations", "credential_type": "credential_types"},
        unique=("name", "organization", "credential_type"),
    ),
    "execution_environments": ObjectKind(
        "execution_environment",
        {"name": "", "description": "", "organization": None, "image": "", "credential": None, "pull": ""},
        ("name", "image"),
        {"organization": "organizations", "credential": "credentials"},
        unique=("name",),
    ),
    "projects": ObjectKind(
        "project",
        {
            "name": "",
            "description": "",
            "organization": None,
            "scm_type": "",
            "scm_url": "",
            "scm_branch": "",
            "credential": None,
            "default_environment": None,
            "scm_update_on_launch": False,
            "allow_override": False,
            "status": "successful",
            "scm_revision": "0123456789abcdef",
            "summary_fields": {},
        },
        ("name", "organization"),
        {
            "organization": "organizations",
            "credential": "credentials",
            "default_environment": "execution_environments",
        },
        _NOTIFICATIONS,
    ),
    "inventories": ObjectKind(
        "inventory",
        {"name": "", "description": "", "organization": None, "kind": "", "variables": ""},
        ("name", "organization"),
        {"organization": "organizations"},
        ("instance_groups", "input_inventories"),
    ),
    "inventory_sources": ObjectKind(
        "inventory_source",
        {
            "name": "",
            "description": "",
            "inventory": None,
            "source": "",
            "source_path": "",
            "source_vars": "",
            "source_project": None,
            "credential": None,
            "execution_environment": None,
            "overwrite": False,
            "overwrite_vars": False,
            "update_on_launch": False,
            "update_cache_timeout": 0,
            "status": "never updated",
        },
        ("name", "inventory", "source"),
        {
            "inventory": "inventories",
            "source_project": "projects",
            "credential": "credentials",
            "execution_environment": "execution_environments",
        },
        _NOTIFICATIONS,
        ("name", "inventory"),
    ),
    "job_templates": ObjectKind(
        "job_template",
        {
            "name": "",
            "description": "",
            "organization": None,
            "job_type": "run",
            "inventory": None,
            "project": None,
            "playbook": "",
            "execution_environment": None,
            "job_slice_count": 1,
            "extra_vars": "",
            "survey_enabled": False,
            "become_enabled": False,
            "allow_simultaneous": False,
            **{f"ask_{name}_on_launch": False for name in _ASKED},
        },
        ("name", "project", "playbook"),
        {
            # AWX takes the organization of a job template from its project and ignores the one in a request.
            "inventory": "inventories",
            "project": "projects",
            "execution_environment": "execution_environments",
        },
        ("credentials", "labels", "instance_groups", *_NOTIFICATIONS),
    ),
    "workflow_job_templates": ObjectKind(
        "workflow_job_template",
        {
            "name": "",
            "description": "",
            "organization": None,
            "survey_enabled": False,
            "extra_vars": "",
            **{f"ask_{name}_on_launch": False for name in _ASKED},
            "allow_simultaneous": False,
        },
        ("name",),
        {"organization": "organizations"},
        ("labels", *_NOTIFICATIONS, "notification_templates_approvals"),
    ),
    "workflow_job_template_nodes": ObjectKind(
        "workflow_job_template_node",
        {"identifier": "", "workflow_job_template": None, "unified_job_template": None, "extra_data": {}},
        ("identifier", "workflow_job_template"),
        {"workflow_job_template": "workflow_job_templates", "unified_job_template": "unified_job_templates"},
        ("success_nodes", "always_nodes", "failure_nodes", "credentials", "labels", "instance_groups"),
        ("identifier", "workflow_job_template"),
    ),
    "schedules": ObjectKind(
        "schedule",
        {"name": "", "description": "", "rrule": "", "unified_job_template": None, "enabled": True, "extra_data": {}},
        ("name", "rrule", "unified_job_template"),
        {"unified_job_template": "unified_job_templates"},
        ("credentials", "labels", "instance_groups"),
        ("name", "unified_job_template"),
    ),
    "notification_templates": ObjectKind(
        "notification_template",
        {
            "name": "",
            "description": "",
            "organization": None,
            "notification_type": "",
            "notification_configuration": {},
        },
        ("name", "organization", "notification_type"),
        {"organization": "organizations"},
    ),
}
