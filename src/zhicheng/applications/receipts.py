"""From a frozen submission to the data of its receipt (上报回执), which proves later what arrived when and what had been shown (S-27, S-64)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from zhicheng.applications.models import Submission
from zhicheng.applications.papers import files_listed, level_words, material_labels
from zhicheng.applications.snapshot import AcceptedText, FrozenLine, Snapshot
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.queries import notice_of
from zhicheng.documents.actions import issue_paper
from zhicheng.documents.fonts import is_written_in, missing_glyphs
from zhicheng.documents.models import Paper
from zhicheng.documents.queries import papers_of
from zhicheng.foundation import outbox
from zhicheng.foundation.clock import BEIJING
from zhicheng.foundation.language import platform_language
from zhicheng.foundation.models import OutboxMessage

ORDERED = "receipt.ordered"
# In the language of papers, whatever page was being read.
_MARKS = {"finding": "提示", "note": "说明", "file": "附件"}
_VERDICTS = {"met": "申报条件：符合", "not_met": "申报条件：可能不符合", "unknown": "申报条件：尚不能判断"}
_LANGUAGES = {"zh-hans": "中文", "en": "英文"}
_UNPRINTABLE = "〓"  # for a sign that no font has: a receipt is never a reason not to take an application


def subject_of_submission(submission_id: int) -> str:
    """How a receipt names what it is about. Not the application: nothing that becomes of that makes a receipt void."""
    return f"submission:{submission_id}"


def receipt_of(submission: Submission) -> Paper | None:
    """The receipt of a submission; ``None`` for one that was sent before there were receipts."""
    return papers_of(subject_of_submission(submission.pk)).first()


def sent_again_since(submission_id: int) -> bool:
    """Whether the application was sent again after this submission."""
    of = Submission.objects.filter(pk=submission_id).values("application_id", "number")[:1]
    return Submission.objects.filter(application_id=of.values("application_id"), number__gt=of.values("number")).exists()


def order_receipt(submission: Submission) -> None:
    """Part of the transaction that sends it: the receipt is made after the commit, as everything that can wait on the last day is. Its
    number is counted up, and whoever counts holds everybody else up until the commit.
    """
    outbox.queue(kind=ORDERED, payload={"submission_id": submission.pk}, key=_key_of(submission))


def is_ordered(submission: Submission) -> bool:
    """Whether a receipt was ordered with this submission, and has to come where it is not there yet."""
    return OutboxMessage.objects.filter(kind=ORDERED, key=_key_of(submission)).exists()


def _key_of(submission: Submission) -> str:
    return f"receipt:{submission.pk}"


def issue_receipt(submission_id: int) -> Paper:
    """Give a submission its receipt, inside the caller's transaction; there is one, however often it is asked for."""
    submission = Submission.objects.select_related("application__campaign_version").get(pk=submission_id)
    if (there := receipt_of(submission)) is not None:
        return there
    snapshot = Snapshot.read(submission.content)
    with platform_language():
        data = receipt_data(
            snapshot, notice_of(submission.application.campaign_version), submission.submitted_at, submission.sha256
        )
    return issue_paper(
        kind="receipt",
        subject=subject_of_submission(submission.pk),
        title="",
        data=data,
        snapshot_sha256=submission.sha256,
        actor=f"user:{submission.submitted_by_id}",
        version_label=f"第{submission.number}次上报",
    )


def receipt_data(snapshot: Snapshot, notice: Notice, received_at: datetime, sha256: str) -> dict[str, Any]:
    """The data of the receipt: all of it from what was frozen, the names of papers from the notice it was sent under."""
    chosen, campaign, labels = snapshot.application, snapshot.campaign, material_labels(notice)
    basic = snapshot.section("basic")
    checked = snapshot.checked
    data = {
        "name": basic["name"],
        "year": campaign.year,
        "number": chosen.number,
        "id_number": basic.get("id_number", ""),
        "employer": snapshot.employer.name,
        "series": chosen.series.zh,
        "specialty": chosen.specialty.zh,
        "level": level_words(snapshot),
        "title": chosen.title.zh,
        "sending": f"第{snapshot.submission.number}次上报",
        "received_at": _second(received_at),
        "content_sha256": sha256,
        "notice": f"{campaign.title}，第{campaign.version}版",
        "checked_at": _second(datetime.fromisoformat(checked.at)) if checked is not None else "",
        "said": [_said(line) for line in checked.lines] if checked is not None else [],
        "points": [{"text": each.said, "answer": each.answer} for each in snapshot.point_answers],
        "promises": [_promise("个人承诺", snapshot.commitment), _promise("责任说明", snapshot.liability)],
        "files": files_listed(snapshot, labels),
    }
    return _printable(data, _unprintable_in(data))


def _second(at: datetime) -> str:
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def _said(line: FrozenLine) -> dict[str, str]:
    mark = _VERDICTS.get(line.result, "申报条件") if line.kind == "condition" else _MARKS.get(line.kind, "提示")
    return {"mark": mark, "place": line.place, "text": line.text, "source": line.source, "answer": line.answer}


def _promise(name: str, accepted: AcceptedText) -> dict[str, str]:
    read_in = _LANGUAGES.get(accepted.language, accepted.language)
    return {"name": name, "version": accepted.version, "read_in": read_in, "text": accepted.text}


def _unprintable_in(value: Any) -> dict[int, str]:
    text = "".join(_strings(value))
    return {ord(sign): _UNPRINTABLE for sign in missing_glyphs(text) if not is_written_in(sign)}


def _printable(value: Any, instead: dict[int, str]) -> Any:
    if isinstance(value, str):
        return value.translate(instead)
    if isinstance(value, dict):
        return {key: _printable(item, instead) for key, item in value.items()}
    if isinstance(value, list):
        return [_printable(item, instead) for item in value]
    return value


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in _strings(item)]
    if isinstance(value, list):
        return [text for item in value for text in _strings(item)]
    return []
