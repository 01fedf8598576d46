"""Every place a rule can name leads to a page that exists."""

from __future__ import annotations

import pytest
from django.urls import resolve

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.applications.completeness import everything_missing
from zhicheng.foundation.errors import Problem
from zhicheng.web.applicant.places import linked, place_url, slot_of

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
    path, _hash, rest = place_url(application, where).partition("#")
    assert (resolve(path).url_name, rest) == (page, fragment)


def test_slot_whose_name_begins_like_another_is_told_apart(application):
    assert slot_of(application, "appraisals-2021") == "appraisals"
    assert slot_of(application, "nothing-2021") == ""


def test_everything_missing_has_a_link(application):
    assert all(p.link for p in linked(application, everything_missing(application)))
    assert linked(application, [Problem("x", where="check", link="7")])[0].link.endswith("/check/")
