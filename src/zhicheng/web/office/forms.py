"""The prefecture's forms."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from zhicheng.web.shared.forms import CodeField, Form, needed


class ReasonForm(Form):
    """A decision that needs its reason in words."""

    reason = needed(
        forms.CharField(
            label=_("理由"),
            max_length=1000,
            help_text=_("不少于10个字，会记入台账。"),
            widget=forms.Textarea(attrs={"rows": 4}),
        )
    )


class PersonForm(Form):
    """Looking a person up by the whole identity number."""

    id_number = CodeField(
        label=_("身份证号"), max_length=30, widget=forms.TextInput(attrs={"autocomplete": "off", "class": "w-medium"})
    )
