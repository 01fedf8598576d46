"""What is drawn without a template: everything typed is escaped, and a browser finds the same controls as in Django's own forms."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from django import forms
from django.template import Context, Template
from django.utils.safestring import mark_safe
from django.utils.translation import override

from zhicheng.web.shared.desk.case import Line
from zhicheng.web.shared.drawn_forms import DRAWN, Renderer
from zhicheng.web.shared.forms import Form, words_field

EVIL = "<script>x</script>\"'&"


def render(source: str, **context: object) -> BeautifulSoup:
    return BeautifulSoup(Template("{% load drawn zhicheng %}" + source).render(Context(context)), "html.parser")


class Everything(Form):
    """A field of each kind."""

    name = forms.CharField(label=EVIL, help_text=EVIL)
    note = words_field(EVIL)
    number = forms.IntegerField(label="n", required=False, min_value=0)
    secret = forms.CharField(label="s", widget=forms.PasswordInput)
    agree = forms.BooleanField(label=EVIL, required=False, help_text="h")
    one = forms.ChoiceField(label="o", choices=[("a", EVIL), ("组", [("b", "B"), ("c", "C")])])
    radio = forms.ChoiceField(label="r", choices=[("a", EVIL), ("b", "B")], widget=forms.RadioSelect(attrs={"class": "wide"}))
    many = forms.MultipleChoiceField(label="m", choices=[("a", "A"), ("b", "B")], widget=forms.CheckboxSelectMultiple)
    file = forms.FileField(label="f", required=False)
    hidden = forms.CharField(widget=forms.HiddenInput)


FILLED = {
    "name": EVIL,
    "note": f"\n{EVIL}",
    "number": "0",
    "secret": "s",
    "agree": "on",
    "one": "c",
    "radio": "b",
    "many": ["a", "b"],
}


def controls(html: str) -> list[tuple[str, str, object, bool]]:
    """Kind, name, value, and whether it is chosen, of everything a browser would send."""
    soup = BeautifulSoup(html, "html.parser")
    found = []
    for tag in soup.select("input, textarea, option, select"):
        name = tag.get("name") or tag.find_parent("select")["name"]
        value = tag.get_text() if tag.name in {"textarea", "option"} else ""
        chosen = tag.has_attr("checked") or tag.has_attr("selected")
        found.append(
            (tag.get("type") or tag.name, name, (tag.get("value"), value, tag.get("id"), tag.get("aria-describedby")), chosen)
        )
    return found


@pytest.mark.parametrize("data", [None, FILLED, {"name": "x"}], ids=["empty", "filled", "wrong"])
def test_form_has_the_controls_of_djangos_own(data):
    form = Everything(data, initial={"hidden": EVIL, "one": "b", "many": ["b"]})
    ours = str(form)
    own = "".join(
        str(BeautifulSoup(field.as_widget(), "html.parser")) if field.is_hidden else forms.BoundField.as_widget(field)
        for field in form
    )
    form.renderer = forms.renderers.DjangoTemplates()
    djangos = "".join(field.as_widget() for field in form)
    assert sorted(map(str, controls(ours))) == sorted(map(str, controls(djangos))) == sorted(map(str, controls(own)))
    assert "<script>" not in ours


def test_every_label_names_its_control_and_every_fault_stands_beside_it():
    soup = BeautifulSoup(str(Everything({"name": ""})), "html.parser")
    ids = {tag["id"] for tag in soup.select("[id]")}
    assert {label["for"] for label in soup.select("label[for]")} <= ids
    assert soup.select_one("#id_name_error") and soup.select_one(".field-wrong #id_name")
    assert soup.select_one("fieldset legend")
    assert len(ids) == len(soup.select("[id]"))


def test_field_that_may_stay_empty_says_so_in_the_language_of_the_page():
    assert "（选填）" in str(Everything()["number"].as_field_group())
    assert "（选填）" not in str(Everything()["note"].as_field_group())  # the action tells
    with override("en"):
        assert "optional" in str(Everything()["number"].as_field_group()).lower()


def test_kinds_that_are_not_drawn_take_their_template():
    assert "django/forms/widgets/select_date.html" not in DRAWN
    widget = forms.SelectDateWidget(years=[2023])
    assert Renderer().render(widget.template_name, widget.get_context("day", None, {})).count("<select") == 3


def test_case_escapes_what_was_typed():
    rows = [
        Line(EVIL, EVIL),
        Line("空", ""),
        Line("改", EVIL, EVIL, True),
        Line("长", EVIL * 9, EVIL, True, [(EVIL, False), (EVIL, True)]),
    ]
    soup = render("{% lines rows %}", rows=rows)
    assert not soup.find("script")
    assert [dt.get_text() for dt in soup.find_all("dt")] == [EVIL, "空", "改", "长"]
    assert soup.select_one(".not-given").get_text() == "未提供"
    assert soup.select_one(".line-was").get_text() == EVIL and soup.mark.get_text() == EVIL
    file = {"file_id": 7, "name": EVIL, "label": EVIL, "words": EVIL, "pages": 2, "anchor": EVIL, "place": "x", "is_new": True}
    soup = render("{% evidence_file file %}", file=file, application=SimpleNamespace(pk=3), shown={"file_id": 7})
    assert not soup.find("script") and soup.div["id"] == EVIL and "is-shown" in soup.div["class"]
    assert soup.img["src"].endswith("/7/1.png?small") or "/7/" in soup.img["src"]
    assert "新上传" in soup.get_text()


def test_sheet_escapes_and_leads_to_what_is_missing():
    cells = [
        {"label": EVIL, "value": f"{EVIL}\n{EVIL}", "url": "", "wide": True},
        {"label": "空", "value": "", "url": "", "wide": False},
        {"label": EVIL, "value": "", "url": "/there/?a=1&b=2", "wide": False},
        {"label": "错", "value": EVIL, "url": "/there/", "wide": False},
    ]
    soup = render("{% sheet cells %}", cells=cells)
    assert not soup.find("script") and soup.find("br") and soup.select_one("div.sheet-wide")
    assert [a["href"] for a in soup.select("a")] == ["/there/?a=1&b=2", "/there/"]
    assert "未填写" in soup.select("a")[0].get_text() and "需要改正" in soup.select("a")[1].get_text()
    assert "未提供" in soup.get_text()


def test_conditions_escape_what_was_typed_and_lead_to_what_is_missing():
    told = {"text": EVIL, "source": EVIL}
    results = [
        SimpleNamespace(told=SimpleNamespace(result="met", **told), said=EVIL, holds_from=None, url=""),
        SimpleNamespace(told=SimpleNamespace(result="not_met", **told), said="", holds_from=date(2024, 5, 8), url="/there/"),
        SimpleNamespace(told=SimpleNamespace(result="unknown", text="b", source=""), said="", holds_from=None, url="/b/?a=1&b=2"),
    ]
    soup = render("{% condition_lines results %}", results=results)
    assert not soup.find("script")
    met, not_yet, unknown = soup.select("ul.findings > li")
    assert met.get_text().strip() == f"符合 {EVIL} （{EVIL}）您填写的：{EVIL}"
    assert "可能不符合" in not_yet.get_text() and "到 2024-05-08 满足" in not_yet.get_text()
    assert [a["href"] for a in soup.select("a")] == ["/there/", "/b/?a=1&b=2"]
    assert unknown.a.get_text() == "去填写b" and "（" not in unknown.get_text()
    assert "申报人填写的" in render("{% condition_lines results True %}", results=results).get_text()


def test_select_keeps_safe_words_and_typed_ones_of_the_same_letters_apart():
    choices = [("a", mark_safe("<b>x</b>")), ("a", "<b>x</b>")]
    drawn = [str(forms.Select(choices=[choice]).render("one", "", renderer=Renderer())) for choice in choices]
    assert "<b>x</b>" in drawn[0] and "&lt;b&gt;" in drawn[1]


def test_tasks_are_links_with_their_hints():
    tasks = [
        SimpleNamespace(label=EVIL, url="/a/", status="done", hint=EVIL),
        SimpleNamespace(label="b", url="/b/", status="blocked", hint=""),
    ]
    soup = render('{% task_lines tasks "hint" %}', tasks=tasks)
    assert not soup.find("script")
    assert [(a["href"], a["aria-describedby"]) for a in soup.select("a")] == [("/a/", "hint-1")]
    assert soup.select_one("#hint-1").get_text() == EVIL
