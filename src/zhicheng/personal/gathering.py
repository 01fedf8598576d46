"""Gathering what is kept about one account, from every room. Reads only.

What hangs on the identity number (bans, counts) is told to the account that holds it, never to one that merely claims it (``accounts.claims``).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings

from zhicheng.accounts.models import IdentityConfirmation, IdentityCorrection, KnownDevice, NoticeAcceptance, User
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import blobs, clock
from zhicheng.foundation.language import platform_language
from zhicheng.integrity.models import IntegrityRecord
from zhicheng.library.models import LibraryItem
from zhicheng.messages.models import Message, Sms, SmsChoice
from zhicheng.organizations.actors import memberships_ever
from zhicheng.organizations.models import AccountRequest
from zhicheng.personal import told
from zhicheng.personal.cases import cases_of
from zhicheng.personal.looks import looks_of

_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')
_NAME_LIMIT = 80


@dataclass(frozen=True, slots=True)
class Content:
    """Stored bytes that go into the ZIP: where, under which hash, how many."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Gathered:
    """The data, and what lies beside it: small texts by path, and stored bytes."""

    data: told.Data
    texts: dict[str, str]
    contents: list[Content]


@platform_language()
def gather(owner_id: int) -> Gathered:
    """Everything about the account ``owner_id``. Raises ``User.DoesNotExist``."""
    person = User.objects.get(pk=owner_id)
    files, contents = _files(person)
    cases = cases_of(person)
    data = told.Data(
        site=settings.SITE_NAME,
        made_at=clock.now(),
        account=_account(person),
        employers=_employers(person),
        accepted=_accepted(person),
        sign_ins=_sign_ins(person),
        devices=_devices(person),
        second_factors=_second_factors(person),
        corrections=_corrections(person),
        requests=_requests(person),
        confirmations=_confirmations(person),
        sms_since=SmsChoice.objects.filter(user=person).values_list("since", flat=True).first(),
        sms=[told.SmsTold(day=day) for day in Sms.objects.filter(user=person).order_by("day").values_list("day", flat=True)],
        messages=_messages(person),
        library=_library(person),
        applications=cases.told,
        bans=_bans(person),
        seen=looks_of(person, {case.pk: case.number for case in cases.rows}),
        files=files,
        left_out=told.left_out(),
    )
    papers = [Content(path, sha256, size) for path, sha256, size in cases.papers]
    return Gathered(data, cases.texts, [*contents, *papers])


def _account(person: User) -> told.Account:
    names = told.Account.model_fields
    return told.Account.model_validate({name: getattr(person, name) for name in names})


def _sign_ins(person: User) -> list[told.SignIn]:
    return [
        told.SignIn(created_at=s.created_at, last_seen_at=s.last_seen_at, network=s.ip, browser=s.user_agent)
        for s in UserSession.objects.filter(user=person).order_by("pk")
    ]


def _devices(person: User) -> list[told.Device]:
    return [
        told.Device(browser=d.browser, created_at=d.created_at, last_used_at=d.last_used_at, expires_at=d.expires_at)
        for d in KnownDevice.objects.filter(user=person).order_by("pk")
    ]


def _second_factors(person: User) -> list[told.SecondFactor]:
    return [
        told.SecondFactor(kind=f.type, created_at=f.created_at, last_used_at=f.last_used_at)
        for f in Authenticator.objects.filter(user=person).defer("data").order_by("pk")
    ]


def _employers(person: User) -> list[told.Employer]:
    return [
        told.Employer(name=m.organization.name, uscc=m.organization.uscc, since=m.since, until=m.until)
        for m in memberships_ever([person.pk])
    ]


def _accepted(person: User) -> list[told.Accepted]:
    return [
        told.Accepted(text=a.text_key, version=a.version, sha256=a.text_sha256, accepted_at=a.accepted_at)
        for a in NoticeAcceptance.objects.filter(user=person).order_by("pk")
    ]


def _corrections(person: User) -> list[told.Correction]:
    names = told.Correction.model_fields
    rows = IdentityCorrection.objects.filter(user=person).order_by("pk")
    return [told.Correction.model_validate({name: getattr(row, name) for name in names}) for row in rows]


def _requests(person: User) -> list[told.Request]:
    names = [name for name in told.Request.model_fields if name != "unit"]
    rows = AccountRequest.objects.filter(user=person).select_related("unit").order_by("pk")
    return [told.Request.model_validate({"unit": row.unit.name} | {name: getattr(row, name) for name in names}) for row in rows]


def _confirmations(person: User) -> list[told.Confirmation]:
    names = told.Confirmation.model_fields
    rows = IdentityConfirmation.objects.filter(user=person).order_by("pk")
    return [told.Confirmation.model_validate({name: getattr(row, name) for name in names}) for row in rows]


def _messages(person: User) -> list[told.Told]:
    rows = Message.objects.filter(user=person).order_by("pk").iterator(chunk_size=200)
    return [told.Told(at=m.at, read_at=m.read_at, is_reminder=m.is_reminder, said=json.loads(m.words)["said"]) for m in rows]


def _library(person: User) -> list[told.Fact]:
    rows = LibraryItem.objects.filter(library_id=person.pk).prefetch_related("files").order_by("pk")
    return [
        told.Fact(
            kind=row.kind,
            content=json.loads(row.content),
            valid_until=row.valid_until,
            saved_at=row.saved_at,
            files=[each.file_id for each in row.files.all()],
        )
        for row in rows
    ]


def _bans(person: User) -> list[told.Ban]:
    if not person.id_number_index or person.number_held_at is None:
        return []
    names = told.Ban.model_fields
    rows = IntegrityRecord.objects.filter(person_index=person.id_number_index).order_by("pk")
    return [told.Ban.model_validate({name: getattr(row, name) for name in names}) for row in rows]


def _files(person: User) -> tuple[list[told.File], list[Content]]:
    files, contents = [], []
    for row in EvidenceFile.objects.filter(uploaded_by=person).order_by("pk"):
        path = f"files/{row.pk}-{safe_name(row.name)}" if blobs.exists(row.sha256) else ""
        files.append(
            told.File(
                id=row.pk,
                path=path,
                name=row.name,
                media_type=row.media_type,
                size=row.size,
                pages=row.pages,
                sha256=row.sha256,
                uploaded_at=row.uploaded_at,
                warnings=row.warnings,
            )
        )
        if path:
            contents.append(Content(path, row.sha256, row.size))
    return files, contents


def safe_name(name: str) -> str:
    """A name that every system takes, its ending kept: ``a/b?.pdf`` → ``b_.pdf``."""
    bare = _UNSAFE.sub("_", PurePosixPath(name.replace("\\", "/")).name).strip(". ") or "file"
    ending = PurePosixPath(bare).suffix[:10]
    return bare if len(bare) <= _NAME_LIMIT else bare[: _NAME_LIMIT - len(ending)] + ending
