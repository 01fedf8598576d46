"""What strangers can read of an identity number: on public pages, papers that hang on a wall, in mails, file names and logs."""

from __future__ import annotations

import io
import json
import logging
import re

import pikepdf
import pypdf
import pytest
from django.urls import reverse

from tests.organizations import examples as ex
from tests.organizations.test_account_requests import ask_correction, ask_mailbox
from tests.support import world as w
from tests.support.identity_masks import ENOUGH, count_candidates
from tests.support.told_once import told_once
from tests.web.registering import client_of
from tests.web.shared.addresses import patterns
from zhicheng.accounts.models import AccountKind, User
from zhicheng.applications.models import Application
from zhicheng.applications.states import State
from zhicheng.documents.actions import pdf_of, render_paper
from zhicheng.documents.base import SIGNED
from zhicheng.documents.models import Kind, Paper
from zhicheng.foundation import clock
from zhicheng.foundation.mail import read_mail
from zhicheng.foundation.models import LedgerEntry, OutboxMessage
from zhicheng.organizations.models import MembershipRole
from zhicheng.publicity import actions as publicity
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.standards.identity_number import check_identity_number
from zhicheng.web.access import ACCESS, DESKS

pytestmark = pytest.mark.django_db
MASKED = re.compile(r"(?=[\dXx*]*\*)\d[\dXx*]{16}[\dXx*]")


@told_once
def shown(world: w.World) -> Application:
    """An application in its publicity period."""
    application = w.submitted(world)
    w.unit_pass(world, application)
    w.open_publicity(world, application)
    application.refresh_from_db()
    return application


def words_of(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"[\s\u200b\u00a0]", "", "".join(page.extract_text() for page in pages))


def candidates_in(text: str, number: str) -> list[int]:
    """For every masked number in ``text``, how many numbers fit it with what else stands there."""
    told = check_identity_number(number, today=clock.today())
    written = {told.birth_date.isoformat(), f"{told.birth_date:%Y%m%d}", f"{told.birth_date.year}年{told.birth_date.month}月"}
    birth = told.birth_date if any(day in text for day in written) else None
    sex = told.sex if re.search("[男女]|(?i:male)", text) else ""
    masks = [mask.upper() for mask in MASKED.findall(text)]
    return [count_candidates(mask, today=clock.today(), birth_date=birth, sex=sex) for mask in masks]


def test_pages_of_a_publicity_show_no_form_of_a_number(world: w.World, shown: Application) -> None:
    period, number = PublicityPeriod.objects.get(), shown.applicant.id_number
    for language in ("zh-hans", "en"):
        for address in (reverse("publicity_list"), reverse("publicity_notice", args=[period.pk]), reverse("home")):
            page = client_of(world.unit_admin).get(address, headers={"accept-language": language}).content.decode()
            assert shown.applicant.name in page
            assert not MASKED.search(page) and number[:6] not in page and number[-4:] not in page, address


def test_the_notice_on_the_wall_shows_region_and_last_two(world: w.World, shown: Application) -> None:
    number = shown.applicant.id_number
    words = words_of(pdf_of(Paper.objects.get(kind=Kind.PUBLICITY_NOTICE)))
    counts = candidates_in(words, number)
    assert f"{number[:6]}**********{number[-2:]}" in words and counts
    assert all(count >= ENOUGH for count in counts), counts


def test_papers_but_the_review_form_show_no_number_and_no_birthday(world: w.World, shown: Application) -> None:
    number = shown.applicant.id_number
    with clock.travel(clock.now() + w.UNTIL_REPORT):
        w.add_papers(world, PublicityPeriod.objects.get())
        publicity.make_publicity_result(actor=world.unit_admin, period_id=PublicityPeriod.objects.get().pk)
    kinds = set()
    for paper in Paper.objects.all():
        pdf = pdf_of(render_paper(paper_id=paper.pk) if paper.kind in SIGNED else paper)
        with pikepdf.open(io.BytesIO(pdf)) as document:
            metadata = f"{document.docinfo!r} {dict(document.open_metadata())!r}"
        assert number not in metadata and not MASKED.search(metadata) and number not in paper.serial + paper.title
        kinds.add(paper.kind)
        if paper.kind == Kind.REVIEW_FORM:
            assert number in words_of(pdf), "the template of the form asks for it in full"
            continue
        words = words_of(pdf)
        assert number not in words and all(count >= ENOUGH for count in candidates_in(words, number))
        assert "1990" not in words, "a birthday beside a mask gives the number away"
    assert {Kind.REVIEW_FORM, Kind.PUBLICITY_NOTICE, Kind.PUBLICITY_RESULT} <= kinds
    own = words_of(client_of(world.applicant).get(reverse("application_commitment_pdf", args=[shown.pk])).content)
    assert number not in own and not MASKED.search(own)


def test_mails_ledger_and_messages_hold_no_form_of_a_number(world: w.World) -> None:
    application = w.submitted(world)
    w.to_bureau(world, application)
    number = application.applicant.id_number
    kept = [json.dumps(read_mail(m), ensure_ascii=False) + m.key for m in OutboxMessage.objects.all()]
    kept += [json.dumps(e.data, ensure_ascii=False) + e.subject + e.actor for e in LedgerEntry.objects.all()]
    assert application.state == State.PREFECTURE_REVIEW and len(kept) > 20
    for text in kept:
        assert number not in text and not MASKED.search(text)


def lists() -> list[str]:
    """Every address that names nobody by an id: what stands there is a list, a search or a form, at whoever's desk."""
    return sorted(
        {
            name
            for name, chain in patterns()
            if ACCESS.get(name, frozenset()) & DESKS and not any("<" in str(part) for part in chain)
        }
    )


def people_of_every_list(world: w.World) -> set[str]:
    """Somebody for each list: who asks for another number, another mailbox, who only claims one, who has a record. Their numbers."""
    worker = User.objects.get(pk=world.applicant.user_id)
    ask_correction(world.unit_admin, worker, id_number=ex.id_number(301))
    ask_mailbox(world.unit_admin, worker)
    claimant = w.person(AccountKind.APPLICANT, "claimant", serial=33, held=False)
    w.member(claimant, world.unit, MembershipRole.EMPLOYEE)
    ex.registered_unit()
    return {user.id_number for user in User.objects.all() if user.id_number} | {ex.id_number(301)}


def test_lists_of_desks_show_the_region_alone(world: w.World, shown: Application) -> None:
    with clock.travel(w.IN_WINDOW):
        numbers = people_of_every_list(world)
        regions, masked = {number[:6] + "*" * 12 for number in numbers}, {}
        for actor in (world.unit_admin, world.county_officer, world.bureau):
            client = client_of(actor)
            for name in (name for name in lists() if actor.role in ACCESS[name]):
                page = client.get(reverse(name), follow=True).content.decode()
                assert not [number for number in numbers if number in page], name
                found = set(MASKED.findall(page))
                assert found <= regions, f"{name}: {found - regions}"
                assert all(count_candidates(mask, today=clock.today()) >= ENOUGH for mask in found), name
                masked[name] = masked.get(name, set()) | found
        number = shown.applicant.id_number
        answer = client_of(world.bureau).post(reverse("office_person"), {"id_number": number}).content.decode()
    assert set(MASKED.findall(answer)) == {number[:6] + "*" * 12}
    assert {name for name, found in masked.items() if found} == {
        "unit_people",
        "unit_identities",
        "unit_account_requests",
        "office_identities",
    }


def test_a_paper_with_a_whole_number_is_noted_by_whom_it_was_fetched(
    world: w.World, shown: Application, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="zhicheng.security")
    number = shown.applicant.id_number
    form = Paper.objects.get(kind=Kind.REVIEW_FORM)
    notice = Paper.objects.get(kind=Kind.PUBLICITY_NOTICE)
    for actor, name, args in (
        (world.unit_admin, "desk_paper", [form.serial]),
        (world.applicant, "application_paper", [shown.pk, form.serial]),
        (world.applicant, "application_draft_pdf", [shown.pk]),
        (world.unit_admin, "desk_paper", [notice.serial]),
    ):
        answer = client_of(actor).get(reverse(name, args=args))
        assert answer.status_code == 200 and number not in str(answer.headers)
    noted = [r.__dict__ for r in caplog.records if "event=number.given " in r.getMessage()]
    assert [(r["actor"], r["facts"]["role"]) for r in noted] == [
        (world.unit_admin.ref, "unit"),
        (world.applicant.ref, "applicant"),
        (world.applicant.ref, "applicant"),
    ]
    assert noted[0]["facts"]["serial"] == form.serial
    assert number not in caplog.text and not MASKED.search(caplog.text)
