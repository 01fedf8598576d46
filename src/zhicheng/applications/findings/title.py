"""The title applied for, the one held, and the appointment to it (S-21, S-53, S-54; 人社部令40号 第十三条、第十四条)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from zhicheng.applications.findings.finding import Finding, Seen, day_of
from zhicheng.applications.where import Where
from zhicheng.campaigns.notice import Grade, Level, TitleStep
from zhicheng.campaigns.rules import ConditionName, eligibility, step_name
from zhicheng.standards.series import meanings_of
from zhicheng.standards.tables import TITLE_STEPS

#: Where in the form stands what a condition of the title asks about.
CONDITION_PLACES: Mapping[ConditionName, Where] = {
    "not_held_yet": Where("current_title", field="step"),
    "schooling": Where("education"),
    "previous_title": Where("current_title", field="step"),
    "years_in_title": Where("current_title", field="acquired_on"),
    "years_of_work": Where("basic", field="work_started_on"),
}


def conditions(seen: Seen) -> Iterator[Finding]:
    """Every condition of the title that is not met; what nobody filled in yet is no finding."""
    for result in eligibility(seen.notice, seen.facts):
        if result.result != "not_met":
            continue
        if result.condition == "previous_title" and seen.facts.first_title:
            step = step_name(TitleStep(level=Level(seen.facts.level), grade=Grade(seen.facts.grade)))
            text = _("勾选了首次申报，因此不要求上传任职资格证书，而申报的是{step}：{text}").format(step=step, text=result.text)
            yield Finding("title.first", Where("current_title", field="first_title"), text, result.source)
        else:
            yield Finding(f"title.{result.condition}", CONDITION_PLACES[result.condition], result.text, result.source)


def title_name(seen: Seen) -> Iterator[Finding]:
    """A title whose name is known at other levels only than the one chosen; a name that is not known says nothing."""
    form = seen.form("current_title")
    name, step = str(form.get("title_name") or ""), TITLE_STEPS.get(str(form.get("step") or ""))
    meanings = meanings_of(name)
    if form.get("first_title") or step is None or not meanings or not all(each.certain for each in meanings):
        return
    if any((each.level, each.grade) == (step.level, step.grade) for each in meanings):
        return
    known = {(each.level, each.grade): TitleStep(level=Level(each.level), grade=Grade(each.grade)) for each in meanings}
    text = _("“{name}”通常是{known}，所选级别是{chosen}，请对照证书核对。").format(
        name=name,
        known=_("或").join(step_name(each) for each in known.values()),
        chosen=step_name(TitleStep(level=Level(step.level), grade=Grade(step.grade))),
    )
    yield Finding("title.name", Where("current_title", field="step"), text, "S-53")


def appointment(seen: Seen) -> Iterator[Finding]:
    """A contract that has ended, an appointment before the title, a contract in another employer's name (S-54)."""
    form = seen.form("appointment")
    begun, ended, acquired = day_of(form, "appointed_on"), day_of(form, "appointed_until"), seen.facts.tenure_started_on
    if ended is not None and ended < seen.today:
        text = _("聘期（合同）已于{day}截止；须在有效期内，续聘的请上传续聘的材料。").format(day=ended)
        yield Finding("appointment.ended", Where("appointment", field="appointed_until"), text, "S-54；人社部令40号 第十三条")
    if begun is not None and acquired is not None and begun < acquired:
        text = _("聘任开始日期{begun}早于现任资格的取得时间{acquired}，请核对。").format(begun=begun, acquired=acquired)
        yield Finding("appointment.before_title", Where("appointment", field="appointed_on"), text, "S-54")
    party, employer = str(form.get("party") or ""), str(seen.form("basic").get("employer_name") or "")
    if party and employer and "".join(party.split()) != "".join(employer.split()):
        text = _("聘书或合同上的单位是“{party}”，申报单位是“{employer}”；劳务派遣等情形请说明。").format(
            party=party, employer=employer
        )
        yield Finding("appointment.other_party", Where("appointment", field="party"), text, "S-54")


LOOKS = (conditions, title_name, appointment)
