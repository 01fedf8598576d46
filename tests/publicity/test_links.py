"""The key of the link on the posted paper."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection

from tests.support import world as w
from zhicheng.documents.models import Paper
from zhicheng.foundation import clock
from zhicheng.publicity import links
from zhicheng.publicity.models import PublicityPeriod

pytestmark = pytest.mark.django_db


def opened(world: w.World) -> PublicityPeriod:
    application = w.submitted(world)
    w.unit_pass(world, application)
    return w.open_publicity(world, application)


def test_key_fits_its_own_period_alone(world) -> None:
    period = opened(world)
    today = clock.today()
    assert links.period_of_link(period.pk, links.key_of(period.pk), today) == period
    assert len({links.key_of(number) for number in range(500)}) == 500
    for wrong in (links.key_of(period.pk + 1), links.key_of(period.pk)[:-1], "", "国"):
        assert links.period_of_link(period.pk, wrong, today) is None
    assert links.period_of_link(period.pk, links.key_of(period.pk), today + timedelta(days=60)) is None


def test_posted_link_outlives_a_new_secret_while_the_old_one_is_known(world, settings) -> None:
    period, key = (one := opened(world)), links.key_of(one.pk)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another secret, of fifty characters and more, for this test"
    assert links.key_of(period.pk) != key
    assert links.period_of_link(period.pk, key, clock.today()) is None
    settings.SECRET_KEY_FALLBACKS = [old]
    assert links.period_of_link(period.pk, key, clock.today()) == period


def test_paper_has_the_link_and_no_column_has_its_key(world) -> None:
    period = opened(world)
    paper = Paper.objects.get(kind="publicity_notice")
    assert json.loads(paper.data)["link"] == links.address_of(period.pk)
    key = links.key_of(period.pk)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - a name of ours
            assert not [row for row in cursor.fetchall() if any(key in str(value) for value in row)], table
