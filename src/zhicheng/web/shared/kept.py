"""A form that was sent after its session had ended, or when another account had signed in: kept, encrypted, until its owner has signed
in again.

The record lives in the session of the same browser, whoever it is now; it goes over into the session that follows, and back only to
the person who had opened the form. Files cannot be kept: the page says so.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.http import HttpRequest, QueryDict

from zhicheng.foundation.clock import machine_now, now
from zhicheng.foundation.sealing import seal, unseal
from zhicheng.web.shared.limits import TYPED_KEPT, may_keep
from zhicheng.web.shared.owner import read_owner

SESSION_KEY = "kept_form"
REFUSED_KEY = "kept_form_refused"  # sent on and not its owner's to send any more: it stays to be read
# As sent, urlencoded: the longest section that can be saved (applications.actions.draft.MOST_BYTES; a character of four bytes takes twelve
# here) is one that can be kept.
LIMIT_BYTES = 2_000_000
SENT_AGAIN = "_kept"  # the hidden field by which a form that was given back is recognised
_KEPT = {"purpose": "kept form", "place": "session"}
_NOT_TYPED = {"csrfmiddlewaretoken", "_owner", SENT_AGAIN}


def is_secret(name: str) -> bool:
    """Whether a field of this name holds a password: it is never kept, nor shown again."""
    return "password" in name.lower()


@dataclass(frozen=True, slots=True)
class KeptForm:
    """What was typed (``body``, urlencoded), where it was going, whose it is, and when (ISO, Beijing time)."""

    path: str
    body: str
    owner: int
    kept_at: str
    files_lost: bool = False

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Every field and value, in order, to be sent again."""
        return [(name, value) for name, values in QueryDict(self.body).lists() for value in values]


def keep(request: HttpRequest) -> bool:
    """Keep the body of this POST that its owner did not send; whether it was kept. Passwords and bodies over ``LIMIT_BYTES`` never are, nor
    more than its network, and all visitors together, may have kept (``web/shared/limits.py``).

    A form without a signed owner was not opened by anybody who had signed in: there is nobody to give it back to.
    """
    if request.content_type not in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        return False
    owner = read_owner(request.POST.get("_owner", ""))
    typed = request.POST.copy()
    for name in _NOT_TYPED:
        typed.pop(name, None)
    if owner is None or any(is_secret(name) for name in typed):
        return False
    body = typed.urlencode()
    if len(body) > LIMIT_BYTES:
        return False
    if not may_keep(request, len(body)):
        return False
    record = KeptForm(request.get_full_path(), body, owner, now().isoformat(timespec="seconds"), bool(request.FILES))
    carry_over(request, seal(json.dumps(asdict(record)), **_KEPT))
    return True


def end_visit(request: HttpRequest) -> None:
    """Let a visitor's session end at a fixed time, however often it is used until then: what was typed lies in it. Signing in gives it
    the ordinary end (``web/shared/sign_ins.py``).
    """
    request.session.set_expiry(machine_now() + timedelta(seconds=TYPED_KEPT))


def read(request: HttpRequest) -> KeptForm | None:
    """What this browser's session keeps; ``None`` when there is nothing (any more)."""
    sealed = request.session.get(SESSION_KEY)
    if not sealed:
        return None
    try:
        return KeptForm(**json.loads(unseal(sealed, **_KEPT)))
    except (ValueError, TypeError):  # the key was changed, or the record is of another version
        return None


def forget(request: HttpRequest) -> None:
    """Throw away what was kept."""
    request.session.pop(SESSION_KEY, None)
    request.session.pop(REFUSED_KEY, None)


def forget_when_sent_again(request: HttpRequest) -> str:
    """A signed-in POST that carries the mark of a form given back: it reaches its view, and the copy is no longer needed. Returns the
    copy, sealed, for :func:`put_back`; empty for any other request.
    """
    if SESSION_KEY not in request.session or not request.POST.get(SENT_AGAIN):
        return ""
    sealed = str(request.session[SESSION_KEY])
    forget(request)
    return sealed


def put_back(request: HttpRequest, sealed: str) -> None:
    """What was sent on met a page that its owner cannot open any more: it is kept to be read and copied."""
    request.session[SESSION_KEY] = sealed
    request.session[REFUSED_KEY] = True


def was_refused(request: HttpRequest) -> bool:
    """Whether what is kept was sent on, and was not its owner's to send."""
    return bool(request.session.get(REFUSED_KEY))


def of_another(request: HttpRequest) -> str:
    """What this session keeps, sealed, when it is not for whoever is signed in now; empty when there is nothing."""
    record = read(request) if SESSION_KEY in request.session else None
    return str(request.session[SESSION_KEY]) if record is not None and record.owner != request.user.pk else ""


def carry_over(request: HttpRequest, sealed: str) -> None:
    """Put what was kept into the session there is now: after a sign-out or another sign-in its real owner can still have it."""
    if not sealed:
        return
    request.session[SESSION_KEY] = sealed
    request.session.pop(REFUSED_KEY, None)
    if not request.user.is_authenticated:
        end_visit(request)
