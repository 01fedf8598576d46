"""The forms of a desk: pass, return with every reason, and the paper dossier."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.forms.utils import ErrorDict
from django.http import HttpRequest, QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from zhicheng.applications import queries
from zhicheng.review.rules import MOST_REASONS, ReturnReason, Sanction
from zhicheng.standards.tables import RETURN_REASONS, SANCTION_KINDS
from zhicheng.web.shared.forms import DateField, Form, needed, words_field
from zhicheng.web.shared.http import OutOfReachError, actor_of, whole_number
from zhicheng.web.shared.kept_words import Deed, Typed, deed_for, words_for, words_of_fields


class PassForm(Form):
    """审核通过."""

    submission = forms.IntegerField(widget=forms.HiddenInput)
    opinion = forms.CharField(label=_("意见"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    understood = forms.BooleanField(label="", required=False)

    @property
    def sanction(self) -> Sanction | None:
        """What is stated of a sanction: that is the unit's alone."""
        return None


class UnitPassForm(PassForm):
    """审核通过 at the unit's desk: with what it has to state of a sanction (人社部令40号 第十三条)."""

    sanction_kind = forms.ChoiceField(
        label=_("申报人受到的处分"),
        required=False,
        choices=lambda: [("", _("没有受到处分，或者处分已经期满")), *SANCTION_KINDS.choices(get_language() or "zh")],
    )
    sanction_since = DateField(label=_("处分开始日期"), required=False, help_text=_("有处分的填写"))
    sanction_until = DateField(label=_("处分期满日期"), required=False, help_text=_("有处分的填写"))

    @property
    def sanction(self) -> Sanction | None:
        """What was stated; ``None`` where nothing was."""
        kind, since, until = (self.cleaned_data.get(f"sanction_{name}") for name in ("kind", "since", "until"))
        return Sanction(kind or "", since, until) if kind or since or until else None


class TakeBackForm(Form):
    """撤回审核通过: which pass, and why."""

    change = forms.IntegerField(widget=forms.HiddenInput)
    reason = words_field(_("撤回的理由"), help_text=_("不少于10个字，申报人看得到，会记入台账。"), rows=4, max_length=500)


_ROW = ("where", "code", "text")
# The buttons that change the list of reasons and decide nothing; ``shown_again``: the list as it is, in another language.
EDITS = ("more", "at", "drop", "shown_again")


def tidy_rows(data: QueryDict) -> QueryDict:
    """What was sent, with the rows counted from 1 without a gap, so that a refusal's number is a row's number.

    ``more`` adds a blank row, ``at`` (a place) one for that place, ``drop`` (a row's number) takes one away. When the list is
    sent for good, blank rows fall away. A full list takes no further row (``full`` says so), and whatever was sent stays.
    """
    told = data.copy()
    told.pop("full", None)
    numbers = sorted({int(k.rpartition("-")[2]) for k in data if re.fullmatch(r"(?:where|code|text)-[0-9]{1,4}", k)})
    rows = {n: {name: str(data.get(f"{name}-{n}", "")) for name in _ROW} for n in numbers}
    for n in numbers:
        for name in _ROW:
            told.pop(f"{name}-{n}", None)
    if (dropped := whole_number(str(data.get("drop", "")))) is not None:
        rows.pop(dropped, None)
    left = list(rows.values())
    if not any(edit in data for edit in EDITS):
        left = [row for row in left if _said(row)]
    if "at" in data and left and not _said(left[-1]):
        left.pop()
    added = {"where": str(data.get("at", "")), "code": "", "text": ""} if {"at", "more"} & set(data) or not left else None
    if added is not None and len(left) < MOST_REASONS:
        left.append(added)
    elif added is not None:
        told["full"] = "1"
    for n, row in enumerate(left, start=1):
        for name, value in row.items():
            told[f"{name}-{n}"] = value
    told["rows"] = str(len(left))
    return told


def _said(row: dict[str, str]) -> bool:
    return any(value.strip() for value in row.values())


class ReturnForm(Form):
    """退回: rows are ``where-n``, ``code-n``, ``text-n`` as :func:`tidy_rows` leaves them; everything typed stays."""

    submission = forms.IntegerField(widget=forms.HiddenInput)
    state = forms.CharField(widget=forms.HiddenInput, required=False)
    opinion = forms.CharField(label=_("总体说明"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    understood = forms.BooleanField(label="", required=False)

    def __init__(self, data: QueryDict | None = None, *, places: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(tidy_rows(data) if data is not None else None, **kwargs)
        codes = [("", _("请选择")), *RETURN_REASONS.choices(get_language() or "zh")]
        self.rows = int(self.data["rows"]) if self.is_bound else 1
        for n in range(1, self.rows + 1):
            self.fields[f"where-{n}"] = needed(forms.ChoiceField(label=_("位置"), choices=places))
            self.fields[f"code-{n}"] = needed(forms.ChoiceField(label=_("原因类别"), choices=codes))
            self.fields[f"text-{n}"] = needed(
                forms.CharField(label=_("问题和修改要求"), widget=forms.Textarea(attrs={"rows": 3}))
            )

    def say_state(self, state: str) -> None:
        """Show the form again knowing where the application stands now."""
        cast("QueryDict", self.data)["state"] = state

    @property
    def has_room(self) -> bool:
        """Whether a further reason may be added."""
        return self.rows < MOST_REASONS

    @property
    def turned_away(self) -> bool:
        """Whether a row was asked for just now that the list has no room for."""
        return self.is_bound and "full" in self.data

    @property
    def most(self) -> int:
        """How many reasons one return may list."""
        return MOST_REASONS

    def row_fields(self) -> list[dict[str, Any]]:
        """The rows as the template shows them."""
        return [
            {"number": n, "where": self[f"where-{n}"], "code": self[f"code-{n}"], "text": self[f"text-{n}"]}
            for n in range(1, self.rows + 1)
        ]

    def reasons(self) -> list[ReturnReason]:
        """What was filled in, in order; a row counts as soon as it has a place, a category or words."""
        found = []
        for n in range(1, self.rows + 1):
            where, code, text = (self.cleaned_data.get(f"{name}-{n}", "") for name in _ROW)
            if where or code or text:
                found.append(ReturnReason(where=where, code=code, text=text))
        return found


# What a scanner types, the QR code on a page of ours (documents.scanning); a Chinese input method may write the colon its own way.
_SCANNED = re.compile(r"https?[:：]//\S+", re.IGNORECASE)


class DossierForm(Form):
    """登记纸质材料 (S-37, S-41…S-47). There are several copies, and a scanner types into whatever has the focus: a code that came into
    another field is taken out of it, into the field of the code where that is empty; ``astray`` holds the others.
    """

    submission = forms.IntegerField(widget=forms.HiddenInput)
    printed_mark = forms.CharField(
        label=_("评审表编号、核验码或数据校验码"),
        max_length=500,  # a scanned QR code is a whole address
        help_text=_("在每页页脚，例如 PS2023-000001；也可以直接扫描页脚的二维码。系统据此判断纸质评审表是否为当前版本。"),
    )
    received_on = DateField(label=_("收到日期"))
    copies = forms.IntegerField(
        label=_("评审表份数"),
        min_value=0,
        max_value=20,
        widget=forms.TextInput(attrs={"class": "w-short", "inputmode": "numeric"}),
    )
    duplex_with_watermark = forms.BooleanField(label=_("A4纸正反面打印，每页有水印"), required=False)
    handwritten_opinion = forms.BooleanField(label=_("单位意见栏已手工填写规定语句"), required=False)
    signed = forms.BooleanField(label=_("有单位负责人签字"), required=False)
    sealed = forms.BooleanField(label=_("有单位公章"), required=False)
    remark = forms.CharField(label=_("备注"), required=False, max_length=300)

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:
        self.astray: list[tuple[str, str]] = []
        super().__init__(self._put_back(data) if data is not None else None, **kwargs)

    def _put_back(self, data: QueryDict) -> QueryDict:
        """The data without codes in the wrong field."""
        data = data.copy()
        for name in ("received_on", "copies", "remark"):
            for code in _SCANNED.findall(data.get(name, "")):
                data[name] = data.get(name, "").replace(code, "").strip()
                self.astray.append((str(self.base_fields[name].label), code))
                if not data.get("printed_mark", "").strip():
                    data["printed_mark"] = code
        return data

    def not_sent(self) -> None:
        """What is in it is shown again and not judged yet; after a code was scanned the keyboard goes on at a tick, which the code of the
        second copy cannot spoil: date and copies are filled in already.
        """
        self._errors = ErrorDict()
        self.cleaned_data = {}
        scanned = bool(str(self.data.get("printed_mark", "")).strip())
        self.fields["duplex_with_watermark" if scanned else "printed_mark"].widget.attrs["autofocus"] = True


class CorrectionForm(DossierForm):
    """更正登记: the same, and why."""

    reason = forms.CharField(label=_("更正的原因"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


@words_for("desk_return")
def kept_return(kwargs: Mapping[str, Any], data: QueryDict) -> list[Typed]:
    """What was typed into a return whose session had ended."""
    return words_of_fields(ReturnForm(data, places=[]).fields, data)


def say_of_case(step: Any) -> Deed:
    """What a desk does at an address, and about whose application, as long as it may see it."""

    def say(request: HttpRequest, kwargs: Mapping[str, Any]) -> list[Typed]:
        application = queries.get_application(actor_of(request), kwargs["application_id"])
        if application is None:
            raise OutOfReachError(f"application {kwargs['application_id']}")
        return [
            Typed(str(_("办理")), str(step)),
            Typed(str(_("申报人")), application.applicant_name),
            Typed(str(_("申报年度")), str(application.year)),
        ]

    return say


for _name, _step in {
    "desk_pass": _("审核通过"),
    "desk_return": _("退回"),
    "desk_dossier": _("登记纸质材料"),
    "desk_dossier_correct": _("更正登记"),
    "desk_take_back": _("撤回审核通过"),
}.items():
    deed_for(_name)(say_of_case(_step))
