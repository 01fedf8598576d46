from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.organizations import examples as ex
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.rules import (
    Licence,
    UnitParticulars,
    changed_fields,
    check_confirmed,
    check_licence,
    check_unit,
    is_self_review,
    nature_of_code,
    next_request,
    region_differs,
    tidy_title,
    unit_may_work,
)

TODAY = date(2023, 9, 1)
UNIT = UnitParticulars(
    name="精河县人民医院",
    uscc="12652700457600129Q",
    nature="institution",
    region_code="652722",
    address="精河县伊犁路 5 号",
    contact_person="李梅",
    contact_phone="0909-5338888",
    email="",
    receiving_office_id=1,
)
LICENCE = Licence(kind="business", evidence_id=1, issued_on=date(2022, 1, 1))


@dataclass
class Standing:
    verified_year: int | None


def codes(problems: list) -> set[str]:
    return {p.code for p in problems}


@given(year=st.integers(2000, 2100), verified=st.none() | st.integers(2000, 2100))
def test_unit_may_work_only_when_verified_for_the_year_or_later(year: int, verified: int | None) -> None:
    may = not unit_may_work(Standing(verified), year)
    assert may == (verified is not None and verified >= year)


def test_unit_may_work_says_which_of_the_two_reasons_it_is() -> None:
    assert codes(unit_may_work(Standing(None), 2023)) == {"unit_not_approved"}
    [problem] = unit_may_work(Standing(2022), 2023)
    assert problem.code == "unit_needs_reverification" and "我的信息" in str(problem.text) and "2023" in str(problem.text)


@pytest.mark.parametrize(
    ("verified", "kind"), [(None, "registration"), (2022, "reverification"), (2023, "change"), (2024, "change")]
)
def test_next_request_follows_from_where_the_unit_stands(verified: int | None, kind: str) -> None:
    assert next_request(Standing(verified), 2023) == kind


def test_is_self_review_by_identity_not_by_account() -> None:
    assert is_self_review(Actor(role=Role.UNIT, user_id=1, person_index="p"), "p")
    assert not is_self_review(Actor(role=Role.UNIT, user_id=1, person_index="p"), "q")
    assert is_self_review(Actor(role=Role.UNIT, user_id=1, person_index="p"), "", "q", "p")
    assert not is_self_review(Actor(role=Role.COUNTY, user_id=1, person_index=""), "")


def test_check_unit_accepts_the_example() -> None:
    assert check_unit(UNIT.tidied()) == []


def test_check_unit_names_everything_wrong_at_once() -> None:
    empty = UnitParticulars("", "", "", "", "", "", "", "x", None).tidied()
    assert {p.where for p in check_unit(empty)} == {
        "unit_name",
        "uscc",
        "nature",
        "region_code",
        "address",
        "contact_person",
        "contact_phone",
        "unit_email",
        "receiving_office",
    }


def test_check_unit_with_a_name_or_an_address_that_is_too_long_says_so() -> None:
    unit = replace(UNIT.tidied(), name="水" * 101, address="路" * 201)
    assert codes(check_unit(unit)) == {"unit_name_too_long", "address_too_long"}


def test_check_unit_with_wrong_checksum_says_so() -> None:
    [problem] = check_unit(replace(UNIT, uscc="126527004576001290"))
    assert problem.code == "credit.checksum" and problem.where == "uscc"


@pytest.mark.parametrize("code", ["N2652723MF1234XY44", "91652701MA7ABCD121", "52652722MJY1234584"])
def test_check_unit_accepts_codes_of_every_department(code: str) -> None:
    assert check_unit(replace(UNIT, uscc=code)) == []


def test_tidied_unit_is_clean() -> None:
    typed = replace(UNIT, name=" 博乐市 新华(集团) 有限公司", uscc="１２65 2700 4576 00129q", contact_phone="（0909）2318888")
    tidy = typed.tidied()
    assert (tidy.name, tidy.uscc, tidy.contact_phone) == ("博乐市新华（集团）有限公司", "12652700457600129Q", "0909-2318888")
    assert tidy.tidied() == tidy
    assert tidy_title("ABC 公司") == "ABC 公司"


def test_particulars_survive_being_stored() -> None:
    assert UnitParticulars.from_json(UNIT.as_json() | {"gone": 1}) == UNIT


def test_check_licence_names_everything_missing() -> None:
    assert {p.where for p in check_licence(Licence("", None, None), today=TODAY)} == {
        "licence_kind",
        "licence",
        "licence_issued_on",
    }


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"issued_on": date(2023, 9, 2)}, "licence_date_future"),
        ({"valid_until": date(2023, 8, 31)}, "licence_expired"),
        ({"issued_on": date(2023, 9, 1), "valid_until": date(2023, 9, 1)}, "licence_dates_crossed"),
        ({"issued_on": date(2020, 1, 1)}, "licence_older_than_last"),
    ],
)
def test_check_licence_refuses_dates_that_cannot_be(changes: dict, code: str) -> None:
    assert codes(check_licence(replace(LICENCE, **changes), today=TODAY, issued_before=date(2021, 1, 1))) == {code}


def test_check_licence_accepts_one_that_expires_today_and_one_as_old_as_the_last() -> None:
    assert check_licence(replace(LICENCE, valid_until=TODAY), today=TODAY, issued_before=LICENCE.issued_on) == []


def test_check_confirmed_wants_each_of_the_three_fields_ticked_or_changed() -> None:
    assert {p.where for p in check_confirmed(frozenset(), previous=UNIT, proposed=UNIT)} == {
        "confirm_name",
        "confirm_contact_person",
        "confirm_contact_phone",
    }
    changed = replace(UNIT, contact_phone="13809090001")
    assert check_confirmed(frozenset({"name", "contact_person"}), previous=UNIT, proposed=changed) == []


def test_changed_fields_of_a_first_registration_are_none() -> None:
    assert changed_fields({}, UNIT.as_json()) == []
    assert changed_fields(UNIT.as_json(), replace(UNIT, name="x", nature="enterprise").as_json()) == ["name", "nature"]


def test_region_differs_warns_only_when_both_are_known() -> None:
    assert region_differs("12652722457600129Q", "652701")
    assert not region_differs("12652701457600129Q", "652701")
    assert not region_differs("12", "652701")


def test_nature_of_code_speaks_up_only_where_the_stated_one_is_another() -> None:
    assert nature_of_code(ex.uscc(1, kind="12"), "enterprise") == "institution"
    assert nature_of_code(ex.uscc(1, kind="91"), "institution") == "enterprise"
    assert nature_of_code(ex.uscc(1, kind="12"), "institution") == nature_of_code(ex.uscc(1, kind="N1"), "enterprise") == ""
    assert nature_of_code("12", "enterprise") == ""
