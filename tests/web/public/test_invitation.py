"""邀请单位 over HTTP: from a registration without an employer to joining it with one press (S-18)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from tests.organizations import examples as ex
from tests.web.registering import (
    IN_WINDOW,
    accepted,
    client_of,
    errors_of,
    licence_upload,
    page_of,
    person_typed,
    publish,
    unit_typed,
)
from zhicheng.accounts import actions as accounts
from zhicheng.accounts.models import User
from zhicheng.foundation import clock
from zhicheng.organizations import actions, queries
from zhicheng.organizations.actors import actor_for
from zhicheng.organizations.invitations import code_of
from zhicheng.organizations.models import UnitVerification

pytestmark = pytest.mark.django_db
PERSON, UNIT, INVITATION = (reverse(name) for name in ("register_person", "register_unit", "person_invitation"))


@pytest.fixture(autouse=True)
def in_the_window() -> Iterator[None]:
    with clock.travel(IN_WINDOW):
        publish()
        yield


def person() -> User:
    client = accepted("person")
    answer = client.post(PERSON, person_typed(employer_words="没有注册的学校", employer_id="invites"))
    assert answer.status_code == 303, answer.content.decode()
    assert "邀请码" in client.get(answer["Location"]).content.decode()
    user = User.objects.get(username="person1")
    accounts.confirm_mailbox(user_id=user.pk, actor=f"user:{user.pk}")
    return user


INVITES = "input[name=employer_id][value=invites]"
LOOKED_FOR = ["", "第", "第2中学", "中学", "没有注册的学校"]


@pytest.mark.parametrize("words", LOOKED_FOR)
def test_employer_that_is_not_registered_can_be_invited_whatever_was_looked_for_before(words: str) -> None:
    client, other = accepted("person"), ex.approved_unit(2)
    assert page_of(client.get(PERSON)).select_one(INVITES)
    asked = {"employer_words": words, "registering": "1"}
    for marked in ("", "invites", str(other.pk)):
        fresh = page_of(client.get(reverse("register_employers"), asked | {"employer_id": marked}))
        without_script = page_of(client.post(PERSON, person_typed(employer_words=words, employer_id=marked, find="1")))
        for page in (fresh, without_script):
            choice = page.select_one(INVITES)
            assert choice is not None and choice.has_attr("checked") is (marked == "invites")
            assert [radio["value"] for radio in page.select("input[name=employer_id][checked]")] == ([marked] if marked else [])


@pytest.mark.parametrize("words", LOOKED_FOR)
def test_change_of_employer_always_leads_to_the_invitation(words: str) -> None:
    page = page_of(accepted("person").get(reverse("register_employers"), {"employer_words": words}))
    assert page.select_one(INVITES) is None and page.select_one(f"a[href='{INVITATION}']")


def test_search_for_one_character_says_that_it_takes_two() -> None:
    client = accepted("person")
    found = client.get(reverse("register_employers"), {"employer_words": "水", "registering": "1"})
    without_script = client.post(PERSON, person_typed(employer_words="水", find="1"))
    assert all("请至少输入两个字" in page_of(answer).select_one("#employers").text for answer in (found, without_script))


def test_registration_without_an_employer_and_without_the_tick_is_refused() -> None:
    answer = accepted("person").post(PERSON, person_typed(employer_words="没有注册的学校"))
    assert answer.status_code == 422 and "我的单位还没有注册" in errors_of(answer, "employer_id")


def test_from_the_code_to_joining() -> None:
    user = person()
    client = client_of(actor_for(user))
    assert "您还没有工作单位" in client.get(reverse("my_titles")).content.decode()
    page = client.get(INVITATION).content.decode()
    assert "加入以前不能填写申请书" in page
    code = code_of(user.pk)
    assert code in page and f"/register/unit/?invitation={code}" in page

    unit = Client()
    notice = unit.get(reverse("register_unit_notice"), {"invitation": code})
    shown = page_of(notice).select_one("input[name=shown]")["value"]
    step = unit.post(f"{reverse('register_unit_notice')}?invitation={code}", {"shown": shown, "accepted": "on"})
    assert step["Location"] == f"{UNIT}?invitation={code}"
    assert page_of(unit.get(step["Location"])).select_one("input[name=invitation]")["value"] == code
    typed = unit_typed() | {"licence": licence_upload()}
    assert errors_of(unit.post(UNIT, typed | {"invitation": "1-AAAAA-AAAAA"}), "invitation")
    answer = unit.post(UNIT, typed | {"licence": licence_upload(), "invitation": code})
    assert answer.status_code == 303, answer.content.decode()
    verification = UnitVerification.objects.get()
    assert verification.invited_by == user

    page = client.get(reverse("my_titles")).content.decode()
    assert verification.organization.name in page and "加入这个单位" not in page
    officer = ex.officer(verification.office)
    accounts.confirm_mailbox(user_id=verification.submitted_by_id, actor="system")
    actions.decide_unit_verification(verification_id=verification.pk, actor=officer, approve=True)
    assert "加入这个单位" in client.get(reverse("my_titles")).content.decode()
    joined = client.post(INVITATION, {"employer_id": verification.organization_id}, follow=True)
    assert "您已加入" in joined.content.decode()
    assert queries.employer_of(user.pk) == verification.organization
    page = client.get(INVITATION).content.decode()
    assert "您现在的单位" in page and "加入以前不能填写申请书" not in page


def test_joining_what_was_not_invited_is_refused_in_words() -> None:
    user = person()
    answer = client_of(actor_for(user)).post(INVITATION, {"employer_id": ex.approved_unit(2).pk})
    assert answer.status_code == 422 and "这个单位现在不能加入" in answer.content.decode()


def test_link_that_skips_the_notice_leads_to_it_with_the_code() -> None:
    answer = Client().get(UNIT, {"invitation": "12-AB CD"})
    assert answer["Location"] == f"{reverse('register_unit_notice')}?first=1&invitation=12-AB+CD"
