"""Every page and every paper of a walk under the second notice: nothing on them comes from the first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pypdfium2
import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests.campaigns.files import other, other_text
from tests.review.test_second_campaign import CHOICE, LATER, START, form
from tests.support import world as w
from tests.web.registering import client_of
from zhicheng.applications.models import Application
from zhicheng.applications.sections import SECTIONS
from zhicheng.documents.actions import pdf_of
from zhicheng.documents.queries import papers_of
from zhicheng.foundation import clock, outbox
from zhicheng.organizations.actors import Actor
from zhicheng.organizations.models import Organization
from zhicheng.publicity.links import key_of
from zhicheng.rehearsal import acts

pytestmark = pytest.mark.django_db

# What the first notice says and the second does not: numbers, who counts and who is last (终审 is said of that desk), its papers, its texts.
FORBIDDEN = (
    "2份", "两份", "近五年", "近 五 年", "5个工作日", "5 个工作日", "最多5年", "bortala",
    "州终审", "州人社局终审", "人力资源和社会保障局终审", "到达州", "/ 3 次", "超过 3 次", "第 3 次", "县（市）人社局意见", "州人社局意见",
    "《继续教育证书》", "《年度考核登记表》", "《毕业证书》", "公示照片", "新疆维吾尔自治区专业技术职务任职资格评审表",
    "根据自治区、自治州职称评审工作要求", "疑异", "专业技术任职资格", "弄虚作假确认材料", "未收到投诉、举报", "推荐单位公示",
    "本单位已对提供的申报材料逐一审核", "（推荐单位公章）", "个人承诺书", "主管单位推荐意见",
)  # fmt: skip


IN_ENGLISH = (
    "2 copies", "Two copies", "five years", "last 5 years", "five working days", "5 working days", "prefecture final review", "final review by the prefecture",
    "/ 3)", "more than 3",
)  # fmt: skip


def text_of(html: str) -> str:
    """What a page says, without its scripts and its addresses."""
    body = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", html, flags=re.DOTALL)
    values = " ".join(re.findall(r'(?:aria-label|title|alt|placeholder|data-label)="([^"]*)"', body))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", body)) + values


def words_of_the_first(text: str, words: tuple[str, ...] = FORBIDDEN) -> list[str]:
    return [word for word in words if word in text]


class Walk:
    """What everybody sees at each station: (where, words of the first notice) is kept for every page that has any."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str, str]] = []
        self.opened = 0

    def look(self, actor: Actor | None, *addresses: str) -> None:
        client = client_of(actor) if actor is not None else Client()
        for address in addresses:
            for language, words in (("zh-hans", FORBIDDEN), ("en", IN_ENGLISH)):
                client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
                page = client.get(address, follow=True)
                assert page.status_code in {200, 422}, address
                self.opened += 1
                text = text_of(page.content.decode())
                self.found += [(address, word, _around(text, word)) for word in words_of_the_first(text, words)]

    def look_at_mails(self) -> None:
        outbox.drain(1000)
        for sent in mail.outbox:
            self.opened += 1
            text = f"{sent.subject} {sent.body}"
            self.found += [(sent.subject, word, _around(text, word)) for word in words_of_the_first(text)]

    def look_at_papers(self, application: Application) -> None:
        for paper in papers_of(f"application:{application.pk}"):
            self.look_at_pdf(str(paper.kind), pdf_of(paper))

    def look_at_pdf(self, name: str, pdf: bytes) -> None:
        document = pypdfium2.PdfDocument(pdf)
        text = "".join(page.get_textpage().get_text_range() for page in document)
        self.opened += 1
        self.found += [(name, word, _around(text, word)) for word in words_of_the_first(re.sub(r"[\s\u200b]+", "", text))]


def _around(text: str, word: str) -> str:
    at = text.find(word)
    return text[max(0, at - 30) : at + 40]


def of_applicant(application: Application) -> Iterator[str]:
    for name in ("application_tasks", "application_check", "application_submit", "my_application", "application_discard"):
        yield reverse(name, args=[application.pk])
    for section in SECTIONS:
        yield reverse("application_section", args=[application.pk, section.key])
    for slot in (slot for slot in other().materials if slot.upload and slot.owner == "applicant"):
        yield reverse("application_slot", args=[application.pk, slot.key])


def of_desk(application: Application) -> Iterator[str]:
    yield reverse("desk_queue")
    for name in ("desk_case", "desk_pass", "desk_return", "desk_dossier"):
        yield reverse(name, args=[application.pk])


def test_no_page_and_no_paper_of_the_second_notice_says_a_word_of_the_first() -> None:
    assert all(word not in other_text() for word in FORBIDDEN)
    with clock.travel(START):
        world = w.make_world(with_supervising=True, campaign_text=other_text())
        Organization.objects.update(region_code="653001")
        Organization.objects.filter(kind="unit").update(verified_year=2025)
        world.unit.refresh_from_db()
        walk = Walk()
        walk.look(None, "/", reverse("notice", args=[other().slug]))
        walk.look(
            world.applicant, reverse("my_titles"), reverse("application_new"), reverse("application_choose", args=[other().slug])
        )
        application = w.start(world, **CHOICE)
        w.fill(world.applicant, application, form())
        walk.look(world.applicant, *of_applicant(application))
        client = client_of(world.applicant)
        for name in ("application_draft_pdf", "application_commitment_pdf"):
            walk.look_at_pdf(name, client.get(reverse(name, args=[application.pk])).content)
        w.submit(world.applicant, application)
        walk.look(
            world.applicant,
            reverse("application_receipt", args=[application.pk, 1]),
            reverse("my_application", args=[application.pk]),
        )
        walk.look(world.unit_admin, *of_desk(application))
        w.unit_pass(world, application)
        walk.look(world.unit_admin, *of_desk(application), reverse("unit_publicity_open", args=[application.pk]))
        text = replace(w.NOTICE_TEXT, results="主持校本教研三年，编写教案四册。")
        period = acts.open_publicity(world.unit_admin, application, ends_on=clock.today() + timedelta(days=10), text=text)
        walk.look(world.unit_admin, reverse("unit_publicity", args=[application.pk]), *of_desk(application))
        walk.look(None, reverse("publicity_list"), reverse("publicity_link", args=[period.pk, key_of(period.pk)]))
        walk.look(world.unit_admin, reverse("publicity_list"), reverse("publicity_notice", args=[period.pk]))
    with clock.travel(LATER):
        w.add_papers(world, period)
        walk.look(world.unit_admin, reverse("unit_publicity", args=[application.pk]))
        w.publicity.make_publicity_result(actor=world.unit_admin, period_id=period.pk)
        w.report(world, application)
        for actor in (world.supervisor, world.county_officer):
            walk.look(actor, *of_desk(application))
            walk.look(world.applicant, reverse("my_application", args=[application.pk]), reverse("my_applications"))
            w.record_dossier(actor, application)
            walk.look(actor, *of_desk(application))
            w.pass_on(actor, application)
        walk.look(world.applicant, reverse("my_application", args=[application.pk]), reverse("my_titles"))
        walk.look(world.unit_admin, *of_desk(application))
        walk.look_at_papers(application)
        walk.look_at_mails()
    assert walk.opened > 170
    assert not walk.found, "\n".join(str(one) for one in walk.found)
