"""The fields of 单位信息 and of the licence, wherever they are filled in. They read; ``organizations.actions`` judges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from zhicheng.foundation.errors import Problem
from zhicheng.organizations import queries
from zhicheng.organizations.models import LicenceKind
from zhicheng.organizations.rules import Licence, UnitParticulars
from zhicheng.standards.natures import UNIT_NATURES
from zhicheng.standards.regions import BORTALA, counties_of
from zhicheng.web.shared.forms import DateField, Form
from zhicheng.web.shared.http import whole_number
from zhicheng.web.shared.mailboxes import MailboxInput


def in_chinese() -> bool:
    """Whether the page is read in Chinese; code tables have both."""
    return not (get_language() or "").startswith("en")


def nature_choices() -> list[tuple[str, str]]:
    """单位性质 in the language of the page."""
    return [(n.code, n.zh if in_chinese() else n.en) for n in UNIT_NATURES]


def region_choices() -> list[tuple[str, str]]:
    """The counties and cities of the prefecture."""
    return [("", ""), *((r.code, r.zh if in_chinese() else r.en) for r in counties_of(BORTALA))]


def office_choices() -> list[tuple[str, str]]:
    """材料接收部门: the county title offices."""
    return [("", ""), *((str(o.pk), o.name) for o in queries.receiving_offices())]


def supervising_choices() -> list[tuple[str, Any]]:
    """主管单位, none of them first."""
    return [("", _("没有主管单位")), *((str(o.pk), o.name) for o in queries.supervising_bodies())]


# As they stand on the page: the error summary goes from top to bottom.
UNIT_FIELD_ORDER: tuple[str, ...] = (
    *("uscc", "unit_name", "confirm_name", "nature", "region_code", "address"),
    *("contact_person", "confirm_contact_person", "contact_phone", "unit_email", "receiving_office", "supervising_body"),
    *("licence_kind", "licence_issued_on", "licence_valid_until", "still_newest", "note"),
)


def _with_office(typed: Mapping[str, Any]) -> QueryDict:
    """What was typed, with the office of the county where none was chosen: without a script nothing had been preselected."""
    office = queries.office_of_region(typed.get("region_code", ""))
    data = QueryDict(mutable=True)
    data.update(typed)
    if office is not None:
        data["receiving_office"] = str(office.pk)
    return data


class UnitForm(Form):
    """单位信息 (S-11, S-12) and 机构代码证或营业执照 (S-13); the file itself travels beside the form (``licences``)."""

    field_order: tuple[str, ...] = UNIT_FIELD_ORDER
    boxes: ClassVar[dict[str, str]] = {"licence": "licence_kind"}  # where the upload stands

    unit_name = forms.CharField(label=_("单位名称"), max_length=200, help_text=_("与证照上的名称完全一致。"))
    uscc = forms.CharField(
        label=_("统一社会信用代码"),
        max_length=40,
        help_text=_("18 位，在证照右上角或正上方。"),
        widget=forms.TextInput(attrs={"class": "w-medium", "autocomplete": "off", "spellcheck": "false"}),
    )
    nature = forms.ChoiceField(
        label=_("单位性质"),
        help_text=_("决定本单位申报人是否需要上传年度考核登记表，职称办会核对。"),
        widget=forms.RadioSelect,
    )
    region_code = forms.ChoiceField(label=_("单位所在县（市）"), widget=forms.Select(attrs={"class": "w-medium"}))
    address = forms.CharField(label=_("单位地址"), max_length=300)
    contact_person = forms.CharField(
        label=_("联系人"), max_length=100, widget=forms.TextInput(attrs={"class": "w-medium", "autocomplete": "off"})
    )
    contact_phone = forms.CharField(
        label=_("联系电话"),
        max_length=40,
        help_text=_("手机号码，或带区号的固定电话，如 0909-2318888。"),
        widget=forms.TextInput(attrs={"class": "w-medium", "autocomplete": "off", "inputmode": "tel"}),
    )
    unit_email = forms.CharField(
        label=_("单位邮箱"), max_length=300, required=False, widget=MailboxInput(attrs={"class": "w-medium"})
    )
    receiving_office = forms.ChoiceField(
        label=_("材料接收部门"),
        help_text=_("也叫推荐单位：请选择本单位所在县（市）人社局职称办。"),
        widget=forms.Select(attrs={"class": "w-medium"}),
    )
    supervising_body = forms.ChoiceField(label=_("主管单位"), required=False, widget=forms.Select(attrs={"class": "w-medium"}))
    licence_kind = forms.ChoiceField(label=_("证照种类"), widget=forms.RadioSelect)
    licence_issued_on = DateField(label=_("发证（登记）日期"), help_text=_("证照上写明的发证或登记日期，例如 2021-05-06"))
    licence_valid_until = DateField(label=_("有效期至"), required=False, help_text=_("写明“长期”或没有写有效期的，不用填写。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and not self.data.get("receiving_office"):
            self.data = _with_office(self.data)
        choices: Mapping[str, Any] = {
            "nature": nature_choices(),
            "region_code": region_choices(),
            "receiving_office": office_choices(),
            "supervising_body": supervising_choices(),
            "licence_kind": LicenceKind.choices,
        }
        for name, offered in choices.items():
            cast("forms.ChoiceField", self.fields[name]).choices = offered

    def unit_particulars(self) -> UnitParticulars:
        """单位信息 as typed; what could not be read is empty, and named in :meth:`unreadable`."""
        data = self.cleaned_data
        return UnitParticulars(
            name=data.get("unit_name", ""),
            uscc=data.get("uscc", ""),
            nature=data.get("nature", ""),
            region_code=data.get("region_code", ""),
            address=data.get("address", ""),
            contact_person=data.get("contact_person", ""),
            contact_phone=data.get("contact_phone", ""),
            email=data.get("unit_email", ""),
            receiving_office_id=whole_number(data.get("receiving_office", "")),
            supervising_body_id=whole_number(data.get("supervising_body", "")),
        )

    def licence(self, evidence_id: int | None) -> Licence:
        """The licence as handed in."""
        data = self.cleaned_data
        return Licence(
            kind=data.get("licence_kind", ""),
            evidence_id=evidence_id,
            issued_on=data.get("licence_issued_on"),
            valid_until=data.get("licence_valid_until"),
        )


def unreadable(form: forms.BaseForm) -> list[Problem]:
    """What the form itself could not read, for the action to tell together with everything else."""
    return [Problem(str(text), where=name, code="unreadable") for name, texts in form.errors.items() for text in texts]


def not_said_yet(form: forms.BaseForm, problems: list[Problem]) -> list[Problem]:
    """``problems`` without those about fields the form has already spoken about: one sentence beside one field.

    A licence that was refused is not also said to be missing: what is wrong with it is the sentence that helps.
    """
    refused = any(p.where == "licence" and p.code != "licence_missing" for p in problems)
    said = {"unreadable"} | ({"licence_missing"} if refused else set())
    return [p for p in problems if p.code not in said and p.where not in form.errors]


def initial_of(unit: UnitParticulars) -> dict[str, Any]:
    """Particulars as initial values of :class:`UnitForm`."""
    return {
        "unit_name": unit.name,
        "uscc": unit.uscc,
        "nature": unit.nature,
        "region_code": unit.region_code,
        "address": unit.address,
        "contact_person": unit.contact_person,
        "contact_phone": unit.contact_phone,
        "unit_email": unit.email,
        "receiving_office": str(unit.receiving_office_id or ""),
        "supervising_body": str(unit.supervising_body_id or ""),
    }
