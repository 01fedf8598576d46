"""我的数据: what is kept about a person, a copy of it, what can be corrected and deleted where, and what stays and why (PIPL 第四十五至四十七条)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from zhicheng.accounts.brakes import COPIES_PER_HOUR, within
from zhicheng.foundation import clock, holding, securitylog
from zhicheng.library.queries import library_of
from zhicheng.messages import gateway
from zhicheng.messages.sms import wants_sms
from zhicheng.organizations.actors import Actor
from zhicheng.organizations.models import Organization
from zhicheng.personal.actions import ask_copy, remove_copy
from zhicheng.personal.archive import PIECE
from zhicheng.personal.queries import copy_of, unsent_of
from zhicheng.web.shared.braked import braked
from zhicheng.web.shared.http import OutOfReachError, actor_of, go


@require_safe
def show_data(request: HttpRequest) -> HttpResponse:
    """The page: the copy and where it stands, then item by item what can be done about what is kept."""
    actor = actor_of(request)
    context = {
        "copy": copy_of(actor),
        "hours": settings.DATA_COPY_HOURS,
        "drafts": unsent_of(actor),
        "has_library": library_of(actor) is not None,
        "sms": gateway.is_there() and wants_sms(actor.account_id),
        "office": _office(actor),
        "kept": _kept(),
    }
    return render(request, "applicant/data.html", context)


def _office(actor: Actor) -> Organization | None:
    """Where the person's unit hands in: whom to ask."""
    unit = Organization.objects.select_related("receiving_office").filter(pk=actor.organization_id or 0).first()
    return unit.receiving_office if unit is not None else None


def _kept() -> list[tuple[str, str, str]]:
    """What stays, why, and how long (``docs/security/classification.md``)."""
    library = _("您自己删除，或者连续{years}年没有使用（提前两个月告知）").format(years=settings.LIBRARY_KEPT_YEARS)
    return [
        (_("上报的申请书、附件、审核记录、公示、文书"), _("职称评审的档案，依法归档"), _("随档案保存，不能删除")),
        (_("姓名、身份证号及其更正记录"), _("认出同一申报人，落实申报次数和不得申报的年限"), _("账号存在期间")),
        (_("诚信档案记录"), _("落实不得申报的年限"), _("长期；期满后不再显示")),
        (_("作废的、从未上报的申请书"), _("编号连续、可以核查"), _("随账号保存，任何部门都看不到")),
        (_("谁看过我的材料"), _("供您和审计人员检查"), _("长期，只能追加")),
        (_("防篡改台账"), _("证明记录没有被改动；只有不可还原的摘要"), _("长期")),
        (_("安全日志"), _("网络安全法第二十一条"), _("六个月以上")),
        (_("登录的网络地址和浏览器"), _("让您看到谁在用您的账号"), _("退出后十分钟内删除")),
        (_("消息"), _("您随时可以再看"), _("400天后自动删除")),
        (_("已发邮件的内容"), _("没有送到时重发、核对"), _("90天后自动删除")),
        (_("我的资料库"), _("您自愿保存，供以后申报使用"), library),
        (_("没有归入申请书或者资料库的文件"), _("等您使用"), _("两天后自动删除")),
    ]


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Have a copy made."""
    actor = actor_of(request)
    if not within(what="data_copy", user_id=actor.account_id, most=COPIES_PER_HOUR):
        return braked(request, account=True)
    ask_copy(actor=actor)
    messages.success(request, _("正在生成副本，备好后用邮件和“消息”告诉您。"))
    return go(request, "person_data")


@never_cache
@require_safe
@reauthentication_required
def fetch(request: HttpRequest) -> HttpResponseBase:
    """The copy, to its owner who has just proved again who they are."""
    actor = actor_of(request)
    copy = copy_of(actor)
    if copy is None or not copy.is_ready:
        raise OutOfReachError(f"data copy of {actor.account_id}")
    pieces = _pieces(copy.held)
    try:
        first = next(pieces)
    except FileNotFoundError:
        raise OutOfReachError(f"data copy of {actor.account_id}") from None
    securitylog.note(event="data.fetched", size=copy.size)
    response = StreamingHttpResponse(chain([first], pieces), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="my-data-{clock.today():%Y%m%d}.zip"'
    response["Content-Length"] = str(copy.size)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _pieces(held: str) -> Iterator[bytes]:
    with holding.on_disk(held) as path, path.open("rb") as stored:
        while piece := stored.read(PIECE):
            yield piece


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """Throw the copy away before its time."""
    remove_copy(actor=actor_of(request))
    messages.success(request, _("副本已删除。"))
    return go(request, "person_data")
