"""Who looked at what is the person's, for the copy: the same looks as the page 谁看过我的材料 (PIPL 第四十四条、第四十五条)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from zhicheng.accounts.models import User
from zhicheng.documents.actions import PREFIXES
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import queries
from zhicheng.foundation.models import AccessLook
from zhicheng.organizations.actors import memberships_ever, office_at
from zhicheng.organizations.models import AccountRequest, Membership
from zhicheng.personal import told
from zhicheng.personal.cases import OWN_PAPERS

# What a unit calls its papers is not told, nor the numbers of those.
_OWN_PAPERS = tuple(PREFIXES[kind] for kind in OWN_PAPERS)
_FILE = re.compile(r"evidence:(\d{1,18})(?::\d{1,9})?")


def looks_of(person: User, numbers: Mapping[int, str]) -> list[told.Seen]:
    """Every look at the person's applications (``numbers`` by row) and account requests, the oldest first."""
    asked = AccountRequest.objects.filter(user=person).values_list("pk", flat=True)
    about = {f"application:{pk}": number for pk, number in numbers.items()}
    about |= {f"account_request:{pk}": "account_request" for pk in asked}
    rows = list(queries.looks_at(list(about)).order_by("pk"))
    held: dict[int, list[Membership]] = {}
    for each in memberships_ever({number for row in rows if (number := _account(row))}):
        held.setdefault(each.user_id, []).append(each)
    own = dict(EvidenceFile.objects.filter(uploaded_by=person).values_list("pk", "name"))
    return [
        told.Seen(
            at=row.at,
            office=office_at(held.get(_account(row), []), row.at),
            what=row.what,
            about=about[row.subject],
            thing=_thing(row.thing, own),
        )
        for row in rows
    ]


def _account(row: AccessLook) -> int:
    found = re.fullmatch(r"user:(\d{1,18})", row.actor)
    return int(found[1]) if found else 0


def _thing(ref: str, own: Mapping[int, str]) -> str:
    found = _FILE.fullmatch(ref)
    if found is not None:
        return own.get(int(found[1]), "")
    return ref if ref.removeprefix("paper:").startswith(_OWN_PAPERS) else ""
