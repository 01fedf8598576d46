"""登记纸质材料 and 更正登记: what arrived on paper, typed or scanned. A scanner ends every code with Enter, and that records nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.desks import BY_ROLE
from zhicheng.documents.queries import read_mark
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.review import actions
from zhicheng.review.models import MarkState, PaperDossier
from zhicheng.review.queries import forms_with_mark, last_dossier, mark_state, tells_no_print
from zhicheng.web.shared.desk.forms import CorrectionForm, DossierForm
from zhicheng.web.shared.desk.views import case_context, get_case_or_404, moved_on, open_case_or_404
from zhicheng.web.shared.http import OutOfReachError, actor_of, go, render_refused

TEMPLATE = "shared/desk/dossier.html"
_FACTS = ("received_on", "copies", "duplex_with_watermark", "handwritten_opinion", "signed", "sealed", "printed_mark", "remark")


def record_dossier(request: HttpRequest, application_id: int) -> HttpResponse:
    """登记纸质材料."""
    if request.method == "POST":
        return _send(request, application_id, DossierForm(request.POST), _record)
    case = open_case_or_404(request, application_id)
    if not _is_here(request, case):
        return moved_on(request, case, _("登记纸质材料"))
    copies = case.notice.limits.review_form_copies
    initial = {"submission": case.application.current_submission_id, "received_on": clock.today(), "copies": copies}
    return render(request, TEMPLATE, _context(request, case, DossierForm(initial=initial)))


def correct_dossier(request: HttpRequest, application_id: int, dossier_id: int) -> HttpResponse:
    """更正登记: the desk's newest entry once more, as it was written down, with room for what was wrong about it."""
    if request.method == "POST":
        return _send(request, application_id, CorrectionForm(request.POST), _correct, dossier_id=dossier_id)
    case = open_case_or_404(request, application_id)
    if not _is_here(request, case):
        return moved_on(request, case, _("更正登记"))
    wrong = last_dossier(case, actor_of(request).organization_id)
    if wrong is None or wrong.pk != dossier_id:
        raise OutOfReachError(f"dossier {dossier_id} of application {application_id}")
    initial = {"submission": wrong.submission_id} | {name: getattr(wrong, name) for name in _FACTS}
    return render(request, TEMPLATE, _context(request, case, CorrectionForm(initial=initial), correcting=True))


def _is_here(request: HttpRequest, case: CaseFile) -> bool:
    return case.application.state in BY_ROLE[actor_of(request).role].holds


Record = Callable[..., PaperDossier]


def _send(request: HttpRequest, application_id: int, form: DossierForm, record: Record, **more: int) -> HttpResponse:
    correcting = bool(more)
    # Enter, in whatever field: a scanner's, or somebody's who has not come to the end; or a code came into a field that is not its own
    if "record" not in request.POST or form.astray:
        case = get_case_or_404(request, application_id)
        if not _is_here(request, case):
            return moved_on(request, case, _("登记纸质材料"))
        form.not_sent()
        return render(request, TEMPLATE, _context(request, case, form, correcting=correcting, scanned=_scanned(case, form)))
    if not form.is_valid():
        context = _context(request, get_case_or_404(request, application_id), form, correcting=correcting)
        return render_refused(request, TEMPLATE, context)
    try:
        dossier = record(actor=actor_of(request), application_id=application_id, form=form, **more)
    except Refused as refused:
        context = _context(request, get_case_or_404(request, application_id), form, correcting=correcting)
        return render_refused(request, TEMPLATE, context, refused)
    words = _("已更正纸质材料的登记，原来的登记保留。评审表：{state}。") if correcting else _("已登记纸质材料。评审表：{state}。")
    level = messages.SUCCESS if dossier.mark_state == MarkState.CURRENT else messages.WARNING
    messages.add_message(request, level, words.format(state=dossier.get_mark_state_display()))
    return go(request, "desk_case", application_id)


def _record(*, form: DossierForm, **given: Any) -> PaperDossier:
    return actions.record_dossier(
        submission_id=form.cleaned_data["submission"], **{name: form.cleaned_data[name] for name in _FACTS}, **given
    )


def _correct(*, form: DossierForm, **given: Any) -> PaperDossier:
    found = actions.Found(**{name: form.cleaned_data[name] for name in _FACTS})
    told = {"submission_id": form.cleaned_data["submission"], "reason": form.cleaned_data["reason"]}
    return actions.correct_dossier(found=found, **told, **given)


def _scanned(case: CaseFile, form: DossierForm) -> list[dict[str, Any]]:
    """What the code in the field is, and each that came into another one, said before anything is recorded; the same code is said once."""
    typed = {str(form.data.get("printed_mark", "")).strip(): ""}
    for field, code in form.astray:
        typed[code] = field
    found = []
    for text, field in typed.items():
        if text and case.submission is not None:
            mark = read_mark(text)
            forms = forms_with_mark(case.application, mark)
            state, untold = mark_state(case.submission, next(iter(forms), None), mark), tells_no_print(forms)
            is_current = state == MarkState.CURRENT and not untold
            found.append({"words": untold or state.label, "is_current": is_current, "mark": str(mark), "astray": field})
    return found


def _context(request: HttpRequest, case: CaseFile, form: DossierForm, **more: Any) -> dict[str, Any]:
    act = _("更正登记") if more.get("correcting") else _("登记纸质材料")
    return case_context(request, case, act=act, form=form) | {"correcting": False, "scanned": []} | more
