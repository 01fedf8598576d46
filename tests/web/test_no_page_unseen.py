"""A form that leads on to another page builds no page: what a template takes is made for who is to see it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import zhicheng
from tests.web.posts import EXAMPLES, Press
from zhicheng.web.access import APPLICANT, DESK, OFFICE, UNIT

pytestmark = pytest.mark.django_db
WEB = str(Path(zhicheng.__file__).parent / "web")
# What makes the things a page shows: ``case_context``, ``_check_context``, ``context_of``, the head and the case of a desk.
MAKERS = ("context", "context_of", "head_of", "case_of", "entries_of")
FORMS = sorted(name for name in EXAMPLES if name in {**APPLICANT, **DESK, **OFFICE, **UNIT})
# Pages of several forms in a row, which say in the words of their list what was sent.
BUILD_THEIR_LIST = {"unit_identities", "office_identities"}


@contextmanager
def made_for_pages() -> Iterator[set[str]]:
    """The functions of our pages that made something for a template until the block ends."""
    made: set[str] = set()

    def look(frame: FrameType, event: str, _argument: Any) -> None:
        code = frame.f_code
        if event == "call" and code.co_name.endswith(MAKERS) and code.co_filename.startswith(WEB):
            made.add(f"{Path(code.co_filename).relative_to(WEB)} {code.co_name}")

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        yield made
    finally:
        sys.setprofile(before)


@pytest.mark.parametrize("name", sorted(set(FORMS) - BUILD_THEIR_LIST))
def test_form_that_leads_on_builds_no_page(ready: tuple[Press, str], name: str) -> None:
    press, token = ready
    with made_for_pages() as made:
        answer = press.send(token)
    if answer.status_code in {201, 204, 303}:
        assert not made
        assert not answer.templates, "nothing that was rendered is thrown away"
    else:
        assert answer.status_code == 200 and answer.templates
