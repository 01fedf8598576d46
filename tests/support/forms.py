"""What a browser does for every form: it sends the hidden token the page carried. Tests that name only the fields need not know."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from zhicheng.accounts.models import User
from zhicheng.web.shared.once import FIELD, new_token


class SendsTheToken:
    """Adds a fresh token (``web/shared/once.py``) to a form that names none. ``X-Bare-Form`` sends the form as it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        if request.method == "POST" and FIELD not in request.POST and "X-Bare-Form" not in request.headers:
            request.POST = request.POST.copy()
            request.POST[FIELD] = new_token(request)


def token_for(client: Client) -> str:
    """The token that a page opened in this browser would carry."""
    request = RequestFactory().get("/")
    user_id = client.session.get("_auth_user_id") if client.cookies.get(settings.SESSION_COOKIE_NAME) else None
    request.user = User.objects.get(pk=user_id) if user_id else AnonymousUser()
    if not user_id:
        if "csrftoken" not in client.cookies:
            client.get(reverse("account_login"))
        request.META["CSRF_COOKIE"] = client.cookies["csrftoken"].value
    return new_token(request)
