"""A file that is still being examined when its upload is answered: where the person waits, and where the outcome leads.

The waiting page goes on by itself without a script: the browser asks again (``Refresh``) until there is an outcome, then it is sent
back to the place the file was brought to. With a script the place itself asks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhicheng.evidence.actions import note_told, take_file
from zhicheng.evidence.models import Intake, IntakeState
from zhicheng.evidence.queries import get_intakes, said_against
from zhicheng.evidence.waiting import wait_for
from zhicheng.foundation import securitylog
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.sealing import seal, unseal
from zhicheng.web.shared.http import go, is_script, network_of_visitor
from zhicheng.web.shared.kept import end_visit, is_secret
from zhicheng.web.shared.limits import may_keep

MOST_AT_ONCE = 5
"""Files of one POST that are taken; more cost the same work without anybody looking at them."""
AGAIN_SECONDS = 2
_SALT = "zhicheng.web.checking"
_LIVES_SECONDS = 24 * 3600
_TYPED = "checking_form"
_SEALED = {"purpose": "kept form", "place": "session: file being examined"}
_LONGEST_TYPED = 200_000
_BESIDE = {"csrfmiddlewaretoken", "_owner", "_kept", "keep"}  # typed by nobody


# --- bringing ---------------------------------------------------------------------------------------------------------


def refuse_crowd(files: Iterable[Any], *, where: str = "") -> None:
    """Raise ``Refused`` (``too_many_files``) when one POST carries more files than :data:`MOST_AT_ONCE`; nothing was kept then."""
    if sum(1 for file in files if file is not None) > MOST_AT_ONCE:
        text = _("一次最多上传 {n} 个文件，这次选的文件都没有收下。请分几次上传。").format(n=MOST_AT_ONCE)
        raise Refused.one(text, where=where, code="too_many_files")


def bring(request: HttpRequest, upload: Any, *, actor_id: int | None, where: str, **purpose: Any) -> Intake:
    """Hold a file of this request and wait a moment for what the examination says; see ``evidence.actions.take_file``."""
    network = network_of_visitor(request)
    return outcome_of([take_file(upload=upload, actor_id=actor_id, network=network, where=where, **purpose)])[0]


def outcome_of(rows: list[Intake]) -> list[Intake]:
    """The files as they stand after a moment. What is decided by then is said by this answer, and not again by the page."""
    rows = wait_for(rows) if rows else []
    note_told(intakes=[row for row in rows if not row.is_open])
    return rows


def refuse_if_refused(row: Intake) -> None:
    """Raise what the examination said against the file, at the place it was brought to."""
    if row.state == IntakeState.REFUSED:
        raise Refused.one(said_against(row), where=row.where, code=row.problem_code)


Words = Callable[[Intake], str]
_kept_words: dict[str, Words] = {}


def says_kept(purpose: str) -> Callable[[Words], Words]:
    """Register what is said of a file of ``purpose`` that was kept. It is asked when it is said: whoever waits may go on in another language."""

    def register(words: Words) -> Words:
        _kept_words[purpose] = words
        return words

    return register


# --- waiting ----------------------------------------------------------------------------------------------------------


def waiting_url(rows: Iterable[Intake], back: str, *, say: bool = False) -> str:
    """The page that waits for ``rows`` and leads to ``back``, an address of ours; where all were kept, ``say`` it there."""
    token = signing.dumps({"rows": [row.pk for row in rows], "back": back, "say": say}, salt=_SALT, compress=True)
    return reverse("files_checking", args=[token])


@require_safe
def show_checking(request: HttpRequest, token: str) -> HttpResponse:
    """正在检查，请稍候; once there is an outcome, the way back. A script that asks gets 204 until then."""
    try:
        known = signing.loads(token, salt=_SALT, max_age=_LIVES_SECONDS)
    except signing.BadSignature as error:
        if not isinstance(error, signing.SignatureExpired):
            securitylog.note(event="input.tampered", result="refused", what="waiting")
        raise Http404("not a page of ours") from error
    rows = [row for row in get_intakes(known["rows"]) if row.brought_by_id in {None, request.user.pk}]
    if not any(row.is_open for row in rows):
        if known.get("say") and request.user.is_authenticated and all(row.file is not None for row in rows):
            for row in rows:
                messages.success(request, _kept_words[row.purpose](row))
        return go(request, _fresh(known["back"], rows))
    if is_script(request):
        return HttpResponse(status=204)
    return checking_page(request, rows, back=known["back"])


def checking_page(request: HttpRequest, rows: list[Intake], *, back: str = "") -> HttpResponse:
    """The waiting page; the browser asks for the same address again by itself."""
    response = render(request, "shared/checking.html", {"rows": rows, "back": back})
    response.headers["Refresh"] = str(AGAIN_SECONDS)
    return response


def _fresh(back: str, rows: list[Intake]) -> str:
    """``back`` as an address the browser has not open: it would only jump to the anchor otherwise."""
    address, sharp, anchor = back.partition("#")
    query = urlencode({"checked": rows[-1].pk if rows else 0})
    return f"{address}{'&' if '?' in address else '?'}{query}{sharp}{anchor}"


# --- a form that waits with its file --------------------------------------------------------------------------------------


def keep_typed(request: HttpRequest, *, token: str) -> bool:
    """Keep what this POST typed, encrypted, in the session until its file has been examined; passwords never. Whether it was kept."""
    typed = {name: value for name, value in request.POST.dict().items() if not is_secret(name) and name not in _BESIDE}
    known = {"path": request.path, "token": token, "typed": typed, "password": _had_password(request)}
    record = json.dumps(known, ensure_ascii=False)
    if len(record) > _LONGEST_TYPED:
        return False
    if not request.user.is_authenticated:
        if not may_keep(request, len(record)):
            return False
        end_visit(request)
    request.session[_TYPED] = seal(record, **_SEALED)
    return True


def typed_before(request: HttpRequest) -> dict[str, Any]:
    """What :func:`keep_typed` kept for this very page (``token``, ``typed``, ``password``); empty when nothing."""
    sealed = request.session.get(_TYPED)
    if "checking" not in request.GET or not sealed:
        return {}
    try:
        record: dict[str, Any] = json.loads(unseal(sealed, **_SEALED))
    except ValueError:  # the key was changed
        return {}
    return record if record.get("path") == request.path else {}


def forget_typed(request: HttpRequest) -> None:
    """The form has been sent again: what was kept of it is no longer needed."""
    request.session.pop(_TYPED, None)


def _had_password(request: HttpRequest) -> bool:
    return any(is_secret(name) and value for name, value in request.POST.items())
