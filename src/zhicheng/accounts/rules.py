"""What makes an account's particulars acceptable: plain values in, every problem at once out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from zhicheng.foundation.errors import Problem
from zhicheng.standards import identity_number, names, phone
from zhicheng.standards.errors import InvalidNumber
from zhicheng.standards.mail_domains import domain_meant
from zhicheng.standards.text import compact, visible

USERNAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{3,29}")
# Every link in a mail lives a day: LINK_HOURS of the settings, which the library reads. An account whose mailbox was not
# confirmed by then was never usable and holds nothing back any longer.
LINK_LIVES = timedelta(hours=24)
MAILBOX_HELD_FOR = LINK_LIVES
# S-35: mailboxes that vanish after minutes; a lost account could never come back through them.
_DISPOSABLE = """
0-mail.com 10minutemail.com 10minutemail.net 20minutemail.com 24mail.chacuo.net 027168.com bccto.me chacuo.net
discard.email disposablemail.com dropmail.me emailondeck.com fakeinbox.com fakemail.net getairmail.com getnada.com
grr.la guerrillamail.biz guerrillamail.com guerrillamail.de guerrillamail.net guerrillamail.org guerrillamailblock.com
inboxkitten.com incognitomail.com linshiyouxiang.net mail-temp.com mail.tm mailcatch.com maildrop.cc mailinator.com
mailinator.net mailnesia.com mailsac.com minuteinbox.com moakt.com mohmal.com mytemp.email nada.email owlymail.com
sharklasers.com smailpro.com spam4.me spamgourmet.com temp-mail.io temp-mail.org tempail.com tempinbox.com tempm.com
tempmail.com tempmail.net tempmailo.com tempr.email throwawaymail.com trashmail.com trashmail.de yopmail.com yopmail.fr
yopmail.net zetmail.com
"""
DISPOSABLE_DOMAINS = frozenset(_DISPOSABLE.split())
# How many characters of an identity number somebody has to type who says that the card lay before them.
LAST_CHARACTERS = 6
# After so many wrong tries nobody may go on guessing.
TRIES_ALLOWED = 5


class AcceptedText(NamedTuple):
    """A text somebody accepted: which one, in which version, the SHA-256 of what was on the screen (S-10, S-18), and when.

    ``accepted_at`` is aware; None means at the moment it is written down.
    """

    key: str
    version: str
    sha256: str
    accepted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Particulars:
    """What a person says about themself when an account is opened. Strings as typed until :meth:`tidied`."""

    name: str
    id_number: str
    mobile: str
    email: str
    username: str
    position: str = ""

    def tidied(self) -> Particulars:
        """The same with full-width digits, stray blanks and lower-case ``x`` put right."""
        return replace(
            self,
            name=names.normalise_person_name(self.name),
            id_number=compact(self.id_number),
            mobile=tidy_phone(self.mobile),
            email=tidy_mailbox(self.email),
            username=unicodedata.normalize("NFKC", self.username).strip(),
            position=" ".join(self.position.split()),
        )


def check_particulars(person: Particulars, *, today: date, with_identity: bool = True, with_mobile: bool = True) -> list[Problem]:
    """Everything wrong with tidied ``person``; ``where`` is the field's name. ``today`` is the date in Beijing."""
    problems = check_name(person.name)
    if with_identity or person.id_number:
        problems += check_identity(person.id_number, today=today)
    if with_mobile or person.mobile:
        problems += check_mobile(person.mobile)
    problems += check_mailbox(person.email) + check_username(person.username)
    if len(person.position) > 50:
        problems.append(Problem(_("职务最多 50 个字。"), where="position", code="position_too_long"))
    return problems


def check_name(name: str, *, where: str = "name") -> list[Problem]:
    """Whether a name can be a person's (S-18, domain §3.10). Whether the papers can print it is asked elsewhere."""
    return problems_of(lambda: names.check_person_name(name), where=where)


def check_identity(number: str, *, today: date, where: str = "id_number") -> list[Problem]:
    """GB 11643 and the age of employment: which of its parts is wrong, in a sentence (domain §3.1)."""
    return problems_of(lambda: identity_number.check_identity_number(number, today=today), where=where)


def check_mobile(mobile: str, *, where: str = "mobile") -> list[Problem]:
    """Eleven digits of a mainland mobile number (domain §3.10)."""
    if not mobile:
        return [Problem(_("请填写手机号码。"), where=where, code="mobile_missing")]
    return problems_of(lambda: phone.check_mobile(mobile), where=where)


def check_phone(number: str, *, where: str) -> list[Problem]:
    """A mobile number, or a landline number with its area code."""
    return problems_of(lambda: phone.check_phone(number), where=where)


def tidy_phone(text: str) -> str:
    """A number in its one form (``0909-2318888``, ``13812345678``); what is not a number comes back merely compact."""
    try:
        return phone.check_phone(text)
    except InvalidNumber:
        return compact(text)


def tidy_mailbox(text: str) -> str:
    """A mailbox in its one form: nothing invisible, the domain as mail servers write it (``例子.中国`` is ``xn--fsqu00a.xn--fiqs8s``).

    What is kept, compared and counted is this: two ways to write one mailbox would be two accounts of it and two brakes on its mails.
    """
    name, at, domain = visible(text).rpartition("@")
    if at:
        with suppress(UnicodeError):  # it cannot be one: whoever checks says so
            domain = domain.encode("idna").decode("ascii")
    return f"{name}{at}{domain}"


def problems_of(check: Callable[[], object], *, where: str) -> list[Problem]:
    """What a check of ``standards`` finds, in the active language."""
    try:
        check()
    except InvalidNumber as error:
        return [Problem(_(error.template).format(**error.values), where=where, code=error.code)]
    return []


def check_mailbox(email: str, *, where: str = "email") -> list[Problem]:
    """An address mail can be sent to from here, and tomorrow (S-35). A domain that is merely like a usual one is no fault:
    :func:`mailbox_meant` says what to ask."""
    if not email:
        return [Problem(_("请填写常用电子邮箱。登录名或密码遗失时，只能通过它找回。"), where=where, code="email_missing")]
    domain = email.rpartition("@")[2]
    if any(part in DISPOSABLE_DOMAINS for part in _domain_and_above(domain.lower())):
        return [
            Problem(
                _("“%(domain)s”是一次性临时邮箱，过后就收不到邮件，也无法找回账号。请填写您长期使用的邮箱。")
                % {"domain": domain},
                where=where,
                code="email_disposable",
            )
        ]
    if not is_mailbox(email):
        name, _at, domain = email.rpartition("@")
        if name and (meant := domain_meant(domain)):
            text = _("电子邮箱“%(typed)s”可能写错了，您要写的是不是“%(meant)s”？") % {"typed": email, "meant": f"{name}@{meant}"}
        else:
            text = _("电子邮箱的格式不对，应类似 name@example.com。")
        return [Problem(text, where=where, code="email_malformed")]
    if len(email) > 254:
        return [Problem(_("电子邮箱太长。"), where=where, code="email_malformed")]
    return []


def is_mailbox(email: str) -> bool:
    """Whether a tidied address is one of a mail server in the world: a name and a domain of at least two labels, no number of a
    machine, no machine of one's own."""
    # "a b"@x.cn is an address by the letter of RFC 5321, and one that mail programs and people read differently.
    if set(email) & set('"\\ \t') or email != tidy_mailbox(email):
        return False
    try:
        validate_email(email)
    except ValidationError:
        return False
    labels = email.rpartition("@")[2].lower().split(".")
    return len(labels) > 1 and labels[-1] != "localhost" and not labels[-1].strip("[]").isdigit()


def mailbox_meant(email: str) -> str:
    """The address that was probably meant by a tidied one whose domain looks like a slip of the pen; empty when it does not, or
    when :func:`check_mailbox` refuses it anyway. To be asked about, never refused."""
    name, _at, domain = email.rpartition("@")
    meant = domain_meant(domain) if name else ""
    return f"{name}@{meant}" if meant and not check_mailbox(email) else ""


def check_username(username: str, *, where: str = "username") -> list[Problem]:
    """A letter first: so a login name can never be mistaken for a mailbox, a mobile or an identity number."""
    if not username:
        return [Problem(_("请设置登录名。"), where=where, code="username_missing")]
    if not USERNAME.fullmatch(username):
        return [
            Problem(
                _("登录名应以英文字母开头，共 4 至 30 位，只用字母、数字、下划线、连字符和点。"),
                where=where,
                code="username_malformed",
            )
        ]
    return []


def works_for_an_office(kind: str) -> bool:
    """Whether an account reads other people's cases or runs the system: everybody but applicants and units."""
    return kind not in {"applicant", "unit"}


def mailbox_is_released(*, confirmed: bool, opened_at: datetime, now: datetime) -> bool:
    """Whether an account no longer holds its mailbox: it was never confirmed and its link has run out."""
    return not confirmed and now - opened_at > MAILBOX_HELD_FOR


def _domain_and_above(domain: str) -> list[str]:
    parts = domain.split(".")
    return [".".join(parts[start:]) for start in range(len(parts) - 1)]


def hide_last(number: str) -> str:
    """An identity number without the characters that an officer types from the card in hand."""
    return number[:-LAST_CHARACTERS] + "*" * min(LAST_CHARACTERS, len(number))


def last_characters(number: str) -> str:
    """What is typed from the card in hand: the end of the identity number."""
    return number[-LAST_CHARACTERS:]


def is_end_of_number(typed: str) -> bool:
    """Whether this has the length of what is asked for: nothing typed, or the whole number, is a slip and no wrong card."""
    return len(compact(typed)) == LAST_CHARACTERS


def last_characters_match(typed: str, number: str) -> bool:
    """Whether ``typed`` is the end of ``number`` as printed on the card; full-width digits and a small x are no mistake."""
    return bool(number) and compact(typed) == last_characters(number)


def mask_mailbox(email: str) -> str:
    """``wangfang@qq.com`` → ``wa******@qq.com``: enough for its owner to recognise it."""
    name, at, domain = email.rpartition("@")
    return f"{name[:2]}{'*' * max(len(name) - 2, 1)}{at}{domain}" if at else ""


_BROWSERS = (("Edg", "Edge"), ("Firefox/", "Firefox"), ("QQBrowser", "QQ"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def browser_in_words(user_agent: str) -> str:
    """``Chrome · Windows`` for what a browser calls itself; the beginning of that when it says neither."""
    parts = [next((word for mark, word in table if mark in user_agent), "") for table in (_BROWSERS, _SYSTEMS)]
    return " · ".join(part for part in parts if part) or user_agent[:60]
