"""Addresses and words that are made once are the ones Django makes."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.templatetags.static import static
from django.test import override_settings
from django.urls import NoReverseMatch, clear_script_prefix, reverse, set_script_prefix
from django.utils import translation

from zhicheng.web.shared.addresses import reverse as kept


def render(text: str, **context: object) -> str:
    return Template("{% load i18n zhicheng %}" + text).render(Context(context))


def test_address_is_that_of_the_page():
    assert kept("desk_case", [7]) == reverse("desk_case", args=[7])
    assert kept("desk_case", [8]) != kept("desk_case", [7])
    assert render("{% url 'desk_case' n %}", n=7) == reverse("desk_case", args=[7])
    assert render("{% url 'desk_case' application_id=n %}", n=7) == reverse("desk_case", args=[7])
    assert render("{% url 'application_section' 1 key as there %}[{{ there }}]", key="a&b").count("a&amp;b") == 1
    assert "&amp;" in render("{% url 'application_section' 1 key %}", key="a&b")


def test_address_that_is_none_is_an_error():
    with pytest.raises(NoReverseMatch):
        kept("desk_case", ["x"])
    with pytest.raises(NoReverseMatch):
        render("{% url 'nowhere' %}")
    assert render("{% url 'nowhere' as there %}[{{ there }}]") == "[]"


def test_address_follows_where_the_site_stands():
    here = kept("home")
    set_script_prefix("/titles/")
    try:
        assert kept("home") == "/titles/" != here
    finally:
        clear_script_prefix()
    with override_settings(ROOT_URLCONF="django.contrib.auth.urls"), pytest.raises(NoReverseMatch):
        kept("home")
    assert kept("home") == here


def test_static_file_has_the_address_of_its_storage():
    page = Template("{% load static %}{% static name %}|{% static 'zhicheng/icon.svg' as icon %}{{ icon }}")
    wanted = static("zhicheng/icon.svg")
    for _time in range(2):
        assert page.render(Context({"name": "zhicheng/icon.svg"})) == f"{wanted}|{wanted}"


def test_words_are_those_of_the_language_asked_for():
    page = Template('{% load i18n %}{% translate "帮助" %}|{% translate "帮助" as w %}{{ w }}|{% translate given %}')
    for language, word in (("zh-hans", "帮助"), ("en", "Help"), ("zh-hans", "帮助")):
        with translation.override(language):
            assert page.render(Context({"given": "帮助"})) == f"{word}|{word}|{word}"


def test_words_are_escaped_as_the_page_is():
    page = Template("""{% load i18n %}{% translate "a < b" %}{% autoescape off %}{% translate "a < b" %}{% endautoescape %}""")
    plain = Context({}, autoescape=False)
    assert page.render(Context()) == "a < ba < b" == page.render(plain)
    with translation.override("en"):
        assert render("{% translate w %}", w="<b>") == "&lt;b&gt;"


def test_mark_escapes_what_it_is_given():
    assert "&lt;script&gt;" in render("{% tag w 'warn' 'check' %}", w="<script>")
    assert render("{% tag w %}", w="好").count("<svg") == 0
    assert render("{% status_tag 'draft' %}").count("<svg") == 1
