"""The drawn example of a paper: a sketch of the sheet with numbered marks, and what they stand for. The notice says both."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhicheng.campaigns.drawings import PLACES, Example
from zhicheng.campaigns.notice import Paper, Slot


@dataclass(frozen=True, slots=True)
class Drawn:
    """``template`` draws the sheet; ``numbers`` are the marks by place, ``words`` what is to be seen there, in the same order."""

    template: str
    numbers: dict[str, int]
    words: list[str]


def drawn(example: Example | None) -> Drawn | None:
    """The example in the language of the reader; ``None`` where the notice draws none."""
    if example is None:
        return None
    return _drawn(example.drawn, {place: str(words) for place, words in example.marks.items()})


def _drawn(kind: str, marks: dict[str, str]) -> Drawn:
    # In the order of the sheet: a database that stores the notice keeps none.
    places = [place for place in PLACES[kind] if place in marks]
    numbers = {place: number for number, place in enumerate(places, start=1)}
    return Drawn(f"shared/drawings/{kind}.html", numbers, [marks[place] for place in places])


def examples_of(slot: Slot, only: Collection[str] | None = None) -> tuple[tuple[str, Drawn], ...]:
    """Of each paper of the slot that is drawn: its name and the sketch. ``only``: of the papers with these keys."""
    papers = [paper for paper in slot.papers if only is None or paper.key in only]
    return tuple((_name(paper, slot), found) for paper in papers if (found := drawn(paper.example)) is not None)


def _name(paper: Paper, slot: Slot) -> str:
    """What the paper is called, and whether it stands for another or is one of several to choose from."""
    other = next((str(each.label) for each in slot.papers if each.key == paper.stands_for), "")
    if other:
        return _("{paper}（没有{other}的，可以用它代替）").format(paper=paper.label, other=other)
    if slot.mode == "one_of" and len(slot.papers) > 1:
        return _("{paper}（任选其一）").format(paper=paper.label)
    return str(paper.label)


@dataclass(frozen=True, slots=True)
class _SlotOfVersion:
    """What is drawn is the same for the same notice, slot, papers and language."""

    sha256: str
    key: str
    papers: frozenset[str]
    language: str
    slot: Slot = field(compare=False)


def examples_shown(slot: Slot, sha256: str, papers: Iterable[str]) -> SafeString:
    """The examples of a slot of a published version (its hash), those of ``papers``, as they stand on a page; drawn once in a process, empty
    where there are none.
    """
    return _shown(_SlotOfVersion(sha256, slot.key, frozenset(papers), get_language() or "zh", slot))


@lru_cache(maxsize=128)
def _shown(of: _SlotOfVersion) -> SafeString:
    return _page(examples_of(of.slot, of.papers))


def _page(examples: tuple[tuple[str, Drawn], ...]) -> SafeString:
    return render_to_string("shared/drawn_examples.html", {"examples": examples})


def licence_shown() -> SafeString:
    """What has to be seen on the licence that a unit registers with (S-13)."""
    marks = {
        "heading": _("证照名称"),
        "number": _("统一社会信用代码，与填写的一致"),
        "text": _("单位名称、法定代表人（负责人）、住所"),
        "date": _("有效期，没有过期"),
        "seal": _("发证机关印章"),
    }
    return _page(((_("营业执照、事业单位法人证书等"), _drawn("licence", marks)),))


def identity_card_shown() -> SafeString:
    """What has to be seen on the two sides of an identity card."""
    marks = {
        "text": _("姓名、出生日期、住址"),
        "photo": _("照片"),
        "number": _("18位号码，每一位都清楚"),
        "back": _("另一面：签发机关"),
        "date": _("有效期限，没有过期"),
    }
    return _page(((_("居民身份证正反两面"), _drawn("card", marks)),))
