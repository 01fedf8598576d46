"""One case as a desk sees it: the frozen submission in the order of 评审表, each row with its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhicheng.applications import lifecycle
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application, CommitteeArrival
from zhicheng.applications.papers import all_papers
from zhicheng.applications.rules import TABLES
from zhicheng.applications.sections import SECTIONS
from zhicheng.applications.snapshot import Snapshot
from zhicheng.applications.told import said_of_materials
from zhicheng.applications.where import WHOLE, Where
from zhicheng.applications.years import YearCount
from zhicheng.campaigns.notice import Chosen, Grade, Level, Notice, Specialty, TitleStep
from zhicheng.campaigns.rules import step_name
from zhicheng.foundation import clock
from zhicheng.organizations.actors import Actor
from zhicheng.review.checked import checked_before
from zhicheng.review.models import Decision, PaperDossier
from zhicheng.review.queries import all_dossiers, last_decided, last_dossier
from zhicheng.web.shared.conditions import ShownConditions, shown_conditions
from zhicheng.web.shared.desk.asked import Asked, Places, asked_points, asked_since, material_words
from zhicheng.web.shared.desk.comparing import Before
from zhicheng.web.shared.desk.sheets import CaseSection, Line, Sheets, all_files, names_of
from zhicheng.web.shared.desk.waiting import Due, due_of, waited_days
from zhicheng.web.shared.findings import Shown, findings_for, on_this_page
from zhicheng.web.shared.planning import ShownPlan, plan_in_force, plan_shown
from zhicheng.web.shared.timeline import Entry, entries_of


@dataclass(frozen=True, slots=True)
class DeskCase:
    """A case file as the case page of a desk shows it."""

    file: CaseFile
    parts: list[CaseSection]
    conditions: ShownConditions
    findings: list[Shown]
    timeline: list[Entry]
    papers: list[Any]
    dossiers: list[Any]
    last_here: PaperDossier | None  # of the paper dossiers the one this desk recorded last, of the current submission
    moves: list[str]
    level: str
    compared: bool
    decided: Decision | None  # by this desk, of the submission that this one is compared with
    asked: list[Asked]
    due: Due | None
    plan: ShownPlan | None
    waited: int
    file_names: dict[str, str]  # by place, those of submissions before too: what a return was about may be gone

    @property
    def application(self) -> Application:
        """The application itself."""
        return self.file.application

    @property
    def notice(self) -> Notice:
        """The notice version it is pinned to."""
        return self.file.notice

    @property
    def snapshot(self) -> Snapshot:
        """What was submitted."""
        return self.file.snapshot

    @property
    def person_year(self) -> YearCount | None:
        """What the person's year comes to, where it may be told."""
        return self.file.told_year

    @property
    def arrivals(self) -> list[CommitteeArrival]:
        """The arrivals at final review, oldest first."""
        return self.file.arrivals

    @property
    def changed(self) -> list[CaseSection]:
        """The sections a new submission changed."""
        return [part for part in self.parts if part.changed]

    @property
    def file_count(self) -> int:
        """How many files came with the submission."""
        return len(self.snapshot.materials)

    @property
    def noticed(self) -> list[Shown]:
        """What was noticed and may have to be looked into."""
        return [shown for shown in self.findings if not shown.is_note]

    @property
    def notes(self) -> list[Shown]:
        """What only tells how something is taken."""
        return [shown for shown in self.findings if shown.is_note]

    @property
    def specialty(self) -> str:
        """工程技术 · 水利, in the language of the request."""
        chosen = self._chosen
        return f"{self._said('series', chosen.series)} · {self._said('specialty', chosen.specialty)}"

    @property
    def title(self) -> str:
        """The title applied for, in the language of the request."""
        return self._said("title", self._chosen.title)

    @property
    def _chosen(self) -> Chosen:
        return self.notice.chosen(self.application.series, self.application.specialty, self.application.title)

    def _said(self, key: str, found: Specialty | None) -> str:
        """The notice's word in both languages; what was frozen where the notice has none."""
        return str(found) if found is not None else str(getattr(self.snapshot.application, key).zh)


def case_of(file: CaseFile, actor: Actor) -> DeskCase:
    """One case as one desk sees it: a fixed number of queries, however long its history."""
    application, notice, now = file.application, file.notice, clock.now()
    decided = last_decided(file, actor.organization_id)
    asked = asked_since(file, decided)
    returned = {one.change.submission_id for one in asked if one.change.submission_id is not None}
    file.earlier(returned | ({decided.submission_id} if decided is not None else set()))
    earlier = Before(file.sent(decided.submission_id) if decided is not None else None)
    found = findings_for(file, actor)
    plan = plan_in_force(file)
    before = [file.sent(pk) for pk in returned] + ([earlier.snapshot] if earlier.snapshot else [])
    untold = said_of_materials({m.id for m in (*file.snapshot.materials, *earlier.files) if m.warnings is None})
    return DeskCase(
        file=file,
        parts=Sheets(file.snapshot, notice, earlier, found, file.sent_requirements, untold, checked_before(file)).parts(),
        conditions=shown_conditions(notice, file.sent_conditions),
        findings=on_this_page(found, notice, file.snapshot.sections),
        timeline=entries_of(file, audience="staff", plan=plan),
        papers=file.part(all_papers),
        dossiers=file.part(all_dossiers),
        last_here=last_dossier(file, actor.organization_id),
        moves=[m.name for m in lifecycle.moves_for(application, actor)],
        level=step_name(TitleStep(level=Level(application.level), grade=Grade(application.grade))),
        compared=bool(earlier),
        decided=decided,
        asked=asked,
        due=due_of(application, file.passing_deadline(actor.role), actor.role, now),
        plan=plan_shown(file, plan),
        waited=waited_days(application, now),
        file_names={place: name for sent in (*before, file.snapshot) for place, name in names_of(sent, notice).items()},
    )


def places_in(snapshot: Snapshot) -> list[Where]:
    """Where a reason of a return can point: the whole, each section and row, each paper that was sent."""
    rows = [Where.of_row(s, row) for s in SECTIONS if s.rows for row in snapshot.rows(s.key)]
    return [WHOLE, *(Where(s.key) for s in SECTIONS), *rows, *(file.where for file in snapshot.materials)]


Choice = tuple[str, Any]


def choices_of_where(case: DeskCase) -> list[Choice]:
    """:func:`places_in` as a select offers them, in the order of the page: the whole, then each section with its rows, then the files."""
    places: list[Choice] = [("", _("整份申请书"))]
    for part in case.parts:
        if part.key == "materials":
            continue
        rows = [
            (row.place, _("{part}：{row}").format(part=part.label, row=row.label)) for row in part.rows if part.is_rows and row.id
        ]
        places += [(part.label, [(part.key, part.label), *rows])] if rows else [(part.key, part.label)]
    files = {f["place"]: material_words(f["named"]) for f in all_files(case.parts)}
    return [*places, (_("材料"), list(files.items()))] if files else places


def asked_of(case: DeskCase) -> list[dict[str, Any]]:
    """What each return asked for, as the page tells it."""
    words: dict[str, str] = {}
    for where, said in choices_of_where(case):
        words |= dict(said) if isinstance(said, list) else {where: said}
    places = Places(words, case.file_names)
    return [{"asked": one, "points": asked_points(case.file, one, places)} for one in case.asked]


def facts_in_short(case: DeskCase) -> list[Line]:
    """What a desk wants to know before it reads: who asks for what, on which ground."""
    sections = case.snapshot.sections
    basic, current = sections["basic"], sections.get("current_title") or {}
    studies = sorted(sections.get("education") or [], key=lambda row: str(row.get("graduated_on") or ""))
    nature = TABLES["natures"].name(str(basic.get("employer_nature") or ""), get_language() or "zh")
    counted = [
        (_("业绩 {n} 项"), len(sections.get("achievements") or [])),
        (_("论文论著 {n} 篇（部、项）"), len(sections.get("publications") or [])),
        (_("奖励 {n} 项"), len(sections.get("awards") or [])),
        (_("附件 {n} 个"), case.file_count),
    ]
    return [
        Line(_("申报资格"), f"{case.title} · {case.level} · {case.specialty}"),
        Line(_("现任资格"), _current_words(current)),
        Line(_("学历"), _study_words(studies[-1]) if studies else ""),
        Line(_("参加工作"), str(basic.get("work_started_on") or "")),
        Line(_("从事本专业"), _("{n} 年").format(n=basic.get("current_specialty_years") or 0)),
        Line(_("申报单位"), f"{basic.get('employer_name', '')} · {nature}"),
        Line(_("所附材料"), " · ".join(words.format(n=n) for words, n in counted if n)),
    ]


def _current_words(current: Mapping[str, Any]) -> str:
    if current.get("first_title"):
        return _("首次申报，尚无资格")
    return " · ".join(str(current[k]) for k in ("title_name", "acquired_on") if current.get(k))


def _study_words(study: Mapping[str, Any]) -> str:
    language = get_language() or "zh"
    level = TABLES["education"].name(str(study.get("education") or ""), language)
    return " · ".join(str(w) for w in (level, study.get("school"), study.get("major"), study.get("graduated_on")) if w)
