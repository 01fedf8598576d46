"""What is said of each desk, where it has another one after it and where it gives the last word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy, pgettext_lazy

from zhicheng.applications.states import State

_WAITING, _PASSED = gettext_lazy("待审核"), gettext_lazy("已报出")
_REVIEWS = gettext_lazy("{office}审核。")
S = State
Words = str | Promise


@dataclass(frozen=True, slots=True)
class DeskWords:
    """What is said of a desk.

    ``name`` is who it is in the docs; ``report``, ``passes``, ``takes_back``, ``returns`` and ``closes`` are its moves (to it, and of it);
    ``coming`` is each step at it that is still to come; ``waiting`` and ``passed`` are its tabs; ``missing`` and ``mend`` are what an
    applicant reads whose unit names none where the notice wants one. ``short`` is who it is within a sentence, ``arrival`` the coming to
    it that counts where it is the last desk, ``reviews`` what it does; ``accepts`` and ``accepted`` are what the last one's pass means.
    ``applicant`` and ``staff`` are what the state in which it waits for a desk above the unit is called for either.
    """

    name: str
    passes: Words
    takes_back: Words
    returns: Words
    coming: Mapping[State, Words]
    report: Words = ""
    closes: Words = ""
    waiting: Words = _WAITING
    passed: Words = _PASSED
    missing: Words = ""
    mend: Words = ""
    short: Words = ""
    arrival: Words = ""
    reviews: Words = _REVIEWS
    accepts: Words = ""
    accepted: Words = ""
    applicant: Words = ""
    staff: Words = ""


# What is said of whichever desk gives the last word: 终审 and 受理 are its words, and no other's (S-28, S-45).
_FINAL: dict[str, Any] = {
    "waiting": gettext_lazy("待终审"),
    "reviews": gettext_lazy("{office}终审。"),
    "accepts": gettext_lazy("申请书终审通过，予以受理，等待评审委员会评审。"),
    "accepted": gettext_lazy("终审已通过，等待评审委员会评审。"),
}


def as_last(words: DeskWords) -> DeskWords:
    """What is said of a desk that mostly has another one after it where a notice gives it the last word."""

    def of(pattern: Any) -> Words:
        return format_lazy(pattern, desk=words.short)

    return replace(
        words,
        report=of(gettext_lazy("公示期满，报{desk}终审")),
        passes=of(gettext_lazy("{desk}终审通过，予以受理")),
        takes_back=of(gettext_lazy("{desk}撤回终审通过")),
        returns=of(gettext_lazy("{desk}终审退回")),
        closes=of(gettext_lazy("{desk}终审退回，本年度不再受理")),
        coming=dict.fromkeys(words.coming, of(gettext_lazy("{desk}终审"))),
        applicant=of(gettext_lazy("等待{desk}终审")),
        staff=of(gettext_lazy("待{desk}终审")),
        **_FINAL,
    )


UNIT = DeskWords(
    name="申报单位",
    short=pgettext_lazy("within a sentence", "单位"),
    passes=gettext_lazy("单位审核通过"),
    takes_back=gettext_lazy("单位撤回审核通过"),
    returns=gettext_lazy("单位退回"),
    coming={
        S.UNIT_REVIEW: gettext_lazy("单位审核"),
        S.UNIT_PASSED: gettext_lazy("打印评审表，准备公示"),
        S.IN_PUBLICITY: gettext_lazy("单位公示，不少于{n}个工作日"),
    },
)
SUPERVISING = DeskWords(
    name="主管单位",
    short=pgettext_lazy("within a sentence", "主管单位"),
    arrival=gettext_lazy("到达主管单位"),
    report=gettext_lazy("公示期满，报主管单位"),
    passes=gettext_lazy("主管单位审核通过"),
    takes_back=gettext_lazy("主管单位撤回审核通过"),
    returns=gettext_lazy("主管单位退回"),
    closes=gettext_lazy("主管单位退回，本年度不再受理"),
    coming={S.SUPERVISING_REVIEW: gettext_lazy("主管单位审核")},
    missing=gettext_lazy("本批次须经主管单位审核，您的单位还没有填写主管单位，请联系单位管理员。"),
    mend=gettext_lazy("单位管理员填写主管单位并审核通过后，您就可以申报。"),
    applicant=gettext_lazy("等待主管单位审核"),
    staff=gettext_lazy("待主管单位审核"),
)
INDUSTRY = DeskWords(
    name="行业主管部门",
    short=pgettext_lazy("within a sentence", "行业主管部门"),
    arrival=gettext_lazy("到达行业主管部门"),
    report=gettext_lazy("公示期满，报行业主管部门"),
    passes=gettext_lazy("行业主管部门审核通过"),
    takes_back=gettext_lazy("行业主管部门撤回审核通过"),
    returns=gettext_lazy("行业主管部门退回"),
    closes=gettext_lazy("行业主管部门退回，本年度不再受理"),
    coming={S.INDUSTRY_REVIEW: gettext_lazy("行业主管部门审核")},
    missing=gettext_lazy("本批次须经行业主管部门审核，本地区还没有这个系列的行业主管部门，请联系州人力资源和社会保障局。"),
    mend=gettext_lazy("州人力资源和社会保障局设立这个系列的行业主管部门后，您就可以申报。"),
    applicant=gettext_lazy("等待行业主管部门审核"),
    staff=gettext_lazy("待行业主管部门审核"),
)
COUNTY = DeskWords(
    name="县（市）人社局职称办",
    short=pgettext_lazy("within a sentence", "县（市）"),
    arrival=gettext_lazy("到达县（市）"),
    report=gettext_lazy("公示期满，报县（市）"),
    passes=gettext_lazy("县（市）审核通过"),
    takes_back=gettext_lazy("县（市）撤回审核通过"),
    returns=gettext_lazy("县（市）退回"),
    closes=gettext_lazy("县（市）退回，本年度不再受理"),
    coming={S.COUNTY_REVIEW: gettext_lazy("县（市）人社局职称办审核")},
    applicant=gettext_lazy("等待县（市）人社局审核"),
    staff=gettext_lazy("待县（市）审核"),
)
PREFECTURE = DeskWords(
    name="州人社局",
    short=pgettext_lazy("within a sentence", "州"),
    arrival=gettext_lazy("到达州终审"),
    report=gettext_lazy("公示期满，报州终审"),
    passes=gettext_lazy("终审通过，予以受理"),
    takes_back=gettext_lazy("撤回终审通过"),
    returns=gettext_lazy("终审退回"),
    closes=gettext_lazy("终审退回，本年度不再受理"),
    coming={S.PREFECTURE_REVIEW: gettext_lazy("州人力资源和社会保障局终审")},
    applicant=gettext_lazy("等待州人社局终审"),
    staff=gettext_lazy("待终审"),
    **_FINAL,
)
PREFECTURE_BETWEEN = replace(
    PREFECTURE,
    report=gettext_lazy("公示期满，报州人社局"),
    passes=gettext_lazy("州人社局审核通过"),
    takes_back=gettext_lazy("州人社局撤回审核通过"),
    returns=gettext_lazy("州人社局退回"),
    closes=gettext_lazy("州人社局退回，本年度不再受理"),
    coming={S.PREFECTURE_REVIEW: gettext_lazy("州人力资源和社会保障局审核")},
    applicant=gettext_lazy("等待州人社局审核"),
    staff=gettext_lazy("待州审核"),
    waiting=_WAITING,
    reviews=_REVIEWS,
    accepts="",
    accepted="",
)
