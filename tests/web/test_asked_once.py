"""No request asks the database the same thing twice, whichever page is opened and whichever form is sent.

What is read of an application is read once and handed down (``applications.casefile``); the same statement with the same values in one
request means that somebody read it again. The pages are those of ``web/access.py``, the forms those of ``posts.py``.
"""

from __future__ import annotations

import pytest
from django.urls import resolve

from tests.support.asked import Asked, asking
from tests.support.told_once import told_once
from tests.web.pages import ELSEWHERE, PAGES, Town, make_town, page_of_form
from tests.web.posts import EXAMPLES, Press
from tests.web.shared.addresses import methods_of, views
from zhicheng.web.access import ACCESS, NOBODY
from zhicheng.web.sent_only import SENT_ONLY

pytestmark = pytest.mark.django_db

# Part of a statement → why it may be sent again with the same values.
MAY_BE_ASKED_AGAIN = {
    "foundation_ledgerhead": "each entry of the ledger takes the head for itself, as the last thing of the action",
    "sqlite_sequence": "a number for a row is taken when the row is written, and the next one is another",
    "given(name, pk, place)": "the same on PostgreSQL",
    "django_session": "the library looks once more before it gives a session another key",
    "mfa_authenticator": "the library asks for each kind of factor by itself",
}
# Pages of the library, with its own views and forms.
OF_THE_LIBRARY = {name for name in ACCESS if name.startswith(("account_", "mfa_", "usersessions_"))}
# Address → why what is sent there is not looked at.
NOT_LOOKED_AT = dict.fromkeys(
    (
        "application_upload",
        "application_pages",
        "application_share_out",
        "application_scans",
        "application_scan_place",
        "application_mend",
        "unit_publicity_paper",
        "unit_material_add",
        "unit_information_edit",
        "register_unit",
        "unit_person_correction",
    ),
    "in tests the file is examined while the request waits; at work a process of its own does it",
)
# Pages and forms of the rooms that keep accounts and organizations: address → what is asked again there, and why.
ASKED_AGAIN_THERE = {
    "mailbox_confirm": "what the link names and whether the mailbox is free: before the account is locked, and under its lock",
    "register_person": "whether the mailbox is free: with everything else that is wrong, and again when it is taken",
    "unit_colleague": "whether the mailbox is free: with everything else that is wrong, and again when it is taken",
    "unit_identities": "whose number it is and whether the unit may work: for every line, and again when it is confirmed",
    "office_identities": "whose number it is: for every line, and again when it is confirmed",
    "person_employer": "the employer: for who is asking, and again when it is left",
    "person_invitation": "the employer: for who is asking, and again when it is left",
    "publicity_link": "whether the link still opens it: to show the page, and again when an objection is taken",
    "publicity_notice": "whether it is still open to who asks: to show the page, and again when an objection is taken",
    "office_officer_new": "whether the mailbox is free: with everything else that is wrong, and again when it is taken",
}
OPENED = sorted(
    name
    for name, view in views()
    if name in EXAMPLES and name not in SENT_ONLY and ACCESS.get(name) and "GET" in (methods_of(view) or ["GET"])
)


@told_once
def town() -> Town:
    return make_town()


def assert_asked_once(asked: Asked) -> None:
    again = [said for said in asked.twice() if not any(part in said for part in MAY_BE_ASKED_AGAIN)]
    assert not again, "\n".join(["asked more than once:", *again])


def test_every_page_is_opened_here():
    pages = {name for name, roles in ACCESS.items() if roles is not NOBODY and name not in SENT_ONLY}
    assert pages == {name.partition("?")[0] for name in PAGES} | set(OPENED) | set(ELSEWHERE)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_page_asks_everything_once(town: Town, name: str) -> None:
    for look in PAGES[name](town):
        assert resolve(look.path.partition("?")[0]).view_name == name.partition("?")[0]
        with asking() as asked:
            answer = look.open()
        b"".join(answer)  # a file is read to its end, and closed
        assert answer.status_code < 400 or name == "readyz", f"{look.who} {look.path}: {answer.status_code}"
        assert_asked_once(asked)


@pytest.mark.parametrize("name", sorted(set(OPENED) - OF_THE_LIBRARY))
def test_page_of_a_form_asks_everything_once(ready: tuple[Press, str], name: str) -> None:
    look = page_of_form(ready[0])
    with asking() as asked:
        answer = look.open()
    assert answer.status_code < 400 or answer.status_code == 405, f"{look.path}: {answer.status_code}"
    assert_asked_once(asked)


@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - {*NOT_LOOKED_AT, *ASKED_AGAIN_THERE} - OF_THE_LIBRARY))
def test_form_asks_everything_once(ready: tuple[Press, str], name: str) -> None:
    press, token = ready
    with asking() as asked:
        answer = press.send(token)
    assert answer.status_code < 400
    assert_asked_once(asked)
