"""Fixtures of the unit tests of plugins."""

from __future__ import annotations

from tests.helpers.plugin_fixtures import no_environment, no_pauses

__all__ = ["no_environment", "no_pauses"]
