"""Fields that accept what people really type."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest
from django import forms
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from zhicheng.web.shared.forms import CodeField, DateField, Form


@pytest.mark.parametrize(
    "text",
    [
        "2023-05-08",
        "2023.5.8",
        "2023/05/8",
        "2023年5月8日",
        "2023 年 5 月 8 日",
        "20230508",
        "２０２３－０５－０８",
        "２０２３．５．８",
        " 2023—5—8 ",
        "2023。5。8",
        "2023-5.8",
    ],
)
def test_date_is_understood_however_it_is_typed(text):
    assert DateField().clean(text) == date(2023, 5, 8)


@pytest.mark.parametrize(
    "text", ["2023-02-30", "2023-13-01", "08-05-2023", "2023-05", "昨天", "2023-05-08-1", "0000-01-01", "99999-1-1"]
)
def test_what_is_no_date_is_refused_with_the_pattern(text):
    with pytest.raises(forms.ValidationError, match="2023-05-08"):
        DateField().clean(text)


@given(st.dates(), st.sampled_from("-./"), st.booleans())
def test_every_date_comes_back(day, mark, padded):
    text = (
        f"{day.year:04d}{mark}{day.month:02d}{mark}{day.day:02d}" if padded else f"{day.year:04d}{mark}{day.month}{mark}{day.day}"
    )
    assert DateField().clean(text) == day
    assert DateField().clean(text.translate({ord(str(n)): ord("０") + n for n in range(10)})) == day


@given(st.text(max_size=12))
def test_any_text_is_a_date_or_refused_in_words(text):
    with contextlib.suppress(forms.ValidationError):
        assert isinstance(DateField(required=False).clean(text), date | None)


def test_optional_date_left_empty_is_none():
    assert DateField(required=False).clean("") is None


def test_date_already_stored_is_shown_as_text():
    assert DateField().prepare_value(date(2023, 5, 8)) == "2023-05-08"
    assert DateField().prepare_value("2023-5-") == "2023-5-"


def test_month_alone_is_its_first_day_where_the_day_does_not_matter():
    assert DateField(months=True).clean("2023.5") == date(2023, 5, 1)
    with pytest.raises(forms.ValidationError, match="把日也写上"):
        DateField().clean("2023.5")


def test_number_is_tidied():
    assert CodeField().clean("６５２７０１ 1990 0307 123x") == "65270119900307123X"
    assert CodeField(dashes=False).clean("0909－2312345") == "09092312345"
    assert CodeField().clean("ABC–1") == "ABC-1"
    assert CodeField(required=False).clean("") == ""


class Sample(Form):
    name = forms.CharField(label="姓名")
    sex = forms.ChoiceField(label="性别", choices=[("1", "男")], widget=forms.RadioSelect)
    licence = forms.FileField(label="营业执照")
    agree = forms.BooleanField(label="我已阅读")
    note = forms.CharField(label="备注", required=False)


def test_missing_values_are_named():
    errors = Sample({}).errors
    assert errors["name"] == ["请填写姓名。"]
    assert errors["sex"] == ["请选择性别。"]
    assert errors["licence"] == ["请选择要上传的营业执照。"]
    assert errors["agree"] == ["请勾选“我已阅读”。"]


def test_browser_validation_is_off():
    assert " required" not in str(Sample())


class Reasoned(Form):
    """A long text, and one that is added when the form is made."""

    reason = forms.CharField(label="理由", max_length=10, widget=forms.Textarea)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["later"] = forms.CharField(label="说明", max_length=10, required=False, widget=forms.Textarea)


def test_nothing_that_is_pasted_is_cut_by_the_browser():
    shown = str(Reasoned())
    assert shown.count("<textarea") == 2 and "maxlength" not in shown
    assert "maxlength" not in str(Sample())


def test_text_too_long_names_its_field_the_limit_and_the_count():
    form = Reasoned({"reason": "一" * 12, "later": "二" * 11})
    assert form.errors["reason"] == ["“理由”最多10个字，现在有12个字，请删减。"]
    assert form.errors["later"] == ["“说明”最多10个字，现在有11个字，请删减。"]
    assert "一" * 12 in str(form)


@pytest.mark.parametrize("sent", ["一二三四\r\n五六七八九", "一二三四\n五六七八九", "一二三四\r五六七八九"])
def test_line_break_counts_once_however_it_was_sent(sent):
    for data in ({"reason": sent}, QueryDict(mutable=True) | {"reason": sent}):
        form = Reasoned(data)
        assert form.is_valid()
        assert form.cleaned_data["reason"] == "一二三四\n五六七八九"


def test_sentence_somebody_wrote_for_a_field_stays():
    class Told(Form):
        agree = forms.BooleanField(label="同意", error_messages={"required": "请先阅读。"})

    assert Told({}).errors["agree"] == ["请先阅读。"]


def test_hidden_value_that_is_spoilt_asks_for_a_fresh_page():
    class Hidden(Form):
        submission = forms.IntegerField(widget=forms.HiddenInput)

    assert Hidden({}).errors == Hidden({"submission": "x"}).errors
    assert "请刷新页面" in Hidden({}).errors["submission"][0]


def test_what_was_pasted_along_is_dropped_in_every_field_but_a_password():
    class Secret(Reasoned):
        password = forms.CharField(label="密码", widget=forms.PasswordInput)

    for prefix in (None, "one"):
        before = f"{prefix}-" if prefix else ""
        sent = {f"{before}reason": "\ufeff一\u2028二\u2003\u202c三\u200d", f"{before}password": "a\u2003b\ufeff"}
        form = Secret(QueryDict(mutable=True) | sent, prefix=prefix)
        assert form.is_valid()
        assert form.cleaned_data["reason"] == "一\n二 三" and form.cleaned_data["password"] == "a\u2003b\ufeff"
