"""What must be true of applications: the state and the chain of moves, and what each move leaves behind."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.applications.desks import here_since
from zhicheng.applications.lifecycle import BY_NAME, HIGHER, TAKES_BACK, passed_with, reached_with
from zhicheng.applications.models import Application, NumberCounter, StatusChange
from zhicheng.applications.states import State
from zhicheng.campaigns.queries import notice_of
from zhicheng.documents.models import Paper
from zhicheng.foundation import ledger
from zhicheng.foundation import told as told_rows
from zhicheng.foundation.invariants import Violation, grouped, in_batches, invariant
from zhicheng.foundation.models import LedgerEntry, OutboxMessage

# Between the unit's pass and whatever takes the application off its way again, there is a form to print (S-41, S-48).
HAVE_REVIEW_FORM = {State.UNIT_PASSED, State.IN_PUBLICITY, *(desk.arrives for desk in HIGHER), State.ACCEPTED}
_REACHED = tuple(desk.reached for desk in HIGHER)
_PASSED = tuple(desk.passed for desk in HIGHER)


def _with_history() -> Iterator[tuple[Application, list[StatusChange]]]:
    rows = Application.objects.only(
        "state", "entered_state_at", "created_at", "current_submission", "campaign_version__sha256", *_REACHED, *_PASSED
    ).select_related("campaign_version")
    for applications in in_batches(rows):
        changes = StatusChange.objects.filter(application__in=applications).order_by("id").defer("note", "reasons")
        history = grouped(changes, lambda change: change.application_id)
        for application in applications:
            yield application, history.get(application.pk, [])


@invariant("applications.state_is_last_move", gettext_lazy("申请书的状态与最后一次办理一致"))
def state_is_last_move() -> Iterator[Violation]:
    """State and submission of the row are those of the last line of its history, since when as it tells, and the desks that had it are in it."""
    for application, history in _with_history():
        subject = f"application:{application.pk}"
        if not history:
            yield Violation(subject, _("没有任何办理记录。"))
        elif (last := history[-1]).to_state != application.state:
            words = {"state": application.state, "last": last.to_state}
            yield Violation(subject, _("状态为 %(state)s，最后一次办理到 %(last)s。") % words)
        elif here_since(history) != application.entered_state_at or last.submission_id != application.current_submission_id:
            yield Violation(subject, _("进入状态的时间或上报版本与最后一次办理不一致。"))
        if history and not told_rows.together(history[0].at, application.created_at):
            yield Violation(subject, _("新建的时间与办理记录不一致。"))
        notice = notice_of(application.campaign_version)
        been = {column for change in history for column in reached_with(State(change.to_state), notice)}
        if any(getattr(application, column) != (column in been) for column in _REACHED):
            yield Violation(subject, _("到过哪些部门与办理记录不一致。"))
        passed = dict.fromkeys(_PASSED, False)
        for change in history:
            passed |= passed_with(change.move, State(change.to_state))
        if any(getattr(application, column) != whether for column, whether in passed.items()):
            yield Violation(subject, _("由哪些部门报出与办理记录不一致。"))


@invariant("applications.chain_of_moves", gettext_lazy("办理记录首尾相接，每一步都在办理表中"))
def chain_of_moves() -> Iterator[Violation]:
    """Each move begins where the one before ended, and leads where the one table says it leads; a pass is taken back right after it."""
    for application, history in _with_history():
        before = last = ""
        for change in history:
            subject = f"application:{application.pk} move:{change.pk}"
            if change.from_state != before:
                words = {"from": change.from_state or "-", "before": before or "-"}
                yield Violation(subject, _("从 %(from)s 开始，上一步却到 %(before)s。") % words)
            if not _is_in_table(change):
                words = {"from": change.from_state or "-", "to": change.to_state, "move": change.move}
                yield Violation(subject, _("办理表中没有 %(move)s：%(from)s → %(to)s。") % words)
            if change.move in TAKES_BACK and TAKES_BACK[change.move] != last:
                yield Violation(subject, _("撤回的不是上一步的审核通过。"))
            before, last = change.to_state, change.move


def _is_in_table(change: StatusChange) -> bool:
    if change.move == "start":
        return (change.from_state, change.to_state) == ("", State.DRAFT)
    move = BY_NAME.get(change.move)
    return move is not None and change.from_state in move.sources and change.to_state in move.targets


@invariant("applications.moves_in_ledger", gettext_lazy("每次办理在台账中恰有一条记录"))
def moves_in_ledger() -> Iterator[Violation]:
    """History and ledger tell the same moves in the same order, with the same states; and no entry tells of an unknown application."""
    told = LedgerEntry.objects.filter(event__startswith="application.").order_by("number")
    for applications in in_batches(Application.objects.only("pk")):
        subjects = {f"application:{application.pk}" for application in applications}
        entries = grouped(told.filter(subject__in=subjects), lambda entry: entry.subject)
        salts = ledger.salts_of(entry.number for mine in entries.values() for entry in mine)
        changes = StatusChange.objects.filter(application__in=applications).order_by("id")
        history = grouped(changes, lambda change: f"application:{change.application_id}")
        for subject in sorted(subjects):
            written = [(e.event, e.data.get("from"), e.data.get("to")) for e in entries.get(subject, [])]
            made = [(f"application.{c.move}", c.from_state, c.to_state) for c in history.get(subject, [])]
            if written != made:
                place = next((n for n, (a, b) in enumerate(zip(written, made, strict=False)) if a != b), None)
                words = {"made": len(made), "written": len(written), "place": (place or min(len(made), len(written))) + 1}
                said = _("办理 %(made)s 次，台账记录 %(written)s 条，从第 %(place)s 次起不一致。") % words
                yield Violation(subject, said)
                continue
            for entry, change in zip(entries.get(subject, []), history.get(subject, []), strict=True):
                if not _tells_the_words(entry, change, salts):
                    yield Violation(f"{subject} move:{change.pk}", _("说明或退回意见与台账不一致。"))
                if not _tells_who_and_when(entry, change):
                    yield Violation(f"{subject} move:{change.pk}", _("办理人、部门或时间与台账不一致。"))
    for batch in in_batches(told.filter(event="application.start")):
        named = {entry.subject.rpartition(":")[2] for entry in batch}
        there = set(Application.objects.filter(pk__in=[int(n) for n in named if n.isdecimal()]).values_list("pk", flat=True))
        for number in sorted(named - {str(pk) for pk in there}):
            yield Violation(f"application:{number}", _("台账记录了这份申请书，它却不存在。"))


def _tells_the_words(entry: LedgerEntry, change: StatusChange, salts: ledger.Salts) -> bool:
    """Whether note and reasons are those of the entry, as far as their salts are still there."""
    told = {"note": change.note, "reasons": change.reasons}
    return all(ledger.says(entry, entry.data.get(key), value, salts) is not False for key, value in told.items())


def _tells_who_and_when(entry: LedgerEntry, change: StatusChange) -> bool:
    """Older entries tell who, not when and for which desk."""
    told = {
        "change": change.pk,
        "at": told_rows.moment(change.at),
        "role": change.by_role,
        "organization": change.by_organization_id,
    }
    return entry.actor == told_rows.person(change.by_id) and all(
        entry.data.get(key, value) == value for key, value in told.items()
    )


@invariant("applications.moves_in_outbox", gettext_lazy("每次办理恰有一条待办消息"))
def moves_in_outbox() -> Iterator[Violation]:
    """Whoever is concerned is told of every move once: its message is there, waiting, failed or done."""
    for changes in in_batches(StatusChange.objects.only("pk", "application_id")):
        wanted = {f"application.moved:{change.pk}": change for change in changes}
        rows = OutboxMessage.objects.filter(kind="application.moved", key__in=list(wanted)).only("key", "payload")
        there = {message.key: message.payload.get("change_id") for message in rows}
        for key, change in wanted.items():
            if there.get(key) != change.pk:
                subject = f"application:{change.application_id} move:{change.pk}"
                yield Violation(subject, _("没有对应的待办消息，有关人员可能没有收到通知。"))


@invariant("applications.review_forms", gettext_lazy("在办申请书恰有一份有效的评审表，且属于当前版本"))
def review_forms() -> Iterator[Violation]:
    """From the unit's pass on, one form holds, made from the current submission; before it and afterwards none does (G-12)."""
    valid = Paper.objects.filter(kind="review_form", voided_at__isnull=True, draft=False)
    for applications in in_batches(Application.objects.select_related("current_submission").defer("current_submission__content")):
        subjects = {f"application:{application.pk}" for application in applications}
        papers = grouped(valid.filter(subject__in=subjects).defer("data"), lambda paper: paper.subject)
        for application in applications:
            subject = f"application:{application.pk}"
            hashes = [paper.snapshot_sha256 for paper in papers.get(subject, [])]
            submission = application.current_submission
            if application.state not in HAVE_REVIEW_FORM:
                if hashes:
                    yield Violation(subject, _("不在办理中，却有 %(count)s 份有效的评审表。") % {"count": len(hashes)})
            elif len(hashes) != 1:
                yield Violation(subject, _("有效的评审表有 %(count)s 份，应为 1 份。") % {"count": len(hashes)})
            elif submission is None or hashes[0] != submission.sha256:
                yield Violation(subject, _("有效的评审表不是当前版本的。"))


@invariant("applications.numbers", gettext_lazy("申请书编号连续、不重复"))
def numbers() -> Iterator[Violation]:
    """Every series of application numbers counts 1, 2, 3 … to its counter; a number is taken under the counter's lock."""
    counters = dict(NumberCounter.objects.values_list("prefix", "last"))
    seen: dict[str, int] = dict.fromkeys(counters, 0)
    for applications in in_batches(Application.objects.only("number")):
        for application in applications:
            head, dash, tail = application.number.rpartition("-")
            expected = seen.get(head + dash, 0) + 1
            if not tail.isdecimal() or int(tail) != expected:
                said = _("应为第 %(expected)s 号，编号不连续或重复。") % {"expected": expected}
                yield Violation(f"application:{application.pk}", said)
            seen[head + dash] = int(tail) if tail.isdecimal() else expected
    for prefix, last in seen.items():
        if counters.get(prefix) != last:
            words = {"counter": counters.get(prefix), "last": last}
            yield Violation(f"numbers:{prefix}", _("计数器为 %(counter)s，最后一份申请书为第 %(last)s 号。") % words)
