"""Whatever a field of the site refuses is said in our words: no sentence of the library reaches a person."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from datetime import time
from typing import Any

import pytest
from django import forms
from django.core import validators
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from django.utils import translation

import zhicheng.web
from tests.campaigns.files import bortala
from zhicheng.accounts.models import User
from zhicheng.applications.sections import SECTIONS
from zhicheng.organizations.models import UnitVerification, VerificationKind
from zhicheng.web.applicant.findings import AnswersForm
from zhicheng.web.applicant.mending import PointsForm
from zhicheng.web.applicant.section_forms import SectionForm
from zhicheng.web.office.officers.forms import LeaveForm, MoveForm, OfficerForm, ReopenForm
from zhicheng.web.office.people.forms import ApproveForm as ApproveAccountForm
from zhicheng.web.office.registrations.forms import ApproveForm, TransferForm
from zhicheng.web.public import forms as sign_in
from zhicheng.web.public.self_check_form import SelfCheckForm
from zhicheng.web.shared.desk.forms import ReturnForm
from zhicheng.web.shared.forms import Form
from zhicheng.web.shared.identities import CardForm
from zhicheng.web.unit.information.forms import RequestForm

pytestmark = pytest.mark.django_db

REQUEST = UnitVerification(proposed={}, office_id=1)
NEEDS: dict[type[forms.BaseForm], Callable[[], forms.BaseForm]] = {
    SectionForm: lambda: SectionForm(SECTIONS[0], {}),
    ReturnForm: lambda: ReturnForm(places=[]),
    AnswersForm: lambda: AnswersForm(shown=[]),
    PointsForm: lambda: PointsForm(shown=[]),
    ApproveForm: lambda: ApproveForm(verification=REQUEST),
    TransferForm: lambda: TransferForm(verification=REQUEST),
    ApproveAccountForm: lambda: ApproveAccountForm(needs_card=True, settles=True),
    RequestForm: lambda: RequestForm(kind=VerificationKind.CHANGE),
    LeaveForm: lambda: LeaveForm(colleagues=[User(pk=1, name="王芳")]),
    MoveForm: lambda: MoveForm(colleagues=[], offices=[]),
    ReopenForm: lambda: ReopenForm(offices=[]),
    CardForm: lambda: CardForm(people=[User(pk=1, name="王芳")]),
    OfficerForm: lambda: OfficerForm(offices=[]),
    SelfCheckForm: lambda: SelfCheckForm(bortala()),
    sign_in.ReauthenticateForm: lambda: sign_in.ReauthenticateForm(user=User()),
    sign_in.LoginForm: lambda: sign_in.LoginForm(request=RequestFactory().get("/")),
}


def every_form() -> Iterator[forms.BaseForm]:
    """One of every form class of the site."""
    for module in pkgutil.walk_packages(zhicheng.web.__path__, "zhicheng.web."):
        if ".management" not in module.name:
            importlib.import_module(module.name)
    waiting = [Form]
    known = {c for c in vars(sign_in).values() if isinstance(c, type) and issubclass(c, forms.BaseForm)} - {Form}
    while waiting:
        found = [c for c in waiting.pop().__subclasses__() if c.__module__.startswith("zhicheng.")]
        waiting += found
        known |= set(found)
    assert len(known) > 25
    for cls in sorted(known, key=str):
        yield NEEDS.get(cls, cls)()


def of_the_library() -> set[str]:
    """Every sentence Django has for a field or a validator, in the language in force."""
    fields = [c for c in vars(forms).values() if isinstance(c, type) and issubclass(c, forms.Field)]
    found = {str(words) for c in fields for words in getattr(c, "default_error_messages", {}).values()}
    kinds = [c for c in vars(validators).values() if isinstance(c, type) and isinstance(c.__dict__.get("message"), object)]
    return found | {str(c.message) for c in kinds if getattr(c, "message", None)}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_field_of_the_site_has_a_sentence_of_the_library(language: str) -> None:
    with translation.override(language):
        foreign = of_the_library()
        left = []
        for form in every_form():
            for name in form.fields:
                field = form[name].field
                said = {code: str(words) for code, words in field.error_messages.items()}
                left += [f"{type(form).__name__}.{name}: {code}: {words}" for code, words in said.items() if words in foreign]
                silent = [v for v in field.validators if getattr(v, "code", "invalid") not in said]
                left += [f"{type(form).__name__}.{name}: {v!r}" for v in silent]
    assert not left


class EveryKind(Form):
    """The kinds of field the site has."""

    text = forms.CharField(label="名称", max_length=3, min_length=2)
    mail = forms.EmailField(label="邮箱")
    number = forms.IntegerField(label="份数", min_value=1, max_value=20)
    hour = forms.TimeField(label="时间", input_formats=["%H:%M"])
    choice = forms.ChoiceField(label="类别", choices=[("a", "甲")])
    typed = forms.TypedChoiceField(label="结论", choices=[("a", "甲")])
    file = forms.FileField(label="扫描件", max_length=3)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("text", "一二三四", "“名称”最多3个字，现在有4个字，请删减。"),
        ("text", "一", "“名称”至少要写2个字，现在只有1个字。"),
        ("text", "一\x00二", "“名称”里有看不见的控制字符，无法保存。请删除后重新填写。"),
        ("mail", "nobody", "“邮箱”不是有效的邮箱地址，请检查后重新填写。"),
        ("number", "3.5", "“份数”请填写整数。"),
        ("number", "9" * 5000, "“份数”请填写整数。"),
        ("number", "21", "“份数”不能大于20。"),
        ("number", "0", "“份数”不能小于1。"),
        ("hour", "25:00", "“时间”请按“10:30”的格式填写，24小时制。"),
        ("choice", "bogus", "“类别”请从列出的选项中选择；选项可能已经变动，请重新选择。"),
        ("typed", "bogus", "“结论”请从列出的选项中选择；选项可能已经变动，请重新选择。"),
    ],
)
def test_what_is_refused_is_said_with_the_name_of_its_field(name: str, value: str, words: str) -> None:
    assert EveryKind({name: value}).errors[name] == [words]


def test_file_that_is_refused_is_said_with_the_name_of_its_field() -> None:
    def said(file: Any) -> list[str]:
        return EveryKind({}, {"file": file}).errors["file"]

    assert said(SimpleUploadedFile("a.b", b"")) == ["“扫描件”是0字节的空文件，请重新选择文件。"]
    assert said(SimpleUploadedFile("abcd", b"x")) == ["“扫描件”的文件名最多3个字，现在有4个字，请改短文件名。"]
    assert said("no file") == ["“扫描件”的文件没有传上来，请重新选择文件。"]


def test_good_values_pass() -> None:
    typed = {"text": "一二", "mail": "a@b.cn", "number": "20", "hour": "10:30", "choice": "a", "typed": "a"}
    form = EveryKind(typed, {"file": SimpleUploadedFile("a.b", b"x")})
    assert form.is_valid()
    assert form.cleaned_data["hour"] == time(10, 30)
