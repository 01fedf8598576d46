"""Every place a rule can name leads to a page that exists."""

from __future__ import annotations

import pytest
from django.urls import resolve

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.where import Where
from zhicheng.foundation.errors import Problem
from zhicheng.web.applicant.links import link_to, linked

pytestmark = pytest.mark.django_db


@told_once
def application(world):
    return w.start(world)


@pytest.mark.parametrize(
    ("where", "page", "fragment"),
    [
        ("basic", "application_section", ""),
        ("basic.mobile", "application_section", "id_basic-mobile"),
        ("education.0a1b2c3d", "application_section", "at-education-0a1b2c3d"),
        ("education.0a1b2c3d.school", "application_section", "id_0a1b2c3d-school"),
        ("material:education-0a1b2c3d", "application_slot", "at-material-education-0a1b2c3d"),
        ("material:education-0a1b2c3d:diploma", "application_slot", "at-material-education-0a1b2c3d"),
        ("material:commitment", "application_slot", "at-material-commitment"),
        ("material:gone", "application_tasks", ""),
        ("check", "application_check", ""),
        ("commitment", "application_submit", "id_commitment"),
        ("window", "my_titles", "window"),
        ("employer", "person_information", ""),
        ("", "application_tasks", ""),
    ],
)
def test_place_leads_to_its_page(application, where, page, fragment):
    path, _hash, rest = link_to(CaseFile(application), Where.parse(where)).partition("#")
    assert (resolve(path).url_name, rest) == (page, fragment)


def test_box_stands_on_the_page_of_a_section_where_it_is_wanted_there(application):
    path = link_to(CaseFile(application), Where.of_key("education-0a1b2c3d", "diploma"), section="education")
    assert path.endswith("/sections/education/#at-material-education-0a1b2c3d"), path


def test_everything_missing_has_a_link(application):
    assert all(p.link for p in linked(CaseFile(application), CaseFile(application).missing))
    assert linked(CaseFile(application), [Problem("x", where="check", link="7")])[0].link.endswith("/check/")
