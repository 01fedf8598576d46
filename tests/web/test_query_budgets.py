"""What the busiest pages and forms may ask of the database: statements of one request, the session's two and the sign-in's two among them.

A page that needs more than its budget reads something that nobody handed down, or a row at a time.
"""

from __future__ import annotations

import pytest

from tests.support import world as w
from tests.support.asked import asking
from tests.support.forms import token_for
from tests.support.told_once import told_once
from tests.web.pages import PAGES, Town, make_town
from tests.web.posts import EXAMPLES

pytestmark = pytest.mark.django_db
# Page → the most statements, for each role that opens it.
OF_PAGES = {
    "desk_queue": 9,
    "desk_case": 15,
    "application_tasks": 11,
    "application_slot": 11,
    "my_application": 13,
    "my_titles": 12,
    "unit_publicity": 13,
}
# Form → the most statements, the notes of what was sent (``foundation.sending``) and the entries of the ledger among them.
OF_FORMS = {
    "application_section": 14,
    "application_autosave": 15,
    "application_check": 15,
    "application_submit": 38,
    "desk_pass": 39,
    "desk_return": 25,
}


@told_once
def town() -> Town:
    return make_town()


@pytest.mark.parametrize("name", OF_PAGES)
def test_page_stays_within_its_budget(town: Town, name: str) -> None:
    for look in PAGES[name](town):
        look.open()  # the notice stays parsed in the process
        with asking() as asked:
            look.open()
        assert asked.count <= OF_PAGES[name], f"{look.who}: {asked.count}\n" + "\n".join(sql for sql, _values in asked.statements)


@pytest.mark.parametrize("name", OF_FORMS)
def test_form_stays_within_its_budget(world: w.World, name: str) -> None:
    press = EXAMPLES[name](world)
    token = token_for(press.client)
    with asking() as asked:
        press.send(token)
    assert asked.count <= OF_FORMS[name], f"{asked.count}\n" + "\n".join(sql for sql, _values in asked.statements)


def test_draft_is_opened_once_on_the_page_of_a_slot(town: Town) -> None:
    """Thirteen sections and the identity number of the account, each unsealed once."""
    for look in PAGES["application_slot"](town):
        with asking() as asked:
            look.open()
        assert asked.opened <= 15


def test_snapshot_is_opened_once_on_the_page_of_a_case(town: Town) -> None:
    for look in PAGES["desk_case"](town):
        with asking() as asked:
            look.open()
        assert asked.opened <= 2
