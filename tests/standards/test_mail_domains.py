"""A slip of the pen in a mailbox's domain is guessed by its distance; a domain people have is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhicheng.standards.mail_domains import _KNOWN, _MEANT, distance, domain_meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        *(("hotmail.con", "hotmail.com"), ("qq.comm", "qq.com"), ("163.cpm", "163.com"), ("qq.con", "qq.com")),
        *(("gmial.com", "gmail.com"), ("qq.cn", "qq.com"), ("qq", "qq.com"), ("QQ.CON", "qq.com"), ("163", "163.com")),
        *(("tom.con", "tom.com"), ("msn.con", "msn.com"), ("88.con", "88.com"), ("263.ne", "263.net"), ("mail.con", "mail.com")),
        *(("189.com", "189.cn"), ("139.cn", "139.com"), ("sina.co", "sina.com")),
        *(("126.cm", "126.com"), ("outlok.com", "outlook.com"), ("hotmial.con", "hotmail.com"), ("foxmai.com", "foxmail.com")),
        *(
            ("sina.con.cn", "sina.com.cn"),
            ("yeah.ne", "yeah.net"),
            ("alyun.com", "aliyun.com"),
            ("qqcom", ""),
            ("qq..com", "qq.com"),
        ),
    ],
)
def test_domain_that_was_probably_meant(typed: str, meant: str) -> None:
    assert domain_meant(typed) == meant


@pytest.mark.parametrize(
    "domain",
    ["mail.com", "yahoo.cn", "xj.gov.cn", "bz.gov.cn", "xju.edu.cn", "mail.example", "example.com", "x.cn", "", "郵.中国"],
)
def test_domain_people_have_or_like_none_of_the_known_is_left_alone(domain: str) -> None:
    assert domain_meant(domain) == ""


@pytest.mark.parametrize("domain", sorted(_KNOWN))
def test_known_domain_is_never_asked_about(domain: str) -> None:
    assert domain_meant(domain) == domain_meant(domain.upper()) == ""


@given(st.sampled_from(_MEANT), st.data())
def test_one_slip_from_a_usual_domain_is_asked_about(domain: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(domain) - 1))
    letter = data.draw(st.sampled_from("aemoxz03"))
    slips = [
        domain[:place] + domain[place + 1 :],
        domain[:place] + letter + domain[place + 1 :],
        domain[:place] + letter + domain[place:],
        domain[:place] + domain[place : place + 2][::-1] + domain[place + 2 :],
    ]
    typed = data.draw(st.sampled_from(slips))
    if typed in _KNOWN or typed.strip(".") in _KNOWN or "." not in typed:
        return
    meant = domain_meant(typed)
    assert meant in _KNOWN and distance(typed, meant, most=2) <= 2


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_distance_is_a_measure(one: str, other: str) -> None:
    far = distance(one, other, most=9)
    assert (far == 0) == (one == other) and far == distance(other, one, most=9) <= max(len(one), len(other))
    assert distance(one, other, most=1) == min(far, 2)
