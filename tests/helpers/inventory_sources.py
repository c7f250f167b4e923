"""Sources for the inventory plugin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

NAME = "mobileops.ci.bitrise"


def write(path: Path, config: Any) -> str:
    """Write a source for the plugin, given as text or without the key `plugin`, and return its path."""
    text = config if isinstance(config, str) else yaml.safe_dump({"plugin": NAME, **config})
    path.write_text(text, encoding="utf-8")
    return str(path)
