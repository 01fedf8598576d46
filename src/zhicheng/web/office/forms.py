"""The prefecture's forms."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from zhicheng.web.shared.forms import CodeField, Form, words_field


class ReasonForm(Form):
    """A decision that needs its reason in words."""

    reason = words_field(_("理由"), help_text=_("不少于10个字，会记入台账。"), rows=4, max_length=1000)


class LiftForm(ReasonForm):
    """Why an objection that was upheld does not stand."""

    reason = words_field(
        _("解除的理由"), help_text=_("不少于10个字，申报人、单位和反映人看得到，会记入台账。"), rows=4, max_length=1000
    )


class PersonForm(Form):
    """Looking a person up by the whole identity number."""

    id_number = CodeField(
        label=_("身份证号"), max_length=30, widget=forms.TextInput(attrs={"autocomplete": "off", "class": "w-medium"})
    )
