"""What every page of the applicant says about an application that can only be looked at."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.support import world as w
from tests.web.applicant.kit import client_of, page
from zhicheng.applications import actions
from zhicheng.applications.lifecycle import BY_NAME, why_closed
from zhicheng.applications.models import Application
from zhicheng.applications.states import OPEN_FOR_APPLICANT, State

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", State)
def test_taking_back_is_offered_exactly_where_it_is_possible(state: State) -> None:
    said = why_closed(Application(state=state))
    assert bool(said) is (state not in OPEN_FOR_APPLICANT)
    assert ("可以先撤回" in said) is (state in BY_NAME["withdraw"].sources)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.CLOSED_FOR_YEAR, "已经办结：本年度不再受理"),
        (State.REJECTED_FRAUD, "已经办结：弄虚作假，不予受理"),
        (State.DISCARDED, "已经办结：已作废"),
        (State.ACCEPTED, "已经受理"),
        (State.IN_PUBLICITY, "不能再撤回"),
    ],
)
def test_what_has_ended_is_said_to_have_ended(state: State, words: str) -> None:
    assert words in why_closed(Application(state=state))


def told(client, application: Application) -> list[str]:
    """What a section, a box and a refused upload say."""
    answers = [client.get(reverse("application_section", args=[application.pk, "summary"]))]
    answers.append(client.get(reverse("application_slot", args=[application.pk, "commitment"])))
    box = reverse("application_upload", args=[application.pk, "commitment", "commitment", "commitment"])
    answers.append(client.post(box, {"file": SimpleUploadedFile("好.pdf", w.pdf("good"))}))
    return [page(answer) for answer in answers]


def test_pages_follow_the_unit_that_begins(world) -> None:
    application = w.submitted(world)
    client = client_of(world.applicant)
    assert all("需要修改的，可以先撤回。" in text for text in told(client, application))
    w.unit_pass(world, application)
    assert all("由正在办理的部门退回后再改" in text and "可以先撤回" not in text for text in told(client, application))


def test_pages_of_a_discarded_one_do_not_call_it_sent(world) -> None:
    application = w.start(world)
    actions.discard_application(actor=world.applicant, application_id=application.pk)
    assert all("已经办结：已作废" in text and "已经上报" not in text for text in told(client_of(world.applicant), application))
