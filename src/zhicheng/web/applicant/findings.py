"""提示与说明: everything the rules noticed about the form, each with room for a sentence; nobody has to write one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from zhicheng.applications.actions import answer_findings
from zhicheng.applications.authorships import findings_to_answer
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.findings import KEPT_AS, LONGEST, Told
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.web.applicant.base import actor_of, case_or_404, head_of, is_open
from zhicheng.web.applicant.links import link_to
from zhicheng.web.shared.addresses import reverse
from zhicheng.web.shared.findings import Shown, named
from zhicheng.web.shared.forms import Form
from zhicheng.web.shared.http import go, render_refused, whole_number
from zhicheng.web.shared.kept_words import Typed, words_for
from zhicheng.web.shared.problems import anchor_id

TEMPLATE = "applicant/findings.html"
_NAMED = "answer-"


class AnswersForm(Form):
    """One control for each finding, called ``answer-<key of the finding>``; none of them has to be filled in."""

    base_version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, data: QueryDict | None = None, *, shown: Iterable[Shown], **kwargs: Any) -> None:
        self.shown = list(shown)
        super().__init__(data, **kwargs)
        for each in self.shown:
            widget = forms.Textarea(attrs={"rows": 2})
            label = _("说明：{place}").format(place=each.place) if each.place else _("说明")
            self.fields[answer_name(each.key)] = forms.CharField(
                label=label, required=False, max_length=LONGEST, widget=widget, initial=each.answer
            )

    @property
    def entries(self) -> list[dict[str, Any]]:
        """Each finding with its control, as the page shows them."""
        return [{"shown": each, "anchor": anchor_id(each.key), "control": self[answer_name(each.key)]} for each in self.shown]


def answer_name(key: str) -> str:
    """The name of the control for one finding."""
    return f"{_NAMED}{key}"


def answers_sent(data: QueryDict) -> dict[str, str]:
    """What was written, by the finding's key."""
    return {name.removeprefix(_NAMED): str(data[name]) for name in data if name.startswith(_NAMED)}


def shown_findings(case: CaseFile, found: Iterable[Told]) -> list[Shown]:
    """What the applicant may write to (``found``), each with its place in words and the address where it can be mended."""
    return [
        Shown(each.told, each.place, link_to(case, each.told.finding.where)) for each in named(found, case.notice, case.contents)
    ]


def shown_notes(case: CaseFile) -> list[Shown]:
    """What is told and asks nothing of the applicant (``Finding.is_note``)."""
    return named([told for told in case.findings if told.finding.is_note], case.notice, case.contents)


def findings_url(case: CaseFile, key: str = "") -> str:
    """The page where findings are answered; ``key``: at that finding."""
    address = reverse("application_findings", args=[case.application.pk])
    return f"{address}#{anchor_id(key)}" if key else address


def answer(request: HttpRequest, application_id: int) -> HttpResponse:
    """Every finding of the form, and a sentence to each where the applicant likes. A POST keeps them and leads to 再次核对."""
    if request.method == "POST":
        return _keep(request, application_id)
    case = case_or_404(request, application_id)
    if not is_open(case.application):
        return go(request, "my_application", application_id)
    return render(request, TEMPLATE, _context(request, case))


def _keep(request: HttpRequest, application_id: int) -> HttpResponse:
    try:
        answer_findings(
            actor=actor_of(request),
            application_id=application_id,
            answers=answers_sent(request.POST),
            base_version=whole_number(request.POST.get("base_version", "")) or 0,
        )
    except Refused as refused:
        case = case_or_404(request, application_id)
        if refused.has("not_open"):
            return go(request, "my_application", application_id)
        said_above = [
            Problem(p.text, code=p.code) for p in refused.problems if p.code != "too_long"
        ]  # a form tells what is too long
        return render_refused(request, TEMPLATE, _context(request, case), said_above)
    messages.success(request, _("说明已保存，上报时随申请书一并送交审核部门。"))
    return go(request, reverse("application_check", args=[application_id]) + "#findings")


def _context(request: HttpRequest, case: CaseFile) -> dict[str, Any]:
    version = case.draft.versions.get(KEPT_AS, 0)
    shown = shown_findings(case, findings_to_answer(case))
    return {**head_of(case), "form": AnswersForm(request.POST or None, shown=shown, initial={"base_version": version})}


@words_for("application_findings")
def kept_answers(kwargs: Mapping[str, Any], data: QueryDict) -> list[Typed]:
    """What was written when the session had ended."""
    return [Typed(str(_("说明")), text) for name in data if name.startswith("answer-") and (text := str(data[name]).strip())]
