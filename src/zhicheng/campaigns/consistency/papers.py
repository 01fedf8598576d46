"""The texts of the papers: blanks that exist, and none left out that the paper is made for (S-65 … S-82)."""

from __future__ import annotations

from collections.abc import Iterable

from zhicheng.campaigns.consistency.kit import Found, did_you_mean, needs
from zhicheng.campaigns.notice import ChainDesk, Desk, Policies, Slot, Texts
from zhicheng.campaigns.yaml_source import Path
from zhicheng.documents.wording import BLANKS, IN_CLOSING, LetterWords, PaperWords, ResultWords, blanks_in


@needs("papers")
def blanks_are_known_and_all_there(papers: PaperWords) -> Found:
    """A blank that nothing fills would print as it stands; a letter without the name is no letter."""
    for kind, (wanted, more) in BLANKS.items():
        words: LetterWords | None = getattr(papers, kind)
        if words is None:
            continue
        path: Path = ("papers", kind)
        for wording in ("verbatim", "corrected"):
            yield from _of_text(getattr(words, wording), (*path, wording), wanted, more)
        yield from _of_text(words.closing, (*path, "closing"), frozenset(), IN_CLOSING[kind])
        if isinstance(words, ResultWords):
            yield from _of_objections(words, path)


def _of_objections(words: ResultWords, path: Path) -> Found:
    none: frozenset[str] = frozenset()
    yield from _of_text([words.objections.none], (*path, "objections", "none"), none, none, numbered=False)
    yield from _of_text([words.objections.one], (*path, "objections", "one"), none, frozenset({"count"}), numbered=False)
    yield from _of_text([words.objections.more], (*path, "objections", "more"), frozenset({"count"}), none, numbered=False)


def _of_text(lines: Iterable[str], path: Path, wanted: frozenset[str], more: frozenset[str], *, numbered: bool = True) -> Found:
    """What is wrong with the blanks of a text; its lines stand in a list unless it is not ``numbered``."""
    there: set[str] = set()
    for number, line in enumerate(lines):
        at = (*path, number) if numbered else path
        try:
            blanks = list(blanks_in(line))
        except ValueError:
            yield at, "花括号只用于占位符，如“{name}”；要印花括号本身的，写成“{{”和“}}”"
            continue
        there.update(blanks)
        for blank in blanks:
            if blank not in wanted | more:
                known = "、".join(sorted(wanted | more)) or "没有"
                yield at, f"不认识的占位符“{{{blank}}}”" + (did_you_mean(blank, wanted | more) or f"，可用：{known}")
    if missing := sorted(wanted - there):
        yield path, "缺少占位符：" + "、".join(f"{{{blank}}}" for blank in missing)


@needs("papers", "texts", "policies")
def commitment_is_said_once(papers: PaperWords, texts: Texts, policies: Policies) -> Found:
    """What is accepted on the screen is what is printed, signed and uploaded (S-61, S-78)."""
    if any(blanks for line in papers.commitment.printed(policies.template_wording).paragraphs if (blanks := _safely(line))):
        return  # with blanks it is each applicant's own: the screen shows the accepted text beside it
    if "\n".join(papers.commitment.printed(policies.template_wording).paragraphs) != texts.commitment.zh.strip():
        yield (
            ("texts", "commitment", "zh"),
            f"与所印的《个人承诺书》（papers.commitment.{policies.template_wording}）不一致：申报人在线接受的应是同一段话",
        )


def _safely(line: str) -> list[str]:
    try:
        return list(blanks_in(line))
    except ValueError:
        return []


@needs("papers", "chain", "materials")
def recommendation_has_its_text(papers: PaperWords, chain: tuple[ChainDesk, ...], materials: tuple[Slot, ...]) -> Found:
    """Where a supervising body decides, or a slot takes its recommendation, the notice has the letter (S-76)."""
    if papers.supervising_opinion is not None:
        return
    for index, step in enumerate(chain):
        if step.desk is Desk.SUPERVISING:
            yield ("chain", index, "desk"), "主管单位审核通过时出具推荐意见，须写明其文字（papers.supervising_opinion）"
    for index, slot in enumerate(materials):
        for place, paper in enumerate(slot.papers):
            if paper.template == "supervising_opinion":
                yield (
                    ("materials", index, "papers", place, "template"),
                    "通知没有主管单位推荐意见的文字（papers.supervising_opinion）",
                )


@needs("papers", "materials")
def photograph_is_one_picture_of_the_applicant(papers: PaperWords, materials: tuple[Slot, ...]) -> Found:
    """What is printed in the place of the photograph is one uploaded picture of the applicant's (S-47)."""
    key, path = papers.review_form.photo_slot, ("papers", "review_form", "photo_slot")
    if key is None:
        return
    slot = next((slot for slot in materials if slot.key == key), None)
    if slot is None:
        yield path, f"没有“{key}”这一项材料" + did_you_mean(key, [slot.key for slot in materials])
    elif slot.owner != "applicant" or not slot.upload or slot.per != "none" or len(slot.papers) != 1 or slot.max_files != 1:
        yield path, f"评审表上只能印申报人上传的一张照片：“{key}”须由申报人上传，只有一种材料、一个文件，不按年度或各行"
    elif "pdf" in slot.formats:
        yield path, f"评审表上只能印图片：“{key}”的 formats 只能是 jpg、png"
