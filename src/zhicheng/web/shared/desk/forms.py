"""The forms of a desk: pass, return with every reason, and the paper dossier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from zhicheng.review.rules import Reason
from zhicheng.standards.tables import RETURN_REASONS
from zhicheng.web.shared.forms import DateField, Form, needed
from zhicheng.web.shared.kept_words import Typed, words_for, words_of_fields

MOST_REASONS = 20


class PassForm(Form):
    """审核通过."""

    submission = forms.IntegerField(widget=forms.HiddenInput)
    opinion = forms.CharField(label=_("意见"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    understood = forms.BooleanField(label="", required=False)


class ReturnForm(Form):
    """退回: rows are ``where-n``, ``code-n``, ``text-n``; blank rows fall away, everything typed stays."""

    submission = forms.IntegerField(widget=forms.HiddenInput)
    opinion = forms.CharField(label=_("总体说明"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    understood = forms.BooleanField(label="", required=False)

    def __init__(self, *args: Any, places: list[tuple[str, str]], rows: int = 1, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [("", _("请选择")), *RETURN_REASONS.choices(get_language() or "zh")]
        if self.is_bound:
            rows = max(rows, *(n for n in range(1, MOST_REASONS + 1) if self.data.get(f"text-{n}") or n == 1))
        self.rows = min(rows, MOST_REASONS)
        for n in range(1, self.rows + 1):
            self.fields[f"where-{n}"] = needed(forms.ChoiceField(label=_("位置"), choices=places))
            self.fields[f"code-{n}"] = needed(forms.ChoiceField(label=_("原因类别"), choices=codes))
            self.fields[f"text-{n}"] = needed(
                forms.CharField(label=_("问题和修改要求"), widget=forms.Textarea(attrs={"rows": 2}))
            )

    def row_fields(self) -> list[dict[str, Any]]:
        """The rows as the template shows them."""
        return [
            {"number": n, "where": self[f"where-{n}"], "code": self[f"code-{n}"], "text": self[f"text-{n}"]}
            for n in range(1, self.rows + 1)
        ]

    def reasons(self) -> list[Reason]:
        """What was filled in, in order; a row counts as soon as it has a category or words."""
        found = []
        for n in range(1, self.rows + 1):
            code, text = self.cleaned_data.get(f"code-{n}", ""), self.cleaned_data.get(f"text-{n}", "")
            if code or text:
                found.append(Reason(where=self.cleaned_data.get(f"where-{n}", ""), code=code, text=text))
        return found


class DossierForm(Form):
    """登记纸质材料 (S-37, S-41…S-47)."""

    submission = forms.IntegerField(widget=forms.HiddenInput)
    received_on = DateField(label=_("收到日期"))
    copies = forms.IntegerField(
        label=_("评审表份数"),
        min_value=0,
        max_value=20,
        widget=forms.TextInput(attrs={"class": "w-short", "inputmode": "numeric"}),
    )
    printed_mark = forms.CharField(
        label=_("评审表编号、核验码或数据校验码"),
        max_length=80,
        help_text=_("在每页页脚，例如 PS2023-000001；扫描二维码也可以。系统据此判断纸质评审表是否为当前版本。"),
    )
    duplex_with_watermark = forms.BooleanField(label=_("A4纸正反面打印，每页有水印"), required=False)
    handwritten_opinion = forms.BooleanField(label=_("单位意见栏已手工填写规定语句"), required=False)
    signed = forms.BooleanField(label=_("有单位负责人签字"), required=False)
    sealed = forms.BooleanField(label=_("有单位公章"), required=False)
    remark = forms.CharField(label=_("备注"), required=False, max_length=300)


@words_for("desk_return")
def kept_return(kwargs: Mapping[str, Any], data: QueryDict) -> list[Typed]:
    """What was typed into a return whose session had ended."""
    return words_of_fields(ReturnForm(data, places=[]).fields, data)
