"""One fact of the library: filled in, changed, removed. What is typed is kept as it is; what is wrong with it is said beside it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.applications.reading import is_blank, read_row
from zhicheng.applications.rules import row_problems
from zhicheng.applications.sections import BY_KEY, Section
from zhicheng.applications.to_library import valid_until_of
from zhicheng.evidence.queries import intakes_at, said_against
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.library.actions import keep_item, remove_item
from zhicheng.library.models import LibraryItem
from zhicheng.library.queries import content_of, get_item, intake_subject, kind_of
from zhicheng.library.rules import KINDS
from zhicheng.web.applicant.base import actor_of
from zhicheng.web.applicant.library.papers import papers_of
from zhicheng.web.applicant.library.shown import item_shown
from zhicheng.web.applicant.lists import suggestions_of
from zhicheng.web.applicant.section_forms import SectionForm, cells_of, shown
from zhicheng.web.shared.addresses import reverse
from zhicheng.web.shared.checking import waiting_url
from zhicheng.web.shared.forms import DateField, Form
from zhicheng.web.shared.http import OutOfReachError, go, whole_number

TEMPLATE = "applicant/library/item.html"
# Kinds whose paper has an end that the form does not ask for, and what it is called.
ENDS = {"education": gettext_lazy("学信网在线验证报告有效期至")}


class EndForm(Form):
    """Until when the paper of a fact holds, where its owner knows it."""

    valid_until = DateField(
        label=gettext_lazy("有效期至"),
        required=False,
        help_text=gettext_lazy("可以不填。填写后，到期前一个月系统发邮件提醒；例如 2026-05-08"),
    )


def item_or_404(request: HttpRequest, item_id: int) -> LibraryItem:
    """An item of the person's own; otherwise 404, recorded."""
    item = get_item(actor_of(request), item_id)
    if item is None:
        raise OutOfReachError(f"library item {item_id}")
    return item


def kind_or_404(request: HttpRequest, item_id: int) -> str:
    """The kind of an item of the person's own; otherwise 404, recorded."""
    kind = kind_of(actor_of(request), item_id)
    if not kind:
        raise OutOfReachError(f"library item {item_id}")
    return kind


def new(request: HttpRequest, kind: str) -> HttpResponse:
    """A fact that is not kept yet."""
    if kind not in KINDS:
        raise Http404("no such kind")
    if request.method == "POST":
        return _save(request, BY_KEY[kind], None)
    return render(request, TEMPLATE, _context(BY_KEY[kind], None, {}, EndForm()))


def edit(request: HttpRequest, item_id: int) -> HttpResponse:
    """A fact as it is kept, with its files; a POST changes it."""
    if request.method == "POST":
        return _save(request, BY_KEY[kind_or_404(request, item_id)], item_id)
    return render(request, TEMPLATE, kept_context(item_or_404(request, item_id)))


def kept_context(item: LibraryItem, **more: Any) -> dict[str, Any]:
    """The page of an item as it is kept."""
    content = content_of(item)
    end = EndForm(initial={"valid_until": item.valid_until.isoformat() if item.valid_until else ""})
    return _context(BY_KEY[item.kind], item, content, end, wrong=_wrong(BY_KEY[item.kind], content)) | more


def _save(request: HttpRequest, section: Section, item_id: int | None) -> HttpResponse:
    typed = {f.key: request.POST.get(f"{section.key}-{f.key}", "") for f in section.fields}
    content = {name: value for name, value in read_row(section, typed).items() if name != "id"}
    end = EndForm(request.POST)
    version = whole_number(request.POST.get("base_version", "")) or 0
    if not end.is_valid():
        return _shown_again(request, section, item_id, content, end, [], version=version)
    if is_blank(content):
        problems = [Problem(_("还没有填写任何内容。"), code="blank")]
        return _shown_again(request, section, item_id, content, end, problems, version=version)
    try:
        kept = keep_item(
            actor=actor_of(request),
            kind=section.key,
            content=content,
            valid_until=_end_of(section, content, end),
            item_id=item_id,
            base_version=version,
        )
    except Refused as refused:
        return _shown_again(request, section, item_id, content, end, refused.problems)
    wrong = _wrong(section, content)
    if wrong:
        messages.warning(request, _("已保存，还有{n}处需要补充或改正。").format(n=len(wrong)))
        return go(request, "library_item", kept.pk)
    messages.success(request, _("“{label}”已保存到资料库。").format(label=section.label))
    return go(request, reverse("library_item", args=[kept.pk]) + "#files" if item_id is None else reverse("library"))


def _end_of(section: Section, content: dict[str, Any], end: EndForm) -> date | None:
    typed: date | None = end.cleaned_data["valid_until"]
    return typed if section.key in ENDS else valid_until_of(section.key, content)


def _shown_again(
    request: HttpRequest,
    section: Section,
    item_id: int | None,
    content: dict[str, Any],
    end: EndForm,
    problems: list[Problem],
    *,
    version: int | None = None,
) -> HttpResponse:
    """Not saved: the page again with all that was typed, and after a change elsewhere what is kept there now."""
    now = get_item(actor_of(request), item_id) if item_id is not None else None
    context = _context(section, now, content, end, version=version) | {"problems": problems}
    if now is not None and any(problem.code == "conflict" for problem in problems):
        theirs = content_of(now)
        context["differences"] = [
            {"label": f.label, "value": shown(f, theirs.get(f.key)) or _("（空）")}
            for f in section.fields
            if shown(f, theirs.get(f.key)) != shown(f, content.get(f.key))
        ]
    return render(request, TEMPLATE, context, status=422)


def _wrong(section: Section, content: dict[str, Any]) -> list[Problem]:
    return row_problems(section, {"id": "", **content}, today=clock.today())


def _context(
    section: Section,
    item: LibraryItem | None,
    content: dict[str, Any],
    end: EndForm,
    *,
    version: int | None = None,
    wrong: list[Problem] | None = None,
) -> dict[str, Any]:
    """``version``: the one the page was shown with, where what was typed could not be read."""
    form = SectionForm(section, content, wrong or [])
    if section.key in ENDS:
        end.fields["valid_until"].label = ENDS[section.key]
    kept = version if version is not None else item.version if item is not None else 0
    context: dict[str, Any] = {
        "section": section,
        "item": item,
        "version": kept,
        "row": {
            "fields": [{"control": form[f.key], "reasons": [], "place": place} for f, place in cells_of(section)],
            "reasons": [],
        },
        "end": end if section.key in ENDS else None,
        "suggestions": suggestions_of(section),
        "differences": [],
        "problems": [],
    }
    return context | (_files(item) if item is not None else {})


def _files(item: LibraryItem) -> dict[str, Any]:
    """What belongs to the files of an item that is kept."""
    arriving = intakes_at(intake_subject(item.pk))
    here = reverse("library_item", args=[item.pk])
    checking = [row for row in arriving if row.is_open]
    refused = [_("“{name}”没有接收：{text}").format(name=r.shown_name, text=said_against(r)) for r in arriving if not r.is_open]
    return {
        "kept": item_shown(item),
        "papers": papers_of(item.kind),
        "most_bytes": settings.UPLOAD_LIMIT_BYTES,
        "checking": checking,
        "checking_url": waiting_url(checking, f"{here}#files", say=True) if checking else "",
        "file_error": " ".join(refused),
    }


def remove(request: HttpRequest, item_id: int) -> HttpResponse:
    """删除, after a page that asks."""
    if request.method != "POST":
        item = item_or_404(request, item_id)
        return render(request, "applicant/library/remove.html", {"kept": item_shown(item), "section": BY_KEY[item.kind]})
    kind_or_404(request, item_id)
    remove_item(actor=actor_of(request), item_id=item_id)
    messages.success(request, _("已从资料库删除。已经填入申请书的内容没有变化。"))
    return go(request, "library")
