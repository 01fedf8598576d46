"""The page that verifies a paper: what somebody who forged it would have changed, and who sees the paper itself."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.documents import examples
from tests.support import world as w
from zhicheng.accounts.models import User
from zhicheng.documents.actions import issue_paper, render_paper
from zhicheng.documents.base import PaperBase
from zhicheng.documents.models import Paper
from zhicheng.documents.queries import papers_of
from zhicheng.foundation import clock
from zhicheng.organizations.actors import Actor

pytestmark = pytest.mark.django_db


def _issued(data: PaperBase, *, subject: str = "application:12") -> Paper:
    with transaction.atomic():
        return issue_paper(
            kind=data.kind,
            subject=subject,
            title="",
            data=data,
            snapshot_sha256=examples.SHA,
            actor="system",
            version_label="第1次上报",
        )


def _rows(paper: Paper, client: Client | None = None) -> dict[str, str]:
    page = (client or Client()).get(reverse("verify"), {"serial": paper.serial, "code": paper.verification_code})
    rows = BeautifulSoup(page.content.decode(), "html.parser").select(".summary-row")
    return {row.dt.get_text(strip=True): row.dd.get_text(" ", strip=True) for row in rows if row.dt and row.dd}


def _signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id), backend="zhicheng.accounts.backends.AuthenticationBackend")
    return client


@pytest.mark.django_db(transaction=True)
def test_review_form_is_told_with_all_that_could_be_forged() -> None:
    paper = render_paper(paper_id=_issued(examples.rich_form()).pk)
    rows = _rows(paper)
    assert rows["姓名"] == "艾****·***"
    assert rows["申报单位"] == "博乐市城乡建设工程质量监督站"
    assert (rows["申报系列"], rows["申报专业"], rows["申报级别"], rows["申报资格"]) == ("工程", "建筑工程", "中级", "工程师")
    assert rows["页数"] == str(paper.pages) == "10"
    assert rows["出具时间"]
    assert "原件" not in rows
    assert "652701199003071233" not in str(rows)
    assert "1990" not in str(rows)


def test_letters_are_told_with_what_they_say_and_no_more() -> None:
    rows = _rows(_issued(examples.result()))
    assert (rows["申报级别"], rows["公示时间"]) == ("中级", "2023年10月9日至2023年10月13日")
    opinion = _rows(_issued(examples.opinion()))
    assert opinion["主管单位"] == "博乐市住房和城乡建设局"
    assert "申报单位" not in opinion
    assert not {"申报单位", "申报系列", "申报级别", "公示时间"} & set(_rows(_issued(examples.commitment())))


def test_paper_is_told_in_english_where_the_words_are_known(world: w.World) -> None:
    application = w.submitted(world)
    w.unit_pass(world, application)
    w.open_publicity(world, application)
    told = {}
    for kind, subject in (
        ("review_form", f"application:{application.pk}"),
        ("publicity_notice", f"application:{application.pk}"),
        ("receipt", f"submission:{application.submissions.get().pk}"),
    ):
        paper = papers_of(subject).filter(kind=kind).latest("id")
        address = {"serial": paper.serial, "code": paper.verification_code}
        page = Client(headers={"accept-language": "en"}).get(reverse("verify"), address)
        rows = BeautifulSoup(page.content.decode(), "html.parser").select(".summary-row")
        told[kind] = {row.dt.get_text(strip=True): row.dd.get_text(" ", strip=True) for row in rows}
        assert "次上报" not in page.content.decode()
        assert page.content.decode().count(f'<span lang="zh-CN">{application.employer.name}</span>') == 1
    assert told["review_form"]["Level applied for"] == told["receipt"]["Level applied for"] == "intermediate"
    assert told["receipt"]["Specialty applied for"] == told["review_form"]["Specialty applied for"]
    period = told["publicity_notice"]["Publicity period"]
    assert "年" not in period and " to 2023-" in period


def test_wrong_code_tells_nothing_of_the_paper() -> None:
    paper = _issued(examples.result())
    page = Client().get(reverse("verify"), {"serial": paper.serial, "code": "2" * 28}).content.decode()
    assert "博乐市城乡建设工程质量监督站" not in page
    assert "工程系列" not in page


def test_desk_that_has_the_application_opens_the_paper_itself_and_its_neighbour_does_not() -> None:
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        w.publicise_and_report(world, application)
    paper = papers_of(f"application:{application.pk}").get(kind="review_form")
    with clock.travel(w.IN_WINDOW + w.UNTIL_REPORT):
        for desk in (world.unit_admin, world.county_officer):
            client = _signed_in(desk)
            assert "打开本平台保存的文书" in _rows(paper, client)["原件"]
            assert client.get(reverse("desk_paper", args=[paper.serial])).content.startswith(b"%PDF-")
        for other in (world.bureau, world.other_admin, world.other_officer, world.applicant):
            assert "原件" not in _rows(paper, _signed_in(other))


def test_paper_of_something_else_is_opened_by_no_desk() -> None:
    world = w.make_world()
    for subject in ("application:x", "period:1", "application:999999"):
        assert "原件" not in _rows(_issued(examples.result(), subject=subject), _signed_in(world.county_officer))


def test_address_of_the_code_leads_to_the_page_with_both_values() -> None:
    paper = _issued(examples.result())
    answer = Client().get(f"/V/{paper.serial}/{paper.verification_code}")
    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('verify')}?serial={paper.serial}&code={paper.verification_code}"
