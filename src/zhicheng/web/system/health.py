"""The operator's pages: is everything running, what is stuck. No application is shown here, and nothing that an auditor looks at."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhicheng.documents import fonts
from zhicheng.documents.queries import missing_characters
from zhicheng.evidence.queries import intake_health
from zhicheng.evidence.scanning import scanner_state
from zhicheng.foundation import actions, outgoing, queries, readiness, reconciling, rolling, second_copy
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.verification import ask_for_whole_verification
from zhicheng.foundation.wording import alarm_words
from zhicheng.messages import gateway
from zhicheng.web.shared.http import go, who
from zhicheng.web.shared.paging import page_of
from zhicheng.web.system import stuck
from zhicheng.web.system.states import part_states


@require_safe
def show_health(request: HttpRequest) -> HttpResponse:
    """系统状态: database, outbox, worker, files to be examined, ledger, disk. What the checks have read is not asked a second time."""
    look = readiness.Look()
    checks = readiness.conditions(look)
    context = {
        "outbox": look.outbox,
        "worker": look.worker,
        "disk": look.disk,
        "disk_is_low": look.disk.percent_free < 10,
        "database": queries.database_answers(),
        "verification": look.verification,
        "verified": look.verification.data if look.verification else {},
        "intake": look.once(intake_health),
        "scanner": scanner_state(),
        "whole": look.whole,
        "files": rolling.file_checks(),
        "bytes_read_words": rolling.in_words(rolling.BytesRead(**look.whole.files)) if look.whole and look.whole.files else "",
        "head": look.head,
        "head_late": any(check.name == "head" and check.level == readiness.BAD for check in checks),
        "copy": look.is_copy,
        "second_owed": second_copy.owed(),
        "second_compared": reconciling.compared_all(),
        "backup": look.backup,
        "archive": look.archive,
        "lanes": queries.lanes_health(),
        "missing_characters": missing_characters(),
        "stand_ins": _("、").join(str(fonts.STYLE_NAMES[style]) for style in fonts.stand_ins()),
        "wrong": [alarm_words(check.name) for check in checks if check.level == readiness.BAD],
        "mail_server": look.mail_server,
        "mail_leaves": outgoing.mail_leaves(),
        "sms": look.once(gateway.health),
        "sms_used": gateway.is_there(),
        "failing_jobs": look.failing_jobs,
        "recent": list(queries.stuck_messages().filter(settled_at__isnull=True).order_by("-id")[:5]),
    }
    context["states"] = part_states(context, rehearsal=settings.REHEARSAL)
    return render(request, "system/health.html", context)


@require_safe
def show_stuck(request: HttpRequest) -> HttpResponse:
    """Messages that failed for good, newest first."""
    page = page_of(request, queries.stuck_messages(), order=("-id",))
    return render(request, "system/stuck.html", {"page": page, "rows": stuck.in_words(page)})


@require_POST
def retry(request: HttpRequest, message_id: int) -> HttpResponse:
    """重试: a failed message goes back into the queue with a fresh count."""
    try:
        actions.retry_message(message_id=message_id, actor=who(request))
    except Refused as refused:
        messages.error(request, str(refused.problems[0].text))
    else:
        messages.success(request, _("已重新排队，后台任务会再次尝试。"))
    return go(request, "system_stuck")


@require_POST
def settle(request: HttpRequest, message_id: int) -> HttpResponse:
    """不再处理: nothing more is to be done about a failed message; it counts as failed no longer."""
    try:
        actions.settle_message(message_id=message_id, actor=who(request))
    except Refused as refused:
        messages.error(request, str(refused.problems[0].text))
    else:
        messages.success(request, _("已办结，不再计入失败。"))
    return go(request, "system_stuck")


@require_POST
def verify_whole(request: HttpRequest) -> HttpResponse:
    """Ask the worker to look at every invariant of the system."""
    ask_for_whole_verification(actor=who(request))
    messages.success(request, _("已开始全面核验，完成后结果显示在本页。"))
    return go(request, "system_health")
