# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Behaviors of builds, logs and artifacts."""

from __future__ import annotations

from .behavior import Behavior

BUILDS = (
    Behavior(
        "trigger_status",
        "builds",
        "Which status does a trigger have?",
        {"201": "201", "200": "200"},
        "SW",
        "nothing: any 2xx counts",
    ),
    Behavior(
        "status_text_4",
        "builds",
        "Which `status_text` has a build that was aborted with success (status 4)?",
        {"aborted": "aborted", "aborted-with-success": "aborted-with-success"},
        "UND",
        "nothing: the status decides",
        "read",
        "look for a build with this status",
    ),
    Behavior(
        "abort_finished",
        "builds",
        "How is the abort of a finished build refused?",
        {"400": "400", "409": "409", "412": "412", "422": "422", "200": "it is not, 200 without effect"},
        "UND",
        "bitrise_build_abort, bitrise_build_abort_stale",
        "write",
        "abort a finished build",
    ),
    Behavior(
        "pull_request_id_alone",
        "builds",
        "How does the service treat `pull_request_id` without `trigger_event_type=pull-request`?",
        {"refuse": "400", "ignore": "it ignores the filter", "accept": "it applies the filter"},
        "UND",
        "bitrise_build_info: sends both",
        "read",
        "list builds in this way",
    ),
    Behavior(
        "running_first_next",
        "builds",
        "How does the service treat `next` with `sort_by=running_first`?",
        {"refuse": "400", "ignore": "the first page"},
        "UND",
        "nothing: the collection sends no such request",
        "read",
        "list builds in this way",
    ),
    Behavior(
        "log_on_hold",
        "builds",
        "What is the log of a build on hold?",
        {"404": "not found", "empty": "an object without chunks"},
        "UND",
        "bitrise_build_log",
        "read",
        "read the log of such a build",
    ),
    Behavior(
        "archived_log_chunks",
        "builds",
        "Does an archived log still have chunks?",
        {"none": "no", "kept": "yes"},
        "UND",
        "bitrise_build_log: reads the archived text",
        "read",
        "read the log of a finished build",
    ),
    Behavior(
        "log_chunks",
        "builds",
        "How many chunks of a log does one response have at most?",
        {50: "", 2: ""},
        "SEED",
        "bitrise_build_log",
        "read",
        "read the log of a running build",
    ),
    Behavior(
        "artifact_page_refused",
        "builds",
        "How is a public page refused for an artifact that cannot be installed?",
        {"400": "400", "403": "403", "409": "409", "422": "422"},
        "UND",
        "bitrise_artifact: the error",
        "write",
        "open the page of such an artifact",
    ),
)
