"""Cases of files that come in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile

from tests.support import world as w
from tests.support.cases import case
from zhicheng.accounts.models import User
from zhicheng.evidence import actions as evidence
from zhicheng.evidence.actions.reading import begin_reading
from zhicheng.evidence.confinement.asking import Looked
from zhicheng.evidence.inspection.verdicts import OFF
from zhicheng.evidence.models import EvidenceFile, Intake, Lane, ResumableUpload
from zhicheng.evidence.reading import Unread
from zhicheng.foundation import clock

CHECKING = "evidence.actions.checking"
EXAMINING, KEEPING, TAKING = "evidence.actions.examining", "evidence.actions.keeping", "evidence.actions.taking"
LEASING = "evidence.actions.leasing"


def _upload() -> ContentFile[bytes]:
    return ContentFile(w.pdf("scan"), name="扫描件.pdf")


def _waiting(world: w.World) -> Intake:
    return evidence.take_file(upload=_upload(), actor_id=world.applicant.account_id)


def _turn(world: w.World) -> evidence.Turn:
    _waiting(world)
    turn = evidence.claim_next(lane=Lane.PEOPLE)
    assert turn is not None
    return turn


@case(f"{TAKING}.take_file", fresh={"upload": _upload})
def take(world: w.World) -> dict[str, Any]:
    return {"actor_id": world.applicant.account_id}


@case(f"{EXAMINING}.claim_next")
def claim(world: w.World) -> dict[str, Any]:
    _waiting(world)
    return {"lane": Lane.PEOPLE}


@case(f"{LEASING}.stay_at:file")
def stay_at_file(world: w.World) -> dict[str, Any]:
    return {"turn": _turn(world)}


@case(f"{LEASING}.give_back:file")
def give_back_file(world: w.World) -> dict[str, Any]:
    return {"turn": _turn(world)}


@case(f"{EXAMINING}.end_turn:kept")
def kept(world: w.World) -> dict[str, Any]:
    turn = _turn(world)
    return {"turn": turn, "outcome": turn.work()}


@case(f"{EXAMINING}.end_turn:refused")
def refused(world: w.World) -> dict[str, Any]:
    evidence.take_file(upload=ContentFile(b"no picture", name="扫描件.pdf"), actor_id=world.applicant.account_id)
    turn = evidence.claim_next(lane=Lane.PEOPLE)
    assert turn is not None
    return {"turn": turn, "outcome": turn.work()}


def _checked(world: w.World) -> evidence.CheckTurn:
    evidence.end_turn(**kept(world))
    turn = evidence.claim_check(lane=Lane.PEOPLE)
    assert turn is not None
    return turn


@case(f"{CHECKING}.claim_check")
def claim_check(world: w.World) -> dict[str, Any]:
    evidence.end_turn(**kept(world))
    return {"lane": Lane.PEOPLE}


@case(f"{LEASING}.stay_at:pages")
def stay_at_pages(world: w.World) -> dict[str, Any]:
    return {"turn": _checked(world)}


@case(f"{LEASING}.give_back:pages")
def give_back_pages(world: w.World) -> dict[str, Any]:
    return {"turn": _checked(world)}


@case(f"{CHECKING}.end_check_turn:seen")
def seen(world: w.World) -> dict[str, Any]:
    return {"turn": _checked(world), "outcome": Looked([{"code": "dark", "page": 1}], 1, 0.1)}


@case(f"{CHECKING}.end_check_turn:undone")
def undone(world: w.World) -> dict[str, Any]:
    return {"turn": _checked(world), "outcome": OSError("the bytes are away")}


READING = "evidence.actions.reading"


def _read(world: w.World) -> evidence.ReadingTurn:
    claim_reading(world)
    turn = evidence.claim_reading()
    assert turn is not None
    return turn


@case(f"{READING}.claim_reading")
def claim_reading(world: w.World) -> dict[str, Any]:
    begin_reading(file=w.evidence(world.applicant.account_id, "still to be read"))
    return {}


@case(f"{LEASING}.stay_at:reading")
def stay_at_reading(world: w.World) -> dict[str, Any]:
    return {"turn": _read(world)}


@case(f"{LEASING}.give_back:reading")
def give_back_reading(world: w.World) -> dict[str, Any]:
    return {"turn": _read(world)}


@case(f"{READING}.end_reading_turn:read")
def read(world: w.World) -> dict[str, Any]:
    return {"turn": _read(world), "outcome": Unread(OFF)}


@case(f"{READING}.end_reading_turn:undone")
def not_read(world: w.World) -> dict[str, Any]:
    return {"turn": _read(world), "outcome": OSError("the bytes are away")}


@case(f"{TAKING}.note_told")
def note_told(world: w.World) -> dict[str, Any]:
    turn = kept(world)
    evidence.end_turn(**turn)
    return {"intakes": [turn["turn"].row]}


RESUMING = "evidence.actions.resuming"
CONTENT = w.pdf("piece by piece")


def _begun(world: w.World, *, received: int = 0) -> dict[str, Any]:
    who = world.applicant.account_id
    assert who is not None
    row = evidence.begin_upload(actor_id=who, name="扫描件.pdf", size=len(CONTENT), purpose="keep")
    if received:
        evidence.receive_piece(actor_id=who, key=row.key, offset=0, chunks=[CONTENT[:received]])
    return {"actor_id": who, "key": row.key}


@case(f"{RESUMING}.begin_upload")
def begin_upload(world: w.World) -> dict[str, Any]:
    return {"actor_id": world.applicant.account_id, "name": "扫描件.pdf", "size": len(CONTENT), "purpose": "keep"}


@case(f"{RESUMING}.receive_piece:a piece")
def receive_piece(world: w.World) -> dict[str, Any]:
    return {**_begun(world), "offset": 0, "chunks": [CONTENT[:100]]}


@case(f"{RESUMING}.receive_piece:the last one")
def receive_last_piece(world: w.World) -> dict[str, Any]:
    return {**_begun(world, received=100), "offset": 100, "chunks": [CONTENT[100:]]}


@case(f"{RESUMING}.drop_upload")
def drop_upload(world: w.World) -> dict[str, Any]:
    return _begun(world, received=100)


@case(f"{RESUMING}.drop_stale_uploads")
def drop_stale_uploads(world: w.World) -> dict[str, Any]:
    _begun(world, received=100)
    ResumableUpload.objects.update(touched_at=clock.machine_now() - timedelta(days=2))
    return {}


@case("evidence.actions.composing.take_pages")
def take_pages(world: w.World) -> dict[str, Any]:
    who = world.applicant.account_id
    assert who is not None
    file = w.evidence(who, "a scan of two papers")
    return {"actor_id": who, "files": [file], "leaves": [(0, 1, 90)], "name": "合成.pdf", "purpose": "keep"}


@case("evidence.actions.composing.take_mended")
def take_mended(world: w.World) -> dict[str, Any]:
    who = world.applicant.account_id
    assert who is not None
    return {"actor_id": who, "file": w.evidence(who, "upside down"), "repairs": [(1, 180, False, False)], "purpose": "keep"}


@case(f"{KEEPING}.keep_sample")
def keep_sample(world: w.World) -> dict[str, Any]:
    return {"content": w.pdf("sample"), "name": "样张.pdf", "actor_id": world.applicant.account_id}


@case(f"{KEEPING}.remove_leftovers")
def remove_leftovers(world: w.World) -> dict[str, Any]:
    """A file nobody ever used."""
    file = w.evidence(User.objects.get(username="applicant").pk, "never used")
    EvidenceFile.objects.filter(pk=file.pk).update(uploaded_at=clock.now() - timedelta(days=90))
    return {}
