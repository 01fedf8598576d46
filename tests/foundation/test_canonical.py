import hashlib
import json
from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from zhicheng.foundation.canonical import canonical_json, check_storable, digest

SAFE = 2**53 - 1
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-SAFE, SAFE) | st.floats(-SAFE, SAFE) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def test_canonical_json_sorts_keys_and_keeps_chinese() -> None:
    assert (
        canonical_json({"名": "张·三", "a": [1, 1.0, True, None], "A": "\n"})
        == '{"A":"\\n","a":[1,1,true,null],"名":"张·三"}'.encode()
    )


def test_digest_is_the_sha256_of_the_canonical_json() -> None:
    assert digest({"b": 1, "a": 2}) == hashlib.sha256(b'{"a":2,"b":1}').hexdigest()


@given(JSON)
def test_canonical_json_means_the_same_value(value: object) -> None:
    again = json.loads(canonical_json(value))
    assert again == value
    assert canonical_json(again) == canonical_json(value)


@given(st.dictionaries(TEXT, JSON, max_size=6))
def test_canonical_json_does_not_depend_on_the_order_of_keys(value: dict[str, object]) -> None:
    assert canonical_json(dict(reversed(value.items()))) == canonical_json(value)


@pytest.mark.parametrize("value", [date(2023, 9, 1), Decimal("1.5"), b"x", {1, 2}, gettext_lazy("申报人"), object()])
def test_canonical_json_refuses_what_the_caller_must_convert(value: object) -> None:
    with pytest.raises(TypeError, match=r"\$\.rows\[1\]\.when: \w+ has no canonical JSON"):
        canonical_json({"rows": [{}, {"when": value}]})


def test_canonical_json_refuses_keys_that_are_not_text() -> None:
    with pytest.raises(TypeError, match="keys must be text, not int"):
        canonical_json({1: "x"})


@pytest.mark.parametrize("value", [2**53, -(2**53), float(2**53), -1e300, float("nan"), float("inf"), "\ud800"])
def test_canonical_json_refuses_what_json_cannot_carry(value: object) -> None:
    with pytest.raises(ValueError):
        canonical_json([value])


@pytest.mark.parametrize("value", ["a\x00b", {"a\x00": 1}])
def test_check_storable_refuses_the_character_no_column_takes(value: object) -> None:
    canonical_json(value)
    with pytest.raises(ValueError):
        check_storable(value)
