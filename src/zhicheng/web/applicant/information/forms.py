"""What a person may change about themself."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from zhicheng.web.shared.forms import Form


class ContactForm(Form):
    """手机号码 and 职务."""

    mobile = forms.CharField(
        label=_("手机号码"),
        max_length=40,
        widget=forms.TextInput(attrs={"class": "w-medium", "autocomplete": "tel", "inputmode": "tel"}),
    )
    position = forms.CharField(
        label=_("职务"), max_length=200, required=False, widget=forms.TextInput(attrs={"class": "w-medium"})
    )


class EmployerForm(Form):
    """变更工作单位: chosen from what was found."""

    employer_words = forms.CharField(label=_("工作单位"), required=False, max_length=100)
    employer_id = forms.CharField(required=False, max_length=18)
