from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhicheng.accounts.rules import (
    Particulars,
    check_identity,
    check_mailbox,
    check_mobile,
    check_name,
    check_particulars,
    check_username,
    hide_last,
    last_characters_match,
    mailbox_is_released,
    mailbox_meant,
    mask_mailbox,
    tidy_mailbox,
    tidy_phone,
)
from zhicheng.foundation import clock

TODAY = date(2023, 9, 1)


def test_check_particulars_names_everything_wrong_at_once() -> None:
    wrong = Particulars(name="", id_number="1", mobile="12", email="a", username="张三").tidied()
    assert {p.where for p in check_particulars(wrong, today=TODAY)} == {"name", "id_number", "mobile", "email", "username"}


def test_check_identity_with_wrong_checksum_says_to_compare_with_the_card() -> None:
    [problem] = check_identity("652701199003071234", today=TODAY)
    assert problem.code == "identity.checksum"
    assert "校验不通过" in str(problem.text) and "对照证件核对" in str(problem.text)


def test_check_identity_with_birthday_that_does_not_exist_names_the_day() -> None:
    [problem] = check_identity("652722198502290016", today=TODAY)
    assert problem.code == "identity.no_such_date" and "1985-02-29" in str(problem.text)


def test_check_identity_of_a_child_is_refused() -> None:
    assert [p.code for p in check_identity("110105201501010016", today=TODAY)] in (
        ["identity.too_young"],
        ["identity.checksum"],
    )


@pytest.mark.parametrize("typed", ["阿依古丽•买买提", "阿依古丽・买买提", "阿依古丽 · 买买提", "阿依古丽‧买买提"])
def test_tidied_name_has_the_one_middle_dot(typed: str) -> None:
    person = Particulars(name=typed, id_number="", mobile="", email="", username="").tidied()
    assert person.name == "阿依古丽·买买提"
    assert check_name(person.name) == []


@pytest.mark.parametrize("name", ["张㛃", "龑䶮", "𬍛喆", "堃㼆", "欧阳〇", "古丽巴哈尔·吐尔逊江·阿不都热西提"])
def test_check_name_accepts_rare_and_long_names(name: str) -> None:
    assert check_name(name) == []


def test_check_name_names_the_private_character() -> None:
    [problem] = check_name("张\ue001")
    assert problem.code == "name.private_use" and "U+E001" in str(problem.text)


def test_tidied_particulars_clean_full_width_and_blanks() -> None:
    person = Particulars(
        name=" 张 三 ", id_number="６５２７０１ 19900307 123x", mobile="138-0909-0001", email=" A@Q q.com ", username=" zhang3 "
    ).tidied()
    assert (person.name, person.id_number, person.mobile) == ("张三", "65270119900307123X", "13809090001")
    assert (person.email, person.username) == ("A@Qq.com", "zhang3")


@pytest.mark.parametrize(
    ("typed", "meant"), [("abc@hotmail.con", "abc@hotmail.com"), ("abc@qq.comm", "abc@qq.com"), ("abc@163.cpm", "abc@163.com")]
)
def test_mailbox_with_a_slip_in_its_domain_is_asked_about_and_not_refused(typed: str, meant: str) -> None:
    assert mailbox_meant(typed) == meant and check_mailbox(typed) == []
    assert mailbox_meant(meant) == ""


def test_mailbox_that_is_none_is_refused_with_what_was_probably_meant() -> None:
    [problem] = check_mailbox("li@qq")
    assert problem.code == "email_malformed" and "li@qq.com" in str(problem.text)
    assert mailbox_meant("li@qq") == mailbox_meant("li@yopmail.com") == mailbox_meant("qq.con") == "", "nothing to keep"


@pytest.mark.parametrize(
    "email", ["a@localhost", "a@x.localhost", "a@[127.0.0.1]", "a@[::1]", "a@[IPv6:::1]", "a@127.0.0.1", "a@10.0.0.12", "a@mail"]
)
def test_mailbox_of_a_machine_is_refused(email: str) -> None:
    assert [p.code for p in check_mailbox(email)] == ["email_malformed"]


@pytest.mark.parametrize("email", ["a", "a@", "@qq.com", "a b@qq.com", "a@" + "b" * 300 + ".com", "a" * 250 + "@qq.com"])
def test_check_mailbox_refuses_what_cannot_be_written_to(email: str) -> None:
    assert [p.code for p in check_mailbox(email)] == ["email_malformed"]


@pytest.mark.parametrize(
    "typed",
    [
        "li@mail\u200b.example",
        "li@\u2060mail.example",
        "l\u200bi@mail.example",
        "ｌi＠mail。example",
        "li@ma\u00adil.example\u202e",
    ],
)
def test_one_mailbox_has_one_form(typed: str) -> None:
    """Two ways to write it would be two accounts of one mailbox and two brakes on the mails to it."""
    assert tidy_mailbox(typed) == "li@mail.example"
    assert [p.code for p in check_mailbox(typed)] == ["email_malformed"], "not one that was put right before"
    assert check_mailbox(tidy_mailbox(typed)) == []


def test_mailbox_of_a_chinese_domain_is_the_one_its_servers_have() -> None:
    assert tidy_mailbox("li@例子.中国") == tidy_mailbox("li@xn--fsqu00a.xn--fiqs8s") == "li@xn--fsqu00a.xn--fiqs8s"
    assert check_mailbox("li@xn--fsqu00a.xn--fiqs8s") == []
    assert tidy_mailbox("张三") == "张三" and tidy_mailbox("") == "" and tidy_mailbox("a@b..c") == "a@b..c"


def test_check_mobile_missing_and_malformed_are_told_apart() -> None:
    assert [p.code for p in check_mobile("")] == ["mobile_missing"]
    assert [p.code for p in check_mobile("1380909")] == ["phone.mobile_length"]


@given(st.from_regex(r"[0-9]{4,30}", fullmatch=True) | st.emails())
def test_check_username_never_lets_a_number_or_mailbox_be_a_log_in_name(text: str) -> None:
    assert check_username(text)


@given(st.text("０１２39xX 　-－·•・张龑𬍛AbＢ@＠._。\u200b\u2060\u00ade\u0301\u212aſ", max_size=40))
def test_tidied_twice_is_tidied_once(text: str) -> None:
    once = Particulars(name=text, id_number=text, mobile=text, email=text, username=text, position=text).tidied()
    assert once.tidied() == once


def test_tidy_phone_leaves_what_is_no_number_for_the_check() -> None:
    assert tidy_phone(" 12 34 ") == "1234"


def test_mailbox_is_released_only_when_unconfirmed_and_the_link_has_run_out() -> None:
    opened = datetime(2023, 9, 1, 12, tzinfo=clock.BEIJING)
    later = opened + timedelta(days=1, seconds=1)
    assert mailbox_is_released(confirmed=False, opened_at=opened, now=later)
    assert not mailbox_is_released(confirmed=True, opened_at=opened, now=later)
    assert not mailbox_is_released(confirmed=False, opened_at=opened, now=opened + timedelta(days=1))


@pytest.mark.parametrize("email", ["a@yopmail.com", "a@MAILINATOR.com", "a@box.guerrillamail.com", "a@24mail.chacuo.net"])
def test_disposable_mailbox_is_named(email: str) -> None:
    assert [p.code for p in check_mailbox(email)] == ["email_disposable"]


@pytest.mark.parametrize("email", ["a@qq.com", "a@notyopmail.com", "a@xj.gov.cn", "a@mail.example"])
def test_ordinary_mailbox_is_no_disposable_one(email: str) -> None:
    assert check_mailbox(email) == []


def test_only_the_end_of_the_number_matches_and_is_hidden() -> None:
    number = "65270119900307123X"
    assert hide_last(number) == "652701199003******"
    assert last_characters_match("０７１２３ｘ", number)
    assert not last_characters_match("", number) and not last_characters_match("07123X", "")
    assert not last_characters_match("7123X", number) and not last_characters_match(number, number)


def test_masked_mailbox_is_recognised_by_its_owner_only() -> None:
    assert mask_mailbox("wangfang@qq.com") == "wa******@qq.com"
    assert mask_mailbox("a@qq.com") == "a*@qq.com"
    assert mask_mailbox("") == ""


@pytest.mark.parametrize("email", ['"a b"@x.cn', '"a@b"@x.cn', '"ab"@qq.com', "a b@x.cn", "a\\b@x.cn"])
def test_quoted_mailbox_is_refused(email: str) -> None:
    assert [p.code for p in check_mailbox(email)] == ["email_malformed"]
