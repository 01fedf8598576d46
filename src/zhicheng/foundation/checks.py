"""What must be true before an instance starts. Each message says which variable to set."""

from __future__ import annotations
