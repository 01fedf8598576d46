"""What views share: showing a refusal, answering scripts, fetching what is yours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.db.models import Model, QuerySet
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from zhicheng.accounts.brakes import network_of
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.logs import hide_keys
from zhicheng.organizations.actors import Actor
from zhicheng.web.access import KEY_IN_ADDRESS
from zhicheng.web.shared.problems import put_on_form
from zhicheng.web.shared.standing import page_behind

M = TypeVar("M", bound=Model)


class OutOfReachError(Http404):
    """Somebody asked for an object that is not theirs, or not there: the same 404 for both, and recorded (house, decision 5)."""


def actor_of(request: HttpRequest) -> Actor:
    """Who is asking, as the middleware found."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def who(request: HttpRequest) -> str:
    """How the ledger names the person behind ``request``, even one whose account has no role any more."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return f"user:{user.pk}"
    return "anonymous"


def network_of_visitor(request: HttpRequest) -> str:
    """What counts as one visitor (``accounts.brakes.network_of``): where the request came from."""
    return network_of(request.META.get("REMOTE_ADDR", ""))


def page_name(request: HttpRequest) -> str:
    """How the log names what was asked for: the address's name in ``web/access.py``, never what was typed into the browser."""
    match = getattr(request, "resolver_match", None)
    return match.view_name if match else "unknown"


def safe_path(request: HttpRequest) -> str:
    """The path without the key of a link from a mail, which opens an account to whoever reads it before it was used."""
    if page_name(request) not in KEY_IN_ADDRESS:
        return hide_keys(request.path)  # an address that is none, and may be a broken link
    path = request.path
    for value in request.resolver_match.kwargs.values():  # type: ignore[union-attr]
        path = path.replace(str(value), "…")
    return path


def object_or_404(qs: QuerySet[M], **lookup: Any) -> M:
    """The one object of ``qs`` (already narrowed to what the actor may see); raises :class:`OutOfReachError`, which is recorded."""
    found = qs.filter(**lookup).first()
    if found is None:
        named = ", ".join(f"{k}={v}" for k, v in lookup.items())
        raise OutOfReachError(f"{qs.model._meta.label} {named}")
    return found


def whole_number(text: str) -> int | None:
    """The id that a form or an address names; ``None`` for what cannot be one (``²`` is a digit to Python, and no number)."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def is_script(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page, or a program brings a file piece by piece, rather than a person asks for a page."""
    if "Tus-Resumable" in request.headers:
        return True
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def render_refused(
    request: HttpRequest, template: str, context: Mapping[str, Any], refused: Refused | list[Problem] | None = None
) -> HttpResponse:
    """The page again with everything that is wrong, status 422, and all that was typed (the bound form is in ``context``).

    Problems that name a field of ``context["form"]`` stand beside it; the others reach the template as ``problems``. Without
    ``refused`` the form's own errors are shown.
    """
    problems = refused.problems if isinstance(refused, Refused) else list(refused or [])
    form = context.get("form")
    if isinstance(form, BaseForm) and form.is_bound:
        form.errors  # noqa: B018 - validation must have run before an error can be added
        problems = put_on_form(form, problems)
    return render(request, template, {**context, "problems": problems}, status=422)


def go(request: HttpRequest, to: str, *args: Any, **kwargs: Any) -> HttpResponse:
    """Redirect after a successful POST (303); for htmx an ``HX-Redirect``, so that the whole page moves on."""
    address = to if to.startswith("/") else reverse(to, args=args, kwargs=kwargs)
    if is_script(request):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    response = redirect(address)
    response.status_code = 303
    return response


def local_path(address: str, default: str = "") -> str:
    """``address`` when it is a path on this site, else ``default``: another host is none, and neither is our own by name."""
    return address if address.startswith("/") and url_has_allowed_host_and_scheme(address, None) else default


def back_path(request: HttpRequest) -> str:
    """The page of ours a form was sent from; the start page when the browser does not say."""
    parts = urlsplit(request.headers.get("Referer", ""))
    if parts.netloc != request.get_host():  # compared only: what is given back is a path
        return reverse("home")
    return page_behind(local_path(parts.path + (f"?{parts.query}" if parts.query else ""), reverse("home")))


def came_from_us(request: HttpRequest) -> bool:
    """Whether the browser says that one of our own pages sent this; a page of another site cannot make it say so."""
    said = urlsplit(request.headers.get("Origin") or request.headers.get("Referer", ""))
    return (said.scheme, said.netloc) == (request.scheme, request.get_host())  # http here may be somebody between it and us
