"""A rehearsal in the tests' database: as its first pages show it, and whole. Fixtures of every test (``tests/conftest.py``)."""

from __future__ import annotations

import pytest

from tests.support.told_once import told_once
from zhicheng.rehearsal import seeding
from zhicheng.rehearsal.seeding import Seeded


@told_once(at=None, dear=True)
def first_pages() -> Seeded:
    """What a rehearsal begins with."""
    return seeding.seed(print)


@told_once(at=None, dear=True)
def whole_rehearsal(first_pages: Seeded) -> Seeded:
    """With everything that comes after the first pages; nobody is at work in it, to whom it would have to leave the database for a breath."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seeding, "BREATH_SECONDS", 0)
        assert seeding.tell_the_rest() == []
    return seeding.held()
