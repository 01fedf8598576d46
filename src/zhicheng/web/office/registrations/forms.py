"""How an officer answers a unit's request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from zhicheng.organizations import queries
from zhicheng.organizations.actions import FieldReason
from zhicheng.organizations.models import UnitVerification
from zhicheng.web.shared.forms import Form
from zhicheng.web.shared.http import OutOfReachError, actor_of
from zhicheng.web.shared.kept_words import Deed, Typed, deed_for, words_for, words_of_fields
from zhicheng.web.shared.units.rows import LABELS, nature_words

RETURNABLE = (*LABELS, "licence")


class ApproveForm(Form):
    """审核通过: what was looked at, one tick each; the nature decides the appraisal exemption (S-11, S-60)."""

    nature_checked = forms.BooleanField(error_messages={"required": _("请核对单位性质后勾选。")})
    licence_checked = forms.BooleanField(
        label=_("证照清晰、有效，名称和代码与填报一致"), error_messages={"required": _("请对照证照核对后勾选。")}
    )

    def __init__(self, *args: Any, verification: UnitVerification, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nature = nature_words(verification.proposed.get("nature", ""))
        self.fields["nature_checked"].label = _("单位性质“%(nature)s”属实") % {"nature": nature}


class ReturnForm(Form):
    """退回修改: a reason beside every field that needs one, all at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in RETURNABLE:
            label = LABELS.get(name, _("证照"))
            self.fields[f"reason_{name}"] = forms.CharField(
                label=label, required=False, max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"})
            )
        self.fields["reasons"] = forms.CharField(
            label=_("其他意见"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": "3"})
        )

    def stated(self) -> list[FieldReason]:
        """Every reason that was written, the field's own first."""
        found = [FieldReason(name, self.cleaned_data.get(f"reason_{name}", "")) for name in RETURNABLE]
        return [*found, FieldReason("", self.cleaned_data.get("reasons", ""))]


class TransferForm(Form):
    """转交: to the county the unit belongs to."""

    to_office = forms.ChoiceField(label=_("转交到"))
    transfer_reason = forms.CharField(label=_("转交原因"), max_length=300)

    def __init__(self, *args: Any, verification: UnitVerification, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = queries.receiving_offices().exclude(pk=verification.office_id)
        self.fields["to_office"] = forms.ChoiceField(
            label=_("转交到"),
            choices=[("", ""), *((str(o.pk), o.name) for o in others)],
            error_messages={"required": _("请选择要转交到的县（市）职称办。")},
        )
        self.order_fields(["to_office", "transfer_reason"])


@words_for("office_registration_return")
def kept_return(kwargs: Mapping[str, Any], data: QueryDict) -> list[Typed]:
    """What was typed into a return whose session had ended."""
    return words_of_fields(ReturnForm(data).fields, data)


def _say(step: Any) -> Deed:
    """What an office answers at an address, and which unit, as long as the request is its own."""

    def say(request: HttpRequest, kwargs: Mapping[str, Any]) -> list[Typed]:
        verification = queries.verification_for(actor_of(request), kwargs["verification_id"])
        if verification is None:
            raise OutOfReachError(f"verification {kwargs['verification_id']}")
        return [Typed(str(_("办理")), str(step)), Typed(str(_("单位")), verification.proposed["name"])]

    return say


_STEPS = {"approve": _("审核通过"), "return": _("退回修改"), "transfer": _("转交")}
for _name, _step in _STEPS.items():
    deed_for(f"office_registration_{_name}")(_say(_step))
