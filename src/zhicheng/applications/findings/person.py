"""What the identity number and the schooling tell (GB 11643-1999, 人社部令40号 第十三条, S-52)."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from zhicheng.applications.findings.finding import Finding, Seen, day_of, in_words, place
from zhicheng.applications.where import Where
from zhicheng.standards.chsi import check_verification_code
from zhicheng.standards.errors import InvalidNumber
from zhicheng.standards.identity_number import check_identity_number

_SOURCES = {"identity.retirement_age": "人社部令40号 第十三条"}


def identity(seen: Seen) -> Iterator[Finding]:
    """A region that is unknown or retired, another card than the identity card, an age about retirement."""
    try:
        number = check_identity_number(str(seen.form("basic").get("id_number") or ""), today=seen.today)
    except InvalidNumber:  # registration judges the number itself; here it is only read
        return
    for code in number.warnings:
        text = in_words(code, {"region": number.region_code})
        yield Finding(code, Where("basic", field="id_number"), text, _SOURCES.get(code, "GB 11643-1999"))


def registration_codes(seen: Seen) -> Iterator[Finding]:
    """A 学信网 verification code that cannot be one."""
    for row in seen.rows("education"):
        if code := str(row.get("verification_code") or ""):
            try:
                check_verification_code(code)
            except InvalidNumber as error:
                yield Finding(
                    "education.verification_code",
                    place("education", row, "verification_code"),
                    in_words(error.code, error.values),
                    "S-52",
                )


def title_before_graduation(seen: Seen) -> Iterator[Finding]:
    """A current title that was acquired before the first graduation."""
    days = [day for row in seen.rows("education") if (day := day_of(row, "graduated_on")) is not None]
    acquired = seen.facts.tenure_started_on
    if days and acquired is not None and acquired < min(days):
        text = _("现任资格的取得时间是{acquired}，早于最早的毕业日期{graduated}，请核对。").format(
            acquired=acquired, graduated=min(days)
        )
        yield Finding("title.before_graduation", Where("current_title", field="acquired_on"), text, "S-52；S-53")


LOOKS = (identity, registration_codes, title_before_graduation)
