"""One person who brings files, and a place for previews that vanishes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from zhicheng.evidence.examination import Bounds
from zhicheng.foundation import clock


@pytest.fixture
def person(db: None) -> Any:
    return get_user_model().objects.create(username="bringer", email="bringer@example.org", kind="unit", created_at=clock.now())


@pytest.fixture
def limits() -> Bounds:
    return Bounds(max_bytes=20 * 1024 * 1024, max_pages=100)


@pytest.fixture(autouse=True)
def _own_data_folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "data"
