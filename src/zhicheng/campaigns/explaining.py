"""What the rules of a notice say to one person, title by title, as the public page says it: for ``zhicheng campaign explain``."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.campaigns.answers import Answers, named
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.rules import Prospect, cited, prospects

VERDICTS = {"met": gettext_lazy("符合"), "not_met": gettext_lazy("可能不符合"), "unknown": gettext_lazy("尚不能判断")}


def explained(notice: Notice, answers: Answers) -> Iterator[str]:
    """A line for each open title with its verdict, and below it a line for each condition."""
    for prospect in prospects(notice, answers.facts(notice)):
        yield _headline(prospect)
        for each in prospect.conditions.results:
            source = cited(notice, each.source)
            yield f"    {VERDICTS[each.result]}  {each.text}" + (_("（%(source)s）") % {"source": source} if source else "")


def _headline(prospect: Prospect) -> str:
    words = f"{named(prospect)}  {prospect.series} · {prospect.title}：{VERDICTS[prospect.conditions.verdict]}"
    if prospect.conditions.verdict == "not_met" and prospect.conditions.first_round is not None:
        words += "  " + _("最早 %(year)s 年度可以申报") % {"year": prospect.conditions.first_round}
    return words
