"""The files of a fact: one is brought, looked at, taken out. Kept by reference: nothing is copied, and nothing of another's is shown."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhicheng.evidence.models import Intake
from zhicheng.foundation.errors import Refused
from zhicheng.library.actions import remove_file
from zhicheng.library.queries import get_file, intake_subject
from zhicheng.web.applicant.base import actor_of
from zhicheng.web.applicant.library.items import TEMPLATE, item_or_404, kept_context, kind_or_404
from zhicheng.web.applicant.library.papers import read_paper
from zhicheng.web.shared.addresses import reverse
from zhicheng.web.shared.checking import bring, refuse_crowd, refuse_if_refused, says_kept, waiting_url
from zhicheng.web.shared.files import file_answer
from zhicheng.web.shared.http import OutOfReachError, go


@says_kept("library")
def kept_words(row: Intake) -> str:
    """That a file was put with its fact."""
    return _("“{name}”已存入资料库。").format(name=row.file.name if row.file else row.shown_name)


@require_POST
def add(request: HttpRequest, item_id: int) -> HttpResponse:
    """Bring a file for an item."""
    slot, paper = read_paper(kind_or_404(request, item_id), request.POST.get("paper", ""))
    here = reverse("library_item", args=[item_id]) + "#files"
    try:
        upload = request.FILES.get("file")
        if upload is None:
            raise Refused.one(_("请先选择要上传的文件。"), where="file", code="no_file")
        refuse_crowd(request.FILES.values(), where="file")
        row = bring(
            request,
            upload,
            actor_id=actor_of(request).user_id,
            where="file",
            purpose="library",
            subject=intake_subject(item_id),
            payload={"item": item_id, "slot": slot, "paper": paper},
        )
        refuse_if_refused(row)
    except Refused as refused:
        said = " ".join(str(problem.text) for problem in refused.problems)
        context = kept_context(item_or_404(request, item_id), problems=refused.problems, file_error=said)
        return render(request, TEMPLATE, context, status=422)
    if row.is_open:
        return go(request, waiting_url([row], here, say=True))
    messages.success(request, kept_words(row))
    return go(request, here)


@require_safe
def show(request: HttpRequest, item_id: int, file_id: int) -> HttpResponseBase:
    """The file itself."""
    file = get_file(actor_of(request), item_id, file_id)
    if file is None:
        raise OutOfReachError(f"file {file_id} of library item {item_id}")
    return file_answer(request, file)


@require_POST
def remove(request: HttpRequest, item_id: int, file_id: int) -> HttpResponse:
    """Take a file out of an item. An application that holds it keeps it."""
    try:
        remove_file(actor=actor_of(request), item_id=item_id, file_id=file_id)
    except Refused:
        raise OutOfReachError(f"library item {item_id}") from None
    messages.success(request, _("文件已移出资料库。申请书里用到的没有变化。"))
    return go(request, reverse("library_item", args=[item_id]) + "#files")
