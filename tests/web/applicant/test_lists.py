"""Long lists: the common choices first, searchable, and a plain list without a script."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils.translation import override

from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.applicant.kit import client_of, page
from zhicheng.applications.queries import draft_of
from zhicheng.applications.rules import TABLES
from zhicheng.applications.sections import BY_KEY, SECTIONS
from zhicheng.web.applicant.lists import SearchedSelect, is_long

pytestmark = pytest.mark.django_db
LONG = [(s.key, f.key) for s in SECTIONS for f in s.fields if f.table and f.table != "sex" and is_long(f)]


@told_once
def application(world):
    return w.start(world)


@pytest.fixture
def client(world):
    return client_of(world.applicant)


def soup_of(answer) -> BeautifulSoup:
    return BeautifulSoup(page(answer), "html.parser")


@pytest.mark.parametrize(("section", "key"), LONG)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_code_is_offered_once_the_common_ones_first(section: str, key: str, language: str) -> None:
    field = BY_KEY[section].field(key)
    with override(language):
        soup = BeautifulSoup(SearchedSelect(field).render("x", ""), "html.parser")
        named = dict(TABLES[field.table].choices(language))
    codes = [option["value"] for option in soup.select("option") if option["value"]]
    assert sorted(codes) == sorted(named)
    assert tuple(codes[: len(field.first)]) == field.first and field.first
    assert {o["value"]: o.get_text() for o in soup.select("option") if o["value"]} == named
    assert all(option["data-initials"] for option in soup.select("optgroup option"))


def test_chosen_code_is_marked_and_an_unknown_one_is_shown_as_it_is() -> None:
    field = BY_KEY["education"].field("degree")
    for value in ("343", "3", "30854"):
        chosen = BeautifulSoup(SearchedSelect(field).render("x", value), "html.parser").select("option[selected]")
        assert [option["value"] for option in chosen] == [value]
    strange = BeautifulSoup(SearchedSelect(field).render("x", '<b>"'), "html.parser").select("option[selected]")
    assert [(option["value"], option.get_text()) for option in strange] == [('<b>"', '<b>"')]


def test_list_is_named_described_and_sent_like_every_other(application, client) -> None:
    here = reverse("application_section", args=[application.pk, "education"])
    soup = soup_of(client.get(here))
    select = soup.select_one("select[data-search][name$='-degree']")
    assert soup.select_one(f"label[for='{select['id']}']").get_text().startswith("学位")
    row = select["name"].removesuffix("-degree")
    client.post(here, {"base_version": "0", "row": row, select["name"]: "31253", "save": "1"})
    assert draft_of(application).contents["education"][0]["degree"] == "31253"
    again = soup_of(client.get(here))
    assert again.select_one(f"select[name='{row}-degree'] option[selected]").get_text() == "会计硕士"


def test_school_is_suggested_and_any_other_name_is_kept(application, client) -> None:
    here = reverse("application_section", args=[application.pk, "education"])
    soup = soup_of(client.get(here))
    school = soup.select_one("input[name$='-school']")
    assert school["list"] == "schools"
    assert soup.select_one("datalist#schools option[value='新疆大学']").get_text() == "xjdx"
    row = school["name"].removesuffix("-school")
    client.post(here, {"base_version": "0", "row": row, school["name"]: "某某学院", "save": "1"})
    assert draft_of(application).contents["education"][0]["school"] == "某某学院"
    assert "datalist" not in page(client.get(reverse("application_section", args=[application.pk, "basic"])))


def test_condition_reads_the_level_of_a_professional_degree() -> None:
    levels = {"2": "博士", "3": "硕士", "4": "学士"}
    for entry in TABLES["degrees"]:
        if len(entry.code) > 1:
            assert levels[entry.code[0]] in entry.zh
