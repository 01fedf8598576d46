import base64
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from tests.support.keys import new_key
from zhicheng.foundation.sealing import SealBroken, key_ids, key_of, seal, unseal

NUMBER = "652701199003071233"
HERE = {"purpose": "field", "place": "accounts_user.id_number.5"}


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_unseal_gives_back_what_was_sealed(value: str) -> None:
    sealed = seal(value, **HERE)
    assert sealed.isascii()
    assert unseal(sealed, **HERE) == value


def test_seal_is_different_every_time_and_hides_the_value() -> None:
    assert seal(NUMBER, **HERE) != seal(NUMBER, **HERE)
    sealed = seal(NUMBER, **HERE)
    assert NUMBER not in sealed and NUMBER.encode() not in base64.b64decode(sealed.rpartition(":")[2])


def test_seal_names_its_algorithm_and_its_key() -> None:
    form, algorithm, key, _body = seal(NUMBER, **HERE).split(":")
    assert (form, algorithm) == ("v2", "a256gcm")
    assert key == key_of(seal(NUMBER, **HERE)) == key_ids()[0]
    assert key_of("v1:AAAA") == ""


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"purpose": "field", "place": "accounts_user.id_number.6"},
        {"purpose": "field", "place": "accounts_user.name.5"},
        {"purpose": "kept form", "place": "accounts_user.id_number.5"},
    ],
)
def test_unseal_elsewhere_is_refused(elsewhere: dict[str, str]) -> None:
    with pytest.raises(SealBroken, match="not sealed for"):
        unseal(seal(NUMBER, **HERE), **elsewhere)


def test_unseal_knows_the_keys_of_before(settings: Any) -> None:
    old, new = new_key(), new_key()
    settings.FIELD_KEYS = [old]
    sealed_before = seal(NUMBER, **HERE)
    settings.FIELD_KEYS = [new, old]
    sealed_now = seal(NUMBER, **HERE)
    assert unseal(sealed_before, **HERE) == unseal(sealed_now, **HERE) == NUMBER
    assert key_of(sealed_before) == key_ids()[1] != key_of(sealed_now) == key_ids()[0]
    settings.FIELD_KEYS = [new]
    assert unseal(sealed_now, **HERE) == NUMBER
    with pytest.raises(SealBroken, match="no known key"):
        unseal(sealed_before, **HERE)


@given(st.integers(0, 45), st.integers(1, 255))
def test_unseal_refuses_a_changed_value(position: int, change: int) -> None:
    head, _colon, body = seal(NUMBER, **HERE).rpartition(":")
    raw = bytearray(base64.b64decode(body))
    raw[position % len(raw)] ^= change
    with pytest.raises(SealBroken, match="was changed"):
        unseal(f"{head}:{base64.b64encode(bytes(raw)).decode()}", **HERE)


@pytest.mark.parametrize("text", ["", "v1:AAAA", "v2:", "v2:a256gcm:x", "v2:sm4gcm:0:AAAA", "652701199003071233", "v2:a256gcm"])
def test_unseal_of_what_is_no_seal_is_refused(text: str) -> None:
    with pytest.raises(SealBroken):
        unseal(text, **HERE)


@pytest.mark.parametrize("body", ["", "A", "!!!!", "AAAA", "é"])
def test_unseal_of_a_cut_seal_is_refused(body: str) -> None:
    head = seal(NUMBER, **HERE).rpartition(":")[0]
    with pytest.raises(SealBroken):
        unseal(f"{head}:{body}", **HERE)


@pytest.mark.parametrize("keys", [[], ["c2hvcnQ="], ["not base64"]])
def test_seal_needs_keys_of_32_bytes(settings: Any, keys: list[str]) -> None:
    settings.FIELD_KEYS = keys
    with pytest.raises(ImproperlyConfigured, match="ZHICHENG_FIELD_KEYS"):
        seal(NUMBER, **HERE)
