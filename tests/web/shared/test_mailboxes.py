"""A mailbox that looks mistyped is asked about once, wherever one is typed, and taken when it is sent again."""

from __future__ import annotations

import re

import pytest
from django import forms
from django.http import QueryDict

from tests.web.shared.test_form_words import every_form
from zhicheng.applications.sections import BY_KEY
from zhicheng.web.applicant.section_forms import SectionForm
from zhicheng.web.public.forms import AddEmailForm
from zhicheng.web.shared.forms import Form
from zhicheng.web.shared.mailboxes import MailboxInput


class Sample(Form):
    email = forms.CharField(label="电子邮箱", widget=MailboxInput)


def as_sent_again(form: forms.BaseForm) -> QueryDict:
    """What the browser sends when the page with this form is sent again as it stands."""
    sent = QueryDict(mutable=True)
    for control in re.findall(r"<input[^>]*>", str(form)):
        name, value = (re.search(rf' {what}="([^"]*)"', control) for what in ("name", "value"))
        if name and value:
            sent[name[1]] = value[1]
    return sent


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("abc@hotmail.con", "abc@hotmail.com"),
        ("abc@qq.comm", "abc@qq.com"),
        ("abc@163.cpm", "abc@163.com"),
        (" ａbc＠qq。con", "abc@qq.com"),
    ],
)
@pytest.mark.parametrize("prefix", [None, "one"])
def test_slip_is_asked_about_once_and_taken_when_sent_again(typed: str, meant: str, prefix: str | None) -> None:
    first = Sample({f"{prefix}-email" if prefix else "email": typed}, prefix=prefix)
    assert not first.is_valid() and meant in first.errors["email"][0] and "再提交一次" in first.errors["email"][0]
    again = Sample(as_sent_again(first), prefix=prefix)
    assert again.is_valid() and again.cleaned_data["email"] == typed.strip()


def test_another_slip_is_asked_about_anew_and_a_right_one_is_taken() -> None:
    asked = as_sent_again(Sample({"email": "abc@qq.con"}))
    other = Sample(asked | {"email": "abc@163.cpm"})
    assert "abc@163.com" in other.errors["email"][0]
    assert Sample({"email": "abc@qq.com"}).is_valid() and "hidden" not in str(Sample({"email": "abc@qq.com"}))
    assert "hidden" not in str(Sample({"email": "a" * 100_000 + "@qq.con"})), "no address"


def test_mailbox_in_force_is_not_asked_about_again() -> None:
    assert Sample(as_sent_again(Sample(initial={"email": "abc@qq.con"}))).is_valid()


@pytest.mark.django_db
def test_every_field_for_a_mailbox_asks() -> None:
    """Found by what the fields are called; the forms for signing in ask for a mailbox that there is already."""
    found = [
        (type(form).__name__, name, type(field.widget))
        for form in every_form()
        for name, field in form.fields.items()
        if "email" in name.removeprefix("reason_email").split("_")
        and type(form).__name__ not in {"LoginForm", "ResetPasswordForm"}
    ]
    assert len(found) > 6 and {AddEmailForm.__name__, SectionForm.__name__} <= {form for form, _name, _widget in found}
    assert [f for f in found if f[0] != SectionForm.__name__ and f[2] is not MailboxInput] == []


def test_email_of_the_application_is_asked_about_beside_its_field_and_kept() -> None:
    shown = str(SectionForm(BY_KEY["basic"], {"email": "abc@qq.con"}))
    assert "您要写的是不是“abc@qq.com”" in shown
    assert "您要写的是不是" not in str(SectionForm(BY_KEY["basic"], {"email": "abc@qq.com"}))
