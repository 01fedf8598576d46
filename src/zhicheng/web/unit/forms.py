"""The unit's forms of 公示."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from zhicheng.campaigns.vocabulary import in_words
from zhicheng.publicity.actions import NoticeText
from zhicheng.standards.tables import OBJECTION_CHANNELS
from zhicheng.web.shared.forms import DateField, Form, needed, words_field


class PublicityForm(Form):
    """What T1 asks of the unit (S-67…S-70). Empty fields are told by the action, everything at once."""

    submission = forms.IntegerField(widget=forms.HiddenInput)
    starts_on = DateField(label=_("公示开始日期"))
    ends_on = DateField(label=_("公示结束日期"))
    political_conduct = words_field(
        _("思想政治条件"), help_text=_("突出政治表现，强调职业操守和从业行为；由单位填写。"), rows=4, max_length=None
    )
    results = words_field(_("实践能力和业绩成果"), rows=5, max_length=None)
    contribution = words_field(_("本人实际贡献"), help_text=_("说明对业绩成果的实际贡献。"), max_length=None)
    office = needed(forms.CharField(label=_("受理异议的办公室"), max_length=60))
    phone = needed(forms.CharField(label=_("监督电话"), max_length=30, help_text=_("例如 0909-2312345")))

    def __init__(self, *args: Any, years: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if years:  # how many the notice looks back over (S-68)
            said = {"years": in_words(years)}
            self.fields["results"].label = gettext("近{years}年实践能力和业绩成果").format(**said)
            self.fields["results"].help_text = gettext("简要描述近{years}年的实践能力和业绩成果。").format(**said)

    def text(self) -> NoticeText:
        """The words for the notice."""
        data = self.cleaned_data
        return NoticeText(
            political_conduct=data["political_conduct"],
            results=data["results"],
            contribution=data["contribution"],
            office=data["office"],
            phone=data["phone"],
        )


class ObjectionForm(Form):
    """登记异议 (S-70)."""

    channel = forms.ChoiceField(label=_("反映方式"), widget=forms.RadioSelect)
    received_on = DateField(label=_("收到日期"))
    received_time = forms.TimeField(
        label=_("收到时间"),
        input_formats=["%H:%M"],
        widget=forms.TextInput(attrs={"class": "w-short"}),
        help_text=_("例如 10:30"),
    )
    from_name = forms.CharField(label=_("反映人"), required=False, max_length=50, help_text=_("匿名反映的可不填。"))
    from_contact = forms.CharField(label=_("联系方式"), required=False, max_length=60)
    content = forms.CharField(label=_("反映内容"), widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].choices = OBJECTION_CHANNELS.choices(get_language() or "zh")  # type: ignore[attr-defined]


class FindingForm(Form):
    """核实处理异议."""

    upheld = forms.TypedChoiceField(
        label=_("核实结论"),
        choices=[("no", _("不成立")), ("yes", _("成立"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    finding = forms.CharField(label=_("核实情况和处理意见"), widget=forms.Textarea(attrs={"rows": 4}))


class StopForm(Form):
    """终止申报: why what was found ends the application."""

    reason = words_field(_("终止的理由"), help_text=_("不少于10个字，申报人看得到，会记入台账。"), rows=4, max_length=500)
