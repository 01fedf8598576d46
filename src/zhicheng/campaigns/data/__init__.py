"""The campaign files that come with the project."""

from pathlib import Path

BORTALA_2023 = Path(__file__).with_name("bortala-2023.yaml")
