"""Everything wrong at once, each line a link to its place."""

from __future__ import annotations

import re

import pytest
from django import forms
from django.forms import formset_factory
from django.test import RequestFactory

from zhicheng.foundation.errors import Problem, Refused
from zhicheng.web.public.forms import PaperFileForm
from zhicheng.web.shared.forms import Form
from zhicheng.web.shared.http import go, render_refused
from zhicheng.web.shared.problems import SummaryLine, anchor_id, put_on_form, summary_lines


class Sample(Form):
    name = forms.CharField(label="姓名")
    sex = forms.ChoiceField(label="性别", choices=[("1", "男"), ("2", "女")], widget=forms.RadioSelect)


def test_lines_follow_the_fields_and_lead_to_them():
    assert summary_lines(Sample({})) == [SummaryLine("请填写姓名。", "#id_name"), SummaryLine("请选择性别。", "#id_sex_0")]


def test_lines_of_problems_lead_to_their_place():
    refused = Refused([Problem("缺学历证书", where="material:diploma"), Problem("窗口已关闭"), Problem("看这里", link="/x/#y")])
    assert summary_lines(refused) == [
        SummaryLine("缺学历证书", "#at-material-diploma"),
        SummaryLine("窗口已关闭"),
        SummaryLine("看这里", "/x/#y"),
    ]


def test_same_sentence_for_the_same_place_is_said_once():
    problem = Problem("缺学历证书", where="education")
    assert len(summary_lines(Refused([problem]), [problem], None, "")) == 1


def test_formset_lines_lead_into_their_rows():
    rows = formset_factory(Sample, extra=0, min_num=2)({"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", "form-1-sex": "2"})
    assert SummaryLine("请填写姓名。", "#id_form-1-name") in summary_lines(rows)


@pytest.mark.parametrize(
    ("where", "expected"), [("education", "at-education"), ("material:education:3f2a", "at-material-education-3f2a")]
)
def test_anchor_is_an_html_id(where, expected):
    assert anchor_id(where) == expected


@pytest.mark.django_db
def test_refusal_stands_beside_its_field_keeps_what_was_typed_and_is_422(client):
    request = RequestFactory().post("/")
    request.user = type("Visitor", (), {"is_authenticated": False})()
    form = Sample({"name": "阿依努尔·买买提", "sex": "2"})
    refused = Refused([Problem("姓名与身份证不符", where="name"), Problem("窗口已关闭")])
    response = render_refused(
        request, "public/verify.html", {"form": form, "file_form": PaperFileForm(), "result": None}, refused
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="阿依努尔·买买提"' in page
    shown = re.sub(r'data-in-other="[^"]*"', "", page)  # the same lines, for a change of language
    assert shown.count("姓名与身份证不符") == 2, "in the summary and beside the field"
    assert "<title>错误：" in page
    assert form.errors["name"] == ["姓名与身份证不符"]


def test_going_on_is_see_other_for_people_and_a_header_for_scripts():
    factory = RequestFactory()
    assert go(factory.post("/"), "home").status_code == 303
    answer = go(factory.post("/", headers={"HX-Request": "true"}), "/x/")
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/x/")


def test_what_the_form_could_not_take_is_told_once():
    form = Sample({"name": "张\x00三", "sex": "1"})
    left = put_on_form(
        form, [Problem("请填写姓名。", where="name"), Problem("请核对性别。", where="sex"), Problem("别处", where="x")]
    )
    assert [p.text for p in left] == ["别处"]
    assert len(form.errors["name"]) == 1 and "控制字符" in form.errors["name"][0]
    assert form.errors["sex"] == ["请核对性别。"]
