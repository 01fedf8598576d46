"""更换邮箱: the library's page, which also says when a mail was not sent again."""

from __future__ import annotations

from allauth.account.views import EmailView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _


class ChangeMailbox(EmailView):
    """“重新发送” within three minutes sends nothing (``settings.ACCOUNT_RATE_LIMITS``); here that is said."""

    def _action_send(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse | None:
        answer: HttpResponse | None = super()._action_send(request, *args, **kwargs)
        if not self._did_send_verification_email:
            messages.info(
                request, _("确认邮件刚刚发过，没有再发。请看收件箱和垃圾邮件箱；三分钟以后仍没有收到的，可以再点“重新发送”。")
            )
        return answer
