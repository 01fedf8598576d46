"""新增申请书 over HTTP: what stands in the way is a page with a way out (S-19…S-21, S-29, S-81)."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.urls import reverse

from tests.support import world as w
from tests.web.applicant.kit import bar_for_fraud, client_of, page
from zhicheng.accounts.models import AccountKind, NoticeAcceptance
from zhicheng.applications import actions
from zhicheng.applications.models import Application
from zhicheng.applications.queries import draft_of
from zhicheng.campaigns.queries import notice_of
from zhicheng.foundation import clock
from zhicheng.foundation.canonical import digest
from zhicheng.organizations.actors import actor_for

pytestmark = pytest.mark.django_db
CHOICE = {"series": "engineering", "specialty": "water", "title": "engineer"}


@pytest.fixture
def slug(world) -> str:
    return notice_of(world.version).slug


def test_deep_link_past_the_prompt_leads_to_the_prompt(world, slug):
    client = client_of(world.applicant)
    answer = client.get(reverse("application_choose", args=[slug]), CHOICE)
    assert answer.url == reverse("application_prompt", args=[slug])
    assert client.post(reverse("application_choose", args=[slug]), CHOICE).url == answer.url
    assert not Application.objects.exists()


def test_prompt_not_ticked_says_so_and_keeps_nothing(world, slug):
    answer = client_of(world.applicant).post(reverse("application_prompt", args=[slug]), {})
    assert answer.status_code == 422
    assert "请仔细阅读提示信息" in page(answer)
    assert not NoticeAcceptance.objects.exists()


def test_prompt_is_accepted_once_with_the_hash_of_what_was_shown(world, slug):
    client = client_of(world.applicant)
    for _time in range(2):
        client.post(reverse("application_prompt", args=[slug]), {"accepted": "on"})
    kept = NoticeAcceptance.objects.get()
    text = notice_of(world.version).texts.prompt
    assert (kept.text_key, kept.version, kept.text_sha256) == (f"prompt:{slug}", text.version, digest(text.zh))
    assert "确认阅读" in page(client.get(reverse("application_prompt", args=[slug])))


def test_series_specialty_and_title_are_chosen_below_the_prompt(world, slug):
    client = client_of(world.applicant)
    address = reverse("application_prompt", args=[slug])
    shown = page(client.get(address))
    assert 'name="series"' in shown and 'name="title"' not in shown and "以考代评" in shown
    asked = page(
        client.get(reverse("application_choose", args=[slug]), {"series": "engineering"}, headers={"HX-Request": "true"})
    )
    assert "<html" not in asked and 'name="specialty"' in asked and 'name="title"' in asked
    refused = page(client.post(address, CHOICE))
    assert "请仔细阅读提示信息" in refused and refused.count(" checked>") == 3
    answer = client.post(address, CHOICE | {"accepted": "on"}, follow=True)
    assert answer.status_code == 200 and "我要申报" in page(answer) and "水利" in page(answer)
    assert client.post(address, CHOICE).status_code == 303, "accepted already: the tick is not asked for again"


@pytest.mark.parametrize(
    ("said", "status", "told"),
    [
        ({}, 200, "您申报哪个系列"),
        ({"series": "engineering"}, 200, "您申报哪个任职资格"),
        ({"series": "engineering", "specialty": "water"}, 422, "请选择一个任职资格。"),
        ({"series": "engineering", "title": "engineer"}, 422, "请选择一个专业。"),
        ({"series": "nothing", "title": "engineer"}, 200, "您申报哪个系列"),
    ],
)
def test_what_was_not_chosen_below_the_prompt_is_asked_on_the_next_page(world, slug, said, status, told):
    answer = client_of(world.applicant).post(reverse("application_prompt", args=[slug]), said | {"accepted": "on"}, follow=True)
    assert answer.status_code == status and told in page(answer)


@pytest.mark.parametrize("first", [True, False])
def test_who_applies_for_the_first_time_says_so_beside_the_button(world, slug, first):
    w.accept_prompt(world.applicant, world.version)
    client, choose = client_of(world.applicant), reverse("application_choose", args=[slug])
    assert "本人是首次申报" in page(client.get(choose, CHOICE))
    answer = client.post(choose, CHOICE | ({"first_title": "on"} if first else {}))
    application = Application.objects.get()
    assert answer.url == reverse("application_section", args=[application.pk, "basic"])
    assert "申请书已经建立" in page(client.get(answer.url))
    assert bool(draft_of(application).contents["current_title"].get("first_title")) is first
    actions.discard_application(actor=world.applicant, application_id=application.pk)
    assert "本人是首次申报" not in page(client.get(choose, CHOICE)), "the earlier one says it"


def test_choice_shows_series_by_exam_with_the_reason(world, slug):
    w.accept_prompt(world.applicant, world.version)
    shown = page(client_of(world.applicant).get(reverse("application_choose", args=[slug])))
    assert "以考代评" in shown
    assert 'value="engineering"' in shown


def test_nothing_chosen_asks_again_beside_the_question(world, slug):
    w.accept_prompt(world.applicant, world.version)
    answer = client_of(world.applicant).get(reverse("application_choose", args=[slug]), {"asked": "series"})
    assert answer.status_code == 422
    assert page(answer).count("请选择一个系列。") == 2


def test_last_step_shows_the_conditions_with_their_source(world, slug):
    w.accept_prompt(world.applicant, world.version)
    shown = page(client_of(world.applicant).get(reverse("application_choose", args=[slug]), CHOICE))
    assert "取得现任职称满4年" in shown
    assert "人社部发〔2019〕16号" in shown


def test_existing_application_is_named_with_a_link(world, slug):
    application = w.start(world, specialty=CHOICE["specialty"])
    client = client_of(world.applicant)
    answer = client.post(reverse("application_choose", args=[slug]), CHOICE)
    assert answer.status_code == 422
    assert reverse("my_application", args=[application.pk]) in page(answer) and application.number in page(answer)
    assert Application.objects.count() == 1


def test_application_that_was_sent_this_year_is_named_with_a_link(world, slug):
    application = w.submitted(world)
    client = client_of(world.applicant)
    other = {**CHOICE, "specialty": "highway"}
    for answer in (
        client.get(reverse("application_prompt", args=[slug])),
        client.post(reverse("application_choose", args=[slug]), other),
    ):
        assert answer.status_code == 422
        assert "一个年度只能上报一份申请书" in page(answer)
        assert reverse("my_application", args=[application.pk]) in page(answer) and application.number in page(answer)


def test_series_that_is_not_open_is_refused_in_words(world, slug):
    w.accept_prompt(world.applicant, world.version)
    answer = client_of(world.applicant).post(reverse("application_choose", args=[slug]), {**CHOICE, "series": "nothing"})
    assert answer.status_code == 422
    assert "没有开放这个系列" in page(answer)


@pytest.mark.parametrize("moment", ["2023-05-08 09:59:59", "2023-06-16 18:00:00"])
def test_window_that_is_not_open_is_said_with_its_times(world, slug, moment):
    with clock.travel(datetime.fromisoformat(moment).replace(tzinfo=clock.BEIJING)):
        answer = client_of(world.applicant).get(reverse("application_prompt", args=[slug]))
        assert answer.status_code == 422
        assert "2023-06-16 18:00" in page(answer)
        assert "不在申报时间内" in page(answer)


def test_last_second_of_the_window_still_starts(world, slug):
    w.accept_prompt(world.applicant, world.version)
    with clock.travel(datetime(2023, 6, 16, 17, 59, 59, tzinfo=clock.BEIJING)):
        answer = client_of(world.applicant).post(reverse("application_choose", args=[slug]), CHOICE)
        assert answer.status_code == 303


def test_barred_person_reads_until_when_on_every_page_that_could_start(world, slug):
    bar_for_fraud(world)
    client = client_of(world.applicant)
    for answer in (client.get(reverse("application_prompt", args=[slug])), client.get(reverse("my_titles"))):
        assert "2027年（含）以前不得申报" in page(answer)
    assert "新增申请书" not in page(client.get(reverse("my_titles")))
    w.accept_prompt(world.applicant, world.version)
    assert client.post(reverse("application_choose", args=[slug]), CHOICE).status_code == 422
    assert not Application.objects.exists()


def test_person_without_employer_is_sent_to_my_information_and_to_the_invitation(world, slug):
    loose = actor_for(w.person(AccountKind.APPLICANT, "loose", serial=90))
    client = client_of(loose)
    answer = client.get(reverse("application_prompt", args=[slug]))
    assert answer.status_code == 422
    assert reverse("person_information") in page(answer) and f'href="{reverse("person_invitation")}"' in page(answer)
    assert "还没有工作单位" in page(client.get(reverse("my_titles")))


def test_discarded_application_makes_room_for_another(world, slug):
    application = w.start(world)
    actions.discard_application(actor=world.applicant, application_id=application.pk)
    answer = client_of(world.applicant).post(reverse("application_choose", args=[slug]), CHOICE)
    assert answer.status_code == 303
    assert Application.objects.count() == 2
