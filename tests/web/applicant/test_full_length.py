"""Every length that is announced is one that holds: the longest form of every section is saved, row for row (R23)."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from tests.support import world as w
from tests.web.applicant.kit import client_of
from zhicheng.accounts.models import User
from zhicheng.applications.actions.draft import MOST_ROWS
from zhicheng.applications.queries import draft_of
from zhicheng.applications.rules import TABLES
from zhicheng.applications.sections import SECTIONS, Field, Kind, Section
from zhicheng.web.shared import kept
from zhicheng.web.shared.limits import TYPED_BYTES_IN_A_CROWD
from zhicheng.web.shared.owner import owner_token_for

pytestmark = pytest.mark.django_db
HANZI = "\U00020000"  # the longest on the wire: four bytes, twelve characters of a form


def longest(field: Field) -> str:
    """The longest value that the field takes."""
    match field.kind:
        case Kind.TEXT | Kind.LONG:
            return HANZI * field.limit
        case Kind.CODE:
            return max((str(entry.code) for entry in TABLES[field.table]), key=len)
        case Kind.DATE:
            return "2019-12-31"
        case Kind.YEAR | Kind.NUMBER:
            return "2019"
        case _:
            return ""


def typed(section: Section) -> dict[str, list[str] | str]:
    fields = [field for field in section.fields if field.kind is not Kind.FIXED]
    if not section.rows:
        return {f"{section.key}-{field.key}": longest(field) for field in fields}
    ids = [f"{number:08x}" for number in range(1, MOST_ROWS + 1)]
    return {"row": ids} | {f"{row}-{field.key}": longest(field) for row in ids for field in fields}


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.key)
def test_longest_form_of_a_section_is_saved(world: w.World, section: Section) -> None:
    application = w.start(world)
    page = reverse("application_section", args=[application.pk, section.key])
    answer = client_of(world.applicant).post(page, {"base_version": "0", "save": "1", **typed(section)})
    assert answer.status_code == 303, answer.content.decode()[:2000]
    saved = draft_of(application).contents[section.key]
    rows = saved if section.rows else [saved]
    assert len(rows) == (MOST_ROWS if section.rows else 1)
    for field in section.fields:
        if field.kind in {Kind.TEXT, Kind.LONG}:
            assert all(len(row[field.key]) == field.limit for row in rows), field.key


def bytes_sent(section: Section) -> int:
    return len(urlencode({"base_version": "0", "save": "1", **typed(section)}, doseq=True))


def test_longest_form_of_every_section_may_be_kept_when_a_sign_in_ends():
    most = max(map(bytes_sent, SECTIONS))
    assert most <= kept.LIMIT_BYTES <= TYPED_BYTES_IN_A_CROWD
    assert most > 200_000, "the longest is longer than what used to be kept"


def test_longest_form_whose_sign_in_had_ended_is_saved_after_the_next(world: w.World) -> None:
    section = max(SECTIONS, key=bytes_sent)
    application = w.start(world)
    page = reverse("application_section", args=[application.pk, section.key])
    user = User.objects.get(pk=world.applicant.user_id)
    client = client_of(world.applicant)
    Session.objects.all().delete()
    answer = client.post(page, {"base_version": "0", "save": "1", "_owner": owner_token_for(user), **typed(section)})
    assert answer["Location"] == "/accounts/login/?next=/kept/"
    client.post(reverse("account_login"), {"login": user.username, "password": "rehearsal-2023", "next": "/kept/"})
    form = client.get("/kept/").context["kept"]
    data = QueryDict(form.body)
    answer = client.post(form.path, {name: data.getlist(name) for name in data} | {"_kept": "1"})
    assert answer.status_code == 303, answer.content.decode()[:2000]
    assert len(draft_of(application).contents[section.key]) == MOST_ROWS
    assert client.get("/kept/").status_code == 302, "what was sent is not kept any longer"
