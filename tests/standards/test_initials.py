"""What long lists are searched by."""

from __future__ import annotations

import pytest

from zhicheng.standards import tables
from zhicheng.standards.initials import INITIALS, SCHOOLS

TABLES = {"ethnic_groups": tables.ETHNIC_GROUPS, "education": tables.EDUCATION, "degrees": tables.DEGREES}


@pytest.mark.parametrize("key", TABLES)
def test_every_code_of_a_long_table_has_its_initials(key: str) -> None:
    assert set(INITIALS[key]) == {entry.code for entry in TABLES[key]}
    assert all(letters.isascii() and letters.isalpha() and letters.islower() for letters in INITIALS[key].values())


def test_initials_are_those_of_the_name() -> None:
    assert INITIALS["ethnic_groups"]["05"] == "wwez"
    assert INITIALS["education"]["21"] == "dxbkby"
    assert INITIALS["degrees"]["343"] == "gcss"


def test_schools_are_full_names_each_once() -> None:
    names = [school.zh for school in SCHOOLS]
    assert len(names) == len(set(names)) > 100
    assert {"新疆大学", "石河子大学", "博尔塔拉职业技术学院", "国家开放大学"} <= set(names)
    assert all(school.initials.isalpha() and school.initials.islower() for school in SCHOOLS)
