"""Papers of the publicity whose camera wrote another day (S-51)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.campaigns.loading import load_notice
from zhicheng.campaigns.notice import Notice
from zhicheng.foundation import clock
from zhicheng.publicity.findings import dated_papers
from zhicheng.publicity.models import PublicityPeriod

pytestmark = pytest.mark.django_db


@told_once
def period():
    world = w.make_world()
    application = w.submitted(world)
    w.unit_pass(world, application)
    opened = w.open_publicity(world, application)
    with clock.travel(clock.now() + w.UNTIL_REPORT):
        w.add_papers(world, opened)
    return PublicityPeriod.objects.select_related("photo_file", "result_file").get(pk=opened.pk)


def notice(*, posting: bool = False) -> Notice:
    """The notice of 2023, or one that calls the slot of the publicity and its papers otherwise."""
    text = BORTALA_2023.read_text("utf-8")
    if posting:
        for old, new in (
            ("key: publicity\n", "key: posting\n"),
            ("key: publicity_photo", "key: wall"),
            ("key: publicity_result", "key: ending"),
        ):
            assert old in text
            text = text.replace(old, new)
    return load_notice(text)


def codes(period: PublicityPeriod, *, photo: str = "", result: str = "") -> dict[str, str]:
    for file, day in ((period.photo_file, photo), (period.result_file, result)):
        file.warnings = [{"code": "photographed", "page": 1, "day": day}] if day else []
    return {finding.code: finding.text for finding in dated_papers(period, notice())}


def test_papers_without_a_camera_s_day_tell_nothing(period):
    assert codes(period) == {}
    assert dated_papers(None, notice()) == []


def test_photo_taken_in_the_period_and_result_after_it_tell_nothing(period):
    after = period.ends_on + timedelta(days=1)
    assert codes(period, photo=period.ends_on.isoformat(), result=after.isoformat()) == {}


def test_photo_outside_of_the_period_and_result_before_its_end_are_told(period):
    found = codes(period, photo="2023-01-03", result=period.ends_on.isoformat())
    assert set(found) == {"publicity.photo_date", "publicity.result_date"}
    assert "2023-01-03" in found["publicity.photo_date"] and period.starts_on.isoformat() in found["publicity.photo_date"]
    assert [str(f.where) for f in dated_papers(period, notice())] == [
        "material:publicity:publicity_photo",
        "material:publicity:publicity_result",
    ]


def test_places_are_those_of_the_notice(period):
    other = notice(posting=True)
    codes(period, photo="2023-01-03", result=period.ends_on.isoformat())
    found = dated_papers(period, other)
    assert [str(f.where) for f in found] == ["material:posting:wall", "material:posting:ending"]
    assert [f.where.in_words(other, {}) for f in found] == ["公示照片", "公示结果"]
