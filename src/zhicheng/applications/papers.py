"""From a frozen submission to the data of the papers (评审表, T4): codes become words, dates become 年月."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application, Submission
from zhicheng.applications.rules import TABLES
from zhicheng.applications.sections import BY_KEY, Kind, Section
from zhicheng.applications.snapshot import Snapshot, build_snapshot
from zhicheng.campaigns.notice import Notice
from zhicheng.documents.actions import issue_paper, void_papers
from zhicheng.documents.base import PaperBase
from zhicheng.documents.models import Kind as PaperKind
from zhicheng.documents.models import Paper
from zhicheng.documents.papers import paper_of
from zhicheng.documents.queries import papers_read
from zhicheng.documents.rendering import Marks
from zhicheng.documents.wording import FormText
from zhicheng.documents.words import zh_date
from zhicheng.foundation import clock
from zhicheng.foundation.canonical import digest
from zhicheng.organizations.actors import Actor

LEVEL_WORDS = {"senior": "高级", "intermediate": "中级", "junior": "初级"}
GRADE_WORDS = {"full": "正高级", "associate": "副高级", "assistant": "助理级", "technician": "员级"}
# Paper field → form field, where they differ; and fields a paper does not carry.
_RENAMED = {"current_title": {"step": "level"}}
_UNPRINTED = {
    "current_title": {"first_title"},
    "continuing_education": {"exempt"},
    "appointment": {"party"},
    "work_history": {"employer_nature"},
    "appraisals": {"second_nature"},
}


def subject_of(application_id: int) -> str:
    """How papers name an application."""
    return f"application:{application_id}"


def all_papers(application: Application) -> list[Paper]:
    """Every paper about an application, newest first, void ones too. One query."""
    return papers_read(subject_of(application.pk))


def words_of(section: Section, row: dict[str, Any]) -> dict[str, str]:
    """One form or row as printed: the Chinese word for each code, 年月日 for each date, nothing for what is empty."""
    printed: dict[str, str] = {}
    for field in section.fields:
        if field.key in _UNPRINTED.get(section.key, ()):
            continue
        value = row.get(field.key)
        text = "" if value in (None, "", False) else str(value)
        if text and field.table:
            text = TABLES[field.table].name(text)
        elif text and (field.kind is Kind.DATE or field.key == "birth_date"):
            text = _date_words(text)
        printed[_RENAMED.get(section.key, {}).get(field.key, field.key)] = text
    if section.key == "continuing_education":
        printed["remark"] = "经批准免试" if row.get("exempt") else ""
    if any(f.key == "ended_on" for f in section.fields) and not printed.get("ended_on"):
        printed["ended_on"] = "至今"
    return printed


def _date_words(text: str) -> str:
    """年月日; a draft may hold a date that is none, which is printed as it was typed."""
    try:
        return zh_date(text)
    except ValueError:
        return text


def _rows(sections: dict[str, Any], key: str) -> list[dict[str, str]]:
    return [words_of(BY_KEY[key], row) for row in sections.get(key) or []]


def level_words(snapshot: Snapshot) -> str:
    """中级, 初级（助理级）: the level applied for, as the review form prints it."""
    chosen = snapshot.application
    grade = GRADE_WORDS.get(chosen.grade, "")
    return LEVEL_WORDS[chosen.level] + (f"（{grade}）" if grade else "")


def review_form_data(snapshot: Snapshot, notice: Notice) -> dict[str, Any]:
    """The data of 评审表 from a snapshot (of a submission, or of the draft as it would be sent) under the notice the application is pinned to."""
    labels = material_labels(notice)
    sections, chosen = snapshot.sections, snapshot.application
    current = sections.get("current_title") or {}
    appointment = sections.get("appointment") or {}
    return {
        "frame": form_words(notice),
        "name": sections["basic"]["name"],
        "year": snapshot.campaign.year,
        "number": chosen.number,
        "employer": snapshot.employer.name,
        "series": chosen.series.zh,
        "specialty": chosen.specialty.zh,
        "level": level_words(snapshot),
        "title": chosen.title.zh,
        "filled_on": zh_date(snapshot.submission.submitted_at[:10]),
        "photo": _photo(snapshot, notice),
        "basic": words_of(BY_KEY["basic"], sections["basic"]),
        "current_title": None if current.get("first_title") or not current else words_of(BY_KEY["current_title"], current),
        "appointment": words_of(BY_KEY["appointment"], appointment) if appointment else None,
        **{s.key: _rows(sections, s.key) for s in BY_KEY.values() if s.rows},
        "summary": (sections.get("summary") or {}).get("text", ""),
        "materials": files_listed(snapshot, labels),
    }


def files_listed(snapshot: Snapshot, labels: Mapping[tuple[str, str], str]) -> list[dict[str, str]]:
    """The files that were sent, as papers list them; ``labels``: what each kind of paper is called, by slot and paper."""
    return [
        {
            "label": labels.get((m.slot, m.paper), m.slot),
            "year": str(m.year or ""),
            "name": m.name,
            "pages": str(m.pages),
            "sha256": m.sha256,
        }
        for m in snapshot.materials
    ]


def _photo(snapshot: Snapshot, notice: Notice) -> dict[str, str] | None:
    """The picture the notice has printed on the form, where one was uploaded."""
    slot = notice.papers.review_form.photo_slot
    found = next((file for file in snapshot.materials if slot and file.slot == slot), None)
    return {"sha256": found.served_sha256, "media_type": found.served_media_type} if found else None


def material_labels(notice: Notice) -> dict[tuple[str, str], str]:
    """The Chinese name of every paper a slot of the notice takes, by slot and paper."""
    return {(slot.key, paper.key): paper.label.zh for slot in notice.materials for paper in slot.papers}


def title_of(notice: Notice, kind: str) -> str:
    """What one of the letters is called, for a reader: in Chinese as the notice has it, elsewhere by its kind."""
    in_english = (get_language() or "").startswith("en")
    return str(PaperKind(kind).label) if in_english else notice.letter(kind).title


def form_title(notice: Notice) -> str:
    """What the notice's list of materials calls the review form, without its 《》; where it does not list it, the form's own title."""
    listed = (paper.label.zh for slot in notice.materials for paper in slot.papers if paper.template == "review_form")
    return next(listed, "".join(notice.papers.review_form.title)).strip("《》")


def form_words(notice: Notice) -> FormText:
    """The fixed words of the review form under this notice."""
    return FormText(
        title=notice.papers.review_form.title,
        columns=notice.papers.review_form.columns,
        copies=notice.limits.review_form_copies,
        opinion_sentence=notice.texts.opinion_sentence.zh,
    )


def issue_review_form(*, case: CaseFile, submission: Submission, actor: Actor) -> Paper:
    """Make the review form of the current ``submission``, which the unit has passed; earlier ones become void (S-41, S-48, G-12).

    Inside the caller's transaction; the PDF itself is made after the commit.
    """
    subject = subject_of(case.application.pk)
    void_papers(subject=subject, kinds=["review_form"], reason="已生成新的评审表", actor=actor.ref)
    return issue_paper(
        kind="review_form",
        subject=subject,
        title=form_title(case.notice),
        data=review_form_data(case.snapshot, case.notice),
        snapshot_sha256=submission.sha256,
        actor=actor.ref,
        version_label=f"第{submission.number}次上报",
    )


def draft_review_form(case: CaseFile) -> tuple[PaperBase, Marks]:
    """The review form as it would look now, for a print that says 草稿 无效: no number, no code to verify (S-50).

    Reads only. Raises :class:`Refused` with every entry that is longer than the paper can hold.
    """
    now = clock.now()
    snapshot = build_snapshot(
        application=case.application,
        notice=case.notice,
        contents=case.contents,
        materials=case.materials,
        number=case.submission.number + 1 if case.submission is not None else 1,
        submitted_at=now,
        language="",
        checked=None,
    )
    paper = paper_of("review_form", review_form_data(snapshot, case.notice) | {"filled_on": ""})
    marks = Marks(
        serial="",
        verification_url="",
        snapshot_sha256=digest(snapshot.as_json()),
        version_label=case.application.number,
        draft=True,
        created_at=now,
    )
    return paper, marks


def commitment_data(case: CaseFile) -> dict[str, Any]:
    """The data of T4 个人承诺书: the notice's own text, to be signed by hand (S-61, S-78…S-82)."""
    application, notice = case.application, case.notice
    return {
        "name": application.applicant_name,
        "year": application.year,
        "number": application.number,
        "template": notice.letter("commitment").model_dump(mode="json"),
    }


def commitment_paper(case: CaseFile) -> tuple[PaperBase, Marks]:
    """T4 ready to be printed and signed, before 上报: its number is the application's, its code that of the text.

    The time on it is the start of the application, so that every print has the same bytes.
    """
    data, notice = commitment_data(case), case.notice
    text = "\n".join(notice.letter("commitment").paragraphs)
    said = {key: data[key] for key in ("name", "year", "number")} | {"text": text, "wording": notice.policies.template_wording}
    marks = Marks(
        serial=case.application.number,
        verification_url="",
        snapshot_sha256=digest(said),
        version_label="",
        draft=False,
        created_at=case.application.created_at,
    )
    return paper_of("commitment", data), marks


def void_review_forms(*, application_id: int, reason: str, actor: Actor) -> None:
    """A returned form is no longer the one on paper: its print is void from now on (S-48, S-50)."""
    void_papers(subject=subject_of(application_id), kinds=["review_form", "supervising_opinion"], reason=reason, actor=actor.ref)


def void_all_papers(*, application_id: int, reason: str, actor: Actor) -> None:
    """The application has ended: nothing printed for it speaks for it any more, the publicity's papers included."""
    void_papers(subject=subject_of(application_id), kinds=list(PaperKind.values), reason=reason, actor=actor.ref)
