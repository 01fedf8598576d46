"""登录限制: who is braked after wrong tries or too many mails, and lifting it. For the security administrator alone."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from zhicheng.accounts.brakes_in_force import MOST, brakes_in_force, lift_brake
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.web.shared.http import actor_of, go, render_refused

TEMPLATE = "system/brakes.html"
_WORDS = {
    "password": gettext_lazy("输错密码"),
    "code": gettext_lazy("输错验证码"),
    "mail-recovery": gettext_lazy("要求发送找回账号的邮件"),
    "mail-confirm": gettext_lazy("要求发送确认邮箱的邮件"),
    "mail-taken": gettext_lazy("有人用其邮箱注册的提醒邮件"),
    "mail-request": gettext_lazy("为其账号提出的申请和结果的邮件"),
    "mail-officer": gettext_lazy("工作人员账号变化的邮件"),
    "mail-unit": gettext_lazy("单位信息审核结果的邮件"),
    "mail-staff": gettext_lazy("单位为其开通经办人账号的邮件"),
    "mail-safety": gettext_lazy("账号安全变化的邮件"),
    "mail-device": gettext_lazy("新设备登录的提醒邮件"),
}


def show_brakes(request: HttpRequest) -> HttpResponse:
    """Every count that has used up its free tries."""
    return render(request, TEMPLATE, _context())


@require_POST
def lift(request: HttpRequest) -> HttpResponse:
    """解除."""
    try:
        lift_brake(key=request.POST.get("brake", ""), actor=actor_of(request).ref)
    except Refused as refused:
        return render_refused(request, TEMPLATE, _context(), refused)
    messages.success(request, _("已解除，可以马上重试。"))
    return go(request, "system_brakes")


def _context() -> dict[str, object]:
    brakes = [{"brake": brake, "what": _WORDS.get(brake.what, brake.what)} for brake in brakes_in_force()]
    moved = abs(clock.now() - clock.machine_now()) > timedelta(minutes=1)
    return {"brakes": brakes, "most": MOST, "machine_now": clock.machine_now() if moved else None}
