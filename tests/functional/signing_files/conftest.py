"""The same authority, team and identity as in the unit tests."""

from __future__ import annotations

from tests.unit.signing_files.conftest import authority, identity, team

__all__ = ["authority", "identity", "team"]
