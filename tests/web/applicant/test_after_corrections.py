"""After the last moment for corrections no page of the applicant says both that one may and that one may not submit again (G-02)."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.urls import reverse

from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.applicant.kit import client_of, page
from zhicheng.foundation import clock

pytestmark = pytest.mark.django_db
LAST = datetime(2023, 7, 21, 17, 59, 59, tzinfo=clock.BEIJING)
OVER = datetime(2023, 7, 21, 18, 0, 0, tzinfo=clock.BEIJING)
MAY = ("请修改后重新上报", "重新核对后再次上报", "请按以下意见修改", "确认无误，上报", "修改后重新上报截止", "按退回意见修改")
MAY_NOT = ("不能上报", "不能再上报", "重新上报的期限已过")
PAGES = ("my_titles", "my_applications", "my_application", "application_tasks", "application_check")


@told_once
def returned(world):
    application = w.submitted(world)
    w.give_back(world.unit_admin, application)
    return application


def opened(world, application, name: str) -> str:
    args = [application.pk] if name not in {"my_titles", "my_applications"} else []
    return page(client_of(world.applicant).get(reverse(name, args=args)))


@pytest.mark.parametrize("name", PAGES)
def test_page_says_one_thing_before_and_the_other_after(world, returned, name):
    with clock.travel(LAST):
        shown = opened(world, returned, name)
        assert not [words for words in MAY_NOT if words in shown]
        assert [words for words in MAY if words in shown]
    with clock.travel(OVER):
        shown = opened(world, returned, name)
        assert [words for words in MAY_NOT if words in shown]
        assert not [words for words in MAY if words in shown]


def test_withdrawn_after_the_last_moment_it_is_not_said_to_be_sent_again(world):
    application = w.submitted(world)
    client = client_of(world.applicant)
    with clock.travel(OVER):
        answer = client_of(world.applicant).post(reverse("application_withdraw", args=[application.pk]), follow=True)
    assert "已撤回。受理时间已过，不能再上报" in page(answer) and "可以修改后重新上报" not in page(answer)
    assert client.get(reverse("application_check", args=[application.pk])).status_code == 200


def test_correction_withdrawn_after_the_last_moment_is_said_to_be_given_up(world, returned):
    with clock.travel(LAST):
        w.submit(world.applicant, returned)
    address = reverse("application_withdraw", args=[returned.pk])
    with clock.travel(OVER):
        client = client_of(world.applicant)
        assert "撤回后不能再上报，本次申报视为放弃" in page(client.get(address))
        assert "不能再上报，本次申报视为放弃" in page(client.post(address, follow=True))
