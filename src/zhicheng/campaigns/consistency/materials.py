"""Slots of materials, their papers and conditions, and the rules of evidence."""

from __future__ import annotations

from zhicheng.campaigns.consistency.kit import Found, did_you_mean, needs, repeated
from zhicheng.campaigns.notice import PUBLICITY_PAPERS, SECTIONS, Catalogue, Condition, EvidenceRule, Limits, Slot
from zhicheng.campaigns.yaml_source import Path
from zhicheng.standards.tables import EDUCATION, STUDY_FORMS, UNIT_NATURES

_NATURES = [nature.code for nature in UNIT_NATURES]
_ROW_SECTIONS = [section for section, kind in SECTIONS.items() if kind == "rows"]
_OF_A_YEAR = ("employer_nature_that_year_in",)
_OF_A_GRADUATION = ("graduated_before", "education_in", "study_form_in")


@needs("materials")
def slots_are_told_apart(materials: tuple[Slot, ...]) -> Found:
    """A slot, and a paper within its slot, is called by its key."""
    yield from repeated([slot.key for slot in materials], ("materials",), "key", "材料项")
    for index, slot in enumerate(materials):
        yield from repeated([paper.key for paper in slot.papers], ("materials", index, "papers"), "key", "材料")


@needs("materials")
def slots_are_repeated_by_something(materials: tuple[Slot, ...]) -> Found:
    """Per row names a section of rows; per year says which years."""
    for index, slot in enumerate(materials):
        path: Path = ("materials", index)
        if slot.section is not None and slot.section not in SECTIONS:
            yield (*path, "section"), f"申请书没有“{slot.section}”这一部分" + did_you_mean(slot.section, SECTIONS)
        elif slot.per == "row" and slot.section not in _ROW_SECTIONS:
            where = (*path, "section") if slot.section else (*path, "per")
            yield where, "per: row 须写明按哪一部分的各行（section），可用：" + "、".join(_ROW_SECTIONS)
        if slot.per == "year" and slot.years is None:
            yield (*path, "per"), "per: year 须写明哪些年度（years）"
        if slot.per != "year" and slot.years is not None:
            yield (*path, "years"), "只有 per: year 才写 years"


@needs("materials")
def what_is_read_can_be_looked_for(materials: tuple[Slot, ...]) -> Found:
    """A year is looked for where the slot has years, and no word makes a paper this one and another."""
    for index, slot in enumerate(materials):
        for place, paper in enumerate(slot.papers):
            path: Path = ("materials", index, "papers", place, "reads")
            if paper.reads is None:
                continue
            if paper.reads.names_year and slot.per != "year":
                yield (*path, "names_year"), "只有 per: year 的材料才核对年度（names_year）"
            if both := sorted({*paper.reads.title, *paper.reads.words} & {*paper.reads.never}):
                yield (*path, "never"), "同一个词不能既表明是这项材料，又表明不是：" + "、".join(both)


@needs("materials", "limits")
def caps_keep_the_limit(materials: tuple[Slot, ...], limits: Limits) -> Found:
    """最多上传不超过 n 年 is said once, and of continuing education alone (S-59); a cap on the tenure is an assumption (S-60)."""
    most = limits.continuing_education_years
    for index, slot in enumerate(materials):
        if slot.years is None or slot.years.cap is None:
            continue
        if slot.years.rule == "professional_years" and slot.years.cap > most:
            yield (
                ("materials", index, "years", "cap"),
                f"最多年数 {slot.years.cap} 超过了 limits.continuing_education_years（{most}）",
            )
        if slot.years.rule == "tenure" and not slot.years.assumed:
            text = "通知只对继续教育限定最多年数；对任期内各年度限定最多年数的，请写明 assumed: true（假定）"
            yield ("materials", index, "years", "cap"), text


@needs("materials", "limits")
def copies_are_said_once(materials: tuple[Slot, ...], limits: Limits) -> Found:
    """The number of copies of the review form in its slot is the one of the limits (S-47)."""
    for index, slot in enumerate(materials):
        of_review_form = any(paper.template == "review_form" for paper in slot.papers)
        if of_review_form and slot.copies != limits.review_form_copies:
            text = f"评审表份数 {slot.copies} 与 limits.review_form_copies（{limits.review_form_copies}）不一致"
            yield ("materials", index, "copies"), text


@needs("materials")
def papers_belong_together(materials: tuple[Slot, ...]) -> Found:
    """An either-or has two papers, a stand-in replaces a paper of the same slot, and no box can come out empty (S-52, S-54)."""
    for index, slot in enumerate(materials):
        path: Path = ("materials", index)
        keys = [paper.key for paper in slot.papers if paper.stands_for is None]
        if slot.mode == "one_of" and len(slot.papers) < 2:
            yield (*path, "papers"), "mode: one_of 至少要有两种材料可选"
        for place, paper in enumerate(slot.papers):
            at = (*path, "papers", place, "stands_for")
            if paper.stands_for is None:
                continue
            if paper.stands_for not in keys:
                yield at, f"本项没有可被代替的材料“{paper.stands_for}”" + did_you_mean(paper.stands_for, keys)
            elif slot.mode != "all_of":
                yield at, "只有 mode: all_of 的材料才需要写 stands_for"
        if all(paper.only_when or paper.stands_for for paper in slot.papers):
            yield (*path, "papers"), "至少要有一种无条件可用的材料"
        if not slot.upload and not slot.copies:
            yield (*path, "upload"), "不上传的材料须写明纸质份数（copies）"


@needs("materials")
def publicity_is_one_slot_of_the_unit(materials: tuple[Slot, ...]) -> Found:
    """The papers of the publicity stand in one slot of the unit's: the notice, the result, and one more at most, a photograph (S-51)."""
    found = [index for index, slot in enumerate(materials) if slot.is_publicity]
    for index in found[1:]:
        yield ("materials", index, "papers"), "公示材料只能放在一项里，前面已有一项"
    for index in found[:1]:
        slot, path = materials[index], ("materials", index)
        if slot.owner != "unit":
            yield (*path, "owner"), "公示材料由单位上传，须写 owner: unit"
        if slot.per != "none":
            yield (*path, "per"), "公示材料不按年度或各行上传"
        for template in (*sorted(PUBLICITY_PAPERS), None):
            places = [place for place, paper in enumerate(slot.papers) if paper.template == template]
            for place in places[1:]:
                yield (*path, "papers", place), "公示材料中同一种只能有一份：公示、公示结果、另一份（如公示照片）"
    for index, slot in enumerate(materials):
        if slot.owner == "unit" and slot.per != "none" and not slot.upload:
            yield ("materials", index, "per"), "只交纸质的材料不按年度或各行列出"


@needs("materials")
def exemptions_have_reasons(materials: tuple[Slot, ...]) -> Found:
    """Who need not upload reads why (S-53, S-60)."""
    for index, slot in enumerate(materials):
        path: Path = ("materials", index)
        if slot.exempt_when and slot.exempt_reason is None:
            yield (*path, "exempt_when"), "免于上传须写明理由（exempt_reason）"
        if slot.exempt_reason and not slot.exempt_when:
            yield (*path, "exempt_reason"), "写了免于上传的理由，却没有写条件（exempt_when）"
        if slot.mode == "optional" and (slot.required_when or slot.exempt_when):
            yield (*path, "mode"), "mode: optional 的材料本来就不是必需的，不需写 required_when、exempt_when"


@needs("materials", "catalogue")
def conditions_can_be_decided(materials: tuple[Slot, ...], catalogue: Catalogue) -> Found:
    """A condition asks something, asks it where it can be answered, and in words that exist."""
    series = [series.code for series in catalogue.series]
    for index, slot in enumerate(materials):
        path: Path = ("materials", index)
        listed: list[tuple[Path, tuple[Condition, ...]]] = [
            ((*path, "required_when"), slot.required_when),
            ((*path, "exempt_when"), slot.exempt_when),
        ]
        listed += [((*path, "papers", place, "only_when"), paper.only_when) for place, paper in enumerate(slot.papers)]
        for at, conditions in listed:
            for place, condition in enumerate(conditions):
                yield from _condition_is_sound(condition, (*at, place), slot, series)


def _condition_is_sound(condition: Condition, path: Path, slot: Slot, series: list[str]) -> Found:
    given = [name for name in Condition.model_fields if getattr(condition, name) is not None]
    if not given:
        yield path, "条件是空的，须写明在什么情况下"
    for name in given:
        if name in _OF_A_YEAR and slot.per != "year":
            yield (*path, name), f"{name} 只能用于按年度的材料（per: year）"
        if name in _OF_A_GRADUATION and (slot.per, slot.section) != ("row", "education"):
            yield (*path, name), f"{name} 只能用于按学历逐条的材料（per: row，section: education）"
    vocabularies = {
        "employer_nature_in": ("单位性质", _NATURES),
        "employer_nature_that_year_in": ("单位性质", _NATURES),
        "series_in": ("系列", series),
        "education_in": ("学历代码（GB/T 4658）", [entry.code for entry in EDUCATION]),
        "study_form_in": ("学习形式", [entry.code for entry in STUDY_FORMS]),
    }
    for name, (what, known) in vocabularies.items():
        for place, word in enumerate(getattr(condition, name) or ()):
            if word not in known:
                yield (*path, name, place), f"没有{what}“{word}”" + did_you_mean(word, known)


@needs("materials", "evidence_rules")
def evidence_points_to_slots(materials: tuple[Slot, ...], evidence_rules: tuple[EvidenceRule, ...]) -> Found:
    """Every rule leads from a section to slots that can hold its proof, and no slot per row is left out (S-63)."""
    slots = {slot.key: slot for slot in materials}
    yield from repeated([rule.section for rule in evidence_rules], ("evidence_rules",), "section", "部分")
    for index, rule in enumerate(evidence_rules):
        if rule.section not in SECTIONS:
            text = f"申请书没有“{rule.section}”这一部分" + did_you_mean(rule.section, SECTIONS)
            yield ("evidence_rules", index, "section"), text
        for place, key in enumerate(rule.slots):
            at = ("evidence_rules", index, "slots", place)
            if key not in slots:
                yield at, f"没有材料项“{key}”" + did_you_mean(key, slots)
            elif slots[key].per == "row" and slots[key].section != rule.section:
                yield at, f"材料项“{key}”按“{slots[key].section}”的各行上传，不能作为“{rule.section}”的佐证"
    named = {(rule.section, key) for rule in evidence_rules for key in rule.slots}
    for index, slot in enumerate(materials):
        if slot.per == "row" and slot.section in _ROW_SECTIONS and (slot.section, slot.key) not in named:
            yield ("materials", index, "section"), f"evidence_rules 中没有写明“{slot.section}”由材料项“{slot.key}”佐证"
