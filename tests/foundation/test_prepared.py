"""What a prepared query gives is what its queryset gives, with whichever values and shape it is asked."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from django.db.models import Count, QuerySet
from django.db.models.signals import post_init

from tests.support import world as w
from tests.support.asked import asking
from zhicheng.applications.models import Application, Material
from zhicheng.applications.queries import get_application, visible_to
from zhicheng.foundation import clock
from zhicheng.foundation.prepared import NotPreparable, prepared
from zhicheng.organizations.models import Organization

pytestmark = pytest.mark.django_db


@prepared
def units(office_id: int, region: str, *, newest_first: bool) -> QuerySet[Organization]:
    rows = Organization.objects.filter(receiving_office_id=office_id, region_code__startswith=region)
    rows = rows.select_related("receiving_office__superior_office").annotate(years=Count("verifications"))
    return rows.order_by("-id" if newest_first else "id")


@prepared
def names(office_id: int, name: str) -> QuerySet[Organization, tuple[str, object]]:
    return Organization.objects.filter(receiving_office_id=office_id, name=name).values_list("name", "created_at")


def test_rows_are_those_of_the_queryset(world: w.World) -> None:
    for office, region in ((world.county, "6527"), (world.other_county, "652722"), (world.county, "11")):
        wanted = Organization.objects.filter(receiving_office=office, region_code__startswith=region)
        assert units(office.pk, region, newest_first=True) == list(wanted.order_by("-id"))
    found = units(world.county.pk, "6527", newest_first=False)[0]
    with asking() as asked:
        assert (found.receiving_office, found.receiving_office.superior_office) == (world.county, world.prefecture)
        assert found.years == 0 and found.created_at == Organization.objects.get(pk=found.pk).created_at
    assert asked.count == 1
    again = units(world.county.pk, "6527", newest_first=False)[0]
    assert again is not found
    found.name = "changed"
    assert again.name == world.unit.name


def by_name(name: str) -> QuerySet[Organization]:
    rows = Organization.objects.filter(name=name).select_related("receiving_office")
    return rows.only("name", "receiving_office__name")


def test_object_is_what_the_queryset_makes(world: w.World) -> None:
    made, plain = prepared(by_name)(world.unit.name)[0], by_name(world.unit.name).get()
    for mine, its in ((made, plain), (made.receiving_office, plain.receiving_office)):
        assert mine.get_deferred_fields() == its.get_deferred_fields() != set()
        assert (mine._state.adding, mine._state.db) == (its._state.adding, its._state.db)
    assert made.region_code == world.unit.region_code


def test_who_waits_for_an_object_is_told_of_it(world: w.World) -> None:
    told = []

    def note(instance: Organization, **kwargs: object) -> None:
        told.append(instance)

    post_init.connect(note, sender=Organization)
    try:
        found = prepared(by_name)(world.unit.name)
    finally:
        post_init.disconnect(note, sender=Organization)
    assert found[0] in told


def test_values_come_as_tuples(world: w.World) -> None:
    assert names(world.county.pk, world.unit.name) == [(world.unit.name, world.unit.created_at)]
    assert names(world.county.pk, "none of that name") == []


def test_number_too_large_for_any_column_finds_nothing(world: w.World) -> None:
    assert names(2**63, world.unit.name) == []
    assert get_application(world.applicant, 2**70) is None


def test_value_that_would_change_the_statement_is_refused(world: w.World) -> None:
    with pytest.raises(NotPreparable):
        names(None, world.unit.name)  # type: ignore[arg-type]  # the mistake
    ignored = prepared(lambda name, region: Organization.objects.filter(name=name, region_code=region and "652701"))
    with pytest.raises(NotPreparable, match="does not stand"):
        ignored("a", "b")
    on_a_day = prepared(lambda at: Organization.objects.filter(created_at__date=at))
    with pytest.raises(NotPreparable):
        on_a_day(clock.now().date())
    with pytest.raises(NotPreparable, match="does not stand"):
        on_a_day(clock.now())
    flat = prepared(lambda name: Organization.objects.filter(name=name).values("name"))
    with pytest.raises(NotPreparable, match="neither"):
        flat("a")


def test_nobody_sees_more_through_a_prepared_query(world: w.World) -> None:
    """The statement of one role is never asked for another, nor that of one desk for its neighbour."""
    application = w.submitted(world)
    w.publicise_and_report(world, application)
    everybody = (world.applicant, world.unit_admin, world.county_officer, world.bureau, world.other_officer, world.other_admin)
    for _time in range(2):
        for actor in (*everybody, world.new_applicant()):
            seen = visible_to(actor).filter(pk=application.pk).exists()
            assert (get_application(actor, application.pk) is not None) == seen
    assert get_application(world.applicant, application.pk) == Application.objects.get(pk=application.pk)


def test_deferred_columns_stay_unread(world: w.World) -> None:
    application = w.start(world)
    w.fill(world.applicant, application)
    some = prepared(lambda number: Material.objects.filter(application_id=number).only("slot", "file_id").order_by("id"))
    rows = some(application.pk)
    assert rows and all("added_at" in row.get_deferred_fields() for row in rows)
    assert rows[0].added_at == Material.objects.get(pk=rows[0].pk).added_at


@prepared
def founded(at: datetime, until: datetime, name: str, *, other_than: int) -> QuerySet[Organization, tuple[str]]:
    rows = Organization.objects.filter(created_at__gte=at, created_at__lte=until).exclude(name=name)
    return rows.exclude(pk=other_than).order_by("pk").values_list("name")


def test_moments_are_compared_as_the_queryset_compares_them(world: w.World) -> None:
    made = world.unit.created_at
    for at, until in (
        (made, made),
        (made - timedelta(days=1), made),
        (made, made + timedelta(microseconds=1)),
        (until_now(), until_now()),
    ):
        wanted = Organization.objects.filter(created_at__gte=at, created_at__lte=until).exclude(name=world.county.name)
        expected = list(wanted.exclude(pk=world.prefecture.pk).order_by("pk").values_list("name"))
        assert founded(at, until, world.county.name, other_than=world.prefecture.pk) == expected
    in_beijing = made.astimezone(timezone(timedelta(hours=8)))
    assert (world.unit.name,) in founded(in_beijing, in_beijing, "", other_than=0)


def until_now() -> datetime:
    return clock.machine_now() + timedelta(days=1)
