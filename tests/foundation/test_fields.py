import re
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tests.support.identity_masks import ENOUGH, count_candidates
from tests.support.keys import new_key
from zhicheng.accounts import rules
from zhicheng.accounts.models import User
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import fields
from zhicheng.foundation.sealing import SealBroken
from zhicheng.standards.identity_number import check_character

NUMBER = "652701199003071233"
OTHER = "65270119900307124X"


def test_blind_index_is_equal_for_one_number_however_typed() -> None:
    assert fields.blind_index("65270119900307123x ") == fields.blind_index("65270119900307123X")
    assert fields.blind_index("65270119900307123X") != fields.blind_index("652701199003071233")
    assert len(fields.blind_index(NUMBER)) == 64


def test_blind_index_depends_on_its_own_key_only(settings: Any) -> None:
    before = fields.blind_index(NUMBER)
    settings.FIELD_KEYS = [new_key()]
    assert fields.blind_index(NUMBER) == before
    settings.BLIND_INDEX_KEY = "another key, of another instance"
    assert fields.blind_index(NUMBER) != before


def test_blind_index_needs_a_key(settings: Any) -> None:
    settings.BLIND_INDEX_KEY = ""
    with pytest.raises(ImproperlyConfigured, match="ZHICHENG_BLIND_INDEX_KEY"):
        fields.blind_index(NUMBER)


@pytest.mark.parametrize(
    ("value", "listed", "on_paper", "own"),
    [
        (NUMBER, "652701************", "652701**********33", "652701********1233"),
        ("65270119900307123X", "652701************", "652701**********3X", "652701********123X"),
        ("652701900307123", "652701*********", "652701*******23", "652701*****7123"),
        ("12345678901", "***********", "***********", "***********"),
        ("1", "*", "*", "*"),
        ("", "", "", ""),
    ],
)
def test_a_number_is_masked_by_who_reads_it(value: str, listed: str, on_paper: str, own: str) -> None:
    assert fields.mask_id_number(value) == listed
    assert fields.mask_id_number_on_paper(value) == on_paper == fields.mask_id_number_on_paper(own)
    assert fields.mask_own_id_number(value) == own


# Who may read each mask. One that strangers may read leaves them at least 100,000 numbers, with the sex beside it.
READERS = {
    "mask_id_number": "everybody",
    "mask_id_number_on_paper": "everybody",
    "mask_own_id_number": "owner",
    "hide_last": "desks",
}


def test_every_mask_of_a_number_is_known_and_hides_enough_from_its_readers() -> None:
    pattern = re.compile(r"(mask|hide)_(?!mailbox|mobile)")
    made = {name: mask for room in (fields, rules) for name, mask in vars(room).items() if pattern.match(name)}
    assert set(made) == set(READERS)
    for region, sequence in (("652701", 123), ("652721", 46), ("110105", 0), ("659007", 999)):
        number = f"{region}19900307{sequence:03d}"
        number += check_character(number)
        for name, mask in made.items():
            shown = mask(number)
            left = min(count_candidates(shown, today=date(2023, 5, 22), sex=sex) for sex in ("", "21"[sequence % 2]))
            assert left >= ENOUGH or READERS[name] != "everybody", (name, shown, left)


@given(st.text(max_size=30))
def test_masks_keep_the_length_and_never_show_a_short_value(value: str) -> None:
    for mask, shown in ((fields.mask_id_number, 6), (fields.mask_own_id_number, 10)):
        assert len(mask(value)) == len(value)
        if 0 < len(value) <= shown:
            assert set(mask(value)) == {"*"}


def new_user(username: str = "zhang", number: str = NUMBER) -> User:
    return User.objects.create(
        username=username,
        email=f"{username}@example.cn",
        name="张三",
        kind="applicant",
        id_number=number,
        id_number_index=fields.blind_index(number),
        created_at="2023-09-01T00:00:00+08:00",
    )


def stored_number(user: User) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id_number FROM accounts_user WHERE id = %s", [user.pk])
        return str(cursor.fetchone()[0])


def put(user: User, sealed: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET id_number = %s WHERE id = %s", [sealed, user.pk])


@pytest.mark.django_db
def test_sealed_field_is_plain_in_python_and_sealed_in_the_database() -> None:
    user = new_user()
    assert User.objects.get(pk=user.pk).id_number == NUMBER
    stored = stored_number(user)
    assert stored.startswith("v2:a256gcm:") and NUMBER not in stored
    assert User.objects.get(id_number_index=fields.blind_index(NUMBER)) == user


@pytest.mark.django_db
def test_sealed_field_opens_only_in_its_own_row() -> None:
    """Somebody with the database alone gives one person another's number: it does not open there."""
    mine, other = new_user(), new_user("li", OTHER)
    mine_sealed, other_sealed = stored_number(mine), stored_number(other)
    put(mine, other_sealed)
    put(other, mine_sealed)
    for user in (mine, other):
        with pytest.raises(SealBroken, match=f"accounts_user.id_number.{user.pk}"):
            _ = User.objects.get(pk=user.pk).id_number
    put(mine, mine_sealed)
    assert User.objects.get(pk=mine.pk).id_number == NUMBER


@pytest.mark.django_db
def test_sealed_field_takes_no_plain_text_from_the_database() -> None:
    user = new_user()
    put(user, OTHER)
    with pytest.raises(SealBroken):
        _ = User.objects.get(pk=user.pk).id_number


@pytest.mark.django_db
def test_sealed_field_is_not_opened_when_nobody_reads_it() -> None:
    user = new_user()
    put(user, "v2:a256gcm:00000000:AAAA")
    read = User.objects.get(pk=user.pk)
    read.name = "李四"
    read.save()  # what could not be opened is written back as it was
    assert stored_number(user) == "v2:a256gcm:00000000:AAAA"
    with pytest.raises(SealBroken, match="no known key"):
        _ = User.objects.get(pk=user.pk).id_number


@pytest.mark.django_db
def test_sealed_field_stays_as_it_is_when_another_column_is_saved() -> None:
    user = new_user()
    before = stored_number(user)
    read = User.objects.get(pk=user.pk)
    read.name = "李四"
    read.save()
    assert stored_number(user) == before
    assert read.id_number == NUMBER
    read.save(update_fields=["id_number"])
    assert stored_number(user) != before and User.objects.get(pk=user.pk).id_number == NUMBER


@pytest.mark.django_db
def test_sealed_field_can_be_empty() -> None:
    user = User.objects.create(
        username="unit", email="u@example.cn", name="张三", kind="unit", created_at="2023-09-01T00:00:00+08:00"
    )
    assert User.objects.get(pk=user.pk).id_number == "" == stored_number(user)


@pytest.mark.django_db
def test_sealed_field_refuses_what_knows_no_row() -> None:
    user = new_user()
    assert "sealed" in repr(User.objects.values_list("id_number", flat=True).get(pk=user.pk))
    with pytest.raises(FieldError, match="save the row"):
        User.objects.filter(pk=user.pk).update(id_number=OTHER)


@pytest.mark.django_db
def test_rows_are_numbered_on_from_the_last_even_when_it_is_gone() -> None:
    first = new_user()
    second = new_user("li", OTHER)
    assert second.pk > first.pk
    gone = second.pk
    second.delete()
    made = User.objects.bulk_create(
        [
            User(username=name, email=f"{name}@example.cn", name="王五", kind="unit", created_at="2023-09-01T00:00:00+08:00")
            for name in ("wang",)
        ]
    )
    assert made[0].pk > gone


def test_sealed_field_refuses_to_be_searched() -> None:
    with pytest.raises(FieldError, match="blind index"):
        User.objects.filter(id_number=NUMBER)


def test_every_model_with_a_sealed_field_numbers_its_rows_beforehand() -> None:
    field = fields.EncryptedTextField()
    assert not [e for e in User._meta.get_field("id_number").check() if e.is_serious()]
    field.set_attributes_from_name("content")
    field.model = EvidenceFile
    assert any("RowNumber" in str(e) for e in field.check())
