"""What a public notice or a paper says about a person, for its reader: it was frozen in Chinese when it was made."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhicheng.applications.models import Application
from zhicheng.applications.papers import LEVEL_WORDS
from zhicheng.applications.rules import TABLES
from zhicheng.campaigns.notice import LEVEL_NAMES, Level, Specialty
from zhicheng.campaigns.queries import notice_of
from zhicheng.documents.queries import Verification
from zhicheng.publicity.models import PublicityPeriod

_TABLE_OF = {"sex": "sex", "ethnic_group": "ethnic_groups", "political_status": "political_status"}
# Typed by people, in Chinese, and shown as typed.
_TYPED = ("employer", "current_title")


def with_notices(periods: QuerySet[PublicityPeriod], *, always: bool = False) -> QuerySet[PublicityPeriod]:
    """The periods with what their facts are looked up in; in a list only a reader of another language needs it (else ``always``)."""
    if _in_chinese() and not always:
        return periods
    return periods.select_related("unit", "application__campaign_version").defer(
        "application__campaign_version__notice", "application__campaign_version__source_text"
    )


def facts_of(period: PublicityPeriod) -> dict[str, Any]:
    """The facts of one period."""
    # In Chinese they stand as they were frozen: a list does not fetch the application of every period for nothing.
    return period.facts if _in_chinese() else in_words(period.application, period.facts)


def in_words(application: Application, facts: dict[str, str]) -> dict[str, Any]:
    """The facts in the language of the page. Where no word of ours surely means the same, the Chinese one stands, marked as such."""
    if _in_chinese():
        return facts
    told = {**facts, **_looked_up(application, facts)}
    return told | {key: _chinese(facts[key]) for key in _TYPED if facts.get(key)}


_NAMED_BY = {"application": "pk", "submission": "submissions"}  # what a paper is about; a receipt: the submission
_SUBMISSION, _DATE = re.compile(r"第([0-9]+)次上报"), re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日")


def said_by_paper(paper: Verification) -> dict[str, Any]:
    """What a paper says (``Verification.said``) and which one it is (``version``). In Chinese word for word as it is printed, without a query."""
    said: dict[str, Any] = {key: words for key, words in asdict(paper.said).items() if words} | {"version": paper.version_label}
    if _in_chinese():
        return said
    room, _colon, number = paper.subject.partition(":")
    about = (
        Application.objects.filter(**{_NAMED_BY[room]: number})
        if room in _NAMED_BY and number.isdecimal()
        else Application.objects.none()
    )
    if (application := about.select_related("campaign_version").first()) is not None:
        said = in_words(application, said)
    if found := _SUBMISSION.fullmatch(paper.version_label):
        said["version"] = _("第 %(n)s 次上报") % {"n": found[1]}
    for key in ("starts_on", "ends_on"):
        if found := _DATE.fullmatch(said.get(key, "")):
            said[key] = f"{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}"
    return said


def _looked_up(application: Application, facts: dict[str, str]) -> dict[str, Any]:
    notice = notice_of(application.campaign_version)
    series, specialty, title = notice.chosen(application.series, application.specialty, application.title)
    named: dict[str, Specialty | None] = {"series": series, "specialty": specialty, "title": title}
    found = {key: part.en for key, part in named.items() if part is not None and part.zh == facts.get(key)}
    if LEVEL_WORDS.get(application.level, "").removesuffix("级") == facts.get("level", "").removesuffix("级"):
        found["level"] = str(LEVEL_NAMES[Level(application.level)]).lower()
    for key, table in _TABLE_OF.items():
        if entry := TABLES[table].find_by_name(facts.get(key, "")):
            found[key] = entry.en
    wanted = (*named, "level", *_TABLE_OF)
    return {key: found[key] if key in found else _chinese(facts[key]) for key in wanted if facts.get(key)}


def _chinese(words: str) -> str:
    return format_html('<span lang="zh-CN">{}</span>', words)


def _in_chinese() -> bool:
    return not (get_language() or "").startswith("en")
