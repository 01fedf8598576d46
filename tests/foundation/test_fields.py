import base64
import os
import re
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from zhicheng.accounts import rules
from zhicheng.accounts.models import User
from zhicheng.foundation import fields
from zhicheng.standards.identity_masks import ENOUGH, count_candidates
from zhicheng.standards.identity_number import check_character

NUMBER = "652701199003071233"


def new_key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_decrypt_gives_back_what_was_encrypted(value: str) -> None:
    sealed = fields.encrypt(value)
    assert sealed.isascii()
    assert fields.decrypt(sealed) == value


def test_encrypt_is_different_every_time_and_hides_the_value() -> None:
    assert fields.encrypt(NUMBER) != fields.encrypt(NUMBER)
    assert NUMBER not in fields.encrypt(NUMBER)
    assert NUMBER.encode() not in base64.b64decode(fields.encrypt(NUMBER).removeprefix("v1:"))


def test_decrypt_knows_the_keys_of_before(settings: Any) -> None:
    old, new = new_key(), new_key()
    settings.FIELD_KEYS = [old]
    sealed_before = fields.encrypt(NUMBER)
    settings.FIELD_KEYS = [new, old]
    sealed_now = fields.encrypt(NUMBER)
    assert fields.decrypt(sealed_before) == fields.decrypt(sealed_now) == NUMBER
    settings.FIELD_KEYS = [new]
    assert fields.decrypt(sealed_now) == NUMBER
    with pytest.raises(ValueError, match="no known key"):
        fields.decrypt(sealed_before)


@given(st.integers(0, 45), st.integers(1, 255))
def test_decrypt_refuses_a_changed_value(position: int, change: int) -> None:
    raw = bytearray(base64.b64decode(fields.encrypt(NUMBER).removeprefix("v1:")))
    raw[position % len(raw)] ^= change
    with pytest.raises(ValueError, match="no known key"):
        fields.decrypt("v1:" + base64.b64encode(bytes(raw)).decode())


@pytest.mark.parametrize("keys", [[], ["c2hvcnQ="]])
def test_encrypt_needs_keys_of_32_bytes(settings: Any, keys: list[str]) -> None:
    settings.FIELD_KEYS = keys
    with pytest.raises(ImproperlyConfigured, match="ZHICHENG_FIELD_KEYS"):
        fields.encrypt(NUMBER)


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


@pytest.mark.parametrize(
    ("value", "masked"), [("13812345678", "138****5678"), ("12345678", "123*5678"), ("1234567", "*******"), ("", "")]
)
def test_mask_mobile_shows_first_three_and_last_four(value: str, masked: str) -> None:
    assert fields.mask_mobile(value) == masked


@given(st.text(max_size=30))
def test_masks_keep_the_length_and_never_show_a_short_value(value: str) -> None:
    for mask, shown in ((fields.mask_id_number, 6), (fields.mask_own_id_number, 10), (fields.mask_mobile, 7)):
        assert len(mask(value)) == len(value)
        if 0 < len(value) <= shown:
            assert set(mask(value)) == {"*"}


@pytest.mark.django_db
def test_encrypted_field_is_plain_in_python_and_sealed_in_the_database() -> None:
    user = User.objects.create(
        username="zhang",
        email="z@example.cn",
        name="张三",
        kind="applicant",
        id_number=NUMBER,
        id_number_index=fields.blind_index(NUMBER),
        created_at="2023-09-01T00:00:00+08:00",
    )
    assert User.objects.get(pk=user.pk).id_number == NUMBER
    with connection.cursor() as cursor:
        cursor.execute("SELECT id_number FROM accounts_user WHERE id = %s", [user.pk])
        stored = cursor.fetchone()[0]
    assert stored.startswith("v1:") and NUMBER not in stored
    assert User.objects.get(id_number_index=fields.blind_index(NUMBER)) == user


def test_encrypted_field_refuses_to_be_searched() -> None:
    with pytest.raises(FieldError, match="blind index"):
        User.objects.filter(id_number=NUMBER)
