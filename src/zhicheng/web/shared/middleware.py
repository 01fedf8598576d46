"""What happens around every page: who is asking, may they ask this, and nothing typed is lost when a session ends."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db import connections
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from zhicheng.accounts import second_factor
from zhicheng.foundation import logs
from zhicheng.organizations.actors import Role, actor_for
from zhicheng.web.access import ACCESS, BEFORE_SECOND_FACTOR
from zhicheng.web.shared import kept
from zhicheng.web.shared.ended import to_sign_in
from zhicheng.web.shared.errors import only_sent, refused_page
from zhicheng.web.shared.http import back_path, is_script, page_name, who
from zhicheng.web.shared.read_only import refuse_writes
from zhicheng.web.shared.standing import page_address

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]


class ActorMiddleware:
    """Sets ``request.actor``."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = actor_for(request.user)  # type: ignore[attr-defined]
        logs.set_actor(who(request))
        return self.get_response(request)


def _roles(request: HttpRequest) -> frozenset[Role]:
    """Who may open what was asked for; nobody when the table does not name it."""
    match = request.resolver_match
    return ACCESS.get(match.view_name if match else "", frozenset())


class KeepTypedMiddleware:
    """Keeps what was typed when the session ended before it was sent; gives it back after sign-in (``web/shared/kept.py``)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """What waits for somebody else outlives a sign-out and a sign-in; only who is told of it can throw it away."""
        waits = kept.of_another(request) if request.method == "POST" else ""
        response = self.get_response(request)
        if waits and kept.SESSION_KEY not in request.session and page_name(request) != "kept_form_discard":
            kept.carry_over(request, waits)
        sent_on: str = getattr(request, "kept_sent_on", "")
        if sent_on and response.status_code in {403, 404} and request.user.is_authenticated:
            kept.put_back(request, sent_on)
            return redirect("kept_form")
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Runs after the CSRF check: only what our own page sent is kept."""
        if request.method != "POST":
            return None
        if request.user.is_authenticated:
            request.kept_sent_on = kept.forget_when_sent_again(request)  # type: ignore[attr-defined]
            return None
        roles = _roles(request)
        if not roles or Role.ANONYMOUS in roles or is_script(request) or not kept.keep(request):
            return None
        return redirect_to_login(reverse("kept_form"))


def _second_factor_first(request: HttpRequest, name: str) -> HttpResponse | None:
    """Whoever has to have a second factor and has none can set one up, and nothing else."""
    user = request.user
    if name in BEFORE_SECOND_FACTOR or not user.is_authenticated or not second_factor.is_required(user.kind):
        return None
    if second_factor.is_set_up(user.pk):
        return None
    return HttpResponse(status=401) if is_script(request) else redirect("mfa_activate_totp")


class AccessMiddleware:
    """The one table (``web/access.py``) in force. What it does not name is not there, for anybody."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        return only_sent(request, response) if response.status_code == 405 else response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        roles = _roles(request)
        name = request.resolver_match.view_name if request.resolver_match else ""
        if not roles:
            if name not in ACCESS:
                logger.error("the address %s is not in web/access.py", name)
            raise Http404("not in the table")
        role: Role = request.actor.role  # type: ignore[attr-defined]
        if role in roles:
            return _second_factor_first(request, name)
        if request.user.is_authenticated:
            return refused_page(request, reason=f"the role {role} of {who(request)} may not open {name}")
        if is_script(request):
            return HttpResponse(status=401)
        return to_sign_in(request, page_address(request) if request.method in {"GET", "HEAD"} else back_path(request))


class ReadOnlyGetMiddleware:
    """A page that is only looked at writes nothing: a link that is opened twice, prefetched or crawled changes no case."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        with ExitStack() as stack:
            for connection in connections.all():
                stack.enter_context(connection.execute_wrapper(refuse_writes))
            return self.get_response(request)
