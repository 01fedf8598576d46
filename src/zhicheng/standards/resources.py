"""Reading the room's own data files."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any


def read_json(name: str) -> Any:
    """The content of ``standards/data/<name>``."""
    return json.loads(resources.files(__package__).joinpath("data", *name.split("/")).read_text(encoding="utf-8"))
