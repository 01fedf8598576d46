"""The link that somebody who lost his mailbox finds in the new one (S-36)."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from zhicheng.accounts.rules import mask_mailbox
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.organizations import actions, rules
from zhicheng.organizations.actions.account_decisions import request_of_link
from zhicheng.organizations.models import AccountRequestState
from zhicheng.web.shared.forms import CodeField, Form, needed
from zhicheng.web.shared.http import render_refused

TEMPLATE = "public/mailbox.html"


class ConfirmForm(Form):
    """What a stranger who got the mail by a slip of the pen does not know."""

    last_characters = needed(
        CodeField(
            label=_("您的身份证号末六位"),
            max_length=20,
            help_text=_("最后一位是字母的写 X。"),
            widget=forms.TextInput(attrs={"class": "w-short", "autocomplete": "off", "spellcheck": "false"}),
        )
    )


def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Looking changes nothing; the button puts the new mailbox in force. Used: it says that it is confirmed. Run out or withdrawn: one page,
    410."""
    row = request_of_link(token)
    alive = row is not None and row.state == AccountRequestState.APPROVED and not rules.link_has_run_out(row, clock.now())
    if row is not None and row.state == AccountRequestState.DONE:
        return _unlisted(render(request, TEMPLATE, {"over": False, "already": True}))
    if row is None or not alive:
        return _unlisted(render(request, TEMPLATE, {"over": True}, status=410))
    form = ConfirmForm(request.POST or None)
    context = {"over": False, "done": False, "form": form, "mailbox": mask_mailbox(row.new_email), "token": token}
    if request.method != "POST":
        return _unlisted(render(request, TEMPLATE, context))
    form.is_valid()
    try:
        user = actions.confirm_new_mailbox(token=token, last_characters=form.cleaned_data.get("last_characters", ""))
    except Refused as refused:
        if refused.has("link_over") or refused.has("too_many_tries"):
            return _unlisted(render(request, TEMPLATE, {"over": True, "problems": refused.problems}, status=410))
        return _unlisted(render_refused(request, TEMPLATE, context, refused))
    return _unlisted(render(request, TEMPLATE, {"over": False, "done": True, "username": user.username}))


def _unlisted(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex, noarchive"
    response["Cache-Control"] = "no-store"
    return response
