"""Files come in, are examined in a process of their own, are kept or refused, and are thrown away when nobody used them."""

from __future__ import annotations

import hashlib

from django.core.files.base import ContentFile

from tests.faults.stage import Stage, play
from tests.support import world as w
from zhicheng.evidence.actions.checking import begin_check
from zhicheng.evidence.actions.reading import begin_reading
from zhicheng.evidence.confinement.asking import Looked
from zhicheng.evidence.inspection.reading.lines import Line, PageText
from zhicheng.evidence.intake import KEEP
from zhicheng.evidence.models import EvidenceFile, FileReading, Intake, Lane, PageCheck
from zhicheng.evidence.reading import Read


@play("evidence.take_file")
def bring_a_file(stage: Stage) -> None:
    """By somebody who is signed in, or by a visitor."""
    bring(stage)


def bring(stage: Stage) -> None:
    """A file, or something that is none, or more than the place takes."""
    user = stage.account() if stage.dice.percent(70) else None
    content = w.pdf(f"brought-{stage.dice.number(1, 9)}") if stage.dice.percent(80) else b"GIF89a no file at all"
    stage.act(
        "evidence.take_file",
        upload=ContentFile(content, name=stage.dice.pick(["证书.pdf", "../../etc/passwd", "图.jpg"])),
        actor_id=user.pk if user else None,
        network="192.0.2.0",
        purpose=KEEP,
        where="licence",
        most_bytes=stage.dice.pick([0, 0, 0, 100]),
    )


@play("evidence.examine_due")
def examine(stage: Stage) -> None:
    """One file, in the confined process; seldom, for it takes longer than everything else together."""
    if stage.dice.percent(4):
        stage.act("evidence.examine_due", limit=1)


@play("evidence.take_file", "evidence.claim_next", "evidence.stay_at", "evidence.give_back", "evidence.end_turn")
def take_in_hand(stage: Stage) -> None:
    """An examiner that takes a file and then stops, fails, or goes on."""
    bring(stage)
    turn = stage.act("evidence.claim_next", lane=stage.dice.pick([Lane.PEOPLE, Lane.VISITORS]))
    if turn is not None:
        stage.act("evidence.stay_at", turn=turn)
        if stage.dice.percent(50):
            stage.act("evidence.give_back", turn=turn)
        else:
            stage.act("evidence.end_turn", turn=turn, outcome=OSError("the bytes are away"))


@play(
    "evidence.keep_sample",
    "evidence.claim_check",
    "evidence.stay_at",
    "evidence.give_back",
    "evidence.end_check_turn",
)
def look_at_pages(stage: Stage) -> None:
    """Of a file that is kept: seen, or not. Where no pages wait, those of one that nobody uses do from now on."""
    if not PageCheck.objects.exists():
        file = stage.act("evidence.keep_sample", content=w.pdf("looked-at"), name="样本.pdf", actor_id=None)
        if file is not None and not file.checking:
            EvidenceFile.objects.filter(pk=file.pk).update(checking=True)
            begin_check(file=file, lane=Lane.PEOPLE)
    turn = stage.act("evidence.claim_check", lane=stage.dice.pick([Lane.PEOPLE, Lane.VISITORS]))
    if turn is not None:
        stage.act("evidence.stay_at", turn=turn)
        stage.act("evidence.give_back", turn=turn)
        turn = stage.act("evidence.claim_check", lane=turn.row.lane)
        if turn is not None:
            seen = Looked([w.BLANK], 1, 0.1) if stage.dice.percent(60) else OSError("the bytes are away")
            stage.act("evidence.end_check_turn", turn=turn, outcome=seen)


@play("evidence.claim_reading", "evidence.stay_at", "evidence.give_back", "evidence.end_reading_turn")
def read_a_file(stage: Stage) -> None:
    """Of a file that waits for it: read, or not. Where none waits, the newest one does from now on."""
    newest = EvidenceFile.objects.order_by("-pk").first()
    if newest is not None and not FileReading.objects.exists():
        begin_reading(file=newest)
    turn = stage.act("evidence.claim_reading")
    if turn is not None:
        stage.act("evidence.stay_at", turn=turn)
        stage.act("evidence.give_back", turn=turn)
        turn = stage.act("evidence.claim_reading")
        if turn is not None:
            page = PageText(1, (Line("毕业证书", 10, 10, 100, 20), Line("姓名：王小明", 10, 40, 100, 20)))
            outcome = Read((page,), whole=True) if stage.dice.percent(60) else OSError("the bytes are away")
            stage.act("evidence.end_reading_turn", turn=turn, outcome=outcome)


@play("evidence.note_told")
def say_it_once(stage: Stage) -> None:
    stage.act("evidence.note_told", intakes=list(Intake.objects.order_by("-pk")[:3]))


@play("evidence.begin_upload", "evidence.receive_piece", "evidence.drop_upload")
def send_in_pieces(stage: Stage) -> None:
    """A file whose line is cut somewhere, gone on with from the right or a wrong place, or given up."""
    user = stage.account()
    if user is None:
        return
    content = w.pdf(f"pieces-{stage.dice.number(1, 4)}")
    known = hashlib.sha256(content).hexdigest() if stage.dice.percent(60) else ""
    row = stage.act("evidence.begin_upload", actor_id=user.pk, name="证书.pdf", size=len(content), sha256=known, purpose=KEEP)
    if row is None:
        return
    if stage.dice.percent(20):
        stage.act("evidence.drop_upload", actor_id=user.pk, key=row.key)
    offset = row.received if stage.dice.percent(80) else stage.dice.number(0, len(content))
    cut = len(content) if stage.dice.percent(50) else stage.dice.number(0, len(content))
    stage.act("evidence.receive_piece", actor_id=user.pk, key=row.key, offset=offset, chunks=[content[offset:cut]])


@play("evidence.take_pages")
def put_pages_together(stage: Stage) -> None:
    """Pages of files somebody has, or of none, or pages that are not there."""
    user = stage.account()
    if user is None:
        return
    files = list(EvidenceFile.objects.filter(uploaded_by=user).order_by("-pk")[:2])
    leaves = [(number, stage.dice.pick([1, 1, 1, 9]), stage.dice.pick([0, 90, 45])) for number in range(len(files))]
    stage.act("evidence.take_pages", actor_id=user.pk, files=files, leaves=leaves, name="合成.pdf", purpose=KEEP)


@play("evidence.take_mended")
def mend_a_file(stage: Stage) -> None:
    """A page of a file somebody has, or one that is not there, turned by as much as pages are turned or not."""
    user = stage.account()
    file = EvidenceFile.objects.filter(uploaded_by=user).order_by("-pk").first() if user is not None else None
    if user is None or file is None:
        return
    repair = (stage.dice.pick([1, 1, 9]), stage.dice.pick([0, 90, 180, 45]), False, False)
    stage.act("evidence.take_mended", actor_id=user.pk, file=file, repairs=[repair], purpose=KEEP)


@play("evidence.drop_stale_uploads")
def forget_unfinished(stage: Stage) -> None:
    stage.act("evidence.drop_stale_uploads")


@play("evidence.keep_sample")
def keep_a_sample(stage: Stage) -> None:
    user = stage.account()
    content = w.pdf(f"sample-{stage.dice.number(1, 3)}") if stage.dice.percent(80) else b"%PDF-1.7 torn"
    stage.act("evidence.keep_sample", content=content, name="样本.pdf", actor_id=user.pk if user else None)


@play("evidence.remove_leftovers")
def tidy(stage: Stage) -> None:
    stage.act("evidence.remove_leftovers")
