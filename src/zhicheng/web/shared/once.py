"""Each form is carried out once, however often it is pressed, and a lost answer can be fetched by pressing again.

Every form of ours carries a hidden token (``{% form_tokens %}``): a random value signed for whoever opened the page. The same token at
the same address with the same contents is the same sending; its row is written in the transaction of the action itself
(``foundation/sending.py``). A form whose token is missing, too old or somebody else's is not carried out but shown once more with all
that was typed, and a fresh token.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from zhicheng.foundation.clock import now
from zhicheng.foundation.models import SentForm
from zhicheng.foundation.sending import (
    Form,
    Sending,
    SentBefore,
    forget_sending,
    keep_answer,
    sendings_of,
    sent_before,
)
from zhicheng.web.repeats import CORRECTS, IN_SESSION, MEETS_ITSELF, REPEATABLE
from zhicheng.web.shared.http import go, is_script
from zhicheng.web.shared.kept import LIMIT_BYTES, KeptForm, is_secret
from zhicheng.web.shared.kept_words import words_of
from zhicheng.web.shared.truth import place_to_look, sending_of

FIELD = "_once"
VALID_SECONDS = 7 * 24 * 3600  # shorter than a sending is remembered (foundation.sending.KEPT)
_SALT = "zhicheng.web.once"
# Neither typed by anybody nor the same twice.
_BESIDE = {"csrfmiddlewaretoken", FIELD, "_owner", "_kept"}
_WAITS = (0.02, 0.05, 0.1, 0.2, 0.4)  # seconds: the first press has committed and is just noting its answer

GetResponse = Callable[[HttpRequest], HttpResponse]


def sender_of(request: HttpRequest) -> str:
    """Who sends: an account, or one browser of a visitor (by a hash of its CSRF secret)."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return f"user:{user.pk}"
    secret = request.META.get("CSRF_COOKIE", "")
    return f"visitor:{salted_hmac(_SALT, secret, algorithm='sha256').hexdigest()[:32]}"


def new_token(request: HttpRequest) -> str:
    """The token of one form on the page that is being made."""
    if not request.META.get("CSRF_COOKIE_NEEDS_UPDATE"):
        get_token(request)  # a visitor's first page: the secret is made now, and its cookie goes out with this page
    return _signer(sender_of(request)).sign(secrets.token_urlsafe(16))


def _signer(sender: str) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"{_SALT}.{sender}")


def _is_good(token: str, sender: str) -> bool:
    try:
        _signer(sender).unsign(token, max_age=VALID_SECONDS)
    except signing.BadSignature:
        return False
    return True


def _contents(request: HttpRequest) -> str:
    """Everything that was sent, files with their bytes, as text to be hashed."""
    fields = [(name, request.POST.getlist(name)) for name in sorted(request.POST) if name not in _BESIDE]
    files = [(name, [_file(f) for f in request.FILES.getlist(name)]) for name in sorted(request.FILES)]
    return json.dumps([fields, files, request.META.get("QUERY_STRING", "")])


def _file(file: UploadedFile[Any]) -> list[Any]:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return [file.name, file.size, digest.hexdigest()]


def _form_of(request: HttpRequest, token: str, name: str) -> Form:
    """What identifies this sending. Hashes are keyed: a password may be among what was typed."""

    def keyed(*parts: str) -> str:
        return salted_hmac(_SALT, "\0".join(parts), algorithm="sha256").hexdigest()

    sender = sender_of(request)
    return Form(
        key=keyed(sender, token, request.path, _contents(request)),
        form=keyed(sender, token, request.path),
        sender=sender,
        address=name,
    )


class OnceMiddleware:
    """Stands nearest to the view: what it does not let through has done nothing."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in {"GET", "HEAD", "OPTIONS", "TRACE"}:
            return self.get_response(request)
        sending = request.sending = Sending()  # type: ignore[attr-defined]
        with sending.watched():
            response = self.get_response(request)
        form = sending.form
        if response.status_code < 400:
            sending.answered = True
            sending.location = response.get("Location") or response.get("HX-Redirect") or ""
            sending.said = [str(m) for m in _said(request)]
            if form is not None and sending.committed:
                keep_answer(form, row=sending.row, location=sending.location, said=_pack(request))
        elif form is not None and response.status_code < 500:
            if sending.committed:
                forget_sending(form)
            elif (first := sent_before(form)) is not None:  # its twin was faster, and this one met what the twin had done
                return _answer_again(request, first)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Let a first sending through to its view; answer for a second one."""
        sending = sending_of(request)
        name = request.resolver_match.view_name if request.resolver_match else ""
        if sending is None or name in IN_SESSION or name in REPEATABLE:
            return None
        token = request.POST.get(FIELD, "")
        if not _is_good(token, sender_of(request)):
            return _ask_again(request, again=False)
        form = _form_of(request, token, name)
        first, otherwise = _earlier(form, request)
        if first is not None:
            return _answer_again(request, first)
        if otherwise:
            return _ask_again(request, again=True)
        sending.form = form
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Two presses at the same moment: the later one waited for the first, and gives its answer."""
        sending = sending_of(request)
        if not isinstance(exception, SentBefore) or sending is None or sending.form is None:
            return None
        form, sending.form = sending.form, None
        for pause in _WAITS:
            first = sent_before(form)
            if first is not None and (first.location or first.said):
                break
            time.sleep(pause)
        return _answer_again(request, first)


def _earlier(form: Form, request: HttpRequest) -> tuple[SentForm | None, bool]:
    """What was sent before: this very sending, and the same form with other contents where it may be sent only once."""
    if form.address in MEETS_ITSELF and not request.FILES:
        return None, False
    return (sent_before(form), False) if form.address in CORRECTS else sendings_of(form)


def _said(request: HttpRequest) -> list[Any]:
    """The messages this request has added."""
    return list(getattr(messages.get_messages(request), "_queued_messages", []))


def _pack(request: HttpRequest) -> str:
    return json.dumps([[m.level, str(m.message), m.extra_tags] for m in _said(request)], ensure_ascii=False)


def _answer_again(request: HttpRequest, first: SentForm | None) -> HttpResponse:
    """The first answer once more: the same place with the same words. Where it led to no other page: that it was done, and where to look."""
    if first is not None and first.location:
        storage = messages.get_messages(request)
        waiting = {str(message) for message in storage}
        storage.used = False  # type: ignore[union-attr]  # looked at here, not shown
        for level, text, tags in json.loads(first.said or "[]"):
            if text not in waiting:
                messages.add_message(request, level, text, extra_tags=tags or "")
        return go(request, first.location)
    if is_script(request):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "shared/sent_before.html", {"look": place_to_look(request)})


def typed_again(request: HttpRequest) -> dict[str, Any] | None:
    """The path and every field of what was sent, its own token among them, for a page that did not do it; ``None`` where a
    password or a file would have to be given again, for more than a page should carry, and for a form that could not be received."""
    if request.FILES or not request.POST or any(is_secret(name) for name in request.POST):
        return None
    pairs = [(name, value) for name, values in request.POST.lists() for value in values if name != "csrfmiddlewaretoken"]
    if sum(len(value) for _name, value in pairs) > LIMIT_BYTES:
        return None
    return {"path": request.get_full_path(), "pairs": [("csrfmiddlewaretoken", get_token(request)), *pairs]}


def record_of(request: HttpRequest) -> KeptForm:
    """What was typed, as a page shows it (``kept_words.words_of``): no password, no token. Nothing is stored."""
    typed = request.POST.copy()
    for name in [name for name in typed if name in _BESIDE or is_secret(name)]:
        typed.pop(name)
    return KeptForm(request.get_full_path(), typed.urlencode(), 0, now().isoformat(timespec="seconds"), bool(request.FILES))


def _ask_again(request: HttpRequest, *, again: bool) -> HttpResponse:
    """422 (409 for a script, which swaps nothing in): nothing was done; the same contents with a fresh token and one button. Passwords and files have to be given again.

    ``again``: this very form was carried out before, with other contents.
    """
    if is_script(request):
        words = _("这个页面打开得太久，或者平台刚刚更新过，所以没有办理。请刷新页面后再办理。")
        return HttpResponse(words, status=409, content_type="text/plain; charset=utf-8")
    record, secret = record_of(request), [name for name in request.POST if is_secret(name)]
    context = {"kept": record, "typed": words_of(record), "secret": secret, "again": again, "look": place_to_look(request)}
    return render(request, "shared/send_again.html", context, status=422)
