"""The pages of the second factor where the library's own would lose something: the key that is being set up, the codes that are shown
once, the factor itself while a new phone takes the place of the old."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import flows
from allauth.mfa.recovery_codes.views import ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST
from django.views.generic.edit import FormView

from zhicheng.accounts.replacing_factor import replace_app
from zhicheng.accounts.second_factor import WAITING, is_set_up
from zhicheng.foundation.errors import Refused

# In the session that saw the recovery codes, until its owner says that they are kept: which codes they are, never the codes.
SHOWN = "factor_codes_shown"
SHOWN_SECONDS = 15 * 60


class SetUpApp(ActivateTOTPView):
    """The same key until it is set up or given up, in another language and after a reload."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "give_up" in request.POST:
            request.session.pop(WAITING, None)
            return redirect("mfa_index")  # who has to have a factor and has none comes back, to a new key
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response


@method_decorator(reauthentication_required(app="allauth.mfa"), name="dispatch")
class ReplaceApp(SetUpApp):
    """A code of the old app (asked for by the library before this page), then one of the new, which takes its place."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not is_set_up(int(request.user.pk or 0)):
            return redirect("mfa_activate_totp")
        return FormView.dispatch(self, request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"replaces": True}

    def form_valid(self, form: Any) -> HttpResponse:
        user, adapter = self.request.user, get_adapter(self.request)
        try:
            with transaction.atomic():  # the mail goes with what it tells
                old, new = replace_app(user_id=int(user.pk), secret=form.secret)
                adapter.send_notification_mail("mfa/email/totp_replaced", user)
        except Refused:
            return redirect("mfa_index")
        told = {"sender": Authenticator, "request": self.request, "user": user}
        signals.authenticator_removed.send(**told, authenticator=old)
        signals.authenticator_added.send(**told, authenticator=new)
        adapter.add_message(self.request, messages.SUCCESS, "mfa/messages/totp_replaced.txt")
        return redirect("mfa_index")


class ShowRecoveryCodes(ViewRecoveryCodesView):
    """Shown once: in the session that made them, until the person says that they are kept, a quarter of an hour at most. A change of
    language or a reload is no second time. They lie sealed where they always do, and nowhere else."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        codes, _first = flows.view_recovery_codes(self.request)
        row, session = codes.instance, self.request.session
        if context["can_view_codes"]:
            session[SHOWN] = row.pk
        elif session.get(SHOWN) == row.pk and time.time() - row.data["viewed_at"] < SHOWN_SECONDS:
            context |= {"can_view_codes": True, "unused_codes": codes.get_unused_codes()}
        return context


@require_POST
def keep_codes(request: HttpRequest) -> HttpResponse:
    """The person has printed or copied the codes: nobody reads them again."""
    request.session.pop(SHOWN, None)
    return redirect("home_signed_in")
