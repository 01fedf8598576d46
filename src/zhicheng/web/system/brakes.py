"""登录限制: who is braked after wrong tries, and lifting it. For the security administrator alone."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhicheng.accounts.brakes_in_force import MOST, brakes_in_force, lift_brake
from zhicheng.foundation.errors import Refused
from zhicheng.web.shared.http import actor_of, go, render_refused

TEMPLATE = "system/brakes.html"


def show_brakes(request: HttpRequest) -> HttpResponse:
    """Every count of sign-in that has used up its free tries."""
    return render(request, TEMPLATE, _context())


@require_POST
def lift(request: HttpRequest) -> HttpResponse:
    """解除."""
    try:
        lift_brake(key=request.POST.get("brake", ""), actor=actor_of(request).ref)
    except Refused as refused:
        return render_refused(request, TEMPLATE, _context(), refused)
    messages.success(request, _("已解除，可以马上重新登录。"))
    return go(request, "system_brakes")


def _context() -> dict[str, object]:
    return {"brakes": brakes_in_force(), "most": MOST}
