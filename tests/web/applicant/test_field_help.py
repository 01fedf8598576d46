"""Help at the field, whom to ask, and what was understood of a date."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.applicant.kit import client_of, page, version_of
from zhicheng.applications.queries import draft_of
from zhicheng.applications.states import State
from zhicheng.organizations.models import Organization

pytestmark = pytest.mark.django_db
PHONE = "0909-2310001"


@told_once
def application(world):
    return w.start(world)


@pytest.fixture
def client(world):
    return client_of(world.applicant)


def at(application, key: str) -> str:
    return reverse("application_section", args=[application.pk, key])


def helped(answer) -> list[str]:
    """The questions whose help can be unfolded, by the address of their control."""
    soup = BeautifulSoup(page(answer), "html.parser")
    return [fold.find_parent(class_="field").find(["input", "select", "textarea"])["name"] for fold in soup.select(".field-help")]


def test_help_can_be_unfolded_without_a_script_and_names_its_field(application, client) -> None:
    soup = BeautifulSoup(page(client.get(at(application, "education"))), "html.parser")
    fold = soup.select_one("details.field-help")
    assert fold.summary.get_text(strip=True) == "怎么填：毕业院校"
    assert "毕业证书上印的学校全称" in fold.get_text()
    assert soup.select_one("details.field-help svg.drawn")


def test_filled_row_is_helped_only_where_it_is_first_or_wrong(application, client) -> None:
    sent = {
        "base_version": "0",
        "row": ["0a1b2c3d", "1a1b2c3d"],
        "0a1b2c3d-started_on": "2013.7.1",
        "0a1b2c3d-employer": "博乐市水利管理站",
        "0a1b2c3d-duty": "灌区管理",
        "1a1b2c3d-started_on": "18.5",
        "1a1b2c3d-employer": "博乐市水利局",
        "1a1b2c3d-duty": "灌区管理",
    }
    answer = client.post(at(application, "work_history"), sent | {"add_row": "1"})
    assert "年份只有两位" in page(answer)
    names = helped(answer)
    assert [n for n in names if n.startswith("1a1b2c3d")] == ["1a1b2c3d-started_on"]
    assert len([n for n in names if n.startswith("0a1b2c3d")]) == 6
    assert len([n for n in names if not n.startswith(("0a1b2c3d", "1a1b2c3d"))]) == 6  # the new row


def test_english_page_has_english_help(application, client) -> None:
    said = page(client.get(at(application, "education"), headers={"accept-language": "en"}))
    assert "Common mistake:" in said
    assert "常见的错误" not in said


def test_autosave_says_what_it_took_a_date_for(application, client) -> None:
    sent = {"base_version": "0", "row": "0a1b2c3d", "0a1b2c3d-started_on": "２０１３年７月", "0a1b2c3d-ended_on": "至今"}
    sent |= {"0a1b2c3d-employer": "博乐市水利管理站"}
    here = reverse("application_autosave", args=[application.pk, "work_history"])
    said = page(client.post(here, sent))
    assert 'id="id_0a1b2c3d-started_on_helptext"' in said
    assert "“２０１３年７月”没有写日，按当月1日：2013-07-01。" in said
    assert "“至今”：已留空" in said
    kept = draft_of(application).contents["work_history"][0]
    assert (kept["started_on"], kept["ended_on"]) == ("2013-07-01", "")
    again = sent | {"base_version": str(version_of(application, "work_history")), "0a1b2c3d-started_on": "2013-07-01"}
    again |= {"0a1b2c3d-ended_on": "18.5"}
    said = page(client.post(here, again))
    assert "helptext" not in said  # nothing else was understood; what cannot be read is told when it is saved


PAGES = (
    "application_tasks",
    "application_check",
    "application_findings",
    "application_bring",
    "application_discard",
    "my_application",
)


@pytest.mark.parametrize("name", PAGES)
def test_next_office_and_its_telephone_stand_on_every_page(world, application, client, name: str) -> None:
    Organization.objects.filter(pk=world.unit.pk).update(contact_phone=PHONE)
    said = page(client.get(reverse(name, args=[application.pk]), follow=True))
    assert "下一个办理的单位" in said
    assert f'href="tel:{PHONE}"' in said


HOLDERS = [
    (State.UNIT_REVIEW, "employer"),
    (State.COUNTY_REVIEW, "county_office"),
    (State.ACCEPTED, "prefecture_office"),
]


@pytest.mark.parametrize(("state", "column"), HOLDERS)
def test_office_that_has_it_is_named_as_in_the_timeline(world, state: State, column: str) -> None:
    found = w.reach(world, state)
    said = page(client_of(world.applicant).get(at(found, "summary")))
    assert "现在办理的单位" in said
    assert getattr(found, column).name in said


def test_nobody_is_named_where_it_has_ended(world) -> None:
    found = w.reach(world, State.DISCARDED)
    assert "办理的单位" not in page(client_of(world.applicant).get(at(found, "summary")))
