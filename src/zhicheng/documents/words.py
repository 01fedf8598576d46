"""The wording of the four templates of the notice, letter by letter (domain §1.4), and dates as papers write them.

``verbatim`` is the notice's own text with its own slips (疑异; 专业技术任职资格; 弄虚作假确认材料): the default. ``corrected`` is
the same text as it was probably meant (G-15). The values put into the braces are never read as templates themselves.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

Wording = Literal["verbatim", "corrected"]

TITLES = {
    "review_form": "新疆维吾尔自治区专业技术职务任职资格评审表",
    "publicity_notice": "推荐单位公示",
    "publicity_result": "推荐单位公示结果",
    "supervising_opinion": "主管单位推荐意见",
    "commitment": "个人承诺书",
}

NO_OBJECTION = "公示无异议，未收到投诉、举报，"

# T1 (S-65 … S-71), T2 (S-72 … S-75), T3 (S-76, S-77), T4 (S-78 … S-82)
VERBATIM: dict[str, tuple[str, ...]] = {
    "publicity_notice": (
        "根据自治区、自治州职称评审工作要求，现对{name}同志申报{series}系列{specialty}专业{level}级专业技术任职资格进行公示。",
        "基本信息：性别：{sex}；族别：{ethnic_group}；政治面貌：{political_status}；身份证号：{id_number}；"
        "现任专业技术职务任职资格：{current_title}。",
        "思想政治条件：{conduct}",
        "业绩成果：{results}",
        "公示时间从{starts_on}起至{ends_on}止（公示期不少于{minimum}）。"
        "如对{name}同志的相关信息有疑异，请电话或书面形式反映至{office}，监督电话：{phone}",
    ),
    "publicity_result": (
        f"{{name}}同志申报材料于{{starts_on}}至{{ends_on}}在本单位公示{{days}}，{NO_OBJECTION}"
        "申报材料真实、完整、有效，同意推荐{name}同志申报{series}系列{specialty}专业{level}级专业技术任职资格。",
    ),
    "supervising_opinion": ("经审核，同意推荐{name}同志申报{series}系列{level}级职称。",),
    "commitment": (
        "本人承诺以上填报的内容和提交的材料完全真实有效，且网上填报与送审报表内容一致。如申请人提交弄虚作假确认材料的，"
        "一经查实，不予受理确认申报或取消已确认的资格，并从申报年度下一年起5年内，不得申报专业技术资格。",
    ),
}

_CORRECTIONS = (
    ("疑异", "异议"),
    ("专业技术任职资格", "专业技术职务任职资格"),
    ("弄虚作假确认材料", "弄虚作假材料"),
    ("不予受理确认申报或取消已确认的资格", "不予受理申报或取消已取得的资格"),
    ("不得申报专业技术资格", "不得申报专业技术职务任职资格"),
)


def template_of(kind: str, wording: Wording = "verbatim") -> tuple[str, ...]:
    """The paragraphs of one template with named braces for the blanks."""
    paragraphs = VERBATIM[kind]
    if wording == "verbatim":
        return paragraphs
    for old, new in _CORRECTIONS:
        paragraphs = tuple(paragraph.replace(old, new) for paragraph in paragraphs)
    return paragraphs


def zh_date(value: date | str) -> str:
    """``2023-10-09`` → ``2023年10月9日`` (GB/T 9704: Arabic digits, no leading zeros). An empty string stays empty."""
    if not value:
        return ""
    day = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{day.year}年{day.month}月{day.day}日"
