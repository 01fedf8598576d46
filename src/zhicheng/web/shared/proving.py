"""Why somebody who has signed in is asked for the password or a code once more: what stands behind this page."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.accounts.second_factor import is_required, is_set_up

_BEHIND = {
    "mfa_activate_totp": gettext_lazy("接下来设置两步验证，请先确认是您本人。"),
    "mfa_replace_totp": gettext_lazy("接下来用新手机代替旧手机，请先确认是您本人。旧手机不在身边的，输入一个备用码。"),
    "mfa_deactivate_totp": gettext_lazy("接下来关闭两步验证，请先确认是您本人。"),
    "mfa_view_recovery_codes": gettext_lazy("接下来查看备用码，请先确认是您本人。"),
    "mfa_generate_recovery_codes": gettext_lazy("接下来重新生成备用码，请先确认是您本人。"),
    "account_email": gettext_lazy("接下来更换邮箱，请先确认是您本人。"),
    "account_change_password": gettext_lazy("接下来修改密码，请先确认是您本人。"),
    "usersessions_list": gettext_lazy("接下来查看登录记录，请先确认是您本人。"),
}


def what_for(request: HttpRequest) -> str:
    """One sentence. Who has to have a second factor and has none is told that first: nothing else opens until it is there."""
    behind = _name_of(request.POST.get("next") or request.GET.get("next", ""))
    user = request.user
    if behind == "mfa_activate_totp" and user.is_authenticated and is_required(user.kind) and not is_set_up(user.pk):
        return _(
            "您的账号可以看到他人的申报材料或管理系统，必须使用两步验证，设置完成后才能办理业务。"
            "请先再输入一次密码，确认是您本人，下一页用手机设置。"
        )
    return str(_BEHIND.get(behind, _("接下来的操作关系到账号安全，请确认是您本人。")))


def _name_of(address: str) -> str:
    try:
        return resolve(address.partition("?")[0]).view_name
    except Resolver404:
        return ""
