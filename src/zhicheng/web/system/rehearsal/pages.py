"""Pages only a rehearsal has: 演练入口, the mailbox, the clock. Never routed, never imported, in production."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from zhicheng.accounts.models import AccountKind, User
from zhicheng.applications.models import Application
from zhicheng.applications.states import State
from zhicheng.applications.statewords import STATES
from zhicheng.campaigns.queries import current_versions, notice_of
from zhicheng.foundation import clock
from zhicheng.foundation.actions import move_clock, put_clock_back
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.mail import compose
from zhicheng.foundation.queries import mails
from zhicheng.messages.sms import kept_in_rehearsal
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.rehearsal.cards import cards_to_look_at
from zhicheng.rehearsal.people import PASSWORD
from zhicheng.rehearsal.seeding import BEGINS
from zhicheng.web.shared.forms import DateField, Form
from zhicheng.web.shared.http import go, local_path, object_or_404, render_refused, who
from zhicheng.web.shared.paging import page_of
from zhicheng.web.system.rehearsal.guide import STATIONS

PEOPLE_PER_STATE = 2
_ADDRESS = re.compile(r"(https?://[^\s<>\"，。；）]+)")
MOST_APPLICATIONS = 500


@dataclass
class Door:
    """One account to go in by: ``text`` says what to try there."""

    user: User
    place: str = ""
    text: str = ""


@dataclass
class Group:
    """The doors of one role."""

    title: str
    doors: list[Door] = field(default_factory=list)


def _officers_and_units() -> list[Group]:
    titles = {
        "unit": (_("单位管理员"), _("审核本单位的上报、公示、处理异议、上报县（市）。")),
        "supervising": (_("主管单位"), _("审核所属单位报来的申请书，出具推荐意见。")),
        "county": (_("县（市）人社局职称办"), _("审核单位注册；登记纸质材料，审核本县（市）的申请书。")),
        "prefecture": (_("州人力资源和社会保障局"), _("终审、三次计次、撤销计次、诚信档案。")),
    }
    groups = {key: Group(title) for key, (title, _text) in titles.items()}
    groups["system"] = Group(_("系统运维、安全管理、审计管理"))
    duties = {
        AccountKind.OPERATOR: _("系统状态、失败的消息。"),
        AccountKind.SECURITY: _("各部门工作人员的账号：开通、停用、重置两步验证。"),
        AccountKind.AUDITOR: _("核验台账、查台账、被拒绝的访问、查看记录。"),
    }
    people = User.objects.exclude(kind=AccountKind.APPLICANT).prefetch_related("memberships__organization").order_by("id")
    for user in people:
        if duty := duties.get(AccountKind(user.kind)):
            groups["system"].doors.append(Door(user, "", duty))
        for member in user.memberships.all():
            if member.until is None:
                key = member.organization.kind
                groups[key].doors.append(Door(user, member.organization.name, titles[key][1]))
    return [group for group in groups.values() if group.doors]


def _applicants() -> Group:
    rows = Application.objects.select_related("applicant", "employer").only("state", "applicant", "employer").order_by("id")
    by_state: dict[str, list[Application]] = defaultdict(list)
    for row in rows[:MOST_APPLICATIONS]:
        if len(by_state[row.state]) < PEOPLE_PER_STATE:
            by_state[row.state].append(row)
    shown = [row for state in State for row in by_state[state]]
    return Group(_("申报人"), [Door(r.applicant, r.employer.name, str(STATES[State(r.state)].applicant)) for r in shown])


@require_safe
def entrance(request: HttpRequest) -> HttpResponse:
    """演练入口: the stations of the story, and a door for every role."""
    context = {
        "groups": [_applicants(), *_officers_and_units()],
        "stations": STATIONS,
        "password": PASSWORD,
        "cards": cards_to_look_at(),
        "moment": clock.now(),
    }
    return render(request, "system/rehearsal.html", context)


@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Become the account that was clicked; ``next`` says where to go."""
    if settings.MODE == "production":
        raise Http404
    user = object_or_404(User.objects.filter(is_active=True), username=request.POST.get("username", ""))
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    UserSession.objects.create_from_request(request)  # listed and ended like any other sign-in
    return go(request, local_path(request.POST.get("next", "")) or "home_signed_in")


@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """Every mail of the rehearsal, newest first; ``to`` looks for one recipient."""
    rows, to = mails(), request.GET.get("to", "").strip()
    if to:
        rows = rows.filter(payload__icontains=to)
    page = page_of(request, rows, order=("-created_at", "-id"))
    return render(request, "system/mailbox.html", {"page": page, "to": to})


@require_safe
def show_mail(request: HttpRequest, message_id: int) -> HttpResponse:
    """One mail as its reader gets it, links alive."""
    message = object_or_404(mails(), pk=message_id)
    mail = compose(message)
    return render(request, "system/mail.html", {"message": message, "mail": mail, "body": with_links(str(mail.body))})


@require_safe
def sms(request: HttpRequest) -> HttpResponse:
    """The newest SMS of the rehearsal, which nobody receives."""
    return render(request, "system/sms.html", {"kept": kept_in_rehearsal()})


def with_links(text: str) -> SafeString:
    """``text`` for a page: its web addresses as links, also those that stand right behind a Chinese colon."""
    parts = _ADDRESS.split(text)  # every second part is an address
    shown = [format_html('<a href="{0}">{0}</a>', p) if n % 2 else escape(p) for n, p in enumerate(parts)]
    return mark_safe("".join(shown).replace("\n", "<br>"))  # noqa: S308 - every part was escaped


class MoveForm(Form):
    """Where to move the clock: a day and an hour."""

    day = DateField(label=gettext_lazy("日期"))
    hour = forms.TimeField(label=gettext_lazy("时间"), initial="09:00", input_formats=["%H:%M", "%H：%M", "%H:%M:%S"])


def _jumps() -> list[tuple[str, str, datetime | None]]:
    """(key, words, moment) of the buttons; a moment that does not exist now is ``None``."""
    last = PublicityPeriod.objects.filter(
        cancelled_at__isnull=True, application__state=State.IN_PUBLICITY, ends_on__gte=clock.today()
    ).order_by("-ends_on").first()  # fmt: skip
    over = datetime.combine(last.ends_on + timedelta(days=1), time(9), tzinfo=clock.BEIJING) if last else None
    version = current_versions().first()
    windows = sorted(notice_of(version).windows, key=lambda one: one.correct_until) if version else []
    window = next(
        (one for one in windows if one.correct_until > clock.now()), windows[-1] if windows else None
    )  # the next to end
    zone = clock.BEIJING

    def at(moment: datetime | None) -> datetime | None:
        return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=zone)

    until, correct = (at(window.apply_until), at(window.correct_until)) if window else (None, None)
    return [
        ("publicity_over", _("到最后一个公示期满"), over),
        ("before_deadline", _("到首次上报截止前 10 分钟"), until - timedelta(minutes=10) if until else None),
        ("deadline", _("到首次上报截止"), until),
        ("correct_deadline", _("到补正截止"), correct),
        ("begin", _("回到演练开始时"), BEGINS),
    ]


STEPS = (
    ("1h", gettext_lazy("快进 1 小时"), timedelta(hours=1)),
    ("1d", gettext_lazy("快进 1 天"), timedelta(days=1)),
    ("3d", gettext_lazy("快进 3 天"), timedelta(days=3)),
    ("7d", gettext_lazy("快进 7 天"), timedelta(days=7)),
    ("-1d", gettext_lazy("退回 1 天"), timedelta(days=-1)),
)


def _form_of_now() -> MoveForm:
    now = clock.now()
    return MoveForm(initial={"day": now.date(), "hour": now.strftime("%H:%M")})


def _clock_context(form: MoveForm) -> dict[str, Any]:
    return {"moment": clock.now(), "form": form, "steps": STEPS, "jumps": _jumps()}


@require_safe
def show_clock(request: HttpRequest) -> HttpResponse:
    """演练时间: what the clock shows, and where it can be moved."""
    return render(request, "system/clock.html", _clock_context(_form_of_now()))


@require_POST
def move(request: HttpRequest) -> HttpResponse:
    """Move the clock by a step, to a known moment, to a day and hour, or back to the machine's time."""
    now = clock.now()
    targets = {key: now + step for key, _words, step in STEPS} | {k: m for k, _words, m in _jumps() if m is not None}
    wanted = request.POST.get("to", "")
    if wanted == "machine":
        put_clock_back(actor=who(request))
    else:
        form = _form_of_now() if wanted in targets else MoveForm(request.POST)
        if form.is_bound and not form.is_valid():
            return render_refused(request, "system/clock.html", _clock_context(form))
        to = targets.get(wanted) or datetime.combine(form.cleaned_data["day"], form.cleaned_data["hour"], tzinfo=clock.BEIJING)
        try:
            move_clock(to=to, actor=who(request))
        except Refused as refused:
            return render_refused(request, "system/clock.html", _clock_context(form), refused)
    messages.success(request, _("现在是 %(now)s（北京时间）。") % {"now": clock.written(clock.now())})
    return go(request, "rehearsal_clock")
