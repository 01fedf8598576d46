"""Pieces of HTML are filled and escaped as Django's ``format_html`` does it."""

from __future__ import annotations

import pytest
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy, override
from hypothesis import given
from hypothesis import strategies as st

from zhicheng.web.shared.markup import escaped, joined, markup

PIECES = st.one_of(st.text(), st.text().map(mark_safe), st.integers(), st.none(), st.booleans())


@given(PIECES, PIECES)
def test_markup_is_that_of_format_html(first, second):
    form = '<p title="{}">{}</p>'
    said = markup(form, first, second)
    assert said == format_html(form, first, second)
    assert type(said) is SafeString


@given(PIECES)
def test_escaped_is_that_of_conditional_escape(piece):
    assert escaped(piece) == conditional_escape(piece)


def test_markup_of_lazy_words_is_in_the_language_of_the_page():
    words = gettext_lazy("姓名")
    assert markup("<b>{}</b>", words) == "<b>姓名</b>"
    with override("en"):
        assert markup("<b>{}</b>", words) == "<b>Name</b>"


def test_what_is_safe_in_one_place_does_not_make_the_same_text_safe_in_another():
    assert markup("{}", mark_safe("<b>")) == "<b>"
    assert markup("{}", "<b>") == "&lt;b&gt;"


@pytest.mark.parametrize("pieces", [(), ("a", "b")], ids=["too few", "too many"])
def test_markup_refuses_another_number_of_pieces(pieces):
    with pytest.raises(ValueError):
        markup("<p>{}</p>", *pieces)


def test_joined_puts_one_after_the_other():
    assert joined("<p>", escaped("<"), "</p>") == "<p>&lt;</p>"
